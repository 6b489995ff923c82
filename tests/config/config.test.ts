import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { configJsonSchema } from '../../scripts/schema.ts';
import { complaintOf } from '../../src/config/complaint.ts';
import type { DeskConfig } from '../../src/config/deskConfig.ts';
import { marketsOf, parseConfig } from '../../src/config/parseConfig.ts';
import { sampleConfig } from '../../src/config/sampleConfig.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';

const root = new URL('../../', import.meta.url);
const ADDRESS = '42trU9A5EUdNFPUTr8d3dkMvGmLwJJVq4h4gG4JpNLF6';

type Fields = Record<string, unknown>;
type Change = (config: Fields, spread: Fields, quotes: Fields) => void;

/** Two accounts: the first trades a pair, the second quotes. */
function written(change: Change = () => {}): string {
  const config = JSON.parse(JSON.stringify(sampleConfig(2))) as Fields;
  const [spread, quotes] = config.strategies as [Fields, Fields];
  change(config, spread, quotes);
  return JSON.stringify(config);
}

function parse(change?: Change): DeskConfig {
  return parseConfig(written(change), 'desk.json');
}

/** The sentence with which a text is refused, or `accepted`. */
function sentence(text: string): string {
  try {
    parseConfig(text, 'desk.json');
    return 'accepted';
  } catch (error) {
    if (!isBreakwaterError(error)) throw error;
    return error.code === 'CONFIG_INVALID' ? error.message : error.code;
  }
}

describe('bad input', () => {
  test('CONF-1 a text that is not JSON, or no object', () => {
    expect(sentence('{"desk": ')).toMatch(/^desk\.json: not JSON: .+/);
    expect(sentence('')).toBe('desk.json: not JSON: Unexpected end of JSON input');
    expect(sentence('[]')).toBe('desk.json: expected an object, got []');
    expect(sentence('null')).toBe('desk.json: expected an object, got null');
  });

  const unknown: [string, Change][] = [
    ['size', (config) => Object.assign(config, { size: 1 })],
    ['strategies.0.legUSD', (_, spread) => Object.assign(spread, { legUSD: 1 })],
    ['limits.gate', (config) => Object.assign(config, { limits: { gate: false } })],
    [
      'accounts.1.key',
      (config) => Object.assign((config.accounts as Fields[])[1] ?? {}, { key: 'x' }),
    ],
  ];
  test.each(unknown)('CONF-2 the unknown field %s', (field, change) => {
    expect(sentence(written(change))).toBe(
      `desk.json: unknown field "${field}"; remove it or correct its name`,
    );
  });

  test('CONF-2 a misspelt field is named, not the one that is missing for it', () => {
    const change: Change = (config) => {
      delete config.markets;
      config.market = ['BTC'];
    };
    expect(sentence(written(change))).toBe(
      'desk.json: unknown field "market"; remove it or correct its name',
    );
  });

  const top = (name: string, value: unknown): Change => {
    return (config) => {
      config[name] = value;
    };
  };
  const inSpread = (name: string, value: unknown): Change => {
    return (_, spread) => {
      spread[name] = value;
    };
  };
  const wrong: [string, Change][] = [
    ['field "desk": expected a string, got 5', top('desk', 5)],
    ['field "desk": expected a string, got nothing', top('desk', undefined)],
    [
      'field "desk": expected lower-case letters, digits and "-", got "My Desk"',
      top('desk', 'My Desk'),
    ],
    ['field "venue": expected an object, got nothing', top('venue', undefined)],
    [
      'field "venue.kind": expected one of "simulated", "testnet", "mainnet", got "paper"',
      top('venue', { kind: 'paper' }),
    ],
    [
      'field "venue.expiryWindowMs": expected at least 500, got 10',
      top('venue', { kind: 'simulated', expiryWindowMs: 10 }),
    ],
    ['field "markets": expected a list, got "BTC"', top('markets', 'BTC')],
    ['field "markets": expected at least 1 item, got []', top('markets', [])],
    ['field "leverage": expected a whole number, got 1.5', top('leverage', 1.5)],
    ['field "leverage": expected a number, got null', top('leverage', null)],
    ['field "leverage": expected at most 50, got 100', top('leverage', 100)],
    ['field "accounts.0": expected an object, got "a01"', top('accounts', ['a01'])],
    [
      'field "accounts.0.name": expected letters, digits, ".", "_" or "-", got "my account"',
      top('accounts', [{ name: 'my account' }]),
    ],
    [
      'field "strategies.0.kind": expected one of "spread", "time-based", "market-making", got "grid"',
      inSpread('kind', 'grid'),
    ],
    [
      'field "strategies.0.kind": expected one of "spread", "time-based", "market-making", got nothing',
      inSpread('kind', undefined),
    ],
    [
      'field "strategies.0.legUsd": expected a positive dollar amount, got -1500',
      inSpread('legUsd', -1500),
    ],
    ['field "strategies.0.legUsd": expected a number, got "1500"', inSpread('legUsd', '1500')],
    ['field "strategies.0.exitGap": expected more than 0, got 0', inSpread('exitGap', 0)],
    ['field "strategies.0.bands": expected rising z-scores, got [2,1]', inSpread('bands', [2, 1])],
    ['field "strategies.0.bands": expected rising z-scores, got [1,1]', inSpread('bands', [1, 1])],
    ['field "strategies.0.legs": expected a list, got "BTC/ETH"', inSpread('legs', 'BTC/ETH')],
    [
      'field "strategies.0.accounts": expected at least one account name, got []',
      inSpread('accounts', []),
    ],
    [
      `field "strategies.0.legs": expected at most 2 items, got ["${'A'.repeat(55)}...`,
      inSpread('legs', ['A'.repeat(60), 'B', 'C']),
    ],
  ];
  test.each(wrong)('CONF-3 %s', (clause, change) => {
    expect(sentence(written(change))).toBe(`desk.json: ${clause}`);
  });

  test('CONF-3 what the schema has no words for is said in those of its library', () => {
    const clause = (schema: z.ZodType, value: unknown): string => {
      const { error } = z.object({ at: schema }).safeParse({ at: value });
      return error === undefined ? 'accepted' : complaintOf(error, { at: value });
    };
    expect(clause(z.email(), 'x')).toBe('field "at": Invalid email address, got "x"');
    expect(clause(z.union([z.string(), z.null()]), 1)).toBe('field "at": Invalid input, got 1');
    expect(clause(z.date(), 1)).toBe('field "at": expected date, got 1');
    const deep = z.object({ at: z.null() }).safeParse({ at: 1 }).error as z.ZodError;
    expect(complaintOf(deep, 7)).toBe('field "at": expected null, got nothing');
  });

  const limits: [string, number, number][] = [
    ['maxOrderPercent', 10, 10.01],
    ['collarBps', 200, 201],
    ['reduceCollarBps', 500, 501],
  ];
  test.each(limits)('CONF-5 the ceiling of %s', (name, ceiling, above) => {
    const at = (value: number): Change => top('limits', { [name]: value });
    expect(sentence(written(at(ceiling)))).toBe('accepted');
    expect(sentence(written(at(above)))).toBe(
      `desk.json: field "limits.${name}": expected at most ${ceiling}, the ceiling, got ${above}`,
    );
  });

  const reaches: [string, Change][] = [
    [
      'strategies.0.slippageBps is 101, expected at most limits.collarBps (100)',
      inSpread('slippageBps', 101),
    ],
    [
      'strategies.0.slippageBps is 150, expected at most limits.collarBps (120)',
      (config, spread) => {
        Object.assign(spread, { kind: 'time-based', market: 'ETH', side: 'buy', usd: 100 });
        Object.assign(spread, { durationSeconds: 60, sliceSeconds: 6, slippageBps: 150 });
        for (const name of ['legs', 'windowMinutes', 'bands', 'exitGap', 'legUsd']) {
          delete spread[name];
        }
        for (const name of ['rebalancePercent', 'evaluateSeconds']) delete spread[name];
        config.limits = { collarBps: 120 };
      },
    ],
    [
      '3 × pairs.chaseSlippageBps is 120, expected at most limits.collarBps (100)',
      top('pairs', { chaseSlippageBps: 40 }),
    ],
    [
      '3 × pairs.unwindSlippageBps is 330, expected at most limits.reduceCollarBps (300)',
      top('pairs', { unwindSlippageBps: 110 }),
    ],
  ];
  test.each(reaches)('CONF-14 %s', (clause, change) => {
    expect(sentence(written(change))).toBe(`desk.json: ${clause}, beyond which orders are refused`);
  });

  test('CONF-14 reaches at their collars pass, and without pairs theirs do not matter', () => {
    const exact = { chaseSlippageBps: 100 / 3, unwindSlippageBps: 100 };
    expect(sentence(written(top('pairs', exact)))).toBe('accepted');
    expect(
      sentence(
        written((config) => {
          config.strategies = (config.strategies as Fields[]).slice(1);
          config.pairs = { chaseSlippageBps: 200, unwindSlippageBps: 400 };
        }),
      ),
    ).toBe('accepted');
  });

  const twice: [string, string, Change][] = [
    ['CONF-6', 'account name "a01"', top('accounts', [{ name: 'a01' }, { name: 'a01' }])],
    [
      'CONF-6',
      `account address "${ADDRESS}"`,
      top('accounts', [
        { name: 'a01', address: ADDRESS },
        { name: 'a02', address: ADDRESS },
      ]),
    ],
    ['CONF-6', 'strategy name "quotes"', inSpread('name', 'quotes')],
    ['CONF-6', 'market "BTC"', top('markets', ['BTC', 'ETH', 'BTC'])],
    ['CONF-7', 'strategies.0.accounts: name "a01"', inSpread('accounts', ['a01', 'a01'])],
    [
      'CONF-7',
      'strategies.1: market "ETH"',
      (_, __, quotes) => {
        quotes.markets = ['ETH', 'BTC', 'ETH'];
      },
    ],
  ];
  test.each(twice)('%s twice: %s', (_rule, what, change) => {
    expect(sentence(written(change))).toBe(`desk.json: ${what} appears twice, expected it once`);
  });

  test('CONF-5 the collar of reductions leaves room for the desk to close', () => {
    expect(sentence(written(top('limits', { reduceCollarBps: 99 })))).toBe(
      'desk.json: field "limits.reduceCollarBps": expected at least 100, got 99',
    );
  });

  test('CONF-7 a market or an account that is not there', () => {
    expect(sentence(written(inSpread('legs', ['BTC', 'DOGE'])))).toBe(
      'desk.json: strategies.0 names market "DOGE", expected one of markets (BTC, ETH)',
    );
    expect(
      sentence(
        written((_, __, quotes) => {
          quotes.markets = ['SOL'];
        }),
      ),
    ).toBe('desk.json: strategies.1 names market "SOL", expected one of markets (BTC, ETH)');
    expect(sentence(written(inSpread('accounts', ['a01', 'bob'])))).toBe(
      'desk.json: strategies.0.accounts names "bob", expected a name from accounts',
    );
  });

  test('CONF-8 a pair of the same market', () => {
    expect(sentence(written(inSpread('legs', ['BTC', 'BTC'])))).toBe(
      'desk.json: field "strategies.0.legs": expected two different markets, got ["BTC","BTC"]',
    );
  });

  test('CONF-9 an account in two strategies', () => {
    expect(sentence(written(inSpread('accounts', ['a01', 'a02'])))).toBe(
      'desk.json: account "a02" is used by "btc-eth" and "quotes", expected one strategy per account',
    );
  });

  test('CONF-10 addresses and URLs', () => {
    const address = (text: string): string =>
      sentence(written(top('accounts', [{ name: 'a01', address: text }, { name: 'a02' }])));
    const venue = (fields: Fields): string =>
      sentence(written(top('venue', { kind: 'simulated', ...fields })));
    const at = 'desk.json: field';
    expect(address(ADDRESS)).toBe('accepted');
    expect(address('0OIl')).toBe(
      `${at} "accounts.0.address": expected 32 bytes in base58, got "0OIl"`,
    );
    expect(venue({ rest: 'http://127.0.0.1:1/api/v1', ws: 'wss://host/ws' })).toBe('accepted');
    expect(venue({ rest: 'ws://host/api/v1' })).toBe(
      `${at} "venue.rest": expected an http or https URL, got "ws://host/api/v1"`,
    );
    expect(venue({ rest: 'http://host/api' })).toBe(
      `${at} "venue.rest": expected a URL that ends in /api/v1, got "http://host/api"`,
    );
    expect(venue({ ws: 'host' })).toBe(`${at} "venue.ws": expected a ws or wss URL, got "host"`);
  });
});

describe('what is left out', () => {
  test('CONF-4 takes its default', () => {
    const config = parse((fields) => {
      fields.venue = { kind: 'simulated' };
      delete fields.log;
      delete fields.leverage;
    });
    expect(config.venue).toEqual({ kind: 'simulated', expiryWindowMs: 2000, takerDelayMs: 200 });
    expect(config.log).toBe('audit.jsonl');
    expect(config.leverage).toBeUndefined();
    expect(config.limits).toEqual({
      maxOrderPercent: 10,
      collarBps: 100,
      reduceCollarBps: 300,
      maxReferenceAgeMs: 5000,
    });
    expect(config.pairs).toEqual({
      legTimeoutMs: 1500,
      chaseAttempts: 3,
      chaseSlippageBps: 20,
      unwindSlippageBps: 50,
    });
    expect(config.creditReserve).toBe(50);
    expect(config.strategies.map((strategy) => strategy.onConflict)).toEqual([
      'BLOCK_NEW',
      'BLOCK_NEW',
    ]);
  });

  test('CONF-4 and what is written stays as it is, beside the defaults of its group', () => {
    const config = parse((fields) => {
      fields.limits = { collarBps: 80 };
      fields.pairs = { chaseAttempts: 1 };
    });
    expect(config.limits).toMatchObject({ maxOrderPercent: 10, collarBps: 80 });
    expect(config.pairs).toMatchObject({ legTimeoutMs: 1500, chaseAttempts: 1 });
    expect(config.accounts).toEqual([{ name: 'a01' }, { name: 'a02' }]);
  });
});

test('the markets of each kind of strategy', () => {
  const { strategies } = parseConfig(JSON.stringify(sampleConfig(20)), 'desk.json');
  expect(strategies.map(marketsOf)).toEqual([['BTC', 'ETH'], ['ETH'], ['BTC', 'ETH']]);
});

describe('the sample configuration', () => {
  test('CONF-13 twenty accounts: fourteen, three and three', () => {
    const { strategies } = sampleConfig(20);
    expect(strategies.map(({ kind, accounts }) => [kind, accounts.length])).toEqual([
      ['spread', 14],
      ['time-based', 3],
      ['market-making', 3],
    ]);
    expect(strategies[1]?.accounts).toEqual(['a15', 'a16', 'a17']);
  });

  test('CONF-13 is valid for 2 to 200 accounts, and gives each of them to one strategy', () => {
    for (let count = 2; count <= 200; count += 1) {
      const config = parseConfig(JSON.stringify(sampleConfig(count)), `sample ${count}`);
      const used = config.strategies.flatMap((strategy) => strategy.accounts);
      expect([...used].sort()).toEqual(config.accounts.map(({ name }) => name).sort());
      expect(config.accounts).toHaveLength(count);
      expect(config.strategies.map(({ kind }) => kind)).toContain('spread');
    }
  });
});

describe('the published schema', () => {
  const published = JSON.parse(text('schemas/desk.schema.json')) as object;
  // Formats are hints for editors; the desk itself checks them.
  const isValid = new Ajv2020({ formats: { uri: true } }).compile(published);
  const valid = (config: string): boolean => isValid(JSON.parse(config)) as boolean;

  test('CONF-11 is up to date (if not: npm run schema)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  test('CONF-11 lets through what the desk takes', () => {
    for (const count of [2, 20, 200]) {
      expect(valid(JSON.stringify(sampleConfig(count)))).toBe(true);
    }
  });

  const bad: [string, Change][] = [
    ['an unknown field', (config) => Object.assign(config, { size: 1 })],
    ['an unknown field of a strategy', (_, spread) => Object.assign(spread, { size: 1 })],
    ['a wrong type', (config) => Object.assign(config, { desk: 5 })],
    ['a missing field', (_, spread) => delete spread.legUsd],
    ['an unknown kind', (_, spread) => Object.assign(spread, { kind: 'grid' })],
    [
      'a limit above its ceiling',
      (config) => Object.assign(config, { limits: { collarBps: 201 } }),
    ],
    ['a pair of three', (_, spread) => Object.assign(spread, { legs: ['A', 'B', 'C'] })],
    ['no account', (config) => Object.assign(config, { accounts: [] })],
  ];
  test.each(bad)('CONF-11 refuses %s, as the desk does', (_what, change) => {
    expect(valid(written(change))).toBe(false);
    expect(sentence(written(change))).not.toBe('accepted');
  });

  test('CONF-12 takes every example, and so does the desk', () => {
    const names = readdirSync(new URL('examples/', root)).filter((name) => name.endsWith('.json'));
    expect(names.sort()).toEqual([
      'demo.json',
      'market-making.json',
      'spread.json',
      'time-based.json',
    ]);
    for (const name of names) {
      const example = text(`examples/${name}`);
      expect([name, valid(example)]).toEqual([name, true]);
      const config = parseConfig(example, name);
      expect(config.venue).toMatchObject({ kind: 'simulated', exchangeFile: 'exchange.json' });
      expect((JSON.parse(example) as Fields).$schema).toBe('../schemas/desk.schema.json');
      const kinds = config.strategies.map(({ kind }) => kind as string);
      if (name !== 'demo.json') expect([`${kinds.join()}.json`]).toEqual([name]);
    }
  });

  test('CONF-12 the demo is the sample for twenty accounts', () => {
    expect(JSON.parse(text('examples/demo.json'))).toEqual(sampleConfig(20));
  });

  function text(path: string): string {
    return readFileSync(new URL(path, root), 'utf8');
  }
});
