import type { Order } from '../accounts/order.ts';
import { lotsWithin, notionalMicro } from '../protocol/market.ts';
import { sideOf } from '../protocol/terms.ts';
import { backoffMs } from './backoff.ts';
import { type ChildWatcher, type Dealer, takingTicks } from './dealer.ts';
import { LateFills } from './lateFills.ts';

/** A closing order without an ending for this long is looked up. */
const OVERDUE_MS = 3000;

/**
 * Closes one account's position in one market with reduce-only orders until it is flat or smaller
 * than the venue takes. Never gives up by itself; `isDone` tells.
 */
export class Flattener implements ChildWatcher {
  readonly account: number;
  readonly market: number;
  readonly #dealer: Dealer;
  readonly #slippageBps: number;
  readonly #reason: string;
  readonly #late: LateFills;
  #parent = 0;
  #busy = false;
  #attempt = 0;
  #timer = 0;

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
    this.#late = new LateFills(dealer);
    this.#reason = reason;
  }

  get isDone(): boolean {
    return !this.#busy && this.#closableLots() === 0;
  }

  step(): void {
    const lots = this.#closableLots();
    if (this.#busy || lots === 0) return;
    this.#busy = true;
    this.#attempt += 1;
    if (this.#parent === 0) this.#parent = this.#dealer.newParent(0, this.#reason);
    const market = this.#dealer.market(this.market);
    const side = sideOf(-lots);
    const priceTicks = takingTicks(this.#dealer.view(this.market), side, this.#slippageBps);
    // Without a price the gate refuses it, and it is asked again.
    const most = priceTicks > 0 ? lotsWithin(market, priceTicks, market.maxOrderMicro) : Infinity;
    const draft = {
      account: this.account,
      market: this.market,
      side,
      tif: 'IOC',
      priceTicks,
      lots: Math.min(Math.abs(lots), most),
      reduceOnly: true,
      precedence: 'kill',
      onConflict: 'CANCEL_RESTING',
      strategy: 0,
      parent: this.#parent,
      leg: market.symbol,
      attempt: this.#attempt,
    } as const;
    this.#dealer.deal([draft], this);
  }

  onReserved(): void {
    this.#timer = this.#dealer.after(OVERDUE_MS, () => this.#overdue());
  }

  onDenied(): void {
    this.#again();
  }

  onProgress(): void {}

  onEnded(order: Order): void {
    this.#dealer.clear(this.#timer);
    this.#late.watch(order);
    this.#again();
  }

  #overdue(): void {
    this.#dealer.inquire(this.account);
    this.#timer = this.#dealer.after(OVERDUE_MS, () => this.#overdue());
  }

  #again(): void {
    const delay = backoffMs(Math.min(this.#attempt, 5), 100, 2000, this.#dealer.jitter());
    this.#dealer.after(delay, () => {
      // The position is not what it seems while fills are missing.
      if (this.#late.any) {
        this.#again();
        return;
      }
      this.#busy = false;
      this.step();
    });
  }

  /** The position, or 0 when the venue would refuse an order that small. */
  #closableLots(): number {
    const lots = this.#dealer.positionLots(this.account, this.market);
    const view = this.#dealer.view(this.market);
    const ticks = takingTicks(view, sideOf(-lots), this.#slippageBps) || view.referenceTicks;
    const market = this.#dealer.market(this.market);
    // Without any price nothing is too small.
    const small = ticks > 0 && notionalMicro(market, ticks, Math.abs(lots)) < market.minOrderMicro;
    return small ? 0 : lots;
  }
}
