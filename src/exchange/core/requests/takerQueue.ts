interface Waiting {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Orders that wait the taker delay, in the order of their arrival: the delay is the same for all. */
export class TakerQueue {
  #waiting: Waiting[] = [];
  #next = 0;

  push(dueMs: number, run: () => void): void {
    this.#waiting.push({ dueMs, run });
  }

  /** When the first one is due; infinite when none waits. */
  dueMs(): number {
    return this.#waiting[this.#next]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs everything that is due. */
  release(nowMs: number): void {
    while (this.dueMs() <= nowMs) {
      const waiting = this.#waiting[this.#next] as Waiting;
      this.#next += 1;
      waiting.run();
    }
    if (this.#next < 64 || this.#next * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }
}
