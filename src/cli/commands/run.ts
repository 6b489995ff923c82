import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startDesk } from '../../assembly/startDesk.ts';
import { summarize } from '../../assembly/summary.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { loadConfig } from '../configFile.ts';
import { EXIT } from '../exitCode.ts';
import { limitNotices } from '../limitNotices.ts';
import { createOutput } from '../output.ts';
import { progressLine } from '../progressLine.ts';
import { rehearse } from '../rehearse.ts';
import { onStopSignal } from '../signals.ts';
import { version } from '../version.ts';

/** `breakwater run CONFIG`: the desk against the venue that the configuration names. */
export function runCommand(): Command {
  return new Command('run')
    .description('Run the desk of a configuration; Ctrl-C cancels its orders and keeps positions.')
    .argument('<config>', 'the configuration')
    .option('--json', 'print the final figures as JSON')
    .action(run);
}

async function run(path: string, flags: { readonly json?: true }): Promise<void> {
  const output = createOutput(flags.json === true);
  const loaded = await loadConfig(path);
  const stop = Promise.withResolvers<string>();
  const offSignals = onStopSignal((signal) => stop.resolve(signal));
  const secrets = await mkdtemp(join(tmpdir(), 'breakwater-'));
  try {
    const host = createNodeHost();
    await rehearse(host.files);
    const desk = await startDesk(host, {
      config: loaded.config,
      configText: loaded.text,
      where: path,
      exchange: loaded.exchange,
      logPath: loaded.logPath,
      vaultPath: join(secrets, 'vault.json'),
      version: version(),
      onNotice: limitNotices((sentence) => output.note(sentence)),
    });
    void desk.running.then(() => output.note('running: Ctrl-C cancels orders and keeps positions'));
    const startEquityMicro = summarize(desk.kernel).equityMicro;
    const startedMs = performance.now();
    const ticker = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      output.progress(progressLine(elapsedMs, summarize(desk.kernel), startEquityMicro));
    }, 1000);
    const reason = await stop.promise;
    output.note(`stopping (${reason}): cancelling and verifying`);
    desk.stop('stop', reason);
    const { clean, sentence } = await desk.stopped;
    clearInterval(ticker);
    await desk.dispose();
    output.result({ clean, sentence, ...summarize(desk.kernel) }, sentence);
    process.exitCode = clean ? EXIT.ok : EXIT.failed;
  } finally {
    offSignals();
    await rm(secrets, { recursive: true, force: true });
  }
}
