const { imul } = Math;
const EMPTY = -1;

/**
 * Order id to slot number: open addressing over typed arrays, so that a lookup neither hashes a
 * string nor allocates. Ids are non-negative integers.
 */
export class IdTable {
  #ids: Float64Array;
  #slots: Int32Array;
  #mask: number;
  #size = 0;

  constructor(capacity = 1024) {
    let length = 16;
    while (length < capacity * 2) length *= 2;
    this.#ids = new Float64Array(length).fill(EMPTY);
    this.#slots = new Int32Array(length);
    this.#mask = length - 1;
  }

  /** The slot of `id`, or −1. */
  get(id: number): number {
    const at = this.#find(id);
    return this.#ids[at] === id ? (this.#slots[at] as number) : -1;
  }

  set(id: number, slot: number): void {
    if (this.#size * 2 >= this.#mask) this.#grow();
    const at = this.#find(id);
    if (this.#ids[at] !== id) this.#size += 1;
    this.#ids[at] = id;
    this.#slots[at] = slot;
  }

  delete(id: number): void {
    let hole = this.#find(id);
    if (this.#ids[hole] !== id) return;
    this.#size -= 1;
    // Pull later members of the same run back, so that no lookup ever meets a gap.
    for (let at = (hole + 1) & this.#mask; this.#ids[at] !== EMPTY; at = (at + 1) & this.#mask) {
      const home = this.#home(this.#ids[at] as number);
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue;
      this.#ids[hole] = this.#ids[at] as number;
      this.#slots[hole] = this.#slots[at] as number;
      hole = at;
    }
    this.#ids[hole] = EMPTY;
  }

  #find(id: number): number {
    let at = this.#home(id);
    while (this.#ids[at] !== id && this.#ids[at] !== EMPTY) at = (at + 1) & this.#mask;
    return at;
  }

  #home(id: number): number {
    return (imul(id | 0, 0x9e3779b1) >>> 7) & this.#mask;
  }

  #grow(): void {
    const ids = this.#ids;
    const slots = this.#slots;
    this.#ids = new Float64Array(ids.length * 2).fill(EMPTY);
    this.#slots = new Int32Array(ids.length * 2);
    this.#mask = this.#ids.length - 1;
    for (let i = 0; i < ids.length; i += 1) {
      if (ids[i] === EMPTY) continue;
      const at = this.#find(ids[i] as number);
      this.#ids[at] = ids[i] as number;
      this.#slots[at] = slots[i] as number;
    }
  }
}
