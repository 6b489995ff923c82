import type { AccountManager } from '../accounts/accountManager.ts';
import type { Order } from '../accounts/order.ts';
import type { FillRow } from '../protocol/frames/frame.ts';
import type { QueryResult } from '../protocol/queries.ts';
import type { KernelContext } from './kernelContext.ts';

type Page = Extract<QueryResult, { of: 'tradeHistory' }>;

/** Asks for one page of the account's trades, newest first; `unanswered` after some tries in vain. */
export type AskTrades = (
  cursor: string | undefined,
  then: (page: Page) => void,
  unanswered: () => void,
) => void;

/** A fill that the venue counts in its order and that has not come by then is fetched. */
const PATIENCE_MS = 1500;
/** Waits between fetches that did not bring it double from the first to the longest. */
const RETRY_MS = 1000;
const LONGEST_MS = 30_000;
/** So many fetches in vain, about two minutes, and the venue's positions are taken instead. */
const MOST_FETCHES = 9;
/** Pages of one fetch: 100 rows each. */
const MOST_PAGES = 20;
/** How far the venue's clock may be behind ours. */
const SKEW_MS = 5000;

interface Waiter {
  readonly then: () => void;
  readonly still: () => boolean;
}

/**
 * Fills of one account that the stream owes: waited for, then fetched from the trade history, one
 * fetch at a time, until they are there or the history has failed to show them for too long.
 */
export class MissingFills {
  readonly #context: KernelContext;
  readonly #account: AccountManager;
  readonly #askTrades: AskTrades;
  readonly #gaveUp: (orders: readonly Order[]) => void;
  /** Orders with fills owed, and how many fetches did not bring them. */
  readonly #orders = new Map<Order, number>();
  /** Orders of which the history never showed as much as was reported by then. */
  readonly #writtenOff = new Map<Order, number>();
  #waiters: Waiter[] = [];
  #isFetching = false;
  #due: { readonly atMs: number; readonly timer: number } | undefined;

  /** `gaveUp`: the history does not show what these orders filled; positions are to be read anew. */
  constructor(
    context: KernelContext,
    account: AccountManager,
    askTrades: AskTrades,
    gaveUp: (orders: readonly Order[]) => void,
  ) {
    this.#context = context;
    this.#account = account;
    this.#askTrades = askTrades;
    this.#gaveUp = gaveUp;
  }

  /** True while the position lags behind what the venue counts in our orders. */
  get isWaiting(): boolean {
    for (const order of this.#orders.keys()) {
      if (!this.#account.awaitsFills(order)) this.#orders.delete(order);
    }
    return this.#orders.size > 0;
  }

  /** Looks at an order of which more may be filled than was seen. */
  expect(order: Order): void {
    if (!this.#account.awaitsFills(order)) return;
    if ((this.#writtenOff.get(order) ?? -1) >= order.reportedLots) return;
    if (!this.#orders.has(order)) this.#orders.set(order, 0);
    this.#fetchAfter(PATIENCE_MS);
  }

  /** Fetches until nothing is missing, then goes on; stops when `still` says so. */
  catchUp(then: () => void, still: () => boolean): void {
    this.#waiters.push({ then, still });
    this.#fetch();
  }

  #fetchAfter(delayMs: number): void {
    const atMs = this.#context.nowMs + delayMs;
    if (this.#isFetching || (this.#due !== undefined && this.#due.atMs <= atMs)) return;
    this.#clear();
    this.#due = { atMs, timer: this.#context.after(delayMs, () => this.#fetch()) };
  }

  #clear(): void {
    if (this.#due !== undefined) this.#context.clear(this.#due.timer);
    this.#due = undefined;
  }

  #fetch(): void {
    if (this.#isFetching) return;
    this.#clear();
    if (!this.isWaiting) {
      this.#release();
      return;
    }
    this.#isFetching = true;
    const signedAtMs = [...this.#orders.keys()].map((order) => order.signedAtMs);
    this.#pages([], undefined, Math.min(...signedAtMs) - SKEW_MS, 1);
  }

  #pages(
    before: readonly FillRow[],
    cursor: string | undefined,
    sinceMs: number,
    page: number,
  ): void {
    this.#askTrades(
      cursor,
      ({ rows, nextCursor }) => {
        const all = [...before, ...rows];
        const reachesBack = rows.some((row) => row.timeMs < sinceMs);
        if (nextCursor === undefined || reachesBack || page === MOST_PAGES) this.#fetched(all);
        else this.#pages(all, nextCursor, sinceMs, page + 1);
      },
      () => this.#fetched(before),
    );
  }

  #fetched(rows: readonly FillRow[]): void {
    this.#isFetching = false;
    this.#fold(rows);
    if (!this.isWaiting) {
      this.#release();
      return;
    }
    const lost: Order[] = [];
    for (const [order, fetches] of this.#orders) {
      this.#orders.set(order, fetches + 1);
      if (fetches + 1 < MOST_FETCHES) continue;
      this.#orders.delete(order);
      this.#writtenOff.set(order, order.reportedLots);
      lost.push(order);
    }
    if (this.#orders.size > 0) {
      const fewest = Math.min(...this.#orders.values());
      this.#fetchAfter(Math.min(LONGEST_MS, RETRY_MS * 2 ** (fewest - 1)));
    }
    if (lost.length > 0) this.#gaveUp(lost);
  }

  #release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { then, still } of waiters) if (still()) then();
  }

  /** Oldest first, because the cost of a position depends on the order of its fills. */
  #fold(rows: readonly FillRow[]): void {
    for (const row of rows.toSorted((a, b) => a.historyId - b.historyId)) {
      const isOurs = row.clientOrderId !== null && this.#account.order(row.clientOrderId);
      if (isOurs) this.#account.onFill(row);
    }
  }
}
