import { z } from 'zod';
import { decimal, integer, lotsOf, nearestTicks, parseWith, ticksOf } from '../fields.ts';
import type { Market } from '../market.ts';
import type { MarketIndex } from '../marketIndex.ts';
import { sideOfTrade, type TradeCause, type TradeSide } from '../terms.ts';
import type { BboFrame, BookFrame, CandleRow, PriceRow, TradeRow } from './frame.ts';

const levelSchema = z.object({ p: decimal, a: decimal });
const bookSchema = z.object({
  s: z.string(),
  l: z.tuple([z.array(levelSchema), z.array(levelSchema)]),
  t: integer,
  li: integer.optional(),
});

/** Shape of `book` data, also of `GET /book`. `undefined` for a market we do not know. */
export function decodeBook(data: unknown, markets: MarketIndex): BookFrame | undefined {
  const raw = parseWith(bookSchema, data, 'book');
  const market = markets.bySymbol(raw.s);
  if (market === undefined) return undefined;
  const [bids, asks] = raw.l;
  return {
    channel: 'book',
    market: market.id,
    bids: flatten(bids, market),
    asks: flatten(asks, market),
    timeMs: raw.t,
    li: raw.li ?? 0,
  };
}

function flatten(levels: readonly { p: string; a: string }[], market: Market): number[] {
  const flat: number[] = [];
  for (const level of levels) flat.push(ticksOf(level.p, market), lotsOf(level.a, market));
  return flat;
}

const bboSchema = z.object({
  s: z.string(),
  li: integer.optional(),
  t: integer,
  b: decimal.nullish(),
  B: decimal.nullish(),
  a: decimal.nullish(),
  A: decimal.nullish(),
});

/** Best bid and offer; 0 stands for an empty side. */
export function decodeBbo(data: unknown, markets: MarketIndex): BboFrame | undefined {
  const raw = parseWith(bboSchema, data, 'bbo');
  const market = markets.bySymbol(raw.s);
  if (market === undefined) return undefined;
  return {
    channel: 'bbo',
    market: market.id,
    bidTicks: ticksOf(raw.b ?? '0', market),
    bidLots: lotsOf(raw.B ?? '0', market),
    askTicks: ticksOf(raw.a ?? '0', market),
    askLots: lotsOf(raw.A ?? '0', market),
    timeMs: raw.t,
    li: raw.li ?? 0,
  };
}

const priceSchema = z.object({
  symbol: z.string(),
  mark: decimal.nullish(),
  mid: decimal.nullish(),
  oracle: decimal.nullish(),
  timestamp: integer,
});

/** Rows of `prices` and of `GET /info/prices`. */
export function decodePrices(data: unknown, markets: MarketIndex): PriceRow[] {
  const rows: PriceRow[] = [];
  for (const raw of parseWith(z.array(priceSchema), data, 'prices')) {
    const market = markets.bySymbol(raw.symbol);
    if (market === undefined) continue;
    rows.push({
      market: market.id,
      markTicks: nearestTicks(raw.mark ?? '0', market),
      midTicks: nearestTicks(raw.mid ?? '0', market),
      oracleTicks: nearestTicks(raw.oracle ?? '0', market),
      timeMs: raw.timestamp,
    });
  }
  return rows;
}

const TRADE_SIDES = ['open_long', 'open_short', 'close_long', 'close_short'] as const;
const CAUSES = ['normal', 'market_liquidation', 'backstop_liquidation', 'settlement'] as const;
export const tradeSide: z.ZodType<TradeSide> = z.enum(TRADE_SIDES);
/** An unknown cause is read as a normal trade: the figures count either way. */
export const tradeCause: z.ZodType<TradeCause> = z.enum(CAUSES).catch('normal');

const tradeSchema = z.object({
  s: z.string(),
  p: decimal,
  a: decimal,
  d: tradeSide,
  tc: tradeCause,
  t: integer,
  li: integer.optional(),
});

/** Public trades, taker side only. */
export function decodeTrades(data: unknown, markets: MarketIndex): TradeRow[] {
  const rows: TradeRow[] = [];
  for (const raw of parseWith(z.array(tradeSchema), data, 'trades')) {
    const market = markets.bySymbol(raw.s);
    if (market === undefined) continue;
    rows.push({
      market: market.id,
      ticks: ticksOf(raw.p, market),
      lots: lotsOf(raw.a, market),
      takerSide: sideOfTrade(raw.d),
      cause: raw.tc,
      timeMs: raw.t,
      li: raw.li ?? 0,
    });
  }
  return rows;
}

const candleSchema = z.object({
  t: integer,
  s: z.string(),
  i: z.string(),
  o: decimal,
  h: decimal,
  l: decimal,
  c: decimal,
  v: decimal,
});

/** One candle of the channel or of `GET /kline`. */
export function decodeCandle(data: unknown, markets: MarketIndex): CandleRow | undefined {
  const raw = parseWith(candleSchema, data, 'candle');
  const market = markets.bySymbol(raw.s);
  if (market === undefined) return undefined;
  return {
    market: market.id,
    interval: raw.i,
    startMs: raw.t,
    openTicks: nearestTicks(raw.o, market),
    highTicks: nearestTicks(raw.h, market),
    lowTicks: nearestTicks(raw.l, market),
    closeTicks: nearestTicks(raw.c, market),
    lots: lotsOf(raw.v, market),
  };
}
