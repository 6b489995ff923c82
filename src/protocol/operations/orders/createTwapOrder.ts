import { z } from 'zod';
import type { Side } from '../../terms.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /orders/twap/create`: the exchange works the amount in market orders, one each 30 s. */
export interface CreateTwapOrderFields {
  readonly symbol: string;
  readonly amount: string;
  readonly side: Side;
  readonly reduce_only: boolean;
  readonly slippage_percent: string;
  readonly duration_in_seconds: number;
  readonly client_order_id?: string | undefined;
}

export const CREATE_TWAP_ORDER: Operation<CreateTwapOrderFields> = {
  type: 'create_twap_order',
  path: '/orders/twap/create',
  costTenths: COST.action,
  schema: z.object({
    symbol: z.string(),
    amount: z.string(),
    side: z.enum(['bid', 'ask']),
    reduce_only: z.boolean(),
    slippage_percent: z.string(),
    duration_in_seconds: z.number().int().positive(),
    client_order_id: z.string().optional(),
  }),
};
