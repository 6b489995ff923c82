import type { CandleRow } from '../protocol/frames/frame.ts';

const MINUTE_MS = 60_000;
const KEPT = 4100;

/** Closes of one market's closed minutes, and the minute that is still open. */
export class Bars {
  #closes: number[] = [];
  #lastClosedMs = Number.NEGATIVE_INFINITY;
  #open: CandleRow | undefined;

  /** Start of the minute that is open, in the venue's time; `undefined` before the first candle. */
  get openMs(): number | undefined {
    return this.#open?.startMs;
  }

  /** History before the stream: rows of closed minutes, in any order. */
  seed(rows: readonly CandleRow[]): void {
    const openMs = this.#open?.startMs ?? Number.POSITIVE_INFINITY;
    const closed = rows.filter((row) => row.startMs < openMs);
    closed.sort((a, b) => a.startMs - b.startMs);
    for (const row of closed) this.#close(row);
  }

  onCandle(row: CandleRow): void {
    if (this.#open !== undefined && row.startMs > this.#open.startMs) this.#close(this.#open);
    if (this.#open === undefined || row.startMs >= this.#open.startMs) this.#open = row;
  }

  /** True when no closed minute is missing before the open one. */
  get isGapless(): boolean {
    return this.#open !== undefined && this.#lastClosedMs === this.#open.startMs - MINUTE_MS;
  }

  /** The last closes in ticks, oldest first. */
  closes(count: number): readonly number[] {
    return this.#closes.slice(-count);
  }

  get length(): number {
    return this.#closes.length;
  }

  #close(row: CandleRow): void {
    if (row.startMs <= this.#lastClosedMs) return;
    this.#lastClosedMs = row.startMs;
    this.#closes.push(row.closeTicks);
    if (this.#closes.length > KEPT) this.#closes = this.#closes.slice(-KEPT / 2);
  }
}
