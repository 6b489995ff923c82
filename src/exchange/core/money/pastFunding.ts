import { entryMicro } from '../../../ledger/position.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import { type ExchangeState, newHistoryId } from '../exchangeState.ts';
import { hourlyRateNano } from '../markets/marketFunding.ts';

const HOUR_MS = 3_600_000;

/**
 * Notes the hours of the tape before the start in the markets' funding histories, at the rate of a
 * book that agrees with its oracle: nobody knows what books there were. So that clients which ask for
 * past rates find some from the first moment.
 */
export function recallFunding(state: ExchangeState, tapeMs: number): void {
  for (const { candles, funding, market } of state.markets) {
    const rateNano = hourlyRateNano(0);
    for (const hour of candles.between(60, 0, tapeMs, Number.POSITIVE_INFINITY)) {
      const endMs = hour.startMs + HOUR_MS;
      if (endMs > tapeMs) continue;
      const oneLot = { lots: 1, costMicro: notionalMicro(market, hour.closeTicks, 1) };
      funding.log.append({
        historyId: newHistoryId(state),
        oracleMicro: entryMicro(oneLot, market),
        bidImpactMicro: 0,
        askImpactMicro: 0,
        rateNano,
        nextRateNano: rateNano,
        timeMs: state.nowMs - (tapeMs - endMs),
      });
    }
  }
}
