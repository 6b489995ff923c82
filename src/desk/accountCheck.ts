import type { AccountManager } from '../accounts/accountManager.ts';
import type { Order } from '../accounts/order.ts';
import type { OpenOrderRow, PositionRow } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import type { AccountQueries } from './accountQueries.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';
import { differences } from './positionCheck.ts';

export interface CheckParts {
  readonly context: KernelContext;
  readonly markets: readonly Market[];
  readonly stats: DeskStats;
  /** Fills that the stream owes are on their way: positions lag behind and cannot be compared. */
  readonly awaitsFills: () => boolean;
  /** The venue's ids of the orders that are not ours and count already. */
  readonly foreign: () => ReadonlySet<number>;
  /** Open orders, and what counted as resting when they were asked for. */
  readonly openOrders: (rows: readonly OpenOrderRow[], before: Resting) => void;
  /** Account and venue tell different things in a quiet moment. */
  readonly differs: () => void;
  /** The venue has not answered, however often it was asked. */
  readonly unreachable: () => void;
}

/** Orders that rested at a moment: ours, and the venue's ids of others. */
export interface Resting {
  readonly ours: readonly Order[];
  readonly foreign: ReadonlySet<number>;
}

/** Snapshots are compared only this long after the last event of the account. */
const QUIET_MS = 1500;
/** A check that no credits were left for is asked again as evidence after that. */
const POLL_PATIENCE_MS = 20_000;
/** A question is asked so often before the account counts as out of touch. */
const TRIES = 3;

/**
 * One account in quiet moments: held against the free snapshots of its orders and positions, or
 * against what the venue answers when it is asked for them.
 */
export class AccountCheck {
  readonly #parts: CheckParts;
  readonly #account: AccountManager;
  readonly #queries: AccountQueries;
  #positions: readonly PositionRow[] | undefined;
  #orders: { readonly rows: readonly OpenOrderRow[]; readonly atMs: number } | undefined;
  #isTiming = false;
  #askedAtMs: number | undefined;

  constructor(parts: CheckParts, account: AccountManager, queries: AccountQueries) {
    this.#parts = parts;
    this.#account = account;
    this.#queries = queries;
  }

  positions(rows: readonly PositionRow[]): void {
    this.#positions = rows;
    this.#compareAfter(QUIET_MS);
  }

  orders(rows: readonly OpenOrderRow[]): void {
    this.#orders = { rows, atMs: this.#parts.context.nowMs };
    this.#compareAfter(QUIET_MS);
  }

  /** The stream is lost: what was said before says nothing any more. */
  clear(): void {
    this.#positions = undefined;
    this.#orders = undefined;
  }

  /** Asks for open orders and positions, once more urgent work leaves the credits for it. */
  ask(): void {
    const { nowMs } = this.#parts.context;
    if (this.#account.status !== 'ready') return;
    const isWaiting = this.#askedAtMs !== undefined;
    if (isWaiting && nowMs - (this.#askedAtMs ?? 0) < POLL_PATIENCE_MS) return;
    this.#askedAtMs = nowMs;
    const lane = isWaiting ? 'evidence' : 'poll';
    const bound = { tries: TRIES, unanswered: () => this.#failed() };
    const ours = [...this.#account.working.values()].filter(({ state }) => state === 'LIVE');
    const before = { ours, foreign: this.#parts.foreign() };
    this.#queries.ask(
      'orders',
      ({ rows }) => {
        this.#parts.openOrders(rows, before);
        this.#queries.ask('positions', (answer) => this.#answered(answer.rows), { lane, bound });
      },
      { lane, bound },
    );
  }

  #answered(rows: readonly PositionRow[]): void {
    this.#askedAtMs = undefined;
    this.positions(rows);
  }

  #failed(): void {
    this.#askedAtMs = undefined;
    if (this.#account.status === 'ready') this.#parts.unreachable();
  }

  #compareAfter(delayMs: number): void {
    if (this.#isTiming) return;
    this.#isTiming = true;
    this.#parts.context.after(delayMs, () => {
      this.#isTiming = false;
      this.#compare();
    });
  }

  #compare(): void {
    const { context, stats } = this.#parts;
    if (this.#account.status !== 'ready') this.clear();
    if (this.#positions === undefined && this.#orders === undefined) return;
    const quietMs = context.nowMs - this.#account.lastEventAtMs;
    if (quietMs < QUIET_MS || this.#parts.awaitsFills()) {
      this.#compareAfter(Math.max(1, QUIET_MS - quietMs));
      return;
    }
    const isDifferent = this.#positionsDiffer() || this.#ordersDiffer();
    this.clear();
    stats.snapshotChecks += 1;
    if (!isDifferent) return;
    stats.snapshotMismatches += 1;
    this.#parts.differs();
  }

  #positionsDiffer(): boolean {
    if (this.#positions === undefined) return false;
    return differences(this.#parts.markets, this.#account, this.#positions).length > 0;
  }

  /** Only a list that is younger than the account's last event can tell. */
  #ordersDiffer(): boolean {
    if (this.#orders === undefined || this.#orders.atMs <= this.#account.lastEventAtMs)
      return false;
    const { rows } = this.#orders;
    const foreign = this.#parts.foreign();
    const byName = new Map(rows.map((row) => [row.clientOrderId, row]));
    for (const order of this.#account.working.values()) {
      const row = byName.get(order.request.clientOrderId);
      if (order.state !== 'LIVE') continue;
      if (row === undefined || row.filledLots > order.reportedLots) return true;
    }
    return rows.some(
      ({ clientOrderId, orderId }) =>
        (clientOrderId === null || this.#account.order(clientOrderId) === undefined) &&
        !foreign.has(orderId),
    );
  }
}
