import { z } from 'zod';
import { integer } from '../../fields.ts';
import { failureOf, type Outcome, type Refused } from '../../outcome.ts';

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

/** What is said around the body of a batch on the WebSocket, where the limit counts a whole frame. */
const FRAME = '{"id":"00000000-0000-4000-8000-000000000000","params":{"batch_orders":}}'.length;

export interface SignedAction {
  readonly type: BatchAction['type'];
  /** The complete signed body of the action. */
  readonly body: string;
}

/** The body of a batch made of signed bodies, in the order in which they are to run. */
export function batchBody(actions: readonly SignedAction[]): string {
  return `{"actions":[${actions.map((a) => `{"type":"${a.type}","data":${a.body}}`).join(',')}]}`;
}

/** Why a batch must not be sent: it would break a limit of the exchange. `undefined` when it may. */
export function batchRefusal(actions: readonly SignedAction[]): Refused | undefined {
  const { maxActions, maxBytes } = BATCH_ORDERS;
  const bytes = batchBody(actions).length + FRAME;
  const { length } = actions;
  if (length >= 1 && length <= maxActions && bytes <= maxBytes) return undefined;
  const message =
    length === 0 || length > maxActions
      ? `a batch holds 1 to ${maxActions} actions, not ${length}`
      : `a batch holds at most ${maxBytes} bytes, not ${bytes}`;
  return { kind: 'refused', status: 0, reason: 'invalid', message };
}

/** What became of one action. */
export interface BatchResult {
  /** Absent where the exchange names none, as for cancels. */
  readonly orderId: number | undefined;
  readonly clientOrderId: string | undefined;
}

const resultSchema = z.object({
  success: z.boolean(),
  order_id: integer.nullish(),
  client_order_id: z.string().nullish(),
  symbol: z.string().nullish(),
  error: z.string().nullish(),
  error_id: z.string().nullish(),
});

/** The answer to a batch, one outcome per action in their order. */
export const batchAnswer: z.ZodType<readonly Outcome<BatchResult>[]> = z
  .union([
    z.object({ results: z.array(resultSchema) }),
    z.array(resultSchema).transform((results) => ({ results })),
  ])
  .transform(({ results }) => results.map(outcomeOf));

function outcomeOf(row: z.infer<typeof resultSchema>): Outcome<BatchResult> {
  return row.success
    ? {
        kind: 'ok',
        value: {
          orderId: row.order_id ?? undefined,
          clientOrderId: row.client_order_id ?? undefined,
        },
      }
    : failureOf(422, row.error ?? '', row.error_id ?? undefined);
}
