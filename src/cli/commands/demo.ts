import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { type ExchangeFile, parseExchangeFile } from '../../assembly/exchangeFile.ts';
import { startDesk } from '../../assembly/startDesk.ts';
import { summarize } from '../../assembly/summary.ts';
import { parseConfig } from '../../config/parseConfig.ts';
import { sampleConfig } from '../../config/sampleConfig.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { demoReportText } from '../../report/demoReport.ts';
import { BreakwaterError, messageOf } from '../../std/errors.ts';
import type { Host } from '../../std/host.ts';
import { buildDemoReport } from '../demoReport.ts';
import { runDemoDesk } from '../demoRun.ts';
import { type ExchangeProcess, startExchangeProcess } from '../exchangeProcess.ts';
import { fetchTruth } from '../exchangeTruth.ts';
import { EXIT } from '../exitCode.ts';
import { shippedTape } from '../files.ts';
import { limitNotices } from '../limitNotices.ts';
import { decimalNumber, duration, path, valueOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';
import { rehearse } from '../rehearse.ts';
import { hearStop, type StopRequest } from '../signals.ts';
import { version } from '../version.ts';

interface DemoFlags {
  readonly accounts: number;
  readonly for?: number;
  readonly speed: number;
  readonly headless?: true;
  readonly port: number;
  readonly seed: number;
  readonly tape: string;
}

const PORT = wholeNumber(0, 65_535);
const SPEED = decimalNumber(0.01, 600);
const SEED = wholeNumber(0, 4_294_967_295);

const END = `
Ctrl-C or --for ends it: orders are cancelled, positions closed, the audit log
in var/ is verified, and a report is printed. The exit code is 0 only if every
check in the report passed.

Try: breakwater demo --for 60s`;

/** `breakwater demo`: the simulated exchange and a desk of funded accounts, side by side. */
export function demoCommand(output: Output): Command {
  return new Command('demo')
    .summary('trade the sample strategies on the simulated exchange')
    .description('Start the simulated exchange and a desk that trades the sample strategies on it.')
    .addOption(valueOption('--accounts <count>', 'funded accounts', wholeNumber(2, 200), 20))
    .addOption(valueOption('--for <duration>', 'end by itself after a time such as 60s', duration))
    .addOption(valueOption('--speed <factor>', 'tape seconds in a second', SPEED, 30))
    .option('--headless', 'no dashboard; this version has none yet, so nothing changes')
    .addOption(valueOption('--port <port>', 'port of the exchange; 0 picks a free one', PORT, 0))
    .addOption(valueOption('--seed <number>', 'seed of keys and background traders', SEED, 1))
    .addOption(
      valueOption('--tape <folder>', 'recorded minutes, one file per market', path).default(
        shippedTape(),
        'the tape that ships with it',
      ),
    )
    .addHelpText('after', END)
    .action((flags: DemoFlags) => runDemo(flags, output));
}

async function runDemo(flags: DemoFlags, output: Output): Promise<void> {
  const stop = hearStop();
  const secrets = await mkdtemp(join(tmpdir(), 'breakwater-'));
  let exchange: ExchangeProcess | undefined;
  try {
    const folder = await logFolder();
    if (flags.headless !== true) output.note('this version has no dashboard yet');
    exchange = startExchangeProcess(exchangeArgs(flags));
    output.note(`starting the simulated exchange, process ${exchange.pid}`);
    const host = createNodeHost();
    const rehearsed = rehearse(host.files);
    // Whichever fails first is reported; the other must not end the process.
    rehearsed.catch(() => undefined);
    const startup = parseExchangeFile(await exchange.ready, 'the simulated exchange');
    await rehearsed;
    const ok = await trade(host, flags, { exchange, startup, folder, secrets }, stop, output);
    process.exitCode = ok ? EXIT.ok : EXIT.failed;
  } finally {
    await exchange?.stop();
    await rm(secrets, { recursive: true, force: true });
    stop.off();
  }
}

async function logFolder(): Promise<string> {
  const folder = resolve('var');
  try {
    await mkdir(folder, { recursive: true });
    return folder;
  } catch (error) {
    const sentence = `${folder}: cannot make this folder for the audit log: ${messageOf(error)}`;
    throw new BreakwaterError('USAGE', sentence, { cause: error });
  }
}

function exchangeArgs({ port, speed, seed, accounts, tape }: DemoFlags): string[] {
  const figures = Object.entries({ port, speed, seed, accounts });
  return [
    ...figures.flatMap(([name, value]) => [`--${name}`, String(value)]),
    `--tape=${tape}`,
    '--one-owner',
  ];
}

interface Surroundings {
  readonly exchange: ExchangeProcess;
  readonly startup: ExchangeFile;
  /** Of the audit log. */
  readonly folder: string;
  /** Of the encrypted keys, and gone when the demo is over. */
  readonly secrets: string;
}

async function trade(
  host: Host,
  flags: DemoFlags,
  { exchange, startup, folder, secrets }: Surroundings,
  stop: StopRequest,
  output: Output,
): Promise<boolean> {
  const configText = JSON.stringify(sampleConfig(flags.accounts));
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
    output.note(`exchange: ${startup.rest}`);
    output.note(`audit log: ${relative('', desk.logPath)}`);
    const lost = exchange.ended.then((sentence) => {
      throw new BreakwaterError(
        'EXCHANGE_UNREACHABLE',
        `the simulated exchange ended by itself: ${sentence}`,
      );
    });
    // In the end it does end, and nobody waits for that.
    lost.catch(() => undefined);
    const end = { asked: stop.asked, afterMs: flags.for, lost };
    const ran = await runDemoDesk(desk, end, output);
    const truth = await fetchTruth(host, startup.rest);
    await desk.dispose();
    const report = await buildDemoReport(host, {
      flags,
      truth,
      logPath: desk.logPath,
      summary: summarize(desk.kernel),
      ran,
    });
    // People find a path from where they are; programs get all of it.
    const log = { ...report.log, path: relative('', report.log.path) };
    output.result(report, demoReportText({ ...report, log }));
    return report.ok;
  } finally {
    await desk.dispose();
  }
}
