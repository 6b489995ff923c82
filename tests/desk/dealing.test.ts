import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Order } from '../../src/accounts/order.ts';
import { uuidOf } from '../../src/std/hash.ts';
import {
  Bench,
  type BenchOptions,
  openRow,
  pair,
  positionRow,
  quote,
  work,
} from './support/bench.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A quote of account 0 at rest: an ask at 100,001 that a buyer would meet. */
function restingAsk(bench: Bench): Order {
  bench.want(quote({ side: 'ask', quote: { ticks: 100_001, lots: 1000 } }));
  const order = bench.order();
  bench.accept(bench.lastSend('order').requestId, 1000 + order.id);
  bench.update(order, {});
  expect(order.state).toBe('LIVE');
  return order;
}

function names(bench: Bench): string[] {
  return bench.sendsOf('order').map(({ action }) => action.reserved.request.clientOrderId);
}

/** Every order left once, after its decision was recorded and, unless it flattens, durable. */
function expectRecordedFirst(bench: Bench): void {
  const seen = new Set<string>();
  const requests = new Set<number>();
  let durable = 0;
  const decided = new Map<string, number>();
  for (const mark of bench.trace) {
    if (mark.kind === 'durable') durable = mark.seq;
    if (mark.kind === 'append' && mark.record.type === 'decision') {
      decided.set(String(mark.record.body.clientOrderId), mark.record.seq);
    }
    if (mark.kind !== 'send') continue;
    expect(requests.has(mark.requestId)).toBe(false);
    requests.add(mark.requestId);
    if (mark.action.do !== 'order') continue;
    const { clientOrderId, precedence, reduceOnly } = mark.action.reserved.request;
    expect(seen.has(clientOrderId)).toBe(false);
    seen.add(clientOrderId);
    const seq = decided.get(clientOrderId) ?? Number.POSITIVE_INFINITY;
    expect(Number.isFinite(seq)).toBe(true);
    const flattens = reduceOnly && ['kill', 'reduction', 'hedge'].includes(precedence);
    if (!flattens) expect(seq).toBeLessThanOrEqual(durable);
  }
}

describe('from a draft to the wire', () => {
  test('DESK-1 an order leaves after its decision was recorded and is on the disk', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote());
    const [decision] = bench.recordsOf('decision');
    const order = bench.order();
    expect(decision?.body).toEqual({
      order: 1,
      clientOrderId: order.request.clientOrderId,
      account: 0,
      market: 0,
      opening: false,
      side: 'bid',
      tif: 'ALO',
      priceTicks: 99_998,
      lots: 1000,
      precedence: 'quote',
      symbol: 'BTC',
      reduceOnly: false,
      strategy: 1,
      parent: 1,
      reservedAtMs: bench.wallMs,
    });
    expect(bench.recordsOf('signal')[0]?.body).toEqual({
      parent: 1,
      strategy: 1,
      signal: 'a test quotes',
    });
    bench.step({ kind: 'durable', seq: (decision?.seq ?? 0) - 1 });
    expect(bench.sends).toEqual([]);
    expect(order.state).toBe('RESERVED');
    bench.sync();
    expect(names(bench)).toEqual([order.request.clientOrderId]);
    expect(order.state).toBe('SENT');
    expectRecordedFirst(bench);
  });

  test('DESK-2 what only flattens waits for no disk, nor do cancels', () => {
    const bench = new Bench();
    bench.tables[0]?.positions.push(positionRow(0, 5000));
    bench.open();
    restingAsk(bench);
    bench.step({ kind: 'disk', sentence: 'the disk is full' });
    bench.disk = 'slow';
    bench.operate({ do: 'close', reason: 'test' });
    expect(bench.sendsOf('cancel')).toHaveLength(1);
    bench.update(bench.order(), { status: 'cancelled', event: 'cancel' });
    bench.pass(50);
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    const { request } = bench.lastSend('order').action.reserved;
    expect(request).toMatchObject({
      side: 'ask',
      lots: 5000,
      reduceOnly: true,
      precedence: 'kill',
      tif: 'IOC',
    });
    const at = bench.trace.findIndex(
      (mark) => mark.kind === 'append' && mark.record.body.clientOrderId === request.clientOrderId,
    );
    const sentAt = bench.trace.findIndex(
      (mark) => mark.kind === 'send' && mark.requestId === bench.lastSend('order').requestId,
    );
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(sentAt);
  });

  test('DESK-3 a name follows from desk, epoch, parent, leg and attempt, and no two are the same', () => {
    const options: BenchOptions = { config: { limits: { collarBps: 200 } } };
    const play = (epoch: number): string[] => {
      const bench = Bench.ready({ ...options, epoch });
      bench.want(pair());
      for (const { requestId } of bench.sendsOf('order')) bench.refuse(requestId, 'balance');
      bench.want(quote({ account: 1 }), quote({ account: 1, side: 'ask', quote: undefined }));
      bench.want(quote({ account: 1, quote: { ticks: 99_900, lots: 1000 } }));
      const first = bench.order(1);
      bench.update(first, {});
      bench.update(first, { status: 'cancelled', event: 'cancel' });
      return names(bench);
    };
    const of = (epoch: number, rest: string): string => uuidOf(`bench|${epoch}|${rest}`, sha256);
    expect(play(1)).toEqual([
      of(1, '1|BTC|1'),
      of(1, '1|ETH|1'),
      of(1, '2|bid|1'),
      of(1, '3|bid|2'),
    ]);
    expect(play(2)).toEqual([
      of(2, '1|BTC|1'),
      of(2, '1|ETH|1'),
      of(2, '2|bid|1'),
      of(2, '3|bid|2'),
    ]);
  });

  test('DESK-4 a stronger order withdraws what is in its way, waits for its end, and then goes', () => {
    const bench = Bench.ready();
    const resting = restingAsk(bench);
    bench.want(work());
    expect(bench.kernel.stats.deferrals).toBe(1);
    const [deferral] = bench.recordsOf('deferral');
    expect(deferral?.body).toMatchObject({
      claim: 1,
      orders: [{ account: 1, side: 'bid', precedence: 'parent' }],
      against: [{ account: 0, clientOrderId: resting.request.clientOrderId }],
    });
    expect(bench.lastSend('cancel').action.cancel).toMatchObject({
      account: 0,
      clientOrderId: resting.request.clientOrderId,
    });
    // The claim keeps its place: nothing of lower precedence comes in between.
    bench.want(quote({ side: 'ask', quote: { ticks: 100_002, lots: 1000 } }));
    bench.accept(bench.lastSend('cancel').requestId);
    expect(bench.working(1)).toEqual([]);
    bench.update(resting, { status: 'cancelled', event: 'cancel' });
    expect(bench.order(1).state).toBe('SENT');
    expect(bench.kernel.stats.refusals.get('CLAIMED')).toBe(1);
    expectRecordedFirst(bench);
  });

  test('DESK-4 an order in the way that has not left is withdrawn without a word to the venue', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote({ side: 'ask', quote: { ticks: 100_001, lots: 1000 } }));
    const quoted = bench.order();
    bench.want(work());
    expect(quoted).toMatchObject({ state: 'TERMINAL', ending: 'not-sent', message: 'withdrawn' });
    expect(bench.order(1).state).toBe('RESERVED');
    bench.sync();
    expect(bench.sendsOf('cancel')).toEqual([]);
    expect(names(bench)).toEqual([bench.order(1).request.clientOrderId]);
  });

  test('DESK-5 a claim that waits too long is given up, and its place is free', () => {
    const bench = Bench.ready();
    restingAsk(bench);
    bench.want(work());
    bench.pass(2990);
    expect(bench.kernel.stats.refusals.size).toBe(0);
    bench.pass(10);
    expect(bench.kernel.stats.refusals.get('DEFERRAL_EXPIRED')).toBe(1);
    expect(bench.recordsOf('refusal')[0]?.body).toMatchObject({
      code: 'DEFERRAL_EXPIRED',
      sentence: 'what stood in its way had not ended in time',
      orders: [{ account: 1 }],
    });
    expect(bench.kernel.gate.counters().openClaims).toBe(0);
    // Its owner decides anew: it asks again by itself.
    bench.pass(400);
    expect(bench.kernel.stats.deferrals).toBe(2);
  });

  test('DESK-6 an order whose time has passed is not sent and counts no more', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.pass(500);
    expect(order.state).toBe('RESERVED');
    bench.pass(3);
    expect(order).toMatchObject({
      state: 'TERMINAL',
      ending: 'not-sent',
      message: 'its time to send had passed',
    });
    expect(bench.kernel.gate.entry(order.id)).toBeUndefined();
    bench.sync();
    expect(bench.sends).toEqual([]);
    expect(bench.kernel.stats.notSent).toBe(1);
    expect(bench.recordsOf('order_end')[0]?.body).toMatchObject({
      ending: 'not-sent',
      doneLots: 0,
    });
  });

  test('DESK-6 nor after the machine was asleep, whoever notices first', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.sleep(600);
    bench.sync();
    expect(order.ending).toBe('not-sent');
    expect(bench.sends).toEqual([]);
    // It cost no credits.
    expect(bench.kernel.outbox.spent(0).totalTenths).toBe(60);
  });

  test('DESK-6 the sweep spares what is younger and what has left', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote());
    bench.sync();
    const sent = bench.order();
    bench.want(quote({ side: 'ask', quote: { ticks: 100_003, lots: 1000 } }));
    bench.pass(300);
    bench.want(quote({ market: 1, quote: { ticks: 39_990, lots: 10_000 } }));
    const young = bench.working().at(-1);
    bench.pass(250);
    expect(sent.state).toBe('SENT');
    expect(young?.state).toBe('RESERVED');
    bench.pass(501);
    expect(young?.ending).toBe('not-sent');
    expect(bench.kernel.stats.notSent).toBe(2);
  });

  test('DESK-6 what was reserved when its account was lost does not leave', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.session(0, 'down');
    bench.sync();
    expect(bench.sends).toEqual([]);
    expect(order).toMatchObject({
      ending: 'not-sent',
      message: 'its account is out of touch with the venue',
    });
  });

  test('DESK-7 once new risk is blocked nothing new is reserved, not even what was deferred', () => {
    const bench = Bench.ready();
    const resting = restingAsk(bench);
    bench.want(work());
    expect(bench.kernel.gate.counters().openClaims).toBe(1);
    bench.operate({ do: 'stop', reason: 'test' });
    expect(bench.kernel.blocked).toBe('the desk is stopping: test');
    bench.update(resting, { status: 'cancelled', event: 'cancel' });
    expect(bench.working(1)).toEqual([]);
    expect(bench.sendsOf('order')).toHaveLength(1);
    expect(bench.kernel.gate.counters().openClaims).toBe(0);
    expect(bench.recordsOf('refusal').at(-1)?.body).toMatchObject({
      code: 'BLOCKED',
      sentence: 'the desk is stopping: test',
    });
  });

  test('DESK-7 a second stop changes nothing, and a start after it neither', () => {
    const bench = Bench.ready();
    bench.operate({ do: 'stop', reason: 'first' });
    bench.operate({ do: 'close', reason: 'second' });
    bench.operate({ do: 'start' });
    expect(bench.kernel.blocked).toBe('the desk is stopping: first');
    bench.pass(1000);
    expect(bench.notices.map(({ of }) => of)).not.toContain('running');
    expect(bench.recordsOf('operator').map(({ body }) => body.do)).toEqual([
      'stop',
      'close',
      'start',
    ]);
  });

  test('DESK-8 new risk for which there are no credits is turned away before it is reserved', () => {
    const bench = Bench.ready();
    bench.step({
      kind: 'credits',
      family: 0,
      credits: { remainingTenths: 905, quotaTenths: 3000, refreshS: 20 },
    });
    bench.want(work());
    expect(bench.working(1)).toEqual([]);
    expect(bench.recordsOf('refusal')[0]?.body).toMatchObject({
      code: 'CREDITS',
      sentence: "the family's rate credits are used up for 20 s",
      orders: [{ account: 1, lots: 1000 }],
      against: [],
    });
    // It asks again when it was told to.
    bench.pass(19_000);
    expect(bench.kernel.stats.refusals.get('CREDITS')).toBe(1);
    // The exchange is asked what others have left by then.
    expect(bench.queries('account')).toHaveLength(2);
    bench.step({
      kind: 'credits',
      family: 0,
      credits: { remainingTenths: 1000, quotaTenths: 3000, refreshS: 20 },
    });
    bench.books();
    bench.pass(2000);
    expect(bench.order(1).state).toBe('SENT');
  });

  test('DESK-9 a refusal is recorded with what was in the way', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0, onConflict: 'CANCEL_BOTH' }));
    const first = bench.order();
    bench.want(
      quote({ account: 1, side: 'ask', quote: { ticks: 100_001, lots: 1000 } }),
      quote({ account: 1, side: 'bid', quote: { ticks: 102_000, lots: 1000 } }),
    );
    const [selfTrade, collar] = bench.recordsOf('refusal').map(({ body }) => body);
    expect(selfTrade).toMatchObject({
      code: 'SELF_TRADE',
      orders: [{ account: 1, side: 'ask', lots: 1000 }],
      against: [
        { account: 0, clientOrderId: first.request.clientOrderId, lots: 1000, state: 'SENT' },
      ],
    });
    expect(collar).toMatchObject({ code: 'PRICE_COLLAR', against: [] });
    expect(bench.kernel.stats.refusals).toEqual(
      new Map([
        ['SELF_TRADE', 1],
        ['PRICE_COLLAR', 1],
      ]),
    );
  });

  test('DESK-9 who is told to wait asks again then, by the clock of the desk', () => {
    const bench = Bench.ready();
    bench.want(work());
    bench.fill(bench.order(1), 1000);
    bench.want(work({ account: 0, side: 'ask', strategy: 4 }));
    expect(bench.working()).toEqual([]);
    for (let second = 0; second < 59; second += 1) {
      bench.pass(1000);
      bench.books();
    }
    expect(bench.kernel.stats.refusals).toEqual(new Map([['MIRROR', 1]]));
    bench.pass(1500);
    expect(bench.order().state).toBe('SENT');
  });
});

describe('what the venue answers', () => {
  test('DESK-20 an order that is taken is pending, and its times are measured', () => {
    const bench = Bench.ready();
    bench.want(work());
    const { requestId } = bench.lastSend('order');
    bench.step({ kind: 'sent', requestId, monoUs: bench.nowMs * 1000 + 700 });
    bench.step({ kind: 'sent', requestId: 999, monoUs: 0 });
    bench.pass(260);
    bench.accept(requestId, 4711);
    expect(bench.order(1)).toMatchObject({ state: 'PENDING', venueId: 4711 });
    const { toAnswer, toSocket } = bench.kernel.stats;
    expect(toSocket.count).toBe(1);
    expect(toSocket.maxUs).toBeGreaterThanOrEqual(700);
    expect(toSocket.maxUs).toBeLessThan(720);
    // Less the venue's own 200 ms.
    expect(toAnswer.count).toBe(1);
    expect(toAnswer.maxUs).toBeGreaterThanOrEqual(60_000);
    expect(toAnswer.maxUs).toBeLessThan(60_100);
    bench.want(quote());
    bench.accept(bench.lastSend('order').requestId);
    expect(toAnswer.count).toBe(2);
    expect(toAnswer.quantileUs(0)).toBeLessThan(100);
    expect(bench.recordsOf('reply')[0]?.body).toMatchObject({ outcome: 'ok', words: null });
  });

  test('DESK-21 a refusal ends the order and is counted by reason', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.refuse(bench.lastSend('order').requestId, 'rate-limited', 'Rate limit exceeded');
    expect(order).toMatchObject({
      state: 'TERMINAL',
      ending: 'rejected',
      message: 'Rate limit exceeded',
    });
    const { stats } = bench.kernel;
    expect(stats).toMatchObject({ rejects: 1, rateLimited: 1, unknowns: 0 });
    expect(stats.rejectReasons).toEqual(new Map([['rate-limited', 1]]));
    expect(bench.kernel.gate.entry(order.id)).toBeUndefined();
  });

  test.each(['unknown', 'duplicate'] as const)(
    'DESK-22 after "%s" the order goes on counting and is looked up at once',
    (what) => {
      const bench = Bench.ready();
      bench.reads = 'slow';
      bench.want(quote());
      const order = bench.order();
      const { requestId } = bench.lastSend('order');
      if (what === 'unknown') bench.lose(requestId);
      else bench.refuse(requestId, 'duplicate', 'Duplicate client order id');
      expect(order.state).toBe('UNKNOWN');
      expect(bench.kernel.gate.entry(order.id)).toBeDefined();
      expect(bench.asked.map(({ query }) => query.of)).toEqual(['orders']);
      bench.tables[0]?.orders.push(openRow(order));
      bench.answer();
      bench.answer();
      expect(order.state).toBe('LIVE');
      expect(bench.kernel.stats.unknowns).toBe(1);
    },
  );

  test('DESK-23 a request is answered once; later and unknown answers change nothing', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    const { requestId } = bench.lastSend('order');
    bench.accept(requestId, 5);
    bench.refuse(requestId, 'balance');
    bench.lose(requestId);
    bench.refuse(12_345, 'balance');
    bench.step({
      kind: 'answer',
      requestId: 12_345,
      outcome: { kind: 'unknown', message: '' },
    });
    expect(order.state).toBe('PENDING');
    expect(bench.kernel.stats).toMatchObject({ rejects: 0, unknowns: 0 });
    bench.update(order, { status: 'cancelled', event: 'cancel' });
    bench.update(order, { status: 'open' });
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'cancelled' });
  });

  test('DESK-24 a cancel that failed leaves the order as it was and is asked for again', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.tables[0]?.orders.push(openRow(order));
    bench.want(quote({ side: 'ask', quote: undefined }));
    expect(order.state).toBe('CANCELLING');
    bench.lose(bench.lastSend('cancel').requestId, 'connection lost');
    expect(order).toMatchObject({ state: 'LIVE', cancelAsked: false });
    expect(bench.recordsOf('cancel_reply')[0]?.body).toMatchObject({
      clientOrderId: order.request.clientOrderId,
      outcome: 'unknown',
      words: 'connection lost',
    });
    bench.pass(999);
    expect(bench.sendsOf('cancel')).toHaveLength(1);
    bench.pass(2);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
    expect(order.state).toBe('CANCELLING');
    bench.accept(bench.lastSend('cancel').requestId);
    bench.update(order, { status: 'cancelled', event: 'cancel' });
    expect(order.ending).toBe('cancelled');
  });

  test('DESK-24 unless it has ended by then, or somebody else has asked', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.tables[0]?.orders.push(openRow(order));
    bench.want(quote({ side: 'ask', quote: undefined }));
    bench.refuse(bench.lastSend('cancel').requestId, 'not-found', 'Failed to cancel order');
    bench.want(quote({ side: 'ask', quote: { ticks: 100_050, lots: 1000 } }));
    expect(bench.sendsOf('cancel')).toHaveLength(2);
    bench.pass(1500);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_limit' });
    const inquiries = bench.queries('orders').length;
    bench.refuse(bench.lastSend('cancel').requestId, 'not-found', 'Failed to cancel order');
    expect(bench.queries('orders')).toHaveLength(inquiries);
    bench.pass(1200);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
  });

  test('DESK-25 a cancel whose order ended while it waited is not sent', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.step({
      kind: 'credits',
      family: 0,
      credits: { remainingTenths: 0, quotaTenths: 3000, refreshS: 5 },
    });
    bench.want(quote({ side: 'ask', quote: undefined }));
    expect(bench.sendsOf('cancel')).toEqual([]);
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_limit' });
    bench.trade(bench.fillRow(order, 1000));
    const spent = bench.kernel.outbox.spent(0).totalTenths;
    bench.pass(6000);
    expect(bench.sendsOf('cancel')).toEqual([]);
    expect(bench.kernel.outbox.spent(0).totalTenths).toBe(spent);
  });

  test('DESK-24 nor before the venue has shown it at rest', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    bench.want(quote());
    const order = bench.order();
    bench.want(quote({ quote: undefined }));
    bench.refuse(bench.lastSend('cancel').requestId, 'not-found', 'Failed to cancel order');
    bench.pass(1900);
    expect(bench.sendsOf('cancel')).toHaveLength(1);
    bench.update(order, {});
    bench.pass(1000);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
  });

  test('DESK-27 what never rests is not cancelled: it ends by itself', () => {
    const bench = Bench.ready();
    bench.want(work());
    const order = bench.order(1);
    bench.operate({ do: 'stop', reason: 'test' });
    bench.during(() => bench.kernel.coordinator.stop());
    expect(bench.sendsOf('cancel')).toEqual([]);
    expect(order).toMatchObject({ state: 'SENT', cancelAsked: false });
  });

  test('DESK-28 a cancel without an answer is asked for again once the first cannot work any more', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.tables[0]?.orders.push(openRow(order));
    bench.want(quote({ side: 'ask', quote: undefined }));
    // Its window of 2 s and a second of margin.
    bench.pass(2990);
    expect(bench.sendsOf('cancel')).toHaveLength(1);
    bench.pass(20);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
    bench.accept(bench.lastSend('cancel').requestId);
    bench.update(order, { status: 'cancelled', event: 'cancel' });
    bench.pass(5000);
    expect(bench.sendsOf('cancel')).toHaveLength(2);
  });

  test('DESK-26 an order that was taken and then fell silent is looked up until it has ended', () => {
    const bench = Bench.ready();
    bench.want(work());
    const order = bench.order(1);
    bench.accept(bench.lastSend('order').requestId);
    const before = bench.queries('orderHistory').length;
    bench.pass(1990);
    expect(bench.queries('orderHistory')).toHaveLength(before);
    bench.pass(20);
    expect(bench.queries('orderHistory')).toHaveLength(before + 1);
    expect(order.state).toBe('PENDING');
    // Neither open nor in the history: only after its last moment does that mean anything.
    bench.pass(2000);
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'not-admitted' });
    const after = bench.queries('orderHistory').length;
    bench.kernel.coordinator.stop();
    bench.pass(10_000);
    expect(bench.queries('orderHistory')).toHaveLength(after);
  });

  test('DESK-26 a quote at rest is not looked up, one that was filled to the last lot is', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.pass(5000);
    expect(bench.queries('orderHistory')).toEqual([]);
    // The trade came, the order's own last word was lost.
    bench.trade(bench.fillRow(order, 400));
    bench.pass(5000);
    expect(bench.queries('orderHistory')).toEqual([]);
    bench.trade(bench.fillRow(order, 600));
    bench.tables[0]?.history.push({
      orderId: 1000 + order.id,
      clientOrderId: order.request.clientOrderId,
      market: 0,
      side: 'ask',
      lots: 1000,
      filledLots: 1000,
      status: 'filled',
      reason: null,
      timeMs: bench.wallMs,
    });
    bench.pass(2001);
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'filled' });
  });

  test('DESK-26 a cancel that was taken without an end is looked up', () => {
    const bench = Bench.ready();
    const order = restingAsk(bench);
    bench.want(quote({ side: 'ask', quote: undefined }));
    bench.accept(bench.lastSend('cancel').requestId);
    expect(order.state).toBe('CANCELLING');
    bench.tables[0]?.history.push({
      orderId: 1000 + order.id,
      clientOrderId: order.request.clientOrderId,
      market: 0,
      side: 'ask',
      lots: 1000,
      filledLots: 0,
      status: 'cancelled',
      reason: 'cancel',
      timeMs: bench.wallMs,
    });
    bench.pass(2001);
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'cancelled' });
  });
});

describe('whatever happens in whatever order', () => {
  type Deed =
    | {
        readonly do: 'quote' | 'work';
        readonly account: number;
        readonly side: 'bid' | 'ask';
        readonly shift: number;
      }
    | { readonly do: 'pair'; readonly account: number; readonly usd: number }
    | { readonly do: 'answer'; readonly kind: 'ok' | 'refused' | 'unknown'; readonly which: number }
    | {
        readonly do: 'tell';
        readonly status: 'open' | 'cancelled' | 'filled';
        readonly which: number;
      }
    | { readonly do: 'pass'; readonly ms: number }
    | { readonly do: 'sync' }
    | { readonly do: 'session'; readonly state: 'up' | 'down' };
  const side = fc.constantFrom('bid' as const, 'ask' as const);
  const account = fc.nat(1);
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    fc.record({
      do: fc.constantFrom('quote' as const, 'work' as const),
      account,
      side,
      shift: fc.nat(8),
    }),
    fc.record({
      do: fc.constant('pair' as const),
      account,
      usd: fc.constantFrom(0, 1000, -1000, 2000),
    }),
    fc.record({
      do: fc.constant('answer' as const),
      kind: fc.constantFrom('ok' as const, 'refused' as const, 'unknown' as const),
      which: fc.nat(20),
    }),
    fc.record({
      do: fc.constant('tell' as const),
      status: fc.constantFrom('open' as const, 'cancelled' as const, 'filled' as const),
      which: fc.nat(20),
    }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(1500) }),
    fc.constant({ do: 'sync' as const }),
    fc.record({
      do: fc.constant('session' as const),
      state: fc.constantFrom('up' as const, 'down' as const),
    }),
  );

  function carryOut(bench: Bench, one: Deed, answered: Set<number>): void {
    const working = [...bench.working(0), ...bench.working(1)];
    switch (one.do) {
      case 'quote': {
        const ticks = one.side === 'bid' ? 100_000 - one.shift : 100_001 + one.shift;
        const { account, side } = one;
        bench.want(
          quote({ account, side, quote: one.shift === 8 ? undefined : { ticks, lots: 1000 } }),
        );
        break;
      }
      case 'work':
        bench.want(work({ account: one.account, side: one.side, strategy: 2 + one.account }));
        break;
      case 'pair':
        bench.want(pair({ account: one.account, notionalMicro: one.usd * 1e6 }));
        break;
      case 'answer': {
        const open = bench.sends.filter(({ requestId }) => !answered.has(requestId));
        const send = open[one.which % Math.max(1, open.length)];
        if (send === undefined) break;
        answered.add(send.requestId);
        if (one.kind === 'ok') bench.accept(send.requestId);
        else if (one.kind === 'refused') bench.refuse(send.requestId, 'balance');
        else bench.lose(send.requestId);
        break;
      }
      case 'tell': {
        const order = working[one.which % Math.max(1, working.length)];
        if (order === undefined || order.state === 'RESERVED') break;
        if (one.status === 'filled') bench.fill(order, order.request.lots - order.reportedLots);
        else bench.update(order, { status: one.status });
        break;
      }
      case 'pass':
        bench.pass(one.ms);
        break;
      case 'sync':
        bench.sync();
        break;
      case 'session':
        bench.session(0, one.state);
        break;
    }
  }

  test('DESK-1 DESK-23 nothing leaves unrecorded or twice, nothing from a lost account; all that works counts', () => {
    fc.assert(
      fc.property(fc.array(deed, { minLength: 30, maxLength: 80 }), fc.boolean(), (deeds, slow) => {
        const bench = Bench.ready();
        if (slow) bench.disk = 'slow';
        const answered = new Set<number>();
        for (const one of deeds) {
          const sentBefore = bench.sendsOf('order').length;
          const isLost = (): boolean =>
            bench.kernel.accounts.every(({ status }) => status === 'stale');
          const wasLost = isLost();
          carryOut(bench, one, answered);
          bench.books();
          const sent = bench.sendsOf('order').slice(sentBefore);
          const reservedBefore = sent.every(
            ({ action, wallMs }) => wallMs <= action.reserved.sendByMs,
          );
          expect(reservedBefore).toBe(true);
          if (wasLost && isLost()) expect(sent).toEqual([]);
          for (const order of [...bench.working(0), ...bench.working(1)]) {
            expect(bench.kernel.gate.entry(order.id)).toBeDefined();
          }
        }
        expectRecordedFirst(bench);
        const { liveEntries } = bench.kernel.gate.counters();
        expect(liveEntries).toBe(bench.working(0).length + bench.working(1).length);
      }),
      { numRuns: 60 },
    );
  });
});
