import { clamp } from '../std/integers.ts';

/** The exchange's window over which credits are counted. */
export const CREDIT_WINDOW_MS = 60_000;

/** Quota of an API config key at fee level 0, in tenths. */
export const DEFAULT_QUOTA_TENTHS = 3000;

interface Spend {
  readonly atMs: number;
  readonly tenths: number;
}

/**
 * What a family (main account and subaccounts) may still spend. Our own log of the last 60 s bounds
 * it from one side, what the exchange's headers say bounds it from the other: the smaller holds.
 * Times are monotonic milliseconds. A part of the quota is kept for cancels and kills.
 */
export class CreditBucket {
  readonly reserveTenths: number;
  #quotaTenths: number;
  #spent: Spend[] = [];
  #spentTenths = 0;
  #totalTenths = 0;
  #learntTenths = Number.POSITIVE_INFINITY;
  #learntUntilMs = 0;

  constructor(quotaTenths: number, reserveTenths: number) {
    this.#quotaTenths = quotaTenths;
    this.reserveTenths = reserveTenths;
  }

  get quotaTenths(): number {
    return this.#quotaTenths;
  }

  /** All that was ever spent, in tenths. */
  get totalTenths(): number {
    return this.#totalTenths;
  }

  /** Tenths that may be spent now by urgent work, or by everything else, which keeps the reserve. */
  available(nowMs: number, urgent: boolean): number {
    this.#expire(nowMs);
    const own = this.#quotaTenths - this.#spentTenths;
    const learnt = nowMs < this.#learntUntilMs ? this.#learntTenths : own;
    const left = own < learnt ? own : learnt;
    return urgent ? left : left - this.reserveTenths;
  }

  /** Tenths spent in the 60 s up to now. */
  spentInWindow(nowMs: number): number {
    this.#expire(nowMs);
    return this.#spentTenths;
  }

  spend(nowMs: number, tenths: number): void {
    this.#expire(nowMs);
    this.#spent.push({ atMs: nowMs, tenths });
    this.#spentTenths += tenths;
    this.#totalTenths += tenths;
    this.#learntTenths -= tenths;
  }

  /**
   * Takes what the exchange says. `inFlightTenths` is what we sent and it had not counted yet when
   * it answered, so that spending twice on an old answer is impossible.
   */
  learn(
    nowMs: number,
    remainingTenths: number,
    quotaTenths: number,
    refreshS: number,
    inFlightTenths: number,
  ): void {
    this.#quotaTenths = quotaTenths;
    this.#learntTenths = remainingTenths - inFlightTenths;
    this.#learntUntilMs = nowMs + clamp(refreshS, 1, 60) * 1000;
  }

  /**
   * Monotonic ms at which `tenths` will be available, if nothing else is spent. More than the quota
   * never is, until the exchange raises it: then the time to ask again, a window from now.
   */
  availableAt(nowMs: number, tenths: number, urgent: boolean): number {
    this.#expire(nowMs);
    const needed = urgent ? tenths : tenths + this.reserveTenths;
    const learntShort = nowMs < this.#learntUntilMs && this.#learntTenths < needed;
    let at = learntShort ? this.#learntUntilMs : nowMs;
    let missing = needed - (this.#quotaTenths - this.#spentTenths);
    for (const spend of this.#spent) {
      if (missing <= 0) break;
      missing -= spend.tenths;
      const freedMs = spend.atMs + CREDIT_WINDOW_MS;
      at = at > freedMs ? at : freedMs;
    }
    return missing > 0 ? nowMs + CREDIT_WINDOW_MS : at;
  }

  #expire(nowMs: number): void {
    let gone = 0;
    for (const spend of this.#spent) {
      if (spend.atMs + CREDIT_WINDOW_MS > nowMs) break;
      this.#spentTenths -= spend.tenths;
      gone += 1;
    }
    if (gone > 0) this.#spent = this.#spent.slice(gone);
  }
}
