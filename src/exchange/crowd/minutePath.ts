import type { Side } from '../../protocol/terms.ts';
import { clamp } from '../../std/integers.ts';
import { between, gaussian, type Random, unit } from '../../std/random.ts';
import type { Bar } from '../../tape/tape.ts';

const { floor, round, sqrt } = Math;

/** Points on the way through a minute, one for each second of tape time. */
const POINTS = 60;
/** Expected range of a Brownian motion over its standard deviation: √(8/π). */
const RANGE_PER_DEVIATION = 1.6;
/** How often the way to a close above the open leads over the low first. */
const LOW_FIRST_WHEN_RISING = 0.65;

/** A price that must print on the way, and the side of the taker that prints it. */
export interface Anchor {
  /** Share of the minute that has passed, from 0 to 1. */
  readonly at: number;
  readonly ticks: number;
  readonly taker: Side;
}

/**
 * The way of a price through one minute: Brownian bridges from the open over both extremes, in an
 * order that the dice choose, to the close, never outside the bar.
 */
export class MinutePath {
  /** The extremes that neither open nor close prints, in the order of time. */
  readonly anchors: readonly Anchor[];
  readonly #points = new Float64Array(POINTS + 1);

  constructor(bar: Bar, random: Random) {
    this.anchors = extremes(bar, random);
    this.#points[0] = bar.openTicks;
    this.#points[POINTS] = bar.closeTicks;
    let from = 0;
    for (const { at, ticks } of this.anchors) {
      const to = round(at * POINTS);
      this.#points[to] = ticks;
      this.#bridge(from, to, bar, random);
      from = to;
    }
    this.#bridge(from, POINTS, bar, random);
  }

  /** Price in ticks, between whole ones too, when the share `at` of the minute has passed. */
  priceAt(at: number): number {
    const place = clamp(at, 0, 1) * POINTS;
    const before = floor(place);
    const from = this.#points[before] as number;
    const to = this.#points[before + 1] ?? from;
    return from + (to - from) * (place - before);
  }

  #bridge(from: number, to: number, bar: Bar, random: Random): void {
    const points = this.#points;
    const deviation = (bar.highTicks - bar.lowTicks) / RANGE_PER_DEVIATION / sqrt(POINTS);
    const target = points[to] as number;
    for (let i = from + 1; i < to; i += 1) {
      const last = points[i - 1] as number;
      const left = to - i + 1;
      const mean = last + (target - last) / left;
      const next = mean + deviation * sqrt((left - 1) / left) * gaussian(random);
      points[i] = reflect(next, bar.lowTicks, bar.highTicks);
    }
  }
}

function extremes(bar: Bar, random: Random): Anchor[] {
  const { openTicks, closeTicks, lowTicks, highTicks } = bar;
  const first = between(random, 4, 28) / POINTS;
  const second = between(random, 32, 56) / POINTS;
  const lowFirst = unit(random) < LOW_FIRST_WHEN_RISING === closeTicks >= openTicks;
  const low: Anchor = { at: lowFirst ? first : second, ticks: lowTicks, taker: 'ask' };
  const high: Anchor = { at: lowFirst ? second : first, ticks: highTicks, taker: 'bid' };
  return (lowFirst ? [low, high] : [high, low]).filter(
    ({ ticks }) => ticks !== openTicks && ticks !== closeTicks,
  );
}

/** Folds a price that left the bar back into it; one step is far shorter than the bar. */
function reflect(price: number, low: number, high: number): number {
  return price > high ? 2 * high - price : price < low ? 2 * low - price : price;
}
