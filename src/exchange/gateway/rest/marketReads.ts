import { formatPrice } from '../../../protocol/market.ts';
import { format, RATE } from '../../../std/decimal.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { type CandleSeries, INTERVAL_MINUTES } from '../../core/markets/candles.ts';
import type { MarketState } from '../../core/markets/marketState.ts';
import { accepted, type Result, refused } from '../../core/requests/refusal.ts';
import { fundingRateRow } from '../../payloads/historyPayloads.ts';
import { book, candleRow, priceRow, tradeRow } from '../../payloads/marketPayloads.ts';
import { invalidQuery, type Query } from './query.ts';
import { pageOf, type Read } from './read.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MOST_CANDLES = 4000;
const MOST_POINTS = 168;
export const AGG_LEVELS: readonly number[] = [1, 10, 100, 1000, 10_000];

/** `GET /info/prices`. */
export function readPrices(state: ExchangeState): Result<Read> {
  return accepted({ data: state.markets.map((here) => priceRow(state, here)) });
}

/** `GET /book`. */
export function readBook(state: ExchangeState, here: MarketState, query: Query): Result<Read> {
  const level = query.integer('agg_level', 1);
  if (!level.ok) return level;
  if (!AGG_LEVELS.includes(level.value)) {
    return refused(invalidQuery(`agg_level: expected one of ${AGG_LEVELS.join(', ')}`));
  }
  return accepted({ data: book(state, here, level.value) });
}

/** `GET /trades`: the newest public trades. */
export function readTrades(state: ExchangeState, here: MarketState): Result<Read> {
  const data = here.recentTrades().map((trade) => tradeRow(here.market, trade));
  return accepted({ data, lastOrderId: state.lastOrderId });
}

/** `GET /kline`. */
export function readCandles(state: ExchangeState, here: MarketState, query: Query): Result<Read> {
  return candles(state, here, here.candles, query);
}

/** `GET /kline/mark`. */
export function readMarkCandles(
  state: ExchangeState,
  here: MarketState,
  query: Query,
): Result<Read> {
  return candles(state, here, here.markCandles, query);
}

/** `GET /kline/sparklines`: the last closing prices of some markets, all by default, oldest first. */
export function readSparklines(state: ExchangeState, query: Query): Result<Read> {
  const interval = query.optional('interval') ?? '1h';
  const minutes = minutesOf(interval);
  if (!minutes.ok) return minutes;
  const points = query.limit(16, MOST_POINTS, 'points');
  if (!points.ok) return points;
  const wanted = query.optional('symbols')?.split(',');
  const markets = state.markets.filter(({ market }) => wanted?.includes(market.symbol) ?? true);
  const lineOf = ({ candles: series, market }: MarketState): unknown => {
    const last = series.latestStart(minutes.value);
    const from = last - (points.value - 1) * minutes.value * MINUTE_MS;
    const rows = last < 0 ? [] : series.between(minutes.value, from, last, points.value);
    return {
      s: market.symbol,
      d: rows.map(({ closeTicks, startMs }) => ({
        t: startMs,
        c: formatPrice(market, closeTicks),
      })),
    };
  };
  return accepted({ data: markets.map(lineOf) });
}

/** `GET /funding_rate/history`. */
export function readFundingRates(
  _: ExchangeState,
  { funding }: MarketState,
  query: Query,
): Result<Read> {
  return pageOf(funding.log, query, fundingRateRow);
}

/** `GET /funding_rate/aggregated`: there is no other exchange here, so the others pay the same. */
export function readAggregatedRates(state: ExchangeState): Result<Read> {
  const data = state.markets.map(({ funding, market }) => {
    const rate = format(funding.lastRateNano, RATE);
    return { symbol: market.symbol, rates: { binance: rate, bybit: rate } };
  });
  return accepted({ data });
}

function candles(
  state: ExchangeState,
  here: MarketState,
  series: CandleSeries,
  query: Query,
): Result<Read> {
  const interval = query.required('interval');
  if (!interval.ok) return interval;
  const minutes = minutesOf(interval.value);
  if (!minutes.ok) return minutes;
  const from = query.integer('start_time', undefined);
  if (!from.ok) return from;
  const to = query.integer('end_time', Number.MAX_SAFE_INTEGER);
  if (!to.ok) return to;
  const limit = query.limit(MOST_CANDLES, MOST_CANDLES);
  if (!limit.ok) return limit;
  const shiftMs = wallShift(state, series, minutes.value, from.value);
  const rows = series
    .between(minutes.value, from.value - shiftMs, to.value - shiftMs, limit.value)
    .map((each) => ({ ...each, startMs: each.startMs + shiftMs }));
  return accepted({ data: rows.map((each) => candleRow(here.market, interval.value, each)) });
}

/**
 * How far candles have to be moved for a client that asks by its own clock, ms: so that the newest
 * is the one of now. Candles run in tape time, of which such a client knows nothing. It is told by a
 * start that lies more than a day after everything on the tape; for all others it is 0.
 */
function wallShift(
  { nowMs, settings }: ExchangeState,
  series: CandleSeries,
  minutes: number,
  fromMs: number,
): number {
  const newestMinute = series.latestStart(1);
  if (!settings.wallClockCandles || newestMinute < 0) return 0;
  if (fromMs <= newestMinute + DAY_MS) return 0;
  const length = minutes * MINUTE_MS;
  return Math.floor(nowMs / length) * length - series.latestStart(minutes);
}

function minutesOf(interval: string): Result<number> {
  const minutes = INTERVAL_MINUTES.get(interval);
  if (minutes !== undefined) return accepted(minutes);
  const known = [...INTERVAL_MINUTES.keys()].join(', ');
  return refused(invalidQuery(`interval: expected one of ${known}`));
}
