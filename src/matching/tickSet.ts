const { clz32 } = Math;

/**
 * A set of integers from 0 to `maxTicks` that finds the neighbour of any member in a handful of
 * steps: one bit per tick, and above it layers of one bit per 32-bit word that is not empty.
 */
export class TickSet {
  readonly #layers: readonly Uint32Array[];

  constructor(maxTicks: number) {
    const layers: Uint32Array[] = [];
    let words = (maxTicks >>> 5) + 1;
    for (;;) {
      layers.push(new Uint32Array(words));
      if (words === 1) break;
      words = ((words - 1) >>> 5) + 1;
    }
    this.#layers = layers;
  }

  insert(tick: number): void {
    let index = tick;
    for (const layer of this.#layers) {
      const word = index >>> 5;
      const before = layer[word] as number;
      layer[word] = before | (1 << (index & 31));
      if (before !== 0) return;
      index = word;
    }
  }

  remove(tick: number): void {
    let index = tick;
    for (const layer of this.#layers) {
      const word = index >>> 5;
      const after = (layer[word] as number) & ~(1 << (index & 31));
      layer[word] = after;
      if (after !== 0) return;
      index = word;
    }
  }

  /** The smallest member above `tick`, or 0 when there is none. */
  above(tick: number): number {
    let index = tick;
    for (let depth = 0; depth < this.#layers.length; depth += 1) {
      const word = index >>> 5;
      const bit = index & 31;
      const higher = bit === 31 ? 0 : (this.#word(depth, word) >>> (bit + 1)) << (bit + 1);
      if (higher !== 0) return this.#lowestUnder(depth, word * 32 + lowestBit(higher));
      index = word;
    }
    return 0;
  }

  /** The largest member below `tick`, or 0 when there is none. */
  below(tick: number): number {
    let index = tick;
    for (let depth = 0; depth < this.#layers.length; depth += 1) {
      const word = index >>> 5;
      const lower = this.#word(depth, word) & ((1 << (index & 31)) - 1);
      if (lower !== 0) return this.#highestUnder(depth, word * 32 + highestBit(lower));
      index = word;
    }
    return 0;
  }

  #lowestUnder(depth: number, index: number): number {
    let found = index;
    for (let down = depth - 1; down >= 0; down -= 1) {
      found = found * 32 + lowestBit(this.#word(down, found));
    }
    return found;
  }

  #highestUnder(depth: number, index: number): number {
    let found = index;
    for (let down = depth - 1; down >= 0; down -= 1) {
      found = found * 32 + highestBit(this.#word(down, found));
    }
    return found;
  }

  #word(depth: number, word: number): number {
    return (this.#layers[depth] as Uint32Array)[word] as number;
  }
}

function lowestBit(bits: number): number {
  return 31 - clz32(bits & -bits);
}

function highestBit(bits: number): number {
  return 31 - clz32(bits);
}
