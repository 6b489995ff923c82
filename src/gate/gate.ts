import type { Market } from '../protocol/market.ts';
import { invariant } from '../std/assert.ts';
import { type Claim, ClaimBook } from './claimBook.ts';
import type { Conflict, Decision, Deferred, Refused } from './decision.ts';
import { Entry, type EntrySummary, STRONGEST, summaryOf, WEAKEST } from './entry.ts';
import { explainDeferral, explainRefusal } from './explain.ts';
import { ExposureBook } from './exposureBook.ts';
import { type GateCounters, GateCounts } from './gateCounts.ts';
import { type GateLimits, LimitTable } from './gateLimits.ts';
import { isOpening, MirrorRule, type PastOrder } from './mirrorRule.ts';
import type { OffsetReport } from './offsetShare.ts';
import type { OrderRequest } from './orderRequest.ts';
import { canIncrease, checkPreTrade, type GateFacts } from './preTrade.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type ReservedOrder, takeMint } from './reservedOrder.ts';
import { cancellable, judgeSelfTrade, LISTED } from './selfTrade.ts';
import { checkShape } from './shape.ts';

const mint = takeMint();

/** Why every market is closed when a gate is made. */
export const NOT_RECONCILED = 'start: the orders of the accounts are not known yet';

export interface GateOptions {
  /** By market id, dense from 0. */
  readonly markets: readonly Market[];
  readonly facts: GateFacts;
  readonly limits: GateLimits;
}

/** What one decision has found so far. */
interface Trial {
  /** In the book while they are judged. */
  readonly entries: Entry[];
  readonly conflicts: { readonly entry: Entry; readonly opponent: Entry }[];
}

/**
 * The one way out: checks an order against the exposure of all accounts of the owner and against the
 * limits, and reserves it in the same step, so that nothing can come in between. There is no way to
 * switch it off or around it.
 */
export class Gate {
  readonly #markets: readonly Market[];
  readonly #facts: GateFacts;
  readonly #limits: LimitTable;
  readonly #book: ExposureBook;
  readonly #claims = new ClaimBook();
  readonly #mirror: MirrorRule;
  readonly #counts = new GateCounts();
  /** By market: why it is closed. */
  readonly #closures: readonly Set<string>[];
  readonly #staleAccounts = new Set<number>();
  #reservations = 0;

  /** Throws `CONFIG_INVALID` when a limit or a threshold is looser than allowed. */
  constructor({ markets, facts, limits }: GateOptions) {
    this.#markets = markets;
    this.#facts = facts;
    this.#limits = new LimitTable(limits, markets.length);
    this.#book = new ExposureBook(markets.length);
    this.#mirror = new MirrorRule(markets, limits.mirror ?? {});
    this.#closures = markets.map(() => new Set([NOT_RECONCILED]));
  }

  /** Judges requests together (the legs of a pair, else one): all are reserved, or none. */
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
    entry.state = 'SENT';
    entry.validUntilMs = validUntilMs;
  }

  /** The venue has shown the order at rest on its book: it cannot take any more. */
  live(orderId: number): void {
    const entry = this.#book.order(orderId);
    if (entry === undefined) return;
    if (entry.state !== 'FOREIGN') entry.state = 'LIVE';
    this.#book.rest(entry);
  }

  /** What may still trade, on evidence of fills. Growth is not believed. */
  remaining(orderId: number, remainingLots: number): void {
    const entry = this.#book.order(orderId);
    if (entry !== undefined) this.#book.shrink(entry, remainingLots);
  }

  /**
   * The order has ended: the venue said so, it is proven that it was never admitted, or it never left.
   * Time alone is no evidence. Returns the claims that waited for it last. An order that is not in
   * the book has been released before; nothing happens.
   */
  release(orderId: number): readonly number[] {
    const entry = this.#book.order(orderId);
    if (entry === undefined) return [];
    this.#book.remove(entry);
    if (entry.state !== 'FOREIGN') this.#mirror.settle(entry);
    return this.#claims.ended(orderId);
  }

  /**
   * Counts an order that this desk finds at the venue without having sent it, or may have sent before
   * it was started (`resting` false: it may still arrive). Returns the own orders that it conflicts
   * with: against those nothing can be guaranteed any more.
   */
  adoptForeign(request: OrderRequest, resting: boolean): readonly EntrySummary[] {
    const entry = new Entry(request, false);
    entry.state = 'FOREIGN';
    if (resting) {
      entry.canTake = false;
      entry.mayRest = true;
    }
    const opponents = this.#book.opponents(entry, STRONGEST, WEAKEST, Infinity);
    this.#book.insert(entry);
    return opponents.filter(({ claim }) => claim === 0).map(summaryOf);
  }

  /** Lets nothing new into the market, for a reason that {@link openMarket} must name again. */
  closeMarket(market: number, reason: string): void {
    this.#closuresOf(market).add(reason);
  }

  /** Takes a reason away; the market is open when none is left. A new gate has {@link NOT_RECONCILED}. */
  openMarket(market: number, reason: string): void {
    this.#closuresOf(market).delete(reason);
  }

  /** The account sends nothing new; its orders go on counting, its siblings go on. */
  freezeAccount(account: number): void {
    this.#staleAccounts.add(account);
  }

  thawAccount(account: number): void {
    this.#staleAccounts.delete(account);
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
    const trial: Trial = { entries: [], conflicts: [] };
    const refusal = this.#examine(requests, nowMs, trial);
    if (refusal === undefined && trial.conflicts.length === 0) {
      this.#counts.reserved();
      return {
        kind: 'reserved',
        orders: trial.entries.map((entry) => this.#reserve(entry, nowMs)),
      };
    }
    for (const entry of trial.entries) this.#book.remove(entry);
    if (refusal !== undefined) {
      this.#counts.refused(refusal.code);
      return { kind: 'refused', refusal };
    }
    this.#counts.deferred();
    return this.#defer(requests, trial, retried ?? this.#claims.nextNumber());
  }

  // Every check in its order. What passes stays in the book, so that the next request meets it.
  #examine(requests: readonly OrderRequest[], nowMs: number, trial: Trial): Refusal | undefined {
    for (const request of requests) {
      const refusal = checkShape(request, this.#markets.length) ?? this.#checkOpen(request);
      if (refusal !== undefined) return refusal;
    }
    for (const request of requests) {
      const refusal = this.#place(request, trial);
      if (refusal !== undefined) return refusal;
    }
    const refusal = this.#checkMirror(trial.entries, nowMs);
    if (refusal !== undefined) return refusal;
    for (const [i, entry] of trial.entries.entries()) {
      const refusal = this.#checkPreTrade(entry, entry.request !== requests[i], nowMs);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #checkOpen(request: OrderRequest): Refusal | undefined {
    const reasons = this.#closuresOf(request.market);
    if (reasons.size > 0) {
      return refuse('MARKET_CLOSED', request, { note: [...reasons].join('; ') });
    }
    if (this.#staleAccounts.has(request.account)) return refuse('ACCOUNT_STALE', request);
    return undefined;
  }

  #place(request: OrderRequest, trial: Trial): Refusal | undefined {
    const { account, market, side, strategy, precedence } = request;
    const workingLots = this.#book.workingLots(account, market, side);
    const increases = canIncrease(request, this.#facts, workingLots);
    if (increases && precedence !== 'hedge' && this.#mirror.isHalted(strategy)) {
      return refuse('STRATEGY_HALTED', request);
    }
    const verdict = judgeSelfTrade(this.#book, new Entry(request, increases));
    if (!verdict.passes) return verdict.refusal;
    const { entry, inTheWay } = verdict;
    for (const opponent of inTheWay) trial.conflicts.push({ entry, opponent });
    this.#book.insert(entry);
    trial.entries.push(entry);
    return undefined;
  }

  #checkMirror(entries: readonly Entry[], nowMs: number): Refusal | undefined {
    const finding = this.#mirror.judge(entries, nowMs);
    if (finding === undefined) return undefined;
    const { code, entry } = finding;
    if (code === 'MIRROR_REVIEW') return refuse(code, entry.request);
    const { otherAccount, lots, otherLots, retryAtMs } = finding;
    return refuse(code, entry.request, {
      otherAccount,
      measure: { unit: 'lots', actual: lots, bound: otherLots },
      ...(retryAtMs === undefined ? {} : { retryAtMs }),
    });
  }

  #checkPreTrade(entry: Entry, clamped: boolean, nowMs: number): Refusal | undefined {
    const market = this.#markets[entry.market] as Market;
    const limits = this.#limits.of(entry.request.account, entry.market);
    return checkPreTrade(entry, clamped, { market, limits, facts: this.#facts, nowMs });
  }

  #reserve(entry: Entry, nowMs: number): ReservedOrder {
    entry.state = 'RESERVED';
    entry.reservedAtMs = nowMs;
    this.#mirror.count(entry, nowMs);
    this.#reservations += 1;
    return mint(this.#reservations, entry.request, isOpening(entry), nowMs);
  }

  #defer(requests: readonly OrderRequest[], trial: Trial, number: number): Deferred {
    const entries = trial.entries.map(({ request, increases }) => {
      const entry = new Entry(request, increases);
      entry.claim = number;
      entry.state = 'CLAIM';
      this.#book.insert(entry);
      return entry;
    });
    const opponents = [...new Set(trial.conflicts.map(({ opponent }) => opponent))];
    const waitingFor = opponents.map(({ request }) => request.orderId);
    this.#claims.add({ number, requests, entries, waitingFor: new Set(waitingFor) });
    const conflicts: Conflict[] = trial.conflicts
      .slice(0, LISTED)
      .map(({ entry, opponent }) => ({ request: entry.request, opponent: summaryOf(opponent) }));
    return {
      kind: 'deferred',
      claim: number,
      withdraw: cancellable(opponents),
      waitingFor,
      conflicts,
    };
  }

  #takeClaim(number: number): Claim | undefined {
    const claim = this.#claims.take(number);
    for (const entry of claim?.entries ?? []) this.#book.remove(entry);
    return claim;
  }

  #closuresOf(market: number): Set<string> {
    return this.#closures[market] as Set<string>;
  }
}
