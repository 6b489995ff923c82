// The whole desk with a thousand accounts in a hundred families, the last five of them without a socket.
import { expect, test } from '@jest/globals';
import { busyConfig, heldAt, Scene } from '../support/scene.ts';

test('DESK-118 VENUE-3 a thousand accounts are known, trade and are closed over 95 connections', async () => {
  const { accounts: five, strategies } = busyConfig();
  const idle = Array.from({ length: 995 }, (_, i) => ({ name: `idle${i}` }));
  // Where nothing is told an order costs ten credits with its questions: a calm strategy trades.
  const slices = strategies.filter(({ kind }) => kind === 'time-based');
  const scene = await Scene.open({
    config: busyConfig({ accounts: [...idle, ...five], strategies: slices }),
  });
  await scene.run(20_000);
  const { accounts, stats } = scene.desk.kernel;
  expect(scene.faults.sockets.size).toBe(95);
  expect(new Set(accounts.map(({ status }) => status))).toEqual(new Set(['ready']));
  // The one that trades is of a family that is kept by asking.
  expect(accounts.at(-1)?.identity.family).toBe(99);
  expect(stats.fills).toBeGreaterThan(0);
  const end = await scene.end();
  expect(end.stop.sentence).toMatch(/^No order is open; /);
  expect(end.truth).toMatchObject({ selfMatches: 0, tooManyRequests: 0 });
  expect(end.counted).toEqual(heldAt(end.truth));
}, 120_000);
