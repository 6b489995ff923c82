const COMPACT_FROM = 64;

/** First in, first out, with a look at everything in between. */
export class Fifo<T> {
  readonly #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The item `index` places behind the oldest, or `undefined`. */
  at(index: number): T | undefined {
    return this.#items[this.#head + index];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Drops the oldest. */
  shift(): void {
    this.#head += 1;
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#items.length) return;
    this.#items.splice(0, this.#head);
    this.#head = 0;
  }
}
