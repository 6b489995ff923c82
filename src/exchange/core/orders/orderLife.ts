import { notionalMicro } from '../../../protocol/market.ts';
import type { OrderEvent } from '../../../protocol/terms.ts';
import { reserve } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
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
    initialLots: order.initialLots,
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
  if (order.reduceOnly) bookOf(state, order).engine.watch(order.id);
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

/** Ends an order that will not trade any more; it is no longer in the book. */
export function endOrder(
  state: ExchangeState,
  order: Order,
  status: 'cancelled' | 'rejected',
  event: OrderEvent,
): void {
  const { account } = order;
  takeOff(order, openLots(order));
  account.open.delete(order.id);
  forgetStop(state, order);
  order.status = status;
  order.reason = event;
  noteOrder(state, order, event, order.ticks);
  afterEnd(state, order);
}

/** Cancels an order that is open, wherever it waits. */
export function withdraw(
  state: ExchangeState,
  order: Order,
  event: 'cancel' | 'force_cancel',
): void {
  bookOf(state, order).engine.cancel(order.id);
  state.truth.cancels += 1;
  endOrder(state, order, 'cancelled', event);
}

/** A stop that waits no longer. */
export function forgetStop(state: ExchangeState, order: Order): void {
  if (order.account.stops.delete(order.id)) bookOf(state, order).stops.remove(order);
}

/** What follows from the end of an order, whether it was filled or not. */
export function afterEnd(state: ExchangeState, order: Order): void {
  freeLegs(state, order);
  state.accounts.ended(order);
}

/**
 * What hung on an order that has ended: armed for what was filled, cancelled when nothing was. An
 * end before the whole was filled is a setting.
 */
export function freeLegs(state: ExchangeState, parent: Order): void {
  const isWhole = parent.filledLots === parent.initialLots;
  const arms = parent.filledLots > 0 && (isWhole || state.settings.partialParent === 'arm');
  for (const leg of parent.legs.splice(0)) {
    if (!leg.account.stops.has(leg.id)) continue;
    if (arms) armLeg(state, leg, parent.filledLots);
    else endOrder(state, leg, 'cancelled', 'force_cancel');
  }
}

function armLeg(state: ExchangeState, leg: Order, filledLots: number): void {
  if (leg.trigger?.whole === true) leg.initialLots = filledLots;
  else if (openLots(leg) > filledLots) takeOff(leg, openLots(leg) - filledLots);
  noteOrder(state, leg, 'stop_parent_order_filled', leg.ticks);
  bookOf(state, leg).stops.add(leg);
}

function bookOf(state: ExchangeState, order: Order): MarketState {
  return state.markets[order.market.id] as MarketState;
}
