import type { Intent, PairIntent, QuoteIntent, WorkIntent } from '../strategy/intent.ts';
import type { Dealer } from './dealer.ts';
import { Flattener } from './flattener.ts';
import type { PairSettings } from './pairOrder.ts';
import { noPairs, type PairTotals, PairTrader } from './pairTrader.ts';
import { Quoter } from './quoter.ts';
import { Worker } from './worker.ts';

/** One parent order's progress in one account. */
export interface ParentProgress {
  readonly account: number;
  readonly doneLots: number;
  readonly totalLots: number;
}

/**
 * Turns what strategies want into pairs, parent orders, quotes and child orders, and watches them to
 * their end. It never sends anything itself: everything goes through the dealer, and so the gate.
 */
export class OrderCoordinator {
  readonly pairTotals: PairTotals = noPairs();
  readonly #dealer: Dealer;
  readonly #settings: PairSettings;
  readonly #pairs = new Map<string, PairTrader>();
  readonly #quotes = new Map<string, Quoter>();
  readonly #works = new Map<string, Worker>();
  readonly #openPairs: { account: number; markets: readonly [number, number] }[] = [];
  readonly #flatteners = new Map<string, Flattener>();
  #stopped = false;

  constructor(dealer: Dealer, settings: PairSettings) {
    this.#dealer = dealer;
    this.#settings = settings;
  }

  take(intent: Intent): void {
    if (this.#stopped) return;
    switch (intent.kind) {
      case 'pair':
        this.#pair(intent);
        break;
      case 'quote':
        this.#quote(intent);
        break;
      case 'work':
        this.#work(intent);
        break;
    }
  }

  /** Price of the quote that is wanted there, 0 for none. */
  quoteTicks(account: number, market: number, side: 'bid' | 'ask'): number {
    return this.#quotes.get(`${account}/${market}/${side}`)?.wantedTicks ?? 0;
  }

  /** Accounts and markets of all pairs that are or were traded. */
  get openPairs(): readonly { account: number; markets: readonly [number, number] }[] {
    return this.#openPairs;
  }

  get parents(): ParentProgress[] {
    return [...this.#works.values()].map((worker) => ({
      account: worker.account,
      doneLots: worker.doneLots,
      totalLots: worker.totalLots,
    }));
  }

  /** Withdraws quotes, starts nothing new; pairs under way end hedged or flat. */
  stop(): void {
    this.#stopped = true;
    for (const quoter of this.#quotes.values()) quoter.stop();
    for (const worker of this.#works.values()) worker.stop();
    for (const pair of this.#pairs.values()) pair.stop();
  }

  /** After `stop`: nothing is working and no pair is under way. */
  get isIdle(): boolean {
    return [this.#pairs, this.#quotes, this.#works].every((group) =>
      [...group.values()].every((member) => member.idle),
    );
  }

  /** Closes the positions of these accounts in these markets; ask `isFlat` when to stop waiting. */
  flatten(
    accounts: readonly number[],
    markets: readonly number[],
    slippageBps: number,
    reason: string,
  ): void {
    for (const account of accounts) {
      for (const market of markets) {
        const key = `${account}/${market}`;
        // One closing at a time: a second one of the same position would close it twice.
        const flattener =
          this.#flatteners.get(key) ??
          new Flattener(this.#dealer, account, market, slippageBps, reason);
        this.#flatteners.set(key, flattener);
        this.#dealer.soon(() => flattener.step());
      }
    }
  }

  get isFlat(): boolean {
    return [...this.#flatteners.values()].every((flattener) => flattener.isDone);
  }

  #pair(intent: PairIntent): void {
    const key = `${intent.account}/${intent.markets.join('-')}`;
    let trader = this.#pairs.get(key);
    if (trader === undefined) {
      trader = new PairTrader(this.#dealer, this.#settings, this.pairTotals, intent);
      this.#pairs.set(key, trader);
      this.#openPairs.push({ account: intent.account, markets: intent.markets });
    }
    trader.want(intent);
  }

  #quote(intent: QuoteIntent): void {
    const key = `${intent.account}/${intent.market}/${intent.side}`;
    let quoter = this.#quotes.get(key);
    if (quoter === undefined) {
      quoter = new Quoter(this.#dealer, intent);
      this.#quotes.set(key, quoter);
    }
    quoter.want(intent);
  }

  #work(intent: WorkIntent): void {
    const key = `${intent.strategy}/${intent.account}/${intent.market}`;
    let worker = this.#works.get(key);
    if (worker === undefined) {
      worker = new Worker(this.#dealer, intent);
      this.#works.set(key, worker);
    }
    worker.want(intent);
  }
}
