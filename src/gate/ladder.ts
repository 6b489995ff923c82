const { clz32 } = Math;
const Ints = Int32Array;

/** No slot. */
export const NONE = -1;
/** Largest key that a ladder holds. */
export const LAST_KEY = 0x7fff_ffff;

// A node of the bitmap covers 32 children; seven levels of five bits hold 31-bit keys.
const BITS = 5;
const DIGIT = 31;
const TOP_SHIFT = 30;
const LEVELS = 7;
const ROOT = 0;

/** Key and neighbours of each slot, shared by ladders of which a slot is in one at most. */
export class SlotLinks {
  keys: Int32Array = new Ints(64);
  next: Int32Array = new Ints(64);
  previous: Int32Array = new Ints(64);

  makeRoom(slot: number): void {
    if (slot < this.keys.length) return;
    let length = this.keys.length * 2;
    while (length <= slot) length *= 2;
    this.keys = grown(this.keys, length);
    this.next = grown(this.next, length);
    this.previous = grown(this.previous, length);
  }
}

/**
 * Slots ordered by an integer key: a sparse hierarchical bitmap whose leaves hold a list of the
 * slots of one key. Every step is a handful of array reads, whatever the range of the keys and the
 * number of slots, and nothing is allocated once the node pool has its size.
 */
export class Ladder {
  readonly #links: SlotLinks;
  /** Per node: which of its 32 children exist. */
  #masks: Int32Array = new Ints(8);
  /** Per node and digit: the child node; in a leaf, the first slot of that key. */
  #cells: Int32Array = new Ints(8 << BITS);
  #usedNodes = 1;
  #freeNode: number = NONE;
  readonly #path: Int32Array = new Ints(LEVELS);

  constructor(links: SlotLinks) {
    this.#links = links;
  }

  /** Nodes that the pool has made so far; it grows with the most keys held at one time. */
  get nodeCount(): number {
    return this.#usedNodes;
  }

  /** Adds a slot that is in no ladder of these links. */
  insert(slot: number, key: number): void {
    this.#links.makeRoom(slot);
    let node = ROOT;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      node = this.#childFor(node, (key >>> shift) & DIGIT);
    }
    const digit = key & DIGIT;
    const cell = (node << BITS) | digit;
    const head = at(this.#masks, node) & (1 << digit) ? at(this.#cells, cell) : NONE;
    const { keys, next, previous } = this.#links;
    keys[slot] = key;
    next[slot] = head;
    previous[slot] = NONE;
    if (head !== NONE) previous[head] = slot;
    this.#cells[cell] = slot;
    this.#masks[node] = at(this.#masks, node) | (1 << digit);
  }

  /** Takes out a slot that is in this ladder. */
  remove(slot: number): void {
    const { keys, next, previous } = this.#links;
    const after = at(next, slot);
    const before = at(previous, slot);
    if (after !== NONE) previous[after] = before;
    if (before !== NONE) next[before] = after;
    else this.#setHead(at(keys, slot), after);
  }

  /** The slot with the smallest key, or `NONE`. */
  first(): number {
    return this.firstFrom(0);
  }

  /** The slot after `slot` in the order of keys, or `NONE`. */
  next(slot: number): number {
    const { keys, next } = this.#links;
    const after = at(next, slot);
    if (after !== NONE) return after;
    const key = at(keys, slot);
    return key === LAST_KEY ? NONE : this.firstFrom(key + 1);
  }

  /** A slot with the smallest key that is at least `key`, or `NONE`. */
  firstFrom(key: number): number {
    let node = ROOT;
    let branch: number = NONE;
    let branchBits = 0;
    let branchShift = 0;
    // Follow the key as far as it exists, and remember the last place where a larger one turns off.
    for (let shift = TOP_SHIFT; ; shift -= BITS) {
      const digit = (key >>> shift) & DIGIT;
      const mask = at(this.#masks, node);
      const above = mask & (-2 << digit);
      if (above !== 0) {
        branch = node;
        branchBits = above;
        branchShift = shift;
      }
      if ((mask & (1 << digit)) === 0) break;
      node = at(this.#cells, (node << BITS) | digit);
      if (shift === 0) return node;
    }
    if (branch === NONE) return NONE;
    node = at(this.#cells, (branch << BITS) | lowestBit(branchBits));
    for (let shift = branchShift; shift > 0; shift -= BITS) {
      node = at(this.#cells, (node << BITS) | lowestBit(at(this.#masks, node)));
    }
    return node;
  }

  #setHead(key: number, slot: number): void {
    const path = this.#path;
    let node = ROOT;
    let depth = 0;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      path[depth] = node;
      depth += 1;
      node = at(this.#cells, (node << BITS) | ((key >>> shift) & DIGIT));
    }
    if (slot !== NONE) {
      this.#cells[(node << BITS) | (key & DIGIT)] = slot;
      return;
    }
    // The key is empty: clear its bit, and give back every node that this empties.
    for (let shift = 0; ; shift += BITS) {
      const mask = at(this.#masks, node) & ~(1 << ((key >>> shift) & DIGIT));
      this.#masks[node] = mask;
      if (mask !== 0 || node === ROOT) return;
      this.#cells[node << BITS] = this.#freeNode;
      this.#freeNode = node;
      depth -= 1;
      node = at(path, depth);
    }
  }

  #childFor(node: number, digit: number): number {
    const cell = (node << BITS) | digit;
    const mask = at(this.#masks, node);
    if (mask & (1 << digit)) return at(this.#cells, cell);
    const child = this.#takeNode();
    this.#masks[node] = mask | (1 << digit);
    this.#cells[cell] = child;
    return child;
  }

  #takeNode(): number {
    const free = this.#freeNode;
    if (free !== NONE) {
      this.#freeNode = at(this.#cells, free << BITS);
      return free;
    }
    const node = this.#usedNodes;
    this.#usedNodes += 1;
    if (node === this.#masks.length) {
      this.#masks = grown(this.#masks, node * 2);
      this.#cells = grown(this.#cells, (node * 2) << BITS);
    }
    return node;
  }
}

function at(array: Int32Array, index: number): number {
  return array[index] as number;
}

function lowestBit(bits: number): number {
  return 31 - clz32(bits & -bits);
}

function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Ints(length);
  larger.set(array);
  return larger;
}
