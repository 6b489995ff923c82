import { z } from 'zod';
import { decimal, integer, lotsOf, microIn, ticksIn } from '../../fields.ts';
import { marketRows } from '../../marketRows.ts';
import {
  ORDER_EVENTS,
  ORDER_STATUSES,
  type OrderEvent,
  type OrderStatus,
  type Side,
} from '../../terms.ts';
import { EMPTY_PAGE, type Page, pageOf, type Read } from '../read.ts';

/** One step in the life of an order. */
export interface OrderEventRow {
  readonly historyId: number;
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly market: number;
  readonly side: Side;
  /** Micro-dollars per base unit: the fill's price where it is a fill, the order's otherwise. */
  readonly priceMicro: number | undefined;
  readonly lots: number;
  readonly filledLots: number;
  readonly cancelledLots: number;
  readonly event: OrderEvent | 'other';
  readonly type: string;
  readonly status: OrderStatus | 'other';
  readonly stopTicks: number | undefined;
  readonly parentOrderId: number | undefined;
  readonly reduceOnly: boolean;
  readonly timeMs: number;
}

export const orderEventSchema = z.object({
  history_id: integer,
  order_id: integer,
  client_order_id: z.string().nullish(),
  side: z.enum(['bid', 'ask']),
  price: decimal.nullish(),
  initial_amount: decimal,
  filled_amount: decimal,
  cancelled_amount: decimal,
  event_type: z.union([z.enum(ORDER_EVENTS), z.string().transform(() => 'other' as const)]),
  order_type: z.string(),
  order_status: z.union([z.enum(ORDER_STATUSES), z.string().transform(() => 'other' as const)]),
  stop_price: decimal.nullish(),
  stop_parent_order_id: integer.nullish(),
  reduce_only: z.boolean(),
  created_at: integer,
});

/**
 * `GET /orders/history_by_id`, oldest first: the exchange's times can tie, its history ids cannot. An
 * unknown order has no events, whether the exchange says so with a 404 or with an empty list.
 */
export const ORDER_EVENTS_OF: Read<{ readonly orderId: number }, Page<OrderEventRow>> = {
  path: '/orders/history_by_id',
  isHeavy: false,
  parameters: ({ orderId }) => ({ order_id: orderId }),
  decode: (envelope, whole) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(data, 'orders/history_by_id', orderEventSchema, reading, (raw, market) => ({
        historyId: raw.history_id,
        orderId: raw.order_id,
        clientOrderId: raw.client_order_id ?? null,
        market: market.id,
        side: raw.side,
        priceMicro: microIn(raw.price, 'price'),
        lots: lotsOf(raw.initial_amount, market),
        filledLots: lotsOf(raw.filled_amount, market),
        cancelledLots: lotsOf(raw.cancelled_amount, market),
        event: raw.event_type,
        type: raw.order_type,
        status: raw.order_status,
        stopTicks: ticksIn(raw.stop_price, market),
        parentOrderId: raw.stop_parent_order_id ?? undefined,
        reduceOnly: raw.reduce_only,
        timeMs: raw.created_at,
      })).sort((a, b) => a.historyId - b.historyId),
    ),
  absent: EMPTY_PAGE,
};
