import { z } from 'zod';
import { integer } from '../../fields.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /orders/cancel_all`: also cancels stop, take-profit and stop-loss orders. */
export interface CancelAllOrdersFields {
  readonly all_symbols: boolean;
  readonly exclude_reduce_only: boolean;
  readonly symbol?: string | undefined;
}

export const CANCEL_ALL_ORDERS: Operation<CancelAllOrdersFields, number> = {
  type: 'cancel_all_orders',
  path: '/orders/cancel_all',
  wsKey: 'cancel_all_orders',
  costTenths: COST.cancel,
  schema: z
    .object({
      all_symbols: z.boolean(),
      exclude_reduce_only: z.boolean(),
      symbol: z.string().optional(),
    })
    .refine(
      ({ all_symbols, symbol }) => all_symbols || symbol !== undefined,
      'expected a symbol, since all_symbols is false',
    ),
  /** How many orders went. */
  answer: z
    .object({ cancelled_count: integer })
    .transform(({ cancelled_count }) => cancelled_count),
};

/** The signed `data` of a cancel-all; without a symbol it covers every market of the account. */
export function cancelAllData(excludeReduceOnly: boolean, symbol?: string): string {
  return symbol === undefined
    ? `{"all_symbols":true,"exclude_reduce_only":${excludeReduceOnly}}`
    : `{"all_symbols":false,"exclude_reduce_only":${excludeReduceOnly},"symbol":"${symbol}"}`;
}
