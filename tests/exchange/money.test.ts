import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HistoryLog } from '../../src/exchange/core/accounts/historyLog.ts';
import { CandleSeries } from '../../src/exchange/core/markets/candles.ts';
import { openLots } from '../../src/exchange/core/orders/order.ts';
import {
  accountInfo,
  accountRow,
  positionRows,
} from '../../src/exchange/payloads/accountPayloads.ts';
import { bbo, book, priceRow } from '../../src/exchange/payloads/marketPayloads.ts';
import { fillRow, fillUpdate, orderUpdate } from '../../src/exchange/payloads/orderPayloads.ts';
import { DEFAULT_SETTINGS, nonDefaultSettings } from '../../src/exchange/settings.ts';
import { unrealisedMicro } from '../../src/ledger/position.ts';
import { notionalMicro } from '../../src/protocol/market.ts';
import type { Side } from '../../src/protocol/terms.ts';
import { Floor, idOf, MAIN, NOW, STRANGER, SUB } from './support/floor.ts';

describe('fills', () => {
  test('EX-30 maker and taker pay by their level', () => {
    const floor = new Floor();
    floor.limit(STRANGER, 'ask', '100000', '0.01', { tif: 'ALO' });
    floor.limit(MAIN, 'bid', '100000', '0.01');
    expect(floor.fills.map(({ feeMicro, role }) => [role, feeMicro])).toEqual([
      ['fulfill_taker', 400_000],
      ['fulfill_maker', 0],
    ]);
    floor.limit(MAIN, 'ask', '100100', '0.01', { tif: 'ALO' });
    floor.limit(STRANGER, 'bid', '100100', '0.01');
    expect(floor.fills.slice(2).map(({ feeMicro }) => feeMicro)).toEqual([300_300, 150_150]);
    expect(floor.exchange.state.truth.feesMicro).toBe(400_000 + 300_300 + 150_150);
    expect(floor.account(MAIN).balanceMicro).toBe(10_000_000_000 + 1_000_000 - 550_150);
  });

  test('EX-30 another rounding, by setting', () => {
    const floor = new Floor({ settings: { feeRounding: 'up' } });
    floor.limit(STRANGER, 'ask', '100001', '0.00101', { tif: 'ALO' });
    floor.limit(MAIN, 'bid', '100001', '0.00101');
    expect(floor.fills[0]?.feeMicro).toBe(40_401);
  });

  test('EX-31 the published trade, word for word', () => {
    const floor = new Floor();
    floor.crowd.btc.setPrice(89_500);
    floor.pass(3000);
    floor.crowd.btc.setPrice(89_500);
    floor.crowd.btc.add('ask', 89_505, 36, 'GTC');
    floor.crowd.btc.add('bid', 89_477, 36, 'GTC');
    floor.market(MAIN, 'bid', '0.00036');
    const id = idOf(floor.market(MAIN, 'ask', '0.00036'));
    expect(fillUpdate(floor.fills[1] as never)).toEqual({
      h: expect.any(Number),
      i: id,
      I: null,
      u: MAIN,
      s: 'BTC',
      p: '89477',
      o: '89505',
      a: '0.00036',
      te: 'fulfill_taker',
      ts: 'close_long',
      tc: 'normal',
      f: '0.012885',
      n: '-0.022965',
      t: floor.nowMs,
      li: id,
    });
    expect(fillRow(floor.fills[0] as never)).toEqual({
      history_id: expect.any(Number),
      order_id: 3,
      client_order_id: null,
      symbol: 'BTC',
      amount: '0.00036',
      price: '89505',
      entry_price: '89505',
      fee: '0.012889',
      pnl: '-0.012889',
      event_type: 'fulfill_taker',
      side: 'open_long',
      cause: 'normal',
      created_at: floor.nowMs - 200,
    });
    expect(floor.account(MAIN).balanceMicro).toBe(10_000_000_000 - 22_965 - 12_889);
  });

  test('EX-31 opening, closing, and through zero', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_001, 10_000, 'GTC');
    floor.crowd.btc.add('bid', 99_999, 10_000, 'GTC');
    for (const [side, amount] of [
      ['ask', '0.01'],
      ['bid', '0.005'],
      ['bid', '0.01'],
      ['bid', '0.01'],
    ] as const) {
      floor.market(MAIN, side, amount);
    }
    expect(floor.fills.map(({ side }) => side)).toEqual([
      'open_short',
      'close_short',
      'close_short',
      'open_long',
    ]);
    const holding = floor.account(MAIN).holdings[0];
    expect(holding).toMatchObject({
      position: { lots: 1500 },
      openedMs: NOW + 600,
      updatedMs: NOW + 800,
    });
  });

  test('the documented order update', () => {
    const floor = new Floor();
    floor.crowd.btc.setPrice(89_500);
    floor.pass(3000);
    floor.crowd.btc.setPrice(89_500);
    const placed = floor.nowMs;
    const id = idOf(floor.limit(MAIN, 'bid', '89501', '0.00012', { tif: 'ALO' }));
    floor.pass(170_591);
    floor.crowd.btc.add('ask', 89_501, 12, 'IOC');
    expect(orderUpdate(floor.records.at(-1) as never)).toEqual({
      i: id,
      I: null,
      u: MAIN,
      s: 'BTC',
      d: 'bid',
      p: '89501',
      ip: '89501',
      lp: '89501',
      a: '0.00012',
      f: '0.00012',
      oe: 'fulfill_limit',
      os: 'filled',
      ot: 'limit',
      sp: null,
      si: null,
      tp: null,
      r: false,
      ct: placed,
      ut: placed + 170_591,
      li: id + 1,
    });
  });
});

describe('prices and books', () => {
  test('EX-33 the mark is the median of oracle, book and tape; the oracle follows every 3 s', () => {
    const floor = new Floor();
    const btc = floor.exchange.state.markets[0];
    expect(btc?.markTicks()).toBe(100_000);
    floor.crowd.btc.add('bid', 99_000, 1000, 'GTC');
    expect(btc?.markTicks()).toBe(100_000);
    floor.pass(2999);
    floor.crowd.btc.setPrice(100_500);
    expect([btc?.oracleTicks, btc?.markTicks()]).toEqual([100_000, 100_000]);
    floor.crowd.btc.add('ask', 101_500, 1000, 'GTC');
    // Own price: the mean of 99,000 and 101,500, cut to the tick.
    expect(btc?.markTicks()).toBe(100_250);
    floor.crowd.btc.add('bid', 101_500, 1, 'IOC');
    expect(btc?.markTicks()).toBe(100_500);
    floor.pass(1);
    floor.crowd.btc.setPrice(100_700);
    expect([btc?.oracleTicks, btc?.markTicks()]).toEqual([100_700, 100_700]);
  });

  test('a row of prices', () => {
    const floor = new Floor();
    floor.crowd.eth.add('bid', 32_999, 10_000, 'GTC');
    const eth = floor.exchange.state.markets[1] as never;
    expect(priceRow(floor.exchange.state, eth)).toMatchObject({ mid: '0', open_interest: '0' });
    floor.crowd.eth.add('ask', 33_002, 10_000, 'GTC');
    floor.market(MAIN, 'bid', '0.4', { symbol: 'ETH' });
    floor.market(SUB, 'ask', '0.1', { symbol: 'ETH' });
    expect(priceRow(floor.exchange.state, eth)).toEqual({
      symbol: 'ETH',
      funding: '0.0000125',
      next_funding: '0.0000125',
      mark: '3300',
      mid: '3300.05',
      oracle: '3300',
      open_interest: '0.4',
      volume_24h: '1650',
      yesterday_price: '3299.9',
      timestamp: floor.nowMs,
    });
  });

  test('EX-45 a book in buckets, each named by its best price', () => {
    const floor = new Floor();
    const { btc } = floor.crowd;
    for (const [ticks, lots] of [
      [99_999, 10],
      [99_999, 20],
      [99_991, 5],
      [99_989, 7],
    ] as const) {
      btc.add('bid', ticks, lots, 'GTC');
    }
    for (const ticks of [100_001, 100_009, 100_010, 100_019]) btc.add('ask', ticks, 100, 'GTC');
    const { state } = floor.exchange;
    const here = state.markets[0] as never;
    expect(book(state, here, 1)).toEqual({
      s: 'BTC',
      l: [
        [
          { p: '99999', a: '0.0003', n: 2 },
          { p: '99991', a: '0.00005', n: 1 },
          { p: '99989', a: '0.00007', n: 1 },
        ],
        [100_001, 100_009, 100_010, 100_019].map((p) => ({ p: String(p), a: '0.001', n: 1 })),
      ],
      t: NOW,
    });
    expect(book(state, here, 10).l).toEqual([
      [
        { p: '99999', a: '0.00035', n: 3 },
        { p: '99989', a: '0.00007', n: 1 },
      ],
      [
        { p: '100001', a: '0.002', n: 2 },
        { p: '100010', a: '0.002', n: 2 },
      ],
    ]);
    for (let i = 0; i < 20; i += 1) btc.add('bid', 99_900 - i, 1, 'GTC');
    expect((book(state, here, 1).l as unknown[][])[0]).toHaveLength(10);
    expect(bbo(state, here)).toEqual({
      s: 'BTC',
      i: state.lastOrderId,
      li: state.lastOrderId,
      t: NOW,
      b: '99999',
      B: '0.0003',
      a: '100001',
      A: '0.001',
    });
    expect(bbo(state, state.markets[1] as never)).toMatchObject({ b: '0', B: '0', a: '0', A: '0' });
  });
});

describe('account figures', () => {
  test('EX-34 of a position and resting orders', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 100_000, 'GTC');
    floor.market(MAIN, 'bid', '1');
    floor.limit(MAIN, 'bid', '99000', '1', { tif: 'ALO' });
    floor.crowd.btc.add('bid', 99_900, 1, 'GTC');
    floor.crowd.btc.add('ask', 99_902, 1, 'GTC');
    floor.pass(3000);
    floor.crowd.btc.setPrice(99_900);
    const { state } = floor.exchange;
    expect(accountRow(state, floor.account(MAIN))).toEqual({
      balance: '9960',
      fee_level: 0,
      maker_fee: '0.00015',
      taker_fee: '0.0004',
      account_equity: '9860',
      cross_account_equity: '9860',
      spot_market_value: '0',
      spot_collateral: '0',
      available_to_spend: '5880',
      available_to_withdraw: '0',
      pending_balance: '0',
      pending_interest: '0',
      total_margin_used: '3980',
      cross_mmr: '999',
      positions_count: 1,
      orders_count: 1,
      stop_orders_count: 0,
      spot_balances: [],
      updated_at: floor.nowMs - 3000,
    });
    expect(accountInfo(state, floor.account(MAIN))).toEqual({
      ae: '9860',
      as: '5880',
      aw: '0',
      b: '9960',
      f: 0,
      mu: '3980',
      cm: '999',
      oc: 1,
      pb: '0',
      pc: 1,
      sc: 0,
      sb: [],
      t: floor.nowMs,
    });
    // (99,900 − 9,860) ÷ 0.99, as the reference's formula has it.
    expect(positionRows(state, floor.account(MAIN))).toEqual([
      {
        symbol: 'BTC',
        side: 'bid',
        amount: '1',
        entry_price: '100000',
        margin: '0',
        funding: '0',
        isolated: false,
        liquidation_price: '90949.494949',
        created_at: NOW + 200,
        updated_at: NOW + 200,
      },
    ]);
  });
});

describe('EX-32 conservation', () => {
  const step = fc.record({
    kind: fc.constantFrom('limit', 'limit', 'limit', 'market', 'cancel', 'crowd', 'crowd', 'price'),
    account: fc.constantFrom(MAIN, SUB, STRANGER),
    symbol: fc.constantFrom('BTC', 'ETH'),
    side: fc.constantFrom<Side>('bid', 'ask'),
    offset: fc.integer({ min: -30, max: 30 }),
    lots: fc.integer({ min: 100, max: 40_000 }),
    tif: fc.constantFrom('GTC', 'IOC', 'ALO', 'TOB'),
    reduceOnly: fc.boolean(),
  });

  test('over random histories: money, lots, reservations and books agree', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
        const floor = new Floor({ settings: { takerDelayMs: 0 } });
        for (const { account, kind, lots, offset, reduceOnly, side, symbol, tif } of steps) {
          const isBtc = symbol === 'BTC';
          const door = isBtc ? floor.crowd.btc : floor.crowd.eth;
          const ticks = (isBtc ? 100_000 : 33_000) + offset;
          const price = isBtc ? String(ticks) : (ticks / 10).toFixed(1);
          const amount = (lots / (isBtc ? 100_000 : 10_000)).toFixed(5);
          const over = { symbol, tif, reduce_only: reduceOnly };
          if (kind === 'limit') floor.limit(account, side, price, amount, over);
          else if (kind === 'market') floor.market(account, side, amount, over);
          else if (kind === 'crowd') door.add(side, ticks, lots, tif as 'GTC');
          else if (kind === 'price') door.setPrice(ticks);
          else {
            const all = { all_symbols: false, symbol, exclude_reduce_only: reduceOnly };
            floor.send('cancel_all_orders', floor.body(account, all));
          }
          floor.pass(500);
        }
        checkMoney(floor);
        checkOrders(floor);
      }),
      { numRuns: 120 },
    );
  });

  function checkMoney(floor: Floor): void {
    const { accounts, markets, truth } = floor.exchange.state;
    let money = truth.feesMicro;
    for (const { balanceMicro } of accounts.all) money += balanceMicro;
    for (const { market, crowdCashMicro, crowdLots, ...here } of markets) {
      const mark = floor.exchange.state.markets[market.id]?.markTicks() ?? 0;
      let lots = crowdLots;
      money += crowdCashMicro + notionalMicro(market, mark, crowdLots);
      for (const { holdings } of accounts.all) {
        const position = holdings[market.id]?.position ?? { lots: 0, costMicro: 0 };
        lots += position.lots;
        money += unrealisedMicro(position, market, mark);
      }
      expect([here && lots]).toEqual([0]);
    }
    expect(money).toBe(30_000_000_000);
  }

  function checkOrders(floor: Floor): void {
    const { accounts, markets, truth } = floor.exchange.state;
    for (const account of accounts.all) {
      const reserved = markets.map(() => ({ bidsMicro: 0, asksMicro: 0 }));
      for (const order of account.open.values()) {
        const left = openLots(order);
        expect(markets[order.market.id]?.engine.remaining(order.id)).toBe(left);
        expect(['open', 'partially_filled']).toContain(order.status);
        const key = order.side === 'bid' ? 'bidsMicro' : 'asksMicro';
        (reserved[order.market.id] as Record<typeof key, number>)[key] += notionalMicro(
          order.market,
          order.ticks,
          left,
        );
      }
      account.holdings.forEach((holding, market) => {
        expect(holding).toMatchObject(reserved[market] ?? {});
      });
    }
    for (const order of accounts.orders.values()) {
      const fills = floor.fills.filter((fill) => fill.order === order);
      expect(order.filledLots).toBe(fills.reduce((sum, { lots }) => sum + lots, 0));
      const isOpen = order.account.open.has(order.id);
      expect(openLots(order) > 0).toBe(isOpen);
    }
    expect(truth.fills).toBe(floor.fills.length);
    expect(floor.trades.length).toBe(truth.trades);
  }
});

describe('candles', () => {
  const START = 1_736_640_000_000;
  const bar = (minute: number, ticks: number) => ({
    openTimeMs: START + minute * 60_000,
    openTicks: ticks,
    highTicks: ticks + 5,
    lowTicks: ticks - 5,
    closeTicks: ticks + 1,
    volumeLots: 100,
  });
  const dollars = (ticks: number, lots: number): number => ticks * lots;

  test('EX-44 history, trades, and minutes in which nothing happened', () => {
    const series = new CandleSeries([bar(0, 1000), bar(1, 2000)], dollars);
    series.record(START + 120_500, 3000, 7, 21_000);
    series.record(START + 121_000, 2900, 1, 2_900);
    series.record(START + 300_000, 3100, 2, 6_200);
    expect(series.between(1, START, START + 600_000, 100).map(short)).toEqual([
      [0, 1000, 1005, 995, 1001, 100, 0],
      [1, 2000, 2005, 1995, 2001, 100, 0],
      [2, 3000, 3000, 2900, 2900, 8, 2],
      [3, 2900, 2900, 2900, 2900, 0, 0],
      [4, 2900, 2900, 2900, 2900, 0, 0],
      [5, 3100, 3100, 3100, 3100, 2, 1],
    ]);
    expect(series.between(3, START, START + 600_000, 100).map(short)).toEqual([
      [0, 1000, 3000, 995, 2900, 208, 2],
      [3, 2900, 3100, 2900, 3100, 2, 1],
    ]);
    expect(series.between(1, START + 1, START + 120_000, 100).map(short)).toHaveLength(2);
    expect(series.between(1, START, START + 600_000, 2)).toHaveLength(2);
    expect(series.between(60, START + 1, START + 600_000, 2)).toEqual([]);
    expect(series.latestStart(3)).toBe(START + 180_000);
    expect(series.dayDollars).toBe(1001 * 100 + 2001 * 100 + 21_000 + 2_900 + 6_200);
    expect(series.closeAt(START - 1)).toBe(1001);
    expect(series.closeAt(START + 90_000)).toBe(2001);
    expect(series.closeAt(START + 9_000_000)).toBe(3100);
  });

  test('EX-44 a price without volume is no trade; a candle that begins before the history', () => {
    const series = new CandleSeries([bar(7, 1000)], dollars);
    series.record(START + 8 * 60_000, 1500, 0, 0);
    expect(series.between(5, 0, Number.MAX_SAFE_INTEGER, 10).map(short)).toEqual([
      [5, 1000, 1500, 995, 1500, 100, 0],
    ]);
    expect(series.changes).toBe(1);
  });

  test('EX-44 without history the first trade opens the first minute', () => {
    const series = new CandleSeries([], dollars);
    expect([series.latestStart(1), series.closeAt(START)]).toEqual([-1, 0]);
    expect(series.between(1, 0, START, 10)).toEqual([]);
    series.record(START + 61_000, 1500, 3, 4500);
    series.record(START + 59_000, 1400, 1, 1400);
    expect(series.between(1, 0, START * 2, 10).map(short)).toEqual([
      [1, 1500, 1500, 1400, 1400, 4, 2],
    ]);
  });

  test('EX-44 the day forgets what is older, and so do the minutes', () => {
    const series = new CandleSeries([], dollars);
    for (let minute = 0; minute <= 1440; minute += 1) {
      series.record(START + minute * 60_000, 100, 1, 1000 + minute);
    }
    expect(series.dayDollars).toBe((1441 * (1000 + 2440)) / 2 - 1000);
    series.record(START + 60_000 * 60_000, 100, 1, 5);
    expect(series.dayDollars).toBe(5);
    expect(series.between(1, 0, START * 2, 100_000).length).toBeLessThanOrEqual(55_000);
  });

  function short(candle: ReturnType<CandleSeries['between']>[number]): number[] {
    const { closeTicks, highTicks, lots, lowTicks, openTicks, startMs, trades } = candle;
    return [(startMs - START) / 60_000, openTicks, highTicks, lowTicks, closeTicks, lots, trades];
  }
});

describe('histories', () => {
  test('EX-42 newest first, in pages', () => {
    const log = new HistoryLog<number>(1000, (row) => row);
    for (let i = 1; i <= 10; i += 1) log.append(i);
    const even = (row: number): boolean => row % 2 === 0;
    expect(log.page(3, undefined, () => true)).toEqual({ rows: [10, 9, 8], next: 8 });
    expect(log.page(3, 8, () => true)).toEqual({ rows: [7, 6, 5], next: 5 });
    expect(log.page(9, 5, () => true)).toEqual({ rows: [4, 3, 2, 1], next: undefined });
    expect(log.page(2, undefined, even)).toEqual({ rows: [10, 8], next: 8 });
    expect(log.page(3, 8, even)).toEqual({ rows: [6, 4, 2], next: undefined });
    expect(log.page(2, 1, even)).toEqual({ rows: [], next: undefined });
  });

  test('the oldest rows go when there are too many, and their orders with them', () => {
    const floor = new Floor({ settings: { historyRows: 10 } });
    for (let i = 0; i < 30; i += 1) {
      const client_order_id = `12345678-1234-1234-1234-1234567890${String(i).padStart(2, '0')}`;
      floor.limit(MAIN, 'bid', '99000', '0.001', { tif: 'IOC', client_order_id });
    }
    const { orders } = floor.exchange.state.accounts;
    expect(orders.size).toBeGreaterThanOrEqual(10);
    expect(orders.size).toBeLessThanOrEqual(11);
    expect(floor.account(MAIN).byClientId.size).toBe(orders.size);
  });
});

describe('settings', () => {
  test('EX-61 what differs from the defaults is named', () => {
    expect(nonDefaultSettings(DEFAULT_SETTINGS)).toEqual([]);
    expect(
      nonDefaultSettings({ ...DEFAULT_SETTINGS, stpScope: 'family', takerDelayMs: 0 }),
    ).toEqual([
      { name: 'takerDelayMs', value: 0, byDefault: 200 },
      { name: 'stpScope', value: 'family', byDefault: 'account' },
    ]);
  });
});
