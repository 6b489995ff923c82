import { enlarged } from './columns.ts';

const PAGE_BITS = 5;
const PAGE_LEVELS = 1 << PAGE_BITS;
const NONE = -1;

/**
 * The queues of a book, one per price. Prices come in pages of 32 that exist only while they hold
 * an order, so a book may span any range and follow any move without copying.
 * A price belongs to one side at a time (a book is never crossed), so both sides share the table.
 */
export class LevelTable {
  head: Int32Array;
  tail: Int32Array;
  lots: Float64Array;
  orders: Int32Array;
  readonly #pageOf: Int32Array;
  #used: Int32Array;
  readonly #freePages: number[] = [];
  #pages = 0;

  constructor(maxTicks: number) {
    this.#pageOf = new Int32Array((maxTicks >>> PAGE_BITS) + 1);
    const levels = 64 * PAGE_LEVELS;
    this.head = new Int32Array(levels);
    this.tail = new Int32Array(levels);
    this.lots = new Float64Array(levels);
    this.orders = new Int32Array(levels);
    this.#used = new Int32Array(64);
  }

  /** Index of the level at `ticks`, or −1 when no order rests in its page. */
  at(ticks: number): number {
    const page = this.#pageOf[ticks >>> PAGE_BITS] as number;
    return page === 0 ? NONE : ((page - 1) << PAGE_BITS) | (ticks & (PAGE_LEVELS - 1));
  }

  /** The index of the level at `ticks`, made empty if it was not in use. */
  open(ticks: number): number {
    const pageNumber = ticks >>> PAGE_BITS;
    if (this.#pageOf[pageNumber] === 0) this.#pageOf[pageNumber] = this.#newPage() + 1;
    const level = this.at(ticks);
    if (this.orders[level] === 0) {
      this.head[level] = NONE;
      this.tail[level] = NONE;
      this.#used[level >>> PAGE_BITS] = (this.#used[level >>> PAGE_BITS] as number) + 1;
    }
    return level;
  }

  /** Gives the level at `ticks` back after its last order left. */
  close(ticks: number): void {
    const page = this.at(ticks) >>> PAGE_BITS;
    const used = (this.#used[page] as number) - 1;
    this.#used[page] = used;
    if (used > 0) return;
    this.#pageOf[ticks >>> PAGE_BITS] = 0;
    this.#freePages.push(page);
  }

  #newPage(): number {
    const free = this.#freePages.pop();
    if (free !== undefined) return free;
    if (this.#pages === this.#used.length) this.#grow();
    this.#pages += 1;
    return this.#pages - 1;
  }

  #grow(): void {
    this.head = enlarged(this.head, new Int32Array(this.head.length * 2));
    this.tail = enlarged(this.tail, new Int32Array(this.tail.length * 2));
    this.lots = enlarged(this.lots, new Float64Array(this.lots.length * 2));
    this.orders = enlarged(this.orders, new Int32Array(this.orders.length * 2));
    this.#used = enlarged(this.#used, new Int32Array(this.#used.length * 2));
  }
}
