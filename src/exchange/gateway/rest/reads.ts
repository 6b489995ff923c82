import { accepted } from '../../core/requests/refusal.ts';
import { feeRows, infoRow } from '../../payloads/marketPayloads.ts';
import { readAccount, readPositions, readSettings } from './accountReads.ts';
import { readFills } from './historyReads.ts';
import { readBook, readCandles, readMarkCandles, readPrices, readTrades } from './marketReads.ts';
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
  ['/account', readAccount],
  ['/account/settings', onAccount(readSettings)],
  ['/positions', onAccount(readPositions)],
  ['/orders', onAccount(readOrders)],
  ['/orders/history_by_id', readOrderEvents],
  ['/orders/twap', onAccount(readTwaps)],
  ['/orders/twap/history_by_id', readTwapEvents],
]);

/** Reads that cost more. */
export const HEAVY_READS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['/kline', onMarket(readCandles)],
  ['/kline/mark', onMarket(readMarkCandles)],
  ['/orders/history', onAccount(readOrderHistory)],
  ['/orders/twap/history', onAccount(readTwapHistory)],
  ['/trades/history', onAccount(readFills)],
]);
