import { z } from 'zod';
import { parseWith } from '../fields.ts';
import { failureOf, type Outcome } from '../outcome.ts';

const inner = z.object({
  success: z.literal(false),
  error: z.string().nullish(),
  error_id: z.string().nullish(),
});

/**
 * `data` of an answer as the operation has it. Some answers repeat `success` inside (a transfer's
 * does): a failure there is a refusal, whatever the envelope says. Throws `EXCHANGE_PROTOCOL`.
 */
export function readAnswer<Answer>(
  operation: { readonly path: string; readonly answer: z.ZodType<Answer> },
  data: unknown,
): Outcome<Answer> {
  const failed = inner.safeParse(data).data;
  if (failed !== undefined) {
    return failureOf(422, failed.error ?? 'success: false', failed.error_id ?? undefined);
  }
  return { kind: 'ok', value: parseWith(operation.answer, data, operation.path.slice(1)) };
}
