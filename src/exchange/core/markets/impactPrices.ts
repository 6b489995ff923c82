import { entryMicro } from '../../../ledger/position.ts';
import type { BookSide } from '../../../matching/addOutcome.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import { MICRO } from '../../../std/integers.ts';
import type { ExchangeSettings } from '../../settings.ts';
import type { FundingPrices } from './marketFunding.ts';
import type { MarketState } from './marketState.ts';

const { ceil, min } = Math;

/** Markets whose impact prices are taken at the larger notional (reference: contract specifications). */
const MAJOR: ReadonlySet<string> = new Set(['BTC', 'ETH']);

/** The prices that a market's premium follows from, now. */
export function fundingPrices(
  here: MarketState,
  settings: Pick<ExchangeSettings, 'impactDollars' | 'impactDollarsMajor'>,
): FundingPrices {
  const { market, oracleTicks } = here;
  const isMajor = MAJOR.has(market.symbol);
  const micro = (isMajor ? settings.impactDollarsMajor : settings.impactDollars) * MICRO;
  const oneLot = { lots: 1, costMicro: notionalMicro(market, oracleTicks, 1) };
  return {
    oracleMicro: entryMicro(oneLot, market),
    bidImpactMicro: impactMicro(here, 'bid', micro),
    askImpactMicro: impactMicro(here, 'ask', micro),
  };
}

/**
 * Average price at which an order worth `micro` would trade with a side of the book, micro-dollars of
 * a base unit; 0 when the side is not that deep.
 */
function impactMicro({ engine, market }: MarketState, side: BookSide, micro: number): number {
  let lots = 0;
  let costMicro = 0;
  let ticks = side === 'bid' ? engine.bestBid() : engine.bestAsk();
  for (; ticks !== 0; ticks = engine.nextPrice(side, ticks)) {
    const perLot = notionalMicro(market, ticks, 1);
    const taken = min(engine.levelLots(ticks), ceil((micro - costMicro) / perLot));
    lots += taken;
    costMicro += notionalMicro(market, ticks, taken);
    if (costMicro >= micro) return entryMicro({ lots, costMicro }, market);
  }
  return 0;
}
