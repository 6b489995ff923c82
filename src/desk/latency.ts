/** Durations in microseconds, kept exactly up to a bound and then by halving the sample. */
export class LatencySample {
  #values: number[] = [];
  #every = 1;
  #skipped = 0;
  count = 0;
  maxUs = 0;

  add(us: number): void {
    this.count += 1;
    if (us > this.maxUs) this.maxUs = us;
    this.#skipped += 1;
    if (this.#skipped < this.#every) return;
    this.#skipped = 0;
    this.#values.push(us);
    if (this.#values.length < 100_000) return;
    this.#values = this.#values.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** The value below which `share` (0 to 1) of the sample lies; 0 when it is empty. */
  quantileUs(share: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }
}
