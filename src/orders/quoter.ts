import type { Order } from '../accounts/order.ts';
import type { QuoteIntent } from '../strategy/intent.ts';
import { backoffMs } from './backoff.ts';
import type { ChildWatcher, Dealer, Denial } from './dealer.ts';

/** Keeps one post-only quote of one account, market and side where its strategy wants it. */
export class Quoter implements ChildWatcher {
  readonly #dealer: Dealer;
  readonly #account: number;
  readonly #market: number;
  #intent: QuoteIntent;
  #wanted: QuoteIntent['quote'];
  #working: Order | undefined;
  #pending = false;
  #parent = 0;
  #attempt = 0;
  #denials = 0;
  #timer = 0;
  #stopped = false;

  constructor(dealer: Dealer, intent: QuoteIntent) {
    this.#dealer = dealer;
    this.#intent = intent;
    this.#account = intent.account;
    this.#market = intent.market;
  }

  get idle(): boolean {
    return this.#working === undefined && !this.#pending;
  }

  /** Price of the quote that is wanted, 0 for none: a fill or a withdrawal leaves none. */
  get wantedTicks(): number {
    return this.#wanted?.ticks ?? 0;
  }

  want(intent: QuoteIntent): void {
    if (this.#stopped) return;
    this.#intent = intent;
    this.#wanted = intent.quote;
    this.#parent = 0;
    this.#step();
  }

  stop(): void {
    this.#stopped = true;
    this.#wanted = undefined;
    this.#dealer.clear(this.#timer);
    this.#step();
  }

  onReserved(orders: readonly Order[]): void {
    this.#pending = false;
    this.#denials = 0;
    this.#working = orders[0];
    this.#step();
  }

  onDenied(denial: Denial): void {
    this.#pending = false;
    if (this.#wanted === undefined) return;
    const delay = backoffMs(this.#denials, 1000, 16_000, this.#dealer.jitter());
    this.#denials += 1;
    const until = Math.max(delay, (denial.retryAtMs ?? 0) - this.#dealer.nowMs());
    this.#dealer.clear(this.#timer);
    this.#timer = this.#dealer.after(until, () => this.#step());
  }

  onProgress(): void {}

  onEnded(order: Order): void {
    if (this.#working !== order) return;
    this.#working = undefined;
    // A filled or rejected quote is not put back at its old price: the strategy looks anew.
    if (order.ending !== 'cancelled' && order.request.priceTicks === this.#wanted?.ticks) {
      this.#wanted = undefined;
    }
    // Withdrawn for a stronger order of ours: wait until that has had its turn.
    const withdrawn = order.request.priceTicks === this.#wanted?.ticks;
    if (withdrawn) this.#timer = this.#dealer.after(1000, () => this.#step());
    else this.#step();
  }

  #step(): void {
    if (this.#pending) return;
    if (this.#working !== undefined) {
      const { priceTicks, lots } = this.#working.request;
      if (this.#wanted?.ticks === priceTicks && this.#wanted.lots === lots) return;
      if (!this.#working.cancelAsked) this.#dealer.cancel(this.#working);
      return;
    }
    if (this.#wanted === undefined || this.#stopped) return;
    this.#pending = true;
    this.#place(this.#wanted.ticks, this.#wanted.lots);
  }

  #place(priceTicks: number, lots: number): void {
    const { strategy, side, onConflict, signal } = this.#intent;
    if (this.#parent === 0) this.#parent = this.#dealer.newParent(strategy, signal);
    this.#attempt += 1;
    const draft = {
      account: this.#account,
      market: this.#market,
      side,
      tif: 'ALO',
      priceTicks,
      lots,
      reduceOnly: false,
      precedence: 'quote',
      onConflict,
      strategy,
      parent: this.#parent,
      leg: side,
      attempt: this.#attempt,
    } as const;
    this.#dealer.deal([draft], this);
  }
}
