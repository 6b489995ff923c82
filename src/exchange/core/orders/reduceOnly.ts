import { signOf } from '../../../protocol/terms.ts';
import { type Account, holdingOf } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { type Order, openLots } from './order.ts';
import { endOrder, noteOrder, takeOff } from './orderLife.ts';

const { abs } = Math;

/**
 * Fits an account's resting reduce-only orders to its position after a trade: one that has nothing
 * left to reduce is cancelled by the system, one that is larger than the position is adjusted.
 */
export function shrinkReduceOnly(
  state: ExchangeState,
  { market, engine }: MarketState,
  account: Account,
): void {
  const held = holdingOf(account, market).position.lots;
  for (const order of reduceOnlyOrders(account, market.id)) {
    if (held * signOf(order.side) >= 0) {
      engine.cancel(order.id);
      endOrder(state, order, 'cancelled', 'force_cancel');
    } else if (openLots(order) > abs(held)) {
      engine.reduce(order.id, abs(held));
      takeOff(order, openLots(order) - abs(held));
      noteOrder(state, order, 'adjust', order.ticks);
    }
  }
}

function reduceOnlyOrders(account: Account, market: number): Order[] {
  return [...account.open.values()].filter(
    (order) => order.reduceOnly && order.market.id === market,
  );
}
