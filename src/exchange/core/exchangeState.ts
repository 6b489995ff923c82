import type { Market } from '../../protocol/market.ts';
import type { Crowd } from '../crowdPort.ts';
import type { ExchangeSettings } from '../settings.ts';
import type { Account, FillRecord } from './accounts/account.ts';
import type { AccountRegistry } from './accounts/accountRegistry.ts';
import type { Agenda } from './agenda.ts';
import type { MarketState, PublicTrade } from './markets/marketState.ts';
import type { MoneyState } from './money/moneyState.ts';
import type { Transfer } from './money/transfers.ts';
import type { OrderRecord } from './orders/order.ts';
import type { TwapRecord } from './orders/twap.ts';
import type { Truth } from './truth.ts';

/** Where the core says what happened, in order, while it happens. */
export interface ExchangeListener {
  orderChanged(record: OrderRecord): void;
  twapChanged(record: TwapRecord): void;
  filled(fill: FillRecord): void;
  traded(market: MarketState, trade: PublicTrade): void;
  leverageChanged(account: Account, market: Market, leverage: number): void;
  marginModeChanged(account: Account, market: Market, isolated: boolean): void;
  /** Money moved in or out, or a figure changed, without an order or a fill. */
  accountChanged(account: Account): void;
  transferred(transfer: Transfer): void;
}

/** Everything that the exchange is at one moment; the functions of this folder work on it. */
export interface ExchangeState {
  readonly settings: ExchangeSettings;
  /** By market id. */
  readonly markets: readonly MarketState[];
  readonly accounts: AccountRegistry;
  readonly money: MoneyState;
  readonly truth: Truth;
  readonly listener: ExchangeListener;
  readonly crowd: Crowd;
  readonly agenda: Agenda;
  nowMs: number;
  /** Exchange-wide order counter, `last_order_id` and `li` of the payloads. */
  lastOrderId: number;
  lastHistoryId: number;
}

/** Tape time now. It may move on while `nowMs` stands still. */
export function tapeNow(state: ExchangeState): number {
  return state.crowd.tapeMs(state.nowMs);
}

export function newOrderId(state: ExchangeState): number {
  state.lastOrderId += 1;
  return state.lastOrderId;
}

export function newHistoryId(state: ExchangeState): number {
  state.lastHistoryId += 1;
  return state.lastHistoryId;
}

/** Mark prices in ticks by market id. */
export function markPrices(state: ExchangeState): number[] {
  return state.markets.map((market) => market.markTicks());
}

export function marketOf(state: ExchangeState, symbol: string): MarketState | undefined {
  return state.markets.find(({ market }) => market.symbol === symbol);
}

/** The engine's owner number: orders with the same one never trade with each other. */
export function engineOwner(state: ExchangeState, account: Account): number {
  return (state.settings.stpScope === 'family' ? account.family : account.index) + 1;
}
