import { type ExchangeState, tapeNow } from '../exchangeState.ts';

const { floor, max } = Math;
const DAY_MS = 86_400_000;

/**
 * Reaction: when a day ends, every account gets the fee level of what its family traded in the last
 * 14 days, and never less than it began with.
 */
export function setFeeLevels(state: ExchangeState): boolean {
  const { accounts, listener, money, nowMs, settings } = state;
  const day = floor((settings.feeTierClock === 'wall' ? nowMs : tapeNow(state)) / DAY_MS);
  if (day === money.feeDay) return false;
  const ended = Number.isNaN(money.feeDay) ? 0 : max(0, day - money.feeDay);
  money.feeDay = day;
  if (ended === 0) return false;
  money.volumes.turn(ended);
  for (const account of accounts.all) {
    const level = max(account.feeFloor, money.volumes.level(account.family));
    if (level === account.feeLevel) continue;
    account.feeLevel = level;
    listener.accountChanged(account);
  }
  return false;
}
