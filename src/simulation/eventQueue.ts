/** Something that will happen at a virtual time. */
export interface Event {
  readonly atUs: number;
  /** Order of scheduling: decides between events of the same time. */
  readonly seq: number;
  /** What the world does then; `undefined` once cancelled. */
  fire: (() => void) | undefined;
  /** For the world's fingerprint: whose event, of what kind. */
  readonly tag: number;
}

/** Events by time, then by order of scheduling: a binary heap. */
export class EventQueue {
  readonly #heap: Event[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): Event | undefined {
    return this.#heap[0];
  }

  push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Event;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = event;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  /** Puts `event` where the first one was, and lets it sink to its place. */
  #sink(event: Event): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= length) break;
      let child = heap[childAt] as Event;
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childAt += 1;
      }
      if (!isBefore(child, event)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = event;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.seq < b.seq);
}
