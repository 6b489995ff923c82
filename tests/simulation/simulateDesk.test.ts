import { describe, expect, test } from '@jest/globals';
import { verifyLog } from '../../src/audit/verify.ts';
import { parseConfig } from '../../src/config/parseConfig.ts';
import { sampleConfig } from '../../src/config/sampleConfig.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { type SimulationResult, simulateDesk } from '../../src/simulation/simulateDesk.ts';

const host = createNodeHost();
const configText = JSON.stringify(sampleConfig(20));
const config = parseConfig(configText, 'the sample configuration');

/** Two virtual minutes of the sample desk, an hour of the tape. */
function simulate(seed: number): Promise<SimulationResult> {
  return simulateDesk({
    seed,
    config,
    configText,
    tapeFolder: 'tapes/sample',
    files: host.files,
    speed: 30,
    tradeMs: 120_000,
  });
}

describe('desk and exchange in one virtual world', () => {
  test('HOST-25 the same configuration and seed give a byte-identical log, another seed another', async () => {
    const first = await simulate(1);
    expect(first.summary.fills).toBeGreaterThan(50);
    expect(first.stop).toMatchObject({ clean: true });
    expect(first.truth).toMatchObject({ selfMatches: 0, tooManyRequests: 0 });
    expect(verifyLog(Buffer.from(first.log), host.crypto.sha256Hex)).toMatchObject({
      ok: true,
      complete: true,
    });

    const second = await simulate(1);
    expect(second.log === first.log).toBe(true);
    expect(second.fingerprint).toBe(first.fingerprint);
    const other = await simulate(3);
    expect(other.log === first.log).toBe(false);
    expect(other.truth).toMatchObject({ selfMatches: 0 });
  }, 120_000);
});
