import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import type { OpenOrderRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { OrderHistoryRow } from '../protocol/replies/account.ts';
import { clamp } from '../std/integers.ts';
import type { AccountQueries } from './accountQueries.ts';
import type { KernelContext } from './kernelContext.ts';

/** What the venue says of an order of ours: its id there, lots filled, status. */
export type Tell = (
  order: Order,
  venueId: number,
  filledLots: number,
  status: OrderUpdateRow['status'],
) => void;

const RETRY_MS = 1000;
const LONGEST_MS = 8000;
/** Two inquiries begin at least so far apart. */
const GAP_MS = 500;
/** How far the venue's clock may be behind ours. */
const SKEW_MS = 5000;

/**
 * Looks up what became of one account's orders: among those that the venue shows as open, else in its
 * history, back to before they were signed. Only evidence settles an order; an order that neither
 * list knows is proven absent when both were asked for after its last moment.
 */
export class OrderInquiry {
  readonly #context: KernelContext;
  readonly #account: AccountManager;
  readonly #queries: AccountQueries;
  readonly #tell: Tell;
  #running = false;
  /** Asked for while one was running. */
  #again = false;
  /** The one that comes next. */
  #due: { readonly atMs: number; readonly timer: number } | undefined;
  #begunAtMs = Number.NEGATIVE_INFINITY;
  /** So many in a row left an order's fate open. */
  #fruitless = 0;
  /** Waits until the fate of every order is known. */
  #settled: (() => void) | undefined;

  constructor(
    context: KernelContext,
    account: AccountManager,
    queries: AccountQueries,
    tell: Tell,
  ) {
    this.#context = context;
    this.#account = account;
    this.#queries = queries;
    this.#tell = tell;
  }

  /** Looks up every order whose fate is open, at once unless that has just been done. */
  inquire(): void {
    if (this.#running) this.#again = true;
    else this.#inquireAfter(Math.max(0, this.#begunAtMs + GAP_MS - this.#context.nowMs));
  }

  /** Calls `then` when every order is settled that is not among the `open` ones. */
  settle(askedAtMs: number, open: readonly OpenOrderRow[], then: () => void): void {
    this.#settled = then;
    const shown = new Set(open.map((row) => row.clientOrderId));
    const isInDoubt = this.#sent().some(({ request }) => !shown.has(request.clientOrderId));
    if (!isInDoubt) {
      this.#goOn();
    } else if (this.#running) {
      this.#again = true;
    } else {
      this.#running = true;
      this.#readHistory([], undefined, askedAtMs, open);
    }
  }

  /** Nobody waits for the orders to be settled any more. */
  release(): void {
    this.#settled = undefined;
  }

  #inquireAfter(delayMs: number): void {
    const dueMs = this.#context.nowMs + delayMs;
    if (this.#due !== undefined && this.#due.atMs <= dueMs) return;
    if (this.#due !== undefined) this.#context.clear(this.#due.timer);
    if (delayMs === 0) this.#inquireNow();
    else this.#due = { atMs: dueMs, timer: this.#context.after(delayMs, () => this.#inquireNow()) };
  }

  #inquireNow(): void {
    this.#due = undefined;
    if (this.#running) return;
    this.#running = true;
    this.#begunAtMs = this.#context.nowMs;
    const askedAtMs = this.#context.wallMs;
    this.#queries.ask('orders', ({ rows }) => this.#readHistory([], undefined, askedAtMs, rows));
  }

  /** Page after page, back to before the oldest order in question was signed. */
  #readHistory(
    before: readonly OrderHistoryRow[],
    cursor: string | undefined,
    askedAtMs: number,
    open: readonly OpenOrderRow[],
  ): void {
    this.#queries.ask(
      'orderHistory',
      ({ rows, nextCursor }) => {
        const all = [...before, ...rows];
        const sinceMs = Math.min(...this.#sent().map((order) => order.signedAtMs)) - SKEW_MS;
        const reachesBack = rows.some((row) => row.timeMs < sinceMs);
        if (nextCursor === undefined || reachesBack) this.#weigh(askedAtMs, open, all);
        else this.#readHistory(all, nextCursor, askedAtMs, open);
      },
      { cursor },
    );
  }

  #weigh(
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: readonly OrderHistoryRow[],
  ): void {
    this.#running = false;
    const unsettled: Order[] = [];
    for (const order of this.#sent()) {
      const isFound = this.#judge(order, askedAtMs, open, history);
      const mustKnow = order.state === 'UNKNOWN' || this.#account.status !== 'ready';
      if (!isFound && isWorking(order) && mustKnow) unsettled.push(order);
    }
    // Asked again meanwhile: for a reading that began later, or for an order that still is in doubt.
    const isWanted = this.#settled !== undefined || this.#sent().some(isInMotion);
    const again = this.#again && isWanted;
    this.#again = false;
    if (unsettled.length > 0 || again) {
      this.#inquireAfter(this.#patienceMs(unsettled));
    } else {
      this.#fruitless = 0;
      this.#goOn();
    }
  }

  /** True when the venue knows the order. */
  #judge(
    order: Order,
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: readonly OrderHistoryRow[],
  ): boolean {
    const named = (row: { clientOrderId: string | null }): boolean =>
      row.clientOrderId === order.request.clientOrderId;
    const resting = open.find(named);
    const past = history.find(named);
    if (resting !== undefined) this.#tell(order, resting.orderId, resting.filledLots, 'open');
    else if (past !== undefined) this.#tell(order, past.orderId, past.filledLots, past.status);
    else if (askedAtMs > order.validUntilMs) {
      this.#account.end(order, 'not-admitted', 'unknown to the venue after its last moment');
    }
    return resting !== undefined || past !== undefined;
  }

  /** An order may have been on its way still; if not, only its last moment can tell. */
  #patienceMs(unsettled: readonly Order[]): number {
    this.#fruitless += 1;
    if (this.#fruitless === 1) return RETRY_MS;
    const lastMs = Math.min(...unsettled.map((order) => order.validUntilMs));
    return clamp(lastMs + 1 - this.#context.wallMs, RETRY_MS, LONGEST_MS);
  }

  #goOn(): void {
    const settled = this.#settled;
    this.#settled = undefined;
    settled?.();
  }

  /** Working orders that the venue may know. */
  #sent(): Order[] {
    return [...this.#account.working.values()].filter(({ state }) => state !== 'RESERVED');
  }
}

/** More must come of it: it is neither at rest nor at its end. */
function isInMotion(order: Order): boolean {
  return order.state !== 'LIVE';
}
