/** Integrates an unhedged notional over time: micro-dollars × milliseconds. */
export class ExposureMeter {
  #atMs: number;
  #nakedMicro = 0;
  #sum = 0;
  #peakMicro = 0;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** From now on this much is naked. */
  set(nowMs: number, nakedMicro: number): void {
    this.#sum += this.#nakedMicro * (nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#nakedMicro = nakedMicro;
    if (nakedMicro > this.#peakMicro) this.#peakMicro = nakedMicro;
  }

  get peakMicro(): number {
    return this.#peakMicro;
  }

  /** Dollars × seconds so far. */
  get dollarSeconds(): number {
    return this.#sum / 1e9;
  }
}
