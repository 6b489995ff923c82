import type { BookFrame, PriceRow } from '../protocol/frames/frame.ts';

/** Monotonic ms after which a book that nothing has renewed gives way even to an older counter. */
const HELD_MS = 3000;

/**
 * One market as the venue shows it: top of book, depth and reference prices in ticks and lots, 0
 * where there is none. Frames older than what is held (by the exchange's order counter) are dropped,
 * as long as what is held is fresh: an exchange that was restarted may count anew.
 */
export class MarketView {
  readonly market: number;
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  markTicks = 0;
  oracleTicks = 0;
  /** Best first; ticks and lots alternate. */
  bids: readonly number[] = [];
  asks: readonly number[] = [];
  /** Monotonic ms at which the book and the mark last changed hands. */
  bookAtMs: number = Number.NEGATIVE_INFINITY;
  markAtMs: number = Number.NEGATIVE_INFINITY;
  #li = 0;

  constructor(market: number) {
    this.market = market;
  }

  onBook(frame: BookFrame, nowMs: number): boolean {
    // A frame without the counter (0) cannot be told to be older.
    if (frame.li > 0 && frame.li < this.#li && nowMs - this.bookAtMs <= HELD_MS) return false;
    if (frame.li > 0) this.#li = frame.li;
    this.bids = frame.bids;
    this.asks = frame.asks;
    this.bidTicks = frame.bids[0] ?? 0;
    this.bidLots = frame.bids[1] ?? 0;
    this.askTicks = frame.asks[0] ?? 0;
    this.askLots = frame.asks[1] ?? 0;
    this.bookAtMs = nowMs;
    return true;
  }

  onPrice(row: PriceRow, nowMs: number): void {
    this.markTicks = row.markTicks;
    this.oracleTicks = row.oracleTicks;
    this.markAtMs = nowMs;
  }

  /** Twice the mid price in ticks (an integer), or 0 unless both sides are there and not crossed. */
  get doubleMidTicks(): number {
    const both = this.bidTicks > 0 && this.askTicks > this.bidTicks;
    return both ? this.bidTicks + this.askTicks : 0;
  }

  /**
   * The price against which orders are checked: the median of mark, oracle and mid, so that one bad
   * source cannot move it; with fewer sources the mark, then the mid; 0 for none.
   */
  get referenceTicks(): number {
    const mid = Math.round(this.doubleMidTicks / 2);
    if (this.markTicks > 0 && this.oracleTicks > 0 && mid > 0) {
      return median(this.markTicks, this.oracleTicks, mid);
    }
    return this.markTicks > 0 ? this.markTicks : mid;
  }
}

function median(a: number, b: number, c: number): number {
  const high = Math.max(a, b);
  const low = Math.min(a, b);
  return c > high ? high : c < low ? low : c;
}
