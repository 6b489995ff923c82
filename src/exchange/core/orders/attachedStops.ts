import { OPPOSITE } from '../../../protocol/terms.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import type { Order } from './order.ts';
import { freeLegs } from './orderLife.ts';
import type { StopTerms } from './stopTerms.ts';
import { awaitTrigger } from './waitingStops.ts';

/**
 * Hangs take-profit and stop-loss on an order that was just accepted. They wait until it is filled;
 * one that came to nothing at once gets none.
 */
export function attachLegs(state: ExchangeState, parent: Order, legs: readonly StopTerms[]): void {
  const { account, market, side } = parent;
  const isOpen = account.open.has(parent.id);
  if (!isOpen && parent.filledLots === 0) return;
  const here = state.markets[market.id] as MarketState;
  for (const terms of legs) {
    awaitTrigger(state, {
      account,
      market: here,
      side: OPPOSITE[side],
      reduceOnly: true,
      terms,
      parent,
    });
  }
  if (!isOpen) freeLegs(state, parent);
}
