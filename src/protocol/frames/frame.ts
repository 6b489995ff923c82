import type { OrderEvent, OrderStatus, Side, TradeCause, TradeRole, TradeSide } from '../terms.ts';
import type { LeverageFrame, MarginModeFrame, TransfersFrame } from './settingFrames.ts';
import type { TwapOrdersFrame, TwapUpdatesFrame } from './twapFrames.ts';

/**
 * What the exchange says over the WebSocket, decoded: markets by id, integers for figures. Fields
 * that are marked optional are absent where the exchange did not say.
 */
export type Frame =
  | BookFrame
  | BboFrame
  | PricesFrame
  | TradesFrame
  | CandleFrame
  | OrderUpdatesFrame
  | AccountTradesFrame
  | AccountOrdersFrame
  | AccountPositionsFrame
  | AccountInfoFrame
  | MarginModeFrame
  | LeverageFrame
  | TransfersFrame
  | TwapOrdersFrame
  | TwapUpdatesFrame
  | ReplyFrame
  | AckFrame
  | PongFrame
  | OtherFrame;

/** A full snapshot, best level first; ticks and lots alternate in `bids` and `asks`. */
export interface BookFrame {
  readonly channel: 'book';
  readonly market: number;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
  readonly timeMs: number;
  /** Exchange-wide order counter when the frame was made; 0 when absent. */
  readonly li: number;
}

export interface BboFrame {
  readonly channel: 'bbo';
  readonly market: number;
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
  readonly timeMs: number;
  readonly li: number;
  /** The order whose change this is. */
  readonly orderId?: number | undefined;
}

export interface PriceRow {
  readonly market: number;
  /** Rounded to the nearest tick; 0 when the exchange has none. */
  readonly markTicks: number;
  readonly midTicks: number;
  readonly oracleTicks: number;
  readonly timeMs: number;
  /** Paid for the past hour, 10^-9. */
  readonly fundingNano?: number | undefined;
  /** Running estimate for the coming hour, 10^-9. */
  readonly nextFundingNano?: number | undefined;
  /** Base units in lots, although the documents say dollars (reference: where sources disagree). */
  readonly openInterestLots?: number | undefined;
  /** Whole dollars: in micro-dollars a busy market would leave 2^53. */
  readonly volume24hDollars?: number | undefined;
  /** Oracle price 24 h ago. */
  readonly yesterdayTicks?: number | undefined;
}

interface PricesFrame {
  readonly channel: 'prices';
  readonly rows: readonly PriceRow[];
}

export interface TradeRow {
  readonly market: number;
  readonly ticks: number;
  readonly lots: number;
  /** What the taker did. */
  readonly takerSide: Side;
  readonly cause: TradeCause;
  readonly timeMs: number;
  readonly li: number;
  /** Only the channel has it, `GET /trades` does not. */
  readonly historyId?: number | undefined;
  /** The taker's address, in older payloads. */
  readonly taker?: string | undefined;
}

interface TradesFrame {
  readonly channel: 'trades';
  readonly rows: readonly TradeRow[];
}

export interface CandleRow {
  readonly market: number;
  readonly interval: string;
  readonly startMs: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly lots: number;
  readonly endMs?: number | undefined;
  readonly trades?: number | undefined;
}

interface CandleFrame {
  readonly channel: 'candle' | 'mark_price_candle';
  readonly row: CandleRow;
}

export interface OrderUpdateRow {
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly account: string;
  readonly market: number;
  readonly side: Side;
  readonly priceTicks: number;
  readonly lots: number;
  /** Cumulative. */
  readonly filledLots: number;
  readonly event: OrderEvent | 'other';
  readonly status: OrderStatus;
  readonly reduceOnly: boolean;
  readonly timeMs: number;
  readonly li: number;
  /** `limit`, `market` or a stop type. */
  readonly type?: string | undefined;
  /** Average fill price in micro-dollars per base unit; 0 before the first fill. */
  readonly averageMicro?: number | undefined;
  /** Price of the last fill in micro-dollars per base unit. */
  readonly lastMicro?: number | undefined;
  readonly stopTicks?: number | undefined;
  /** The order whose fill arms this stop. */
  readonly parentOrderId?: number | undefined;
  /** What pulls the trigger: `mark_price`, `last_trade_price` or `mid_price`. */
  readonly trigger?: string | undefined;
  readonly createdMs?: number | undefined;
}

interface OrderUpdatesFrame {
  readonly channel: 'account_order_updates';
  readonly rows: readonly OrderUpdateRow[];
}

export interface FillRow {
  /** History id: unique per fill and account. */
  readonly historyId: number;
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly account: string;
  readonly market: number;
  readonly ticks: number;
  readonly lots: number;
  readonly role: TradeRole;
  readonly side: TradeSide;
  readonly cause: TradeCause;
  readonly feeMicro: number;
  /** Realised P&L net of fee. */
  readonly pnlMicro: number;
  readonly timeMs: number;
  readonly li: number;
  /** Entry price of the position in micro-dollars per base unit. */
  readonly entryMicro?: number | undefined;
}

interface AccountTradesFrame {
  readonly channel: 'account_trades';
  readonly rows: readonly FillRow[];
}

export interface OpenOrderRow {
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly market: number;
  readonly side: Side;
  readonly priceTicks: number;
  readonly lots: number;
  readonly filledLots: number;
  readonly cancelledLots: number;
  readonly reduceOnly: boolean;
  /** `limit`, `market` or a stop type. */
  readonly type: string;
  readonly timeMs: number;
  readonly stopTicks?: number | undefined;
  /** Only the channel has it. */
  readonly stopType?: string | undefined;
  /** Only REST has it. */
  readonly parentOrderId?: number | undefined;
  readonly updatedMs?: number | undefined;
}

/**
 * Snapshot of all open orders. The documented payload does not say whose orders they are: `account`
 * is set only when the exchange names it, otherwise the session knows whose connection it was.
 */
export interface AccountOrdersFrame {
  readonly channel: 'account_orders';
  readonly account: string | null;
  readonly rows: readonly OpenOrderRow[];
  readonly li: number;
  /** Rows that could not be read. While there are any, an absent order has not ended. */
  readonly unread?: number | undefined;
}

export interface PositionRow {
  readonly market: number;
  /** Signed: positive is long. */
  readonly lots: number;
  /** Average entry in micro-dollars per base unit: entry price × 10^6. */
  readonly entryMicro: number;
  readonly isolated: boolean;
  readonly timeMs: number;
  /** Margin of an isolated position; 0 for cross. */
  readonly marginMicro?: number | undefined;
  /** Funding since the position was opened, as the exchange signs it. */
  readonly fundingMicro?: number | undefined;
  /** Micro-dollars per base unit; below zero for a long with more margin than value, null when there is none. */
  readonly liquidationMicro?: number | null | undefined;
  /** Only REST has it. */
  readonly createdMs?: number | undefined;
}

export interface AccountPositionsFrame {
  readonly channel: 'account_positions';
  readonly account: string | null;
  readonly rows: readonly PositionRow[];
  readonly li: number;
  /** Rows that could not be read. While there are any, an absent position is not flat. */
  readonly unread?: number | undefined;
}

export interface AccountFigures {
  readonly balanceMicro: number;
  readonly equityMicro: number;
  readonly availableMicro: number;
  readonly marginUsedMicro: number;
  readonly maintenanceMicro: number;
  readonly feeLevel: number;
  readonly ordersCount: number;
  readonly positionsCount: number;
  readonly withdrawableMicro?: number | undefined;
  readonly pendingMicro?: number | undefined;
  readonly stopOrdersCount?: number | undefined;
  readonly spot?: readonly SpotBalance[] | undefined;
}

/** What an account holds of one spot asset. Amounts as the exchange writes them, limits in dollars. */
interface SpotBalance {
  readonly asset: string;
  readonly amount: string;
  readonly withdrawable?: string | undefined;
  readonly pending?: string | undefined;
  readonly withdrawnTodayMicro?: number | undefined;
  readonly dailyDepositLimitMicro?: number | undefined;
  readonly dailyWithdrawLimitMicro?: number | undefined;
  /** Loan to value in 10^-9. Only the channel has it. */
  readonly loanToValueNano?: number | undefined;
}

interface AccountInfoFrame {
  readonly channel: 'account_info';
  readonly account: string | null;
  readonly figures: AccountFigures;
  readonly timeMs: number;
}

/** The answer to a trading request over the WebSocket. */
export interface ReplyFrame {
  readonly channel: 'reply';
  /** Absent on some error frames: such a frame settles nothing. */
  readonly id: string | null;
  readonly code: number;
  readonly type: string | null;
  readonly data: unknown;
  readonly error: string | null;
  /** The stable name of an error, which newer answers carry. */
  readonly errorId?: string | undefined;
  readonly credits: Credits | null;
}

/** Tenths of a credit left, tenths in the quota, seconds to the refresh. */
export interface Credits {
  readonly remainingTenths: number;
  readonly quotaTenths: number;
  readonly refreshS: number;
}

export interface AckFrame {
  readonly channel: 'subscribe' | 'unsubscribe';
  readonly source: string;
  readonly account: string | null;
  readonly symbol: string | null;
}

interface PongFrame {
  readonly channel: 'pong';
}

/** A channel that this desk does not read. */
interface OtherFrame {
  readonly channel: 'other';
  readonly name: string;
}
