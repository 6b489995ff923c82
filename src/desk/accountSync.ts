import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import type { Gate } from '../gate/gate.ts';
import { FLAT, type Position } from '../ledger/position.ts';
import type {
  AccountPositionsFrame,
  OpenOrderRow,
  OrderUpdateRow,
  PositionRow,
} from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';
import type { OrderHistoryRow } from '../protocol/replies/account.ts';
import { mulDiv } from '../std/integers.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Requests } from './requests.ts';

export interface SyncParts {
  readonly context: KernelContext;
  readonly requests: Requests;
  readonly gate: Gate;
  readonly markets: readonly Market[];
  readonly stats: DeskStats;
  /** The account is known in full and may trade. */
  readonly ready: (account: AccountManager) => void;
  readonly alarm: (sentence: string) => void;
}

/** Snapshots and states are compared only this long after the last event of the account. */
const QUIET_MS = 1500;
const RETRY_MS = 1000;

type Answer<K extends QueryResult['of']> = Extract<QueryResult, { of: K }>;

/**
 * One account against the venue's own word: at start and after a lost stream in full, at once for
 * an order whose fate is open, and in quiet moments against the free snapshots. A failed query
 * changes nothing: it is asked again, never read as flat.
 */
export class AccountSync {
  readonly #parts: SyncParts;
  readonly #account: AccountManager;
  #inquiring = false;
  #again = false;
  #suspicions = 0;

  constructor(parts: SyncParts, account: AccountManager) {
    this.#parts = parts;
    this.#account = account;
  }

  /** Everything, from cold or after the stream was lost. */
  full(): void {
    this.#ask('account', (account) => {
      this.#account.balanceMicro = account.account.balanceMicro;
      this.#account.figures = account.account;
      this.#ask('orders', (orders) => {
        for (const row of orders.rows) this.#adoptOrder(row);
        this.#ask('positions', (positions) => {
          this.#adoptPositions(positions.rows);
          this.#settleWorking();
        });
      });
    });
  }

  /** Looks up every order of the account whose fate is open. */
  inquire(): void {
    if (this.#inquiring) {
      this.#again = true;
      return;
    }
    this.#inquiring = true;
    const askedAtMs = this.#parts.context.wallMs;
    this.#ask('orders', (orders) => {
      this.#ask('orderHistory', (history) => this.#evidence(askedAtMs, orders.rows, history));
    });
  }

  /** Fills that an ended order is known to have and that never arrived. */
  fetchFills(): void {
    this.#ask('tradeHistory', (trades) => {
      for (const row of trades.rows) {
        const ours = row.clientOrderId !== null && this.#account.order(row.clientOrderId);
        if (ours) this.#account.onFill(row);
      }
    });
  }

  /** A free snapshot of the positions, compared when nothing has moved for a while. */
  compare(frame: AccountPositionsFrame): void {
    const { context, stats } = this.#parts;
    if (this.#account.status !== 'ready') return;
    if (context.nowMs - this.#account.lastEventAtMs < QUIET_MS) return;
    stats.snapshotChecks += 1;
    if (this.#differences(frame.rows).length === 0) {
      this.#suspicions = 0;
      return;
    }
    stats.snapshotMismatches += 1;
    this.#suspicions += 1;
    if (this.#suspicions < 2) return;
    this.#suspicions = 0;
    this.#ask('positions', (positions) => this.#adoptPositions(positions.rows));
  }

  /** An order at the venue that no order of ours explains. */
  foreign(row: OrderUpdateRow): void {
    this.#parts.stats.foreignOrders += 1;
    this.#parts.context.record('foreign_order', {
      account: this.#account.identity.index,
      venueId: row.orderId,
      status: row.status,
      market: row.market,
      side: row.side,
    });
    if (row.status === 'open' || row.status === 'partially_filled') this.#adoptForeign(row);
    else this.#parts.gate.release(foreignId(row.orderId));
  }

  /** After a full synchronisation: orders of ours that the venue does not show are looked up. */
  #settleWorking(): void {
    const open = [...this.#account.working.values()].some((order) => order.state !== 'RESERVED');
    if (open) this.inquire();
    else this.#ready();
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

  #evidence(
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: Answer<'orderHistory'>,
  ): void {
    this.#inquiring = false;
    let unsettled = false;
    for (const order of [...this.#account.working.values()]) {
      if (order.state === 'RESERVED') continue;
      this.#judge(order, askedAtMs, open, history);
      if (isWorking(order) && (order.state === 'UNKNOWN' || this.#account.status !== 'ready')) {
        unsettled ||= !open.some((row) => row.clientOrderId === order.request.clientOrderId);
      }
    }
    if (unsettled || this.#again) {
      this.#again = false;
      this.#parts.context.after(RETRY_MS, () => this.inquire());
    } else if (this.#account.status !== 'ready') {
      this.#ready();
    }
  }

  #judge(
    order: Order,
    askedAtMs: number,
    open: readonly OpenOrderRow[],
    history: Answer<'orderHistory'>,
  ): void {
    const named = (row: { clientOrderId: string | null }): boolean =>
      row.clientOrderId === order.request.clientOrderId;
    const resting = open.find(named);
    const past = history.rows.find(named);
    if (resting !== undefined) {
      this.#account.onOrderUpdate(
        updateOf(this.#account, order, resting.orderId, resting.filledLots, 'open'),
      );
    } else if (past !== undefined) {
      this.#account.onOrderUpdate(
        updateOf(this.#account, order, past.orderId, past.filledLots, past.status),
      );
    } else if (askedAtMs > order.validUntilMs && covers(history, order.signedAtMs)) {
      // Both lists were made after the last moment of admission, and neither knows the order.
      this.#account.end(order, 'not-admitted', 'unknown to the venue after its last moment');
    }
  }

  #adoptOrder(row: OpenOrderRow): void {
    const order = row.clientOrderId === null ? undefined : this.#account.order(row.clientOrderId);
    if (order === undefined) this.#adoptForeign(row);
    else
      this.#account.onOrderUpdate(
        updateOf(this.#account, order, row.orderId, row.filledLots, 'open'),
      );
  }

  #adoptForeign(row: OpenOrderRow | OrderUpdateRow): void {
    const id = foreignId(row.orderId);
    if (this.#parts.gate.entry(id) !== undefined) return;
    this.#parts.gate.adoptForeign(
      {
        orderId: id,
        clientOrderId: row.clientOrderId ?? `venue-${row.orderId}`,
        account: this.#account.identity.index,
        market: row.market,
        side: row.side,
        kind: 'limit',
        tif: 'GTC',
        priceTicks: row.priceTicks,
        lots: row.lots,
        reduceOnly: row.reduceOnly,
        precedence: 'quote',
        onConflict: 'BLOCK_NEW',
        strategy: 0,
        parent: 0,
      },
      true,
    );
    this.#parts.alarm(
      `account ${this.#account.identity.name} has order ${row.orderId} at the venue that this desk did not send; it counts in every decision`,
    );
  }

  #adoptPositions(rows: readonly PositionRow[]): void {
    const differences = this.#differences(rows);
    if (differences.length === 0) return;
    for (const { market, theirs } of differences) {
      const ours = this.#account.position(market.id).lots;
      if (this.#account.status === 'ready') {
        this.#parts.stats.mismatches += 1;
        const { name } = this.#account.identity;
        this.#parts.alarm(
          `account ${name} holds ${theirs?.lots ?? 0} lots of ${market.symbol} at the venue, the desk counted ${ours}; the venue's figure is taken`,
        );
      }
      this.#account.setPosition(market.id, positionOf(market, theirs));
      this.#parts.context.record('position_adopted', {
        account: this.#account.identity.index,
        symbol: market.symbol,
        lots: theirs?.lots ?? 0,
        before: ours,
      });
    }
  }

  #differences(
    rows: readonly PositionRow[],
  ): { market: Market; theirs: PositionRow | undefined }[] {
    return this.#parts.markets
      .map((market) => ({ market, theirs: rows.find((row) => row.market === market.id) }))
      .filter(
        ({ market, theirs }) => (theirs?.lots ?? 0) !== this.#account.position(market.id).lots,
      );
  }

  /** Asks until the answer comes; each failure is tried again a second later. */
  #ask<K extends 'account' | 'positions' | 'orders' | 'orderHistory' | 'tradeHistory'>(
    of: K,
    then: (answer: Answer<K>) => void,
  ): void {
    const { index, address } = this.#account.identity;
    const query: Query = { of, account: address };
    this.#parts.requests.query(index, query, (outcome: Outcome<QueryResult>) => {
      if (outcome.kind === 'ok' && outcome.value.of === of) then(outcome.value as Answer<K>);
      else this.#parts.context.after(RETRY_MS, () => this.#ask(of, then));
    });
  }
}

/** Orders that are not ours get numbers of their own, below zero. */
function foreignId(venueId: number): number {
  return -venueId;
}

/** The page reaches back to before the order was signed, or there is nothing older. */
function covers(history: Answer<'orderHistory'>, signedAtMs: number): boolean {
  if (history.nextCursor === undefined) return true;
  return history.rows.some((row: OrderHistoryRow) => row.timeMs < signedAtMs);
}

function positionOf(market: Market, row: PositionRow | undefined): Position {
  if (row === undefined || row.lots === 0) return FLAT;
  const perBaseUnit = 10 ** market.lot.decimals;
  const costMicro = mulDiv(row.entryMicro, row.lots * market.lot.step, perBaseUnit, 'half-up');
  return { lots: row.lots, costMicro };
}

function updateOf(
  account: AccountManager,
  order: Order,
  venueId: number,
  filledLots: number,
  status: OrderUpdateRow['status'],
): OrderUpdateRow {
  const { request } = order;
  return {
    orderId: venueId,
    clientOrderId: request.clientOrderId,
    account: account.identity.address,
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
  };
}
