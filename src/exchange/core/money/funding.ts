import { notionalMicro } from '../../../protocol/market.ts';
import { mulDiv, safe } from '../../../std/integers.ts';
import { type Account, holdingOf } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId, tapeNow } from '../exchangeState.ts';
import { fundingPrices } from '../markets/impactPrices.ts';
import { premiumNano } from '../markets/marketFunding.ts';
import type { MarketState } from '../markets/marketState.ts';
import { changeBalance, noteMoved } from './balance.ts';
import { recallFunding } from './pastFunding.ts';

const { floor, min } = Math;
const HOUR_MS = 3_600_000;
const NANO = 1_000_000_000;

/**
 * Reaction: samples the premium of every market at its interval and pays the funding of each hour
 * when it ends, both in tape time. Moments that one step leaps over are sampled as it finds things.
 */
export function fund(state: ExchangeState): boolean {
  const { markets, money, settings } = state;
  const tapeMs = tapeNow(state);
  if (Number.isNaN(money.hourTapeMs)) {
    money.sampleTapeMs = after(tapeMs, settings.fundingSampleMs);
    money.hourTapeMs = after(tapeMs, HOUR_MS);
    recallFunding(state, tapeMs);
  }
  if (tapeMs < min(money.sampleTapeMs, money.hourTapeMs)) return false;
  const premiums = markets.map((here) => premiumNano(fundingPrices(here, settings)));
  let paid = false;
  while (min(money.sampleTapeMs, money.hourTapeMs) <= tapeMs) {
    // A sample at the very hour still counts for the hour that ends.
    const untilMs = min(tapeMs, money.hourTapeMs);
    if (money.sampleTapeMs <= untilMs) {
      const count = floor((untilMs - money.sampleTapeMs) / settings.fundingSampleMs) + 1;
      markets.forEach(({ funding }, id) => {
        funding.sample(premiums[id] as number, count);
      });
      money.sampleTapeMs += count * settings.fundingSampleMs;
    } else {
      for (const here of markets) payHour(state, here);
      money.hourTapeMs += HOUR_MS;
      paid = true;
    }
  }
  return paid;
}

/** The next moment of a rhythm after now. */
function after(tapeMs: number, intervalMs: number): number {
  return (floor(tapeMs / intervalMs) + 1) * intervalMs;
}

function payHour(state: ExchangeState, here: MarketState): void {
  const { accounts, settings } = state;
  const { funding, market } = here;
  const prices = fundingPrices(here, settings);
  const rateNano = funding.endHour();
  const ticks = settings.fundingPrice === 'oracle' ? here.oracleTicks : here.markTicks();
  const owed = (lots: number): number =>
    mulDiv(notionalMicro(market, ticks, lots), rateNano, NANO, 'half-up');
  let paidMicro = owed(here.backstopLots);
  here.backstopCashMicro -= paidMicro;
  for (const account of accounts.all) {
    const { lots } = holdingOf(account, market).position;
    if (lots === 0) continue;
    const micro = owed(lots);
    pay(state, account, here, -micro, rateNano);
    paidMicro = safe(paidMicro + micro);
  }
  // The crowd holds the other side of what all others hold together.
  here.crowdCashMicro = safe(here.crowdCashMicro + paidMicro);
  const { nextRateNano } = funding;
  const historyId = newHistoryId(state);
  funding.log.append({ historyId, ...prices, rateNano, nextRateNano, timeMs: state.nowMs });
}

/** An isolated position pays of its own margin. */
function pay(
  state: ExchangeState,
  account: Account,
  { market }: MarketState,
  payoutMicro: number,
  rateNano: number,
): void {
  const holding = holdingOf(account, market);
  const { lots } = holding.position;
  const historyId = newHistoryId(state);
  const { nowMs: timeMs } = state;
  holding.fundingMicro += payoutMicro;
  account.fundingLog.append({ historyId, market, lots, payoutMicro, rateNano, timeMs });
  if (holding.isolated) holding.isolatedMicro = safe(holding.isolatedMicro + payoutMicro);
  else changeBalance(state, account, payoutMicro, 'funding');
  noteMoved(state, account);
}
