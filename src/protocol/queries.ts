import { z } from 'zod';
import { parseWith } from './fields.ts';
import type {
  BookFrame,
  CandleRow,
  FillRow,
  OpenOrderRow,
  PositionRow,
  PriceRow,
} from './frames/frame.ts';
import { decodeBook, decodeCandle, decodePrices } from './frames/marketFrames.ts';
import type { MarketIndex } from './marketIndex.ts';
import { COST } from './operations/operation.ts';
import {
  type AccountReply,
  decodeAccount,
  decodeOpenOrders,
  decodeOrderHistory,
  decodePositions,
  decodeTradeHistory,
  type OrderHistoryRow,
} from './replies/account.ts';
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

/** A read over REST: data only, so that it can be logged. */
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

/** Tenths of a credit that the query costs with an API config key, or without one. */
export function queryCostTenths(query: Query, isIdentified = true): number {
  switch (query.of) {
    case 'orderHistory':
    case 'tradeHistory':
    case 'candles':
      return isIdentified ? COST.heavyGet : COST.heavyGetUnidentified;
    default:
      return COST.get;
  }
}

/** Path and query string under `/api/v1`. */
export function queryPath(query: Query): string {
  switch (query.of) {
    case 'account':
      return `/account?account=${query.account}`;
    case 'positions':
      return `/positions?account=${query.account}`;
    case 'orders':
      return `/orders?account=${query.account}`;
    case 'orderHistory':
      return `/orders/history?account=${query.account}&limit=100${cursorOf(query.cursor)}`;
    case 'tradeHistory':
      return `/trades/history?account=${query.account}&limit=100${cursorOf(query.cursor)}`;
    case 'prices':
      return '/info/prices';
    case 'book':
      return `/book?symbol=${query.symbol}&agg_level=1`;
    case 'candles':
      return `/kline?symbol=${query.symbol}&interval=${query.interval}&start_time=${query.startMs}&end_time=${query.endMs}`;
  }
}

function cursorOf(cursor: string | undefined): string {
  return cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
}

/** Reads the answer to `query`; throws `EXCHANGE_PROTOCOL` when it has another shape. */
export function decodeQuery(query: Query, envelope: Envelope, markets: MarketIndex): QueryResult {
  const { data, lastOrderId, nextCursor } = envelope;
  switch (query.of) {
    case 'account':
      return { of: 'account', account: decodeAccount(data) };
    case 'positions':
      return { of: 'positions', rows: decodePositions(data, markets), lastOrderId };
    case 'orders':
      return { of: 'orders', rows: decodeOpenOrders(data, markets), lastOrderId };
    case 'orderHistory':
      return {
        of: 'orderHistory',
        rows: decodeOrderHistory(data, markets),
        nextCursor,
        lastOrderId,
      };
    case 'tradeHistory':
      return {
        of: 'tradeHistory',
        rows: decodeTradeHistory(data, query.account, markets),
        nextCursor,
      };
    case 'prices':
      return { of: 'prices', rows: decodePrices(data, markets) };
    case 'book':
      return { of: 'book', book: decodeBook(data, markets) };
    case 'candles':
      return { of: 'candles', rows: decodeCandles(data, markets) };
  }
}

function decodeCandles(data: unknown, markets: MarketIndex): CandleRow[] {
  const rows: CandleRow[] = [];
  for (const raw of parseWith(z.array(z.unknown()), data, 'kline')) {
    const row = decodeCandle(raw, markets);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}
