import { z } from 'zod';
import { decimal, integer, lotsOf, microIn } from '../../fields.ts';
import type { TwapRow } from '../../frames/twapFrames.ts';
import type { Market } from '../../market.ts';
import { marketRows, type Reading } from '../../marketRows.ts';
import { ORDER_STATUSES, type OrderStatus } from '../../terms.ts';
import {
  EMPTY_PAGE,
  type HistoryParams,
  historyParameters,
  type Page,
  pageOf,
  type Read,
} from '../read.ts';

/** A TWAP order with what became of it. */
export interface TwapHistoryRow extends TwapRow {
  readonly status: OrderStatus | 'other';
  /** Micro-dollars per base unit. */
  readonly lastMicro: number | undefined;
  readonly lastValueMicro: number | undefined;
  /** By id only. */
  readonly historyId?: number | undefined;
  /** By id only: `make`, `sub_order_filled`, `cancel`, `expired`, … */
  readonly event?: string | undefined;
}

const fields = {
  order_id: integer,
  client_order_id: z.string().nullish(),
  side: z.enum(['bid', 'ask']),
  initial_amount: decimal,
  filled_amount: decimal,
  reduce_only: z.boolean(),
  slippage_percent: decimal,
  // Rows by id were seen without the plan's size and end.
  planned_sub_order_amount: decimal.nullish(),
  planned_sub_order_count: integer,
  past_sub_order_count: integer,
  total_filled_value: decimal.nullish(),
  expiration: integer.nullish(),
  created_at: integer,
  updated_at: integer.nullish(),
};

export const twapSchema = z.object(fields);
type RawTwap = z.infer<typeof twapSchema>;

export const twapHistorySchema = z.object({
  ...fields,
  order_status: z.union([z.enum(ORDER_STATUSES), z.string().transform(() => 'other' as const)]),
  average_price_of_last_filled_sub_order: decimal.nullish(),
  value_of_last_filled_sub_order: decimal.nullish(),
  history_id: integer.nullish(),
  event_type: z.string().nullish(),
});

/** `GET /orders/twap`: those that are open. */
export const TWAP_ORDERS: Read<{ readonly account: string }, Page<TwapRow>> = {
  path: '/orders/twap',
  isHeavy: false,
  parameters: ({ account }) => ({ account }),
  decode: (envelope, whole) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(data, 'orders/twap', twapSchema, reading, twapOf),
    ),
};

/** `GET /orders/twap/history`. */
export const TWAP_HISTORY: Read<HistoryParams, Page<TwapHistoryRow>> = {
  path: '/orders/twap/history',
  isHeavy: true,
  parameters: historyParameters,
  decode: (envelope, reading) => pageOf(envelope, reading, historyRows),
};

/** `GET /orders/twap/history_by_id`. */
export const TWAP_EVENTS_OF: Read<{ readonly orderId: number }, Page<TwapHistoryRow>> = {
  path: '/orders/twap/history_by_id',
  isHeavy: false,
  parameters: ({ orderId }) => ({ order_id: orderId }),
  decode: (envelope, reading) => pageOf(envelope, reading, historyRows),
  absent: EMPTY_PAGE,
};

function historyRows(data: unknown, reading: Reading): TwapHistoryRow[] {
  return marketRows(data, 'orders/twap/history', twapHistorySchema, reading, (raw, market) => ({
    ...twapOf(raw, market),
    status: raw.order_status,
    lastMicro: microIn(raw.average_price_of_last_filled_sub_order, 'last price'),
    lastValueMicro: microIn(raw.value_of_last_filled_sub_order, 'last value'),
    historyId: raw.history_id ?? undefined,
    event: raw.event_type ?? undefined,
  }));
}

function twapOf(raw: RawTwap, market: Market): TwapRow {
  return {
    orderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    market: market.id,
    side: raw.side,
    lots: lotsOf(raw.initial_amount, market),
    filledLots: lotsOf(raw.filled_amount, market),
    reduceOnly: raw.reduce_only,
    slippagePercent: raw.slippage_percent,
    plannedLots: lotsOf(raw.planned_sub_order_amount ?? '0', market),
    plannedCount: raw.planned_sub_order_count,
    pastCount: raw.past_sub_order_count,
    filledMicro: microIn(raw.total_filled_value, 'filled value') ?? 0,
    expiresMs: raw.expiration ?? 0,
    createdMs: raw.created_at,
    updatedMs: raw.updated_at ?? undefined,
  };
}
