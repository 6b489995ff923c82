// A snapshot with rows that could not be read proves nothing about what is absent from it.
import { expect, test } from '@jest/globals';
import { Bench, quote } from './support/bench.ts';

test('DESK-139 a snapshot of positions that lost a row is not compared', () => {
  const bench = Bench.ready();
  bench.want(quote());
  bench.fill(bench.order(), 100);
  bench.pass(2000);
  const positions = { channel: 'account_positions', account: null, rows: [], li: 1 } as const;
  bench.step({ kind: 'frame', account: 0, frame: { ...positions, unread: 1 } });
  bench.pass(5000);
  expect(bench.kernel.stats.snapshotChecks).toBe(0);
  expect(bench.kernel.accounts[0]?.position(0).lots).toBe(100);
  bench.step({ kind: 'frame', account: 0, frame: { ...positions, unread: 0 } });
  bench.pass(5000);
  expect(bench.kernel.stats).toMatchObject({ snapshotChecks: 1, snapshotMismatches: 1 });
});

test('DESK-139 nor is one of open orders', () => {
  const bench = Bench.ready();
  bench.want(quote());
  bench.pass(2000);
  const orders = { channel: 'account_orders', account: null, rows: [], li: 1_000_000 } as const;
  const before = bench.asked.length;
  bench.step({ kind: 'frame', account: 0, frame: { ...orders, unread: 2 } });
  bench.pass(5000);
  expect(bench.asked).toHaveLength(before);
});
