import { z } from 'zod';
import { decimal, integer, lotsOf, microOf, nearestTicks, parseWith, ticksOf } from '../fields.ts';
import type { MarketIndex } from '../marketIndex.ts';
import { marketRows } from '../marketRows.ts';
import { ORDER_EVENTS, ORDER_STATUSES, signOf } from '../terms.ts';
import type {
  AccountFigures,
  FillRow,
  OpenOrderRow,
  OrderUpdateRow,
  PositionRow,
} from './frame.ts';
import { tradeCause, tradeSide } from './marketFrames.ts';

const side = z.enum(['bid', 'ask']);

const updateSchema = z.object({
  i: integer,
  I: z.string().nullish(),
  u: z.string(),
  d: side,
  ip: decimal.nullish(),
  a: decimal,
  f: decimal,
  oe: z.union([z.enum(ORDER_EVENTS), z.string().transform(() => 'other' as const)]),
  os: z.enum(ORDER_STATUSES),
  r: z.boolean(),
  ut: integer,
  li: integer.nullish(),
});

/** Rows of `account_order_updates`. */
export function decodeOrderUpdates(data: unknown, markets: MarketIndex): OrderUpdateRow[] {
  return marketRows(data, 'account_order_updates', updateSchema, markets, (raw, market) => ({
    orderId: raw.i,
    clientOrderId: raw.I ?? null,
    account: raw.u,
    market: market.id,
    side: raw.d,
    priceTicks: nearestTicks(raw.ip ?? '0', market),
    lots: lotsOf(raw.a, market),
    filledLots: lotsOf(raw.f, market),
    event: raw.oe,
    status: raw.os,
    reduceOnly: raw.r,
    timeMs: raw.ut,
    li: raw.li ?? 0,
  }));
}

const fillSchema = z.object({
  h: integer,
  i: integer,
  I: z.string().nullish(),
  u: z.string(),
  p: decimal,
  a: decimal,
  te: z.enum(['fulfill_taker', 'fulfill_maker']),
  ts: tradeSide,
  tc: tradeCause,
  f: decimal,
  n: decimal,
  t: integer,
  li: integer.nullish(),
});

/** Rows of `account_trades`. */
export function decodeFills(data: unknown, markets: MarketIndex): FillRow[] {
  return marketRows(data, 'account_trades', fillSchema, markets, (raw, market) => ({
    historyId: raw.h,
    orderId: raw.i,
    clientOrderId: raw.I ?? null,
    account: raw.u,
    market: market.id,
    ticks: ticksOf(raw.p, market),
    lots: lotsOf(raw.a, market),
    role: raw.te,
    side: raw.ts,
    cause: raw.tc,
    feeMicro: microOf(raw.f, 'fee'),
    pnlMicro: microOf(raw.n, 'pnl'),
    timeMs: raw.t,
    li: raw.li ?? 0,
  }));
}

const openOrderSchema = z.object({
  i: integer,
  I: z.string().nullish(),
  d: side,
  p: decimal.nullish(),
  a: decimal,
  f: decimal,
  c: decimal,
  t: integer,
  ot: z.string(),
  ro: z.boolean(),
});

/** Rows of `account_orders`: every open order of the account. */
export function decodeAccountOrders(data: unknown, markets: MarketIndex): OpenOrderRow[] {
  return marketRows(data, 'account_orders', openOrderSchema, markets, (raw, market) => ({
    orderId: raw.i,
    clientOrderId: raw.I ?? null,
    market: market.id,
    side: raw.d,
    priceTicks: nearestTicks(raw.p ?? '0', market),
    lots: lotsOf(raw.a, market),
    filledLots: lotsOf(raw.f, market),
    cancelledLots: lotsOf(raw.c, market),
    reduceOnly: raw.ro,
    type: raw.ot,
    timeMs: raw.t,
  }));
}

const positionSchema = z.object({
  d: side,
  a: decimal,
  p: decimal,
  i: z.boolean(),
  t: integer,
});

/** Rows of `account_positions`: every open position of the account. */
export function decodeAccountPositions(data: unknown, markets: MarketIndex): PositionRow[] {
  return marketRows(data, 'account_positions', positionSchema, markets, (raw, market) => ({
    market: market.id,
    lots: signOf(raw.d) * lotsOf(raw.a, market),
    entryMicro: microOf(raw.p, 'entry price'),
    isolated: raw.i,
    timeMs: raw.t,
  }));
}

const infoSchema = z.object({
  ae: decimal,
  as: decimal,
  b: decimal,
  mu: decimal,
  cm: decimal.nullish(),
  f: integer,
  oc: integer,
  pc: integer,
  t: integer,
});

/** The figures of `account_info`. */
export function decodeAccountInfo(data: unknown): { figures: AccountFigures; timeMs: number } {
  const raw = parseWith(infoSchema, data, 'account_info');
  return {
    figures: {
      balanceMicro: microOf(raw.b, 'balance'),
      equityMicro: microOf(raw.ae, 'equity'),
      availableMicro: microOf(raw.as, 'available'),
      marginUsedMicro: microOf(raw.mu, 'margin used'),
      maintenanceMicro: microOf(raw.cm ?? '0', 'maintenance margin'),
      feeLevel: raw.f,
      ordersCount: raw.oc,
      positionsCount: raw.pc,
    },
    timeMs: raw.t,
  };
}
