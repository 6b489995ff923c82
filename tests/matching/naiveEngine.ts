import type { AddOutcome, BookSide, MatchTif } from '../../src/matching/addOutcome.ts';
import type { EngineOptions } from '../../src/matching/matchingEngine.ts';

interface Resting {
  id: number;
  owner: number;
  side: BookSide;
  ticks: number;
  lots: number;
  arrival: number;
}

/** The obviously right engine: one list, sorted afresh for every question. */
export class NaiveEngine {
  events: Record<string, number>[] = [];
  #orders: Resting[] = [];
  #arrivals = 0;
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  add(
    id: number,
    owner: number,
    side: BookSide,
    ticks: number,
    lots: number,
    tif: MatchTif,
  ): AddOutcome {
    this.events = [];
    let price = ticks;
    if (tif === 'ALO' || tif === 'TOB') {
      if (this.#options.postOnlyFirst === false) this.#removeOwnFront(owner, side, price);
      const facing = this.#facing(side, price)[0];
      if (facing !== undefined) {
        if (tif === 'ALO') return { status: 'post_only', ticks, filledLots: 0, restingLots: 0 };
        const best = this.#queue(side === 'bid' ? 'ask' : 'bid')[0]?.ticks ?? 0;
        price = side === 'bid' ? best - 1 : best + 1;
        if (price < 1 || price > (this.#options.maxTicks ?? 2 ** 25 - 1)) {
          return { status: 'post_only', ticks, filledLots: 0, restingLots: 0 };
        }
      }
    }
    let left = lots;
    for (const maker of this.#facing(side, price)) {
      if (left === 0) break;
      if (maker.owner === owner && owner !== 0) {
        this.#note(0, maker, maker.lots, 0);
        this.#orders = this.#orders.filter((order) => order !== maker);
        continue;
      }
      const traded = Math.min(left, maker.lots);
      left -= traded;
      maker.lots -= traded;
      this.#note(1, maker, traded, maker.lots);
      if (maker.lots === 0) this.#orders = this.#orders.filter((order) => order !== maker);
    }
    if (left === 0) return { status: 'filled', ticks, filledLots: lots, restingLots: 0 };
    if (tif === 'IOC') {
      return { status: 'cancelled', ticks, filledLots: lots - left, restingLots: 0 };
    }
    this.#arrivals += 1;
    this.#orders.push({ id, owner, side, ticks: price, lots: left, arrival: this.#arrivals });
    return { status: 'resting', ticks: price, filledLots: lots - left, restingLots: left };
  }

  cancel(id: number): number {
    const order = this.#orders.find((candidate) => candidate.id === id);
    if (order === undefined) return -1;
    this.#orders = this.#orders.filter((candidate) => candidate !== order);
    return order.lots;
  }

  reduce(id: number, lots: number): void {
    for (const order of this.#orders) if (order.id === id) order.lots = lots;
  }

  remaining(id: number): number {
    return this.#orders.find((order) => order.id === id)?.lots ?? 0;
  }

  book(): { bids: number[][]; asks: number[][] } {
    return { bids: this.#levels('bid'), asks: this.#levels('ask') };
  }

  #levels(side: BookSide): number[][] {
    const levels = new Map<number, number[]>();
    for (const order of this.#queue(side)) {
      const level = levels.get(order.ticks) ?? [order.ticks, 0, 0];
      levels.set(order.ticks, [order.ticks, (level[1] ?? 0) + order.lots, (level[2] ?? 0) + 1]);
    }
    return [...levels.values()];
  }

  #queue(side: BookSide): Resting[] {
    const sign = side === 'bid' ? -1 : 1;
    return this.#orders
      .filter((order) => order.side === side)
      .sort((a, b) => sign * (a.ticks - b.ticks) || a.arrival - b.arrival);
  }

  #facing(side: BookSide, limit: number): Resting[] {
    return this.#queue(side === 'bid' ? 'ask' : 'bid').filter((maker) =>
      side === 'bid' ? maker.ticks <= limit : maker.ticks >= limit,
    );
  }

  #removeOwnFront(owner: number, side: BookSide, limit: number): void {
    for (const maker of this.#facing(side, limit)) {
      if (owner === 0 || maker.owner !== owner) return;
      this.#note(0, maker, maker.lots, 0);
      this.#orders = this.#orders.filter((order) => order !== maker);
    }
  }

  #note(traded: number, maker: Resting, lots: number, makerRemaining: number): void {
    this.events.push({
      traded,
      makerId: maker.id,
      makerOwner: maker.owner,
      ticks: maker.ticks,
      lots,
      makerRemaining,
    });
  }
}
