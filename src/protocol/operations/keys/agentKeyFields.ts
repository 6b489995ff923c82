import { z } from 'zod';

/**
 * The fields of an operation on an agent key. It is named `agent_wallet`; early versions of the
 * exchange's own client say `api_agent_key`, and that is read as the same.
 */
export function agentKeyFields<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodType<z.infer<z.ZodObject<Shape & { agent_wallet: z.ZodString }>>> {
  const named = z.object({ ...shape, agent_wallet: z.string() });
  return z.preprocess(renamed, named) as unknown as z.ZodType<
    z.infer<z.ZodObject<Shape & { agent_wallet: z.ZodString }>>
  >;
}

function renamed(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || 'agent_wallet' in fields) return fields;
  return 'api_agent_key' in fields ? { ...fields, agent_wallet: fields.api_agent_key } : fields;
}
