import { type Exposure, type MarginSummary, summariseMargin } from '../../../ledger/margin.ts';
import { FLAT, type Position } from '../../../ledger/position.ts';
import type { Market } from '../../../protocol/market.ts';
import type { Side, TradeCause, TradeRole, TradeSide } from '../../../protocol/terms.ts';
import type { Order } from '../orders/order.ts';
import { HistoryLog } from './historyLog.ts';

/** A new account and its place among the others. */
export interface AccountSeed {
  /** Base58 public key. */
  readonly address: string;
  /** Base58 public keys of the agent keys bound to it. */
  readonly agents: readonly string[];
  /** Number of its family: a main account and its subaccounts share credits and fee level. */
  readonly family: number;
  /** Number of the person behind it, from 1. */
  readonly owner: number;
  readonly balanceMicro: number;
  readonly feeLevel: number;
}

/** What an account has in one market. */
export interface Holding {
  position: Position;
  openedMs: number;
  updatedMs: number;
  /** Notional of resting orders at their prices. */
  bidsMicro: number;
  asksMicro: number;
  leverage: number;
  /** When the account changed its leverage; 0 for the default. */
  leverageSetMs: number;
  leverageUpdatedMs: number;
}

/** A fill as the account's history keeps it. */
export interface FillRecord {
  readonly historyId: number;
  readonly order: Order;
  readonly ticks: number;
  readonly lots: number;
  /** Average entry of the position that it closed or made, micro-dollars per base unit. */
  readonly entryMicro: number;
  readonly feeMicro: number;
  /** Net of the fee. */
  readonly pnlMicro: number;
  readonly role: TradeRole;
  readonly side: TradeSide;
  /** That of its own order, so that a counterparty of a liquidation reads `normal` (chosen). */
  readonly cause: TradeCause;
  readonly timeMs: number;
  readonly lastOrderId: number;
}

/** One account of the exchange. */
export interface Account {
  /** Number from 0 in the order of creation. */
  readonly index: number;
  readonly address: string;
  readonly agents: ReadonlySet<string>;
  readonly family: number;
  readonly owner: number;
  readonly feeLevel: number;
  balanceMicro: number;
  updatedMs: number;
  /** By market id. */
  readonly holdings: readonly Holding[];
  /** Resting orders by id, oldest first. */
  readonly open: Map<number, Order>;
  readonly byClientId: Map<string, Order>;
  readonly orderLog: HistoryLog<Order>;
  readonly fillLog: HistoryLog<FillRecord>;
  fills: number;
  volumeMicro: number;
  feesMicro: number;
}

export function makeAccount(
  index: number,
  seed: AccountSeed,
  markets: readonly Market[],
  historyRows: number,
  forget: (order: Order) => void,
): Account {
  return {
    index,
    address: seed.address,
    agents: new Set(seed.agents),
    family: seed.family,
    owner: seed.owner,
    feeLevel: seed.feeLevel,
    balanceMicro: seed.balanceMicro,
    updatedMs: 0,
    holdings: markets.map((market) => ({
      position: FLAT,
      openedMs: 0,
      updatedMs: 0,
      bidsMicro: 0,
      asksMicro: 0,
      leverage: market.maxLeverage,
      leverageSetMs: 0,
      leverageUpdatedMs: 0,
    })),
    open: new Map(),
    byClientId: new Map(),
    orderLog: new HistoryLog(historyRows, (order) => order.id, forget),
    fillLog: new HistoryLog(historyRows, (fill) => fill.historyId),
    fills: 0,
    volumeMicro: 0,
    feesMicro: 0,
  };
}

/** What the account has in a market; every account has an entry for every market. */
export function holdingOf(account: Account, market: Market): Holding {
  return account.holdings[market.id] as Holding;
}

/** Adds to, or takes from, what resting orders of a side are worth. */
export function reserve(account: Account, market: Market, side: Side, micro: number): void {
  const holding = holdingOf(account, market);
  if (side === 'bid') holding.bidsMicro += micro;
  else holding.asksMicro += micro;
}

/** The account's margin at the given mark prices (ticks by market id). */
export function marginOf(
  account: Account,
  markets: readonly Market[],
  markTicks: readonly number[],
): MarginSummary {
  const exposures: Exposure[] = markets.map((market) => ({
    market,
    markTicks: markTicks[market.id] as number,
    ...holdingOf(account, market),
  }));
  return summariseMargin(account.balanceMicro, exposures);
}
