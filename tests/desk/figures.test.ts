import { describe, expect, test } from '@jest/globals';
import { MarketView } from '../../src/book/marketView.ts';
import { Bars } from '../../src/desk/bars.ts';
import { DeskStats } from '../../src/desk/deskStats.ts';
import { gateFacts, gateLimits } from '../../src/desk/gateParts.ts';
import { KernelContext } from '../../src/desk/kernelContext.ts';
import { isFlattening, laneOf } from '../../src/desk/lanes.ts';
import { LatencySample } from '../../src/desk/latency.ts';
import { Neutrality } from '../../src/desk/neutrality.ts';
import { SignalBook } from '../../src/desk/signalBook.ts';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { Bench, candleRow, quote, work } from './support/bench.ts';

describe('the minutes of a market', () => {
  test('DESK-43 close one after the other; the open one is not among them', () => {
    const bars = new Bars();
    expect(bars.openMs).toBeUndefined();
    expect(bars.closes(5)).toEqual([]);
    expect(bars.holds(0)).toBe(true);
    bars.onCandle(candleRow(0, 1, 100));
    bars.onCandle(candleRow(0, 1, 101));
    expect(bars.openMs).toBe(candleRow(0, 1, 0).startMs);
    expect(bars.closes(5)).toEqual([]);
    bars.onCandle(candleRow(0, 2, 200));
    bars.onCandle(candleRow(0, 3, 300));
    // Late news of a minute that is over changes nothing.
    bars.onCandle(candleRow(0, 2, 999));
    bars.onCandle(candleRow(0, 3, 301));
    bars.onCandle(candleRow(0, 4, 400));
    expect(bars.closes(5)).toEqual([101, 200, 301]);
    expect(bars.closes(2)).toEqual([200, 301]);
    expect([bars.holds(3), bars.holds(4)]).toEqual([true, false]);
  });

  test('DESK-43 history comes in any order and goes in front, whatever has closed since', () => {
    const bars = new Bars();
    bars.onCandle(candleRow(0, 5, 50));
    bars.onCandle(candleRow(0, 6, 60));
    bars.onCandle(candleRow(0, 7, 70));
    expect(bars.closes(9)).toEqual([50, 60]);
    bars.seed([3, 1, 4, 2, 5, 9].map((minute) => candleRow(0, minute, minute)));
    expect(bars.closes(9)).toEqual([1, 2, 3, 4, 5, 60]);
    // What is still open, or not begun, is no history.
    bars.seed([candleRow(0, 7, 77), candleRow(0, 8, 88)]);
    expect(bars.closes(1)).toEqual([60]);
  });

  test('DESK-43 a minute without a trade keeps the close before it; one that was missed is a hole', () => {
    const bars = new Bars();
    bars.onCandle(candleRow(0, 10, 0));
    bars.seed([candleRow(0, 5, 55), candleRow(0, 8, 88), candleRow(0, 9, 99)]);
    expect(bars.closes(9)).toEqual([55, 55, 55, 88, 99]);
    bars.onCandle(candleRow(0, 13, 0));
    expect(bars.closes(9)).toEqual([]);
    expect(bars.holds(1)).toBe(false);
    bars.seed([candleRow(0, 11, 11), candleRow(0, 12, 12)]);
    expect(bars.closes(4)).toEqual([99, 0, 11, 12]);
  });

  test('DESK-43 history may come before the first candle, and only so much is kept', () => {
    const bars = new Bars();
    bars.seed(Array.from({ length: 6000 }, (_, minute) => candleRow(0, minute, minute)));
    bars.onCandle(candleRow(0, 6000, 0));
    expect(bars.closes(3)).toEqual([5997, 5998, 5999]);
    expect(bars.holds(4100)).toBe(true);
    expect(bars.closes(6000).length).toBeLessThan(5100);
  });
});

describe('what is measured', () => {
  test('DESK-60 the imbalance of a pair is weighted by the time for which it was held', () => {
    const neutrality = new Neutrality();
    expect(neutrality.report()).toEqual([]);
    neutrality.observe(0, 7, 0, 0);
    neutrality.observe(1000, 7, 100, -98);
    // A second at 2 in 198, three at 0 in 196, then flat for an hour.
    neutrality.observe(2000, 7, 98, -98);
    neutrality.observe(5000, 7, 0, 0);
    neutrality.observe(3_605_000, 7, 0, 0);
    neutrality.observe(0, 8, 0, 0);
    expect(neutrality.report()).toEqual([
      {
        account: 7,
        meanBps: ((2 / 198) * 1000 * 10_000) / 4000,
        meanNetMicro: 0.5,
        heldMs: 4000,
      },
      { account: 8, meanBps: 0, meanNetMicro: 0, heldMs: 0 },
    ]);
  });

  test('DESK-61 quantiles are those of the sample, and a long one is thinned evenly', () => {
    const sample = new LatencySample();
    expect([sample.quantileUs(0.5), sample.count, sample.maxUs]).toEqual([0, 0, 0]);
    for (const us of [50, 10, 40, 20, 30]) sample.add(us);
    expect([0, 0.2, 0.5, 0.99, 1].map((share) => sample.quantileUs(share))).toEqual([
      10, 20, 30, 50, 50,
    ]);
    const long = new LatencySample();
    for (let us = 1; us <= 350_000; us += 1) long.add(us);
    expect(long.count).toBe(350_000);
    expect(long.maxUs).toBe(350_000);
    expect(Math.abs(long.quantileUs(0.5) - 175_000)).toBeLessThan(10);
    expect(Math.abs(long.quantileUs(0.99) - 346_500)).toBeLessThan(10);
  });

  test('DESK-62 every order is counted for its signal; one without is told apart', () => {
    const book = new SignalBook();
    book.begin(1, 10, 'z 2.0');
    book.begin(1, 11, 'z 2.0');
    book.begin(2, 12, 'z 2.0');
    for (const parent of [10, 11, 11]) book.order(1, parent);
    book.order(2, 12);
    book.order(3, 99);
    expect(book.lines).toEqual([
      { strategy: 1, signal: 'z 2.0', parents: 2, orders: 3 },
      { strategy: 2, signal: 'z 2.0', parents: 1, orders: 1 },
    ]);
    expect([1, 2, 3].map((strategy) => book.totals(strategy))).toEqual([
      { parents: 2, orders: 3 },
      { parents: 1, orders: 1 },
      { parents: 0, orders: 1 },
    ]);
    expect(book.unexplained).toBe(1);
  });

  test('DESK-62 what is old is forgotten, the totals go on', () => {
    const book = new SignalBook();
    for (let parent = 1; parent <= 20_001; parent += 1) book.begin(1, parent, `signal ${parent}`);
    expect(book.lines).toHaveLength(2000);
    expect(book.lines[0]?.signal).toBe('signal 18002');
    book.order(1, 1);
    expect(book.unexplained).toBe(1);
    book.order(1, 2);
    expect(book.unexplained).toBe(1);
    expect(book.totals(1)).toEqual({ parents: 20_001, orders: 2 });
  });

  test('DESK-62 refusals and rejects are counted by reason', () => {
    const stats = new DeskStats();
    for (const code of ['MIRROR', 'SELF_TRADE', 'MIRROR']) stats.refused(code);
    for (const reason of ['balance', 'other', 'balance']) stats.rejected(reason);
    expect(stats.refusalCount).toBe(3);
    expect([...stats.refusals]).toEqual([
      ['MIRROR', 2],
      ['SELF_TRADE', 1],
    ]);
    expect([...stats.rejectReasons]).toEqual([
      ['balance', 2],
      ['other', 1],
    ]);
    expect(stats.rejects).toBe(3);
  });
});

describe('what the gate is told', () => {
  test('DESK-63 equity only of accounts that are known, prices with their age in wall time', () => {
    const context = new KernelContext(1);
    const view = new MarketView(0);
    const bench = Bench.ready();
    const facts = gateFacts(context, () => bench.kernel.accounts, [view]);
    context.begin({ wallMs: 1_000_000, monoUs: 50_000_000 });
    expect(facts.equityMicro(0)).toBe(100_000_000_000);
    expect(facts.equityMicro(9)).toBeUndefined();
    const fresh = new Bench();
    const unknown = gateFacts(context, () => fresh.kernel.accounts, [view]);
    expect(unknown.equityMicro(0)).toBeUndefined();
    expect(facts.positionLots(9, 0)).toBe(0);
    expect([facts.referenceTicks(0), facts.referenceTicks(1)]).toEqual([0, 0]);
    expect([facts.referenceAtMs(0), facts.referenceAtMs(1)]).toEqual([0, 0]);
    const levels = { bids: [99, 1], asks: [101, 1], timeMs: 0, li: 0 };
    view.onBook({ channel: 'book', market: 0, ...levels }, 48_000);
    view.onPrice({ market: 0, markTicks: 100, midTicks: 100, oracleTicks: 100, timeMs: 0 }, 49_000);
    // Two seconds old by the older of the two.
    expect(facts.referenceAtMs(0)).toBe(998_000);
    expect(facts.referenceTicks(0)).toBe(100);
  });

  test('DESK-63 the configured limits in its units', () => {
    const limits = {
      maxOrderPercent: 2.55,
      collarBps: 90,
      reduceCollarBps: 250,
      maxReferenceAgeMs: 4000,
    };
    expect(gateLimits(limits as Parameters<typeof gateLimits>[0])).toEqual({
      default: {
        orderShareBps: 255,
        collarBps: 90,
        reductionCollarBps: 250,
        maxReferenceAgeMs: 4000,
      },
    });
  });

  test('DESK-63 an account may open as much as its equity allows at that price, never less than nothing', () => {
    const bench = new Bench();
    const [tables] = bench.tables;
    if (tables === undefined) throw new Error('no tables');
    tables.balanceMicro = -1;
    bench.open();
    // Ten percent of 100,000 dollars at 100,000 dollars: a tenth of a bitcoin.
    bench.want(work({ totalLots: 1_000_000, dueLots: 1_000_000 }));
    expect(bench.order(1).request.lots).toBe(9989);
    bench.want(work({ account: 0, totalLots: 1000, dueLots: 1000 }));
    expect(bench.working()).toEqual([]);
  });
});

describe('lanes', () => {
  test('DESK-2 follow from precedence; only reducing kills, reductions and hedges flatten', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const base = bench.order().request;
    const classes = ['kill', 'reduction', 'hedge', 'parent', 'quote'] as const;
    const requests = classes.map((precedence): OrderRequest => ({ ...base, precedence }));
    expect(requests.map(laneOf)).toEqual(['kill', 'reduce', 'hedge', 'open', 'quote']);
    expect(requests.map(isFlattening)).toEqual([false, false, false, false, false]);
    const reducing = requests.map((request) => ({ ...request, reduceOnly: true }));
    expect(reducing.map(isFlattening)).toEqual([true, true, true, false, false]);
  });
});

describe('frames', () => {
  test('DESK-64 books, marks and candles of markets that are not traded change nothing', () => {
    const bench = Bench.ready();
    const book = { bids: [1, 1], asks: [2, 1], timeMs: 0, li: 0 };
    bench.step({
      kind: 'frame',
      account: undefined,
      frame: { channel: 'book', market: 7, ...book },
    });
    const row = { market: 7, markTicks: 5, midTicks: 5, oracleTicks: 5, timeMs: 0 };
    bench.step({ kind: 'frame', account: undefined, frame: { channel: 'prices', rows: [row] } });
    bench.candle(7, 1, 5);
    expect(bench.kernel.views.map(({ bidTicks, markTicks }) => [bidTicks, markTicks])).toEqual([
      [99_999, 100_000],
      [39_999, 40_000],
    ]);
  });

  test('DESK-64 what the venue says of an order is written down in its own words', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.fill(order, 400, { feeMicro: 12, pnlMicro: -12, ticks: 99_998 });
    const { clientOrderId } = order.request;
    expect(bench.recordsOf('order')[0]?.body).toEqual({
      account: 0,
      clientOrderId,
      venueId: 1001,
      event: 'fulfill_limit',
      status: 'partially_filled',
      filledLots: 400,
      venueMs: 0,
    });
    expect(bench.recordsOf('fill')[0]?.body).toEqual({
      account: 0,
      historyId: 1,
      clientOrderId,
      venueId: 1001,
      market: 0,
      side: 'open_long',
      role: 'fulfill_maker',
      cause: 'normal',
      ticks: 99_998,
      lots: 400,
      feeMicro: 12,
      pnlMicro: -12,
      venueMs: bench.wallMs,
    });
    expect(bench.kernel.gate.entry(order.id)?.remainingLots).toBe(600);
  });
});
