import { expect, test } from '@jest/globals';
import type { OpenOrderRow } from '../../src/protocol/frames/frame.ts';
import { Bench, quote } from './support/bench.ts';

const OUTSIDE = '4'.repeat(44);
const BID = { kind: 'ok' } as const;

function rowOf(orderId: number): OpenOrderRow {
  return {
    ...{ orderId, clientOrderId: null, market: 0, side: 'ask', priceTicks: 100_000, lots: 700 },
    ...{ filledLots: 0, cancelledLots: 0, reduceOnly: false, type: 'limit', timeMs: 0 },
  };
}

/** Answers what waits; the outside account has these orders. */
function answerAll(bench: Bench, rows: readonly OpenOrderRow[]): number {
  let reads = 0;
  while (bench.asked.length > 0) {
    const [asked] = bench.asked;
    const isOutside = asked !== undefined && JSON.stringify(asked.query).includes(OUTSIDE);
    reads += isOutside ? 1 : 0;
    const value = { of: 'orders', rows, lastOrderId: 100 } as const;
    bench.answer(isOutside ? { ...BID, value } : undefined);
  }
  return reads;
}

function scene(): Bench {
  const bench = new Bench({ config: { outsideAccounts: [OUTSIDE] } });
  bench.reads = 'slow';
  bench.open();
  bench.operate({ do: 'start' });
  return bench;
}

test('DESK-141 nothing new is sent before an outside account has been read', () => {
  const bench = scene();
  while (bench.asked.length > 0) {
    const [asked] = bench.asked;
    const isOutside = JSON.stringify(asked?.query).includes(OUTSIDE);
    bench.answer(isOutside ? { kind: 'unknown', message: 'no answer' } : undefined);
  }
  bench.want(quote());
  expect(bench.recordsOf('refusal').at(-1)?.body.code).toBe('MARKET_CLOSED');
  bench.pass(1000);
  expect(answerAll(bench, [])).toBe(1);
  bench.pass(3000);
  expect(bench.order().request.side).toBe('bid');
});

test('DESK-141 what rests in an outside account counts until it is not shown any more', () => {
  const bench = scene();
  answerAll(bench, [rowOf(77)]);
  expect(bench.kernel.gate.entry(-77)).toMatchObject({ state: 'FOREIGN', account: 2 });
  expect(bench.alarms).toEqual([]);
  expect(bench.recordsOf('outside_order')).toHaveLength(1);
  bench.pass(10_000);
  expect(answerAll(bench, [rowOf(78)])).toBe(1);
  expect(bench.kernel.gate.entry(-77)).toBeUndefined();
  expect(bench.kernel.gate.entry(-78)?.remainingLots).toBe(700);
});
