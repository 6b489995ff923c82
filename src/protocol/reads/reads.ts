import { ACCOUNT } from './accounts/account.ts';
import { ACCOUNT_SETTINGS } from './accounts/accountSettings.ts';
import { BALANCE_HISTORY } from './accounts/balanceHistory.ts';
import { DEPOSIT_HISTORY, WITHDRAW_HISTORY } from './accounts/cashHistory.ts';
import { FUNDING_HISTORY } from './accounts/fundingHistory.ts';
import { LIQUIDATION_PRICES } from './accounts/liquidationPrices.ts';
import { PORTFOLIO } from './accounts/portfolio.ts';
import { POSITIONS } from './accounts/positions.ts';
import { AGGREGATED_FUNDING } from './markets/aggregatedFunding.ts';
import { BOOK } from './markets/book.ts';
import { CANDLES, MARK_CANDLES } from './markets/candles.ts';
import { FEE_TIERS } from './markets/feeTiers.ts';
import { FUNDING_RATES } from './markets/fundingRates.ts';
import { MARKET_LIST } from './markets/marketList.ts';
import { PRICES } from './markets/prices.ts';
import { RECENT_TRADES } from './markets/recentTrades.ts';
import { SPARKLINES } from './markets/sparklines.ts';
import { OPEN_ORDERS } from './orders/openOrders.ts';
import { ORDER_EVENTS_OF } from './orders/orderEvents.ts';
import { ORDER_HISTORY } from './orders/orderHistory.ts';
import { TRADE_HISTORY } from './orders/tradeHistory.ts';
import { TWAP_EVENTS_OF, TWAP_HISTORY, TWAP_ORDERS } from './orders/twapOrders.ts';
import type { Page, Read } from './read.ts';

/** Every read over REST that trading accounts use, by the name it has in the house. */
export const READS = {
  markets: MARKET_LIST,
  prices: PRICES,
  feeTiers: FEE_TIERS,
  candles: CANDLES,
  markCandles: MARK_CANDLES,
  sparklines: SPARKLINES,
  book: BOOK,
  recentTrades: RECENT_TRADES,
  fundingRates: FUNDING_RATES,
  aggregatedFunding: AGGREGATED_FUNDING,
  account: ACCOUNT,
  settings: ACCOUNT_SETTINGS,
  positions: POSITIONS,
  liquidationPrices: LIQUIDATION_PRICES,
  portfolio: PORTFOLIO,
  fundingHistory: FUNDING_HISTORY,
  balanceHistory: BALANCE_HISTORY,
  depositHistory: DEPOSIT_HISTORY,
  withdrawHistory: WITHDRAW_HISTORY,
  orders: OPEN_ORDERS,
  orderHistory: ORDER_HISTORY,
  orderEvents: ORDER_EVENTS_OF,
  tradeHistory: TRADE_HISTORY,
  twapOrders: TWAP_ORDERS,
  twapHistory: TWAP_HISTORY,
  twapEvents: TWAP_EVENTS_OF,
} as const;

export type ReadName = keyof typeof READS;

/** What the read `Name` is asked with. */
export type ParamsOf<Name extends ReadName> =
  (typeof READS)[Name] extends Read<infer Params, unknown> ? Params : never;

/** What the read `Name` answers. */
export type AnswerOf<Name extends ReadName> =
  (typeof READS)[Name] extends Read<never, infer Answer> ? Answer : never;

/** The reads that come in pages. */
export type PagedName = {
  [Name in ReadName]: ParamsOf<Name> extends { readonly limit?: number; readonly cursor?: unknown }
    ? AnswerOf<Name> extends Page<unknown>
      ? 'cursor' extends keyof ParamsOf<Name>
        ? Name
        : never
      : never
    : never;
}[ReadName];
