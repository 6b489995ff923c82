import { add } from '../../../std/integers.ts';
import { type Account, marginOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';
import { changeBalance } from './balance.ts';

/** Money that came into an account or left it, other than by trading. */
export interface Transfer {
  readonly account: Account;
  readonly event: 'deposit' | 'subaccount_transfer';
  /** Micro-dollars, positive whichever way they went. */
  readonly amountMicro: number;
  readonly timeMs: number;
  /** The two accounts of a transfer within a family. */
  readonly between?: { readonly sender: Account; readonly recipient: Account };
  /** Name of a deposit's transaction. */
  readonly transaction?: string;
}

/** Pays `amountMicro` in from outside. */
export function deposit(state: ExchangeState, account: Account, amountMicro: number): void {
  const event = 'deposit';
  move(state, account, amountMicro, event);
  const transaction = transactionOf(state.lastHistoryId);
  const timeMs = state.nowMs;
  state.listener.transferred({ account, event, amountMicro, timeMs, transaction });
}

/** Moves money between two accounts of a family. The caller has checked that it is there. */
export function transferFunds(
  state: ExchangeState,
  sender: Account,
  recipient: Account,
  amountMicro: number,
): void {
  const event = 'subaccount_transfer';
  const timeMs = state.nowMs;
  const between = { sender, recipient };
  move(state, sender, -amountMicro, event);
  move(state, recipient, amountMicro, event);
  for (const account of [sender, recipient]) {
    state.listener.transferred({ account, event, amountMicro, timeMs, between });
  }
}

/**
 * What an account may give away: what it may withdraw, and no more than its resting orders leave
 * free.
 */
export function movableMicro(state: ExchangeState, account: Account): number {
  const markets = state.markets.map(({ market }) => market);
  const margin = marginOf(account, markets, markPrices(state));
  return Math.min(margin.withdrawableMicro, margin.availableMicro);
}

/** The name under which a deposit stands in histories. */
export function transactionOf(historyId: number): string {
  return `simulated-${historyId}`;
}

function move(
  state: ExchangeState,
  account: Account,
  amountMicro: number,
  event: Transfer['event'],
): void {
  account.depositedMicro = add(account.depositedMicro, amountMicro);
  changeBalance(state, account, amountMicro, event);
}
