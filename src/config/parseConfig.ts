import { BreakwaterError, messageOf } from '../std/errors.ts';
import { complaintOf } from './complaint.ts';
import { type DeskConfig, deskSchema, MOST_REACH } from './deskConfig.ts';
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
    throw invalid(where, `not JSON: ${messageOf(error)}`);
  }
  const parsed = deskSchema.safeParse(json);
  if (!parsed.success) throw invalid(where, complaintOf(parsed.error, json));
  checkReferences(parsed.data, where);
  checkReaches(parsed.data, where);
  return parsed.data;
}

function checkReferences(config: DeskConfig, where: string): void {
  const { markets, accounts, strategies } = config;
  once(markets, 'market', where);
  once(names(accounts), 'account name', where);
  once(
    accounts.flatMap((account) => account.address ?? []),
    'account address',
    where,
  );
  once(names(strategies), 'strategy name', where);
  const taken = new Map<string, string>();
  for (const [i, strategy] of strategies.entries()) {
    checkMarkets(config, strategy, `strategies.${i}`, where);
    checkAccounts(config, strategy, `strategies.${i}`, where, taken);
  }
}

function checkMarkets(
  config: DeskConfig,
  strategy: StrategyConfig,
  field: string,
  where: string,
): void {
  once(marketsOf(strategy), `${field}: market`, where);
  for (const market of marketsOf(strategy)) {
    if (config.markets.includes(market)) continue;
    const known = config.markets.join(', ');
    throw invalid(where, `${field} names market "${market}", expected one of markets (${known})`);
  }
}

function checkAccounts(
  config: DeskConfig,
  strategy: StrategyConfig,
  field: string,
  where: string,
  taken: Map<string, string>,
): void {
  once(strategy.accounts, `${field}.accounts: name`, where);
  const known = names(config.accounts);
  for (const name of strategy.accounts) {
    if (!known.includes(name)) {
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
}

/** No order is meant to reach further than the collar lets it: it would be refused every time. */
function checkReaches({ limits, pairs, strategies }: DeskConfig, where: string): void {
  for (const [i, strategy] of strategies.entries()) {
    if (strategy.kind === 'market-making') continue;
    within(`strategies.${i}.slippageBps`, strategy.slippageBps, 'collarBps', limits, where);
  }
  if (strategies.every(({ kind }) => kind !== 'spread')) return;
  const chase = pairs.chaseSlippageBps * MOST_REACH;
  const unwind = pairs.unwindSlippageBps * MOST_REACH;
  within(`${MOST_REACH} × pairs.chaseSlippageBps`, chase, 'collarBps', limits, where);
  within(`${MOST_REACH} × pairs.unwindSlippageBps`, unwind, 'reduceCollarBps', limits, where);
}

function within(
  what: string,
  bps: number,
  collar: 'collarBps' | 'reduceCollarBps',
  limits: DeskConfig['limits'],
  where: string,
): void {
  if (bps <= limits[collar]) return;
  throw invalid(
    where,
    `${what} is ${bps}, expected at most limits.${collar} (${limits[collar]}), beyond which orders are refused`,
  );
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

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map((each) => each.name);
}

function once(values: readonly string[], what: string, where: string): void {
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) {
    throw invalid(where, `${what} "${twice}" appears twice, expected it once`);
  }
}

function invalid(where: string, sentence: string): BreakwaterError {
  return new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
}
