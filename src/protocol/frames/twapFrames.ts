import { z } from 'zod';
import { decimal, integer, lotsOf, microIn } from '../fields.ts';
import { marketRows, type Reading } from '../marketRows.ts';
import { ORDER_STATUSES, type OrderStatus, type Side } from '../terms.ts';

/** An order that the exchange works in market orders, one each 30 s. */
export interface TwapRow {
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly market: number;
  readonly side: Side;
  readonly lots: number;
  readonly filledLots: number;
  readonly reduceOnly: boolean;
  /** Percent, as the exchange writes it. */
  readonly slippagePercent: string;
  readonly plannedLots: number;
  readonly plannedCount: number;
  readonly pastCount: number;
  /** Value of all fills. */
  readonly filledMicro: number;
  readonly expiresMs: number;
  readonly createdMs: number;
  readonly updatedMs?: number | undefined;
}

export interface TwapOrdersFrame {
  readonly channel: 'account_twap_orders';
  readonly account: string | null;
  /** All that are open. */
  readonly rows: readonly TwapRow[];
  /** Highest order id in the account's own history, not the exchange's counter; 0 when there is none. */
  readonly li: number;
}

/** One step in the life of a TWAP order. */
export interface TwapUpdateRow extends TwapRow {
  readonly account: string;
  /** `twap_created`, `sub_order_filled`, `cancel`, … */
  readonly event: string;
  readonly status: OrderStatus | 'other';
  /** Micro-dollars per base unit. */
  readonly lastMicro?: number | undefined;
  readonly lastValueMicro?: number | undefined;
}

export interface TwapUpdatesFrame {
  readonly channel: 'account_twap_order_updates';
  readonly rows: readonly TwapUpdateRow[];
}

const side = z.enum(['bid', 'ask']);
const status = z.union([z.enum(ORDER_STATUSES), z.string().transform(() => 'other' as const)]);

export const twapOrderSchema = z.object({
  i: integer,
  I: z.string().nullish(),
  d: side,
  a: decimal,
  f: decimal,
  tv: decimal,
  ro: z.boolean(),
  sp: decimal,
  psa: decimal,
  psc: integer,
  poc: integer,
  e: integer,
  t: integer,
});

export function decodeTwapOrders(data: unknown, reading: Reading): TwapRow[] {
  return marketRows(data, 'account_twap_orders', twapOrderSchema, reading, (raw, market) => ({
    orderId: raw.i,
    clientOrderId: raw.I ?? null,
    market: market.id,
    side: raw.d,
    lots: lotsOf(raw.a, market),
    filledLots: lotsOf(raw.f, market),
    reduceOnly: raw.ro,
    slippagePercent: raw.sp,
    plannedLots: lotsOf(raw.psa, market),
    plannedCount: raw.psc,
    pastCount: raw.poc,
    filledMicro: microIn(raw.tv, 'filled value') ?? 0,
    expiresMs: raw.e,
    createdMs: raw.t,
  }));
}

export const twapUpdateSchema = z.object({
  i: integer,
  I: z.string().nullish(),
  u: z.string(),
  d: side,
  ta: decimal,
  fa: decimal,
  lp: decimal.nullish(),
  lv: decimal.nullish(),
  tv: decimal.nullish(),
  oe: z.string(),
  os: status,
  r: z.boolean(),
  sp: decimal,
  psa: decimal,
  psc: integer,
  pasc: integer,
  et: integer,
  ct: integer,
  ut: integer,
});

export function decodeTwapUpdates(data: unknown, reading: Reading): TwapUpdateRow[] {
  return marketRows(
    data,
    'account_twap_order_updates',
    twapUpdateSchema,
    reading,
    (raw, market) => ({
      orderId: raw.i,
      clientOrderId: raw.I ?? null,
      account: raw.u,
      market: market.id,
      side: raw.d,
      lots: lotsOf(raw.ta, market),
      filledLots: lotsOf(raw.fa, market),
      reduceOnly: raw.r,
      slippagePercent: raw.sp,
      plannedLots: lotsOf(raw.psa, market),
      plannedCount: raw.psc,
      pastCount: raw.pasc,
      filledMicro: microIn(raw.tv, 'filled value') ?? 0,
      expiresMs: raw.et,
      createdMs: raw.ct,
      updatedMs: raw.ut,
      event: raw.oe,
      status: raw.os,
      lastMicro: microIn(raw.lp, 'last price'),
      lastValueMicro: microIn(raw.lv, 'last value'),
    }),
  );
}
