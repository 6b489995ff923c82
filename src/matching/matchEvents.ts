import { enlarged } from './columns.ts';

/**
 * What one incoming order did, in the order in which it happened. Columns of typed arrays that the
 * engine overwrites on every `add`: read them before the next one.
 */
export class MatchEvents {
  count = 0;
  /** 1: a trade. 0: the resting order was removed because it has the taker's owner. */
  traded: Uint8Array = new Uint8Array(64);
  makerId: Float64Array = new Float64Array(64);
  makerOwner: Int32Array = new Int32Array(64);
  /** Price of the resting order. */
  ticks: Int32Array = new Int32Array(64);
  /** Lots traded, or removed untraded. */
  lots: Float64Array = new Float64Array(64);
  /** Lots of the resting order that remain in the book. */
  makerRemaining: Float64Array = new Float64Array(64);

  push(
    traded: 0 | 1,
    makerId: number,
    makerOwner: number,
    ticks: number,
    lots: number,
    makerRemaining: number,
  ): void {
    const at = this.count;
    if (at === this.traded.length) this.#grow();
    this.traded[at] = traded;
    this.makerId[at] = makerId;
    this.makerOwner[at] = makerOwner;
    this.ticks[at] = ticks;
    this.lots[at] = lots;
    this.makerRemaining[at] = makerRemaining;
    this.count = at + 1;
  }

  #grow(): void {
    const length = this.traded.length * 2;
    this.traded = enlarged(this.traded, new Uint8Array(length));
    this.makerId = enlarged(this.makerId, new Float64Array(length));
    this.makerOwner = enlarged(this.makerOwner, new Int32Array(length));
    this.ticks = enlarged(this.ticks, new Int32Array(length));
    this.lots = enlarged(this.lots, new Float64Array(length));
    this.makerRemaining = enlarged(this.makerRemaining, new Float64Array(length));
  }
}
