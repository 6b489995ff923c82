import { z } from 'zod';
import {
  decimal,
  integer,
  lotsOf,
  microIn,
  microOf,
  nanoIn,
  nearestTicks,
  parseWith,
  ticksIn,
  ticksOf,
} from '../fields.ts';
import { marketRows, type Reading } from '../marketRows.ts';
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

export const orderUpdateSchema = z.object({
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
  p: decimal.nullish(),
  lp: decimal.nullish(),
  ot: z.string().nullish(),
  sp: decimal.nullish(),
  si: integer.nullish(),
  tp: z.string().nullish(),
  ct: integer.nullish(),
});

/** Rows of `account_order_updates`. */
export function decodeOrderUpdates(data: unknown, reading: Reading): OrderUpdateRow[] {
  return marketRows(data, 'account_order_updates', orderUpdateSchema, reading, (raw, market) => ({
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
    type: raw.ot ?? undefined,
    averageMicro: microIn(raw.p, 'average price'),
    lastMicro: microIn(raw.lp, 'last price'),
    stopTicks: ticksIn(raw.sp, market),
    parentOrderId: raw.si ?? undefined,
    trigger: raw.tp ?? undefined,
    createdMs: raw.ct ?? undefined,
  }));
}

export const fillSchema = z.object({
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
  o: decimal.nullish(),
});

/** Rows of `account_trades`. */
export function decodeFills(data: unknown, reading: Reading): FillRow[] {
  return marketRows(data, 'account_trades', fillSchema, reading, (raw, market) => ({
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
    entryMicro: microIn(raw.o, 'entry price'),
  }));
}

export const accountOrderSchema = z.object({
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
  st: z.string().nullish(),
  sp: decimal.nullish(),
});

/** Rows of `account_orders`: every open order of the account. */
export function decodeAccountOrders(data: unknown, reading: Reading): OpenOrderRow[] {
  return marketRows(data, 'account_orders', accountOrderSchema, reading, (raw, market) => ({
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
    stopTicks: ticksIn(raw.sp, market),
    stopType: raw.st ?? undefined,
  }));
}

export const accountPositionSchema = z.object({
  d: side,
  a: decimal,
  p: decimal,
  i: z.boolean(),
  t: integer,
  m: decimal.nullish(),
  f: decimal.nullish(),
  l: decimal.nullish(),
});

/** Rows of `account_positions`: every open position of the account. */
export function decodeAccountPositions(data: unknown, reading: Reading): PositionRow[] {
  return marketRows(data, 'account_positions', accountPositionSchema, reading, (raw, market) => ({
    market: market.id,
    lots: signOf(raw.d) * lotsOf(raw.a, market),
    entryMicro: microOf(raw.p, 'entry price'),
    isolated: raw.i,
    timeMs: raw.t,
    marginMicro: microIn(raw.m, 'margin'),
    fundingMicro: microIn(raw.f, 'funding'),
    liquidationMicro: raw.l === null ? null : microIn(raw.l, 'liquidation price'),
  }));
}

const spotBalanceSchema = z.object({
  s: z.string(),
  a: decimal,
  lr: decimal.nullish(),
  aw: decimal.nullish(),
  pb: decimal.nullish(),
  dw: decimal.nullish(),
  dd: decimal.nullish(),
  wd: decimal.nullish(),
});

export const accountInfoSchema = z.object({
  ae: decimal,
  as: decimal,
  b: decimal,
  mu: decimal,
  cm: decimal.nullish(),
  f: integer,
  oc: integer,
  pc: integer,
  t: integer,
  aw: decimal.nullish(),
  pb: decimal.nullish(),
  sc: integer.nullish(),
  sb: z.array(spotBalanceSchema).nullish(),
});

/** The figures of `account_info`. */
export function decodeAccountInfo(data: unknown): { figures: AccountFigures; timeMs: number } {
  const raw = parseWith(accountInfoSchema, data, 'account_info');
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
      withdrawableMicro: microIn(raw.aw, 'withdrawable'),
      pendingMicro: microIn(raw.pb, 'pending balance'),
      stopOrdersCount: raw.sc ?? undefined,
      spot: raw.sb?.map((one) => ({
        asset: one.s,
        amount: one.a,
        withdrawable: one.aw ?? undefined,
        pending: one.pb ?? undefined,
        withdrawnTodayMicro: microIn(one.dw, 'withdrawn today'),
        dailyDepositLimitMicro: microIn(one.dd, 'deposit limit'),
        dailyWithdrawLimitMicro: microIn(one.wd, 'withdrawal limit'),
        loanToValueNano: nanoIn(one.lr, 'loan to value'),
      })),
    },
    timeMs: raw.t,
  };
}
