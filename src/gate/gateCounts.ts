import type { RefusalCode } from './refusal.ts';

/** How much work the gate had, for reports. */
export interface GateCounters {
  readonly decisions: number;
  readonly reserved: number;
  readonly deferred: number;
  readonly refused: number;
  readonly refusedByCode: Readonly<Partial<Record<RefusalCode, number>>>;
  /** Orders that count now. */
  readonly liveEntries: number;
  readonly openClaims: number;
}

export class GateCounts {
  #reserved = 0;
  #deferred = 0;
  #refused = 0;
  readonly #byCode = new Map<RefusalCode, number>();

  reserved(): void {
    this.#reserved += 1;
  }

  deferred(): void {
    this.#deferred += 1;
  }

  refused(code: RefusalCode): void {
    this.#refused += 1;
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
  }

  report(liveEntries: number, openClaims: number): GateCounters {
    return {
      decisions: this.#reserved + this.#deferred + this.#refused,
      reserved: this.#reserved,
      deferred: this.#deferred,
      refused: this.#refused,
      refusedByCode: Object.fromEntries(this.#byCode),
      liveEntries,
      openClaims,
    };
  }
}
