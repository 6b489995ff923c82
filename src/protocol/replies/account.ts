import { z } from 'zod';
import {
  decimal,
  integer,
  lotsOf,
  microOf,
  nanoOf,
  nearestTicks,
  parseWith,
  ticksOf,
} from '../fields.ts';
import type { AccountFigures, FillRow, OpenOrderRow, PositionRow } from '../frames/frame.ts';
import { tradeCause, tradeSide } from '../frames/marketFrames.ts';
import type { MarketIndex } from '../marketIndex.ts';
import { marketRows } from '../marketRows.ts';
import { ORDER_STATUSES, type OrderStatus, type Side, signOf } from '../terms.ts';

const side = z.enum(['bid', 'ask']);

const accountSchema = z.object({
  balance: decimal,
  fee_level: integer,
  maker_fee: decimal.nullish(),
  taker_fee: decimal.nullish(),
  account_equity: decimal,
  available_to_spend: decimal,
  total_margin_used: decimal,
  cross_mmr: decimal.nullish(),
  positions_count: integer,
  orders_count: integer,
});

export interface AccountReply extends AccountFigures {
  /** Fee rates in 10^-9 of notional. */
  readonly makerFeeNano: number;
  readonly takerFeeNano: number;
}

/** `GET /account`: an object today, an array of one in older documents. */
export function decodeAccount(data: unknown): AccountReply {
  const raw = parseWith(accountSchema, Array.isArray(data) ? data[0] : data, 'account');
  return {
    balanceMicro: microOf(raw.balance, 'balance'),
    equityMicro: microOf(raw.account_equity, 'equity'),
    availableMicro: microOf(raw.available_to_spend, 'available'),
    marginUsedMicro: microOf(raw.total_margin_used, 'margin used'),
    maintenanceMicro: microOf(raw.cross_mmr ?? '0', 'maintenance margin'),
    feeLevel: raw.fee_level,
    ordersCount: raw.orders_count,
    positionsCount: raw.positions_count,
    makerFeeNano: nanoOf(raw.maker_fee ?? '0.00015', 'maker fee'),
    takerFeeNano: nanoOf(raw.taker_fee ?? '0.0004', 'taker fee'),
  };
}

const positionSchema = z.object({
  side,
  amount: decimal,
  entry_price: decimal,
  isolated: z.boolean(),
  updated_at: integer,
});

/** `GET /positions`. */
export function decodePositions(data: unknown, markets: MarketIndex): PositionRow[] {
  return marketRows(data, 'positions', positionSchema, markets, (raw, market) => ({
    market: market.id,
    lots: signOf(raw.side) * lotsOf(raw.amount, market),
    entryMicro: microOf(raw.entry_price, 'entry price'),
    isolated: raw.isolated,
    timeMs: raw.updated_at,
  }));
}

const openOrderSchema = z.object({
  order_id: integer,
  client_order_id: z.string().nullish(),
  side,
  price: decimal.nullish(),
  initial_amount: decimal,
  filled_amount: decimal,
  cancelled_amount: decimal,
  order_type: z.string(),
  reduce_only: z.boolean(),
  created_at: integer,
});

/** `GET /orders`: open orders, stops included. */
export function decodeOpenOrders(data: unknown, markets: MarketIndex): OpenOrderRow[] {
  return marketRows(data, 'orders', openOrderSchema, markets, (raw, market) => ({
    orderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    market: market.id,
    side: raw.side,
    priceTicks: nearestTicks(raw.price ?? '0', market),
    lots: lotsOf(raw.initial_amount, market),
    filledLots: lotsOf(raw.filled_amount, market),
    cancelledLots: lotsOf(raw.cancelled_amount, market),
    reduceOnly: raw.reduce_only,
    type: raw.order_type,
    timeMs: raw.created_at,
  }));
}

/** One order of `GET /orders/history`. */
export interface OrderHistoryRow {
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly market: number;
  readonly side: Side;
  readonly lots: number;
  readonly filledLots: number;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly timeMs: number;
}

const historySchema = z.object({
  order_id: integer,
  client_order_id: z.string().nullish(),
  side,
  amount: decimal,
  filled_amount: decimal,
  order_status: z.enum(ORDER_STATUSES),
  reason: z.string().nullish(),
  updated_at: integer,
});

/** `GET /orders/history`, newest first or oldest first: callers sort. */
export function decodeOrderHistory(data: unknown, markets: MarketIndex): OrderHistoryRow[] {
  return marketRows(data, 'orders/history', historySchema, markets, (raw, market) => ({
    orderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    market: market.id,
    side: raw.side,
    lots: lotsOf(raw.amount, market),
    filledLots: lotsOf(raw.filled_amount, market),
    status: raw.order_status,
    reason: raw.reason ?? null,
    timeMs: raw.updated_at,
  }));
}

const tradeSchema = z.object({
  history_id: integer,
  order_id: integer,
  client_order_id: z.string().nullish(),
  amount: decimal,
  price: decimal,
  fee: decimal,
  pnl: decimal,
  event_type: z.enum(['fulfill_taker', 'fulfill_maker']),
  side: tradeSide,
  cause: tradeCause,
  created_at: integer,
});

/** `GET /trades/history` as the same rows that `account_trades` streams. */
export function decodeTradeHistory(
  data: unknown,
  account: string,
  markets: MarketIndex,
): FillRow[] {
  return marketRows(data, 'trades/history', tradeSchema, markets, (raw, market) => ({
    historyId: raw.history_id,
    orderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    account,
    market: market.id,
    ticks: ticksOf(raw.price, market),
    lots: lotsOf(raw.amount, market),
    role: raw.event_type,
    side: raw.side,
    cause: raw.cause,
    feeMicro: microOf(raw.fee, 'fee'),
    pnlMicro: microOf(raw.pnl, 'pnl'),
    timeMs: raw.created_at,
    li: 0,
  }));
}
