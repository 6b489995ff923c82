interface Due {
  readonly dueMs: number;
  /** Entries of one moment run in the order in which they were noted. */
  readonly order: number;
  readonly run: () => void;
}

/** What the exchange has to do later: delayed orders, slices, whatever waits for a wall time. */
export class Agenda {
  /** A binary heap, the earliest first. */
  readonly #heap: Due[] = [];
  #noted = 0;

  at(dueMs: number, run: () => void): void {
    this.#noted += 1;
    this.#heap.push({ dueMs, order: this.#noted, run });
    this.#rise(this.#heap.length - 1);
  }

  /** When the first entry is due, wall ms; infinite when there is none. */
  dueMs(): number {
    return this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs everything that is due, also what is noted meanwhile for a moment that has come. */
  release(nowMs: number): void {
    while (this.dueMs() <= nowMs) this.#take().run();
  }

  #take(): Due {
    const heap = this.#heap;
    const first = heap[0] as Due;
    const last = heap.pop() as Due;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as Due, heap[parent] as Due)) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as Due, heap[first] as Due)) first = child;
      }
      if (first === at) return;
      swap(heap, at, first);
      at = first;
    }
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.order < b.order;
}

function swap(heap: Due[], a: number, b: number): void {
  const kept = heap[a] as Due;
  heap[a] = heap[b] as Due;
  heap[b] = kept;
}
