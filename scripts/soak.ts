// npm run soak: what takes too long for every change. Three ways to change it:
//   npm run soak -- --share 0.01      a hundredth of everything
//   npm run soak -- --seed 7          other inputs
//   npm run soak -- --minutes 20      no part longer than that (an hour by default)
// Ends with a table and, on standard output, one line of JSON; fails if anything failed.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { table } from '../src/report/table.ts';
import { fuzzClient } from '../tests/fuzz/clientFuzz.ts';
import { fuzzExchange } from '../tests/fuzz/exchangeFuzz.ts';
import { compareEngines } from '../tests/matching/compareEngines.ts';
import { crowdExchange } from './soak/crowdExchange.ts';
import { progressOf } from './soak/progress.ts';

const FUZZ_INPUTS = 1_000_000;
const ENGINE_HISTORIES = 100_000;
const CONNECTIONS = 10_000;

interface Watch {
  readonly progress: (done: number) => void;
  readonly isOver: () => boolean;
}

interface Part {
  readonly name: string;
  readonly unit: string;
  readonly total: number;
  /** Runs it; answers how many were done and what broke. */
  run(watch: Watch): Promise<{ done: number; failure?: string }>;
}

const { values } = parseArgs({
  options: {
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
  },
});
const seed = Number(values.seed);
const share = Number(values.share);
const minutes = Number(values.minutes);
if (!(share > 0) || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    'usage: npm run soak -- [--share <factor>] [--seed <number>] [--minutes <most>]\n',
  );
  process.exit(2);
}
const of = (total: number): number => Math.max(1, Math.round(total * share));

const PARTS: readonly Part[] = [
  {
    name: 'engine against the naive one, to the micro-dollar',
    unit: 'histories',
    total: of(ENGINE_HISTORIES),
    async run(watch) {
      const { failure, histories } = compareEngines({ seed, histories: this.total, ...watch });
      return { done: histories, ...(failure === undefined ? {} : { failure }) };
    },
  },
  {
    name: 'client fuzzed',
    unit: 'inputs',
    total: of(FUZZ_INPUTS),
    async run(watch) {
      return fuzzed(fuzzClient({ seed, runs: this.total, ...watch }));
    },
  },
  {
    name: 'exchange fuzzed',
    unit: 'inputs',
    total: of(FUZZ_INPUTS),
    async run(watch) {
      return fuzzed(await fuzzExchange({ seed, runs: this.total, ...watch }));
    },
  },
  {
    name: 'connections held against the exchange',
    unit: 'connections',
    total: of(CONNECTIONS),
    run({ progress }) {
      return crowdExchange({ connections: this.total, progress });
    },
  },
];

function fuzzed({ failure, inputs }: ReturnType<typeof fuzzClient>): {
  done: number;
  failure?: string;
} {
  if (failure === undefined) return { done: inputs };
  return { done: inputs, failure: `input ${failure.at}: ${failure.why}\n${failure.input}` };
}

const results: {
  name: string;
  done: number;
  total: number;
  unit: string;
  seconds: number;
  failure?: string;
}[] = [];
for (const part of PARTS) {
  const startMs = performance.now();
  const { done, failure } = await part.run({
    progress: progressOf(part.name, part.total),
    isOver: () => performance.now() - startMs > minutes * 60_000,
  });
  const seconds = Number(((performance.now() - startMs) / 1000).toFixed(1));
  const { name, total, unit } = part;
  results.push({ name, done, total, unit, seconds, ...(failure === undefined ? {} : { failure }) });
  if (failure !== undefined) process.stderr.write(`${name} failed: ${failure}\n`);
}

const rows = results.map(({ done, failure, name, seconds, total, unit }) => [
  failure === undefined ? 'ok' : 'FAIL',
  name,
  `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${unit}`,
  `${seconds} s`,
]);
process.stderr.write(`${table(rows)}\n`);
process.stdout.write(`${JSON.stringify({ node: process.version, seed, share, results })}\n`);
process.exitCode = results.every(({ failure }) => failure === undefined) ? 0 : 1;
