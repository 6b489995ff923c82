import type { Entry } from './entry.ts';

const PAGE = 1024;
const { floor } = Math;

interface Page {
  readonly entries: (Entry | undefined)[];
  count: number;
}

/**
 * Entries by order number. Numbers are given out one after the other, so pages of neighbours stay
 * fuller than the buckets of a hash, and an empty page goes away.
 */
export class EntryTable {
  readonly #pages = new Map<number, Page>();
  #spare: Page | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(orderId: number): Entry | undefined {
    const page = floor(orderId / PAGE);
    return this.#pages.get(page)?.entries[orderId - page * PAGE];
  }

  /** Adds an entry whose order number is not there yet. */
  add(entry: Entry): void {
    const { orderId } = entry.request;
    const number = floor(orderId / PAGE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = this.#spare ?? { entries: Array.from<undefined>({ length: PAGE }), count: 0 };
      this.#spare = undefined;
      this.#pages.set(number, page);
    }
    page.entries[orderId - number * PAGE] = entry;
    page.count += 1;
    this.#size += 1;
  }

  /** Takes out an entry that is there. */
  remove(entry: Entry): void {
    const { orderId } = entry.request;
    const number = floor(orderId / PAGE);
    const page = this.#pages.get(number) as Page;
    page.entries[orderId - number * PAGE] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count > 0) return;
    // Kept for the next one: with few orders alive pages would come and go with every order.
    this.#pages.delete(number);
    this.#spare = page;
  }
}
