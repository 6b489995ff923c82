import { SeededRandom, unit } from '../../../std/random.ts';
import type { Fault } from './fault.ts';

/** A fault that was set: when it is on, which turn it takes, and how often it struck. */
export class ArmedFault {
  readonly fault: Fault;
  readonly beginsMs: number;
  readonly endsMs: number;
  hits = 0;
  #seen = 0;
  readonly #random: SeededRandom;

  /** Each fault has dice of its own, so that one more changes nothing about the others. */
  constructor(fault: Fault, seed: number, nowMs: number) {
    this.fault = fault;
    this.beginsMs = nowMs + (fault.afterMs ?? 0);
    this.endsMs =
      fault.forMs === undefined ? Number.POSITIVE_INFINITY : this.beginsMs + fault.forMs;
    this.#random = new SeededRandom(seed);
  }

  isOn(nowMs: number): boolean {
    return nowMs >= this.beginsMs && nowMs < this.endsMs;
  }

  /** Whether it strikes what is before it now, which counts as one of its n. */
  strikes(nowMs: number): boolean {
    if (!this.isOn(nowMs)) return false;
    this.#seen += 1;
    const { every, next, probability } = this.fault;
    if (probability !== undefined && unit(this.#random) >= probability) return false;
    if (every !== undefined && this.#seen % every !== 0) return false;
    if (next !== undefined && this.hits >= next) return false;
    this.hits += 1;
    return true;
  }
}
