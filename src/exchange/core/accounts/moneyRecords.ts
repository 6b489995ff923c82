import type { Market } from '../../../protocol/market.ts';

/** Why a balance changed, in the words of `GET /account/balance/history`. */
export type BalanceEvent =
  | 'deposit'
  | 'trade'
  | 'market_liquidation'
  | 'backstop_liquidation'
  | 'adl_liquidation'
  | 'subaccount_transfer'
  | 'funding';

/** A change of an account's balance and what the balance was right after it. */
export interface BalanceRecord {
  readonly historyId: number;
  /** Micro-dollars; negative when the balance fell. */
  readonly amountMicro: number;
  readonly balanceMicro: number;
  readonly event: BalanceEvent;
  readonly timeMs: number;
}

/** Funding that an account paid or got for one position in one hour. */
export interface FundingRecord {
  readonly historyId: number;
  readonly market: Market;
  /** Of the position at that moment, positive when long. */
  readonly lots: number;
  /** Micro-dollars; positive when the account got them. */
  readonly payoutMicro: number;
  /** Rate of the hour in 10^-9, positive when longs pay. */
  readonly rateNano: number;
  readonly timeMs: number;
}

/** What an account was worth at one moment. */
export interface EquitySample {
  readonly equityMicro: number;
  /** Since the account was made: equity less what was paid in. */
  readonly pnlMicro: number;
  readonly timeMs: number;
}
