import type { Market } from '../../../protocol/market.ts';
import type { CancelAllOrdersFields } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { accepted, business, type Result, refused } from '../requests/refusal.ts';
import { type Order, openOrdersOf } from './order.ts';
import { withdraw } from './orderLife.ts';
import { endTwap } from './twapWork.ts';

/** Cancels one resting order. Whatever is wrong, the exchange says the same. */
export function cancelOrder(
  state: ExchangeState,
  account: Account,
  fields: CancelOrderFields,
): Result<Order> {
  return cancelIn(state, account.open, account, fields);
}

/** Cancels one order that waits for its trigger. */
export function cancelStopOrder(
  state: ExchangeState,
  account: Account,
  fields: CancelOrderFields,
): Result<Order> {
  return cancelIn(state, account.stops, account, fields);
}

function cancelIn(
  state: ExchangeState,
  among: ReadonlyMap<number, Order>,
  account: Account,
  fields: CancelOrderFields,
): Result<Order> {
  const order = namedOrder(among, account, fields);
  if (order === undefined) return refused(business('Failed to cancel order', 5));
  withdraw(state, order, 'cancel');
  return accepted(order);
}

/** The order among `among` that one of the two ids names, in the market named. */
export function namedOrder(
  among: ReadonlyMap<number, Order>,
  account: Account,
  { client_order_id: clientOrderId, order_id: orderId, symbol }: CancelOrderFields,
): Order | undefined {
  const id = orderId ?? account.byClientId.get(clientOrderId as string)?.id;
  const order = id === undefined ? undefined : among.get(id);
  return order?.market.symbol === symbol ? order : undefined;
}

/** Cancels the resting and the waiting orders of an account, oldest first. Returns how many. */
export function cancelAllOrders(
  state: ExchangeState,
  account: Account,
  fields: CancelAllOrdersFields,
): number {
  const orders = openOrdersOf(account).filter(
    (order) =>
      (fields.all_symbols || order.market.symbol === fields.symbol) &&
      !(fields.exclude_reduce_only && order.reduceOnly),
  );
  return withdrawAll(state, orders, 'cancel');
}

/**
 * Takes away everything that an account has waiting, whatever the kind, in all markets or in one.
 * Returns how much.
 */
export function cancelEverything(
  state: ExchangeState,
  account: Account,
  event: 'cancel' | 'force_cancel',
  within?: Market,
): number {
  const isMeant = ({ market }: { readonly market: Market }): boolean =>
    within === undefined || market === within;
  const twaps = [...account.twaps.values()].filter(isMeant);
  for (const twap of twaps) endTwap(state, twap, event);
  return twaps.length + withdrawAll(state, openOrdersOf(account).filter(isMeant), event);
}

/** One order's end can be another's, so each is looked at again when its turn comes. */
function withdrawAll(
  state: ExchangeState,
  orders: readonly Order[],
  event: 'cancel' | 'force_cancel',
): number {
  let count = 0;
  for (const order of orders) {
    const { account, id } = order;
    if (account.open.has(id) || account.stops.has(id)) withdraw(state, order, event);
    count += 1;
  }
  return count;
}
