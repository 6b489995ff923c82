import { formatAmount } from '../../protocol/market.ts';
import { DOLLARS, format } from '../../std/decimal.ts';
import type { Account } from '../core/accounts/account.ts';
import type { ExchangeState } from '../core/exchangeState.ts';
import type { SelfMatch } from '../core/truth.ts';
import { type ChangedSetting, nonDefaultSettings } from '../settings.ts';

/** What the exchange knows and no client can. Money in dollars. */
export interface TruthReport {
  /** Trades between different accounts of one owner. */
  readonly selfMatches: number;
  readonly selfMatchExamples: readonly SelfMatch[];
  /** Trades between accounts of one owner in which one side was liquidated. */
  readonly liquidationMatches: number;
  readonly liquidations: number;
  readonly backstops: number;
  readonly deleveraged: number;
  /** Resting orders removed because they met an order of the same account. */
  readonly stpEvents: number;
  readonly familyStpEvents: number;
  readonly orders: number;
  readonly cancels: number;
  readonly refused: number;
  readonly fills: number;
  readonly trades: number;
  readonly fees: string;
  readonly tooManyRequests: number;
  readonly lastOrderId: number;
  readonly accounts: readonly AccountTruth[];
  readonly settings: readonly ChangedSetting[];
}

interface AccountTruth {
  readonly account: string;
  readonly owner: number;
  readonly balance: string;
  readonly fills: number;
  readonly volume: string;
  readonly fees: string;
  readonly openOrders: number;
  /** Signed amount by symbol, open positions only. */
  readonly positions: Readonly<Record<string, string>>;
}

export function truthReport(state: ExchangeState): TruthReport {
  const { examples, feesMicro, ...counters } = state.truth;
  return {
    ...counters,
    selfMatchExamples: examples,
    fees: format(feesMicro, DOLLARS),
    lastOrderId: state.lastOrderId,
    accounts: state.accounts.all.map((account) => accountTruth(state, account)),
    settings: nonDefaultSettings(state.settings),
  };
}

function accountTruth(state: ExchangeState, account: Account): AccountTruth {
  const held = state.markets.flatMap(({ market }): [string, string][] => {
    const lots = account.holdings[market.id]?.position.lots ?? 0;
    return lots === 0 ? [] : [[market.symbol, formatAmount(market, lots)]];
  });
  return {
    account: account.address,
    owner: account.owner,
    balance: format(account.balanceMicro, DOLLARS),
    fills: account.fills,
    volume: format(account.volumeMicro, DOLLARS),
    fees: format(account.feesMicro, DOLLARS),
    openOrders: account.open.size,
    positions: Object.fromEntries(held),
  };
}

/** One order of an account, as the exchange remembers it. */
export interface OrderTruth {
  readonly account: string;
  readonly clientOrderId: string | null;
  readonly orderId: number;
  readonly symbol: string;
  readonly status: string;
  /** Decimal amount. */
  readonly filled: string;
}

/** Every order that the histories still keep, account by account, newest first. */
export function orderTruth(state: ExchangeState): OrderTruth[] {
  return state.accounts.all.flatMap((account) =>
    account.orderLog
      .page(Number.POSITIVE_INFINITY, undefined, () => true)
      .rows.map((order) => ({
        account: account.address,
        clientOrderId: order.clientOrderId,
        orderId: order.id,
        symbol: order.market.symbol,
        status: order.status,
        filled: formatAmount(order.market, order.filledLots),
      })),
  );
}
