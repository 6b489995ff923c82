import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startDesk } from '../../assembly/startDesk.ts';
import { summarize } from '../../assembly/summary.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { loadConfig } from '../configFile.ts';
import { EXIT } from '../exitCode.ts';
import { heldPositions } from '../heldPositions.ts';
import { limitNotices } from '../limitNotices.ts';
import type { Output } from '../output.ts';
import { reportProgress } from '../progressLine.ts';
import { rehearse } from '../rehearse.ts';
import { hearStop } from '../signals.ts';
import { version } from '../version.ts';

/** `breakwater run CONFIG`: the desk against the venue that the configuration names. */
export function runCommand(output: Output): Command {
  return new Command('run')
    .summary('run the desk of a configuration')
    .description('Run the desk of a configuration; Ctrl-C cancels its orders and keeps positions.')
    .argument('<config>', 'the configuration')
    .action((path: string) => run(path, output));
}

async function run(path: string, output: Output): Promise<void> {
  const stop = hearStop();
  const secrets = await mkdtemp(join(tmpdir(), 'breakwater-'));
  try {
    const loaded = await loadConfig(path);
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
    output.note(`audit log: ${desk.logPath}, epoch ${desk.epoch}`);
    const early = await Promise.race([desk.running.then(() => undefined), stop.asked]);
    let endProgress = (): void => undefined;
    if (early === undefined) {
      output.note('running: Ctrl-C cancels orders and keeps positions');
      endProgress = reportProgress(desk.kernel, output);
    }
    const reason = await stop.asked;
    output.note(`stopping (${reason}): cancelling and verifying`);
    desk.stop('stop', reason);
    const { clean, sentence } = await desk.stopped;
    endProgress();
    await desk.dispose();
    const log = { path: desk.logPath, epoch: desk.epoch };
    const positions = heldPositions(desk.kernel);
    output.result({ clean, sentence, log, positions, ...summarize(desk.kernel) }, sentence);
    process.exitCode = clean ? EXIT.ok : EXIT.failed;
  } finally {
    await rm(secrets, { recursive: true, force: true });
    stop.off();
  }
}
