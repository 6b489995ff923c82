import type { Side } from '../protocol/terms.ts';
import { Fifo } from './fifo.ts';

const { max, min } = Math;

/** Openings of one market that offset each other between accounts, over the rolling day. */
export interface OffsetReport {
  /** Lots that openings filled. */
  readonly openingLots: number;
  /** How many of them offset each other, both sides counted. */
  readonly offsetLots: number;
  /** Pairs of openings that offset each other. */
  readonly pairs: number;
  /** Lots that post-only orders filled, which the share leaves out. */
  readonly postOnlyLots: number;
}

interface Opening {
  readonly account: number;
  readonly side: Side;
  readonly lots: number;
  readonly atMs: number;
}

/** Totals of one account, or of all. */
interface Totals {
  bought: number;
  sold: number;
  buys: number;
  sells: number;
}

const DAY_MS = 86_400_000;

/**
 * How much of what the accounts opened could be set off between them, whatever its size or spacing.
 * The most that pairs up between different accounts is the smallest of: all buys, all sells, and what
 * is left without the account that has the most of both (the minimum cut of that bipartite graph).
 */
export class OffsetShare {
  #openings = new Fifo<Opening>();
  readonly #postOnlyFills = new Fifo<{ readonly lots: number; readonly atMs: number }>();
  #accounts: Totals[] = [];
  #all: Totals = noTotals();
  #postOnlyLots = 0;

  /** Counts what an opening filled. */
  add(account: number, side: Side, lots: number, atMs: number): void {
    const opening: Opening = { account, side, lots, atMs };
    this.#openings.push(opening);
    this.#count(opening, 1);
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
      this.#count(opening, -1);
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
    const { bought, sold, buys, sells } = this.#all;
    if (min(buys, sells) < pairs) return false;
    if (min(bought, sold) * 200 <= (bought + sold) * percent) return false;
    const report = this.report();
    return report.pairs >= pairs && report.offsetLots * 100 > report.openingLots * percent;
  }

  report(): OffsetReport {
    const { bought, sold, buys, sells } = this.#all;
    let mostLots = 0;
    let mostOrders = 0;
    for (const account of this.#accounts) {
      if (account === undefined) continue;
      mostLots = max(mostLots, account.bought + account.sold);
      mostOrders = max(mostOrders, account.buys + account.sells);
    }
    return {
      openingLots: bought + sold,
      offsetLots: 2 * min(bought, sold, bought + sold - mostLots),
      pairs: min(buys, sells, buys + sells - mostOrders),
      postOnlyLots: this.#postOnlyLots,
    };
  }

  /** Starts anew: what there was has been reviewed. */
  clear(): void {
    this.#openings = new Fifo();
    this.#accounts = [];
    this.#all = noTotals();
  }

  #count({ account, side, lots }: Opening, sign: 1 | -1): void {
    this.#accounts[account] ??= noTotals();
    for (const totals of [this.#accounts[account], this.#all]) {
      if (side === 'bid') {
        totals.bought += sign * lots;
        totals.buys += sign;
      } else {
        totals.sold += sign * lots;
        totals.sells += sign;
      }
    }
  }
}

function noTotals(): Totals {
  return { bought: 0, sold: 0, buys: 0, sells: 0 };
}
