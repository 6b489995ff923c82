/** What one signal of a strategy led to. */
export interface SignalLine {
  readonly strategy: number;
  /** The strategy's own words and figures. */
  readonly signal: string;
  /** Parent orders, pairs and quotes begun for it. */
  parents: number;
  orders: number;
}

export interface SignalTotals {
  parents: number;
  orders: number;
}

/** Lines and parents remembered; the totals go on for ever. */
const LINES = 2000;
const PARENTS = 20_000;

/** Ties every order to the signal that caused it. */
export class SignalBook {
  /** Orders whose parent named no signal: must stay at none. */
  unexplained = 0;
  readonly #lines = new Map<string, SignalLine>();
  readonly #byParent = new Map<number, SignalLine>();
  readonly #totals = new Map<number, SignalTotals>();

  begin(strategy: number, parent: number, signal: string): void {
    const key = `${strategy} ${signal}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { strategy, signal, parents: 0, orders: 0 };
      this.#lines.set(key, line);
      forgetOldest(this.#lines, LINES);
    }
    line.parents += 1;
    this.totals(strategy).parents += 1;
    this.#byParent.set(parent, line);
    forgetOldest(this.#byParent, PARENTS);
  }

  order(strategy: number, parent: number): void {
    this.totals(strategy).orders += 1;
    const line = this.#byParent.get(parent);
    if (line === undefined) this.unexplained += 1;
    else line.orders += 1;
  }

  /** Oldest first. */
  get lines(): readonly SignalLine[] {
    return [...this.#lines.values()];
  }

  totals(strategy: number): SignalTotals {
    let totals = this.#totals.get(strategy);
    if (totals === undefined) {
      totals = { parents: 0, orders: 0 };
      this.#totals.set(strategy, totals);
    }
    return totals;
  }
}

/** A Map keeps the order of insertion. */
function forgetOldest<K>(map: Map<K, unknown>, kept: number): void {
  if (map.size <= kept) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
