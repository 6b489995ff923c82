import { accepted } from '../../core/requests/refusal.ts';
import { feeRows, infoRow } from '../../payloads/marketPayloads.ts';
import { readAccount, readLiquidationPrices, readPositions, readSettings } from './accountReads.ts';
import {
  readActivity,
  readBalances,
  readDeposits,
  readFills,
  readFunding,
  readNoHistory,
  readPortfolio,
} from './historyReads.ts';
import {
  readAggregatedRates,
  readBook,
  readCandles,
  readFundingRates,
  readMarkCandles,
  readPrices,
  readSparklines,
  readTrades,
} from './marketReads.ts';
import { readOrderEvents, readOrderHistory, readOrders } from './orderReads.ts';
import { onAccount, onMarket, type Reader } from './read.ts';
import { readTwapEvents, readTwapHistory, readTwaps } from './twapReads.ts';

/** Reads below `/api/v1` that cost one credit, by path. */
export const LIGHT_READS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/info', (state) => accepted({ data: state.markets.map(infoRow) })],
  ['/info/prices', readPrices],
  ['/info/fees', () => accepted({ data: feeRows() })],
  ['/book', onMarket(readBook)],
  ['/trades', onMarket(readTrades)],
  ['/funding_rate/aggregated', readAggregatedRates],
  ['/spot_assets', () => accepted({ data: [] })],
  ['/account', readAccount],
  ['/account/settings', onAccount(readSettings)],
  ['/positions', onAccount(readPositions)],
  ['/position_liquidation_prices', readLiquidationPrices],
  ['/kline/sparklines', readSparklines],
  ['/funding_rate/history', onMarket(readFundingRates)],
  ['/funding/history', onAccount(readFunding)],
  ['/portfolio', onAccount(readPortfolio)],
  ['/account/deposit/history', onAccount(readDeposits)],
  ['/account/withdraw/history', onAccount(readNoHistory)],
  ['/account/withdraw/pending', onAccount(() => accepted({ data: [] }))],
  ['/account/payout/history', onAccount(readNoHistory)],
  ['/account/activity/daily', onAccount(readActivity)],
  ['/orders', onAccount(readOrders)],
  ['/orders/history_by_id', readOrderEvents],
  ['/orders/twap', onAccount(readTwaps)],
  ['/orders/twap/history_by_id', readTwapEvents],
]);

/** Reads that cost more: those for which careful clients reckon the most. */
export const HEAVY_READS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/kline', onMarket(readCandles)],
  ['/kline/mark', onMarket(readMarkCandles)],
  ['/orders/history', onAccount(readOrderHistory)],
  ['/orders/twap/history', onAccount(readTwapHistory)],
  ['/trades/history', onAccount(readFills)],
  ['/account/balance/history', onAccount(readBalances)],
]);
