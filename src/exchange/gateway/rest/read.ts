import type { Account } from '../../core/accounts/account.ts';
import type { HistoryLog, Page } from '../../core/accounts/historyLog.ts';
import { type ExchangeState, marketOf } from '../../core/exchangeState.ts';
import type { MarketState } from '../../core/markets/marketState.ts';
import { accepted, business, type Result, refused } from '../../core/requests/refusal.ts';
import type { Query } from './query.ts';

/** What a read answers: the data, and the parts of the envelope that go with it. */
export interface Read {
  readonly data: unknown;
  /** Trading reads carry the exchange-wide order counter. */
  readonly lastOrderId?: number;
  /** Paginated reads: where the next page starts, `null` on the last one. */
  readonly nextCursor?: string | null;
}

export type Reader = (state: ExchangeState, query: Query) => Result<Read>;

/** A read of one market, named by `symbol`. */
export function onMarket(
  read: (state: ExchangeState, here: MarketState, query: Query) => Result<Read>,
): Reader {
  return (state, query) => {
    const symbol = query.required('symbol');
    if (!symbol.ok) return symbol;
    const here = marketOf(state, symbol.value);
    if (here === undefined) return refused(business(`Book not found: ${symbol.value}`, 2));
    return read(state, here, query);
  };
}

/** A read of one account. An address without an account reads as one that has nothing. */
export function onAccount(
  read: (state: ExchangeState, account: Account | undefined, query: Query) => Result<Read>,
): Reader {
  return (state, query) => {
    const address = query.required('account');
    if (!address.ok) return address;
    return read(state, state.accounts.byAddress(address.value), query);
  };
}

/** One page of a history, which need not exist yet. */
export function pageOf<T>(
  log: HistoryLog<T> | undefined,
  query: Query,
  rowOf: (row: T) => unknown,
  wanted: (row: T) => boolean = () => true,
): Result<Required<Pick<Read, 'data' | 'nextCursor'>>> {
  const at = query.page();
  if (!at.ok) return at;
  return accepted(paged(log?.page(at.value.limit, at.value.before, wanted), rowOf));
}

/** The rows of a page and where the next one starts: a key, opaque to clients. */
export function paged<T>(
  page: Page<T> | undefined,
  rowOf: (row: T) => unknown,
): Required<Pick<Read, 'data' | 'nextCursor'>> {
  return {
    data: (page?.rows ?? []).map(rowOf),
    nextCursor: page?.next === undefined ? null : page.next.toString(36),
  };
}

/** Whether a history has no row at all: its first page is empty. */
export function isEmptyHistory({ data, nextCursor }: Read, query: Query): boolean {
  if (nextCursor === undefined || query.optional('cursor') !== undefined) return false;
  return Array.isArray(data) && data.length === 0;
}
