import type { OrderEvent, OrderStatus, Side, TradeCause, TradeRole, TradeSide } from '../terms.ts';

/** What the exchange says over the WebSocket, decoded: markets by id, integers for figures. */
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
}

export interface PriceRow {
  readonly market: number;
  /** Rounded to the nearest tick; 0 when the exchange has none. */
  readonly markTicks: number;
  readonly midTicks: number;
  readonly oracleTicks: number;
  readonly timeMs: number;
}

export interface PricesFrame {
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
}

export interface TradesFrame {
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
}

export interface CandleFrame {
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
}

export interface OrderUpdatesFrame {
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
}

export interface AccountTradesFrame {
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
}

export interface PositionRow {
  readonly market: number;
  /** Signed: positive is long. */
  readonly lots: number;
  /** Average entry in micro-dollars per base unit: entry price × 10^6. */
  readonly entryMicro: number;
  readonly isolated: boolean;
  readonly timeMs: number;
}

export interface AccountPositionsFrame {
  readonly channel: 'account_positions';
  readonly account: string | null;
  readonly rows: readonly PositionRow[];
  readonly li: number;
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
}

export interface AccountInfoFrame {
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

export interface PongFrame {
  readonly channel: 'pong';
}

/** A channel that this desk does not read. */
export interface OtherFrame {
  readonly channel: 'other';
  readonly name: string;
}
