// npm run fuzz -- --runs 1000000 --seed 1: random and mutated input for exchange and client.
// A seed gives the same inputs again. Prints one JSON line for each of both; fails if one broke.
import { parseArgs } from 'node:util';
import { fuzzClient } from '../tests/fuzz/clientFuzz.ts';
import { fuzzExchange } from '../tests/fuzz/exchangeFuzz.ts';
import { progressOf } from './soak/progress.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run fuzz -- [--runs <count>] [--seed <number>]\n');
  process.exit(2);
}

const figures = [
  fuzzClient({ seed, runs, progress: progressOf('client', runs) }),
  await fuzzExchange({ seed, runs, progress: progressOf('exchange', runs) }),
];
for (const each of figures) process.stdout.write(`${JSON.stringify(each)}\n`);
process.exitCode = figures.some(({ failure }) => failure !== undefined) ? 1 : 0;
