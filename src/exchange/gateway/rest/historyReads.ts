import type { Account } from '../../core/accounts/account.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { accepted, type Result } from '../../core/requests/refusal.ts';
import { fillRow } from '../../payloads/orderPayloads.ts';
import type { Query } from './query.ts';
import { pageOf, type Read } from './read.ts';

/** `GET /trades/history`: an account's fills. */
export function readFills(
  state: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const from = query.integer('start_time', 0);
  const to = query.integer('end_time', Number.MAX_SAFE_INTEGER);
  if (!from.ok) return from;
  if (!to.ok) return to;
  const symbol = query.optional('symbol');
  const page = pageOf(
    account?.fillLog,
    query,
    fillRow,
    (fill) =>
      fill.timeMs >= from.value &&
      fill.timeMs <= to.value &&
      (symbol === undefined || fill.order.market.symbol === symbol),
  );
  return page.ok ? accepted({ ...page.value, lastOrderId: state.lastOrderId }) : page;
}
