import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';
import { oneId } from './cancelOrder.ts';

/**
 * `POST /orders/edit`: cancels the order and creates a new one with a new id, the same side, name and
 * reduce-only flag, and ALO as its time in force. `amount` absent keeps the size.
 */
export interface EditOrderFields {
  readonly symbol: string;
  readonly price: string;
  readonly amount?: string | undefined;
  readonly order_id?: number | undefined;
  readonly client_order_id?: string | undefined;
}

export const EDIT_ORDER: Operation<EditOrderFields> = {
  type: 'edit_order',
  path: '/orders/edit',
  wsKey: 'edit_order',
  costTenths: COST.action,
  schema: oneId(
    z.object({
      symbol: z.string(),
      price: z.string(),
      amount: z.string().optional(),
      order_id: z.number().int().optional(),
      client_order_id: z.string().optional(),
    }),
  ),
};
