import type { Market } from '../protocol/market.ts';
import { type Side, signOf } from '../protocol/terms.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { Entry } from './entry.ts';
import { NONE } from './ladder.ts';
import { type OffsetReport, OffsetShare } from './offsetShare.ts';
import { isPostOnly } from './orderRequest.ts';
import { TakingWindow } from './takingWindow.ts';

/** May be made tighter, never looser. */
export interface MirrorThresholds {
  /** How long a taking order counts in its account's sum; at least 60,000 ms. */
  readonly windowMs: number;
  /** From which share of the larger of two opposite sums the smaller mirrors it; at most 75 %. */
  readonly percent: number;
  /** Share of the day's openings that may offset each other between accounts; at most 20 %. */
  readonly reviewPercent: number;
  /** Pairs of such openings from which that share is looked at; at most 10. */
  readonly reviewPairs: number;
}

const MIRROR_THRESHOLDS: MirrorThresholds = {
  windowMs: 60_000,
  percent: 75,
  reviewPercent: 20,
  reviewPairs: 10,
};

/** An order of the past, read from the log at start. */
export interface PastOrder {
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  /** Lots that it filled or may still have filled. */
  readonly lots: number;
  readonly postOnly: boolean;
  /** As its reservation said. */
  readonly opening: boolean;
  readonly strategy: number;
  readonly reservedAtMs: number;
}

export interface Mirror {
  readonly code: 'MIRROR';
  readonly entry: Entry;
  readonly otherAccount: number;
  /** What the sums of the order's account and of the other one would be. */
  readonly lots: number;
  readonly otherLots: number;
  /** From when it may be asked again; `undefined` when waiting alone does not help. */
  readonly retryAtMs: number | undefined;
}

export type MirrorFinding = Mirror | { readonly code: 'MIRROR_REVIEW'; readonly entry: Entry };

/** How often a strategy stood on both sides, and until when the last time lasts. */
interface Strikes {
  readonly count: number;
  readonly untilMs: number;
}

const HALTING_STRIKES = 2;

/**
 * Two accounts of one owner must not take opposite sides at the same time, which would move no risk.
 * Watches what the accounts take from the market; what they quote post-only is left out.
 */
export class MirrorRule {
  readonly #thresholds: MirrorThresholds;
  readonly #windows: readonly TakingWindow[];
  readonly #shares: readonly OffsetShare[];
  readonly #underReview = new Set<number>();
  readonly #strikes = new Map<number, Strikes>();
  #nowMs = 0;

  /** Throws `CONFIG_INVALID` when a threshold is looser than it may be. */
  constructor(markets: readonly Market[], thresholds: Partial<MirrorThresholds>) {
    const all = { ...MIRROR_THRESHOLDS, ...thresholds };
    checkThresholds(all);
    this.#thresholds = all;
    this.#windows = markets.map(() => new TakingWindow(all.windowMs, all.percent));
    this.#shares = markets.map(() => new OffsetShare());
  }

  /** What forbids these orders, judged as if all of them went. */
  judge(entries: readonly Entry[], nowMs: number): MirrorFinding | undefined {
    this.#nowMs = nowMs;
    for (const entry of entries) {
      if (!isOpening(entry) || entry.request.precedence === 'hedge') continue;
      if (this.#underReview.has(entry.market)) return { code: 'MIRROR_REVIEW', entry };
      const finding = this.#judgeOpening(entry, entries);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  /** Counts a reserved order as if it were filled. */
  count(entry: Entry, nowMs: number): void {
    if (isPostOnly(entry.request)) return;
    this.#nowMs = nowMs;
    const { account, strategy } = entry.request;
    const window = this.#window(entry.market);
    window.expire(this.#nowMs);
    entry.taking = window.add({
      account,
      strategy,
      opening: isOpening(entry),
      signedLots: signedLotsOf(entry),
      atMs: this.#nowMs,
    });
  }

  /** Counts a stop from the moment at which it fired, instead of that of its reservation. */
  countAnew(entry: Entry, nowMs: number): void {
    const { taking, request } = entry;
    if (taking !== undefined) this.#window(entry.market).takeBack(taking, request.lots);
    this.count(entry, nowMs);
  }

  /** Takes out what an ended order did not fill, and enters what it did in the day's share. */
  settle(entry: Entry): void {
    const { request, market, taking, remainingLots } = entry;
    if (taking !== undefined) this.#window(market).takeBack(taking, remainingLots);
    this.#enter({
      ...request,
      lots: request.lots - remainingLots,
      postOnly: isPostOnly(request),
      opening: isOpening(entry),
      reservedAtMs: entry.reservedAtMs,
    });
  }

  /** Rebuilds the sums from the log: one call per order, in the order of the log. */
  recall(past: PastOrder): void {
    this.#nowMs = past.reservedAtMs;
    if (!past.postOnly) {
      const { account, strategy, opening, reservedAtMs } = past;
      const signedLots = signOf(past.side) * past.lots;
      const window = this.#window(past.market);
      window.add({ account, strategy, opening, signedLots, atMs: reservedAtMs });
    }
    this.#enter(past);
  }

  /** A strategy that caused both sides twice opens nothing more. */
  isHalted(strategy: number): boolean {
    return (this.#strikes.get(strategy)?.count ?? 0) >= HALTING_STRIKES;
  }

  halt(strategy: number): void {
    this.#strikes.set(strategy, { count: HALTING_STRIKES, untilMs: 0 });
  }

  /** A person lets the strategy open again. */
  rearm(strategy: number): void {
    this.#strikes.delete(strategy);
  }

  /** A person has looked at the market's openings; they count anew from here. */
  reviewed(market: number): void {
    this.#underReview.delete(market);
    this.#share(market).clear();
  }

  offsetReport(market: number): OffsetReport {
    return this.#share(market).report();
  }

  #judgeOpening(entry: Entry, entries: readonly Entry[]): Mirror | undefined {
    const { account } = entry.request;
    const window = this.#window(entry.market);
    window.expire(this.#nowMs);
    // The others of the same decision count as if they were there already.
    const others = entries.filter((each) => each !== entry && isTakingIn(each, entry.market));
    for (const each of others) window.shift(each.request.account, signedLotsOf(each));
    const lots = window.lotsOf(account) + signedLotsOf(entry);
    const otherAccount = window.counterpart(account, lots);
    let finding: Mirror | undefined;
    if (otherAccount !== NONE) {
      const otherLots = window.lotsOf(otherAccount);
      const retryAtMs = window.clearAtMs(account, signedLotsOf(entry), otherAccount);
      finding = { code: 'MIRROR', entry, otherAccount, lots, otherLots, retryAtMs };
    }
    for (const each of others) window.shift(each.request.account, -signedLotsOf(each));
    if (finding !== undefined) this.#strike(finding, entries);
    return finding;
  }

  // Whoever merely comes second waits. A strategy whose own openings stand on both sides is counted:
  // once per stated wait, because asking again before its end causes nothing new.
  #strike(mirror: Mirror, entries: readonly Entry[]): void {
    const { entry, otherAccount, lots, otherLots, retryAtMs } = mirror;
    const { strategy, account } = entry.request;
    const before = this.#strikes.get(strategy);
    if (strategy === 0 || (before !== undefined && this.#nowMs < before.untilMs)) return;
    const here = this.#openedBy(strategy, account, entry.market, entries);
    const there = this.#openedBy(strategy, otherAccount, entry.market, entries);
    if (here * lots <= 0 || there * otherLots <= 0) return;
    const count = (before?.count ?? 0) + 1;
    this.#strikes.set(strategy, { count, untilMs: retryAtMs ?? this.#nowMs });
  }

  #openedBy(strategy: number, account: number, market: number, entries: readonly Entry[]): number {
    let lots = this.#window(market).openedBy(strategy, account);
    for (const each of entries) {
      const { request } = each;
      if (each.market !== market || request.account !== account || !isOpening(each)) continue;
      if (request.strategy === strategy) lots += signedLotsOf(each);
    }
    return lots;
  }

  #enter(past: PastOrder): void {
    const { account, market, side, lots, postOnly, opening, reservedAtMs } = past;
    const share = this.#share(market);
    share.expire(this.#nowMs);
    if (lots === 0) return;
    if (postOnly) share.addPostOnly(lots, reservedAtMs);
    if (!opening) {
      share.reduce(account, side, lots);
      return;
    }
    share.add(account, side, lots, reservedAtMs);
    const { reviewPercent, reviewPairs } = this.#thresholds;
    if (share.exceeds(reviewPercent, reviewPairs)) this.#underReview.add(market);
  }

  #window(market: number): TakingWindow {
    return this.#windows[market] as TakingWindow;
  }

  #share(market: number): OffsetShare {
    return this.#shares[market] as OffsetShare;
  }
}

/** It can increase its account's position by taking. */
export function isOpening(entry: Entry): boolean {
  return entry.increases && !isPostOnly(entry.request);
}

function isTakingIn(entry: Entry, market: number): boolean {
  return entry.market === market && !isPostOnly(entry.request);
}

function signedLotsOf({ side, request }: Entry): number {
  return signOf(side) * request.lots;
}

function checkThresholds({
  windowMs,
  percent,
  reviewPercent,
  reviewPairs,
}: MirrorThresholds): void {
  const most = MIRROR_THRESHOLDS;
  check('windowMs', windowMs, most.windowMs, Infinity);
  check('percent', percent, 1, most.percent);
  check('reviewPercent', reviewPercent, 0, most.reviewPercent);
  check('reviewPairs', reviewPairs, 1, most.reviewPairs);
}

function check(name: keyof MirrorThresholds, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const range = high === Infinity ? `at least ${low}` : `from ${low} to ${high}`;
  throw new BreakwaterError(
    'CONFIG_INVALID',
    `mirror rule: ${name} is ${value}, expected a whole number ${range}`,
  );
}
