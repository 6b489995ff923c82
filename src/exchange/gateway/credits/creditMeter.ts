const { floor, max } = Math;

/** Seconds over which credits are counted. */
export const WINDOW_S = 60;

/** Credits of one family, or of one peer without a key, over a rolling window of a minute. */
export class CreditMeter {
  readonly #quotaTenths: () => number;
  /** Tenths spent in each of the last 60 seconds. */
  readonly #spent: Float64Array = new Float64Array(WINDOW_S);
  #second = 0;
  #total = 0;

  /** `quotaTenths` is asked anew each time: a fee level may change. */
  constructor(quotaTenths: () => number) {
    this.#quotaTenths = quotaTenths;
  }

  /** Credits of a whole window, in tenths. */
  get quotaTenths(): number {
    return this.#quotaTenths();
  }

  /** Takes `tenths` if they are there. */
  spend(nowMs: number, tenths: number): boolean {
    this.#turn(nowMs);
    if (this.#total + tenths > this.quotaTenths) return false;
    const slot = this.#second % WINDOW_S;
    this.#spent[slot] = (this.#spent[slot] as number) + tenths;
    this.#total += tenths;
    return true;
  }

  remainingTenths(nowMs: number): number {
    this.#turn(nowMs);
    return max(0, this.quotaTenths - this.#total);
  }

  /** Seconds until the oldest spent credits come back; 0 when none are out. */
  refreshS(nowMs: number): number {
    this.#turn(nowMs);
    for (let age = WINDOW_S - 1; age >= 0; age -= 1) {
      if (this.#spent[(this.#second - age + WINDOW_S) % WINDOW_S] !== 0) return WINDOW_S - age;
    }
    return 0;
  }

  /** Whether nothing was spent within the window. */
  isIdle(nowMs: number): boolean {
    this.#turn(nowMs);
    return this.#total === 0;
  }

  #turn(nowMs: number): void {
    const second = floor(nowMs / 1000);
    const passed = second - this.#second;
    if (passed <= 0) return;
    for (let i = 1; i <= passed && i <= WINDOW_S; i += 1) {
      const slot = (this.#second + i) % WINDOW_S;
      this.#total -= this.#spent[slot] as number;
      this.#spent[slot] = 0;
    }
    this.#second = second;
  }
}
