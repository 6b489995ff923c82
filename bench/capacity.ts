import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseExchangeFile } from '../src/assembly/exchangeFile.ts';
import { startDesk } from '../src/assembly/startDesk.ts';
import { summarize } from '../src/assembly/summary.ts';
import { fetchTruth } from '../src/cli/exchangeTruth.ts';
import { shippedTape } from '../src/cli/files.ts';
import { parseConfig } from '../src/config/parseConfig.ts';
import { type DeskConfigInput, sampleConfig } from '../src/config/sampleConfig.ts';
import { simulateDesk } from '../src/simulation/simulateDesk.ts';
import type { Host } from '../src/std/host.ts';

/** One virtual hour of twenty accounts that quote within one family's 300 credits a minute. */
export interface FamilyCapacity {
  readonly ordersPerHour: number;
  readonly cancels: number;
  /** Most credits of all twenty accounts together in 60 s. */
  readonly peakCreditsPerMinute: number;
  readonly tooManyRequests: number;
  readonly selfMatches: number;
}

/** Real sockets, desk and exchange in two processes, the credits of the highest fee level. */
export interface FreeCapacity {
  readonly seconds: number;
  readonly ordersPerSecond: number;
  readonly cancelsPerSecond: number;
  readonly toSocketMs: { readonly p50: number; readonly p99: number };
  readonly toAnswerMs: { readonly p50: number; readonly p99: number };
  readonly tooManyRequests: number;
  readonly selfMatches: number;
}

const HOUR_MS = 3_600_000;

/** Quotes of every account in one market, looked at once a minute. */
export async function benchFamilyCapacity(host: Host): Promise<FamilyCapacity> {
  const configText = JSON.stringify(quoting(60, 0.1, ['ETH']));
  const { summary, truth } = await simulateDesk({
    seed: 1,
    config: parseConfig(configText, 'the capacity benchmark'),
    configText,
    tapeFolder: shippedTape(),
    files: host.files,
    speed: 30,
    tradeMs: HOUR_MS,
  });
  const peaks = summary.credits.map((family) => family.peakMinuteTenths / 10);
  return {
    ordersPerHour: summary.orders,
    cancels: summary.cancels,
    peakCreditsPerMinute: peaks.reduce((sum, peak) => sum + peak, 0),
    tooManyRequests: truth.tooManyRequests,
    selfMatches: truth.selfMatches,
  };
}

/** The same quotes moved with every change of the book, as fast as the stack goes. */
export async function benchFreeCapacity(host: Host, seconds: number): Promise<FreeCapacity> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./exchangeChild.ts', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-bench-'));
  try {
    const lines = createInterface({ input: child.stdout });
    const ready = await new Promise<string>((resolve) => lines.once('line', resolve));
    return await quote(host, ready, folder, seconds);
  } finally {
    child.stdin.end();
    await rm(folder, { recursive: true });
  }
}

async function quote(
  host: Host,
  ready: string,
  folder: string,
  seconds: number,
): Promise<FreeCapacity> {
  const exchange = parseExchangeFile(ready, 'the exchange of the benchmark');
  const configText = JSON.stringify(quoting(0.2, 0.01, ['BTC', 'ETH']));
  const desk = await startDesk(host, {
    config: parseConfig(configText, 'the capacity benchmark'),
    configText,
    where: 'the capacity benchmark',
    exchange,
    logPath: join(folder, 'audit.jsonl'),
    vaultPath: join(folder, 'vault.json'),
    version: 'bench',
    onNotice: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  await desk.running;
  const before = summarize(desk.kernel);
  await sleep(seconds * 1000);
  const after = summarize(desk.kernel);
  desk.stop('close', 'the benchmark is over');
  await desk.stopped;
  const { truth } = await fetchTruth(host, exchange.rest);
  await desk.dispose();
  const ms = (us: number): number => us / 1000;
  return {
    seconds,
    ordersPerSecond: Math.round((after.orders - before.orders) / seconds),
    cancelsPerSecond: Math.round((after.cancels - before.cancels) / seconds),
    toSocketMs: { p50: ms(after.toSocketUs.p50), p99: ms(after.toSocketUs.p99) },
    toAnswerMs: { p50: ms(after.toAnswerUs.p50), p99: ms(after.toAnswerUs.p99) },
    tooManyRequests: truth.tooManyRequests,
    selfMatches: truth.selfMatches,
  };
}

function quoting(refreshSeconds: number, toleranceBps: number, markets: string[]): DeskConfigInput {
  const config = sampleConfig(20);
  return {
    ...config,
    strategies: [
      {
        kind: 'market-making',
        name: 'quotes',
        accounts: config.accounts.map(({ name }) => name),
        markets,
        quoteUsd: 500,
        halfSpreadBps: 40,
        maxInventoryUsd: 9000,
        skewBps: 4,
        toleranceBps,
        refreshSeconds,
      },
    ],
  };
}
