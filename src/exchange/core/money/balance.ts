import { safe } from '../../../std/integers.ts';
import type { Account } from '../accounts/account.ts';
import type { BalanceEvent } from '../accounts/moneyRecords.ts';
import { type ExchangeState, newHistoryId } from '../exchangeState.ts';

/** Adds to an account's balance, or takes from it, and keeps why. */
export function changeBalance(
  state: ExchangeState,
  account: Account,
  amountMicro: number,
  event: BalanceEvent,
): void {
  account.balanceMicro = safe(account.balanceMicro + amountMicro);
  noteBalance(state, account, amountMicro, event);
  noteMoved(state, account);
}

/** An account's money moved: its margin is another now, and whoever listens wants to see it. */
export function noteMoved(state: ExchangeState, account: Account): void {
  account.updatedMs = state.nowMs;
  state.money.watch.touch(account);
  state.listener.accountChanged(account);
}

/** Keeps the balance that each account began with as a deposit; its number comes before all others. */
export function noteFirstDeposits(state: ExchangeState): void {
  for (const { balanceLog, balanceMicro } of state.accounts.all) {
    if (balanceMicro === 0) continue;
    const [amountMicro, timeMs] = [balanceMicro, state.nowMs];
    balanceLog.append({ historyId: 0, amountMicro, balanceMicro, event: 'deposit', timeMs });
  }
}

/** Keeps a change of the balance that has happened. */
export function noteBalance(
  state: ExchangeState,
  account: Account,
  amountMicro: number,
  event: BalanceEvent,
): void {
  const { balanceMicro } = account;
  const historyId = newHistoryId(state);
  account.balanceLog.append({ historyId, amountMicro, balanceMicro, event, timeMs: state.nowMs });
}
