import { type RunningDesk, type StopResult, startDesk } from '../assembly/startDesk.ts';
import { startExchange } from '../assembly/startExchange.ts';
import { type DeskSummary, summarize } from '../assembly/summary.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import type { FaultProfile } from '../exchange/gateway/faults/fault.ts';
import type { FaultReport } from '../exchange/gateway/faults/faults.ts';
import type { TruthReport } from '../exchange/gateway/truthReport.ts';
import { createNodeCrypto } from '../host/nodeCrypto.ts';
import type { Files } from '../std/host.ts';
import { createRememberingCrypto } from './rememberingCrypto.ts';
import { World } from './world.ts';

export interface SimulationPlan {
  readonly seed: number;
  readonly config: DeskConfig;
  readonly configText: string;
  /** Folder of the tape on the machine's own disk. */
  readonly tapeFolder: string;
  readonly files: Files;
  /** Tape seconds in a virtual second. */
  readonly speed: number;
  /** Virtual time for which the strategies trade, before everything is closed. */
  readonly tradeMs: number;
  /** What goes wrong on purpose; nothing by default. */
  readonly faults?: FaultProfile;
}

export interface SimulationResult {
  /** While the strategies traded. */
  readonly summary: DeskSummary;
  readonly stop: StopResult;
  /** What the exchange saw, which knows every owner. */
  readonly truth: TruthReport;
  /** What went wrong on purpose, and how often. */
  readonly faults: readonly FaultReport[];
  /** The audit log, byte for byte. */
  readonly log: string;
  readonly fingerprint: string;
}

const LOG = 'audit.jsonl';
const TAPE = 'tape';

/**
 * The same desk, client and exchange as ever, in one virtual world from one seed: connects, trades,
 * closes every position, and disposes. Same plan, same log, to the byte.
 */
export async function simulateDesk(plan: SimulationPlan): Promise<SimulationResult> {
  const { seed, config } = plan;
  // Desk and exchange are one program here, so verifying what the other just signed proves nothing.
  const world = new World({ seed, crypto: createRememberingCrypto(createNodeCrypto()) });
  const host = world.host('desk');
  await copyTape(plan, world);
  const exchange = await world.until(
    startExchange(world.host('exchange'), {
      port: 0,
      tapeFolder: TAPE,
      speed: plan.speed,
      seed,
      accounts: config.accounts.length,
      owner: 'single',
      ...(plan.faults === undefined ? {} : { faults: plan.faults }),
    }),
  );
  const desk = await world.until(
    startDesk(host, {
      config,
      configText: plan.configText,
      where: 'the configuration',
      exchange: { ...exchange.startup(), accounts: [...exchange.startup().accounts] },
      logPath: LOG,
      vaultPath: 'vault.json',
      version: 'simulation',
      onNotice: () => undefined,
    }),
  );
  const traded = await trade(world, desk, plan.tradeMs);
  const truth = exchange.report();
  const { faults } = exchange.faults.report();
  await world.until(desk.dispose());
  await world.until(exchange.close());
  const log = await world.until(host.files.readText(LOG));
  return { ...traded, truth, faults, log, fingerprint: world.fingerprint };
}

async function copyTape({ files, tapeFolder }: SimulationPlan, world: World): Promise<void> {
  const { files: disk } = world.host('exchange');
  await world.until(disk.makeFolder(TAPE));
  for (const name of await files.list(tapeFolder)) {
    const bytes = await files.readBytes(`${tapeFolder}/${name}`);
    await world.until(disk.replace(`${TAPE}/${name}`, bytes, 0o600));
  }
}

async function trade(
  world: World,
  desk: RunningDesk,
  tradeMs: number,
): Promise<Pick<SimulationResult, 'summary' | 'stop'>> {
  await world.until(desk.running);
  await world.run(tradeMs);
  const summary = summarize(desk.kernel);
  desk.stop('close', 'the simulation is over');
  return { summary, stop: await world.until(desk.stopped) };
}
