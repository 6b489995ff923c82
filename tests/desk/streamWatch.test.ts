// One account's or market's stream may stop while its connection lives.
import { describe, expect, test } from '@jest/globals';
import type { OpenOrderRow } from '../../src/protocol/frames/frame.ts';
import type { Outcome } from '../../src/protocol/outcome.ts';
import { type QueryResult, queryCostTenths } from '../../src/protocol/queries.ts';
import {
  Bench,
  type BenchOptions,
  historyRow,
  openRow,
  positionRow,
  quote,
  type Tables,
} from './support/bench.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const FAILED: Outcome<QueryResult> = { kind: 'unknown', message: 'status 504: timeout' };

function started(options: BenchOptions = {}): Bench {
  const bench = Bench.ready(options);
  bench.operate({ do: 'start' });
  return bench;
}

function tablesOf(bench: Bench, account = 0): Tables {
  return bench.tables[account] as Tables;
}

function info(bench: Bench, account: number): void {
  const frame = { channel: 'account_info', account: null, figures: {} } as never;
  bench.step({ kind: 'frame', account, frame });
}

function openOrders(bench: Bench, rows: OpenOrderRow[], account = 0): void {
  const frame = { channel: 'account_orders', account: null, rows, li: 0 } as const;
  bench.step({ kind: 'frame', account, frame });
}

function refreshed(bench: Bench): number[] {
  return bench.trace.flatMap((mark) => (mark.kind === 'refresh' ? [mark.account] : []));
}

/** Lets time pass with a pulse of books and of these accounts' snapshots every 5 s. */
function pulse(bench: Bench, ms: number, ...accounts: number[]): void {
  for (let at = 0; at < ms; at += 5 * SECOND) {
    bench.books();
    for (const account of accounts) info(bench, account);
    bench.pass(5 * SECOND);
  }
}

/** Virtual ms until `is`, by the second. */
function until(bench: Bench, is: () => boolean): number {
  for (let ms = 0; ms <= 10 * MINUTE; ms += SECOND) {
    if (is()) return ms;
    bench.books();
    info(bench, 1);
    bench.pass(SECOND);
  }
  throw new Error('never');
}

describe('snapshots that stop while the connection lives', () => {
  test('DESK-116 are noticed within two heartbeats: the account is out of touch, read anew, its streams renewed', () => {
    const bench = started();
    pulse(bench, 2 * MINUTE, 0, 1);
    expect(refreshed(bench)).toEqual([]);
    expect(bench.queries('positions')).toHaveLength(2);
    bench.reads = 'slow';
    expect(until(bench, () => refreshed(bench).length > 0)).toBeLessThanOrEqual(40 * SECOND);
    expect(refreshed(bench)).toEqual([0]);
    expect(bench.kernel.accounts.map(({ status }) => status)).toEqual(['stale', 'ready']);
    bench.want(quote());
    expect(bench.sendsOf('order')).toEqual([]);
    while (bench.asked.length > 0) bench.answer();
    expect(bench.kernel.accounts[0]?.status).toBe('ready');
    expect(bench.recordsOf('stream_silent')[0]?.body).toEqual({ account: 0 });
  });

  test('DESK-116 an exchange that only tells of changes is not asked again and again', () => {
    const bench = started();
    pulse(bench, MINUTE, 0, 1);
    pulse(bench, 30 * MINUTE, 1);
    expect(refreshed(bench).length).toBeLessThanOrEqual(8);
    // A pulse that has come back is trusted, and missed, as before.
    pulse(bench, 3 * MINUTE, 0, 1);
    const before = refreshed(bench).length;
    pulse(bench, 45 * SECOND, 1);
    expect(refreshed(bench)).toHaveLength(before + 1);
  });

  test('DESK-116 books and prices that stop have the public connection replaced', () => {
    const bench = started();
    pulse(bench, MINUTE, 0, 1);
    for (let at = 0; at < 45; at += 5) {
      info(bench, 0);
      info(bench, 1);
      bench.pass(5 * SECOND);
    }
    expect(refreshed(bench)).toEqual([0]);
    expect(bench.recordsOf('stream_silent').map(({ body }) => body)).toEqual([
      { channels: ['book 0', 'book 1', 'prices'] },
    ]);
  });
});

describe('events that stop', () => {
  test('DESK-117 an account without snapshots is asked for every two heartbeats', () => {
    const bench = started();
    pulse(bench, 10 * MINUTE, 1);
    expect(bench.queries('positions').length).toBeGreaterThanOrEqual(15);
    expect(bench.queries('positions').length).toBeLessThanOrEqual(18);
    expect(bench.queries('orderHistory')).toEqual([]);
    expect(refreshed(bench)).toEqual([]);
  });

  test('DESK-117 a fill that nobody told is found, and the streams are renewed', () => {
    const bench = started();
    pulse(bench, MINUTE, 1);
    tablesOf(bench).positions = [positionRow(0, 70)];
    const took = until(bench, () => bench.kernel.accounts[0]?.position(0).lots === 70);
    expect(took).toBeLessThanOrEqual(42 * SECOND);
    expect(refreshed(bench)).toEqual([0]);
    pulse(bench, 2 * MINUTE, 1);
    expect(refreshed(bench)).toEqual([0]);
  });

  test('DESK-117 so is an end that nobody told', () => {
    const bench = started();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, { event: 'make' });
    tablesOf(bench).history.push(historyRow(order, { status: 'cancelled', timeMs: bench.wallMs }));
    expect(until(bench, () => order.state === 'TERMINAL')).toBeLessThanOrEqual(41 * SECOND);
    expect(refreshed(bench)).toEqual([0]);
  });

  test('DESK-117 the free list of open orders tells as well', () => {
    const bench = started();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, { event: 'make' });
    bench.pass(10);
    openOrders(bench, [openRow(order)]);
    bench.pass(2 * SECOND);
    expect(bench.queries('orders')).toHaveLength(2);
    // A list from before the last event tells nothing.
    openOrders(bench, []);
    bench.update(order, { event: 'make' });
    bench.pass(2 * SECOND);
    expect(bench.queries('orders')).toHaveLength(2);
    const shown = { ...openRow(order), clientOrderId: null, orderId: 9 };
    tablesOf(bench).orders.push(openRow(order), shown);
    openOrders(bench, [openRow(order), shown]);
    bench.pass(2 * SECOND);
    expect(bench.kernel.stats.foreignOrders).toBe(1);
    tablesOf(bench).orders.splice(0, 1);
    tablesOf(bench).history.push(historyRow(order, { status: 'cancelled', timeMs: bench.wallMs }));
    openOrders(bench, [shown]);
    bench.pass(2 * SECOND);
    expect(order.state).toBe('TERMINAL');
    expect(refreshed(bench)).toEqual([0]);
    // Nothing of a lost account is compared.
    openOrders(bench, []);
    bench.session(0, 'down');
    bench.pass(2 * SECOND);
    expect(bench.kernel.stats.snapshotMismatches).toBe(2);
  });

  test('DESK-117 a question for which no credits are left is asked as evidence a heartbeat later', () => {
    const bench = started({ families: [0] });
    const credits = { remainingTenths: 800, quotaTenths: 3000, refreshS: 60 };
    for (let at = 0; at < 90; at += 1) {
      bench.step({ kind: 'credits', family: 0, credits });
      bench.books();
      bench.pass(SECOND);
    }
    expect(bench.queries('positions').length).toBeGreaterThanOrEqual(2);
  });

  test('DESK-117 an account that cannot be asked for is out of touch until it can', () => {
    const bench = started({ families: [0] });
    bench.reads = 'slow';
    for (let at = 0; at < 120; at += 1) {
      bench.books();
      if (bench.asked.length > 0) bench.answer(FAILED);
      bench.pass(SECOND);
    }
    expect(bench.kernel.accounts[0]?.status).toBe('stale');
    bench.reads = 'quick';
    while (bench.asked.length > 0) bench.answer();
    bench.pass(10 * SECOND);
    expect(bench.kernel.accounts[0]?.status).toBe('ready');
  });
});

describe('a family without streams', () => {
  /** Eleven accounts of one family, known by asking. */
  function polled(): Bench {
    const bench = new Bench({ families: Array.from({ length: 11 }, () => 0) });
    bench.books();
    bench.step({
      kind: 'credits',
      family: 0,
      credits: { remainingTenths: 3000, quotaTenths: 3000, refreshS: 60 },
    });
    bench.session(0, 'polled');
    bench.operate({ do: 'start' });
    return bench;
  }

  /** Tenths of credits that reads cost. */
  function readTenths(bench: Bench): number {
    const queries = bench.trace.filter((mark) => mark.kind === 'query');
    return queries.reduce((sum, { query }) => sum + queryCostTenths(query), 0);
  }

  test('DESK-118 is known by asking, and its idle accounts cost a quarter of its credits', () => {
    const bench = polled();
    expect(bench.kernel.accounts.every(({ status }) => status === 'ready')).toBe(true);
    const before = readTenths(bench);
    pulse(bench, 10 * MINUTE);
    expect((readTenths(bench) - before) / 10).toBeLessThanOrEqual(750);
    expect(bench.kernel.accounts.every(({ status }) => status === 'ready')).toBe(true);
  });

  test('DESK-118 what fills and ends there is found within seconds', () => {
    const bench = polled();
    bench.want(quote());
    const order = bench.order();
    bench.accept(bench.lastSend('order').requestId, 1000 + order.id);
    tablesOf(bench).orders = [openRow(order)];
    pulse(bench, 10 * SECOND);
    expect(order.state).toBe('LIVE');
    tablesOf(bench).orders = [openRow(order, 300)];
    const first = { ...bench.fillRow(order, 300), li: 0 };
    tablesOf(bench).trades = [first];
    tablesOf(bench).positions = [positionRow(0, 300)];
    pulse(bench, 10 * SECOND);
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(300);
    expect(order.filledLots).toBe(300);
    const second = { ...bench.fillRow(order, 700), li: 0 };
    tablesOf(bench).orders = [];
    tablesOf(bench).history = [
      historyRow(order, { status: 'filled', filledLots: 1000, timeMs: bench.wallMs }),
    ];
    tablesOf(bench).trades = [second, first];
    tablesOf(bench).positions = [positionRow(0, 1000)];
    pulse(bench, 10 * SECOND);
    expect(order).toMatchObject({ ending: 'filled', filledLots: 1000 });
    expect(bench.kernel.accounts[0]?.position(0).lots).toBe(1000);
    expect(bench.alarms).toEqual([]);
  });

  test('DESK-118 a stranger that ended there counts no more', () => {
    const bench = polled();
    bench.want(quote());
    const row = { ...openRow(bench.order()), clientOrderId: null, orderId: 77 };
    tablesOf(bench).orders = [row];
    bench.update(bench.order(), { status: 'cancelled', event: 'cancel' });
    pulse(bench, 30 * SECOND);
    expect(bench.kernel.gate.entry(-77)).toBeDefined();
    tablesOf(bench).orders = [];
    pulse(bench, 30 * SECOND);
    expect(bench.kernel.gate.entry(-77)).toBeUndefined();
  });
});
