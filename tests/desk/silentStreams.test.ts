// Streams that stop, or that were never there: the real desk against the real exchange.
import { describe, expect, test } from '@jest/globals';
import type { DeskConfigInput } from '../../src/config/sampleConfig.ts';
import { busyConfig, heldAt, Scene, type SceneEnd } from '../support/scene.ts';

function expectSound(end: SceneEnd): void {
  expect(end.truth.selfMatches).toBe(0);
  expect(end.counted).toEqual(heldAt(end.truth));
  expect(end.untold).toEqual([]);
  expect(end.stop.clean).toBe(true);
  expect(end.largestUsd).toBeLessThan(10);
  expect(end.truth.tooManyRequests).toBe(0);
}

/** Ten idle accounts before the others, so that these are of the second family. */
function twoFamilies(): DeskConfigInput {
  const config = busyConfig();
  const idle = Array.from({ length: 10 }, (_, i) => ({ name: `idle${i}` }));
  return { ...config, accounts: [...idle, ...config.accounts] };
}

describe('streams that stop or never were', () => {
  test('DESK-118 a family without a socket trades over REST and is kept by asking', async () => {
    const scene = await Scene.open({ config: twoFamilies(), sessions: { maxSockets: 1 } });
    await scene.run(60_000);
    const { accounts, stats } = scene.desk.kernel;
    expect(scene.faults.sockets.size).toBe(1);
    expect(stats.fills).toBeGreaterThan(5);
    expect(accounts.slice(10).every(({ fills }) => fills === 0)).toBe(false);
    expect(accounts.map(({ status }) => status)).toEqual(accounts.map(() => 'ready'));
    expectSound(await scene.end());
  }, 60_000);

  test("DESK-117 one account's events stop while its snapshots and its siblings go on", async () => {
    const scene = await Scene.open();
    await scene.run(5000);
    const address = scene.desk.kernel.accounts[3]?.identity.address ?? '';
    const isEvent = (text: string): boolean =>
      text.startsWith('{"channel":"account_order_updates"') ||
      text.startsWith('{"channel":"account_trades"');
    scene.faults.copies = (text) => (isEvent(text) && text.includes(address) ? 0 : 1);
    await scene.run(40_000);
    expect(scene.desk.kernel.accounts[3]?.fills).toBeGreaterThan(0);
    expect(scene.notices).toContain(
      'family 0: replacing a connection some of whose frames do not come',
    );
    scene.faults.heal();
    await scene.run(10_000);
    expectSound(await scene.end());
  }, 60_000);

  test('DESK-111 a desk without an API config key trades on the credits of its address', async () => {
    const scene = await Scene.open({ keyless: true });
    await scene.run(60_000);
    expect(scene.desk.kernel.stats.fills).toBeGreaterThan(5);
    expect(scene.desk.kernel.stats.refusals.get('CREDITS')).toBeGreaterThan(0);
    expectSound(await scene.end());
  }, 60_000);

  test('DESK-116 nothing of one account is told for a while, on whatever connection', async () => {
    const scene = await Scene.open();
    await scene.run(5000);
    const { address } = scene.desk.kernel.accounts[3]?.identity ?? { address: '' };
    scene.exchange.setFaults({ seed: 1, faults: [{ kind: 'drop', account: address }] });
    await scene.run(42_000);
    const isNoticed = (sentence: string): boolean =>
      sentence.startsWith(`family 0, snapshots of ${address}: replacing a connection`);
    expect(scene.notices.some(isNoticed)).toBe(true);
    scene.exchange.setFaults({ seed: 1, faults: [] });
    await scene.run(30_000);
    const end = await scene.end();
    expect(end.log).toContain('"type":"stream_silent"');
    expectSound(end);
  }, 60_000);
});
