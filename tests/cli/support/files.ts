import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeskConfigInput } from '../../../src/config/sampleConfig.ts';

/** A folder of the test's own. */
export function temporaryFolder(): string {
  // As process.cwd() will name it: on macOS the temporary folder stands behind a link.
  return realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-test-')));
}

/** Writes `value` into `folder` (JSON unless it is text already) and returns the file's path. */
export function write(folder: string, name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

/** Four accounts with one exchange file: pairs on a low ladder, a buyer and quotes. */
export function busyConfig(over: Partial<DeskConfigInput> = {}): DeskConfigInput {
  return {
    desk: 'test',
    venue: { kind: 'simulated', exchangeFile: 'exchange.json' },
    log: 'audit.jsonl',
    markets: ['BTC', 'ETH'],
    leverage: 10,
    accounts: ['a1', 'a2', 'a3', 'a4'].map((name) => ({ name })),
    strategies: [
      {
        kind: 'spread',
        name: 'pairs',
        accounts: ['a1', 'a2'],
        legs: ['BTC', 'ETH'],
        windowMinutes: 240,
        bands: [0.2],
        exitGap: 0.1,
        legUsd: 1500,
        slippageBps: 10,
        rebalancePercent: 0.6,
        evaluateSeconds: 1,
      },
      {
        kind: 'time-based',
        name: 'buyer',
        accounts: ['a3'],
        market: 'ETH',
        side: 'buy',
        usd: 4000,
        durationSeconds: 20,
        sliceSeconds: 1,
        slippageBps: 10,
      },
      {
        kind: 'market-making',
        name: 'quotes',
        accounts: ['a4'],
        markets: ['BTC', 'ETH'],
        quoteUsd: 1500,
        halfSpreadBps: 8,
        maxInventoryUsd: 9000,
        skewBps: 4,
        toleranceBps: 3,
        refreshSeconds: 5,
      },
    ],
    ...over,
  };
}
