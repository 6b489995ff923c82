import { fileURLToPath } from 'node:url';
import { parseConfig } from '../src/config/parseConfig.ts';
import { sampleConfig } from '../src/config/sampleConfig.ts';
import { simulateDesk } from '../src/simulation/simulateDesk.ts';
import type { Host } from '../src/std/host.ts';

/** What simulated time costs on this machine: one core, desk and exchange together. */
export interface SimulationFigures {
  readonly simulatedMinutes: number;
  readonly seconds: number;
  /** Timers, messages and disk waits of the virtual world. */
  readonly eventsPerSecond: number;
  readonly orders: number;
  readonly fills: number;
}

const ACCOUNTS = 20;

/** The demo's twenty accounts for `minutes` of virtual time, start and orderly end included. */
export async function benchSimulation(host: Host, minutes: number): Promise<SimulationFigures> {
  const configText = JSON.stringify(sampleConfig(ACCOUNTS));
  const startUs = host.clock.monoUs();
  const { summary, fingerprint } = await simulateDesk({
    seed: 1,
    config: parseConfig(configText, 'the sample configuration'),
    configText,
    tapeFolder: fileURLToPath(new URL('../tapes/sample', import.meta.url)),
    files: host.files,
    speed: 30,
    tradeMs: minutes * 60_000,
  });
  const seconds = (host.clock.monoUs() - startUs) / 1_000_000;
  return {
    simulatedMinutes: minutes,
    seconds,
    // The fingerprint begins with the number of events.
    eventsPerSecond: Number.parseInt(fingerprint, 10) / seconds,
    orders: summary.orders,
    fills: summary.fills,
  };
}
