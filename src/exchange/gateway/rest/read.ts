import type { Account } from '../../core/accounts/account.ts';
import type { HistoryLog } from '../../core/accounts/historyLog.ts';
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
  const page = log?.page(at.value.limit, at.value.before, wanted);
  return accepted({
    data: (page?.rows ?? []).map(rowOf),
    nextCursor: page?.next === undefined ? null : page.next.toString(36),
  });
}
