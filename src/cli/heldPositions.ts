import type { Kernel } from '../desk/kernel.ts';
import { formatAmount } from '../protocol/market.ts';

/** A position as the desk counts it; the amount is signed, in the base asset. */
export interface HeldPosition {
  readonly account: string;
  readonly symbol: string;
  readonly amount: string;
}

/** Every position that is not flat. */
export function heldPositions(kernel: Pick<Kernel, 'accounts' | 'markets'>): HeldPosition[] {
  return kernel.accounts.flatMap((account) =>
    kernel.markets.flatMap((market) => {
      const { lots } = account.position(market.id);
      const amount = formatAmount(market, lots);
      return lots === 0 ? [] : [{ account: account.identity.name, symbol: market.symbol, amount }];
    }),
  );
}
