import type { Market } from '../protocol/market.ts';
import type { Side } from '../protocol/terms.ts';
import type { Intent } from './intent.ts';

/** What a strategy may see. Read-only; account numbers are those of its own accounts. */
export interface StrategyView {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  market(id: number): Market;
  /** Best prices in ticks, 0 when a side is empty. */
  bidTicks(market: number): number;
  askTicks(market: number): number;
  /** Twice the mid in ticks; 0 unless both sides are there and fresh. */
  doubleMidTicks(market: number): number;
  /** Signed lots of the account's position. */
  positionLots(account: number, market: number): number;
  /** Price of the quote that is wanted there now, 0 for none (never asked, filled or rejected). */
  quoteTicks(account: number, market: number, side: Side): number;
  /** Closes of the last closed minutes in ticks, oldest first: at most `count` of them. */
  closes(market: number, count: number): readonly number[];
  /** Share of the family's credits that is left for ordinary work, 0 to 1. */
  creditShare(account: number): number;
}

/**
 * A strategy sees a view and says what it wants. It never touches an account, the gate or the
 * network, and it draws no random numbers: the same view gives the same intents.
 */
export abstract class BaseStrategy {
  readonly name: string;
  /** Number of the strategy inside the desk, from 1. */
  readonly number: number;
  readonly accounts: readonly number[];

  constructor(name: string, number: number, accounts: readonly number[]) {
    this.name = name;
    this.number = number;
    this.accounts = accounts;
  }

  /** Markets whose books it needs. */
  abstract readonly markets: readonly number[];

  /** Minutes of closed bars that it must have before it starts. */
  get warmUpMinutes(): number {
    return 0;
  }

  /** Called about four times a second, while it runs and its markets are fresh. */
  abstract onTick(view: StrategyView): Intent[];

  /** One line on what it is doing and why, for people. */
  abstract describe(): string;
}
