import { lotsWithin, type Market } from '../../protocol/market.ts';
import type { Side } from '../../protocol/terms.ts';
import { clamp, MICRO } from '../../std/integers.ts';
import { type Random, unit } from '../../std/random.ts';
import type { Bar } from '../../tape/tape.ts';

const { exp, log, max, round } = Math;

/** Takers that arrive in a second of wall time, in each market, whatever the tape's speed. */
const TAKERS_PER_SECOND = 4;
/** After a pause of the process the crowd does not catch up on takers. */
const MOST_AT_ONCE = 8;
const MEAN_MICRO = { least: 500 * MICRO, most: 12_000 * MICRO };
const ORDER_MICRO = { least: 50 * MICRO, most: 40_000 * MICRO };

/** The takers of one market: how many come, which way, and how much they trade. */
export class Takers {
  readonly #market: Market;
  readonly #random: Random;
  readonly #perMinute: number;
  #meanMicro: number = MEAN_MICRO.least;

  /** `speed`: tape seconds in a second of wall time. */
  constructor(market: Market, random: Random, speed: number) {
    this.#market = market;
    this.#random = random;
    this.#perMinute = max(1, (TAKERS_PER_SECOND * 60) / speed);
  }

  /** Sizes follow the volume of `bar` within bounds that the makers can serve. */
  startMinute(bar: Bar): void {
    const micro = bar.closeTicks * bar.volumeLots * this.#market.microPerTickLot;
    this.#meanMicro = clamp(micro / this.#perMinute, MEAN_MICRO.least, MEAN_MICRO.most);
  }

  /** How many arrive in `elapsedMs` of wall time: a draw from a Poisson distribution. */
  arrivals(elapsedMs: number): number {
    const floor = exp((-elapsedMs * TAKERS_PER_SECOND) / 1000);
    let count = 0;
    for (let left = unit(this.#random); left > floor && count < MOST_AT_ONCE; count += 1) {
      left *= unit(this.#random);
    }
    return count;
  }

  side(): Side {
    return unit(this.#random) < 0.5 ? 'bid' : 'ask';
  }

  /** Lots of one order: exponential, between bounds. */
  lots(ticks: number): number {
    const drawn = -log(1 - unit(this.#random)) * this.#meanMicro;
    const micro = clamp(round(drawn), ORDER_MICRO.least, ORDER_MICRO.most);
    return max(1, lotsWithin(this.#market, ticks, micro));
  }
}
