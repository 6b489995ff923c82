import type { Order } from '../accounts/order.ts';
import { notionalMicro } from '../protocol/market.ts';
import { sideOf } from '../protocol/terms.ts';
import { backoffMs } from './backoff.ts';
import { type ChildWatcher, type Dealer, takingTicks } from './dealer.ts';

/**
 * Closes one account's position in one market with reduce-only orders until it is flat or smaller
 * than the venue takes. Never gives up by itself; `isDone` tells.
 */
export class Flattener implements ChildWatcher {
  readonly account: number;
  readonly market: number;
  readonly #dealer: Dealer;
  readonly #slippageBps: number;
  readonly #parent: number;
  #busy = false;
  #attempt = 0;

  constructor(
    dealer: Dealer,
    account: number,
    market: number,
    slippageBps: number,
    reason: string,
  ) {
    this.#dealer = dealer;
    this.account = account;
    this.market = market;
    this.#slippageBps = slippageBps;
    this.#parent = dealer.newParent(0, reason);
  }

  get isDone(): boolean {
    return !this.#busy && this.#closableLots() === 0;
  }

  step(): void {
    const lots = this.#closableLots();
    if (this.#busy || lots === 0) return;
    this.#busy = true;
    this.#attempt += 1;
    const side = sideOf(-lots);
    const draft = {
      account: this.account,
      market: this.market,
      side,
      tif: 'IOC',
      priceTicks: takingTicks(this.#dealer.view(this.market), side, this.#slippageBps),
      lots: Math.abs(lots),
      reduceOnly: true,
      precedence: 'kill',
      onConflict: 'CANCEL_RESTING',
      strategy: 0,
      parent: this.#parent,
      leg: this.#dealer.market(this.market).symbol,
      attempt: this.#attempt,
    } as const;
    this.#dealer.deal([draft], this);
  }

  onReserved(): void {}

  onDenied(): void {
    this.#again();
  }

  onProgress(): void {}

  onEnded(_order: Order): void {
    this.#again();
  }

  #again(): void {
    const delay = backoffMs(Math.min(this.#attempt, 5), 100, 2000, this.#dealer.jitter());
    this.#dealer.after(delay, () => {
      this.#busy = false;
      this.step();
    });
  }

  /** The position, or 0 when the venue would refuse an order that small. */
  #closableLots(): number {
    const lots = this.#dealer.positionLots(this.account, this.market);
    const market = this.#dealer.market(this.market);
    const reference = this.#dealer.view(this.market).referenceTicks;
    const small = notionalMicro(market, reference, Math.abs(lots)) < market.minOrderMicro;
    return small ? 0 : lots;
  }
}
