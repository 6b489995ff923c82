import type { TriggerPrice } from '../../../protocol/operations/orders/stopOrderInfo.ts';
import type { Order, Trigger } from './order.ts';

/** The prices that pull triggers. 0 where there is none: nothing is pulled by it. */
export interface TriggerPrices {
  markTicks(): number;
  twiceMidTicks(): number;
  readonly lastTradeTicks: number;
}

/** Twice the price that a trigger looks at, so that a mid price is whole too. */
export function twiceTicks(prices: TriggerPrices, source: TriggerPrice): number {
  switch (source) {
    case 'mark_price':
      return 2 * prices.markTicks();
    case 'last_trade_price':
      return 2 * prices.lastTradeTicks;
    case 'mid_price':
      return prices.twiceMidTicks();
  }
}

/** Stops that look at one price from one side; the next to be pulled stands last. */
class Queue {
  readonly source: TriggerPrice;
  readonly rises: boolean;
  readonly #waiting: Order[] = [];

  constructor(source: TriggerPrice, rises: boolean) {
    this.source = source;
    this.rises = rises;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(order: Order): void {
    this.#waiting.splice(this.#placeOf(order), 0, order);
  }

  remove(order: Order): void {
    const place = this.#placeOf(order);
    if (this.#waiting[place] === order) this.#waiting.splice(place, 1);
  }

  due(prices: TriggerPrices): Order | undefined {
    const next = this.#waiting.at(-1);
    const twice = next === undefined ? 0 : twiceTicks(prices, this.source);
    if (next === undefined || twice === 0) return undefined;
    const { ticks } = next.trigger as Trigger;
    return (this.rises ? twice >= 2 * ticks : twice <= 2 * ticks) ? next : undefined;
  }

  /** Where an order stands, or would stand: the nearer price behind, then the older order. */
  #placeOf(order: Order): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(this.#waiting[middle] as Order, order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(a: Order, b: Order): boolean {
    const ahead = (a.trigger as Trigger).ticks - (b.trigger as Trigger).ticks;
    if (ahead === 0) return a.id > b.id;
    return this.rises ? ahead > 0 : ahead < 0;
  }
}

const SOURCES: readonly TriggerPrice[] = ['mark_price', 'last_trade_price', 'mid_price'];

/**
 * The stop orders of one market that wait for a price, sorted, so that a price that pulls none of
 * them costs one comparison per kind.
 */
export class StopBook {
  readonly #queues: readonly Queue[] = SOURCES.flatMap((source) => [
    new Queue(source, true),
    new Queue(source, false),
  ]);
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(order: Order): void {
    this.#change(order, (queue) => queue.add(order));
  }

  /** Takes a stop out; one that is not in is fine. */
  remove(order: Order): void {
    this.#change(order, (queue) => queue.remove(order));
  }

  /** The next stop that these prices pull. */
  due(prices: TriggerPrices): Order | undefined {
    for (const queue of this.#queues) {
      const order = queue.due(prices);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  #change({ trigger }: Order, change: (queue: Queue) => void): void {
    const queue = this.#queues.find(
      ({ rises, source }) => source === trigger?.source && rises === trigger.rises,
    );
    if (queue === undefined) return;
    this.#size -= queue.size;
    change(queue);
    this.#size += queue.size;
  }
}
