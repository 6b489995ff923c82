// Other people on the exchange, drawn from a seed: they quote, cross, sweep and cancel.

import { lotsWithin } from '../../../src/protocol/market.ts';
import type { Side } from '../../../src/protocol/terms.ts';
import { MICRO } from '../../../src/std/integers.ts';
import { between, type Random, SeededRandom, unit } from '../../../src/std/random.ts';
import type { OpenMarket, OpenMarkets } from './openMarkets.ts';

const OWNERS = 4;

export class Users {
  readonly #random: Random;
  readonly #orders: (readonly [OpenMarket, number])[] = [];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** A few orders and cancels in each market. */
  act({ markets }: OpenMarkets): void {
    for (const market of markets) {
      for (let left = between(this.#random, 0, 3); left > 0; left -= 1) this.#order(market);
    }
    if (unit(this.#random) < 0.3) this.#cancel();
  }

  #order(market: OpenMarket): void {
    const random = this.#random;
    const side: Side = unit(random) < 0.5 ? 'bid' : 'ask';
    const around = market.priceTicks;
    const kind = between(random, 0, 9);
    // A few basis points around the price, or far through the book.
    const percent = kind < 7 ? (unit(random) - 0.5) * 0.2 : side === 'bid' ? 5 : -5;
    const ticks = Math.round(around * (1 + percent / 100));
    const dollars = between(random, 20, kind === 9 ? 5_000_000 : 100_000);
    const lots = Math.max(1, lotsWithin(market.market, around, dollars * MICRO));
    const tif = kind < 4 ? 'GTC' : kind < 6 ? 'ALO' : kind < 7 ? 'TOB' : kind < 8 ? 'GTC' : 'IOC';
    const { orderId, status } = market.send(between(random, 1, OWNERS), side, ticks, lots, tif);
    if (status === 'resting') this.#orders.push([market, orderId]);
  }

  #cancel(): void {
    const at = between(this.#random, 0, this.#orders.length - 1);
    const [order] = this.#orders.splice(at, 1);
    if (order) order[0].engine.cancel(order[1]);
  }
}
