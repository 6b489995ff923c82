import type { Market } from '../protocol/market.ts';
import { invariant } from '../std/assert.ts';
import type { Grid } from '../std/decimal.ts';
import { mulDiv } from '../std/integers.ts';
import { MINUTE_MS, type RecordedBars, TAPE_GRID } from './parseBars.ts';

/** One minute of one market on the market's own grids. Low ≤ open, close ≤ high. */
export interface Bar {
  /** Start of the minute, ms since the epoch in tape time. */
  readonly openTimeMs: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly volumeLots: number;
}

/** One market's share of a tape; `file` names it in errors. */
export interface Recording {
  readonly market: Market;
  readonly bars: RecordedBars;
}

interface Columns {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/**
 * Recorded minutes of several markets, all of the same minutes, snapped to each market's tick and
 * lot (to the nearest, halves up: the high stays the highest and the low the lowest).
 */
export class Tape {
  /** Start of the first minute, ms since the epoch. */
  readonly startMs: number;
  readonly minutes: number;
  readonly markets: readonly Market[];
  readonly #columns = new Map<number, Columns>();

  constructor(recordings: readonly Recording[]) {
    const first = recordings[0]?.bars;
    invariant(first !== undefined, 'a tape needs a market');
    this.startMs = first.startMs;
    this.minutes = first.minutes;
    this.markets = recordings.map(({ market }) => market);
    for (const { market, bars } of recordings) {
      const same = bars.startMs === first.startMs && bars.minutes === first.minutes;
      invariant(same, 'the markets of a tape cover the same minutes');
      this.#columns.set(market.id, snap(market, bars));
    }
  }

  /** Minute `index`, from 0, of `market`. */
  bar(market: Market, index: number): Bar {
    const columns = this.#columns.get(market.id);
    const openTicks = columns?.open[index];
    invariant(columns !== undefined && openTicks !== undefined, `no minute ${index} on the tape`);
    return {
      openTimeMs: this.startMs + index * MINUTE_MS,
      openTicks,
      highTicks: columns.high[index] as number,
      lowTicks: columns.low[index] as number,
      closeTicks: columns.close[index] as number,
      volumeLots: columns.volume[index] as number,
    };
  }
}

function snap(market: Market, bars: RecordedBars): Columns {
  const tick = unitsOf(market.tick);
  const lot = unitsOf(market.lot);
  const prices = (column: Float64Array): Float64Array =>
    column.map((units) => mulDiv(units, 1, tick, 'half-up'));
  return {
    open: prices(bars.open),
    high: prices(bars.high),
    low: prices(bars.low),
    close: prices(bars.close),
    volume: bars.volume.map((units) => mulDiv(units, 1, lot, 'half-up')),
  };
}

/** Steps of the tape's grid in one step of `grid`. */
export function unitsOf(grid: Grid): number {
  invariant(grid.decimals <= TAPE_GRID.decimals, 'a market grid finer than the tape');
  return grid.step * 10 ** (TAPE_GRID.decimals - grid.decimals);
}
