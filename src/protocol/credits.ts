import { clamp } from '../std/integers.ts';

/** The exchange's window over which credits are counted. */
export const CREDIT_WINDOW_MS = 60_000;

/** Quota of an API config key at fee level 0, in tenths. */
export const DEFAULT_QUOTA_TENTHS = 3000;

/** Quota of an address that shows no API config key, in tenths. */
export const UNIDENTIFIED_QUOTA_TENTHS = 1000;

/** After so long an amount is asked for again that only the exchange's next word can free. */
const DOUBT_MS = 250;

/** One request's price, counted from its departure until a window after its answer. */
export interface Spend {
  /** Monotonic ms from which its window runs. */
  atMs: number;
  tenths: number;
}

/**
 * What a family (main account and subaccounts) may still spend. Kept are our own spends, each until
 * a window after its answer, by which time the exchange has surely freed it; and what the exchange
 * counts beyond them, which somebody else must have spent. Times are monotonic milliseconds. A share
 * of the quota is kept for cancels and kills.
 */
export class CreditBucket {
  readonly #reserveShare: number;
  #quotaTenths: number;
  /** Oldest first. */
  #spent: Spend[] = [];
  #spentTenths = 0;
  readonly #inFlight = new Set<Spend>();
  #inFlightTenths = 0;
  #totalTenths = 0;
  /** Spent by others, as of the exchange's last word; forgotten a window after it. */
  #foreignTenths = 0;
  #foreignUntilMs = 0;
  /** By then the exchange will have something new to say of them. */
  #foreignNewsMs = 0;
  /** The quota was last told then. */
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** What another bucket that we may be drawing from has left; forgotten a window after its word. */
  #otherTenths = Number.POSITIVE_INFINITY;
  #otherUntilMs = 0;
  /** Whether the exchange has told the quota since it was last in doubt. */
  #isCertain = false;

  /** `reserveTenths` of `quotaTenths` are kept; as large a share of any other quota. */
  constructor(quotaTenths: number, reserveTenths: number) {
    this.#quotaTenths = quotaTenths;
    this.#reserveShare = reserveTenths / quotaTenths;
  }

  get quotaTenths(): number {
    return this.#quotaTenths;
  }

  /** Whether the exchange knows the family's API config key: then heavy reads cost less. */
  get isIdentified(): boolean {
    return this.#isCertain && this.#quotaTenths >= DEFAULT_QUOTA_TENTHS;
  }

  get reserveTenths(): number {
    return this.#reserveOf(this.#quotaTenths);
  }

  /** All that was ever spent, in tenths. */
  get totalTenths(): number {
    return this.#totalTenths;
  }

  /** Tenths that may be spent now by urgent work, or by everything else, which keeps the reserve. */
  available(nowMs: number, urgent: boolean): number {
    this.#expire(nowMs);
    const counted = this.#spentTenths + this.#foreign(nowMs);
    let left = this.#leftOf(this.#quotaTenths, counted, urgent);
    if (nowMs < this.#otherUntilMs) {
      left = Math.min(left, this.#otherTenths - (urgent ? 0 : this.reserveTenths));
    }
    if (this.#isCertain) return left;
    return Math.min(left, this.#leftOf(UNIDENTIFIED_QUOTA_TENTHS, this.#inFlightTenths, urgent));
  }

  /**
   * The quota may be another by now: the exchange may not know the key any more. Until its next word
   * no more is on its way than the smallest quota has.
   */
  doubt(): void {
    this.#isCertain = false;
  }

  /** Tenths of our own that the window holds. */
  spentInWindow(nowMs: number): number {
    this.#expire(nowMs);
    return this.#spentTenths;
  }

  /** A request leaves. What is returned goes to {@link settle} when it has been answered. */
  spend(nowMs: number, tenths: number): Spend {
    this.#expire(nowMs);
    const spend = { atMs: nowMs, tenths };
    this.#spent.push(spend);
    this.#spentTenths += tenths;
    this.#totalTenths += tenths;
    this.#otherTenths -= tenths;
    this.#inFlight.add(spend);
    this.#inFlightTenths += tenths;
    return spend;
  }

  /** The request was answered or given up: the exchange counted it by now, no later. */
  settle(nowMs: number, spend: Spend): void {
    if (!this.#inFlight.delete(spend)) return;
    this.#inFlightTenths -= spend.tenths;
    this.#expire(nowMs);
    const { tenths } = spend;
    if (spend.atMs + CREDIT_WINDOW_MS > nowMs) this.#spentTenths -= tenths;
    spend.tenths = 0;
    this.#spent.push({ atMs: nowMs, tenths });
    this.#spentTenths += tenths;
  }

  /**
   * Takes what the exchange says: so much is left of the quota. What is in flight it may not have
   * counted yet, so nothing is spent twice on an old answer. After a key was revoked a socket that
   * was opened with it may tell of the old bucket while new requests tell of the new one: then the
   * smaller quota holds, and no more is spent than either has left.
   */
  learn(nowMs: number, remainingTenths: number, quotaTenths: number, refreshS = 60): void {
    const left = this.available(nowMs, true);
    this.#isCertain = true;
    if (quotaTenths > this.#quotaTenths && nowMs - this.#toldAtMs < CREDIT_WINDOW_MS) {
      this.#bound(nowMs, remainingTenths - this.#inFlightTenths);
      return;
    }
    if (quotaTenths < this.#quotaTenths) this.#bound(nowMs, left);
    this.#toldAtMs = nowMs;
    const theirs = quotaTenths - remainingTenths;
    // A log that holds more than a lower quota's count is that of another bucket.
    if (quotaTenths < this.#quotaTenths && this.#answeredTenths > theirs) this.#forgetAnswered();
    this.#quotaTenths = quotaTenths;
    this.#foreignTenths = Math.max(0, theirs - this.#answeredTenths);
    this.#foreignUntilMs = nowMs + CREDIT_WINDOW_MS;
    this.#foreignNewsMs = nowMs + clamp(refreshS, 1, 60) * 1000;
  }

  /** Tenths that somebody else has spent, as far as the exchange has told. */
  foreignTenths(nowMs: number): number {
    return this.#foreign(nowMs);
  }

  /**
   * Monotonic ms at which `tenths` will be available, if nothing else is spent. More than the quota
   * never is, until the exchange raises it: then the time to ask again, a window from now. What
   * others spent is back at an unknown time: then the time at which the exchange can tell more.
   */
  availableAt(nowMs: number, tenths: number, urgent: boolean): number {
    if (this.available(nowMs, urgent) >= tenths) return nowMs;
    const counted = this.#spentTenths + this.#foreign(nowMs);
    let missing = tenths - this.#leftOf(this.#quotaTenths, counted, urgent);
    if (missing <= 0) return nowMs < this.#otherUntilMs ? this.#otherUntilMs : nowMs + DOUBT_MS;
    let foreignTenths = this.#foreign(nowMs);
    const newsMs = Math.min(this.#foreignUntilMs, Math.max(this.#foreignNewsMs, nowMs + DOUBT_MS));
    for (const { atMs, tenths: freed } of this.#spent) {
      const freedMs = atMs + CREDIT_WINDOW_MS;
      if (foreignTenths > 0 && newsMs <= freedMs) {
        missing -= foreignTenths;
        foreignTenths = 0;
        if (missing <= 0) return newsMs;
      }
      missing -= freed;
      if (missing <= 0) return freedMs;
    }
    return missing <= foreignTenths ? newsMs : nowMs + CREDIT_WINDOW_MS;
  }

  #leftOf(quotaTenths: number, countedTenths: number, urgent: boolean): number {
    return quotaTenths - countedTenths - (urgent ? 0 : this.#reserveOf(quotaTenths));
  }

  #reserveOf(quotaTenths: number): number {
    return Math.round(quotaTenths * this.#reserveShare);
  }

  #bound(nowMs: number, otherTenths: number): void {
    this.#otherTenths = Math.max(0, otherTenths);
    this.#otherUntilMs = nowMs + CREDIT_WINDOW_MS;
  }

  get #answeredTenths(): number {
    return this.#spentTenths - this.#inFlightTenths;
  }

  #foreign(nowMs: number): number {
    return nowMs < this.#foreignUntilMs ? this.#foreignTenths : 0;
  }

  #forgetAnswered(): void {
    this.#spent = this.#spent.filter((spend) => this.#inFlight.has(spend));
    this.#spentTenths = this.#inFlightTenths;
  }

  #expire(nowMs: number): void {
    let gone = 0;
    for (const spend of this.#spent) {
      if (spend.atMs + CREDIT_WINDOW_MS > nowMs) break;
      this.#spentTenths -= spend.tenths;
      if (this.#inFlight.delete(spend)) this.#inFlightTenths -= spend.tenths;
      gone += 1;
    }
    if (gone > 0) this.#spent = this.#spent.slice(gone);
  }
}
