import { describe, expect, test } from '@jest/globals';
import type { Order } from '../../src/accounts/order.ts';
import type { OrderUpdateRow } from '../../src/protocol/frames/frame.ts';
import type { Outcome } from '../../src/protocol/outcome.ts';
import type { Query, QueryResult } from '../../src/protocol/queries.ts';
import type { QuoteIntent } from '../../src/strategy/intent.ts';
import {
  addressOf,
  Bench,
  type BenchOptions,
  historyRow,
  openRow,
  positionRow,
  quote,
  START_WALL_MS,
  type Tables,
  work,
} from './support/bench.ts';

const UNKNOWN: Outcome<QueryResult> = { kind: 'unknown', message: 'status 504: timeout' };

function tablesOf(bench: Bench, account = 0): Tables {
  return bench.tables[account] as Tables;
}

function statuses(bench: Bench): string[] {
  return bench.kernel.accounts.map(({ status }) => status);
}

function askedKinds(bench: Bench): Query['of'][] {
  return bench.asked.map(({ query }) => query.of);
}

/** Everything that waits is answered from the tables, and what is asked in turn. */
function answerAll(bench: Bench): void {
  while (bench.asked.length > 0) bench.answer();
}

/** A stranger's order in account 0: an ask at 100,001. */
function stranger(over: Partial<OrderUpdateRow> = {}): OrderUpdateRow {
  return {
    orderId: 77,
    clientOrderId: null,
    account: addressOf(0),
    market: 0,
    side: 'ask',
    priceTicks: 100_001,
    lots: 2000,
    filledLots: 0,
    event: 'make',
    status: 'open',
    reduceOnly: false,
    timeMs: 0,
    li: 0,
    ...over,
  };
}

function tellStranger(bench: Bench, over: Partial<OrderUpdateRow> = {}): void {
  const rows = [stranger(over)];
  bench.step({
    kind: 'frame',
    account: undefined,
    frame: { channel: 'account_order_updates', rows },
  });
}

/** A quote of account 0 whose create was lost on the way. */
function lostQuote(bench: Bench): Order {
  bench.want(quote());
  const order = bench.order();
  bench.lose(bench.lastSend('order').requestId);
  return order;
}

describe('an account at start', () => {
  test('DESK-30 is known once orders, positions and balance are read; the market opens with the last one', () => {
    const bench = new Bench();
    bench.reads = 'slow';
    bench.books();
    tablesOf(bench).positions.push(positionRow(1, -20_000));
    tablesOf(bench).balanceMicro = 50_000_000_000;
    bench.session(0, 'up');
    expect(askedKinds(bench)).toEqual(['orders', 'orders']);
    bench.want(quote());
    expect(bench.kernel.stats.refusals).toEqual(new Map([['MARKET_CLOSED', 1]]));
    const seen: string[] = [];
    while (bench.asked.length > 0) {
      expect(statuses(bench)).toContain('syncing');
      const { account } = bench.asked[0] ?? {};
      seen.push(`${account} ${bench.answer().of}`);
    }
    expect(seen).toEqual([
      '0 orders',
      '1 orders',
      '0 positions',
      '1 positions',
      '0 account',
      '1 account',
    ]);
    expect(statuses(bench)).toEqual(['ready', 'ready']);
    expect(bench.recordsOf('account_synced').map(({ body }) => body)).toEqual([
      { account: 0, balanceMicro: 50_000_000_000, positions: [0, -20_000] },
      { account: 1, balanceMicro: 100_000_000_000, positions: [0, 0] },
    ]);
    const [account] = bench.kernel.accounts;
    // Two ETH sold at 4,000, marked at 3,990: a profit of 20 dollars.
    expect(account?.position(1)).toEqual({ lots: -20_000, costMicro: -8_000_000_000 });
    expect(account?.equityMicro(() => 39_900)).toBe(50_020_000_000);
    expect(bench.recordsOf('position_adopted')[0]?.body).toEqual({
      account: 0,
      symbol: 'ETH',
      lots: -20_000,
      before: 0,
    });
    expect(bench.alarms).toEqual([]);
    bench.pass(2000);
    expect(bench.order().state).toBe('SENT');
  });

  test('DESK-31 a query that fails is asked again a second later and never read as nothing', () => {
    const bench = new Bench({ families: [0] });
    bench.reads = 'slow';
    bench.books();
    tablesOf(bench).positions.push(positionRow(0, 500));
    bench.session(0, 'up');
    for (const kind of ['orders', 'positions', 'account'] as const) {
      expect(askedKinds(bench)).toEqual([kind]);
      bench.answer(UNKNOWN);
      bench.pass(990);
      expect(bench.asked).toEqual([]);
      bench.pass(10);
      expect(askedKinds(bench)).toEqual([kind]);
      bench.answer({
        kind: 'refused',
        status: 429,
        reason: 'rate-limited',
        message: 'Rate limit exceeded',
      });
      // Waits double up to eight seconds.
      bench.pass(1990);
      expect(bench.asked).toEqual([]);
      bench.pass(10);
      for (const waitMs of [4000, 8000, 8000]) {
        bench.answer(UNKNOWN);
        bench.pass(waitMs);
      }
      expect(statuses(bench)).toEqual(['syncing']);
      bench.answer();
    }
    expect(statuses(bench)).toEqual(['ready']);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(500);
  });

  test('DESK-30 its own orders that still work are known before it is ready', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.accept(bench.lastSend('order').requestId);
    tablesOf(bench).orders.push(openRow(order, 200));
    tablesOf(bench).trades.push({ ...bench.fillRow(order, 200), li: 0 });
    tablesOf(bench).positions.push(positionRow(0, 200));
    bench.session(0, 'down');
    bench.session(0, 'up');
    expect(statuses(bench)).toEqual(['ready', 'ready']);
    expect(order).toMatchObject({ state: 'LIVE', reportedLots: 200, filledLots: 200 });
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(200);
    expect(bench.kernel.gate.entry(order.id)).toMatchObject({ state: 'LIVE', remainingLots: 800 });
  });
});

describe("orders that are not the desk's", () => {
  test('DESK-32 count in every decision, with an alarm, until the venue shows their end', () => {
    const bench = new Bench();
    bench.books();
    tablesOf(bench).orders.push({
      orderId: 77,
      clientOrderId: null,
      market: 0,
      side: 'ask',
      priceTicks: 100_001,
      lots: 2000,
      filledLots: 500,
      cancelledLots: 0,
      reduceOnly: false,
      type: 'limit',
      timeMs: 0,
    });
    bench.open();
    expect(bench.alarms).toEqual([
      'account a0 has order 77 at the venue that this desk did not send; it counts in every decision',
    ]);
    expect(bench.kernel.gate.entry(-77)).toMatchObject({ state: 'FOREIGN', remainingLots: 1500 });
    // A buyer would meet it: it waits, although nothing of ours can be withdrawn for it.
    bench.want(work());
    expect(bench.kernel.stats.deferrals).toBe(1);
    expect(bench.sends).toEqual([]);
    tellStranger(bench, { status: 'partially_filled', event: 'fulfill_limit', filledLots: 1900 });
    expect(bench.kernel.gate.entry(-77)).toMatchObject({ remainingLots: 100 });
    tellStranger(bench, { status: 'filled', event: 'fulfill_limit', filledLots: 2000 });
    expect(bench.kernel.gate.entry(-77)).toBeUndefined();
    expect(bench.order(1).state).toBe('SENT');
    expect(bench.kernel.stats.foreignOrders).toBe(1);
    expect(bench.alarms).toHaveLength(1);
    expect(bench.recordsOf('foreign_order').map(({ body }) => body.status)).toEqual([
      'partially_filled',
      'filled',
    ]);
  });

  test.each([
    ['stop_market', 'stop-market'],
    ['take_profit_limit', 'stop-limit'],
    ['stop_loss_market', 'stop-market'],
  ])('DESK-32 a %s counts as armed, although it does not rest on the book', (type, kind) => {
    const bench = Bench.ready();
    tellStranger(bench, { type, stopTicks: 90_000, event: 'stop_created' });
    expect(bench.kernel.gate.entry(-77)).toMatchObject({ kind, triggerTicks: 90_000 });
  });

  test('DESK-32 ours that such an order could meet are withdrawn', () => {
    const bench = Bench.ready();
    bench.disk = 'slow';
    bench.want(work({ totalLots: 500, dueLots: 500 }));
    const [order] = bench.working(1);
    tellStranger(bench, { clientOrderId: '00000000-0000-4000-8000-000000000000' });
    expect(order).toMatchObject({ ending: 'not-sent', message: 'withdrawn' });
  });

  test('DESK-32 one whose end was missed counts until the next reading does not show it', () => {
    const bench = Bench.ready();
    tellStranger(bench);
    tellStranger(bench, { orderId: 78, priceTicks: 100_050 });
    expect(bench.kernel.gate.entry(-77)).toBeDefined();
    bench.reads = 'slow';
    bench.session(0, 'down');
    bench.session(0, 'up');
    // Seen after the question was asked: the answer says nothing about it.
    tellStranger(bench, { orderId: 79, priceTicks: 100_060 });
    tablesOf(bench).orders.push({ ...stranger({ orderId: 78 }), cancelledLots: 0, type: 'limit' });
    answerAll(bench);
    expect(bench.kernel.gate.entry(-77)).toBeUndefined();
    expect(bench.kernel.gate.entry(-78)).toBeDefined();
    expect(bench.kernel.gate.entry(-79)).toBeDefined();
  });

  test('DESK-32 an end of which nothing else was known is counted and nothing more', () => {
    const bench = Bench.ready();
    tellStranger(bench, { status: 'cancelled', event: 'cancel' });
    expect(bench.kernel.stats.foreignOrders).toBe(1);
    expect(bench.alarms).toEqual([]);
    tellStranger(bench, { account: 'somebody else' });
    expect(bench.kernel.stats.foreignOrders).toBe(1);
  });

  test("DESK-32 a stranger's fill moves the position, somebody else's does not", () => {
    const bench = Bench.ready();
    bench.want(quote());
    const row = bench.fillRow(bench.order(), 300, { clientOrderId: null });
    bench.trade({ ...row, account: 'somebody else' });
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(0);
    bench.trade(row);
    bench.trade(row);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(300);
    expect(bench.order().filledLots).toBe(0);
  });
});

describe('an order of unknown fate', () => {
  test('DESK-33 is found open', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const order = lostQuote(bench);
    tablesOf(bench).orders.push(openRow(order, 100));
    bench.answer();
    bench.answer();
    expect(order).toMatchObject({ state: 'LIVE', venueId: 1001, reportedLots: 100 });
    expect(bench.asked).toEqual([]);
  });

  test.each([
    ['filled', 1000],
    ['cancelled', 250],
    ['rejected', 0],
  ] as const)('DESK-33 is found in the history as %s', (status, filledLots) => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const order = lostQuote(bench);
    tablesOf(bench).history.push(historyRow(order, { status, filledLots }));
    bench.answer();
    bench.answer();
    expect(order).toMatchObject({ state: 'TERMINAL', ending: status, reportedLots: filledLots });
    expect(bench.recordsOf('order_end').at(-1)?.body).toMatchObject({
      ending: status,
      doneLots: filledLots,
    });
  });

  test('DESK-33 is released when lists made after its last moment do not know it, and not before', () => {
    const bench = Bench.ready();
    const order = lostQuote(bench);
    // Window 2 s, taker delay 200 ms, a second of margin.
    expect(order.validUntilMs).toBe(order.signedAtMs + 3200);
    bench.pass(3100);
    expect(order.state).toBe('UNKNOWN');
    expect(bench.kernel.gate.entry(order.id)).toBeDefined();
    bench.pass(2000);
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'not-admitted' });
    expect(bench.kernel.gate.entry(order.id)).toBeUndefined();
  });

  test('DESK-33 counts for ever while the venue cannot be asked: time alone releases nothing', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const order = lostQuote(bench);
    for (let minute = 0; minute < 10; minute += 1) {
      bench.answer(UNKNOWN);
      bench.pass(60_000);
    }
    expect(order.state).toBe('UNKNOWN');
    expect(bench.kernel.gate.entry(order.id)).toBeDefined();
    // The open orders were asked for late enough, the history never answered.
    bench.answer();
    expect(askedKinds(bench)).toEqual(['orderHistory']);
    bench.answer(UNKNOWN);
    bench.pass(60_000);
    expect(order.state).toBe('UNKNOWN');
    bench.answer();
    // The inquiry began before the last moment: the next one is proof.
    expect(order.state).toBe('UNKNOWN');
    bench.pass(1000);
    answerAll(bench);
    expect(order.ending).toBe('not-admitted');
  });

  test('DESK-33 an answer that was asked for too early proves nothing, however late it comes', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const order = lostQuote(bench);
    bench.pass(30_000);
    bench.answer();
    bench.answer();
    expect(order.state).toBe('UNKNOWN');
    bench.pass(1000);
    bench.answer();
    bench.answer();
    expect(order.ending).toBe('not-admitted');
  });

  test('DESK-33 the history is read back to before the order was signed, page after page', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const order = lostQuote(bench);
    const other = { ...historyRow(order, {}), clientOrderId: 'other' };
    const page = (timeMs: number, nextCursor: string | undefined, own: boolean): QueryResult => ({
      of: 'orderHistory',
      rows: [{ ...other, timeMs }, ...(own ? [historyRow(order, { status: 'filled' })] : [])],
      nextCursor,
      lastOrderId: 0,
    });
    bench.answer();
    bench.answer({ kind: 'ok', value: page(order.signedAtMs + 9000, 'p2', false) });
    expect(bench.asked[0]?.query).toEqual({
      of: 'orderHistory',
      account: addressOf(0),
      cursor: 'p2',
    });
    bench.answer(UNKNOWN);
    bench.pass(1000);
    expect(bench.asked[0]?.query).toMatchObject({ cursor: 'p2' });
    // Older, but not by more than the clocks may differ.
    bench.answer({ kind: 'ok', value: page(order.signedAtMs - 4000, 'p3', false) });
    expect(bench.asked[0]?.query).toMatchObject({ cursor: 'p3' });
    bench.answer({ kind: 'ok', value: page(order.signedAtMs - 6000, 'p4', true) });
    expect(order.ending).toBe('filled');
    expect(askedKinds(bench)).toEqual([]);
  });

  test('DESK-33 what is asked while an inquiry runs is asked after it, if there still is a question', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    const first = lostQuote(bench);
    const loseAnother = (over: Partial<QuoteIntent>): Order => {
      bench.want(quote(over));
      bench.lose(bench.lastSend('order').requestId);
      return bench.working().at(-1) as Order;
    };
    const second = loseAnother({ side: 'ask', quote: { ticks: 100_002, lots: 1000 } });
    expect(askedKinds(bench)).toEqual(['orders']);
    tablesOf(bench).orders.push(openRow(first), openRow(second));
    answerAll(bench);
    expect([first.state, second.state]).toEqual(['LIVE', 'LIVE']);
    bench.pass(5000);
    expect(bench.asked).toEqual([]);
    const third = loseAnother({ market: 1, quote: { ticks: 39_990, lots: 10_000 } });
    const fourth = loseAnother({ market: 1, side: 'ask', quote: { ticks: 40_010, lots: 10_000 } });
    tablesOf(bench).orders.push(openRow(third));
    answerAll(bench);
    expect([third.state, fourth.state]).toEqual(['LIVE', 'UNKNOWN']);
    bench.pass(1000);
    expect(askedKinds(bench)).toEqual(['orders']);
  });
});

describe('an account that is lost', () => {
  const two: BenchOptions = { families: [0, 1] };

  test('DESK-34 sends nothing new while its siblings go on; its entries stay', () => {
    const bench = Bench.ready(two);
    bench.want(quote());
    const order = bench.order();
    bench.accept(bench.lastSend('order').requestId);
    bench.update(order, {});
    bench.session(0, 'stale');
    bench.session(0, 'down');
    expect(statuses(bench)).toEqual(['stale', 'ready']);
    bench.want(quote({ market: 1, quote: { ticks: 39_990, lots: 10_000 } }));
    expect(bench.kernel.stats.refusals).toEqual(new Map([['ACCOUNT_STALE', 1]]));
    expect(bench.kernel.gate.entry(order.id)).toBeDefined();
    bench.want(quote({ account: 1 }));
    expect(bench.order(1).state).toBe('SENT');
    expect(bench.recordsOf('session').map(({ body }) => body.state)).toEqual([
      'up',
      'up',
      'stale',
      'down',
    ]);
    tablesOf(bench).orders.push(openRow(order));
    bench.session(0, 'up');
    expect(statuses(bench)).toEqual(['ready', 'ready']);
  });

  test('DESK-34 does not become ready by an inquiry or an older reading', () => {
    const bench = Bench.ready(two);
    bench.reads = 'slow';
    const order = lostQuote(bench);
    bench.session(0, 'down');
    tablesOf(bench).orders.push(openRow(order));
    answerAll(bench);
    expect(order.state).toBe('LIVE');
    expect(statuses(bench)).toEqual(['stale', 'ready']);
    // A reading that began before the second loss.
    bench.session(0, 'up');
    bench.session(0, 'down');
    answerAll(bench);
    bench.pass(5000);
    answerAll(bench);
    expect(statuses(bench)).toEqual(['stale', 'ready']);
    // A failure of the old reading is not asked again.
    bench.session(0, 'up');
    bench.session(0, 'down');
    bench.answer(UNKNOWN);
    bench.pass(5000);
    expect(bench.asked).toEqual([]);
    bench.session(0, 'up');
    answerAll(bench);
    expect(statuses(bench)).toEqual(['ready', 'ready']);
  });

  test('DESK-34 a failure that was to be asked again is dropped with its reading', () => {
    const bench = Bench.ready(two);
    bench.reads = 'slow';
    bench.session(0, 'down');
    bench.session(0, 'up');
    bench.answer(UNKNOWN);
    bench.session(0, 'down');
    bench.pass(5000);
    expect(bench.asked).toEqual([]);
  });

  test('DESK-34 the market stays closed for all while one was never known', () => {
    const bench = new Bench(two);
    bench.books();
    bench.session(1, 'down');
    bench.session(0, 'up');
    expect(statuses(bench)).toEqual(['ready', 'syncing']);
    bench.want(quote());
    expect(bench.kernel.stats.refusals).toEqual(new Map([['MARKET_CLOSED', 1]]));
    bench.session(1, 'up');
    bench.pass(2000);
    expect(bench.order().state).toBe('SENT');
  });

  test('DESK-35 what happened meanwhile is found, and no fill is counted twice', () => {
    const bench = Bench.ready(two);
    bench.want(work({ account: 0 }));
    const order = bench.order();
    bench.accept(bench.lastSend('order').requestId);
    bench.session(0, 'down');
    const tables = tablesOf(bench);
    tables.history.push(historyRow(order, { status: 'filled', filledLots: 1000 }));
    const fill = bench.fillRow(order, 1000, { pnlMicro: -40_000 });
    tables.trades.push({ ...fill, li: 0 });
    tables.positions.push(positionRow(0, 1000));
    tables.balanceMicro -= 40_000;
    tables.lastOrderId = 5000;
    bench.session(0, 'up');
    bench.pass(10_000);
    const [account] = bench.kernel.accounts;
    expect(order).toMatchObject({ ending: 'filled', filledLots: 1000 });
    expect(account?.position(0).lots).toBe(1000);
    expect(account?.balanceMicro).toBe(99_999_960_000);
    expect(bench.recordsOf('position_adopted')).toEqual([]);
    // The stream tells it as well, late.
    bench.trade(fill);
    expect(account?.position(0).lots).toBe(1000);
    expect(account?.balanceMicro).toBe(99_999_960_000);
    expect(bench.kernel.stats.fills).toBe(1);
  });

  test('DESK-35 a late fill that the positions hold already only counts for its order', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    tablesOf(bench).positions.push(positionRow(0, 300));
    tablesOf(bench).orders.push(openRow(order));
    tablesOf(bench).lastOrderId = 5000;
    bench.session(0, 'down');
    bench.session(0, 'up');
    const [account] = bench.kernel.accounts;
    expect(account?.position(0).lots).toBe(300);
    bench.trade(bench.fillRow(order, 300, { li: 5000, pnlMicro: -5 }));
    expect(account?.position(0).lots).toBe(300);
    expect(account?.balanceMicro).toBe(100_000_000_000);
    expect(order.filledLots).toBe(300);
    bench.trade(bench.fillRow(order, 100, { li: 5001, pnlMicro: -5 }));
    expect(account?.position(0).lots).toBe(400);
    expect(account?.balanceMicro).toBe(99_999_999_995);
  });

  test('DESK-35 a venue that was restarted counts anew, and its fills count', () => {
    const bench = Bench.ready();
    tablesOf(bench).lastOrderId = 1_000_000;
    bench.session(0, 'down');
    bench.session(0, 'up');
    tablesOf(bench).lastOrderId = 10;
    bench.session(0, 'down');
    bench.session(0, 'up');
    bench.want(quote());
    bench.trade(bench.fillRow(bench.order(), 100, { li: 50 }));
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(100);
  });

  test('DESK-35 the balance is read again when a fill came in between', () => {
    const bench = Bench.ready({ families: [0] });
    bench.want(quote());
    const order = bench.order();
    bench.reads = 'slow';
    tablesOf(bench).orders.push(openRow(order));
    bench.session(0, 'down');
    bench.session(0, 'up');
    while (!askedKinds(bench).includes('account')) bench.answer();
    bench.trade(bench.fillRow(order, 100, { pnlMicro: -7 }));
    tablesOf(bench).balanceMicro = 1;
    bench.answer();
    expect(bench.kernel.accounts[0]?.status).toBe('stale');
    tablesOf(bench).balanceMicro = 99_999_999_993;
    answerAll(bench);
    expect(bench.kernel.accounts[0]).toMatchObject({
      status: 'ready',
      balanceMicro: 99_999_999_993,
    });
  });
});

describe('fills that the stream owes', () => {
  test('DESK-36 are fetched when an order ended with more than was seen', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0 }));
    const order = bench.order();
    bench.trade(bench.fillRow(order, 400));
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    const late = bench.fillRow(order, 350);
    const latest = bench.fillRow(order, 250);
    const foreign = bench.fillRow(order, 9, { clientOrderId: null });
    tablesOf(bench).trades.push(
      { ...foreign, li: 0 },
      { ...latest, li: 0 },
      { ...late, li: 0, clientOrderId: 'not ours' },
      { ...late, li: 0 },
    );
    bench.pass(1490);
    expect(bench.queries('tradeHistory')).toEqual([]);
    bench.pass(20);
    expect(order.filledLots).toBe(1000);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(1000);
    expect(bench.queries('tradeHistory')).toHaveLength(1);
    // The stream catches up: nothing is counted again.
    bench.trade(late);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(1000);
    bench.pass(10_000);
    expect(bench.queries('tradeHistory')).toHaveLength(1);
  });

  test('DESK-36 are not fetched when they come by themselves', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, { status: 'partially_filled', filledLots: 10, event: 'fulfill_limit' });
    bench.pass(1000);
    bench.trade(bench.fillRow(order, 10));
    bench.pass(5000);
    expect(bench.queries('tradeHistory')).toEqual([]);
  });

  test('DESK-36 are asked for until the venue shows them, also of an order that still rests', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, { status: 'partially_filled', filledLots: 10, event: 'fulfill_limit' });
    bench.pass(4600);
    expect(bench.queries('tradeHistory')).toHaveLength(3);
    tablesOf(bench).trades.push({ ...bench.fillRow(order, 10), li: 0 });
    bench.pass(4000);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(10);
    bench.pass(10_000);
    expect(bench.queries('tradeHistory')).toHaveLength(4);
  });

  test('DESK-36 may be on a later page', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0 }));
    const order = bench.order();
    bench.reads = 'slow';
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    bench.pass(1600);
    const fill = { ...bench.fillRow(order, 1000), li: 0 };
    const page = (rows: (typeof fill)[], nextCursor: string | undefined): Outcome<QueryResult> => ({
      kind: 'ok',
      value: { of: 'tradeHistory', rows, nextCursor },
    });
    bench.answer(page([{ ...fill, clientOrderId: 'x', historyId: 900 }], 'c1'));
    expect(bench.asked[0]?.query).toEqual({
      of: 'tradeHistory',
      account: addressOf(0),
      cursor: 'c1',
    });
    bench.answer(page([{ ...fill, timeMs: START_WALL_MS - 10_000 }], 'c2'));
    expect(order.filledLots).toBe(1000);
    expect(bench.asked).toEqual([]);
  });
});

describe('the free snapshots', () => {
  test('DESK-37 are compared once nothing has moved for a while', () => {
    const bench = Bench.ready();
    bench.want(quote());
    bench.fill(bench.order(), 100);
    bench.snapshot(0, []);
    bench.pass(500);
    // A newer one takes its place, and movement puts the comparison off.
    bench.snapshot(0, [positionRow(0, 300)]);
    bench.pass(900);
    bench.fill(bench.order(), 200);
    bench.pass(1400);
    expect(bench.kernel.stats.snapshotChecks).toBe(0);
    bench.pass(200);
    expect(bench.kernel.stats).toMatchObject({ snapshotChecks: 1, snapshotMismatches: 0 });
    expect(bench.queries('positions')).toHaveLength(2);
    bench.pass(10_000);
    expect(bench.kernel.stats.snapshotChecks).toBe(1);
  });

  test("DESK-37 one that differs has everything read again; the venue's figure is taken, loudly", () => {
    const bench = Bench.ready();
    tablesOf(bench).positions.push(positionRow(1, 77));
    bench.pass(2000);
    bench.snapshot(0, [positionRow(1, 77)]);
    bench.pass(1500);
    expect(bench.kernel.stats).toMatchObject({
      snapshotChecks: 1,
      snapshotMismatches: 1,
      mismatches: 1,
    });
    expect(bench.kernel.accounts[0]?.position(1).lots).toBe(77);
    expect(bench.alarms).toEqual([
      "account a0 holds 77 lots of ETH at the venue, the desk counted 0; the venue's figure is taken",
    ]);
    expect(bench.recordsOf('alarm')).toHaveLength(1);
    tablesOf(bench).positions.length = 0;
    bench.snapshot(0, []);
    bench.pass(1500);
    expect(bench.kernel.accounts[0]?.position(1)).toEqual({ lots: 0, costMicro: 0 });
  });

  test('DESK-37 one that was merely late changes nothing', () => {
    const bench = Bench.ready();
    bench.pass(2000);
    bench.snapshot(0, [positionRow(0, 5)]);
    bench.pass(1500);
    expect(bench.kernel.stats).toMatchObject({ snapshotMismatches: 1, mismatches: 0 });
    expect(bench.alarms).toEqual([]);
  });

  test('DESK-37 are not compared while fills are missing, nor while the account is lost', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, { status: 'partially_filled', filledLots: 10, event: 'fulfill_limit' });
    bench.snapshot(0, [positionRow(0, 10)]);
    bench.pass(4000);
    expect(bench.kernel.stats.snapshotChecks).toBe(0);
    tablesOf(bench).trades.push({ ...bench.fillRow(order, 10), li: 0 });
    bench.pass(2000);
    expect(bench.kernel.stats).toMatchObject({ snapshotChecks: 1, snapshotMismatches: 0 });
    bench.snapshot(0, [positionRow(0, 1)]);
    bench.session(0, 'down');
    bench.pass(5000);
    bench.snapshot(0, [positionRow(0, 1)]);
    bench.pass(5000);
    expect(bench.kernel.stats.snapshotChecks).toBe(1);
  });

  test('DESK-37 without an owner say nothing; figures are kept for people', () => {
    const bench = Bench.ready();
    const figures = {
      balanceMicro: 1,
      equityMicro: 2,
      availableMicro: 3,
      marginUsedMicro: 4,
      maintenanceMicro: 5,
      feeLevel: 0,
      ordersCount: 0,
      positionsCount: 0,
    };
    const info = { channel: 'account_info', account: null, figures, timeMs: 0 } as const;
    bench.step({ kind: 'frame', account: undefined, frame: info });
    expect(bench.kernel.accounts[1]?.figures?.equityMicro).toBe(100_000_000_000);
    bench.step({ kind: 'frame', account: 1, frame: info });
    expect(bench.kernel.accounts[1]?.figures).toEqual(figures);
    const positions = {
      channel: 'account_positions',
      account: null,
      rows: [positionRow(0, 1)],
      li: 0,
    } as const;
    bench.step({ kind: 'frame', account: undefined, frame: positions });
    bench.step({ kind: 'frame', account: 0, frame: { channel: 'other', name: 'news' } });
    bench.pass(5000);
    expect(bench.kernel.stats.snapshotChecks).toBe(0);
  });
});
