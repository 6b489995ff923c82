import { doneLots, type Order } from '../accounts/order.ts';
import { lotsAtLeast, type Market } from '../protocol/market.ts';
import type { WorkIntent } from '../strategy/intent.ts';
import { backoffMs } from './backoff.ts';
import { type ChildWatcher, type Dealer, type Denial, takingTicks } from './dealer.ts';
import { LateFills } from './lateFills.ts';

/** What is due and cannot be sent (no price, no room in the account) is looked at again. */
const LOOK_AGAIN_MS = 1000;
/** A child without an ending for this long is looked up. */
const OVERDUE_MS = 3000;

/**
 * Works one parent order of one account towards what is due by now. A slice that is rejected or
 * partly filled is not lost: what is missing stays due and goes out with the next child.
 */
export class Worker implements ChildWatcher {
  readonly #dealer: Dealer;
  readonly #parent: number;
  readonly #late: LateFills;
  #intent: WorkIntent;
  #settledLots = 0;
  #active: Order | undefined;
  #pending = false;
  #attempt = 0;
  #failures = 0;
  #notBeforeMs = 0;
  #timer = 0;
  #finished = false;
  #stopped = false;

  constructor(dealer: Dealer, intent: WorkIntent) {
    this.#dealer = dealer;
    this.#intent = intent;
    this.#late = new LateFills(dealer);
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
    return !this.#isBusy && !this.#late.any;
  }

  get doneLots(): number {
    return this.#settledLots + (this.#active === undefined ? 0 : doneLots(this.#active));
  }

  get totalLots(): number {
    return this.#intent.totalLots;
  }

  want(intent: WorkIntent): void {
    // A new slice is a new question; the same one again waits until it is worth asking.
    if (intent.dueLots !== this.#intent.dueLots) this.#notBeforeMs = 0;
    this.#intent = intent;
    this.#step();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#active === undefined) this.#dealer.clear(this.#timer);
    else this.#dealer.cancel(this.#active);
  }

  onReserved(orders: readonly Order[]): void {
    this.#pending = false;
    this.#active = orders[0];
    this.#arm(OVERDUE_MS, () => this.#overdue());
    if (this.#stopped) this.stop();
  }

  onDenied(denial: Denial): void {
    this.#pending = false;
    this.#retry(denial.retryAtMs);
  }

  onProgress(): void {}

  onEnded(order: Order): void {
    this.#dealer.clear(this.#timer);
    this.#active = undefined;
    this.#late.watch(order);
    const filled = doneLots(order);
    this.#settledLots += filled;
    if (filled === 0) {
      this.#retry(undefined);
      return;
    }
    this.#failures = 0;
    this.#step();
  }

  get #isBusy(): boolean {
    return this.#active !== undefined || this.#pending;
  }

  #overdue(): void {
    this.#dealer.inquire(this.#intent.account);
    this.#arm(OVERDUE_MS, () => this.#overdue());
  }

  #retry(retryAtMs: number | undefined): void {
    if (this.#stopped) return;
    const delay = backoffMs(this.#failures, 250, 10_000, this.#dealer.jitter());
    this.#failures += 1;
    const now = this.#dealer.nowMs();
    this.#notBeforeMs = Math.max(now + delay, retryAtMs ?? 0);
    this.#arm(this.#notBeforeMs - now, () => this.#step());
  }

  #arm(delayMs: number, fire: () => void): void {
    this.#dealer.clear(this.#timer);
    this.#timer = this.#dealer.after(delayMs, fire);
  }

  #step(): void {
    if (this.#finished || this.#isBusy) return;
    const { account, market, side, slippageBps, totalLots, dueLots } = this.#intent;
    if (this.#settledLots >= totalLots) this.#finish();
    const missing = dueLots - this.#settledLots;
    if (this.#stopped || missing <= 0 || this.#dealer.nowMs() < this.#notBeforeMs) return;
    const view = this.#dealer.view(market);
    if (view.doubleMidTicks === 0) {
      this.#arm(LOOK_AGAIN_MS, () => this.#step());
      return;
    }
    const priceTicks = takingTicks(view, side, slippageBps);
    const least = leastLots(this.#dealer.market(market), priceTicks);
    const room = this.#dealer.openingCapLots(account, market, priceTicks);
    // Below the venue's minimum it stays due and goes out with the next slice, if there is one.
    if (missing < least && dueLots >= totalLots) this.#finish();
    else if (missing >= least && room < least) this.#arm(LOOK_AGAIN_MS, () => this.#step());
    else if (missing >= least) this.#send(priceTicks, this.#portion(missing, room, least));
  }

  /** As much as there is room for, but not so much that what is left could never be sent. */
  #portion(missing: number, room: number, least: number): number {
    const open = this.#intent.totalLots - this.#settledLots;
    const lots = Math.min(missing, room);
    const left = open - lots;
    if (left === 0 || left >= least) return lots;
    if (open - least >= least) return open - least;
    return missing < open ? 0 : lots;
  }

  #finish(): void {
    this.#finished = true;
    this.#dealer.note('parent_end', { parent: this.#parent, lots: this.#settledLots });
  }

  #send(priceTicks: number, lots: number): void {
    if (lots === 0) return;
    const { account, market, side, strategy, onConflict } = this.#intent;
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
      leg: this.#dealer.market(market).symbol,
      attempt: this.#attempt,
    } as const;
    this.#dealer.deal([draft], this);
  }
}

/** The venue's minimum at this price, with a twentieth to spare. */
function leastLots(market: Market, priceTicks: number): number {
  return lotsAtLeast(market, priceTicks, market.minOrderMicro * 1.05);
}
