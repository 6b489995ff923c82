import { z } from 'zod';
import { decimal, integer, lotsOf, microIn, ticksIn } from '../../fields.ts';
import { marketRows, type Reading } from '../../marketRows.ts';
import { ORDER_STATUSES, type OrderStatus, type Side } from '../../terms.ts';
import { type HistoryParams, historyParameters, type Page, pageOf, type Read } from '../read.ts';

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
  readonly priceTicks?: number | undefined;
  /** Micro-dollars per base unit; 0 without a fill. */
  readonly averageMicro?: number | undefined;
  readonly type?: string | undefined;
  readonly stopTicks?: number | undefined;
  readonly parentOrderId?: number | undefined;
  readonly reduceOnly?: boolean | undefined;
  readonly createdMs?: number | undefined;
}

export const orderHistorySchema = z.object({
  order_id: integer,
  client_order_id: z.string().nullish(),
  side: z.enum(['bid', 'ask']),
  amount: decimal,
  filled_amount: decimal,
  order_status: z.enum(ORDER_STATUSES),
  reason: z.string().nullish(),
  updated_at: integer,
  initial_price: decimal.nullish(),
  average_filled_price: decimal.nullish(),
  order_type: z.string().nullish(),
  stop_price: decimal.nullish(),
  stop_parent_order_id: integer.nullish(),
  reduce_only: z.boolean().nullish(),
  created_at: integer.nullish(),
});

/** `GET /orders/history`, newest first or oldest first: callers sort. */
export const ORDER_HISTORY: Read<HistoryParams, Page<OrderHistoryRow>> = {
  path: '/orders/history',
  isHeavy: true,
  parameters: historyParameters,
  decode: (envelope, reading) => pageOf(envelope, reading, decodeOrderHistory),
};

function decodeOrderHistory(data: unknown, reading: Reading): OrderHistoryRow[] {
  return marketRows(data, 'orders/history', orderHistorySchema, reading, (raw, market) => ({
    orderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    market: market.id,
    side: raw.side,
    lots: lotsOf(raw.amount, market),
    filledLots: lotsOf(raw.filled_amount, market),
    status: raw.order_status,
    reason: raw.reason ?? null,
    timeMs: raw.updated_at,
    priceTicks: ticksIn(raw.initial_price, market),
    averageMicro: microIn(raw.average_filled_price, 'average price'),
    type: raw.order_type ?? undefined,
    stopTicks: ticksIn(raw.stop_price, market),
    parentOrderId: raw.stop_parent_order_id ?? undefined,
    reduceOnly: raw.reduce_only ?? undefined,
    createdMs: raw.created_at ?? undefined,
  }));
}
