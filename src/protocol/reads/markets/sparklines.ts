import { z } from 'zod';
import { decimal, integer, nearestTicks } from '../../fields.ts';
import { marketRows } from '../../marketRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export interface SparklineParams {
  /** All markets when absent. */
  readonly symbols?: readonly string[];
  /** `1h` when absent. */
  readonly interval?: string;
  /** 16 when absent, 168 at most. */
  readonly points?: number;
}

/** Closing prices of one market, oldest first. */
export interface Sparkline {
  readonly market: number;
  readonly points: readonly { readonly timeMs: number; readonly closeTicks: number }[];
}

export const sparklineSchema = z.object({
  s: z.string(),
  d: z.array(z.object({ t: integer, c: decimal })),
});

/** `GET /kline/sparklines`. */
export const SPARKLINES: Read<SparklineParams, Page<Sparkline>> = {
  path: '/kline/sparklines',
  isHeavy: false,
  parameters: ({ symbols, interval, points }) => ({
    symbols: symbols?.join(','),
    interval,
    points,
  }),
  decode: (envelope, whole) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(data, 'kline/sparklines', sparklineSchema, reading, (raw, market) => ({
        market: market.id,
        points: raw.d.map(({ t, c }) => ({ timeMs: t, closeTicks: nearestTicks(c, market) })),
      })),
    ),
};
