import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import type { OpenOrderRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { OrderHistoryRow } from '../protocol/reads/orders/orderHistory.ts';
import { clamp } from '../std/integers.ts';
import type { AccountQueries } from './accountQueries.ts';
import type { KernelContext } from './kernelContext.ts';

/** What the venue says of an order of ours: its id there, lots filled, status. */
type Tell = (
  order: Order,
  venueId: number,
  filledLots: number,
  status: OrderUpdateRow['status'],
) => void;

/** What an inquiry reports. */
export interface InquirySink {
  readonly tell: Tell;
  readonly alarm: (sentence: string) => void;
}

const RETRY_MS = 1000;
const LONGEST_MS = 8000;
/**
 * A page of the history is asked for so often in a row; once it has stayed silent, only once. The
 * real exchange never answers for an account without history (reference: quirks).
 */
const HISTORY_TRIES = 4;
/** Inquiries that find the history silent come at waits that double up to this. */
const SILENT_MS = 60_000;
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
  readonly #sink: InquirySink;
  #running = false;
  /** Asked for while one was running. */
  #again = false;
  /** The one that comes next. */
  #due: { readonly atMs: number; readonly timer: number } | undefined;
  #begunAtMs = Number.NEGATIVE_INFINITY;
  /** So many in a row left an order's fate open. */
  #fruitless = 0;
  /** So many inquiries in a row in which the history did not answer. */
  #silent = 0;
  /** Waits until the fate of every order is known. */
  #settled: (() => void) | undefined;

  constructor(
    context: KernelContext,
    account: AccountManager,
    queries: AccountQueries,
    sink: InquirySink,
  ) {
    this.#context = context;
    this.#account = account;
    this.#queries = queries;
    this.#sink = sink;
  }

  /** Looks up every order whose fate is open, at once unless that has just been done. */
  inquire(): void {
    if (this.#running) this.#again = true;
    else this.#inquireAfter(Math.max(0, this.#begunAtMs + this.#gapMs - this.#context.nowMs));
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
    const tries = this.#silent === 0 ? HISTORY_TRIES : 1;
    this.#queries.ask(
      'orderHistory',
      ({ rows, nextCursor }) => {
        const all = [...before, ...rows];
        const sinceMs = Math.min(...this.#sent().map((order) => order.signedAtMs)) - SKEW_MS;
        const reachesBack = rows.some((row) => row.timeMs < sinceMs);
        this.#silent = 0;
        if (nextCursor === undefined || reachesBack) this.#weigh(askedAtMs, open, all);
        else this.#readHistory(all, nextCursor, askedAtMs, open);
      },
      { cursor, bound: { tries, unanswered: () => this.#historyIsSilent(askedAtMs, open) } },
    );
  }

  /** Nothing is proven by silence: what is not open stays unknown, and is asked for less often. */
  #historyIsSilent(askedAtMs: number, open: readonly OpenOrderRow[]): void {
    this.#silent += 1;
    const before = this.#sent().filter(isInMotion);
    this.#weigh(askedAtMs, open, undefined);
    const inDoubt = before.filter(isWorking).length;
    if (this.#silent > 1 || inDoubt === 0) return;
    this.#sink.alarm(
      `account ${this.#account.identity.name}: the venue's order history does not answer; ${inDoubt} orders whose fate it would tell go on counting`,
    );
  }

  #weigh(
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: readonly OrderHistoryRow[] | undefined,
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
    history: readonly OrderHistoryRow[] | undefined,
  ): boolean {
    const named = (row: { clientOrderId: string | null }): boolean =>
      row.clientOrderId === order.request.clientOrderId;
    const resting = open.find(named);
    const past = history?.find(named);
    if (resting !== undefined) this.#sink.tell(order, resting.orderId, resting.filledLots, 'open');
    else if (past !== undefined) this.#sink.tell(order, past.orderId, past.filledLots, past.status);
    else if (history !== undefined && askedAtMs > order.validUntilMs) {
      this.#account.end(order, 'not-admitted', 'unknown to the venue after its last moment');
    }
    return resting !== undefined || past !== undefined;
  }

  /** An order may have been on its way still; if not, only its last moment can tell. */
  #patienceMs(unsettled: readonly Order[]): number {
    this.#fruitless += 1;
    if (this.#silent > 0) return this.#gapMs;
    if (this.#fruitless === 1) return RETRY_MS;
    const lastMs = Math.min(...unsettled.map((order) => order.validUntilMs));
    return clamp(lastMs + 1 - this.#context.wallMs, RETRY_MS, LONGEST_MS);
  }

  get #gapMs(): number {
    if (this.#silent === 0) return GAP_MS;
    return Math.min(SILENT_MS, LONGEST_MS * 2 ** (this.#silent - 1));
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
