import type { Account } from '../accounts/account.ts';

const NEVER_LOW = Number.NEGATIVE_INFINITY;
const NEVER_HIGH = Number.POSITIVE_INFINITY;

/** The mark prices of one market at which accounts have to be looked at again, by account index. */
class Triggers {
  readonly #low: number[] = [];
  readonly #high: number[] = [];
  #highestLow = NEVER_LOW;
  #lowestHigh = NEVER_HIGH;
  /** Whether the account with an outermost trigger has moved it, so that it must be sought anew. */
  #isStale = false;

  set(index: number, low: number, high: number): void {
    while (this.#low.length <= index) {
      this.#low.push(NEVER_LOW);
      this.#high.push(NEVER_HIGH);
    }
    const wasOutermost =
      (this.#low[index] === this.#highestLow && low < this.#highestLow) ||
      (this.#high[index] === this.#lowestHigh && high > this.#lowestHigh);
    this.#low[index] = low;
    this.#high[index] = high;
    if (low > this.#highestLow) this.#highestLow = low;
    if (high < this.#lowestHigh) this.#lowestHigh = high;
    if (wasOutermost) this.#isStale = true;
  }

  /** Calls `found` for every account whose trigger the price has reached. */
  reached(mark: number, found: (index: number) => void): void {
    if (this.#isStale) this.#seekOutermost();
    if (mark > this.#highestLow && mark < this.#lowestHigh) return;
    for (let index = 0; index < this.#low.length; index += 1) {
      if (mark <= (this.#low[index] as number) || mark >= (this.#high[index] as number)) {
        found(index);
      }
    }
  }

  #seekOutermost(): void {
    this.#isStale = false;
    this.#highestLow = NEVER_LOW;
    this.#lowestHigh = NEVER_HIGH;
    for (let index = 0; index < this.#low.length; index += 1) {
      const low = this.#low[index] as number;
      const high = this.#high[index] as number;
      if (low > this.#highestLow) this.#highestLow = low;
      if (high < this.#lowestHigh) this.#lowestHigh = high;
    }
  }
}

/**
 * Whose margin has to be computed again. That is an account that changed, or one of whose positions
 * the mark price has come as near as it may before the maintenance margin is in question. All others
 * cost nothing, however many there are.
 */
export class MarginWatch {
  readonly #triggers: readonly Triggers[];
  readonly #touched: Set<Account> = new Set();

  constructor(markets: number) {
    this.#triggers = Array.from({ length: markets }, () => new Triggers());
  }

  /** The account's money or positions changed. */
  touch(account: Account): void {
    this.#touched.add(account);
  }

  /** Look again when the mark price is at `low` or below, at `high` or above. */
  set(account: Account, market: number, low: number, high: number): void {
    this.#triggers[market]?.set(account.index, low, high);
  }

  /** Look again only when the account changes. */
  clear(account: Account, market: number): void {
    this.set(account, market, NEVER_LOW, NEVER_HIGH);
  }

  /** The accounts to look at, by these mark prices (ticks by market id); forgets who changed. */
  due(markTicks: readonly number[], accounts: readonly Account[]): readonly Account[] {
    this.#triggers.forEach((triggers, market) => {
      triggers.reached(markTicks[market] as number, (index) => {
        this.#touched.add(accounts[index] as Account);
      });
    });
    if (this.#touched.size === 0) return NOBODY;
    const due = [...this.#touched].sort((a, b) => a.index - b.index);
    this.#touched.clear();
    return due;
  }
}

const NOBODY: readonly Account[] = [];
