import type { Account } from '../../core/accounts/account.ts';
import { type ExchangeState, marketOf } from '../../core/exchangeState.ts';
import { type CandleSeries, INTERVAL_MINUTES } from '../../core/markets/candles.ts';
import type { MarketState } from '../../core/markets/marketState.ts';
import { accepted, business, notFound, type Result, refused } from '../../core/requests/refusal.ts';
import { accountRow, positionRows, settingsRow } from '../../payloads/accountPayloads.ts';
import {
  book,
  candleRow,
  feeRows,
  infoRow,
  priceRow,
  tradeRow,
} from '../../payloads/marketPayloads.ts';
import {
  fillRow,
  openOrderRow,
  orderHistoryRow,
  orderRecordRow,
} from '../../payloads/orderPayloads.ts';
import { invalidQuery, type Query } from './query.ts';

/** What a read answers: the data, and the parts of the envelope that go with it. */
export interface Read {
  readonly data: unknown;
  /** Trading reads carry the exchange-wide order counter. */
  readonly lastOrderId?: number;
  /** Paginated reads: where the next page starts, `null` on the last one. */
  readonly nextCursor?: string | null;
}

export type Reader = (state: ExchangeState, query: Query) => Result<Read>;

const MOST_CANDLES = 4000;
export const AGG_LEVELS: readonly number[] = [1, 10, 100, 1000, 10_000];

/** Reads below `/api/v1` that cost one credit, by path. */
export const LIGHT_READS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/info', (state) => accepted({ data: state.markets.map(infoRow) })],
  ['/info/prices', readPrices],
  ['/info/fees', () => accepted({ data: feeRows() })],
  ['/book', onMarket(readBook)],
  ['/trades', onMarket(readTrades)],
  ['/account', readAccount],
  ['/account/settings', onAccount(readSettings)],
  ['/positions', onAccount(readPositions)],
  ['/orders', onAccount(readOrders)],
  ['/orders/history_by_id', readOrderEvents],
]);

/** Reads that cost more. */
export const HEAVY_READS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/kline', onMarket((_, here, query) => readCandles(here, here.candles, query))],
  ['/kline/mark', onMarket((_, here, query) => readCandles(here, here.markCandles, query))],
  ['/orders/history', onAccount(readOrderHistory)],
  ['/trades/history', onAccount(readFills)],
]);

function onMarket(
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

/** An address without an account reads as one that has nothing. */
function onAccount(
  read: (state: ExchangeState, account: Account | undefined, query: Query) => Result<Read>,
): Reader {
  return (state, query) => {
    const address = query.required('account');
    if (!address.ok) return address;
    return read(state, state.accounts.byAddress(address.value), query);
  };
}

function readPrices(state: ExchangeState): Result<Read> {
  return accepted({ data: state.markets.map((here) => priceRow(state, here)) });
}

function readBook(state: ExchangeState, here: MarketState, query: Query): Result<Read> {
  const level = query.integer('agg_level', 1);
  if (!level.ok) return level;
  if (!AGG_LEVELS.includes(level.value)) {
    return refused(invalidQuery(`agg_level: expected one of ${AGG_LEVELS.join(', ')}`));
  }
  return accepted({ data: book(state, here, level.value) });
}

function readTrades(state: ExchangeState, here: MarketState): Result<Read> {
  const data = here.recentTrades().map((trade) => tradeRow(here.market, trade));
  return accepted({ data, lastOrderId: state.lastOrderId });
}

function readCandles(here: MarketState, series: CandleSeries, query: Query): Result<Read> {
  const interval = query.required('interval');
  if (!interval.ok) return interval;
  const minutes = INTERVAL_MINUTES.get(interval.value);
  if (minutes === undefined) {
    const known = [...INTERVAL_MINUTES.keys()].join(', ');
    return refused(invalidQuery(`interval: expected one of ${known}`));
  }
  const from = query.integer('start_time', undefined);
  if (!from.ok) return from;
  const to = query.integer('end_time', Number.MAX_SAFE_INTEGER);
  if (!to.ok) return to;
  const candles = series.between(minutes, from.value, to.value, MOST_CANDLES);
  return accepted({ data: candles.map((each) => candleRow(here.market, interval.value, each)) });
}

function readAccount(state: ExchangeState, query: Query): Result<Read> {
  const address = query.required('account');
  if (!address.ok) return address;
  const account = state.accounts.byAddress(address.value);
  if (account === undefined) return refused(notFound(`Account not found: ${address.value}`));
  return accepted({ data: accountRow(state, account) });
}

function readSettings(state: ExchangeState, account: Account | undefined): Result<Read> {
  if (account !== undefined) return accepted({ data: settingsRow(state, account) });
  return accepted({ data: { auto_lend_disabled: null, margin_settings: [], spot_settings: [] } });
}

function readPositions(state: ExchangeState, account: Account | undefined): Result<Read> {
  const data = account === undefined ? [] : positionRows(state, account);
  return accepted({ data, lastOrderId: state.lastOrderId });
}

function readOrders(state: ExchangeState, account: Account | undefined): Result<Read> {
  const data = [...(account?.open.values() ?? [])].map(openOrderRow);
  return accepted({ data, lastOrderId: state.lastOrderId });
}

function readOrderHistory(
  state: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const at = query.page();
  if (!at.ok) return at;
  const page = account?.orderLog.page(at.value.limit, at.value.before, () => true);
  return accepted({
    data: (page?.rows ?? []).map(orderHistoryRow),
    lastOrderId: state.lastOrderId,
    nextCursor: cursorOf(page?.next),
  });
}

function readFills(state: ExchangeState, account: Account | undefined, query: Query): Result<Read> {
  const at = query.page();
  const from = query.integer('start_time', 0);
  const to = query.integer('end_time', Number.MAX_SAFE_INTEGER);
  if (!at.ok) return at;
  if (!from.ok) return from;
  if (!to.ok) return to;
  const symbol = query.optional('symbol');
  const page = account?.fillLog.page(
    at.value.limit,
    at.value.before,
    (fill) =>
      fill.timeMs >= from.value &&
      fill.timeMs <= to.value &&
      (symbol === undefined || fill.order.market.symbol === symbol),
  );
  return accepted({
    data: (page?.rows ?? []).map(fillRow),
    lastOrderId: state.lastOrderId,
    nextCursor: cursorOf(page?.next),
  });
}

/** Opaque to clients: the key of the last row of the page. */
function cursorOf(key: number | undefined): string | null {
  return key === undefined ? null : key.toString(36);
}

/** Newest event first. */
function readOrderEvents(state: ExchangeState, query: Query): Result<Read> {
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
