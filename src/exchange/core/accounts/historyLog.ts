/** One page of a history, newest first. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Key of the last row, when there are more. */
  readonly next: number | undefined;
}

/**
 * Rows in the order in which they were made, read backwards in pages. Keys rise with every row.
 * Holds at most `limit` rows and a tenth more; the oldest are dropped.
 */
export class HistoryLog<T> {
  #rows: T[] = [];
  readonly #keyOf: (row: T) => number;
  readonly #limit: number;
  readonly #dropped: (row: T) => void;

  constructor(limit: number, keyOf: (row: T) => number, dropped: (row: T) => void = () => {}) {
    this.#limit = limit;
    this.#keyOf = keyOf;
    this.#dropped = dropped;
  }

  append(row: T): void {
    this.#rows.push(row);
    if (this.#rows.length <= this.#limit * 1.1) return;
    const excess = this.#rows.length - this.#limit;
    for (const old of this.#rows.slice(0, excess)) this.#dropped(old);
    this.#rows = this.#rows.slice(excess);
  }

  /** Up to `count` rows that `wanted` accepts, from below the key `before`. */
  page(count: number, before: number | undefined, wanted: (row: T) => boolean): Page<T> {
    const rows: T[] = [];
    for (let i = this.#below(before) - 1; i >= 0; i -= 1) {
      const row = this.#rows[i] as T;
      if (!wanted(row)) continue;
      if (rows.length === count) return { rows, next: this.#keyOf(rows[count - 1] as T) };
      rows.push(row);
    }
    return { rows, next: undefined };
  }

  /** Index of the first row whose key is not below `before`. */
  #below(before: number | undefined): number {
    if (before === undefined) return this.#rows.length;
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keyOf(this.#rows[middle] as T) < before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
