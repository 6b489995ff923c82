import { z } from 'zod';
import { decimal, integer, microOf } from '../fields.ts';

/** What most operations answer: it is done, `data` is null. */
export const done: z.ZodType<undefined> = z.unknown().transform(() => undefined);

/** An order was taken. That says nothing of whether it rests, filled or was turned away as a maker. */
export interface Placed {
  readonly orderId: number;
  readonly clientOrderId: string | null;
}

/** REST calls it `order_id`, the WebSocket `i`; an id beyond 2^53 is no id that we can use. */
export const placed: z.ZodType<Placed> = z
  .object({
    order_id: integer.nullish(),
    client_order_id: z.string().nullish(),
    i: integer.nullish(),
    I: z.string().nullish(),
  })
  .transform(({ order_id, client_order_id, i, I }, context) => {
    const orderId = order_id ?? i;
    if (orderId !== undefined && orderId !== null) {
      return { orderId, clientOrderId: client_order_id ?? I ?? null };
    }
    context.addIssue({ code: 'custom', message: 'expected order_id or i' });
    return z.NEVER;
  });

/** A dollar figure in micro-dollars. */
export const dollars: z.ZodType<number> = decimal.transform((text) => microOf(text, 'dollars'));
