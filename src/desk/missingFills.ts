import type { AccountManager } from '../accounts/accountManager.ts';
import type { Order } from '../accounts/order.ts';
import type { FillRow } from '../protocol/frames/frame.ts';
import type { QueryResult } from '../protocol/queries.ts';
import type { KernelContext } from './kernelContext.ts';

type Page = Extract<QueryResult, { of: 'tradeHistory' }>;

/** Asks for one page of the account's trades, newest first, until it is answered. */
export type AskTrades = (cursor: string | undefined, then: (page: Page) => void) => void;

/** A fill that the venue counts in its order and that has not come by then is fetched. */
const PATIENCE_MS = 1500;
const RETRY_MS = 1000;
/** How far the venue's clock may be behind ours. */
const SKEW_MS = 5000;

/** Fills of one account that the stream owes: waited for, then fetched from the trade history. */
export class MissingFills {
  readonly #context: KernelContext;
  readonly #account: AccountManager;
  readonly #askTrades: AskTrades;
  readonly #orders = new Set<Order>();
  #timing = false;

  constructor(context: KernelContext, account: AccountManager, askTrades: AskTrades) {
    this.#context = context;
    this.#account = account;
    this.#askTrades = askTrades;
  }

  /** True while the position lags behind what the venue counts in our orders. */
  get isWaiting(): boolean {
    for (const order of this.#orders) {
      if (!this.#account.awaitsFills(order)) this.#orders.delete(order);
    }
    return this.#orders.size > 0;
  }

  /** Looks at an order of which more may be filled than was seen. */
  expect(order: Order): void {
    if (!this.#account.awaitsFills(order)) return;
    this.#orders.add(order);
    if (this.#timing) return;
    this.#timing = true;
    this.#context.after(PATIENCE_MS, () => {
      this.#timing = false;
      this.catchUp(
        () => undefined,
        () => true,
      );
    });
  }

  /** Fetches until nothing is missing, then goes on; stops when `still` says so. */
  catchUp(then: () => void, still: () => boolean): void {
    if (!still()) return;
    if (!this.isWaiting) {
      then();
      return;
    }
    const sinceMs = Math.min(...[...this.#orders].map((order) => order.signedAtMs)) - SKEW_MS;
    this.#pages([], undefined, sinceMs, (rows) => {
      this.#fold(rows);
      if (this.isWaiting) this.#context.after(RETRY_MS, () => this.catchUp(then, still));
      else this.catchUp(then, still);
    });
  }

  #pages(
    before: readonly FillRow[],
    cursor: string | undefined,
    sinceMs: number,
    done: (rows: readonly FillRow[]) => void,
  ): void {
    this.#askTrades(cursor, ({ rows, nextCursor }) => {
      const all = [...before, ...rows];
      const reachesBack = rows.some((row) => row.timeMs < sinceMs);
      if (nextCursor === undefined || reachesBack) done(all);
      else this.#pages(all, nextCursor, sinceMs, done);
    });
  }

  /** Oldest first, because the cost of a position depends on the order of its fills. */
  #fold(rows: readonly FillRow[]): void {
    for (const row of rows.toSorted((a, b) => a.historyId - b.historyId)) {
      const isOurs = row.clientOrderId !== null && this.#account.order(row.clientOrderId);
      if (isOurs) this.#account.onFill(row);
    }
  }
}
