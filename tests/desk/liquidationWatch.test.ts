import { expect, test } from '@jest/globals';
import type { AccountFigures } from '../../src/protocol/frames/frame.ts';
import { Bench, quote } from './support/bench.ts';

/** Figures of an account with so much equity for a maintenance margin of 100. */
function figuresOf(equityMicro: number, maintenanceMicro = 100): AccountFigures {
  return {
    ...{ balanceMicro: equityMicro, equityMicro, availableMicro: 0, marginUsedMicro: 0 },
    ...{ maintenanceMicro, feeLevel: 0, ordersCount: 0, positionsCount: 1 },
  };
}

function tell(bench: Bench, account: number, figures: AccountFigures): void {
  const frame = { channel: 'account_info', account: null, figures, timeMs: 0 } as const;
  bench.step({ kind: 'frame', account, frame });
}

/** Account 1 is long, and account 0 bids in the same market. */
function scene(): Bench {
  const bench = Bench.ready();
  bench.kernel.accounts[1]?.setPosition(0, { lots: 500, costMicro: 0 });
  return bench;
}

test('DESK-140 while an account is near its liquidation, nothing of ours rests in its way', () => {
  const bench = scene();
  bench.want(quote());
  const order = bench.order();
  bench.update(order, { event: 'make', status: 'open' });
  tell(bench, 1, figuresOf(150));
  expect(order.cancelAsked).toBe(false);
  tell(bench, 1, figuresOf(149));
  expect(order.cancelAsked).toBe(true);
  expect(bench.alarms).toEqual([
    'account a1 is near its liquidation; no account of the desk rests an order where that would trade',
  ]);
  expect(bench.recordsOf('liquidation_guard').map(({ body }) => body)).toEqual([
    { account: 1, equityMicro: 149, maintenanceMicro: 100, near: true },
  ]);
  bench.update(order, { event: 'cancel', status: 'cancelled' });
  bench.want(quote({ quote: { ticks: 99_000, lots: 1000 } }));
  bench.pass(3000);
  expect(bench.recordsOf('refusal').at(-1)?.body).toMatchObject({
    code: 'LIQUIDATION',
    orders: [{ account: 0, side: 'bid', priceTicks: 99_000 }],
    against: [{ account: 1, side: 'ask', lots: 500, kind: 'market', state: 'LIQUIDATION' }],
  });
});

test('DESK-140 it is safe again with more than it was near with, and says so once', () => {
  const bench = scene();
  tell(bench, 1, figuresOf(100));
  tell(bench, 1, figuresOf(120));
  tell(bench, 1, figuresOf(169));
  bench.want(quote());
  expect(bench.recordsOf('refusal').at(-1)?.body.code).toBe('LIQUIDATION');
  tell(bench, 1, figuresOf(170));
  expect(bench.recordsOf('liquidation_guard').map(({ body }) => body.near)).toEqual([true, false]);
  expect(bench.alarms).toHaveLength(1);
  bench.want(quote({ quote: { ticks: 99_000, lots: 1000 } }));
  bench.pass(3000);
  expect(bench.order().request.side).toBe('bid');
});

test('DESK-140 an account without positions is near nothing', () => {
  const bench = scene();
  tell(bench, 1, figuresOf(0, 0));
  expect(bench.alarms).toEqual([]);
});
