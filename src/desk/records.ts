import type { Order } from '../accounts/order.ts';
import type { EntrySummary } from '../gate/entry.ts';
import type { OrderRequest } from '../gate/orderRequest.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import type { FillRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';

type Body = { readonly [key: string]: Json };

/** The gate's consent: everything about the order, before the wire sees it. */
export function decisionBody(order: Order, market: Market): Body {
  const { request } = order;
  return {
    ...entryBody(request),
    symbol: market.symbol,
    reduceOnly: request.reduceOnly,
    strategy: request.strategy,
    parent: request.parent,
    reservedAtMs: order.reservedAtMs,
  };
}

/** An order as refusals and deferrals name it. */
export function entryBody(entry: OrderRequest | EntrySummary): Body {
  return {
    order: entry.orderId,
    clientOrderId: entry.clientOrderId,
    account: entry.account,
    market: entry.market,
    side: entry.side,
    tif: entry.tif,
    priceTicks: entry.priceTicks,
    lots: 'lots' in entry ? entry.lots : entry.remainingLots,
    precedence: entry.precedence,
  };
}

/** What the venue said of an order. */
export function updateBody(row: OrderUpdateRow, account: number): Body {
  return {
    account,
    clientOrderId: row.clientOrderId,
    venueId: row.orderId,
    event: row.event,
    status: row.status,
    filledLots: row.filledLots,
    venueMs: row.timeMs,
  };
}

/** One fill. */
export function fillBody(fill: FillRow, account: number): Body {
  return {
    account,
    historyId: fill.historyId,
    clientOrderId: fill.clientOrderId,
    venueId: fill.orderId,
    market: fill.market,
    side: fill.side,
    role: fill.role,
    cause: fill.cause,
    ticks: fill.ticks,
    lots: fill.lots,
    feeMicro: fill.feeMicro,
    pnlMicro: fill.pnlMicro,
    venueMs: fill.timeMs,
  };
}
