import type { z } from 'zod';
import { BreakwaterError } from '../std/errors.ts';
import { type DeskConfig, deskSchema } from './deskConfig.ts';
import type { StrategyConfig } from './strategyConfig.ts';

/**
 * Reads a configuration; `where` (a file name) begins every sentence. Throws `CONFIG_INVALID` with
 * the first problem: where, what was found, what was expected. Nothing is guessed or repaired.
 */
export function parseConfig(text: string, where: string): DeskConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(where, `not JSON: ${(error as SyntaxError).message}`);
  }
  const parsed = deskSchema.safeParse(json);
  if (!parsed.success) throw invalid(where, sentenceOf(parsed.error, json));
  checkReferences(parsed.data, where);
  return parsed.data;
}

/** A configuration error: `where` is the file, the sentence says what was found and expected. */
export function invalid(where: string, sentence: string): BreakwaterError {
  return new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
}

function sentenceOf(error: z.ZodError, json: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0]].map(String).join('.');
    return `unknown field "${field}"; remove it or correct its name`;
  }
  const got = path === '' ? '' : `, got ${show(valueAt(json, issue.path))}`;
  const expected = issue.message.replace(/^Invalid input: /, '');
  return path === '' ? expected : `field "${path}": ${expected}${got}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function checkReferences(config: DeskConfig, where: string): void {
  unique(config.markets, 'market', where);
  unique(
    config.accounts.map((a) => a.name),
    'account name',
    where,
  );
  const addresses = config.accounts.flatMap((a) => a.address ?? []);
  unique(addresses, 'account address', where);
  unique(
    config.strategies.map((s) => s.name),
    'strategy name',
    where,
  );
  const names = new Set(config.accounts.map((a) => a.name));
  const taken = new Map<string, string>();
  config.strategies.forEach((strategy, i) => {
    const field = `strategies.${i}`;
    for (const market of marketsOf(strategy)) {
      if (config.markets.includes(market)) continue;
      const known = config.markets.join(', ');
      throw invalid(where, `${field} names market "${market}", expected one of markets (${known})`);
    }
    for (const name of strategy.accounts) {
      if (!names.has(name)) {
        throw invalid(where, `${field}.accounts names "${name}", expected a name from accounts`);
      }
      const other = taken.get(name);
      if (other !== undefined) {
        throw invalid(
          where,
          `account "${name}" is used by "${other}" and "${strategy.name}", expected one strategy per account`,
        );
      }
      taken.set(name, strategy.name);
    }
  });
}

/** Symbols that a strategy trades. */
export function marketsOf(strategy: StrategyConfig): readonly string[] {
  switch (strategy.kind) {
    case 'spread':
      return strategy.legs;
    case 'time-based':
      return [strategy.market];
    case 'market-making':
      return strategy.markets;
  }
}

function unique(values: readonly string[], what: string, where: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw invalid(where, `${what} "${value}" appears twice, expected it once`);
    seen.add(value);
  }
}
