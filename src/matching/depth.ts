/** The best levels of one side, best first, in a buffer that is reused. */
export class Depth {
  /** Levels that are filled. */
  count = 0;
  readonly ticks: Int32Array;
  readonly lots: Float64Array;
  readonly orders: Int32Array;

  constructor(levels: number) {
    this.ticks = new Int32Array(levels);
    this.lots = new Float64Array(levels);
    this.orders = new Int32Array(levels);
  }
}
