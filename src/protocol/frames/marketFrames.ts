import { z } from 'zod';
import {
  decimal,
  integer,
  lotsOf,
  nanoIn,
  nearest,
  nearestTicks,
  ticksIn,
  ticksOf,
} from '../fields.ts';
import type { Market } from '../market.ts';
import type { MarketIndex } from '../marketIndex.ts';
import { marketRow, marketRows, type Reading } from '../marketRows.ts';
import { sideOfTrade, type TradeCause, type TradeSide } from '../terms.ts';
import type { BboFrame, BookFrame, CandleRow, PriceRow, TradeRow } from './frame.ts';

/** How many orders make up a level (`n`) moves nothing here. */
const levelSchema = z.object({ p: decimal, a: decimal });
export const bookSchema = z.object({
  l: z.tuple([z.array(levelSchema), z.array(levelSchema)]),
  t: integer,
  li: integer.nullish(),
});

/** Shape of `book` data, also of `GET /book`. `undefined` for a market we do not know. */
export function decodeBook(data: unknown, markets: MarketIndex): BookFrame | undefined {
  return marketRow(data, 'book', bookSchema, markets, (raw, market) => ({
    channel: 'book',
    market: market.id,
    bids: flatten(raw.l[0], market),
    asks: flatten(raw.l[1], market),
    timeMs: raw.t,
    li: raw.li ?? 0,
  }));
}

function flatten(levels: readonly { p: string; a: string }[], market: Market): number[] {
  const flat: number[] = [];
  for (const level of levels) flat.push(ticksOf(level.p, market), lotsOf(level.a, market));
  return flat;
}

export const bboSchema = z.object({
  li: integer.nullish(),
  t: integer,
  b: decimal.nullish(),
  B: decimal.nullish(),
  a: decimal.nullish(),
  A: decimal.nullish(),
  i: integer.nullish(),
});

/** Best bid and offer; 0 stands for an empty side. */
export function decodeBbo(data: unknown, markets: MarketIndex): BboFrame | undefined {
  return marketRow(data, 'bbo', bboSchema, markets, (raw, market) => ({
    channel: 'bbo',
    market: market.id,
    bidTicks: ticksOf(raw.b ?? '0', market),
    bidLots: lotsOf(raw.B ?? '0', market),
    askTicks: ticksOf(raw.a ?? '0', market),
    askLots: lotsOf(raw.A ?? '0', market),
    timeMs: raw.t,
    li: raw.li ?? 0,
    orderId: raw.i ?? undefined,
  }));
}

export const priceSchema = z.object({
  mark: decimal.nullish(),
  mid: decimal.nullish(),
  oracle: decimal.nullish(),
  timestamp: integer,
  funding: decimal.nullish(),
  next_funding: decimal.nullish(),
  open_interest: decimal.nullish(),
  volume_24h: decimal.nullish(),
  yesterday_price: decimal.nullish(),
});

const WHOLE = { step: 1, decimals: 0 };

/** Rows of `prices` and of `GET /info/prices`. */
export function decodePrices(data: unknown, reading: Reading): PriceRow[] {
  return marketRows(data, 'prices', priceSchema, reading, (raw, market) => ({
    market: market.id,
    markTicks: nearestTicks(raw.mark ?? '0', market),
    midTicks: nearestTicks(raw.mid ?? '0', market),
    oracleTicks: nearestTicks(raw.oracle ?? '0', market),
    timeMs: raw.timestamp,
    fundingNano: nanoIn(raw.funding, 'funding'),
    nextFundingNano: nanoIn(raw.next_funding, 'next funding'),
    openInterestLots: raw.open_interest
      ? nearest(raw.open_interest, market.lot, 'open interest')
      : undefined,
    volume24hDollars: raw.volume_24h ? nearest(raw.volume_24h, WHOLE, 'volume') : undefined,
    yesterdayTicks: ticksIn(raw.yesterday_price, market),
  }));
}

const TRADE_SIDES = ['open_long', 'open_short', 'close_long', 'close_short'] as const;
const CAUSES = ['normal', 'market_liquidation', 'backstop_liquidation', 'settlement'] as const;
export const tradeSide: z.ZodType<TradeSide> = z.enum(TRADE_SIDES);
/** An unknown cause is read as a normal trade: the figures count either way. */
export const tradeCause: z.ZodType<TradeCause> = z.enum(CAUSES).catch('normal');

export const tradeSchema = z.object({
  p: decimal,
  a: decimal,
  d: tradeSide,
  tc: tradeCause,
  t: integer,
  li: integer.nullish(),
  h: integer.nullish(),
  u: z.string().nullish(),
});

/** Public trades, taker side only. */
export function decodeTrades(data: unknown, reading: Reading): TradeRow[] {
  return marketRows(data, 'trades', tradeSchema, reading, (raw, market) => ({
    market: market.id,
    ticks: ticksOf(raw.p, market),
    lots: lotsOf(raw.a, market),
    takerSide: sideOfTrade(raw.d),
    cause: raw.tc,
    timeMs: raw.t,
    li: raw.li ?? 0,
    historyId: raw.h ?? undefined,
    taker: raw.u ?? undefined,
  }));
}

export const candleSchema = z.object({
  t: integer,
  i: z.string(),
  o: decimal,
  h: decimal,
  l: decimal,
  c: decimal,
  v: decimal,
  T: integer.nullish(),
  n: integer.nullish(),
});

/** One candle of the channel or of `GET /kline`. */
export function decodeCandle(data: unknown, markets: MarketIndex): CandleRow | undefined {
  return marketRow(data, 'candle', candleSchema, markets, (raw, market) => ({
    market: market.id,
    interval: raw.i,
    startMs: raw.t,
    openTicks: nearestTicks(raw.o, market),
    highTicks: nearestTicks(raw.h, market),
    lowTicks: nearestTicks(raw.l, market),
    closeTicks: nearestTicks(raw.c, market),
    lots: nearest(raw.v, market.lot, 'volume'),
    endMs: raw.T ?? undefined,
    trades: raw.n ?? undefined,
  }));
}
