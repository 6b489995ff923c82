import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import type { Gate } from '../gate/gate.ts';
import type {
  AccountOrdersFrame,
  AccountPositionsFrame,
  OpenOrderRow,
  OrderUpdateRow,
} from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import { AccountCheck, type Resting } from './accountCheck.ts';
import { AccountQueries } from './accountQueries.ts';
import type { DeskStats } from './deskStats.ts';
import { ForeignOrders } from './foreignOrders.ts';
import type { KernelContext } from './kernelContext.ts';
import { MissingFills } from './missingFills.ts';
import { OrderInquiry } from './orderInquiry.ts';
import { adoptPositions } from './positionCheck.ts';
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
  /** Events of the account did not come although its connection lives. */
  readonly silent: (account: AccountManager) => void;
  /** The account cannot be asked for: it is out of touch with the venue. */
  readonly outOfTouch: (account: AccountManager) => void;
}

/** A page of the trade history is asked for so often in a row. */
const HISTORY_TRIES = 3;

/**
 * One account against the venue's own word: at start and after a lost stream in full, at once for
 * an order whose fate is open, and in quiet moments against the free snapshots. A failed query
 * changes nothing: it is asked again, never read as flat.
 */
export class AccountSync {
  readonly #parts: SyncParts;
  readonly #account: AccountManager;
  readonly #queries: AccountQueries;
  readonly #inquiry: OrderInquiry;
  readonly #foreign: ForeignOrders;
  readonly #fills: MissingFills;
  /** Number of the last reading of everything; what an older one still hears proves nothing. */
  #reading = 0;
  readonly #check: AccountCheck;
  /** A difference is being looked into: what is found now, no event has told. */
  #isSuspect = false;

  constructor(parts: SyncParts, account: AccountManager) {
    const { context, requests } = parts;
    this.#parts = parts;
    this.#account = account;
    this.#queries = new AccountQueries(context, requests, account.identity);
    this.#inquiry = new OrderInquiry(context, account, this.#queries, {
      tell: (...said) => this.#tell(...said),
      alarm: parts.alarm,
    });
    this.#foreign = new ForeignOrders(parts, account);
    this.#fills = new MissingFills(
      context,
      account,
      (cursor, then, unanswered) =>
        this.#queries.ask('tradeHistory', then, {
          cursor,
          bound: { tries: HISTORY_TRIES, unanswered },
        }),
      (orders) => this.#fillsLost(orders),
    );
    const { markets, stats } = parts;
    const check = {
      context,
      markets,
      stats,
      awaitsFills: (): boolean => this.#fills.isWaiting,
      foreign: (): ReadonlySet<number> => this.#foreign.known,
      openOrders: (rows: readonly OpenOrderRow[], before: Resting): void =>
        this.#checked(rows, before),
      differs: (): void => this.#suspect(() => this.full()),
      unreachable: (): void => parts.outOfTouch(account),
    };
    this.#check = new AccountCheck(check, account, this.#queries);
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
    this.#inquiry.release();
    const foreignBefore = this.#foreign.known;
    const askedAtMs = this.#parts.context.wallMs;
    this.#queries.ask(
      'orders',
      ({ rows }) => {
        this.#takeOrders(rows, foreignBefore);
        this.#inquiry.settle(askedAtMs, rows, () =>
          this.#fills.catchUp(() => this.#readPositions(still), still),
        );
      },
      { still },
    );
  }

  /** The stream is lost: what is being read does not make the account known any more. */
  lost(): void {
    this.#reading += 1;
    this.#inquiry.release();
    this.#check.clear();
  }

  /** Looks up every order of the account whose fate is open. */
  inquire(): void {
    this.#inquiry.inquire();
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
    this.#check.positions(frame.rows);
  }

  /** A free snapshot of the open orders. */
  compareOrders(frame: AccountOrdersFrame): void {
    this.#check.orders(frame.rows);
  }

  /** Asks for what no snapshot shows, when nothing more urgent needs the credits. */
  check(): void {
    this.#check.ask();
  }

  /** An order at the venue that no order of ours explains. */
  foreign(row: OrderUpdateRow): void {
    this.#foreign.onUpdate(row);
  }

  #suspect(look: () => void): void {
    this.#isSuspect = true;
    look();
  }

  /** What was found out now should have been told by an event. */
  #found(): void {
    if (!this.#isSuspect) return;
    this.#isSuspect = false;
    this.#parts.silent(this.#account);
  }

  #checked(rows: readonly OpenOrderRow[], { ours, foreign }: Resting): void {
    this.#takeOrders(rows, foreign);
    const shown = new Set(rows.map((row) => row.clientOrderId));
    const isMissing = (order: Order): boolean =>
      isWorking(order) && !shown.has(order.request.clientOrderId);
    if (ours.some(isMissing)) this.#suspect(() => this.inquire());
  }

  /** The history does not show them: the venue's positions are taken, in which they must be. */
  #fillsLost(orders: readonly Order[]): void {
    const names = orders.map(({ request }) => request.clientOrderId).join(', ');
    this.#parts.alarm(
      `account ${this.#account.identity.name}: the venue's history does not show all that it counts as filled of ${names}; its positions are read instead`,
    );
    this.full();
  }

  #takeOrders(rows: readonly OpenOrderRow[], foreignBefore: ReadonlySet<number>): void {
    for (const row of rows) {
      const order = row.clientOrderId === null ? undefined : this.#account.order(row.clientOrderId);
      if (order === undefined) this.#foreign.adopt(row);
      else this.#tell(order, row.orderId, row.filledLots, 'open');
    }
    this.#foreign.keep(foreignBefore, rows);
  }

  #readPositions(still: () => boolean): void {
    this.#queries.ask(
      'positions',
      ({ rows, lastOrderId }) => {
        if (adoptPositions(this.#parts, this.#account, rows, lastOrderId)) this.#found();
        this.#isSuspect = false;
        this.#readBalance(still);
      },
      { still },
    );
  }

  #readBalance(still: () => boolean): void {
    const { fills } = this.#account;
    this.#queries.ask(
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

  #tell(order: Order, venueId: number, filledLots: number, status: OrderUpdateRow['status']): void {
    const { request, state, reportedLots } = order;
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
    if (order.state !== state || order.reportedLots !== reportedLots) this.#found();
    this.expectFills(order);
  }
}
