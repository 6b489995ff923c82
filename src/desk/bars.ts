import type { CandleRow } from '../protocol/frames/frame.ts';

const MINUTE_MS = 60_000;
/** Minutes that are kept; a little more than any strategy may ask for. */
const KEPT = 4100;
const TRIM_AT = 5000;

/** Closes of one market's closed minutes, and the minute that is still open. */
export class Bars {
  /** By start of the minute. */
  readonly #closes = new Map<number, number>();
  #open: CandleRow | undefined;

  /** Start of the minute that is open, in the venue's time; `undefined` before the first candle. */
  get openMs(): number | undefined {
    return this.#open?.startMs;
  }

  /**
   * History from the venue: rows of closed minutes, in any order. A minute between two of them that
   * has no row had no trade and keeps the close before it.
   */
  seed(rows: readonly CandleRow[]): void {
    const openMs = this.#open?.startMs ?? Number.POSITIVE_INFINITY;
    const closed = rows.filter((row) => row.startMs < openMs);
    closed.sort((a, b) => a.startMs - b.startMs);
    for (const [i, row] of closed.entries()) {
      const next = closed[i + 1];
      const untilMs = next === undefined ? row.startMs + MINUTE_MS : next.startMs;
      for (let ms = row.startMs; ms < untilMs; ms += MINUTE_MS) this.#close(ms, row.closeTicks);
    }
  }

  onCandle(row: CandleRow): void {
    const open = this.#open;
    if (open !== undefined && row.startMs < open.startMs) return;
    this.#open = row;
    if (open !== undefined && row.startMs > open.startMs)
      this.#close(open.startMs, open.closeTicks);
  }

  /** True when none of the last `count` minutes before the open one is missing. */
  holds(count: number): boolean {
    return this.closes(count).length === count;
  }

  /** The closes in ticks before the open minute, oldest first, as far back as none is missing. */
  closes(count: number): readonly number[] {
    const found: number[] = [];
    let ms = (this.#open?.startMs ?? 0) - MINUTE_MS;
    for (let close = this.#closes.get(ms); close !== undefined; close = this.#closes.get(ms)) {
      if (found.length === count) break;
      found.push(close);
      ms -= MINUTE_MS;
    }
    return found.reverse();
  }

  #close(startMs: number, closeTicks: number): void {
    this.#closes.set(startMs, closeTicks);
    if (this.#closes.size < TRIM_AT) return;
    const fromMs = startMs - KEPT * MINUTE_MS;
    for (const ms of this.#closes.keys()) if (ms < fromMs) this.#closes.delete(ms);
  }
}
