import { notionalMicro } from '../../../protocol/market.ts';
import type { OrderEvent } from '../../../protocol/terms.ts';
import { reserve } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId } from '../exchangeState.ts';
import { type Order, type OrderRecord, openLots } from './order.ts';

/** Notes an event in an order's life and tells it on. `ticks`: the fill's price, or the order's. */
export function noteOrder(
  state: ExchangeState,
  order: Order,
  event: OrderEvent,
  ticks: number,
): void {
  order.updatedMs = state.nowMs;
  order.account.updatedMs = state.nowMs;
  const record: OrderRecord = {
    historyId: newHistoryId(state),
    order,
    event,
    status: order.status,
    ticks,
    lastFillTicks: order.lastFillTicks,
    filledLots: order.filledLots,
    cancelledLots: order.cancelledLots,
    filledMicro: order.filledMicro,
    timeMs: state.nowMs,
    lastOrderId: state.lastOrderId,
  };
  order.events.push(record);
  state.listener.orderChanged(record);
}

/** What an accepted order does not trade now waits in the book and reserves margin. */
export function restOrder(state: ExchangeState, order: Order): void {
  const { account, market, side, ticks } = order;
  order.status = order.filledLots > 0 ? 'partially_filled' : 'open';
  account.open.set(order.id, order);
  reserve(account, market, side, notionalMicro(market, ticks, openLots(order)));
  noteOrder(state, order, 'make', ticks);
}

/** Takes `lots` off an order without a trade; what it reserved for them is free again. */
export function takeOff(order: Order, lots: number): void {
  const { account, market, side, ticks } = order;
  order.cancelledLots += lots;
  if (!account.open.has(order.id)) return;
  reserve(account, market, side, -notionalMicro(market, ticks, lots));
}

/** Ends an order that will not trade any more. */
export function endOrder(
  state: ExchangeState,
  order: Order,
  status: 'cancelled' | 'rejected',
  event: OrderEvent,
): void {
  takeOff(order, openLots(order));
  order.account.open.delete(order.id);
  order.status = status;
  order.reason = event;
  noteOrder(state, order, event, order.ticks);
}
