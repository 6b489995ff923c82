import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import type { Gate } from '../gate/gate.ts';
import type {
  AccountPositionsFrame,
  OpenOrderRow,
  OrderUpdateRow,
} from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';
import type { OrderHistoryRow } from '../protocol/replies/account.ts';
import { clamp } from '../std/integers.ts';
import type { DeskStats } from './deskStats.ts';
import { ForeignOrders } from './foreignOrders.ts';
import type { KernelContext } from './kernelContext.ts';
import { MissingFills } from './missingFills.ts';
import { adoptPositions, differences } from './positionCheck.ts';
import type { Requests } from './requests.ts';

export interface SyncParts {
  readonly context: KernelContext;
  readonly requests: Requests;
  readonly gate: Gate;
  readonly markets: readonly Market[];
  readonly stats: DeskStats;
  /** The account is known in full and may trade. */
  readonly ready: (account: AccountManager) => void;
  /** An order of somebody else has ended. */
  readonly released: (orderId: number) => void;
  /** Our orders that a stranger's may meet. */
  readonly withdraw: (orderIds: readonly number[]) => void;
  readonly alarm: (sentence: string) => void;
}

/** Snapshots and states are compared only this long after the last event of the account. */
const QUIET_MS = 1500;
const RETRY_MS = 1000;
/** Failed questions are asked again after waits that double up to this. */
const MOST_PATIENCE_MS = 8000;
/** Two inquiries begin at least so far apart. */
const GAP_MS = 500;
/** How far the venue's clock may be behind ours. */
const SKEW_MS = 5000;

type Answer<K extends QueryResult['of']> = Extract<QueryResult, { of: K }>;
type Asked = 'account' | 'positions' | 'orders' | 'orderHistory' | 'tradeHistory';

/**
 * One account against the venue's own word: at start and after a lost stream in full, at once for
 * an order whose fate is open, and in quiet moments against the free snapshots. A failed query
 * changes nothing: it is asked again, never read as flat.
 */
export class AccountSync {
  readonly #parts: SyncParts;
  readonly #account: AccountManager;
  readonly #foreign: ForeignOrders;
  readonly #fills: MissingFills;
  /** Number of the last reading of everything; what an older one still hears proves nothing. */
  #reading = 0;
  /** Goes on with the reading once the fate of every order is known. */
  #settled: (() => void) | undefined;
  #inquiring = false;
  #again = false;
  /** The inquiry that comes next. */
  #due: { readonly atMs: number; readonly timer: number } | undefined;
  #inquiredAtMs = Number.NEGATIVE_INFINITY;
  /** Inquiries in a row that left an order's fate open. */
  #fruitless = 0;
  #snapshot: AccountPositionsFrame | undefined;

  constructor(parts: SyncParts, account: AccountManager) {
    this.#parts = parts;
    this.#account = account;
    this.#foreign = new ForeignOrders(parts, account);
    this.#fills = new MissingFills(parts.context, account, (cursor, then) =>
      this.#ask('tradeHistory', then, { cursor }),
    );
  }

  /**
   * Reads everything, from cold, after the stream was lost, or because a snapshot differs: open
   * orders, the fate of ours, the fills that are missing, and only then positions and balance, so
   * that no fill is counted both in a position and after it.
   */
  full(): void {
    this.#reading += 1;
    const reading = this.#reading;
    const still = (): boolean => reading === this.#reading;
    this.#settled = undefined;
    const foreignBefore = this.#foreign.known;
    const askedAtMs = this.#parts.context.wallMs;
    this.#ask(
      'orders',
      ({ rows }) => {
        this.#takeOrders(rows, foreignBefore);
        this.#settled = () => this.#fills.catchUp(() => this.#readPositions(still), still);
        this.#settle(askedAtMs, rows);
      },
      { still },
    );
  }

  /** The stream is lost: what is being read does not make the account known any more. */
  lost(): void {
    this.#reading += 1;
    this.#settled = undefined;
    this.#snapshot = undefined;
  }

  /** Looks up every order of the account whose fate is open, at once unless that has just been done. */
  inquire(): void {
    if (this.#inquiring) this.#again = true;
    else this.#inquireAfter(Math.max(0, this.#inquiredAtMs + GAP_MS - this.#parts.context.nowMs));
  }

  /** Nothing that the venue counts in our orders is missing in the positions. */
  get isCertain(): boolean {
    return this.#account.status === 'ready' && !this.#fills.isWaiting;
  }

  /** The venue counts more of an order as filled than the stream has shown. */
  expectFills(order: Order): void {
    this.#fills.expect(order);
  }

  /** A free snapshot of the positions, compared when nothing has moved for a while. */
  compare(frame: AccountPositionsFrame): void {
    const waits = this.#snapshot !== undefined;
    this.#snapshot = frame;
    if (!waits) this.#compareAfter(QUIET_MS);
  }

  /** An order at the venue that no order of ours explains. */
  foreign(row: OrderUpdateRow): void {
    this.#foreign.onUpdate(row);
  }

  #inquireAfter(delayMs: number): void {
    const { context } = this.#parts;
    const dueMs = context.nowMs + delayMs;
    if (this.#due !== undefined && this.#due.atMs <= dueMs) return;
    if (this.#due !== undefined) context.clear(this.#due.timer);
    if (delayMs === 0) this.#inquireNow();
    else this.#due = { atMs: dueMs, timer: context.after(delayMs, () => this.#inquireNow()) };
  }

  #inquireNow(): void {
    this.#due = undefined;
    if (this.#inquiring) return;
    this.#inquiring = true;
    this.#inquiredAtMs = this.#parts.context.nowMs;
    const askedAtMs = this.#parts.context.wallMs;
    this.#ask('orders', (open) => this.#history([], undefined, askedAtMs, open.rows));
  }

  #takeOrders(rows: readonly OpenOrderRow[], foreignBefore: ReadonlySet<number>): void {
    for (const row of rows) {
      const order = row.clientOrderId === null ? undefined : this.#account.order(row.clientOrderId);
      if (order === undefined) this.#foreign.adopt(row);
      else this.#tell(order, row.orderId, row.filledLots, 'open');
    }
    this.#foreign.keep(foreignBefore, rows);
  }

  /** The fate of orders that the venue does not show as open is in its history, if anywhere. */
  #settle(askedAtMs: number, open: readonly OpenOrderRow[]): void {
    const shown = new Set(open.map((row) => row.clientOrderId));
    const isInDoubt = this.#sent().some(({ request }) => !shown.has(request.clientOrderId));
    if (!isInDoubt) {
      this.#goOn();
    } else if (this.#inquiring) {
      this.#again = true;
    } else {
      this.#inquiring = true;
      this.#history([], undefined, askedAtMs, open);
    }
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

  #readPositions(still: () => boolean): void {
    this.#ask(
      'positions',
      ({ rows, lastOrderId }) => {
        adoptPositions(this.#parts, this.#account, rows, lastOrderId);
        this.#readBalance(still);
      },
      { still },
    );
  }

  #readBalance(still: () => boolean): void {
    const { fills } = this.#account;
    this.#ask(
      'account',
      ({ account }) => {
        // A fill in between may be in the answer or not.
        if (this.#account.fills !== fills) {
          this.#readBalance(still);
          return;
        }
        this.#account.balanceMicro = account.balanceMicro;
        this.#account.figures = account;
        this.#ready();
      },
      { still },
    );
  }

  #ready(): void {
    if (this.#account.status === 'ready') return;
    this.#account.status = 'ready';
    this.#parts.context.record('account_synced', {
      account: this.#account.identity.index,
      balanceMicro: this.#account.balanceMicro,
      positions: this.#parts.markets.map((market) => this.#account.position(market.id).lots),
    });
    this.#parts.ready(this.#account);
  }

  /** Page after page, back to before the oldest order in question was signed. */
  #history(
    before: readonly OrderHistoryRow[],
    cursor: string | undefined,
    askedAtMs: number,
    open: readonly OpenOrderRow[],
  ): void {
    this.#ask(
      'orderHistory',
      ({ rows, nextCursor }) => {
        const all = [...before, ...rows];
        const sinceMs = this.#oldestSignedMs();
        if (nextCursor === undefined || reachesBack(rows, sinceMs)) {
          this.#evidence(askedAtMs, open, all);
        } else {
          this.#history(all, nextCursor, askedAtMs, open);
        }
      },
      { cursor },
    );
  }

  #oldestSignedMs(): number {
    return Math.min(...this.#sent().map((order) => order.signedAtMs));
  }

  #evidence(
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: readonly OrderHistoryRow[],
  ): void {
    this.#inquiring = false;
    const unsettled: Order[] = [];
    for (const order of this.#sent()) {
      const isFound = this.#judge(order, askedAtMs, open, history);
      const mustKnow = order.state === 'UNKNOWN' || this.#account.status !== 'ready';
      if (!isFound && isWorking(order) && mustKnow) unsettled.push(order);
    }
    // Asked again meanwhile: for a reading that began later, or for an order that still is in doubt.
    const again = this.#again;
    this.#again = false;
    const isWanted = again && (this.#settled !== undefined || this.#sent().some(isInMotion));
    if (unsettled.length > 0 || isWanted) {
      this.#inquireAfter(this.#patienceMs(unsettled));
    } else {
      this.#fruitless = 0;
      this.#goOn();
    }
  }

  /** An order may have been on its way still; if not, only its last moment can tell. */
  #patienceMs(unsettled: readonly Order[]): number {
    this.#fruitless += 1;
    if (this.#fruitless === 1) return RETRY_MS;
    const lastMs = Math.min(...unsettled.map((order) => order.validUntilMs));
    return clamp(lastMs + 1 - this.#parts.context.wallMs, RETRY_MS, MOST_PATIENCE_MS);
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
      // Both lists were made after the last moment of admission, and neither knows the order.
      this.#account.end(order, 'not-admitted', 'unknown to the venue after its last moment');
    }
    return resting !== undefined || past !== undefined;
  }

  #tell(order: Order, venueId: number, filledLots: number, status: OrderUpdateRow['status']): void {
    const { request } = order;
    this.#account.onOrderUpdate({
      orderId: venueId,
      clientOrderId: request.clientOrderId,
      account: this.#account.identity.address,
      market: request.market,
      side: request.side,
      priceTicks: request.priceTicks,
      lots: request.lots,
      filledLots,
      event: 'other',
      status,
      reduceOnly: request.reduceOnly,
      timeMs: 0,
      li: 0,
    });
    this.expectFills(order);
  }

  #compareAfter(delayMs: number): void {
    this.#parts.context.after(delayMs, () => this.#compareNow());
  }

  #compareNow(): void {
    const { context, markets, stats } = this.#parts;
    const frame = this.#snapshot;
    if (frame === undefined || this.#account.status !== 'ready') {
      this.#snapshot = undefined;
      return;
    }
    const quietMs = context.nowMs - this.#account.lastEventAtMs;
    if (quietMs < QUIET_MS || this.#fills.isWaiting) {
      this.#compareAfter(Math.max(1, QUIET_MS - quietMs));
      return;
    }
    this.#snapshot = undefined;
    stats.snapshotChecks += 1;
    if (differences(markets, this.#account, frame.rows).length === 0) return;
    stats.snapshotMismatches += 1;
    this.full();
  }

  /** Asks until the answer comes, after failures with growing patience. */
  #ask<K extends Asked>(
    of: K,
    then: (answer: Answer<K>) => void,
    how: { readonly still?: () => boolean; readonly cursor?: string | undefined } = {},
    failures = 0,
  ): void {
    const { still, cursor } = how;
    if (still?.() === false) return;
    const { context, requests } = this.#parts;
    const { index, address } = this.#account.identity;
    const query = { of, account: address, ...(cursor === undefined ? {} : { cursor }) } as Query;
    const answered = (outcome: Outcome<QueryResult>): void => {
      if (still?.() === false) return;
      if (outcome.kind === 'ok' && outcome.value.of === of) {
        then(outcome.value as Answer<K>);
        return;
      }
      const delayMs = Math.min(MOST_PATIENCE_MS, RETRY_MS * 2 ** failures);
      context.after(delayMs, () => this.#ask(of, then, how, failures + 1));
    };
    requests.query(index, query, answered, 'evidence');
  }
}

/** More must come of it: it is neither at rest nor at its end. */
function isInMotion(order: Order): boolean {
  return order.state !== 'LIVE';
}

/** The page holds something older than `sinceMs`, however the clocks differ. */
function reachesBack(rows: readonly OrderHistoryRow[], sinceMs: number): boolean {
  return rows.some((row) => row.timeMs < sinceMs - SKEW_MS);
}
