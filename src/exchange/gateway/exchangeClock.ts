import type { Clock } from '../../std/host.ts';

const { floor } = Math;

/** The wall clock may be ahead of us by this much before we follow it, ms. */
const AHEAD_MS = 1000;

/**
 * The exchange's time: the wall clock at the start, carried on by the monotonic one, so that a wall
 * clock that is set back holds no delayed order back. It follows when the wall clock has run ahead,
 * as after a machine has slept, and never goes back itself.
 */
export class ExchangeClock {
  readonly #clock: Clock;
  #wallMs: number;
  #monoUs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallMs = clock.wallMs();
    this.#monoUs = clock.monoUs();
  }

  nowMs(): number {
    const monoUs = this.#clock.monoUs();
    const carriedMs = this.#wallMs + floor((monoUs - this.#monoUs) / 1000);
    const wallMs = this.#clock.wallMs();
    if (wallMs - carriedMs <= AHEAD_MS) return carriedMs;
    this.#wallMs = wallMs;
    this.#monoUs = monoUs;
    return wallMs;
  }
}
