import { z } from 'zod';

/** What a batch may hold (public documents name the first and the third, the exchange's own client all). */
export const BATCH_ACTIONS = [
  'Create',
  'CreateMarket',
  'Cancel',
  'SetPositionTpsl',
  'CancelStopOrder',
  'Edit',
] as const;

/**
 * `POST /orders/batch`: one to ten actions, each a complete request body signed on its own; the
 * batch has no signature. It costs the sum of its actions.
 */
export interface BatchAction {
  readonly type: (typeof BATCH_ACTIONS)[number];
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BatchFields {
  readonly actions: readonly BatchAction[];
}

export const BATCH_ORDERS = {
  path: '/orders/batch',
  wsKey: 'batch_orders',
  maxActions: 10,
  maxBytes: 4096,
} as const;

export const batchSchema: z.ZodType<BatchFields> = z.object({
  actions: z
    .array(
      z.object({
        type: z.enum(BATCH_ACTIONS),
        data: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1)
    .max(BATCH_ORDERS.maxActions),
});

/** The body of a batch made of signed bodies, in the order in which they are to run. */
export function batchBody(actions: readonly { type: BatchAction['type']; body: string }[]): string {
  return `{"actions":[${actions.map((a) => `{"type":"${a.type}","data":${a.body}}`).join(',')}]}`;
}
