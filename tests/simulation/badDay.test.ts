// The whole desk against an exchange on a bad day: the exchange's own count is what it is held to.
import { expect, test } from '@jest/globals';
import { shippedTape } from '../../src/cli/files.ts';
import { parseConfig } from '../../src/config/parseConfig.ts';
import { sampleConfig } from '../../src/config/sampleConfig.ts';
import type { Fault } from '../../src/exchange/gateway/faults/fault.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { type SimulationResult, simulateDesk } from '../../src/simulation/simulateDesk.ts';

const files = createNodeHost().files;

function day(faults: readonly Fault[]): Promise<SimulationResult> {
  const configText = JSON.stringify(sampleConfig(8));
  return simulateDesk({
    seed: 3,
    config: parseConfig(configText, 'bad day'),
    configText,
    tapeFolder: shippedTape(),
    files,
    speed: 30,
    tradeMs: 120_000,
    faults: { seed: 11, faults },
  });
}

const DAYS: [what: string, faults: readonly Fault[]][] = [
  [
    'fills late or missing',
    [
      { kind: 'drop', channel: 'account_trades', probability: 0.1 },
      { kind: 'delay', channel: 'account_trades', ms: 1500, probability: 0.3 },
    ],
  ],
  [
    'answers that never come',
    [
      { kind: 'timeout', operation: 'create_order', at: 'after', probability: 0.05 },
      { kind: 'timeout', operation: 'create_order', probability: 0.05 },
      { kind: 'timeout', operation: 'cancel_order', at: 'after', probability: 0.05 },
    ],
  ],
  [
    'answers that are wrong',
    [
      { kind: 'answer', status: 502, at: 'after', probability: 0.05 },
      { kind: 'answer', status: 500, probability: 0.05 },
      { kind: 'omit-id', probability: 0.5 },
    ],
  ],
  [
    'frames twice, late and in another order',
    [
      { kind: 'duplicate', probability: 0.1 },
      { kind: 'reorder', probability: 0.1 },
      { kind: 'delay', ms: 300, probability: 0.1 },
    ],
  ],
  [
    'connections cut, sockets half-open',
    [
      { kind: 'cut', every: 400 },
      { kind: 'half-open', every: 3, ms: 2000 },
    ],
  ],
  [
    'a restart and a halt',
    [
      { kind: 'restart', afterMs: 40_000, forMs: 5000 },
      { kind: 'halt', symbol: 'ETH', afterMs: 60_000, forMs: 20_000 },
    ],
  ],
];

test.each(DAYS)(
  'EX-252 %s: nobody trades with himself, and all is closed at the end',
  async (_, faults) => {
    const result = await day(faults);
    const { stop, truth } = result;
    expect(result.faults.map(({ hits, kind }) => [kind, hits > 0])).toEqual(
      faults.map(({ kind }) => [kind, true]),
    );
    expect(truth.selfMatches).toBe(0);
    expect(truth.fills).toBeGreaterThan(50);
    expect(stop).toMatchObject({ clean: true });
    expect(truth.accounts.map(({ openOrders, positions }) => [openOrders, positions])).toEqual(
      truth.accounts.map(() => [0, {}]),
    );
  },
  60_000,
);

test('EX-252 the same bad day twice is the same to the byte', async () => {
  const faults = DAYS.flatMap(([, each]) => each);
  const [first, again] = [await day(faults), await day(faults)];
  expect(first.truth.selfMatches).toBe(0);
  expect(again.fingerprint).toBe(first.fingerprint);
  expect(again.log === first.log).toBe(true);
}, 120_000);
