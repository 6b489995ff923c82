import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';
import { type CancelOrderFields, oneId } from './cancelOrder.ts';

/** `POST /orders/stop/cancel`: exactly one of the two ids. */
export const CANCEL_STOP_ORDER: Operation<CancelOrderFields, undefined> = {
  type: 'cancel_stop_order',
  path: '/orders/stop/cancel',
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
