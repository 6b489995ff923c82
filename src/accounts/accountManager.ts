import type { Gate } from '../gate/gate.ts';
import { applyFill, FLAT, type Position, unrealisedMicro } from '../ledger/position.ts';
import type { AccountFigures, FillRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import { type Side, sideOfTrade, signOf } from '../protocol/terms.ts';
import { awaitsFills, type Ending, type Order, remainingLots, unseenLots } from './order.ts';
import { advance, end } from './orderLife.ts';

/** What an account's manager reports to the desk. */
export interface AccountSink {
  /** The order ended; its fills may still be on their way. */
  orderEnded(account: AccountManager, order: Order): void;
  orderChanged(account: AccountManager, order: Order): void;
  filled(account: AccountManager, order: Order | undefined, fill: FillRow): void;
  /** The venue spoke of an order that this desk did not send. */
  foreignOrder(account: AccountManager, row: OrderUpdateRow): void;
}

/** `syncing` until the venue's state is known, `stale` while the stream is lost. */
export type AccountStatus = 'syncing' | 'ready' | 'stale';

export interface AccountIdentity {
  readonly index: number;
  readonly name: string;
  /** Base58 address. */
  readonly address: string;
  readonly family: number;
}

/** Ended orders whose late events must still find them, and fills that may be told again. */
const REMEMBERED = 4000;
const REMEMBERED_FILLS = 20_000;

/**
 * One account: its orders, positions and money, folded from the venue's events. Positions are built
 * from the fills themselves (`account_trades`), orders from `account_order_updates`; snapshots only
 * initialise and check, because they may lag (reference: quirk 2).
 */
export class AccountManager {
  readonly identity: AccountIdentity;
  status: AccountStatus = 'syncing';
  /** Cash before unrealised P&L. */
  balanceMicro = 0;
  feesMicro = 0;
  volumeMicro = 0;
  fills = 0;
  /** The venue's own figures, as last reported. */
  figures: AccountFigures | undefined;
  /** Monotonic ms of the last fill or order event: snapshots are compared only in quiet moments. */
  lastEventAtMs = 0;
  readonly working: Map<number, Order> = new Map();
  readonly #markets: readonly Market[];
  readonly #gate: Gate;
  readonly #sink: AccountSink;
  readonly #positions: Position[];
  /** By market and side: what orders report as filled and no fill has shown. */
  readonly #unseenLots: number[];
  readonly #unseenOrders = new Set<Order>();
  #asOfLi = 0;
  readonly #byClientId = new Map<string, Order>();
  readonly #ended: string[] = [];
  readonly #seenFills = new Set<number>();

  constructor(
    identity: AccountIdentity,
    markets: readonly Market[],
    gate: Gate,
    sink: AccountSink,
  ) {
    this.identity = identity;
    this.#markets = markets;
    this.#gate = gate;
    this.#sink = sink;
    this.#positions = markets.map(() => FLAT);
    this.#unseenLots = markets.flatMap(() => [0, 0]);
  }

  position(market: number): Position {
    return this.#positions[market] ?? FLAT;
  }

  /** Lots that the venue has reported as filled on that side, and that no fill has shown yet. */
  unseenLots(market: number, side: Side): number {
    return this.#unseenLots[unseenAt(market, side)] ?? 0;
  }

  /** Takes a position as the venue states it, at start or after a proven mismatch. */
  setPosition(market: number, position: Position): void {
    this.#positions[market] = position;
  }

  /**
   * Positions and balance are the venue's as they stood when its order counter was `li`: a fill from
   * before that which comes late is in them already.
   */
  positionsAsOf(li: number): void {
    this.#asOfLi = li;
    for (const order of this.#unseenOrders) {
      if (order.reportedLi <= li) this.#count(order, { settledLots: order.reportedLots });
    }
  }

  order(clientOrderId: string): Order | undefined {
    return this.#byClientId.get(clientOrderId);
  }

  /** Cash plus unrealised P&L at the given marks (ticks by market; 0 = none, counted as zero). */
  equityMicro(markTicks: (market: number) => number): number {
    let equity = this.balanceMicro;
    for (const market of this.#markets) {
      const mark = markTicks(market.id);
      if (mark > 0) equity += unrealisedMicro(this.position(market.id), market, mark);
    }
    return equity;
  }

  /** A reserved order becomes this account's. */
  open(order: Order): void {
    this.working.set(order.id, order);
    this.#byClientId.set(order.request.clientOrderId, order);
  }

  sent(order: Order, signedAtMs: number, validUntilMs: number): void {
    order.signedAtMs = signedAtMs;
    order.validUntilMs = validUntilMs;
    this.#gate.sent(order.id, validUntilMs);
    this.#advance(order, 'sent');
  }

  admitted(order: Order, venueId: number): void {
    if (venueId > 0) order.venueId = venueId;
    this.#advance(order, 'admitted');
  }

  /** No answer, or one that leaves it open: the order counts until the venue's evidence settles it. */
  lost(order: Order, message: string): void {
    if (order.state === 'TERMINAL') return;
    order.message = message;
    this.#advance(order, 'lost');
  }

  cancelAsked(order: Order): void {
    order.cancelAsked = true;
    this.#advance(order, 'cancel-asked');
  }

  /** The venue refused a cancel: gone already or never there; its events or a query will tell. */
  cancelFailed(order: Order): void {
    order.cancelAsked = false;
    this.#advance(order, 'cancel-failed');
  }

  /** Ends an order on evidence. */
  end(order: Order, ending: Ending, message: string): void {
    if (!end(order, ending, message)) return;
    this.working.delete(order.id);
    this.#remember(order.request.clientOrderId);
    this.#sink.orderEnded(this, order);
  }

  onOrderUpdate(row: OrderUpdateRow): void {
    const order = row.clientOrderId === null ? undefined : this.order(row.clientOrderId);
    if (order === undefined) {
      this.#sink.foreignOrder(this, row);
      return;
    }
    order.venueId = row.orderId;
    this.#report(order, row.filledLots, row.li);
    if (row.status === 'open' || row.status === 'partially_filled') {
      // Only an order on the book is at rest; a taker's own fill says nothing about its remainder.
      if (row.event !== 'fulfill_market') this.#rest(order);
      return;
    }
    this.end(order, row.status, row.event);
  }

  onFill(row: FillRow): void {
    if (!this.#isNewFill(row.historyId)) return;
    const market = this.#markets[row.market];
    if (market === undefined) return;
    const side = sideOfTrade(row.side);
    // A row of the trade history carries no counter (0).
    if (row.li === 0 || row.li > this.#asOfLi) {
      const before = this.position(row.market);
      this.#positions[row.market] = applyFill(before, market, side, row.lots, row.ticks).position;
      this.balanceMicro += row.pnlMicro;
    }
    const notional = row.lots * row.ticks * market.microPerTickLot;
    this.feesMicro += row.feeMicro;
    this.volumeMicro += notional;
    this.fills += 1;
    const order = row.clientOrderId === null ? undefined : this.order(row.clientOrderId);
    if (order !== undefined) {
      this.#count(order, { filledLots: order.filledLots + row.lots });
      order.filledMicro += signOf(side) * notional;
      this.#shrink(order);
    }
    this.#sink.filled(this, order, row);
  }

  /** Orders that ended with fewer fills seen than the venue reported: their trades must be fetched. */
  awaitsFills(order: Order): boolean {
    return awaitsFills(order);
  }

  #report(order: Order, filledLots: number, li: number): void {
    if (filledLots <= order.reportedLots) return;
    this.#count(order, { reportedLots: filledLots, reportedLi: li });
    this.#shrink(order);
  }

  #count(
    order: Order,
    news: Partial<Pick<Order, 'reportedLots' | 'reportedLi' | 'filledLots' | 'settledLots'>>,
  ): void {
    const at = unseenAt(order.request.market, order.request.side);
    const others = (this.#unseenLots[at] ?? 0) - unseenLots(order);
    Object.assign(order, news);
    const unseen = unseenLots(order);
    this.#unseenLots[at] = others + unseen;
    if (unseen > 0) this.#unseenOrders.add(order);
    else this.#unseenOrders.delete(order);
  }

  #shrink(order: Order): void {
    if (order.state !== 'TERMINAL') this.#gate.remaining(order.id, remainingLots(order));
  }

  #rest(order: Order): void {
    const before = order.rested;
    this.#advance(order, 'resting');
    if (order.rested && !before) this.#gate.live(order.id);
  }

  #advance(order: Order, input: Parameters<typeof advance>[1]): void {
    if (advance(order, input)) this.#sink.orderChanged(this, order);
  }

  /** Remembers the fill; the oldest ones are forgotten. */
  #isNewFill(historyId: number): boolean {
    if (this.#seenFills.has(historyId)) return false;
    this.#seenFills.add(historyId);
    if (this.#seenFills.size > REMEMBERED_FILLS) {
      const [oldest] = this.#seenFills;
      if (oldest !== undefined) this.#seenFills.delete(oldest);
    }
    return true;
  }

  #remember(clientOrderId: string): void {
    this.#ended.push(clientOrderId);
    if (this.#ended.length > REMEMBERED) {
      const oldest = this.#ended.shift();
      if (oldest !== undefined) this.#byClientId.delete(oldest);
    }
  }
}

function unseenAt(market: number, side: Side): number {
  return market * 2 + (side === 'bid' ? 0 : 1);
}
