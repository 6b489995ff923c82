import { z } from 'zod';
import { decimal, integer, lotsOf, microOf, nearestTicks, parseWith, ticksOf } from '../fields.ts';
import type { MarketIndex } from '../marketIndex.ts';
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
  s: z.string(),
  d: side,
  ip: decimal.nullish(),
  a: decimal,
  f: decimal,
  oe: z.union([z.enum(ORDER_EVENTS), z.string().transform(() => 'other' as const)]),
  os: z.enum(ORDER_STATUSES),
  r: z.boolean(),
  ut: integer,
  li: integer.optional(),
});

/** Rows of `account_order_updates`. */
export function decodeOrderUpdates(data: unknown, markets: MarketIndex): OrderUpdateRow[] {
  const rows: OrderUpdateRow[] = [];
  for (const raw of parseWith(z.array(updateSchema), data, 'account_order_updates')) {
    const market = markets.bySymbol(raw.s);
    if (market === undefined) continue;
    rows.push({
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
    });
  }
  return rows;
}

const fillSchema = z.object({
  h: integer,
  i: integer,
  I: z.string().nullish(),
  u: z.string(),
  s: z.string(),
  p: decimal,
  a: decimal,
  te: z.enum(['fulfill_taker', 'fulfill_maker']),
  ts: tradeSide,
  tc: tradeCause,
  f: decimal,
  n: decimal,
  t: integer,
  li: integer.optional(),
});

/** Rows of `account_trades`. */
export function decodeFills(data: unknown, markets: MarketIndex): FillRow[] {
  const rows: FillRow[] = [];
  for (const raw of parseWith(z.array(fillSchema), data, 'account_trades')) {
    const market = markets.bySymbol(raw.s);
    if (market === undefined) continue;
    rows.push({
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
    });
  }
  return rows;
}

const openOrderSchema = z.object({
  i: integer,
  I: z.string().nullish(),
  s: z.string(),
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
  const rows: OpenOrderRow[] = [];
  for (const raw of parseWith(z.array(openOrderSchema), data, 'account_orders')) {
    const market = markets.bySymbol(raw.s);
    if (market === undefined) continue;
    rows.push({
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
    });
  }
  return rows;
}

const positionSchema = z.object({
  s: z.string(),
  d: side,
  a: decimal,
  p: decimal,
  i: z.boolean(),
  t: integer,
});

/** Rows of `account_positions`: every open position of the account. */
export function decodeAccountPositions(data: unknown, markets: MarketIndex): PositionRow[] {
  const rows: PositionRow[] = [];
  for (const raw of parseWith(z.array(positionSchema), data, 'account_positions')) {
    const market = markets.bySymbol(raw.s);
    if (market === undefined) continue;
    rows.push({
      market: market.id,
      lots: signOf(raw.d) * lotsOf(raw.a, market),
      entryMicro: microOf(raw.p, 'entry price'),
      isolated: raw.i,
      timeMs: raw.t,
    });
  }
  return rows;
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
