import { type Exposure, type MarginSummary, summariseMargin } from '../../../ledger/margin.ts';
import { FLAT, type Position } from '../../../ledger/position.ts';
import type { Market } from '../../../protocol/market.ts';
import type { Side, TradeCause, TradeRole, TradeSide } from '../../../protocol/terms.ts';
import type { Order } from '../orders/order.ts';
import type { Twap } from '../orders/twap.ts';
import { type AgentKey, makeAgentKey } from './agentKey.ts';
import { HistoryLog } from './historyLog.ts';
import type { BalanceRecord, EquitySample, FundingRecord } from './moneyRecords.ts';

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
  /** API config key of the family; read from its main account. */
  readonly apiKey?: string;
  /** Wall ms; 0 by default. */
  readonly createdMs?: number;
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
  /** Whether a position in this market stands on margin of its own. */
  isolated: boolean;
  /** That margin, moved out of the balance; 0 when cross or flat. */
  isolatedMicro: number;
  /** Funding that the open position got, less what it paid, micro-dollars. */
  fundingMicro: number;
  /** When the account changed its leverage or margin mode; 0 for the defaults. */
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
  /** What the fill did to the balance: profit net of the fee, and margin moved in or out. */
  readonly balanceChangeMicro: number;
  /** The balance right after it. */
  readonly balanceMicro: number;
  readonly timeMs: number;
  readonly lastOrderId: number;
}

/** One account of the exchange. */
export interface Account {
  /** Number from 0 in the order of creation. */
  readonly index: number;
  readonly address: string;
  /** Agent keys by their address. */
  readonly agents: Map<string, AgentKey>;
  /** API config keys that this account made. They stand for the whole family. */
  readonly apiKeys: Set<string>;
  readonly createdMs: number;
  readonly family: number;
  readonly owner: number;
  /** Level by the family's volume, never below {@link feeFloor}. */
  feeLevel: number;
  readonly feeFloor: number;
  /** Cash, without the margin of isolated positions. */
  balanceMicro: number;
  /** What was paid in, less what was taken out: what profit is measured against. */
  depositedMicro: number;
  updatedMs: number;
  /** By market id. */
  readonly holdings: readonly Holding[];
  /** Resting orders by id, oldest first. */
  readonly open: Map<number, Order>;
  /** Stop orders that wait for their trigger or for their parent order, by id. */
  readonly stops: Map<number, Order>;
  readonly byClientId: Map<string, Order>;
  /** Unfinished TWAP orders by id, oldest first. Their names are a namespace of their own. */
  readonly twaps: Map<number, Twap>;
  readonly twapByClientId: Map<string, Twap>;
  readonly twapLog: HistoryLog<Twap>;
  readonly orderLog: HistoryLog<Order>;
  readonly fillLog: HistoryLog<FillRecord>;
  /** Every change of the balance but ordinary trades, whose fills name theirs. */
  readonly balanceLog: HistoryLog<BalanceRecord>;
  readonly fundingLog: HistoryLog<FundingRecord>;
  /** At a fixed rhythm; keys are times. */
  readonly equityLog: HistoryLog<EquitySample>;
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
  forgetTwap: (twap: Twap) => void,
): Account {
  return {
    index,
    address: seed.address,
    agents: new Map(seed.agents.map((agent) => [agent, makeAgentKey(agent)])),
    apiKeys: new Set(),
    createdMs: seed.createdMs ?? 0,
    family: seed.family,
    owner: seed.owner,
    feeLevel: seed.feeLevel,
    feeFloor: seed.feeLevel,
    balanceMicro: seed.balanceMicro,
    depositedMicro: seed.balanceMicro,
    updatedMs: seed.createdMs ?? 0,
    holdings: markets.map((market) => ({
      position: FLAT,
      openedMs: 0,
      updatedMs: 0,
      bidsMicro: 0,
      asksMicro: 0,
      leverage: market.maxLeverage,
      isolated: false,
      isolatedMicro: 0,
      fundingMicro: 0,
      leverageSetMs: 0,
      leverageUpdatedMs: 0,
    })),
    open: new Map(),
    stops: new Map(),
    byClientId: new Map(),
    twaps: new Map(),
    twapByClientId: new Map(),
    twapLog: new HistoryLog(historyRows, (twap) => twap.id, forgetTwap),
    orderLog: new HistoryLog(historyRows, (order) => order.id, forget),
    fillLog: new HistoryLog(historyRows, (fill) => fill.historyId),
    balanceLog: new HistoryLog(historyRows, (record) => record.historyId),
    fundingLog: new HistoryLog(historyRows, (record) => record.historyId),
    equityLog: new HistoryLog(historyRows, (sample) => sample.timeMs),
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
