import type { Order } from '../accounts/order.ts';
import type { EntrySummary } from '../gate/entry.ts';
import type { OrderRequest } from '../gate/orderRequest.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import type { FillRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';

type Body = { readonly [key: string]: Json };

/** The gate's consent: everything about the order, before the wire sees it. Keys in sorted order. */
export function decisionBody(order: Order, opening: boolean, market: Market): Body {
  const { request } = order;
  return {
    account: request.account,
    clientOrderId: request.clientOrderId,
    lots: request.lots,
    market: request.market,
    opening,
    order: request.orderId,
    parent: request.parent,
    precedence: request.precedence,
    priceTicks: request.priceTicks,
    reduceOnly: request.reduceOnly,
    reservedAtMs: order.reservedAtMs,
    side: request.side,
    strategy: request.strategy,
    symbol: market.symbol,
    tif: request.tif,
  };
}

/** An order as refusals and deferrals name it: what is no plain limit order says what it is. */
export function entryBody(entry: OrderRequest | EntrySummary): Body {
  const { kind, triggerTicks } = entry;
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
    ...(kind === 'limit' ? {} : { kind }),
    ...(triggerTicks === undefined ? {} : { triggerTicks }),
    ...('replaces' in entry ? { replaces: entry.replaces } : {}),
    // Of an order that counts already: where it stands, or that it is none.
    ...('state' in entry ? { state: entry.state } : {}),
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
