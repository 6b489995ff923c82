import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /orders/cancel`: exactly one of the two ids. */
export interface CancelOrderFields {
  readonly symbol: string;
  readonly order_id?: number | undefined;
  readonly client_order_id?: string | undefined;
}

export const CANCEL_ORDER: Operation<CancelOrderFields, undefined> = {
  type: 'cancel_order',
  path: '/orders/cancel',
  wsKey: 'cancel_order',
  costTenths: COST.cancel,
  schema: oneId(
    z.object({
      symbol: z.string(),
      order_id: z.number().int().optional(),
      client_order_id: z.string().optional(),
    }),
  ),
  answer: done,
};

/** An order is named by the exchange's id or by the client's, never by both. */
export function oneId<Fields extends Pick<CancelOrderFields, 'order_id' | 'client_order_id'>>(
  schema: z.ZodType<Fields>,
): z.ZodType<Fields> {
  return schema.refine(
    ({ order_id, client_order_id }) => (order_id === undefined) !== (client_order_id === undefined),
    'expected exactly one of order_id and client_order_id',
  );
}

/** The signed `data` of a cancel by our own name, which is known before the exchange's id is. */
export function cancelByClientIdData(symbol: string, clientOrderId: string): string {
  return `{"client_order_id":"${clientOrderId}","symbol":"${symbol}"}`;
}

/** The signed `data` of a cancel by the exchange's id, for orders that have no name of ours. */
export function cancelByIdData(symbol: string, orderId: number): string {
  return `{"order_id":${orderId},"symbol":"${symbol}"}`;
}
