import { type Market, type MarketFigures, makeMarket } from '../../../protocol/market.ts';
import { MarketIndex } from '../../../protocol/marketIndex.ts';

/** A market as `GET /info` lists it. */
export interface ListedMarket extends MarketFigures {
  /** Highest price in ticks that an order may name. */
  readonly maxTicks: number;
  readonly createdMs: number;
  /** Whether positions stand on margin of their own, whatever the account would like. */
  readonly isolatedOnly: boolean;
}

/** The two markets of this exchange, figures as published. */
export const LISTED: readonly ListedMarket[] = [
  {
    symbol: 'BTC',
    tickSize: '1',
    lotSize: '0.00001',
    maxLeverage: 50,
    minOrderSize: '10',
    maxOrderSize: '5000000',
    maxTicks: 1_000_000,
    createdMs: 1_748_881_333_944,
    isolatedOnly: false,
  },
  {
    symbol: 'ETH',
    tickSize: '0.1',
    lotSize: '0.0001',
    maxLeverage: 50,
    minOrderSize: '10',
    maxOrderSize: '5000000',
    maxTicks: 10_000_000,
    createdMs: 1_748_881_333_944,
    isolatedOnly: false,
  },
];

/** The markets of this exchange; ids follow the listing. */
export function listedMarkets(listed: readonly ListedMarket[] = LISTED): MarketIndex {
  const markets: Market[] = listed.map((figures, id) => makeMarket(id, figures));
  return new MarketIndex(markets);
}
