import type { Account } from '../../core/accounts/account.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { accepted, notFound, type Result, refused } from '../../core/requests/refusal.ts';
import { twapHistoryRow, twapRecordRow, twapRow } from '../../payloads/twapPayloads.ts';
import type { Query } from './query.ts';
import { pageOf, type Read } from './read.ts';

/** `GET /orders/twap`: those that are not finished. */
export function readTwaps(_: ExchangeState, account: Account | undefined): Result<Read> {
  return accepted({ data: [...(account?.twaps.values() ?? [])].map(twapRow) });
}

/** `GET /orders/twap/history`: one row per TWAP order, newest first. */
export function readTwapHistory(
  _: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  return pageOf(account?.twapLog, query, twapHistoryRow);
}

/** `GET /orders/twap/history_by_id`: newest event first. */
export function readTwapEvents(state: ExchangeState, query: Query): Result<Read> {
  const id = query.integer('order_id', undefined);
  if (!id.ok) return id;
  const twap = state.accounts.twaps.get(id.value);
  if (twap === undefined) {
    return refused(notFound(`Order history not found for order ID: ${id.value}`));
  }
  return accepted({ data: twap.events.map(twapRecordRow).reverse() });
}
