// The test of the testers: with the gate's rule taken out of a copy of the sources, the exchange sees
// the desk's accounts trade with each other, in the very runs in which it sees none otherwise.

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/parseConfig.ts';
import { nodeFiles } from '../../src/host/nodeFiles.ts';
import { simulateDesk } from '../../src/simulation/simulateDesk.ts';
import { busyConfig } from '../support/scene.ts';

const SEEDS = [1, 2, 3];
const root = resolve('.');
/** Quotes at the very top of the book, where a careless desk would meet itself. */
const configText = JSON.stringify(
  busyConfig({
    strategies: (busyConfig().strategies ?? []).map((strategy) =>
      strategy.kind === 'market-making'
        ? {
            ...strategy,
            halfSpreadBps: 0.2,
            quoteUsd: 6000,
            maxInventoryUsd: 30_000,
            refreshSeconds: 1,
          }
        : strategy.kind === 'time-based'
          ? { ...strategy, sliceSeconds: 1, durationSeconds: 20 }
          : strategy,
    ),
  }),
);
const plan = { configText, tapeFolder: join(root, 'tapes/sample'), speed: 30, tradeMs: 15_000 };

/** A text in a source file, and what stands there in the mutant. */
interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'the gate lets everything pass',
    file: 'gate/selfTrade.ts',
    text: 'const nearest = book.nearestOpponentTicks(entry, entry.rank);',
    instead: 'return { passes: true, entry, inTheWay: [] };',
  },
  {
    name: 'quotes pay no heed to orders in flight',
    file: 'gate/selfTrade.ts',
    text: 'const nearest = book.nearestOpponentTicks(entry, entry.rank);',
    instead: `if (!entry.canTake) return { passes: true, entry, inTheWay: [] };
      const nearest = book.nearestOpponentTicks(entry, entry.rank);`,
  },
];

/** Prints how often the accounts of one owner met, by seed. */
const CHILD = `
import { parseConfig } from './src/config/parseConfig.ts';
import { nodeFiles as files } from './src/host/nodeFiles.ts';
import { simulateDesk } from './src/simulation/simulateDesk.ts';
const { seeds, ...plan } = JSON.parse(process.argv[2]);
const config = parseConfig(plan.configText, 'mutant');
const found = [];
for (const seed of seeds) {
  const { truth } = await simulateDesk({ ...plan, seed, config, files });
  found.push(truth.selfMatches);
}
console.log(JSON.stringify(found));
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-mutant-'));
  await cp(join(root, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'run.ts'), CHILD);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function selfMatches(mutant: Mutant): Promise<number[]> {
  const path = join(folder, 'src', mutant.file);
  const sound = await readFile(path, 'utf8');
  expect(sound.split(mutant.text)).toHaveLength(2);
  await writeFile(path, sound.replace(mutant.text, mutant.instead));
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['run.ts', JSON.stringify({ ...plan, seeds: SEEDS })],
      { cwd: folder, timeout: 60_000 },
    );
    return JSON.parse(stdout);
  } finally {
    await writeFile(path, sound);
  }
}

describe('the gate', () => {
  test('DESK-70 by the exchange, which knows every owner, no two accounts ever met', async () => {
    const config = parseConfig(configText, 'test');
    for (const seed of SEEDS) {
      const { summary, truth } = await simulateDesk({ ...plan, seed, config, files: nodeFiles });
      expect([seed, truth.selfMatches, truth.stpEvents]).toEqual([seed, 0, 0]);
      // A gate without work proves nothing.
      expect(summary.fills).toBeGreaterThan(20);
      expect(summary.refusalsByCode.SELF_TRADE).toBeGreaterThan(0);
      expect(summary.deferrals).toBeGreaterThan(0);
    }
  }, 60_000);

  test.each(MUTANTS)(
    'DESK-70 but they do when $name',
    async (mutant) => {
      const found = await selfMatches(mutant);
      expect(found).toHaveLength(SEEDS.length);
      expect(found.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    },
    60_000,
  );
});
