import { marginOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';

/** Reaction: keeps at a fixed rhythm what every account is worth. */
export function sampleEquity(state: ExchangeState): boolean {
  const { accounts, money, nowMs, settings } = state;
  if (nowMs < money.equityMs) return false;
  money.equityMs = nowMs + settings.equitySampleMs;
  const markets = state.markets.map(({ market }) => market);
  const marks = markPrices(state);
  for (const account of accounts.all) {
    const { equityMicro } = marginOf(account, markets, marks);
    const pnlMicro = equityMicro - account.depositedMicro;
    account.equityLog.append({ equityMicro, pnlMicro, timeMs: nowMs });
  }
  return false;
}
