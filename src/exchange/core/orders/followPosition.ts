import { signOf } from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';
import { holdingOf } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { type Order, openLots } from './order.ts';
import { endOrder, noteOrder, takeOff } from './orderLife.ts';

const { abs } = Math;

/**
 * Fits an account's orders to its position after that changed. Resting reduce-only orders with
 * nothing left to reduce are cancelled by the system, larger ones are adjusted. Take-profit and
 * stop-loss do not outlive the position that they close, by setting.
 */
export function followPosition(
  state: ExchangeState,
  { market, engine }: MarketState,
  account: Account,
): void {
  const held = holdingOf(account, market).position.lots;
  const reduces = ({ side }: Order): boolean => held * signOf(side) < 0;
  for (const order of reduceOnlyOrders(account, market.id)) {
    if (!reduces(order)) {
      engine.cancel(order.id);
      endOrder(state, order, 'cancelled', 'force_cancel');
    } else if (openLots(order) > abs(held)) {
      engine.reduce(order.id, abs(held));
      takeOff(order, openLots(order) - abs(held));
      noteOrder(state, order, 'adjust', order.ticks);
    }
  }
  if (account.stops.size === 0 || state.settings.closedPositionTpsl === 'keep') return;
  for (const order of closingStops(account, market.id)) {
    if (!reduces(order)) endOrder(state, order, 'cancelled', 'force_cancel');
  }
}

/** Cuts a reduce-only order that is about to enter the book to what there is to reduce. */
export function cutToPosition(state: ExchangeState, order: Order): void {
  const { account, market, reduceOnly, side, ticks } = order;
  if (!reduceOnly) return;
  const held = holdingOf(account, market).position.lots;
  const most = held * signOf(side) < 0 ? abs(held) : 0;
  if (openLots(order) <= most) return;
  takeOff(order, openLots(order) - most);
  if (most > 0) noteOrder(state, order, 'adjust', ticks);
}

function reduceOnlyOrders(account: Account, market: number): Order[] {
  return [...account.open.values()].filter(
    (order) => order.reduceOnly && order.market.id === market,
  );
}

/** Take-profit and stop-loss of a position: those that wait for no parent order any more. */
export function closingStops({ open, stops }: Account, market: number): Order[] {
  return [...stops.values()].filter(
    ({ market: { id }, trigger }) =>
      id === market && trigger?.closes === true && !open.has(trigger.parentId ?? 0),
  );
}
