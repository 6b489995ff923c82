import { z } from 'zod';
import type { Side } from '../../terms.ts';
import { COST, type Operation } from '../operation.ts';
import { type StopOrderInfo, stopOrderInfo } from './stopOrderInfo.ts';

/** `POST /orders/stop/create`: an order that waits off the book for its trigger. */
export interface CreateStopOrderFields {
  readonly symbol: string;
  readonly side: Side;
  readonly reduce_only: boolean;
  readonly stop_order: StopOrderInfo;
}

export const CREATE_STOP_ORDER: Operation<CreateStopOrderFields> = {
  type: 'create_stop_order',
  path: '/orders/stop/create',
  costTenths: COST.action,
  schema: z.object({
    symbol: z.string(),
    side: z.enum(['bid', 'ask']),
    reduce_only: z.boolean(),
    stop_order: stopOrderInfo,
  }),
};
