import { z } from 'zod';
import { BreakwaterError } from '../std/errors.ts';

const account = z.object({
  account: z.string(),
  agentSecretKey: z.string(),
  main: z.string(),
  apiKey: z.string(),
});

const schema = z.object({
  rest: z.url(),
  ws: z.url(),
  accounts: z.array(account).min(1),
});

/** What the desk needs of the line that `breakwater exchange` prints when it is ready. */
export type ExchangeFile = z.infer<typeof schema>;

/** Reads that line; throws `CONFIG_INVALID` without repeating any secret of it. */
export function parseExchangeFile(text: string, where: string): ExchangeFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid(where, 'expected the JSON line that `breakwater exchange` printed');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(where, `field "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'invalid'}`);
}

function invalid(where: string, sentence: string): BreakwaterError {
  return new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
}
