import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { Order } from '../orders/order.ts';
import type { Reply } from './prepared.ts';

/** The answer to an order: what the exchange calls it. */
export function orderReply({
  clientOrderId,
  id,
  market,
}: Pick<Order, 'id' | 'clientOrderId' | 'market'>): Reply {
  return { of: 'order', orderId: id, clientOrderId, symbol: market.symbol };
}

/** The answer to a cancel names the order as the client did. */
export function cancelReply(fields: CancelOrderFields): Reply {
  return {
    of: 'cancel',
    orderId: fields.order_id ?? null,
    clientOrderId: fields.client_order_id ?? null,
    symbol: fields.symbol,
  };
}
