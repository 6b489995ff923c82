import { z } from 'zod';
import { BreakwaterError } from '../std/errors.ts';

const text = z.string('expected a string');

const account = z.object(
  { account: text, agentSecretKey: text, main: text, apiKey: text.optional() },
  'expected an object',
);

const schema = z.object({
  rest: z.url('expected a URL'),
  ws: z.url('expected a URL'),
  accounts: z.array(account, 'expected a list').min(1, 'expected at least one account'),
});

/** What the desk needs of the line that `breakwater exchange` prints when it is ready. */
export type ExchangeFile = z.infer<typeof schema>;

const LINE = 'expected the JSON line that `breakwater exchange` printed';

/** Reads that line; throws `CONFIG_INVALID` without repeating any secret of it. */
export function parseExchangeFile(content: string, where: string): ExchangeFile {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw invalid(where, LINE);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues.find(({ path }) => path.length > 0);
  throw invalid(where, issue ? `field "${issue.path.join('.')}": ${issue.message}` : LINE);
}

function invalid(where: string, sentence: string): BreakwaterError {
  return new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
}
