import { describe, expect, test } from '@jest/globals';
import type { DeskConfigInput } from '../../src/config/sampleConfig.ts';
import type { Outcome } from '../../src/protocol/outcome.ts';
import type { QueryResult } from '../../src/protocol/queries.ts';
import {
  Bench,
  type BenchOptions,
  candleRow,
  historyRow,
  openRow,
  pair,
  positionRow,
  quote,
  type Tables,
  work,
} from './support/bench.ts';

type StrategyInput = DeskConfigInput['strategies'][number];

const SPREAD: StrategyInput = {
  kind: 'spread',
  name: 'pairs',
  accounts: ['a0'],
  legs: ['BTC', 'ETH'],
  windowMinutes: 10,
  bands: [1],
  exitGap: 0.5,
  legUsd: 1000,
  slippageBps: 10,
  rebalancePercent: 1,
  evaluateSeconds: 1,
};

const QUOTES: StrategyInput = {
  kind: 'market-making',
  name: 'quotes',
  accounts: ['a1'],
  markets: ['ETH'],
  quoteUsd: 1000,
  halfSpreadBps: 5,
  maxInventoryUsd: 5000,
  skewBps: 2,
  toleranceBps: 1,
  refreshSeconds: 1,
};

const SLICES: StrategyInput = {
  kind: 'time-based',
  name: 'slices',
  accounts: ['a1'],
  market: 'BTC',
  side: 'sell',
  usd: 4000,
  durationSeconds: 4,
  sliceSeconds: 1,
  slippageBps: 10,
};

function withStrategies(
  strategies: StrategyInput[],
  over: Partial<DeskConfigInput> = {},
): BenchOptions {
  return { config: { strategies, ...over } };
}

/** Minutes 0 to 9 of both markets closed at the venue, minute 10 open. */
function fillCandles(bench: Bench): void {
  for (const [market, rows] of bench.candles.entries()) {
    for (let minute = 0; minute < 10; minute += 1) {
      rows.push(candleRow(market, minute, (market === 0 ? 100_000 : 40_000) + (minute % 2)));
    }
  }
}

function openCandles(bench: Bench, minute = 10): void {
  bench.candle(0, minute, 100_000);
  bench.candle(1, minute, 40_000);
}

function isRunning(bench: Bench): boolean {
  return bench.notices.some(({ of }) => of === 'running');
}

/** Lets time pass with fresh books. */
function live(bench: Bench, seconds: number): void {
  for (let i = 0; i < seconds; i += 1) {
    bench.books();
    bench.pass(1000);
  }
  bench.books();
}

function tablesOf(bench: Bench, account = 0): Tables {
  return bench.tables[account] as Tables;
}

function stopped(bench: Bench): { clean: boolean; sentence: string } | undefined {
  const [end] = bench.notices.flatMap((event) => (event.of === 'stopped' ? [event] : []));
  return end && { clean: end.clean, sentence: end.sentence };
}

describe('before the first order', () => {
  test('DESK-40 everything must be known: accounts, leverage, books and marks, history', () => {
    const bench = new Bench(withStrategies([SPREAD], { leverage: 50 }));
    bench.operate({ do: 'start' });
    bench.pass(500);
    expect(bench.sends).toEqual([]);
    bench.open();
    bench.pass(200);
    // Leverage once the accounts are known, for each account and market, at most the market's own.
    const leverage = bench.sendsOf('leverage');
    expect(leverage.map(({ action }) => action.leverage)).toMatchObject([
      { account: 0, market: { symbol: 'BTC' }, leverage: 50 },
      { account: 0, market: { symbol: 'ETH' }, leverage: 50 },
      { account: 1, market: { symbol: 'BTC' }, leverage: 50 },
      { account: 1, market: { symbol: 'ETH' }, leverage: 50 },
    ]);
    expect(bench.recordsOf('leverage').map(({ body }) => body)[1]).toEqual({
      account: 0,
      symbol: 'ETH',
      leverage: 50,
    });
    bench.pass(2000);
    expect(bench.sendsOf('leverage')).toHaveLength(4);
    fillCandles(bench);
    openCandles(bench);
    bench.books();
    bench.pass(200);
    expect(bench.queries('candles').map(({ query }) => query)).toEqual([
      {
        of: 'candles',
        symbol: 'BTC',
        interval: '1m',
        startMs: (bench.candles[0]?.[0]?.startMs as number) - 60_000,
        endMs: (bench.candles[0]?.[0]?.startMs as number) + 600_000,
      },
      {
        of: 'candles',
        symbol: 'ETH',
        interval: '1m',
        startMs: (bench.candles[0]?.[0]?.startMs as number) - 60_000,
        endMs: (bench.candles[0]?.[0]?.startMs as number) + 600_000,
      },
    ]);
    for (const { requestId } of leverage.slice(0, 3)) bench.accept(requestId);
    bench.pass(200);
    expect(isRunning(bench)).toBe(false);
    bench.accept(leverage[3]?.requestId ?? 0);
    bench.pass(100);
    expect(isRunning(bench)).toBe(true);
    expect(bench.kernel.deck.running).toBe(true);
  });

  test('DESK-41 leverage is asked again when its fate is open, not when it is refused', () => {
    const bench = Bench.ready(withStrategies([], { leverage: 5 }));
    bench.operate({ do: 'start' });
    const [first, second, third, fourth] = bench.sendsOf('leverage');
    bench.lose(first?.requestId ?? 0);
    bench.refuse(second?.requestId ?? 0, 'rate-limited');
    bench.refuse(third?.requestId ?? 0, 'invalid', 'Cannot decrease leverage with open position.');
    bench.accept(fourth?.requestId ?? 0);
    bench.pass(1001);
    const again = bench.sendsOf('leverage').slice(4);
    expect(again.map(({ action }) => action.leverage)).toEqual([
      first?.action.leverage,
      second?.action.leverage,
    ]);
    for (const { requestId } of again) bench.accept(requestId);
    bench.books();
    bench.pass(200);
    expect(isRunning(bench)).toBe(true);
    bench.pass(5000);
    expect(bench.sendsOf('leverage')).toHaveLength(6);
  });

  test('DESK-42 history that fails or falls short is asked for again, minutes that pass meanwhile count', () => {
    const bench = Bench.ready(withStrategies([SPREAD]));
    openCandles(bench);
    bench.reads = 'slow';
    bench.operate({ do: 'start' });
    const fail: Outcome<QueryResult> = { kind: 'unknown', message: 'timeout' };
    expect(bench.asked).toHaveLength(2);
    bench.answer(fail);
    bench.answer();
    bench.pass(2900);
    expect(bench.asked).toEqual([]);
    // A minute ends before the history arrives.
    openCandles(bench, 11);
    fillCandles(bench);
    bench.reads = 'quick';
    bench.pass(300);
    bench.books();
    bench.pass(100);
    expect(isRunning(bench)).toBe(true);
    expect(bench.queries('candles')).toHaveLength(4);
  });

  test('DESK-42 a strategy without a window needs no candles, and an end before the start stays the end', () => {
    const bench = new Bench(withStrategies([SLICES]));
    bench.operate({ do: 'start' });
    bench.operate({ do: 'stop', reason: 'changed my mind' });
    bench.open();
    live(bench, 3);
    expect(isRunning(bench)).toBe(false);
    expect(bench.queries('candles')).toEqual([]);
    expect(bench.sendsOf('order')).toEqual([]);
    const other = Bench.ready(withStrategies([SLICES]));
    other.operate({ do: 'start' });
    expect(isRunning(other)).toBe(true);
    other.operate({ do: 'start' });
    expect(other.notices.filter(({ of }) => of === 'running')).toHaveLength(1);
  });

  test('DESK-42 minutes that a lost stream took are asked for while it runs', () => {
    const bench = Bench.ready(withStrategies([SPREAD]));
    fillCandles(bench);
    openCandles(bench);
    bench.operate({ do: 'start' });
    bench.pass(100);
    expect(isRunning(bench)).toBe(true);
    bench.candle(0, 11, 100_000);
    expect(bench.queries('candles')).toHaveLength(2);
    bench.pass(5000);
    // Minutes 12 and 13 were never seen.
    for (const minute of [10, 11, 12, 13]) {
      bench.candles[0]?.push(candleRow(0, minute, 100_000 + minute));
    }
    bench.candle(0, 14, 100_000);
    expect(bench.queries('candles')).toHaveLength(3);
    bench.candle(0, 15, 100_000);
    bench.pass(5000);
    bench.candle(0, 15, 100_001);
    expect(bench.queries('candles')).toHaveLength(3);
  });
});

describe('the running strategies', () => {
  test('DESK-44 quotes and slices are traded and traced to their strategy and its words', () => {
    const bench = Bench.ready(withStrategies([{ ...QUOTES, accounts: ['a0'] }, SLICES]));
    bench.operate({ do: 'start' });
    bench.pass(300);
    const strategies = bench.kernel.deck.strategies.map(({ name, number }) => [name, number]);
    expect(strategies).toEqual([
      ['quotes', 1],
      ['slices', 2],
    ]);
    const sent = bench.sendsOf('order').map(({ action }) => action.reserved.request);
    expect(
      sent.map(({ account, market, side, strategy, tif }) => [
        account,
        market,
        side,
        strategy,
        tif,
      ]),
    ).toEqual([
      // All three waited for the same write; new risk leaves before quotes.
      [1, 0, 'ask', 2, 'IOC'],
      [0, 1, 'bid', 1, 'ALO'],
      [0, 1, 'ask', 1, 'ALO'],
    ]);
    expect(bench.recordsOf('signal').map(({ body }) => body.strategy)).toEqual([1, 1, 2]);
    const { signals } = bench.kernel.stats;
    expect(signals.totals(1)).toEqual({ parents: 2, orders: 2 });
    expect(signals.lines.map(({ strategy, orders }) => [strategy, orders])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(signals.unexplained).toBe(0);
    // A quarter of 4,000 dollars at 100,000.
    expect(sent[0]?.lots).toBe(1000);
    expect(bench.kernel.coordinator.quoteTicks(0, 1, 'bid')).toBe(sent[1]?.priceTicks);
    expect(bench.kernel.coordinator.parents).toEqual([
      { account: 1, doneLots: 0, totalLots: 4000 },
    ]);
  });

  test('DESK-45 a market whose book or mark is old is shown to nobody', () => {
    const bench = Bench.ready(withStrategies([SLICES]));
    bench.operate({ do: 'start' });
    const before = bench.sendsOf('order').length;
    bench.refuse(bench.lastSend('order').requestId, 'balance');
    bench.pass(6000);
    const during = bench.sendsOf('order').length;
    bench.pass(6000);
    expect(bench.sendsOf('order')).toHaveLength(during);
    expect(during).toBeGreaterThanOrEqual(before);
    const refused = bench.kernel.stats.refusals.get('REFERENCE_STALE') ?? 0;
    bench.books();
    bench.pass(12_000);
    expect(bench.sendsOf('order').length).toBeGreaterThan(during);
    expect(refused).toBeLessThan(10);
  });

  test('DESK-46 a spread waits for its window and then holds its pair, whose balance is measured', () => {
    const bench = Bench.ready(withStrategies([SPREAD]));
    fillCandles(bench);
    openCandles(bench);
    bench.operate({ do: 'start' });
    // BTC becomes dear against ETH: sell it, buy ETH.
    bench.books(100_400, 40_000);
    bench.pass(1300);
    const legs = bench.working();
    expect(legs.map(({ request }) => [request.market, request.side])).toEqual([
      [0, 'ask'],
      [1, 'bid'],
    ]);
    expect(bench.kernel.coordinator.openPairs).toEqual([{ account: 0, markets: [0, 1] }]);
    for (const { requestId } of bench.sendsOf('order')) bench.accept(requestId);
    for (const order of legs)
      bench.fill(order, order.request.lots, {
        side: order.request.side === 'ask' ? 'open_short' : 'open_long',
      });
    live(bench, 3);
    expect(bench.kernel.coordinator.pairTotals).toMatchObject({ pairs: 1, hedged: 1 });
    const [balance] = bench.kernel.neutrality.report();
    expect(balance?.account).toBe(0);
    expect(balance?.heldMs).toBeGreaterThan(2000);
    expect(balance?.meanBps).toBeLessThan(30);
    expect(balance?.meanNetMicro).toBeGreaterThan(0);
  });
});

describe('the orderly end', () => {
  test('DESK-47 a stop cancels what works, waits for the end, sweeps, and proves it', () => {
    const bench = Bench.ready();
    tablesOf(bench).positions.push(positionRow(1, 123));
    bench.session(0, 'down');
    bench.session(0, 'up');
    bench.want(quote());
    const order = bench.order();
    bench.update(order, {});
    bench.operate({ do: 'stop', reason: 'enough' });
    expect(bench.recordsOf('operator').map(({ body }) => body)).toEqual([
      { do: 'stop', reason: 'enough' },
    ]);
    expect(bench.lastSend('cancel').action.cancel.clientOrderId).toBe(order.request.clientOrderId);
    bench.pass(2000);
    expect(bench.sendsOf('cancelAll')).toEqual([]);
    bench.update(order, { status: 'cancelled', event: 'cancel' });
    bench.pass(60);
    expect(bench.sendsOf('cancelAll').map(({ action }) => action.cancelAll)).toEqual([
      { account: 0, excludeReduceOnly: false },
      { account: 1, excludeReduceOnly: false },
    ]);
    expect(bench.recordsOf('cancel_all')).toHaveLength(2);
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    expect(stopped(bench)).toEqual({
      clean: true,
      sentence: 'No order is open; positions kept: a0 0.0123 ETH.',
    });
    expect(bench.recordsOf('stopped')[0]?.body).toEqual(stopped(bench));
    expect(bench.sendsOf('order')).toHaveLength(1);
  });

  test('DESK-48 what has not ended in time does not hold up the rest, and is told', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const order = bench.order();
    bench.update(order, {});
    tablesOf(bench).orders.push(openRow(order));
    bench.operate({ do: 'stop', reason: 'test' });
    bench.pass(10_000);
    expect(bench.sendsOf('cancelAll')).toEqual([]);
    bench.pass(100);
    const [first, second] = bench.sendsOf('cancelAll');
    bench.accept(second?.requestId ?? 0);
    // Asked three times, half a second apart.
    bench.lose(first?.requestId ?? 0, 'no answer');
    bench.pass(501);
    bench.lose(bench.lastSend('cancelAll').requestId, 'no answer');
    bench.pass(501);
    expect(bench.sendsOf('cancelAll')).toHaveLength(4);
    bench.lose(bench.lastSend('cancelAll').requestId, 'no answer');
    bench.pass(3000);
    expect(stopped(bench)).toEqual({
      clean: false,
      sentence:
        'cancel-all of a0: no answer; orders were still under way when the time to end them was over; a0 still has 1 open orders at the venue.',
    });
  });

  test('DESK-48 a sweep that fails once is no problem', () => {
    const bench = Bench.ready();
    bench.operate({ do: 'stop', reason: 'test' });
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.lose(requestId);
    bench.pass(501);
    for (const { requestId } of bench.sendsOf('cancelAll').slice(2)) bench.accept(requestId);
    expect(stopped(bench)).toEqual({
      clean: true,
      sentence: 'No order is open; no position is open.',
    });
  });

  test('DESK-49 a close waits for owed fills, closes every position, and asks the venue', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0 }));
    const bought = bench.order();
    bench.update(bought, { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    bench.operate({ do: 'close', reason: 'test' });
    // Whoever works the order waits for its fill for a while, then the close does.
    live(bench, 6);
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    live(bench, 2);
    expect(bench.sendsOf('order')).toHaveLength(1);
    bench.trade(bench.fillRow(bought, 1000));
    bench.pass(60);
    const { request } = bench.lastSend('order').action.reserved;
    expect(request).toMatchObject({ account: 0, side: 'ask', lots: 1000, precedence: 'kill' });
    expect(bench.recordsOf('signal').at(-1)?.body.signal).toBe(
      "close: every position, on the operator's word",
    );
    const closing = bench.order();
    bench.fill(closing, 1000, { side: 'close_long' });
    live(bench, 2);
    expect(stopped(bench)).toEqual({
      clean: true,
      sentence: 'No order is open; no position is open.',
    });
  });

  test('DESK-49 owed fills are not waited for for ever', () => {
    const bench = Bench.ready();
    bench.want(work({ account: 0 }));
    const order = bench.order();
    bench.update(order, { status: 'filled', filledLots: 1000, event: 'fulfill_market' });
    bench.operate({ do: 'close', reason: 'test' });
    live(bench, 6);
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    live(bench, 9);
    expect(stopped(bench)).toBeUndefined();
    live(bench, 3);
    expect(stopped(bench)?.clean).toBe(true);
  });

  test('DESK-49 what the venue shows otherwise is read again and closed as well', () => {
    const bench = Bench.ready();
    tablesOf(bench).positions.push(positionRow(0, 700));
    bench.operate({ do: 'close', reason: 'test' });
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    expect(bench.alarms[0]).toContain('holds 700 lots of BTC at the venue, the desk counted 0');
    bench.pass(600);
    const closing = bench.order();
    expect(closing.request).toMatchObject({ side: 'ask', lots: 700, reduceOnly: true });
    tablesOf(bench).positions.length = 0;
    bench.fill(closing, 700, { side: 'close_long' });
    live(bench, 3);
    expect(stopped(bench)?.clean).toBe(true);
  });

  test('DESK-49 what cannot be closed in time, and what is too small, is named', () => {
    const bench = new Bench();
    tablesOf(bench).positions.push(positionRow(0, 5000));
    tablesOf(bench, 1).positions.push(positionRow(1, -10));
    bench.open();
    bench.operate({ do: 'close', reason: 'test' });
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    let refused = 0;
    for (let i = 0; i < 40; i += 1) {
      for (const order of bench.working()) {
        refused += 1;
        bench.refuse(
          bench.lastSend('order').requestId,
          'no-liquidity',
          'No reasonable price found',
        );
        expect(order.ending).toBe('rejected');
      }
      live(bench, 1);
    }
    expect(refused).toBeGreaterThan(5);
    expect(stopped(bench)).toEqual({
      clean: false,
      sentence:
        'positions were still open when the time to close them was over; a0 still holds 0.05 BTC.',
    });
    const small = new Bench();
    tablesOf(small, 1).positions.push(positionRow(1, -10));
    small.open();
    small.operate({ do: 'close', reason: 'test' });
    for (const { requestId } of small.sendsOf('cancelAll')) small.accept(requestId);
    expect(stopped(small)).toEqual({
      clean: true,
      sentence: 'No order is open; too small to close: a1 -0.001 ETH.',
    });
  });

  test('DESK-49 a venue that cannot be asked, or shows something else to the end, makes an end unclean', () => {
    const bench = Bench.ready();
    bench.reads = 'slow';
    bench.operate({ do: 'stop', reason: 'test' });
    for (const { requestId } of bench.sendsOf('cancelAll')) bench.accept(requestId);
    const fail: Outcome<QueryResult> = { kind: 'unknown', message: 'status 502' };
    // Five rounds, in each of which a question is put four times.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(bench.asked).toHaveLength(4);
      while (bench.asked.length > 0) bench.answer(fail);
      bench.pass(501);
    }
    expect(stopped(bench)).toEqual({
      clean: false,
      sentence:
        'a0: the venue could not be asked (status 502); a0: the venue could not be asked (status 502); a1: the venue could not be asked (status 502); a1: the venue could not be asked (status 502).',
    });
    const other = Bench.ready();
    other.operate({ do: 'stop', reason: 'test' });
    // The venue's word changes between two questions, so that it never fits.
    let lots = 10;
    for (const { requestId } of other.sendsOf('cancelAll')) {
      tablesOf(other).positions.splice(0, 1, positionRow(0, lots));
      other.accept(requestId);
    }
    other.reads = 'slow';
    for (let i = 0; i < 60 && stopped(other) === undefined; i += 1) {
      lots += 1;
      tablesOf(other).positions.splice(0, 1, positionRow(0, lots));
      if (other.asked.length > 0) other.answer();
      else other.pass(100);
    }
    expect(stopped(other)?.sentence).toMatch(
      /^a0: the venue shows 0\.000\d+ BTC, the desk counted 0(\.000\d+)?\.$/,
    );
  });

  test('DESK-47 a pair under way ends hedged before the end', () => {
    const bench = Bench.ready();
    bench.want(pair());
    const [btc, eth] = bench.working();
    bench.operate({ do: 'stop', reason: 'test' });
    if (btc === undefined || eth === undefined) throw new Error('no pair');
    bench.fill(btc, btc.request.lots);
    bench.update(eth, { status: 'cancelled', event: 'cancel' });
    bench.pass(500);
    // New risk is blocked; the lagging leg is a hedge and goes out.
    const chase = bench.order();
    expect(chase.request).toMatchObject({ market: 1, precedence: 'hedge', side: 'ask' });
    expect(chase.state).toBe('SENT');
    expect(bench.sendsOf('cancelAll')).toEqual([]);
    tablesOf(bench).history.push(historyRow(chase, { status: 'filled' }));
    bench.fill(chase, chase.request.lots);
    bench.pass(100);
    expect(bench.sendsOf('cancelAll')).toHaveLength(2);
  });
});

describe('a disk that refuses', () => {
  test('DESK-56 stops new risk, withdraws quotes, and is told', () => {
    const bench = Bench.ready(withStrategies([{ ...QUOTES, accounts: ['a0'] }, SLICES]));
    bench.operate({ do: 'start' });
    for (const { requestId } of bench.sendsOf('order')) bench.accept(requestId);
    const quotes = bench.working();
    for (const order of quotes) bench.update(order, {});
    bench.step({ kind: 'disk', sentence: 'the disk is full' });
    expect(bench.alarms).toEqual(['the disk is full']);
    expect(bench.kernel.blocked).toBe('the disk is full');
    expect(bench.sendsOf('cancel').map(({ action }) => action.cancel.clientOrderId)).toEqual(
      quotes.map(({ request }) => request.clientOrderId),
    );
    const sent = bench.sendsOf('order').length;
    live(bench, 5);
    expect(bench.sendsOf('order')).toHaveLength(sent);
    expect(bench.kernel.deck.running).toBe(false);
  });
});
