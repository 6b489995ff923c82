import type { Market } from '../protocol/market.ts';
import { invariant } from '../std/assert.ts';
import { type Claim, ClaimBook } from './claimBook.ts';
import { Coverage } from './coverage.ts';
import type { Conflict, Decision, Deferred, Refused } from './decision.ts';
import { Entry, type EntrySummary, STRONGEST, summaryOf, WEAKEST } from './entry.ts';
import { explainDeferral, explainRefusal } from './explain.ts';
import { ExposureBook } from './exposureBook.ts';
import { type GateCounters, GateCounts } from './gateCounts.ts';
import { type GateLimits, LimitTable } from './gateLimits.ts';
import { Judge, type Trial } from './judge.ts';
import { LiquidationGuard } from './liquidationGuard.ts';
import { isOpening, MirrorRule, type PastOrder } from './mirrorRule.ts';
import type { OffsetReport } from './offsetShare.ts';
import type { OrderRequest } from './orderRequest.ts';
import type { GateFacts } from './preTrade.ts';
import { type ReservedOrder, takeMint } from './reservedOrder.ts';
import { cancellable, LISTED } from './selfTrade.ts';

const mint = takeMint();

export interface GateOptions {
  /** By market id, dense from 0. */
  readonly markets: readonly Market[];
  readonly facts: GateFacts;
  readonly limits: GateLimits;
}

/**
 * The one way out: checks an order against the exposure of all accounts of the owner and against the
 * limits, and reserves it in the same step, so that nothing can come in between. There is no way to
 * switch it off or around it.
 */
export class Gate {
  readonly #markets: readonly Market[];
  readonly #book: ExposureBook;
  readonly #claims = new ClaimBook();
  readonly #mirror: MirrorRule;
  readonly #coverage: Coverage;
  readonly #guard: LiquidationGuard;
  readonly #judge: Judge;
  readonly #counts = new GateCounts();
  #reservations = 0;

  /** Throws `CONFIG_INVALID` when a limit or a threshold is looser than allowed. */
  constructor({ markets, facts, limits }: GateOptions) {
    const book = new ExposureBook(markets.length);
    const mirror = new MirrorRule(markets, limits.mirror ?? {});
    const coverage = new Coverage(markets.length);
    const table = new LimitTable(limits, markets.length);
    this.#markets = markets;
    this.#book = book;
    this.#mirror = mirror;
    this.#coverage = coverage;
    this.#guard = new LiquidationGuard(book, facts, markets.length);
    this.#judge = new Judge({ markets, facts, limits: table, book, mirror, coverage });
  }

  /**
   * Judges requests together (the legs of a pair, a batch, else one): all are reserved, or none. Each
   * ends by itself: whichever of them the venue fails, the others are as safe as all of them.
   */
  submit(requests: readonly OrderRequest[], nowMs: number): Decision {
    return this.#decide(requests, nowMs, undefined);
  }

  /** Judges the requests of a claim anew, once what it waited for has ended. */
  retry(claim: number, nowMs: number): Decision {
    const taken = this.#takeClaim(claim);
    invariant(taken !== undefined, `there is no claim ${claim} to retry`);
    return this.#decide(taken.requests, nowMs, claim);
  }

  /** Gives up a claim; its place is free. */
  dropClaim(claim: number): void {
    this.#takeClaim(claim);
  }

  /** The bytes of a reserved order left; `validUntilMs` is the last wall ms of its admission. */
  sent(orderId: number, validUntilMs: number): void {
    const entry = this.#book.order(orderId);
    invariant(entry !== undefined, `order ${orderId} was sent without a reservation`);
    if (entry.state !== 'FOREIGN') entry.state = 'SENT';
    entry.validUntilMs = validUntilMs;
  }

  /**
   * The venue has shown the order at rest: it cannot take any more. A stop that has not fired rests
   * away from the book, and takes when it fires.
   */
  live(orderId: number): void {
    const entry = this.#book.order(orderId);
    if (entry === undefined) return;
    if (entry.state !== 'FOREIGN') entry.state = entry.isDormant ? 'ARMED' : 'LIVE';
    if (!entry.isDormant) this.#book.rest(entry);
  }

  /** The venue has said that the stop fired: it takes, and then rests if it is of a kind that does. */
  triggered(orderId: number, nowMs: number): void {
    const entry = this.#book.order(orderId);
    if (entry === undefined || !entry.isDormant) return;
    entry.isDormant = false;
    if (entry.state === 'FOREIGN') return;
    entry.state = 'TRIGGERED';
    this.#mirror.countAnew(entry, nowMs);
  }

  /** What may still trade, on evidence of fills. Growth is not believed. */
  remaining(orderId: number, remainingLots: number): void {
    const entry = this.#book.order(orderId);
    if (entry !== undefined) this.#book.shrink(entry, remainingLots);
  }

  /**
   * The order has ended: the venue said so, it is proven that it was never admitted, or it never left.
   * Time alone is no evidence. Returns the claims that waited for it last. An order that is not in
   * the book has been released before; nothing happens. Attached stops are released one by one, as
   * their order may have filled in part; only with an order that never left they go as well.
   */
  release(orderId: number): readonly number[] {
    const entry = this.#book.order(orderId);
    if (entry === undefined) return [];
    this.#book.remove(entry);
    if (entry.state !== 'FOREIGN') this.#mirror.settle(entry);
    const ready = this.#claims.ended(orderId);
    const { attached } = entry.request;
    if (attached === undefined || entry.state !== 'RESERVED') return ready;
    return [...ready, ...attached.flatMap((stop) => this.release(stop.orderId))];
  }

  /**
   * Counts an order that this desk finds at the venue without having sent it, or may have sent before
   * it was started (`resting` false: it may still arrive), and any order of an outside account. One
   * that the venue runs by itself, such as a TWAP, is adopted as a market order that may still arrive.
   * Returns the own orders that it conflicts with: against those nothing can be guaranteed any more.
   */
  adoptForeign(request: OrderRequest, resting: boolean): readonly EntrySummary[] {
    const entry = new Entry(request, false);
    entry.state = 'FOREIGN';
    if (resting && !entry.isDormant) {
      entry.canTake = false;
      entry.mayRest = true;
    }
    const opponents = this.#book.opponents(entry, STRONGEST, WEAKEST, Infinity);
    this.#book.insert(entry);
    return opponents.filter(({ claim }) => claim === 0).map(summaryOf);
  }

  /** Lets nothing new into the market, for a reason that {@link openMarket} must name again. */
  closeMarket(market: number, reason: string): void {
    this.#coverage.close(market, reason);
  }

  /** Takes a reason away; the market is open when none is left. A new gate has `NOT_RECONCILED`. */
  openMarket(market: number, reason: string): void {
    this.#coverage.open(market, reason);
  }

  /** The account sends nothing new; its orders go on counting, its siblings go on. */
  freezeAccount(account: number): void {
    this.#coverage.freeze(account);
  }

  thawAccount(account: number): void {
    this.#coverage.thaw(account);
  }

  /**
   * An account joins the group while the desk runs: every market is closed until {@link accountKnown},
   * when what it has at the venue has been adopted. `outside`: an account of the owner that is not the
   * desk's; its orders count as foreign ones, and it never sends.
   */
  addAccount(account: number, outside: boolean): void {
    this.#coverage.add(account, outside);
  }

  accountKnown(account: number): void {
    this.#coverage.known(account);
  }

  /** The account sends nothing new; its orders count until each has been released. */
  removeAccount(account: number): void {
    this.#coverage.remove(account);
  }

  /**
   * The account nears its liquidation: nothing new comes to rest where that would trade, in any market
   * in which it has a position now. Returns the orders that rest there, to be withdrawn. Asking again
   * goes by the positions as they are then.
   */
  guardLiquidation(account: number): readonly EntrySummary[] {
    return this.#guard.raise(account);
  }

  /** The account is safe again, or has no position left. */
  endLiquidationGuard(account: number): void {
    this.#guard.lower(account);
  }

  /** Lets a strategy open nothing more until it is re-armed. */
  haltStrategy(strategy: number): void {
    this.#mirror.halt(strategy);
  }

  /** A person re-arms a halted strategy. */
  rearm(strategy: number): void {
    this.#mirror.rearm(strategy);
  }

  isHalted(strategy: number): boolean {
    return this.#mirror.isHalted(strategy);
  }

  /** A person has reviewed the market's openings. */
  reviewed(market: number): void {
    this.#mirror.reviewed(market);
  }

  /** Rebuilds the mirror rule's sums at start: one call per order, in the order of the log. */
  recall(past: PastOrder): void {
    this.#mirror.recall(past);
  }

  /** The day's openings that offset each other between accounts. */
  offsetReport(market: number): OffsetReport {
    return this.#mirror.offsetReport(market);
  }

  /** An order that counts, or `undefined`. */
  entry(orderId: number): EntrySummary | undefined {
    const entry = this.#book.order(orderId);
    return entry === undefined ? undefined : summaryOf(entry);
  }

  counters(): GateCounters {
    return this.#counts.report(this.#book.orderCount, this.#claims.size);
  }

  /** One sentence for an operator. */
  explain(decision: Refused | Deferred): string {
    return decision.kind === 'refused'
      ? explainRefusal(decision.refusal, this.#markets)
      : explainDeferral(decision, this.#markets);
  }

  #decide(requests: readonly OrderRequest[], nowMs: number, retried: number | undefined): Decision {
    invariant(requests.length > 0, 'a decision needs a request');
    const trial: Trial = { entries: [], attached: [], conflicts: [] };
    const refusal = this.#judge.examine(requests, nowMs, trial);
    if (refusal === undefined && trial.conflicts.length === 0) {
      this.#counts.reserved();
      for (const entry of trial.attached) entry.state = 'RESERVED';
      return {
        kind: 'reserved',
        orders: trial.entries.map((entry) => this.#reserve(entry, nowMs)),
      };
    }
    for (const entry of trial.entries) this.#book.remove(entry);
    for (const entry of trial.attached) this.#book.remove(entry);
    if (refusal !== undefined) {
      this.#counts.refused(refusal.code);
      return { kind: 'refused', refusal };
    }
    this.#counts.deferred();
    return this.#defer(requests, trial, retried ?? this.#claims.nextNumber());
  }

  #reserve(entry: Entry, nowMs: number): ReservedOrder {
    entry.state = 'RESERVED';
    entry.reservedAtMs = nowMs;
    this.#mirror.count(entry, nowMs);
    this.#reservations += 1;
    return mint(this.#reservations, entry.request, isOpening(entry), nowMs);
  }

  #defer(requests: readonly OrderRequest[], trial: Trial, number: number): Deferred {
    const entries = [...trial.entries, ...trial.attached];
    for (const entry of entries) {
      entry.claim = number;
      entry.state = 'CLAIM';
      this.#book.insert(entry);
    }
    const opponents = opponentsOf(trial);
    const waitingFor = opponents.map(({ request }) => request.orderId);
    this.#claims.add({ number, requests, entries, waitingFor: [...waitingFor] });
    return {
      kind: 'deferred',
      claim: number,
      withdraw: cancellable(opponents),
      waitingFor,
      conflicts: describe(trial),
    };
  }

  #takeClaim(number: number): Claim | undefined {
    const claim = this.#claims.take(number);
    for (const entry of claim?.entries ?? []) this.#book.remove(entry);
    return claim;
  }
}

/** Each of those in the way once. */
function opponentsOf({ conflicts }: Trial): readonly Entry[] {
  const [first, second] = conflicts;
  if (first !== undefined && second === undefined) return first.opponents;
  return [...new Set(conflicts.flatMap(({ opponents }) => opponents))];
}

function describe({ conflicts }: Trial): Conflict[] {
  const described: Conflict[] = [];
  for (const { entry, opponents } of conflicts) {
    for (let i = 0; i < opponents.length && described.length < LISTED; i += 1) {
      described.push({ request: entry.request, opponent: summaryOf(opponents[i] as Entry) });
    }
  }
  return described;
}
