import { entryMicro } from '../../ledger/position.ts';
import { formatAmount, formatPrice, type Market } from '../../protocol/market.ts';
import { DOLLARS, format } from '../../std/decimal.ts';
import type { FillRecord } from '../core/accounts/account.ts';
import type { Order, OrderRecord } from '../core/orders/order.ts';

type Row = Readonly<Record<string, unknown>>;

/** Average price of fills worth `filledMicro`, at most six decimals; `"0"` before the first. */
function averagePrice(market: Market, filledLots: number, filledMicro: number): string {
  return format(entryMicro({ lots: filledLots, costMicro: filledMicro }, market), DOLLARS);
}

function stopPrice({ market, trigger }: Order): string | null {
  return trigger === null ? null : formatPrice(market, trigger.ticks);
}

function parentId({ trigger }: Order): number | null {
  return trigger?.parentId ?? null;
}

/** A row of `GET /orders`. */
export function openOrderRow(order: Order): Row {
  const { market } = order;
  return {
    order_id: order.id,
    client_order_id: order.clientOrderId,
    symbol: market.symbol,
    side: order.side,
    price: formatPrice(market, order.ticks),
    initial_amount: formatAmount(market, order.initialLots),
    filled_amount: formatAmount(market, order.filledLots),
    cancelled_amount: formatAmount(market, order.cancelledLots),
    stop_price: stopPrice(order),
    order_type: order.type,
    stop_parent_order_id: parentId(order),
    reduce_only: order.reduceOnly,
    created_at: order.createdMs,
    updated_at: order.updatedMs,
  };
}

/** A row of the channel `account_orders`. */
export function openOrderUpdate(order: Order): Row {
  const { market } = order;
  return {
    i: order.id,
    I: order.clientOrderId,
    s: market.symbol,
    d: order.side,
    p: formatPrice(market, order.ticks),
    a: formatAmount(market, order.initialLots),
    f: formatAmount(market, order.filledLots),
    c: formatAmount(market, order.cancelledLots),
    t: order.createdMs,
    st: order.trigger === null ? null : order.type,
    ot: order.type,
    sp: stopPrice(order),
    ro: order.reduceOnly,
  };
}

/** A row of `GET /orders/history`: the order as it is now. */
export function orderHistoryRow(order: Order): Row {
  const { market } = order;
  return {
    order_id: order.id,
    client_order_id: order.clientOrderId,
    symbol: market.symbol,
    side: order.side,
    initial_price: formatPrice(market, order.ticks),
    average_filled_price: averagePrice(market, order.filledLots, order.filledMicro),
    amount: formatAmount(market, order.initialLots),
    filled_amount: formatAmount(market, order.filledLots),
    order_status: order.status,
    order_type: order.type,
    stop_price: stopPrice(order),
    stop_parent_order_id: parentId(order),
    reduce_only: order.reduceOnly,
    reason: order.reason,
    created_at: order.createdMs,
    updated_at: order.updatedMs,
  };
}

/** A row of `GET /orders/history_by_id`: one event. */
export function orderRecordRow(record: OrderRecord): Row {
  const { order } = record;
  const { market } = order;
  return {
    history_id: record.historyId,
    order_id: order.id,
    client_order_id: order.clientOrderId,
    symbol: market.symbol,
    side: order.side,
    price: formatPrice(market, record.ticks),
    initial_amount: formatAmount(market, record.initialLots),
    filled_amount: formatAmount(market, record.filledLots),
    cancelled_amount: formatAmount(market, record.cancelledLots),
    event_type: record.event,
    order_type: order.type,
    order_status: record.status,
    stop_price: stopPrice(order),
    stop_parent_order_id: parentId(order),
    reduce_only: order.reduceOnly,
    created_at: record.timeMs,
  };
}

/** A row of the channel `account_order_updates`. */
export function orderUpdate(record: OrderRecord): Row {
  const { order } = record;
  const { market } = order;
  return {
    i: order.id,
    I: order.clientOrderId,
    u: order.account.address,
    s: market.symbol,
    d: order.side,
    p: averagePrice(market, record.filledLots, record.filledMicro),
    ip: formatPrice(market, order.ticks),
    lp: formatPrice(market, record.lastFillTicks),
    a: formatAmount(market, record.initialLots),
    f: formatAmount(market, record.filledLots),
    oe: record.event,
    os: record.status,
    ot: order.type,
    sp: stopPrice(order),
    si: parentId(order),
    tp: order.trigger?.source ?? null,
    r: order.reduceOnly,
    ct: order.createdMs,
    ut: record.timeMs,
    li: record.lastOrderId,
  };
}

/** A row of `GET /trades/history`. */
export function fillRow(fill: FillRecord): Row {
  const { order } = fill;
  const { market } = order;
  return {
    history_id: fill.historyId,
    order_id: order.id,
    client_order_id: order.clientOrderId,
    symbol: market.symbol,
    amount: formatAmount(market, fill.lots),
    price: formatPrice(market, fill.ticks),
    entry_price: format(fill.entryMicro, DOLLARS),
    fee: format(fill.feeMicro, DOLLARS),
    pnl: format(fill.pnlMicro, DOLLARS),
    event_type: fill.role,
    side: fill.side,
    cause: fill.cause,
    created_at: fill.timeMs,
  };
}

/** A row of the channel `account_trades`. */
export function fillUpdate(fill: FillRecord): Row {
  const { order } = fill;
  const { market } = order;
  return {
    h: fill.historyId,
    i: order.id,
    I: order.clientOrderId,
    u: order.account.address,
    s: market.symbol,
    p: formatPrice(market, fill.ticks),
    o: format(fill.entryMicro, DOLLARS),
    a: formatAmount(market, fill.lots),
    te: fill.role,
    ts: fill.side,
    tc: fill.cause,
    f: format(fill.feeMicro, DOLLARS),
    n: format(fill.pnlMicro, DOLLARS),
    t: fill.timeMs,
    li: fill.lastOrderId,
  };
}
