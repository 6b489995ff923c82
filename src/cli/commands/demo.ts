import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { parseExchangeFile } from '../../assembly/exchangeFile.ts';
import { type RunningDesk, startDesk } from '../../assembly/startDesk.ts';
import { type DeskSummary, summarize } from '../../assembly/summary.ts';
import { parseConfig } from '../../config/parseConfig.ts';
import { sampleConfig } from '../../config/sampleConfig.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { demoReportText } from '../../report/demoReport.ts';
import { BreakwaterError } from '../../std/errors.ts';
import type { Host } from '../../std/host.ts';
import { buildDemoReport } from '../demoReport.ts';
import { type ExchangeProcess, startExchangeProcess } from '../exchangeProcess.ts';
import { fetchTruth } from '../exchangeTruth.ts';
import { EXIT } from '../exitCode.ts';
import { shippedTape } from '../files.ts';
import { limitNotices } from '../limitNotices.ts';
import { duration, positiveNumber, wholeNumber } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { progressLine } from '../progressLine.ts';
import { rehearse } from '../rehearse.ts';
import { onStopSignal } from '../signals.ts';
import { version } from '../version.ts';

interface DemoFlags {
  readonly accounts: number;
  readonly for?: number;
  readonly speed: number;
  readonly headless?: true;
  readonly port: number;
  readonly seed: number;
  readonly tape: string;
  readonly json?: true;
}

/** `breakwater demo`: the simulated exchange and a desk of funded accounts, side by side. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Start the simulated exchange and a desk that trades the sample strategies on it.')
    .option('--accounts <count>', 'funded accounts', wholeNumber(2, 200), 20)
    .option(
      '--for <duration>',
      'stop by itself after this long, such as 60s; default: until Ctrl-C',
      duration,
    )
    .option('--speed <factor>', 'tape seconds in a second', positiveNumber(600), 30)
    .option('--headless', 'no dashboard (this version has none)')
    .option(
      '--port <port>',
      'port of the exchange on 127.0.0.1; 0 picks a free one',
      wholeNumber(0, 65_535),
      0,
    )
    .option(
      '--seed <number>',
      'seed of keys and background traders',
      wholeNumber(0, 4_294_967_295),
      1,
    )
    .option('--tape <folder>', 'recorded minutes, one file per market', shippedTape())
    .option('--json', 'print the report as JSON')
    .action(runDemo);
}

async function runDemo(flags: DemoFlags): Promise<void> {
  const output = createOutput(flags.json === true);
  const secrets = await mkdtemp(join(tmpdir(), 'breakwater-'));
  const stop = Promise.withResolvers<string>();
  // The run may be over, or never begin, before anybody waits for this.
  stop.promise.catch(() => undefined);
  const offSignals = onStopSignal((signal) => stop.resolve(signal));
  let exchange: ExchangeProcess | undefined;
  try {
    output.note('starting the simulated exchange in a process of its own');
    const host = createNodeHost();
    [exchange] = await Promise.all([
      startExchangeProcess(exchangeArgs(flags)),
      rehearse(host.files),
    ]);
    void exchange.ended.then((sentence) => stop.reject(lost(sentence)));
    const ok = await trade(host, flags, exchange, secrets, stop.promise, output);
    process.exitCode = ok ? EXIT.ok : EXIT.failed;
  } finally {
    await exchange?.stop();
    await rm(secrets, { recursive: true, force: true });
    offSignals();
  }
}

function lost(sentence: string): BreakwaterError {
  return new BreakwaterError(
    'EXCHANGE_UNREACHABLE',
    `the simulated exchange ended by itself: ${sentence}`,
  );
}

function exchangeArgs(flags: DemoFlags): string[] {
  const figures = {
    port: flags.port,
    speed: flags.speed,
    seed: flags.seed,
    accounts: flags.accounts,
  };
  const args = Object.entries(figures).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [...args, '--tape', flags.tape, '--one-owner'];
}

async function trade(
  host: Host,
  flags: DemoFlags,
  exchange: ExchangeProcess,
  secrets: string,
  stopAsked: Promise<string>,
  output: Output,
): Promise<boolean> {
  const folder = resolve('var');
  await mkdir(folder, { recursive: true });
  const configText = JSON.stringify(sampleConfig(flags.accounts));
  const startup = parseExchangeFile(exchange.readyLine, 'the simulated exchange');
  const desk = await startDesk(host, {
    config: parseConfig(configText, 'the sample configuration'),
    configText,
    where: 'the sample configuration',
    exchange: startup,
    logPath: join(folder, `demo-${host.clock.wallMs()}.jsonl`),
    vaultPath: join(secrets, 'vault.json'),
    version: version(),
    onNotice: limitNotices((sentence) => output.note(sentence)),
  });
  try {
    const ran = await runUntilStopped(flags, desk, stopAsked, output);
    const truth = await fetchTruth(host, startup.rest);
    await desk.dispose();
    const summary = summarize(desk.kernel);
    const report = await buildDemoReport(host, {
      flags,
      truth,
      logPath: desk.logPath,
      summary,
      ran,
    });
    output.result(report, demoReportText(report));
    return report.ok;
  } finally {
    await desk.dispose();
  }
}

/** How a run went, for the report. */
export interface Ran {
  readonly startEquityMicro: number;
  readonly ranMs: number;
  readonly clean: boolean;
  readonly sentence: string;
  /** While strategies traded, before anything was closed. */
  readonly trading: DeskSummary;
}

async function runUntilStopped(
  flags: DemoFlags,
  desk: RunningDesk,
  stopAsked: Promise<string>,
  output: Output,
): Promise<Ran> {
  const early = await Promise.race([desk.running.then(() => undefined), stopAsked]);
  const startedMs = performance.now();
  const startEquityMicro = summarize(desk.kernel).equityMicro;
  if (early === undefined)
    output.note('every account is known and reconciled: strategies trade now');
  const show = (): void => {
    const elapsedMs = performance.now() - startedMs;
    output.progress(progressLine(elapsedMs, summarize(desk.kernel), startEquityMicro));
  };
  const ticker = setInterval(show, 1000);
  const deadline = Promise.withResolvers<string>();
  const timer =
    flags.for === undefined
      ? undefined
      : setTimeout(() => deadline.resolve('the time is over'), flags.for);
  const reason = early ?? (await Promise.race([stopAsked, deadline.promise]));
  clearTimeout(timer);
  const ranMs = performance.now() - startedMs;
  const trading = summarize(desk.kernel);
  output.note(`stopping (${reason}): cancelling, closing, verifying`);
  desk.stop('close', reason);
  const { clean, sentence } = await Promise.race([
    desk.stopped,
    stopAsked.then(() => desk.stopped),
  ]);
  clearInterval(ticker);
  output.note(sentence);
  return { startEquityMicro, ranMs, clean, sentence, trading };
}
