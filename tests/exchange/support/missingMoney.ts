import type { ExchangeState } from '../../../src/exchange/core/exchangeState.ts';
import { unrealisedMicro } from '../../../src/ledger/position.ts';
import { notionalMicro } from '../../../src/protocol/market.ts';

/**
 * What is wrong with the books of an exchange, to the micro-dollar: money beside what was paid in,
 * or lots that somebody holds and nobody owes. Empty when all is there.
 */
export function missingMoney({ accounts, markets, money, truth }: ExchangeState): string {
  let heldMicro = truth.feesMicro + money.backstopMicro;
  for (const { balanceMicro, depositedMicro } of accounts.all) {
    heldMicro += balanceMicro - depositedMicro;
  }
  for (const here of markets) {
    const { backstopCashMicro, backstopLots, crowdCashMicro, market } = here;
    const mark = here.markTicks();
    let lots = here.crowdLots + backstopLots;
    heldMicro += crowdCashMicro + backstopCashMicro + notionalMicro(market, mark, lots);
    for (const { holdings } of accounts.all) {
      const holding = holdings[market.id];
      if (holding === undefined) continue;
      lots += holding.position.lots;
      heldMicro += holding.isolatedMicro + unrealisedMicro(holding.position, market, mark);
    }
    if (lots !== 0) return `${lots} lots of ${market.symbol} are held by nobody`;
  }
  return heldMicro === 0 ? '' : `${heldMicro} micro-dollars are there too many`;
}
