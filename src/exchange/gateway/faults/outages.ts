import type { ArmedFault } from './armedFault.ts';

/** What is wrong with the exchange as a whole at one moment. */
export class Outages {
  readonly #armed: readonly ArmedFault[];
  /** Those whose beginning has been noticed. */
  readonly #begun: Set<ArmedFault> = new Set();

  constructor(armed: readonly ArmedFault[]) {
    this.#armed = armed;
  }

  get any(): boolean {
    return this.#armed.length > 0;
  }

  /** How far ahead the exchange's clock is, ms. */
  clockOffsetMs(nowMs: number): number {
    let offsetMs = 0;
    for (const { fault } of this.#on('clock', nowMs)) offsetMs += fault.ms ?? 0;
    return offsetMs;
  }

  isHalted(symbol: string, nowMs: number): boolean {
    return this.#on('halt', nowMs).some(
      ({ fault }) => fault.symbol === undefined || fault.symbol === symbol,
    );
  }

  /** The status of all requests while the exchange restarts. */
  downStatus(nowMs: number): number | undefined {
    const restart = this.#on('restart', nowMs)[0];
    return restart === undefined ? undefined : (restart.fault.status ?? 503);
  }

  /** Whether a restart has begun since this was asked last: every socket is cut then. */
  hasRestarted(nowMs: number): boolean {
    const fresh = this.#armed.filter((each) => nowMs >= each.beginsMs && !this.#begun.has(each));
    for (const each of fresh) {
      this.#begun.add(each);
      each.hits += 1;
    }
    return fresh.some(({ fault }) => fault.kind === 'restart');
  }

  /** When the next of them begins or ends; infinite when none does. */
  dueMs(nowMs: number): number {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const { beginsMs, endsMs } of this.#armed) {
      if (beginsMs > nowMs) dueMs = Math.min(dueMs, beginsMs);
      else if (endsMs > nowMs) dueMs = Math.min(dueMs, endsMs);
    }
    return dueMs;
  }

  #on(kind: 'clock' | 'halt' | 'restart', nowMs: number): ArmedFault[] {
    return this.#armed.filter((each) => each.fault.kind === kind && each.isOn(nowMs));
  }
}
