import { doneLots, type Order } from '../accounts/order.ts';
import { notionalMicro } from '../protocol/market.ts';
import type { WorkIntent } from '../strategy/intent.ts';
import { backoffMs } from './backoff.ts';
import { type ChildWatcher, type Dealer, type Denial, takingTicks } from './dealer.ts';

/**
 * Works one parent order of one account towards what is due by now. A slice that is rejected or
 * partly filled is not lost: what is missing stays due and goes out with the next child.
 */
export class Worker implements ChildWatcher {
  readonly #dealer: Dealer;
  readonly #parent: number;
  #intent: WorkIntent;
  #settledLots = 0;
  #active: Order | undefined;
  #pending = false;
  #attempt = 0;
  #failures = 0;
  #timer = 0;
  #stopped = false;

  constructor(dealer: Dealer, intent: WorkIntent) {
    this.#dealer = dealer;
    this.#intent = intent;
    this.#parent = dealer.newParent(intent.strategy, intent.signal);
    dealer.note('parent_start', {
      parent: this.#parent,
      account: intent.account,
      symbol: dealer.market(intent.market).symbol,
      side: intent.side,
      lots: intent.totalLots,
    });
  }

  get account(): number {
    return this.#intent.account;
  }

  get idle(): boolean {
    return this.#active === undefined && !this.#pending;
  }

  get doneLots(): number {
    return this.#settledLots + (this.#active === undefined ? 0 : doneLots(this.#active));
  }

  get totalLots(): number {
    return this.#intent.totalLots;
  }

  want(intent: WorkIntent): void {
    this.#intent = intent;
    this.#step();
  }

  stop(): void {
    this.#stopped = true;
    this.#dealer.clear(this.#timer);
    if (this.#active !== undefined && !this.#active.cancelAsked) this.#dealer.cancel(this.#active);
  }

  onReserved(orders: readonly Order[]): void {
    this.#pending = false;
    this.#active = orders[0];
    if (this.#stopped) this.stop();
  }

  onDenied(denial: Denial): void {
    this.#pending = false;
    this.#retry(denial.retryAtMs);
  }

  onProgress(): void {}

  onEnded(order: Order): void {
    this.#active = undefined;
    const filled = doneLots(order);
    this.#settledLots += filled;
    if (filled > 0) this.#failures = 0;
    if (this.#settledLots >= this.#intent.totalLots) {
      this.#dealer.note('parent_end', { parent: this.#parent, lots: this.#settledLots });
      return;
    }
    if (filled === 0) this.#retry(undefined);
    else this.#step();
  }

  #retry(retryAtMs: number | undefined): void {
    if (this.#stopped) return;
    const delay = backoffMs(this.#failures, 250, 10_000, this.#dealer.jitter());
    this.#failures += 1;
    const until = Math.max(delay, (retryAtMs ?? 0) - this.#dealer.nowMs());
    this.#dealer.clear(this.#timer);
    this.#timer = this.#dealer.after(until, () => this.#step());
  }

  #step(): void {
    if (this.#stopped || !this.idle) return;
    const { account, market, side, slippageBps, strategy, onConflict } = this.#intent;
    const view = this.#dealer.view(market);
    if (view.doubleMidTicks === 0) return;
    const priceTicks = takingTicks(view, side, slippageBps);
    const missing = this.#intent.dueLots - this.#settledLots;
    const lots = Math.min(missing, this.#dealer.openingCapLots(account, market, priceTicks));
    const spec = this.#dealer.market(market);
    // Below the venue's minimum: it stays due and goes out with the next slice.
    if (lots <= 0 || notionalMicro(spec, priceTicks, lots) < spec.minOrderMicro * 1.05) return;
    this.#attempt += 1;
    this.#pending = true;
    const draft = {
      account,
      market,
      side,
      tif: 'IOC',
      priceTicks,
      lots,
      reduceOnly: false,
      precedence: 'parent',
      onConflict,
      strategy,
      parent: this.#parent,
      leg: spec.symbol,
      attempt: this.#attempt,
    } as const;
    this.#dealer.deal([draft], this);
  }
}
