import type { Account } from '../../core/accounts/account.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { accepted, type Result } from '../../core/requests/refusal.ts';
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

/** `GET /orders/twap/history_by_id`: newest event first; empty for an id that names nothing. */
export function readTwapEvents(state: ExchangeState, query: Query): Result<Read> {
  const id = query.integer('order_id', undefined);
  if (!id.ok) return id;
  const events = state.accounts.twaps.get(id.value)?.events ?? [];
  return accepted({ data: events.map(twapRecordRow).reverse() });
}
