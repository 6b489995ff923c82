import { type Side, signOf } from '../protocol/terms.ts';
import { Fifo } from './fifo.ts';

const { abs, min } = Math;

/** Openings of one market that offset each other between accounts, over the rolling day. */
export interface OffsetReport {
  /** Lots that openings filled. */
  readonly openingLots: number;
  /** How many of them offset each other, both sides counted. */
  readonly offsetLots: number;
  /** Pairs of an opening and another account that held its opposite. */
  readonly pairs: number;
  /** Lots that post-only orders filled, which the share leaves out. */
  readonly postOnlyLots: number;
}

interface Opening {
  readonly lots: number;
  readonly offsetLots: number;
  readonly pairs: number;
  readonly atMs: number;
}

/** What one account opened by taking and has not closed again. */
interface Holding {
  /** Positive when long. */
  lots: number;
  /** How many of them stand against another account's. */
  offsetLots: number;
}

const DAY_MS = 86_400_000;

/**
 * How much of what the accounts opened stood against what another account of the owner held open at
 * that moment, whatever its size and however long before it was opened. Every lot counts once. An
 * account that closes before another opens the other way offsets nobody: both bore their risk.
 */
export class OffsetShare {
  readonly #openings = new Fifo<Opening>();
  readonly #postOnlyFills = new Fifo<{ readonly lots: number; readonly atMs: number }>();
  readonly #holdings = new Map<number, Holding>();
  #openingLots = 0;
  #offsetLots = 0;
  #pairs = 0;
  #postOnlyLots = 0;

  /** Counts what an opening filled. */
  add(account: number, side: Side, lots: number, atMs: number): void {
    const openedLots = lots - this.reduce(account, side, lots);
    const holding = this.#holding(account);
    holding.lots += signOf(side) * openedLots;
    const { offsetLots, pairs } = this.#setOff(account, holding, openedLots);
    this.#openings.push({ lots, offsetLots, pairs, atMs });
    this.#openingLots += lots;
    this.#offsetLots += offsetLots;
    this.#pairs += pairs;
  }

  /** Counts what a closing or post-only order filled; returns the lots that it closed. */
  reduce(account: number, side: Side, lots: number): number {
    const holding = this.#holding(account);
    if (holding.lots * signOf(side) >= 0) return 0;
    const closedLots = min(lots, abs(holding.lots));
    holding.lots += signOf(side) * closedLots;
    // What stands against nobody is closed first.
    holding.offsetLots = min(holding.offsetLots, abs(holding.lots));
    return closedLots;
  }

  addPostOnly(lots: number, atMs: number): void {
    this.#postOnlyFills.push({ lots, atMs });
    this.#postOnlyLots += lots;
  }

  /** Forgets what is a day old. */
  expire(nowMs: number): void {
    for (;;) {
      const opening = this.#openings.at(0);
      if (opening === undefined || opening.atMs + DAY_MS > nowMs) break;
      this.#openings.shift();
      this.#openingLots -= opening.lots;
      this.#offsetLots -= opening.offsetLots;
      this.#pairs -= opening.pairs;
    }
    for (;;) {
      const fill = this.#postOnlyFills.at(0);
      if (fill === undefined || fill.atMs + DAY_MS > nowMs) break;
      this.#postOnlyFills.shift();
      this.#postOnlyLots -= fill.lots;
    }
  }

  /** More than `percent` of the openings offset each other, in at least `pairs` pairs. */
  exceeds(percent: number, pairs: number): boolean {
    return this.#pairs >= pairs && this.#offsetLots * 100 > this.#openingLots * percent;
  }

  report(): OffsetReport {
    return {
      openingLots: this.#openingLots,
      offsetLots: this.#offsetLots,
      pairs: this.#pairs,
      postOnlyLots: this.#postOnlyLots,
    };
  }

  /** Starts anew: what there was has been reviewed, and what is held counts no second time. */
  clear(): void {
    while (this.#openings.length > 0) this.#openings.shift();
    this.#openingLots = 0;
    this.#offsetLots = 0;
    this.#pairs = 0;
    for (const holding of this.#holdings.values()) holding.offsetLots = abs(holding.lots);
  }

  /**
   * Sets newly opened lots off against what other accounts hold the other way, account by account in
   * the order in which they first traded.
   */
  #setOff(
    account: number,
    own: Holding,
    openedLots: number,
  ): { offsetLots: number; pairs: number } {
    let left = openedLots;
    let pairs = 0;
    for (const [other, holding] of this.#holdings) {
      if (left === 0) break;
      if (other === account || holding.lots * own.lots >= 0) continue;
      const lots = min(left, abs(holding.lots) - holding.offsetLots);
      if (lots === 0) continue;
      holding.offsetLots += lots;
      own.offsetLots += lots;
      left -= lots;
      pairs += 1;
    }
    return { offsetLots: 2 * (openedLots - left), pairs };
  }

  #holding(account: number): Holding {
    let holding = this.#holdings.get(account);
    if (holding === undefined) {
      holding = { lots: 0, offsetLots: 0 };
      this.#holdings.set(account, holding);
    }
    return holding;
  }
}
