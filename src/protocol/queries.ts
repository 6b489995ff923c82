import type {
  BookFrame,
  CandleRow,
  FillRow,
  OpenOrderRow,
  PositionRow,
  PriceRow,
} from './frames/frame.ts';
import { type OnBadRow, raise } from './listRows.ts';
import type { MarketIndex } from './marketIndex.ts';
import { ACCOUNT, type AccountReply } from './reads/accounts/account.ts';
import { POSITIONS } from './reads/accounts/positions.ts';
import { BOOK } from './reads/markets/book.ts';
import { CANDLES } from './reads/markets/candles.ts';
import { PRICES } from './reads/markets/prices.ts';
import { OPEN_ORDERS } from './reads/orders/openOrders.ts';
import { ORDER_HISTORY, type OrderHistoryRow } from './reads/orders/orderHistory.ts';
import { TRADE_HISTORY } from './reads/orders/tradeHistory.ts';
import { readCostTenths, readPath } from './reads/read.ts';
import type { Envelope } from './replies/envelope.ts';

/** What one answered query says, with the exchange's order counter as its watermark. */
export type QueryResult =
  | { readonly of: 'account'; readonly account: AccountReply }
  | {
      readonly of: 'positions';
      readonly rows: readonly PositionRow[];
      readonly lastOrderId: number;
    }
  | { readonly of: 'orders'; readonly rows: readonly OpenOrderRow[]; readonly lastOrderId: number }
  | {
      readonly of: 'orderHistory';
      readonly rows: readonly OrderHistoryRow[];
      readonly nextCursor: string | undefined;
      readonly lastOrderId: number;
    }
  | {
      readonly of: 'tradeHistory';
      readonly rows: readonly FillRow[];
      readonly nextCursor: string | undefined;
    }
  | { readonly of: 'prices'; readonly rows: readonly PriceRow[] }
  | { readonly of: 'book'; readonly book: BookFrame | undefined }
  | { readonly of: 'candles'; readonly rows: readonly CandleRow[] };

/** A read over REST that the desk asks for: data only, so that it can be logged. */
export type Query =
  | { readonly of: 'account' | 'positions' | 'orders'; readonly account: string }
  | {
      readonly of: 'orderHistory' | 'tradeHistory';
      readonly account: string;
      readonly cursor?: string;
    }
  | { readonly of: 'prices' }
  | { readonly of: 'book'; readonly symbol: string }
  | {
      readonly of: 'candles';
      readonly symbol: string;
      readonly interval: string;
      readonly startMs: number;
      readonly endMs: number;
    };

const READS = {
  account: ACCOUNT,
  positions: POSITIONS,
  orders: OPEN_ORDERS,
  orderHistory: ORDER_HISTORY,
  tradeHistory: TRADE_HISTORY,
  prices: PRICES,
  book: BOOK,
  candles: CANDLES,
} as const;

/** Rows of a page of a history. */
const PAGE = 100;

/** Tenths of a credit that the query costs with an API config key, or without one. */
export function queryCostTenths(query: Query, isIdentified = true): number {
  return readCostTenths(READS[query.of], isIdentified);
}

/** Path and query string under `/api/v1`. */
export function queryPath(query: Query): string {
  switch (query.of) {
    case 'account':
    case 'positions':
    case 'orders':
      return readPath(READS[query.of], query);
    case 'orderHistory':
    case 'tradeHistory':
      return readPath(READS[query.of], { limit: PAGE, ...query });
    case 'prices':
      return readPath(PRICES, undefined);
    case 'book':
      return readPath(BOOK, query);
    case 'candles':
      return readPath(CANDLES, query);
  }
}

/**
 * Reads the answer to `query`. A bad row is reported and left out where that only means to know
 * less; where an absent row would read as flat, ended or never admitted, the answer is read whole or
 * not at all. Throws `EXCHANGE_PROTOCOL` when the answer has another shape.
 */
export function decodeQuery(
  query: Query,
  envelope: Envelope,
  markets: MarketIndex,
  onBadRow: OnBadRow = raise,
): QueryResult {
  const reading = { markets, onBadRow };
  const whole = { markets, onBadRow: raise };
  const { lastOrderId, nextCursor } = envelope;
  switch (query.of) {
    case 'account':
      return { of: 'account', account: ACCOUNT.decode(envelope, reading, query) };
    case 'positions': {
      const { rows } = POSITIONS.decode(envelope, whole, query);
      return { of: 'positions', rows, lastOrderId };
    }
    case 'orders': {
      const { rows } = OPEN_ORDERS.decode(envelope, whole, query);
      return { of: 'orders', rows, lastOrderId };
    }
    case 'orderHistory': {
      const { rows } = ORDER_HISTORY.decode(envelope, whole, query);
      return { of: 'orderHistory', rows, nextCursor, lastOrderId };
    }
    case 'tradeHistory': {
      const { rows } = TRADE_HISTORY.decode(envelope, reading, query);
      return { of: 'tradeHistory', rows, nextCursor };
    }
    case 'prices':
      return { of: 'prices', rows: PRICES.decode(envelope, reading, undefined).rows };
    case 'book':
      return { of: 'book', book: BOOK.decode(envelope, reading, query) };
    case 'candles':
      return { of: 'candles', rows: CANDLES.decode(envelope, reading, query).rows };
  }
}
