import { enlarged } from './columns.ts';

const NONE = -1;

/** Resting orders as columns; a slot is reused after its order left the book. */
export class OrderPool {
  id: Float64Array;
  owner: Int32Array;
  ticks: Int32Array;
  lots: Float64Array;
  isBid: Uint8Array;
  /** 1: a taker pauses before it, see `MatchingEngine.watch`. */
  watched: Uint8Array;
  next: Int32Array;
  prev: Int32Array;
  #firstFree: number = NONE;
  #used = 0;

  constructor(capacity: number) {
    this.id = new Float64Array(capacity);
    this.owner = new Int32Array(capacity);
    this.ticks = new Int32Array(capacity);
    this.lots = new Float64Array(capacity);
    this.isBid = new Uint8Array(capacity);
    this.watched = new Uint8Array(capacity);
    this.next = new Int32Array(capacity);
    this.prev = new Int32Array(capacity);
  }

  take(): number {
    const free = this.#firstFree;
    if (free !== NONE) {
      this.#firstFree = this.next[free] as number;
      return free;
    }
    if (this.#used === this.id.length) this.#grow();
    this.#used += 1;
    return this.#used - 1;
  }

  give(slot: number): void {
    this.next[slot] = this.#firstFree;
    this.#firstFree = slot;
  }

  #grow(): void {
    const length = this.id.length * 2;
    this.id = enlarged(this.id, new Float64Array(length));
    this.owner = enlarged(this.owner, new Int32Array(length));
    this.ticks = enlarged(this.ticks, new Int32Array(length));
    this.lots = enlarged(this.lots, new Float64Array(length));
    this.isBid = enlarged(this.isBid, new Uint8Array(length));
    this.watched = enlarged(this.watched, new Uint8Array(length));
    this.next = enlarged(this.next, new Int32Array(length));
    this.prev = enlarged(this.prev, new Int32Array(length));
  }
}
