import { z } from 'zod';
import { decimal, integer, lotsOf, nearestTicks, ticksIn } from '../../fields.ts';
import type { OpenOrderRow } from '../../frames/frame.ts';
import { marketRows, type Reading } from '../../marketRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export const openOrderSchema = z.object({
  order_id: integer,
  client_order_id: z.string().nullish(),
  side: z.enum(['bid', 'ask']),
  price: decimal.nullish(),
  initial_amount: decimal,
  filled_amount: decimal,
  cancelled_amount: decimal,
  order_type: z.string(),
  reduce_only: z.boolean(),
  created_at: integer,
  stop_price: decimal.nullish(),
  stop_parent_order_id: integer.nullish(),
  updated_at: integer.nullish(),
});

/** `GET /orders`: open orders, stops included. */
export const OPEN_ORDERS: Read<{ readonly account: string }, Page<OpenOrderRow>> = {
  path: '/orders',
  isHeavy: false,
  parameters: ({ account }) => ({ account }),
  decode: (envelope, reading) => pageOf(envelope, reading, decodeOpenOrders),
};

function decodeOpenOrders(data: unknown, reading: Reading): OpenOrderRow[] {
  return marketRows(data, 'orders', openOrderSchema, reading, (raw, market) => ({
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
    stopTicks: ticksIn(raw.stop_price, market),
    parentOrderId: raw.stop_parent_order_id ?? undefined,
    updatedMs: raw.updated_at ?? undefined,
  }));
}
