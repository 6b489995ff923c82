import type { Order } from '../accounts/order.ts';
import type { QuoteIntent } from '../strategy/intent.ts';
import { backoffMs } from './backoff.ts';
import type { ChildWatcher, Dealer, Denial } from './dealer.ts';
import { LateFills } from './lateFills.ts';

/** A quote that was withdrawn for a stronger order of ours leaves it this time to have its turn. */
const GIVE_WAY_MS = 1000;
/** A cancel that has not ended its quote for this long is looked up. */
const OVERDUE_MS = 3000;

/** Keeps one post-only quote of one account, market and side where its strategy wants it. */
export class Quoter implements ChildWatcher {
  readonly #dealer: Dealer;
  readonly #account: number;
  readonly #market: number;
  readonly #late: LateFills;
  #intent: QuoteIntent;
  #wanted: QuoteIntent['quote'];
  #working: Order | undefined;
  #pending = false;
  #parent = 0;
  #attempt = 0;
  #denials = 0;
  #notBeforeMs = 0;
  #timer = 0;
  #stopped = false;

  constructor(dealer: Dealer, intent: QuoteIntent) {
    this.#dealer = dealer;
    this.#intent = intent;
    this.#account = intent.account;
    this.#market = intent.market;
    this.#late = new LateFills(dealer);
  }

  get idle(): boolean {
    return this.#working === undefined && !this.#pending && !this.#late.any;
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
    const delay = backoffMs(this.#denials, 1000, 16_000, this.#dealer.jitter());
    this.#denials += 1;
    this.#wait(Math.max(delay, (denial.retryAtMs ?? 0) - this.#dealer.nowMs()));
  }

  onProgress(): void {}

  onEnded(order: Order): void {
    this.#working = undefined;
    this.#late.watch(order);
    const wasWanted = this.#isWanted(order);
    // What was filled or rejected is not put back: the strategy looks anew. A fill changes the
    // inventory, so even a wish for another price that came before it is too old.
    const isOver = order.ending === 'filled' || (wasWanted && order.ending !== 'cancelled');
    if (isOver) this.#wanted = undefined;
    if (wasWanted && !isOver) this.#wait(GIVE_WAY_MS);
    else this.#step();
  }

  #isWanted(order: Order): boolean {
    const { priceTicks, lots } = order.request;
    return this.#wanted?.ticks === priceTicks && this.#wanted.lots === lots;
  }

  #wait(delayMs: number): void {
    this.#notBeforeMs = this.#dealer.nowMs() + delayMs;
    this.#step();
  }

  #arm(delayMs: number, fire: () => void): void {
    this.#dealer.clear(this.#timer);
    this.#timer = this.#dealer.after(delayMs, fire);
  }

  #step(): void {
    if (this.#pending) return;
    if (this.#working !== undefined) {
      if (!this.#isWanted(this.#working)) this.#withdraw(this.#working);
      return;
    }
    this.#dealer.clear(this.#timer);
    if (this.#wanted === undefined) return;
    const waitMs = this.#notBeforeMs - this.#dealer.nowMs();
    if (waitMs > 0) this.#arm(waitMs, () => this.#step());
    else this.#place(this.#wanted.ticks, this.#wanted.lots);
  }

  #withdraw(order: Order): void {
    if (order.cancelAsked) return;
    this.#arm(OVERDUE_MS, () => this.#overdue());
    this.#dealer.cancel(order);
  }

  #overdue(): void {
    this.#dealer.inquire(this.#account);
    this.#arm(OVERDUE_MS, () => this.#overdue());
  }

  #place(priceTicks: number, lots: number): void {
    const { strategy, side, onConflict, signal } = this.#intent;
    if (this.#parent === 0) this.#parent = this.#dealer.newParent(strategy, signal);
    this.#attempt += 1;
    this.#pending = true;
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
