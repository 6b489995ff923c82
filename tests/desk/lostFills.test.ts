// Fills that the stream owes and histories that do not answer: bounded questions, no guesses.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FillRow } from '../../src/protocol/frames/frame.ts';
import type { Outcome } from '../../src/protocol/outcome.ts';
import type { QueryResult } from '../../src/protocol/queries.ts';
import { Bench, positionRow, quote, type Tables, work } from './support/bench.ts';

const SILENCE: Outcome<QueryResult> = { kind: 'unknown', message: 'status 504: Request timed out' };
const MINUTE = 60_000;

function tablesOf(bench: Bench): Tables {
  return bench.tables[0] as Tables;
}

/** Answers what waits from the tables, a history with silence, while `ms` pass. */
function passSilent(bench: Bench, ms: number, silent: 'orderHistory' | 'tradeHistory'): void {
  const answer = (): void => {
    while (bench.asked.length > 0) {
      bench.answer(bench.asked[0]?.query.of === silent ? SILENCE : undefined);
    }
  };
  for (let at = 0; at < ms; at += 250) {
    answer();
    bench.pass(250);
  }
  answer();
}

describe('a history that never answers', () => {
  test('DESK-113 leaves an order unknown and counting, says so once, and is asked ever less', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.lose(bench.lastSend('order').requestId);
    passSilent(bench, MINUTE, 'orderHistory');
    expect(bench.queries('orderHistory').length).toBeLessThanOrEqual(9);
    passSilent(bench, 10 * MINUTE, 'orderHistory');
    expect(order.state).toBe('UNKNOWN');
    expect(bench.kernel.gate.entry(order.id)).toBeDefined();
    expect(bench.queries('orderHistory').length).toBeLessThanOrEqual(21);
    expect(bench.alarms).toEqual([
      "account a0: the venue's order history does not answer; 1 orders whose fate it would tell go on counting",
    ]);
    // It has rows now, and so it answers.
    bench.reads = 'quick';
    while (bench.asked.length > 0) bench.answer();
    bench.pass(MINUTE);
    bench.pass(MINUTE);
    expect(order.ending).toBe('not-admitted');
  });

  test('DESK-113 does not keep the open orders from telling', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.lose(bench.lastSend('order').requestId);
    passSilent(bench, MINUTE, 'orderHistory');
    const { request } = order;
    tablesOf(bench).orders.push({
      orderId: 5,
      clientOrderId: request.clientOrderId,
      market: 0,
      side: 'bid',
      priceTicks: request.priceTicks,
      lots: request.lots,
      filledLots: 0,
      cancelledLots: 0,
      reduceOnly: false,
      type: 'limit',
      timeMs: 0,
    });
    passSilent(bench, 2 * MINUTE, 'orderHistory');
    expect(order).toMatchObject({ state: 'LIVE', venueId: 5 });
    expect(bench.alarms).toHaveLength(1);
  });

  test('DESK-113 a lost account is not known again while it keeps silent', () => {
    const bench = Bench.ready();
    bench.want(quote());
    bench.update(bench.order(), { event: 'make' });
    bench.reads = 'slow';
    bench.session(0, 'down');
    bench.session(0, 'up');
    passSilent(bench, 5 * MINUTE, 'orderHistory');
    expect(bench.kernel.accounts[0]?.status).toBe('stale');
    expect(bench.kernel.accounts[1]?.status).toBe('ready');
  });
});

describe('fills that never come', () => {
  test('DESK-114 are asked for with growing waits, then the positions are read instead, loudly', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0 }));
    const order = bench.order();
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    bench.pass(10_000);
    expect(bench.queries('tradeHistory')).toHaveLength(4);
    tablesOf(bench).positions = [positionRow(0, 1000)];
    tablesOf(bench).lastOrderId = 9000;
    bench.pass(3 * MINUTE);
    expect(bench.queries('tradeHistory')).toHaveLength(9);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(1000);
    expect(bench.alarms[0]).toBe(
      `account a0: the venue's history does not show all that it counts as filled of ${order.request.clientOrderId}; its positions are read instead`,
    );
    // Had it only been late, it is in the positions already.
    bench.trade(bench.fillRow(order, 1000));
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(1000);
    bench.pass(MINUTE);
    expect(bench.queries('tradeHistory')).toHaveLength(9);
  });

  test('DESK-114 an order that goes on filling is looked up anew', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    const report = (filledLots: number): void =>
      bench.update(order, { status: 'partially_filled', filledLots, event: 'fulfill_limit' });
    report(10);
    bench.pass(4 * MINUTE);
    const asked = bench.queries('tradeHistory').length;
    report(10);
    bench.pass(5000);
    expect(bench.queries('tradeHistory')).toHaveLength(asked);
    report(20);
    bench.pass(1600);
    expect(bench.queries('tradeHistory')).toHaveLength(asked + 1);
  });

  test('DESK-114 a trade history that does not answer is asked for so long and no longer', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    bench.want(work({ account: 0 }));
    bench.update(bench.order(), { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    passSilent(bench, 5 * MINUTE, 'tradeHistory');
    expect(bench.queries('tradeHistory')).toHaveLength(27);
    passSilent(bench, 5 * MINUTE, 'tradeHistory');
    expect(bench.queries('tradeHistory')).toHaveLength(27);
  });
});

describe('whatever is delayed, missing or doubled', () => {
  const kinds = {
    'a post-only quote': (bench: Bench) => bench.want(quote()),
    'an order that takes': (bench: Bench) => bench.want(work({ account: 0 })),
    'a closing order': (bench: Bench) => {
      bench.operate({ do: 'close', reason: 'test' });
      for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
      bench.pass(3000);
    },
  };

  test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    'DESK-115 every fill of %s is counted once, and few questions are asked',
    (kind) => {
      const part = fc.record({
        lots: fc.integer({ min: 1, max: 300 }),
        trade: fc.constantFrom('at once', 'late', 'never', 'twice'),
        gapMs: fc.nat(4000),
      });
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
          const bench = new Bench();
          tablesOf(bench).positions = kind === 'a closing order' ? [positionRow(0, 1000)] : [];
          bench.open();
          kinds[kind](bench);
          const order = bench.order();
          expect(order.request.reduceOnly).toBe(kind === 'a closing order');
          const sign = order.request.side === 'bid' ? 1 : -1;
          const before = bench.kernel.accounts[0]?.position(0).lots ?? 0;
          const late: FillRow[] = [];
          let filledLots = 0;
          for (const { lots, trade, gapMs } of parts) {
            filledLots += lots;
            const row = bench.fillRow(order, lots);
            tablesOf(bench).trades.push({ ...row, li: 0 });
            bench.update(order, { status: 'partially_filled', filledLots, event: 'fulfill_limit' });
            if (trade === 'late') late.push(row);
            if (trade === 'at once' || trade === 'twice') bench.trade(row);
            if (trade === 'twice') bench.trade(row);
            bench.pass(gapMs);
          }
          bench.update(order, { status: 'cancelled', filledLots, event: 'cancel' });
          bench.pass(5000);
          for (const row of late) bench.trade(row);
          expect(bench.kernel.accounts[0]?.position(0).lots).toBe(before + sign * filledLots);
          expect(order.filledLots).toBe(filledLots);
          expect(bench.queries('tradeHistory').length).toBeLessThanOrEqual(parts.length + 1);
        }),
        { numRuns: 25 },
      );
    },
  );
});
