import type { Account } from '../../core/accounts/account.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { openOrdersOf } from '../../core/orders/order.ts';
import { accepted, notFound, type Result, refused } from '../../core/requests/refusal.ts';
import { openOrderRow, orderHistoryRow, orderRecordRow } from '../../payloads/orderPayloads.ts';
import type { Query } from './query.ts';
import { pageOf, type Read } from './read.ts';

/** `GET /orders`. */
export function readOrders(state: ExchangeState, account: Account | undefined): Result<Read> {
  const data = account === undefined ? [] : openOrdersOf(account).map(openOrderRow);
  return accepted({ data, lastOrderId: state.lastOrderId });
}

/** `GET /orders/history`: one row per order. */
export function readOrderHistory(
  state: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const page = pageOf(account?.orderLog, query, orderHistoryRow);
  return page.ok ? accepted({ ...page.value, lastOrderId: state.lastOrderId }) : page;
}

/** `GET /orders/history_by_id`: newest event first. */
export function readOrderEvents(state: ExchangeState, query: Query): Result<Read> {
  const id = query.integer('order_id', undefined);
  if (!id.ok) return id;
  const order = state.accounts.orders.get(id.value);
  if (order === undefined) {
    return refused(notFound(`Order history not found for order ID: ${id.value}`));
  }
  return accepted({
    data: order.events.map(orderRecordRow).reverse(),
    lastOrderId: state.lastOrderId,
  });
}
