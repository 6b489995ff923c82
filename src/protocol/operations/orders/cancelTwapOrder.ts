import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';
import { type CancelOrderFields, oneId } from './cancelOrder.ts';

/** `POST /orders/twap/cancel`: succeeds also for an id that names nothing. */
export const CANCEL_TWAP_ORDER: Operation<CancelOrderFields, undefined> = {
  type: 'cancel_twap_order',
  path: '/orders/twap/cancel',
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
