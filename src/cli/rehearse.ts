import { parseConfig } from '../config/parseConfig.ts';
import { sampleConfig } from '../config/sampleConfig.ts';
import { simulateDesk } from '../simulation/simulateDesk.ts';
import type { Files } from '../std/host.ts';
import { shippedTape } from './files.ts';

/** Enough for the hot paths to be compiled; about a second on one core. */
const REHEARSAL_MS = 120_000;

let rehearsal: Promise<void> | undefined;

/**
 * Runs the whole desk and exchange for two virtual minutes in memory before the first real order:
 * freshly started, the same code would take ten times as long to decide on its first orders. Once
 * is enough for a process.
 */
export function rehearse(files: Files): Promise<void> {
  rehearsal ??= simulate(files);
  return rehearsal;
}

async function simulate(files: Files): Promise<void> {
  const configText = JSON.stringify(sampleConfig(20));
  await simulateDesk({
    seed: 1,
    config: parseConfig(configText, 'the rehearsal'),
    configText,
    tapeFolder: shippedTape(),
    files,
    speed: 30,
    tradeMs: REHEARSAL_MS,
  });
}
