import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { doneLots, isWorking, type Order, remainingLots } from '../../src/accounts/order.ts';
import { MarketView } from '../../src/book/marketView.ts';
import { backoffMs } from '../../src/orders/backoff.ts';
import { takingTicks } from '../../src/orders/dealer.ts';
import { Flattener } from '../../src/orders/flattener.ts';
import { LateFills } from '../../src/orders/lateFills.ts';
import { OrderCoordinator } from '../../src/orders/orderCoordinator.ts';
import { Quoter } from '../../src/orders/quoter.ts';
import { Worker } from '../../src/orders/worker.ts';
import type { PairIntent, QuoteIntent, WorkIntent } from '../../src/strategy/intent.ts';
import { FakeDealer } from './support/fakeDealer.ts';

const DENIED = { code: 'SELF_TRADE' };

describe('prices and waits', () => {
  test.each([
    // attempt, jitter, wait with a base of 250 and a maximum of 10,000
    [0, 0, 250],
    [1, 0, 500],
    [5, 0, 8000],
    [6, 0, 10_000],
    [1000, 0, 10_000],
    [0, 0.5, 313],
    [6, 0.999, 14_995],
  ])('ORD-10 attempt %i with jitter %d waits %i ms', (attempt, jitter, expected) => {
    expect(backoffMs(attempt, 250, 10_000, jitter)).toBe(expected);
  });

  test.each([
    ['bid', 10, 100_102],
    ['ask', 10, 99_899],
    ['bid', 0, 100_001],
    ['ask', 0, 99_999],
    ['bid', 0.5, 100_007],
    ['ask', 0.5, 99_994],
  ] as const)('ORD-11 a %s %d basis points further: %i', (side, slippage, expected) => {
    expect(takingTicks(new FakeDealer().view(0), side, slippage)).toBe(expected);
    expect(takingTicks(new MarketView(0), side, slippage)).toBe(0);
  });

  test('ORD-15 fills are late until they come, for at most five seconds', () => {
    const dealer = new FakeDealer();
    const late = new LateFills(dealer);
    expect(late.any).toBe(false);
    const [first, second] = ['x', 'y'].map(() => ({ reportedLots: 5, filledLots: 5 }) as Order) as [
      Order,
      Order,
    ];
    first.filledLots = 3;
    late.watch(first);
    late.watch(second);
    expect(late.any).toBe(true);
    first.filledLots = 5;
    expect(late.any).toBe(false);
    second.reportedLots = 9;
    late.watch(second);
    dealer.pass(4999);
    expect(late.any).toBe(true);
    dealer.pass(1);
    expect(late.any).toBe(false);
  });
});

/** A thousand dollars of BTC in ten slices, unless said otherwise. */
function work(changes: Partial<WorkIntent> = {}): WorkIntent {
  return {
    kind: 'work',
    strategy: 3,
    account: 2,
    signal: 'slice',
    onConflict: 'CLAMP',
    market: 0,
    side: 'bid',
    totalLots: 1000,
    dueLots: 100,
    slippageBps: 10,
    ...changes,
  };
}

function worker(changes: Partial<WorkIntent> = {}): {
  dealer: FakeDealer;
  worker: Worker;
  want: (dueLots: number, more?: Partial<WorkIntent>) => void;
} {
  const dealer = new FakeDealer();
  const made = new Worker(dealer, work({ ...changes, dueLots: 0 }));
  return {
    dealer,
    worker: made,
    want: (dueLots, more) => made.want(work({ ...changes, ...more, dueLots })),
  };
}

describe('a parent order', () => {
  test('ORD-1 ORD-2 one child for what is due', () => {
    const { dealer, worker: parent, want } = worker();
    expect([parent.account, parent.totalLots, parent.doneLots, parent.idle]).toEqual([
      2,
      1000,
      0,
      true,
    ]);
    want(0);
    expect(dealer.deals).toEqual([]);
    want(100);
    expect(dealer.asked).toEqual(['BTC +100 @100102 IOC parent']);
    expect(dealer.lastDeal.drafts[0]).toMatchObject({
      account: 2,
      onConflict: 'CLAMP',
      strategy: 3,
      parent: 1,
      leg: 'BTC',
      attempt: 1,
    });
    dealer.fill(dealer.only, 30);
    expect([parent.doneLots, parent.idle]).toEqual([30, false]);
    want(200);
    expect(dealer.deals).toHaveLength(1);
    dealer.complete(dealer.only);
    expect(dealer.asked[1]).toBe('BTC +100 @100102 IOC parent');
    dealer.complete(dealer.only);
    expect([parent.doneLots, parent.idle, dealer.timers]).toEqual([200, true, 0]);
    expect(dealer.lastDeal.drafts[0]?.attempt).toBe(2);
  });

  test('ORD-1 a sale, to its end, with begin and end in the log', () => {
    const { dealer, want } = worker({ side: 'ask', market: 1, totalLots: 100 });
    want(50);
    dealer.complete(dealer.only);
    want(100);
    dealer.complete(dealer.only);
    expect(dealer.asked).toEqual(['ETH -50 @39959 IOC parent', 'ETH -50 @39959 IOC parent']);
    expect(dealer.notes).toEqual([
      {
        type: 'parent_start',
        body: { parent: 1, account: 2, symbol: 'ETH', side: 'ask', lots: 100 },
      },
      { type: 'parent_end', body: { parent: 1, lots: 100 } },
    ]);
    expect(dealer.signals).toEqual([{ parent: 1, strategy: 3, signal: 'slice' }]);
    want(100);
    expect(dealer.notesOf('parent_end')).toHaveLength(1);
  });

  test('ORD-1 partly filled: the rest goes out at once; too small, with the next slice', () => {
    const { dealer, want } = worker();
    want(100);
    dealer.fill(dealer.only, 40);
    dealer.end(dealer.only, 'cancelled');
    dealer.fill(dealer.only, 55);
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.working).toEqual([]);
    dealer.pass(60_000);
    expect(dealer.working).toEqual([]);
    want(200);
    expect(dealer.asked.slice(1)).toEqual([
      'BTC +60 @100102 IOC parent',
      'BTC +105 @100102 IOC parent',
    ]);
  });

  test('ORD-3 empty or denied: again after growing waits', () => {
    const { dealer, want } = worker();
    want(100);
    dealer.end(dealer.only, 'rejected');
    dealer.pass(249);
    expect(dealer.deals).toHaveLength(1);
    dealer.answers.push(DENIED);
    dealer.pass(1);
    expect(dealer.deals).toHaveLength(2);
    want(100);
    dealer.pass(499);
    expect(dealer.deals).toHaveLength(2);
    dealer.pass(1);
    expect(dealer.deals).toHaveLength(3);
    dealer.fill(dealer.only, 50);
    dealer.end(dealer.only, 'cancelled');
    // It filled something: the next wait is short again.
    dealer.end(dealer.only, 'not-admitted');
    dealer.pass(250);
    dealer.complete(dealer.only);
    expect(dealer.filled(0)).toBe(100);
  });

  test('ORD-3 never before the denial says, but a new slice asks at once', () => {
    const { dealer, want } = worker();
    dealer.answers.push({ code: 'MIRROR', retryAtMs: dealer.nowMs() + 30_000 });
    want(100);
    dealer.pass(29_999);
    want(100);
    expect(dealer.deals).toHaveLength(1);
    dealer.answers.push({ code: 'MIRROR', retryAtMs: dealer.nowMs() + 30_000 });
    want(200);
    expect(dealer.deals).toHaveLength(2);
    dealer.pass(30_000);
    expect(dealer.asked[2]).toBe('BTC +200 @100102 IOC parent');
  });

  test('ORD-2 never beyond the room in the account', () => {
    const { dealer, want } = worker({ totalLots: 100 });
    dealer.capLots = 60;
    want(100);
    dealer.complete(dealer.only);
    dealer.complete(dealer.only);
    expect(dealer.asked).toEqual(['BTC +60 @100102 IOC parent', 'BTC +40 @100102 IOC parent']);
  });

  test('ORD-4 without room or a price it looks again every second', () => {
    const { dealer, want } = worker();
    dealer.capLots = 10;
    want(11);
    want(1000);
    want(1000);
    expect(dealer.timers).toBe(1);
    dealer.book(0, 0, 100_001);
    dealer.capLots = 1_000_000;
    dealer.pass(1000);
    expect(dealer.deals).toEqual([]);
    dealer.pass(500);
    dealer.book(0, 99_999, 100_001);
    dealer.pass(499);
    expect(dealer.deals).toEqual([]);
    dealer.pass(1);
    expect(dealer.asked).toEqual(['BTC +1000 @100102 IOC parent']);
  });

  test('ORD-2 nothing is left that could not be sent by itself', () => {
    const cases: [total: number, due: number, cap: number, first: string | undefined][] = [
      [25, 14, 1000, 'BTC +14'], // of eleven that are left the venue takes an order
      [25, 20, 1000, 'BTC +14'], // less, so that eleven are left
      [22, 15, 1000, 'BTC +11'],
      [21, 15, 1000, undefined], // whatever is sent, the rest is too small: all of it with the next slice
      [21, 21, 1000, 'BTC +21'],
      [21, 21, 20, 'BTC +20'], // there is no room for more, and no slice to come
      [1000, 10, 1000, undefined], // too little is due
      [1000, 10, 5, undefined],
      [1000, 11, 11, 'BTC +11'],
    ];
    for (const [totalLots, due, cap, expected] of cases) {
      const { dealer, want } = worker({ totalLots });
      dealer.capLots = cap;
      want(due);
      expect(dealer.asked.map((asked) => asked.split(' @')[0])).toEqual(expected ? [expected] : []);
      if (expected === undefined) expect(dealer.timers).toBe(0);
    }
  });

  test('ORD-1 a rest that the venue is too large for ends the parent', () => {
    const { dealer, worker: parent, want } = worker({ totalLots: 100 });
    want(100);
    dealer.fill(dealer.only, 95);
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.notesOf('parent_end')).toEqual([{ parent: 1, lots: 95 }]);
    want(100);
    dealer.pass(60_000);
    expect([dealer.deals.length, parent.idle, dealer.timers]).toEqual([1, true, 0]);
  });

  test('ORD-12 a child without an ending is looked up', () => {
    const { dealer, want } = worker();
    want(100);
    dealer.lose(dealer.only);
    dealer.pass(2999);
    expect(dealer.inquiries).toEqual([]);
    dealer.pass(3001);
    expect(dealer.inquiries).toEqual([2, 2]);
    dealer.complete(dealer.only);
    dealer.pass(60_000);
    expect([dealer.inquiries, dealer.timers]).toEqual([[2, 2], 0]);
  });

  test('ORD-14 stopped: the child is cancelled, and nothing more is asked', () => {
    const { dealer, worker: parent, want } = worker();
    want(100);
    dealer.send(dealer.only);
    const child = dealer.only;
    parent.stop();
    parent.stop();
    expect(dealer.cancels).toEqual([child]);
    expect(parent.idle).toBe(false);
    dealer.fill(child, 30);
    dealer.end(child, 'cancelled');
    want(200);
    dealer.pass(60_000);
    expect([dealer.deals.length, parent.idle, parent.doneLots, dealer.timers]).toEqual([
      1,
      true,
      30,
      0,
    ]);
  });

  test('ORD-14 stopped while it waits: at the gate, or to try again', () => {
    const { dealer, worker: parent, want } = worker();
    dealer.answers.push('defer');
    want(100);
    parent.stop();
    expect(parent.idle).toBe(false);
    dealer.reserve(dealer.lastDeal);
    expect([parent.idle, dealer.working]).toEqual([true, []]);

    const other = worker();
    other.dealer.answers.push(DENIED);
    other.want(100);
    other.worker.stop();
    expect(other.dealer.timers).toBe(0);
    other.dealer.pass(60_000);
    expect(other.dealer.deals).toHaveLength(1);

    const third = worker();
    third.dealer.answers.push('defer');
    third.want(100);
    third.worker.stop();
    third.dealer.deny(third.dealer.lastDeal, 'BLOCKED');
    expect([third.worker.idle, third.dealer.timers]).toEqual([true, 0]);
  });

  test('ORD-14 a child that fills the parent after the stop ends it', () => {
    const { dealer, worker: parent, want } = worker({ totalLots: 100 });
    want(100);
    dealer.send(dealer.only);
    parent.stop();
    dealer.complete(dealer.only);
    expect(dealer.notesOf('parent_end')).toEqual([{ parent: 1, lots: 100 }]);
  });

  test('ORD-15 it is not idle while fills are missing', () => {
    const { dealer, worker: parent, want } = worker();
    want(100);
    const child = dealer.only;
    dealer.count(child, 100);
    dealer.end(child, 'filled');
    expect([parent.idle, parent.doneLots]).toEqual([false, 100]);
    dealer.fill(child, 100);
    expect([parent.idle, parent.doneLots]).toEqual([true, 100]);
  });

  test('ORD-1 ORD-2 whatever becomes of its children, the sum is the total', () => {
    const aFate = fc.oneof(
      fc.record({ of: fc.constant('fill' as const), percent: fc.integer({ min: 1, max: 100 }) }),
      fc.constant({ of: 'end' as const, percent: 0 }),
      fc.constant({ of: 'lose' as const, percent: 0 }),
      fc.constant({ of: 'deny' as const, percent: 0 }),
      fc.constant({ of: 'blind' as const, percent: 0 }),
    );
    const plot = fc.record({
      totalLots: fc.integer({ min: 11, max: 5000 }),
      slices: fc.integer({ min: 1, max: 12 }),
      side: fc.constantFrom('bid' as const, 'ask' as const),
      capLots: fc.integer({ min: 22, max: 2000 }),
      fates: fc.array(aFate, { maxLength: 40 }),
    });
    fc.assert(
      fc.property(plot, ({ totalLots, slices, side, capLots, fates }) => {
        const { dealer, worker: parent, want } = worker({ totalLots, side });
        dealer.capLots = capLots;
        let least = Number.POSITIVE_INFINITY;
        const queue = [...fates];
        const live = (due: number): void => {
          for (let i = 0; i < 60; i += 1) {
            expect(dealer.working.length).toBeLessThanOrEqual(1);
            expect(parent.doneLots + outstanding(dealer)).toBeLessThanOrEqual(due);
            const order = dealer.working[0];
            const fate = queue.shift();
            if (fate?.of === 'deny') dealer.answers.push(DENIED);
            if (fate?.of === 'blind') dealer.book(0, 0, 0);
            else dealer.book(0, 99_999, 100_001);
            if (order === undefined) {
              if (!dealer.passToTimer()) return;
              continue;
            }
            least = Math.min(least, order.request.lots);
            expect(order.request.lots).toBeLessThanOrEqual(capLots);
            if (fate === undefined) dealer.complete(order);
            else if (fate.of === 'end') dealer.end(order, 'cancelled');
            else if (fate.of === 'lose') {
              dealer.lose(order);
              dealer.pass(4000);
              if (isWorking(order)) dealer.end(order, 'not-admitted');
            } else if (fate.of === 'fill') {
              const lots = Math.floor((remainingLots(order) * fate.percent) / 100);
              dealer.fill(order, lots);
              dealer.end(order, remainingLots(order) === 0 ? 'filled' : 'cancelled');
            }
          }
        };
        for (let slice = 1; slice <= slices; slice += 1) {
          const due = Math.floor((totalLots * slice) / slices);
          want(due);
          live(due);
        }
        while (dealer.working.length > 0 || dealer.timers > 0) {
          queue.length = 0;
          dealer.answers.length = 0;
          live(totalLots);
        }
        expect(least).toBeGreaterThanOrEqual(10);
        const left = totalLots - Math.abs(dealer.filled(0));
        const stranded = fates.some(({ of }) => of === 'fill');
        if (stranded) expect(left).toBeLessThan(11);
        else expect(left).toBe(0);
        expect(parent.doneLots).toBe(totalLots - left);
        expect(dealer.notesOf('parent_end')).toEqual([{ parent: 1, lots: totalLots - left }]);
      }),
      { numRuns: 150 },
    );
  });

  function outstanding(dealer: FakeDealer): number {
    return dealer.working.reduce((sum, order) => sum + remainingLots(order), 0);
  }
});

/** A bid for BTC at 99,900. */
function quote(
  ticks: number | undefined = 99_900,
  changes: Partial<QuoteIntent> = {},
): QuoteIntent {
  return {
    kind: 'quote',
    strategy: 4,
    account: 1,
    signal: `at ${ticks}`,
    onConflict: 'BLOCK_NEW',
    market: 0,
    side: 'bid',
    quote: ticks === undefined || ticks === 0 ? undefined : { ticks, lots: 100 },
    ...changes,
  };
}

function quoter(): { dealer: FakeDealer; quoter: Quoter; want: (ticks: number) => void } {
  const dealer = new FakeDealer();
  const made = new Quoter(dealer, quote(0));
  return { dealer, quoter: made, want: (ticks) => made.want(quote(ticks)) };
}

describe('a quote', () => {
  test('ORD-5 is one post-only order where it is wanted', () => {
    const { dealer, quoter: bid, want } = quoter();
    expect([bid.idle, bid.wantedTicks]).toEqual([true, 0]);
    want(99_900);
    expect(dealer.asked).toEqual(['BTC +100 @99900 ALO quote']);
    expect(dealer.lastDeal.drafts[0]).toMatchObject({
      account: 1,
      reduceOnly: false,
      strategy: 4,
      parent: 1,
      leg: 'bid',
      attempt: 1,
    });
    dealer.rest(dealer.only);
    want(99_900);
    dealer.pass(60_000);
    expect([dealer.deals.length, dealer.cancels, bid.wantedTicks, bid.idle]).toEqual([
      1,
      [],
      99_900,
      false,
    ]);
    expect(dealer.signals).toEqual([{ parent: 1, strategy: 4, signal: 'at 99900' }]);
  });

  test('ORD-5 moves by its cancel, and asks for one only', () => {
    const { dealer, want } = quoter();
    want(99_900);
    const first = dealer.only;
    dealer.rest(first);
    want(99_910);
    want(99_920);
    expect([dealer.cancels, dealer.deals.length]).toEqual([[first], 1]);
    dealer.end(first, 'cancelled');
    expect(dealer.asked[1]).toBe('BTC +100 @99920 ALO quote');
    expect(dealer.lastDeal.drafts[0]).toMatchObject({ parent: 2, attempt: 2 });
    expect(dealer.signals[1]?.signal).toBe('at 99920');
  });

  test('ORD-5 another size is another quote', () => {
    const { dealer, quoter: bid } = quoter();
    bid.want(quote(99_900));
    dealer.rest(dealer.only);
    bid.want(quote(99_900, { quote: { ticks: 99_900, lots: 50 } }));
    expect(dealer.cancels).toHaveLength(1);
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.asked[1]).toBe('BTC +50 @99900 ALO quote');
  });

  test('ORD-5 is withdrawn when none is wanted', () => {
    const { dealer, quoter: bid, want } = quoter();
    want(99_900);
    dealer.rest(dealer.only);
    want(0);
    expect([bid.wantedTicks, dealer.cancels.length]).toEqual([0, 1]);
    dealer.end(dealer.only, 'cancelled');
    expect([bid.idle, dealer.deals.length, dealer.timers]).toEqual([true, 1, 0]);
  });

  test('ORD-5 what is wanted while it waits at the gate holds when it comes through', () => {
    const { dealer, want, quoter: bid } = quoter();
    dealer.answers.push('defer');
    want(99_900);
    want(99_910);
    expect([dealer.deals.length, bid.idle]).toEqual([1, false]);
    dealer.reserve(dealer.lastDeal);
    // It had not left yet, so it ends with its cancel.
    expect(dealer.orders[0]?.ending).toBe('not-sent');
    expect(dealer.asked[1]).toBe('BTC +100 @99910 ALO quote');
  });

  test('ORD-6 withdrawn for a stronger order it gives way for a second', () => {
    const { dealer, want } = quoter();
    want(99_900);
    dealer.rest(dealer.only);
    dealer.end(dealer.only, 'cancelled');
    want(99_905);
    dealer.pass(999);
    expect(dealer.deals).toHaveLength(1);
    dealer.pass(1);
    expect(dealer.asked[1]).toBe('BTC +100 @99905 ALO quote');
    dealer.pass(60_000);
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(1000);
    // The same wish: the same parent.
    expect(dealer.deals.map(({ drafts }) => drafts[0]?.parent)).toEqual([1, 2, 2]);
  });

  test('ORD-6 denied it backs off, whatever is wanted meanwhile', () => {
    const { dealer, want } = quoter();
    dealer.script = () => DENIED;
    want(99_900);
    const waits = [1000, 2000, 4000, 8000, 16_000, 16_000];
    for (const [i, wait] of waits.entries()) {
      dealer.pass(wait - 1);
      want(99_900 + i);
      expect(dealer.deals).toHaveLength(i + 1);
      dealer.pass(1);
      expect(dealer.deals).toHaveLength(i + 2);
    }
    dealer.script = () => 'reserve';
    dealer.pass(16_000);
    dealer.rest(dealer.only);
    want(99_950);
    dealer.answers.push(DENIED);
    dealer.end(dealer.only, 'cancelled');
    const count = dealer.deals.length;
    dealer.pass(1000);
    expect(dealer.deals).toHaveLength(count + 1);
  });

  test('ORD-6 never before the denial says', () => {
    const { dealer, want } = quoter();
    dealer.answers.push({ code: 'CREDITS', retryAtMs: dealer.nowMs() + 20_000 });
    want(99_900);
    dealer.pass(19_999);
    expect(dealer.deals).toHaveLength(1);
    dealer.pass(1);
    expect(dealer.deals).toHaveLength(2);
  });

  test('ORD-6 denied after it was withdrawn, the next wish waits all the same', () => {
    const { dealer, want, quoter: bid } = quoter();
    dealer.answers.push('defer');
    want(99_900);
    want(0);
    dealer.deny(dealer.lastDeal, 'DEFERRAL_EXPIRED');
    expect([bid.idle, dealer.timers]).toEqual([true, 0]);
    want(99_900);
    expect(dealer.deals).toHaveLength(1);
    dealer.pass(1000);
    expect(dealer.deals).toHaveLength(2);
  });

  test.each(['filled', 'rejected', 'not-admitted', 'not-sent'] as const)(
    'ORD-7 %s, it waits for a new wish',
    (ending) => {
      const { dealer, want, quoter: bid } = quoter();
      want(99_900);
      if (ending === 'filled') dealer.fill(dealer.only, 100);
      dealer.end(dealer.only, ending);
      expect([bid.wantedTicks, bid.idle]).toEqual([0, true]);
      dealer.pass(60_000);
      expect(dealer.deals).toHaveLength(1);
      want(99_900);
      expect(dealer.deals).toHaveLength(2);
    },
  );

  test('ORD-7 filled on its way to another price, even that is too old', () => {
    const { dealer, want, quoter: bid } = quoter();
    want(99_900);
    dealer.rest(dealer.only);
    want(99_910);
    dealer.complete(dealer.only);
    expect([bid.wantedTicks, dealer.deals.length]).toEqual([0, 1]);
    expect(dealer.timers).toBe(0);
  });

  test('ORD-7 rejected on its way to another price, it goes there', () => {
    const { dealer, want } = quoter();
    want(99_900);
    dealer.send(dealer.only);
    want(99_910);
    dealer.end(dealer.only, 'rejected');
    expect(dealer.asked[1]).toBe('BTC +100 @99910 ALO quote');
  });

  test('ORD-12 a cancel that does not end it is looked up', () => {
    const { dealer, want } = quoter();
    want(99_900);
    dealer.rest(dealer.only);
    want(0);
    dealer.pass(2000);
    want(99_950);
    want(0);
    dealer.pass(999);
    expect(dealer.inquiries).toEqual([]);
    dealer.pass(3001);
    expect(dealer.inquiries).toEqual([1, 1]);
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(60_000);
    expect(dealer.inquiries).toEqual([1, 1]);
  });

  test('ORD-14 ORD-15 stopped it is withdrawn, and nothing is wanted any more', () => {
    const { dealer, want, quoter: bid } = quoter();
    want(99_900);
    dealer.rest(dealer.only);
    bid.stop();
    want(99_910);
    expect([dealer.cancels.length, bid.wantedTicks, bid.idle]).toEqual([1, 0, false]);
    dealer.fill(dealer.only, 100);
    dealer.end(dealer.only, 'filled');
    expect([bid.idle, dealer.deals.length, dealer.timers]).toEqual([true, 1, 0]);
  });

  test('ORD-14 stopped while it waits: at the gate, or to try again', () => {
    const { dealer, want, quoter: bid } = quoter();
    dealer.answers.push('defer');
    want(99_900);
    bid.stop();
    expect(bid.idle).toBe(false);
    dealer.reserve(dealer.lastDeal);
    expect([bid.idle, dealer.working]).toEqual([true, []]);

    const other = quoter();
    other.dealer.answers.push(DENIED);
    other.want(99_900);
    other.quoter.stop();
    expect(other.dealer.timers).toBe(0);
  });

  test('ORD-15 it is not idle while fills are missing', () => {
    const { dealer, want, quoter: bid } = quoter();
    want(99_900);
    const order = dealer.only;
    dealer.count(order, 100);
    dealer.end(order, 'filled');
    expect(bid.idle).toBe(false);
    dealer.fill(order, 100);
    expect(bid.idle).toBe(true);
  });

  test('ORD-5 one order at most works, whatever is wanted and happens', () => {
    const act = fc.oneof(
      fc.record({
        of: fc.constant('want' as const),
        ticks: fc.integer({ min: 99_900, max: 99_902 }),
      }),
      fc.record({
        of: fc.constantFrom('withdraw' as const, 'rest' as const, 'end' as const),
        ticks: fc.constant(0),
      }),
      fc.record({ of: fc.constantFrom('fill' as const, 'deny' as const), ticks: fc.constant(0) }),
      fc.record({ of: fc.constantFrom('defer' as const, 'judge' as const), ticks: fc.constant(0) }),
      fc.record({ of: fc.constant('pass' as const), ticks: fc.integer({ min: 1, max: 3000 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const { dealer, want, quoter: bid } = quoter();
        for (const { of, ticks } of acts) {
          const order = dealer.working[0];
          if (of === 'want') want(ticks);
          else if (of === 'withdraw') want(0);
          else if (of === 'pass') dealer.pass(ticks);
          else if (of === 'deny') dealer.answers.push(DENIED);
          else if (of === 'defer') dealer.answers.push('defer');
          else if (of === 'judge') {
            if (dealer.deals.at(-1)?.answer === 'waiting') dealer.reserve(dealer.lastDeal);
          } else if (order !== undefined && of === 'rest') dealer.rest(order);
          else if (order !== undefined && of === 'end') dealer.end(order, 'cancelled');
          else if (order !== undefined) dealer.complete(order);
          const waiting = dealer.deals.filter((deal) => deal.answer === 'waiting').length;
          expect(dealer.working.length + waiting).toBeLessThanOrEqual(1);
          expect(bid.idle).toBe(dealer.working.length + waiting === 0);
          // An order elsewhere than wanted is being cancelled.
          for (const stray of dealer.working) {
            if (stray.request.priceTicks !== bid.wantedTicks) expect(stray.cancelAsked).toBe(true);
          }
        }
        // Left alone, it comes to rest where it is wanted.
        dealer.answers.length = 0;
        if (dealer.deals.at(-1)?.answer === 'waiting') dealer.reserve(dealer.lastDeal);
        for (const order of dealer.working) if (order.cancelAsked) dealer.end(order, 'cancelled');
        dealer.pass(30_000);
        const wanted = bid.wantedTicks;
        expect(dealer.working.map((order) => order.request.priceTicks)).toEqual(
          wanted === 0 ? [] : [wanted],
        );
        bid.stop();
        for (const order of dealer.working) dealer.end(order, 'cancelled');
        expect([bid.idle, dealer.timers]).toEqual([true, 0]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('closing a position', () => {
  function flattener(lots: number): { dealer: FakeDealer; closing: Flattener } {
    const dealer = new FakeDealer();
    dealer.hold(1, 0, lots);
    return { dealer, closing: new Flattener(dealer, 1, 0, 50, 'the operator says so') };
  }

  test('ORD-8 a reduce-only order of the highest precedence', () => {
    for (const [lots, asked] of [
      [500, 'BTC -500 @99499 IOC kill reduce-only'],
      [-500, 'BTC +500 @100502 IOC kill reduce-only'],
    ] as const) {
      const { dealer, closing } = flattener(lots);
      expect(closing.isDone).toBe(false);
      closing.step();
      closing.step();
      expect(dealer.asked).toEqual([asked]);
      expect(dealer.lastDeal.drafts[0]).toMatchObject({
        account: 1,
        onConflict: 'CANCEL_RESTING',
        strategy: 0,
        parent: 1,
        leg: 'BTC',
        attempt: 1,
      });
      expect(dealer.signals).toEqual([{ parent: 1, strategy: 0, signal: 'the operator says so' }]);
      dealer.complete(dealer.only);
      expect(closing.isDone).toBe(false);
      dealer.pass(200);
      expect([closing.isDone, dealer.timers]).toEqual([true, 0]);
    }
  });

  test('ORD-8 nothing to close, nothing said', () => {
    for (const lots of [0, 10, -9]) {
      const { dealer, closing } = flattener(lots);
      closing.step();
      expect([closing.isDone, dealer.deals, dealer.signals]).toEqual([true, [], []]);
    }
    expect(flattener(11).closing.isDone).toBe(false);
  });

  test('ORD-8 denied, rejected, partly filled: again and again', () => {
    const { dealer, closing } = flattener(500);
    dealer.answers.push({ code: 'MARKET_CLOSED' });
    closing.step();
    expect(dealer.working).toEqual([]);
    dealer.pass(199);
    expect(dealer.deals).toHaveLength(1);
    dealer.pass(1);
    dealer.end(dealer.only, 'rejected');
    dealer.pass(400);
    dealer.fill(dealer.only, 300);
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(800);
    expect(dealer.asked.at(-1)).toBe('BTC -200 @99499 IOC kill reduce-only');
    for (let i = 0; i < 20; i += 1) {
      dealer.end(dealer.only, 'not-admitted');
      dealer.pass(2000);
    }
    dealer.fill(dealer.only, 195);
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(2000);
    expect([closing.isDone, dealer.positionLots(1, 0), dealer.timers]).toEqual([true, 5, 0]);
    expect(dealer.signals).toHaveLength(1);
  });

  test("ORD-8 in portions of the venue's maximum", () => {
    const { dealer, closing } = flattener(8_000_000);
    closing.step();
    expect(dealer.asked).toEqual(['BTC -5025176 @99499 IOC kill reduce-only']);
    dealer.complete(dealer.only);
    dealer.pass(200);
    dealer.complete(dealer.only);
    dealer.pass(400);
    expect([closing.isDone, dealer.positionLots(1, 0)]).toEqual([true, 0]);
  });

  test('ORD-9 without a price nothing is too small, and it waits for one', () => {
    const { dealer, closing } = flattener(5);
    dealer.book(0, 0, 0);
    dealer.mark(0, 0);
    expect(closing.isDone).toBe(false);
    closing.step();
    expect(dealer.lastDeal.answer).toBe('denied');
    dealer.hold(1, 0, 500);
    dealer.pass(200);
    dealer.book(0, 99_999, 100_001);
    dealer.pass(400);
    dealer.complete(dealer.only);
    dealer.pass(800);
    expect(closing.isDone).toBe(true);
  });

  test('ORD-9 judged by the reference while the book is empty', () => {
    const { dealer, closing } = flattener(5);
    dealer.book(0, 0, 0);
    expect(closing.isDone).toBe(true);
    dealer.hold(1, 0, 10);
    expect(closing.isDone).toBe(false);
  });

  test('ORD-9 fills on their way are waited for, so that nothing is closed twice', () => {
    const { dealer, closing } = flattener(500);
    closing.step();
    const order = dealer.only;
    dealer.count(order, 500);
    dealer.end(order, 'filled');
    dealer.pass(3000);
    expect([closing.isDone, dealer.deals.length]).toEqual([false, 1]);
    dealer.fill(order, 500);
    dealer.pass(1000);
    expect([closing.isDone, dealer.deals.length]).toEqual([true, 1]);
  });

  test('ORD-12 an order without an ending is looked up', () => {
    const { dealer, closing } = flattener(500);
    closing.step();
    dealer.lose(dealer.only);
    dealer.pass(6000);
    expect([dealer.inquiries, dealer.deals.length]).toEqual([[1, 1], 1]);
    dealer.complete(dealer.only);
    dealer.pass(60_000);
    expect([dealer.inquiries.length, closing.isDone]).toEqual([2, true]);
  });
});

describe('the coordinator', () => {
  const pair: PairIntent = {
    kind: 'pair',
    strategy: 1,
    account: 0,
    signal: 'z',
    onConflict: 'BLOCK_NEW',
    markets: [0, 1],
    notionalMicro: 1_500_000_000,
    slippageBps: 10,
    rebalanceBps: 100,
  };

  function make(): { dealer: FakeDealer; coordinator: OrderCoordinator } {
    const dealer = new FakeDealer();
    const coordinator = new OrderCoordinator(dealer, {
      legTimeoutMs: 1500,
      chaseAttempts: 3,
      chaseSlippageBps: 20,
      unwindSlippageBps: 50,
    });
    return { dealer, coordinator };
  }

  function sendAll(dealer: FakeDealer): void {
    for (const order of dealer.working) dealer.send(order);
  }

  test('ORD-13 one keeper for each account, market and side, pair or parent', () => {
    const { dealer, coordinator } = make();
    for (const intent of [pair, quote(), quote(100_100, { side: 'ask' }), work()]) {
      coordinator.take(intent);
      coordinator.take(intent);
    }
    expect(dealer.asked.map((asked) => asked.split(' @')[0])).toEqual([
      'BTC +1500',
      'ETH -3750',
      'BTC +100',
      'BTC -100',
      'BTC +100',
    ]);
    coordinator.take({ ...pair, account: 5 });
    coordinator.take({ ...quote(), account: 5 });
    coordinator.take(quote(39_000, { market: 1 }));
    coordinator.take(work({ account: 5 }));
    coordinator.take(work({ strategy: 9 }));
    coordinator.take(work({ market: 1 }));
    expect(dealer.deals).toHaveLength(10);
    expect(coordinator.openPairs).toEqual([
      { account: 0, markets: [0, 1] },
      { account: 5, markets: [0, 1] },
    ]);
    expect(coordinator.quoteTicks(1, 0, 'bid')).toBe(99_900);
    expect(coordinator.quoteTicks(1, 0, 'ask')).toBe(100_100);
    expect(coordinator.quoteTicks(9, 0, 'bid')).toBe(0);
    expect(coordinator.parents.map(({ account, totalLots }) => [account, totalLots])).toEqual([
      [2, 1000],
      [5, 1000],
      [2, 1000],
      [2, 1000],
    ]);
    for (const order of dealer.working) dealer.complete(order);
    expect(coordinator.pairTotals).toMatchObject({ pairs: 2, hedged: 2 });
    expect(coordinator.parents[0]).toEqual({ account: 2, doneLots: 100, totalLots: 1000 });
  });

  test('ORD-14 stop means stop: only hedges and closings are dealt', () => {
    const { dealer, coordinator } = make();
    coordinator.take(pair);
    coordinator.take(quote());
    coordinator.take(work());
    sendAll(dealer);
    expect(coordinator.isIdle).toBe(false);
    coordinator.stop();
    const [btc, eth, bid, child] = dealer.orders as [Order, Order, Order, Order];
    expect(dealer.cancels).toEqual([bid, child]);
    for (const intent of [pair, quote(99_950), work({ dueLots: 500 })]) coordinator.take(intent);
    coordinator.take({ ...pair, account: 7 });
    expect(dealer.deals).toHaveLength(3);
    dealer.end(bid, 'cancelled');
    dealer.fill(child, 40);
    dealer.end(child, 'cancelled');
    dealer.complete(btc);
    dealer.end(eth, 'rejected');
    expect(dealer.asked.slice(4)).toEqual(['ETH -3750 @39919 IOC hedge']);
    expect(coordinator.isIdle).toBe(false);
    dealer.complete(dealer.only);
    dealer.pass(60_000);
    expect([coordinator.isIdle, dealer.deals.length, dealer.timers]).toEqual([true, 4, 0]);
    expect(coordinator.quoteTicks(1, 0, 'bid')).toBe(0);

    coordinator.flatten([0, 2], [0, 1], 50, 'close');
    expect([coordinator.isFlat, dealer.deals.length]).toEqual([false, 4]);
    dealer.runSoon();
    expect(dealer.asked.slice(5).map((asked) => asked.split(' @')[0])).toEqual([
      'BTC -1500',
      'ETH +3750',
      'BTC -40',
    ]);
    for (const order of dealer.working) dealer.complete(order);
    dealer.pass(200);
    expect([coordinator.isFlat, dealer.timers]).toEqual([true, 0]);
  });

  test('ORD-14 whatever had not left when it was stopped never leaves', () => {
    const { dealer, coordinator } = make();
    dealer.script = (drafts) => (drafts[0]?.account === 5 ? 'defer' : 'reserve');
    for (const account of [0, 5]) {
      coordinator.take({ ...pair, account });
      coordinator.take(quote(99_900, { account }));
      coordinator.take(work({ account }));
    }
    coordinator.stop();
    expect(dealer.working).toEqual([]);
    expect(coordinator.isIdle).toBe(false);
    for (const deal of dealer.deals) if (deal.answer === 'waiting') dealer.reserve(deal);
    dealer.pass(60_000);
    expect(dealer.orders.map((order) => order.ending)).toEqual(
      Array.from({ length: 8 }, () => 'not-sent'),
    );
    expect([coordinator.isIdle, dealer.deals.length, dealer.timers]).toEqual([true, 6, 0]);
    expect(dealer.orders.reduce((sum, order) => sum + doneLots(order), 0)).toBe(0);
  });

  test('ORD-8 asked twice to close, a position is closed once', () => {
    const { dealer, coordinator } = make();
    expect(coordinator.isFlat).toBe(true);
    dealer.hold(0, 0, 500);
    coordinator.flatten([0], [0], 50, 'close');
    dealer.runSoon();
    coordinator.flatten([0, 1], [0], 50, 'close');
    dealer.runSoon();
    expect(dealer.deals).toHaveLength(1);
    dealer.complete(dealer.only);
    dealer.pass(200);
    expect(coordinator.isFlat).toBe(true);
  });
});
