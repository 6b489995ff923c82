import { decodeBase58 } from '../../../protocol/base58.ts';
import { type ExchangeState, marketOf } from '../../core/exchangeState.ts';
import { INTERVAL_MINUTES } from '../../core/markets/candles.ts';
import type { MarketState } from '../../core/markets/marketState.ts';
import { AGG_LEVELS } from '../rest/marketReads.ts';

/** What a client may subscribe to. Equal channels have equal keys. */
export type Channel =
  | { readonly source: 'prices'; readonly key: string }
  | MarketChannel
  | BookChannel
  | CandleChannel
  | AccountChannel;

export interface MarketChannel {
  readonly source: 'bbo' | 'trades';
  readonly key: string;
  readonly here: MarketState;
}

interface BookChannel {
  readonly source: 'book';
  readonly key: string;
  readonly here: MarketState;
  /** 0 when the client named none: the real exchange then sends nothing. */
  readonly aggLevel: number;
}

export interface CandleChannel {
  readonly source: 'candle' | 'mark_price_candle';
  readonly key: string;
  readonly here: MarketState;
  readonly interval: string;
  readonly minutes: number;
}

const ACCOUNT_SOURCES = [
  'account_info',
  'account_positions',
  'account_orders',
  'account_order_updates',
  'account_twap_orders',
  'account_twap_order_updates',
  'account_trades',
  'account_leverage',
  'account_margin',
  'account_transfers',
] as const;
export type AccountSource = (typeof ACCOUNT_SOURCES)[number];

export interface AccountChannel {
  readonly source: AccountSource;
  readonly key: string;
  /** A base58 public key; it need not be an account yet. */
  readonly address: string;
}

/** The channel that the parameters of a subscription name; `undefined` when there is none. */
export function channelOf(
  state: ExchangeState,
  params: Readonly<Record<string, unknown>>,
): Channel | undefined {
  const source = params.source;
  if (source === 'prices') return { source, key: source };
  const accountSource = ACCOUNT_SOURCES.find((each) => each === source);
  if (accountSource !== undefined) return accountChannel(accountSource, params.account);
  const here = typeof params.symbol === 'string' ? marketOf(state, params.symbol) : undefined;
  if (here === undefined) return undefined;
  const { symbol } = here.market;
  switch (source) {
    case 'bbo':
    case 'trades':
      return { source, key: marketKey(source, symbol), here };
    case 'book': {
      const aggLevel = numberIn(params.agg_level ?? 0);
      if (aggLevel !== 0 && !AGG_LEVELS.includes(aggLevel)) return undefined;
      return { source, key: `book|${symbol}|${aggLevel}`, here, aggLevel };
    }
    case 'candle':
    case 'mark_price_candle': {
      const interval = typeof params.interval === 'string' ? params.interval : '';
      const minutes = INTERVAL_MINUTES.get(interval);
      if (minutes === undefined) return undefined;
      return { source, key: `${source}|${symbol}|${interval}`, here, interval, minutes };
    }
    default:
      return undefined;
  }
}

/** A number, or a text of digits; anything else is none. */
function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

function accountChannel(source: AccountSource, address: unknown): AccountChannel | undefined {
  if (typeof address !== 'string' || decodeBase58(address, 32) === undefined) return undefined;
  return { source, key: accountKey(source, address), address };
}

/** The account whose channel it is; `undefined` for what is of a market. */
export function accountOf(channel: Channel): string | undefined {
  return 'address' in channel ? channel.address : undefined;
}

export function accountKey(source: AccountSource, address: string): string {
  return `${source}|${address}`;
}

export function marketKey(source: 'bbo' | 'trades', symbol: string): string {
  return `${source}|${symbol}`;
}
