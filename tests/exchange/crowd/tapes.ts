// Small tapes, literal or drawn from a seed.

import { type Market, makeMarket } from '../../../src/protocol/market.ts';
import { clamp } from '../../../src/std/integers.ts';
import { between, SeededRandom, unit } from '../../../src/std/random.ts';
import { Tape, unitsOf } from '../../../src/tape/tape.ts';

export const BTC: Market = market(0, 'BTC', '1', '0.00001');
export const ETH: Market = market(1, 'ETH', '0.1', '0.0001');

/** 2025-01-12 10:15 UTC. */
export const START_MS = 1_736_676_900_000;

/** Open, high, low, close in ticks. */
export type Row = readonly [number, number, number, number];

/** A tape with the same number of minutes for each market; `coins` traded in each of them. */
export function tapeOf(rows: readonly (readonly [Market, readonly Row[]])[], coins = 10): Tape {
  return new Tape(
    rows.map(([market, bars]) => {
      const column = (i: 0 | 1 | 2 | 3): Float64Array =>
        Float64Array.from(bars, (bar) => bar[i] * unitsOf(market.tick));
      const minutes = bars.length;
      return {
        market,
        bars: {
          startMs: START_MS,
          minutes,
          open: column(0),
          high: column(1),
          low: column(2),
          close: column(3),
          volume: new Float64Array(minutes).fill(coins * 1e8),
        },
      };
    }),
  );
}

/**
 * Minutes like recorded ones: most open where the last one closed, some elsewhere in its range or
 * one tick outside; some do not move at all, some less than the spread, some very much.
 */
export function drawRows(seed: number, minutes: number, startTicks: number): Row[] {
  const random = new SeededRandom(seed);
  const rows: Row[] = [];
  let last: Row = [startTicks, startTicks, startTicks, startTicks];
  for (let i = 0; i < minutes; i += 1) {
    const open = unit(random) < 0.6 ? last[3] : between(random, last[2] - 1, last[1] + 1);
    const widest = [0, 1, 3, 20, 100, 1500][between(random, 0, 5)] as number;
    const high = open + between(random, 0, widest);
    const low = open - between(random, 0, widest);
    const close = clamp(open + between(random, -widest, widest), low, high);
    last = [open, high, low, close];
    rows.push(last);
  }
  return rows;
}

function market(id: number, symbol: string, tickSize: string, lotSize: string): Market {
  const limits = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
  return makeMarket(id, { symbol, tickSize, lotSize, ...limits });
}
