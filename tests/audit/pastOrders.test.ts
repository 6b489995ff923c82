import { describe, expect, test } from '@jest/globals';
import { AuditLog, type SessionStart } from '../../src/audit/auditLog.ts';
import { PastOrders } from '../../src/audit/pastOrders.ts';
import type { PastOrder } from '../../src/gate/mirrorRule.ts';
import type { Json } from '../../src/protocol/canonicalJson.ts';
import { memoryHost } from '../support/memoryHost.ts';

const PATH = 'logs/audit.jsonl';
const START: SessionStart = {
  desk: 'north',
  epoch: 1,
  jitterSeed: 7,
  version: '0.1.0',
  configHash: 'c0ffee',
  accounts: ['address a', 'address b'],
};
const NOW_MS = 1_800_000_000_000;
const NUMBERS = { accounts: ['address a', 'address b'], markets: ['BTC', 'ETH'] };

type Body = { readonly [key: string]: Json };
type Line = readonly [type: string, body: Body, wallMs?: number];

function decision(name: string, changes: Body = {}): Line {
  return [
    'decision',
    {
      ...{ account: 1, clientOrderId: name, lots: 100, market: 0, opening: true, order: 1 },
      ...{ parent: 0, precedence: 'parent', priceTicks: 5, reduceOnly: false },
      ...{ reservedAtMs: NOW_MS, side: 'ask', strategy: 3, symbol: 'ETH', tif: 'IOC', ...changes },
    },
  ];
}

/** What a session of these numbers reads in the log of one that wrote these lines. */
async function read(
  lines: readonly Line[],
  now: Partial<typeof NUMBERS & { configHash: string; start: SessionStart }> = {},
): Promise<readonly PastOrder[]> {
  const host = memoryHost();
  const before = await AuditLog.open(host, PATH, now.start ?? START);
  for (const [type, body, wallMs] of lines) {
    const seq = before.nextSeq;
    before.append({ seq, type, wallMs: wallMs ?? NOW_MS, monoUs: seq, body, awaited: true });
  }
  await before.close();
  const numbers = { ...NUMBERS, configHash: 'c0ffee', ...now };
  const past = new PastOrders(numbers, NOW_MS - 1000);
  await (await AuditLog.open(host, PATH, START, past.visit)).close();
  return past.orders;
}

describe('orders of the past', () => {
  test('AUDIT-20 are read as the gate let them through, with what they filled', async () => {
    const found = await read([
      decision('one'),
      decision('two', { account: 0, side: 'bid', tif: 'ALO', opening: false, symbol: 'BTC' }),
      ['order_end', { account: 1, clientOrderId: 'one', doneLots: 40, ending: 'cancelled' }],
      ['order_end', { account: 1, clientOrderId: 'unheard of', doneLots: 40 }],
      decision('three', { reservedAtMs: NOW_MS + 5 }),
    ]);
    const one = {
      ...{ account: 1, market: 1, side: 'ask', lots: 40, postOnly: false, opening: true },
      ...{ strategy: 3, reservedAtMs: NOW_MS },
    };
    expect(found).toEqual([
      one,
      { ...one, account: 0, market: 0, side: 'bid', lots: 100, postOnly: true, opening: false },
      // Its end is not told: it may still fill.
      { ...one, lots: 100, reservedAtMs: NOW_MS + 5 },
    ]);
  });

  test('AUDIT-20 what is older, or in a market that is not traded, is left out', async () => {
    const [type, body] = decision('old');
    const found = await read([
      [type, body, NOW_MS - 1001],
      decision('elsewhere', { symbol: 'SOL' }),
      decision('nobody', { account: 9 }),
    ]);
    expect(found).toEqual([]);
  });

  test('AUDIT-20 accounts are told apart by address, also those that are gone', async () => {
    const lines = [decision('a', { account: 0 }), decision('b', { account: 1 }), decision('c')];
    const found = await read(lines, { accounts: ['address c', 'address a'], configHash: 'other' });
    // Where the configuration is another, so may the strategies be.
    expect(found.map(({ account, strategy }) => [account, strategy])).toEqual([
      [1, 0],
      [2, 0],
      [2, 0],
    ]);
  });

  test('AUDIT-20 a log that names neither accounts nor openings is read at its worst', async () => {
    const { accounts: _, ...start } = START;
    const strip = ([type, { opening: __, ...body }]: Line): Line => [type, body];
    const lines = [
      decision('taker'),
      decision('closing', { reduceOnly: true }),
      decision('quote', { tif: 'TOB' }),
    ];
    const found = await read(lines.map(strip), { start });
    expect(found.map(({ opening }) => opening)).toEqual([true, false, false]);
    expect(found.map(({ account }) => account)).toEqual([1, 1, 1]);
  });
});
