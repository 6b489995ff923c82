import type { Clock } from '../../std/host.ts';

const { floor } = Math;

/**
 * The exchange's time: the wall clock at the start, carried on by the monotonic one, so that a step
 * of the wall clock neither holds delayed orders back nor releases them.
 */
export class ExchangeClock {
  readonly #clock: Clock;
  readonly #wallMs: number;
  readonly #monoUs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallMs = clock.wallMs();
    this.#monoUs = clock.monoUs();
  }

  nowMs(): number {
    return this.#wallMs + floor((this.#clock.monoUs() - this.#monoUs) / 1000);
  }
}
