import { awaitsFills, type Order } from '../accounts/order.ts';
import type { Dealer } from './dealer.ts';

/** Fills later than this do not hold anything up: the account mends its position without them. */
const LATEST_MS = 5000;

/**
 * Orders that ended before all their fills were seen. While there are any, the account's positions
 * say too little: whoever plans on them would trade the same lots again.
 */
export class LateFills {
  readonly #dealer: Dealer;
  #orders: { readonly order: Order; readonly untilMs: number }[] = [];

  constructor(dealer: Dealer) {
    this.#dealer = dealer;
  }

  /** An order has ended. */
  watch(order: Order): void {
    this.#orders.push({ order, untilMs: this.#dealer.nowMs() + LATEST_MS });
  }

  get any(): boolean {
    const now = this.#dealer.nowMs();
    this.#orders = this.#orders.filter(({ order, untilMs }) => awaitsFills(order) && now < untilMs);
    return this.#orders.length > 0;
  }
}
