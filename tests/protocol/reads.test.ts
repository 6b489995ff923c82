// Every read over REST: what is asked, and what the literal answers of the reference come to.
import { describe, expect, test } from '@jest/globals';
import { raise } from '../../src/protocol/listRows.ts';
import { EMPTY_PAGE, type Read, readCostTenths, readPath } from '../../src/protocol/reads/read.ts';
import {
  type AnswerOf,
  type ParamsOf,
  READS,
  type ReadName,
} from '../../src/protocol/reads/reads.ts';
import type { BreakwaterError } from '../../src/std/errors.ts';
import { fixture } from './fixture.ts';
import { envelopeOf, fault, MARKETS } from './support/protocol.ts';

type Row = { readonly [key: string]: unknown };
const fixtures = fixture<Readonly<Record<string, unknown>>>('reads');
const A = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const CLOID = 'add9a4b5-c7f7-4124-b57f-86982d86d479';
const page = { unread: 0, nextCursor: 'next', lastOrderId: 99 };

/** What `name` makes of `data`; bad rows are collected in `problems`. */
function answer<Name extends ReadName>(
  name: Name,
  data: unknown,
  params: unknown = {},
  problems?: BreakwaterError[],
): AnswerOf<Name> {
  const read = READS[name] as unknown as Read<unknown, AnswerOf<Name>>;
  const onBadRow =
    problems === undefined
      ? raise
      : (problem: BreakwaterError): void => void problems.push(problem);
  const envelope = envelopeOf(data, { nextCursor: 'next', lastOrderId: 99 });
  return read.decode(envelope, { markets: MARKETS, onBadRow }, params);
}

function path<Name extends ReadName>(name: Name, params: ParamsOf<Name>): string {
  return readPath(READS[name] as unknown as Read<unknown, unknown>, params);
}

describe('what is asked', () => {
  const history = { account: A, limit: 50, cursor: '11+1/4=' };
  const tail = `account=${A}&limit=50&cursor=11%2B1%2F4%3D`;
  test.each<[string, string, boolean]>([
    [path('markets', undefined), '/info', READS.markets.isHeavy],
    [path('prices', undefined), '/info/prices', READS.prices.isHeavy],
    [path('feeTiers', undefined), '/info/fees', READS.feeTiers.isHeavy],
    [path('sparklines', {}), '/kline/sparklines', READS.sparklines.isHeavy],
    [
      path('sparklines', { symbols: ['BTC', 'kBONK'], interval: '1h', points: 24 }),
      '/kline/sparklines?symbols=BTC%2CkBONK&interval=1h&points=24',
      READS.sparklines.isHeavy,
    ],
    [path('book', { symbol: 'BTC' }), '/book?symbol=BTC&agg_level=1', READS.book.isHeavy],
    [
      path('book', { symbol: 'BTC', aggLevel: 100 }),
      '/book?symbol=BTC&agg_level=100',
      READS.book.isHeavy,
    ],
    [path('recentTrades', { symbol: 'BTC' }), '/trades?symbol=BTC', READS.recentTrades.isHeavy],
    [
      path('fundingRates', { symbol: 'BTC', limit: 4000 }),
      '/funding_rate/history?symbol=BTC&limit=4000',
      READS.fundingRates.isHeavy,
    ],
    [path('account', { account: A }), `/account?account=${A}`, READS.account.isHeavy],
    [path('settings', { account: A }), `/account/settings?account=${A}`, READS.settings.isHeavy],
    [path('positions', { account: A }), `/positions?account=${A}`, READS.positions.isHeavy],
    [path('orders', { account: A }), `/orders?account=${A}`, READS.orders.isHeavy],
    [
      path('portfolio', { account: A, timeRange: '7d', startMs: 1, endMs: 2, limit: 3 }),
      `/portfolio?account=${A}&time_range=7d&start_time=1&end_time=2&limit=3`,
      READS.portfolio.isHeavy,
    ],
    [path('fundingHistory', history), `/funding/history?${tail}`, READS.fundingHistory.isHeavy],
    [
      path('depositHistory', history),
      `/account/deposit/history?${tail}`,
      READS.depositHistory.isHeavy,
    ],
    [
      path('withdrawHistory', history),
      `/account/withdraw/history?${tail}`,
      READS.withdrawHistory.isHeavy,
    ],
    [
      path('orderEvents', { orderId: 5 }),
      '/orders/history_by_id?order_id=5',
      READS.orderEvents.isHeavy,
    ],
    [
      path('liquidationPrices', { account: A, symbol: 'BTC', isIsolated: false, limit: 5 }),
      `/position_liquidation_prices?address=${A}&symbol=BTC&is_isolated=false&limit=5`,
      READS.liquidationPrices.isHeavy,
    ],
    [
      path('aggregatedFunding', undefined),
      '/funding_rate/aggregated',
      READS.aggregatedFunding.isHeavy,
    ],
    [path('twapOrders', { account: A }), `/orders/twap?account=${A}`, READS.twapOrders.isHeavy],
    [
      path('twapEvents', { orderId: 5 }),
      '/orders/twap/history_by_id?order_id=5',
      READS.twapEvents.isHeavy,
    ],
  ])('PROTO-69: %s', (asked, expected, isHeavy) => {
    expect(asked).toBe(expected);
    expect(isHeavy).toBe(false);
  });

  const candles = { symbol: 'BTC', interval: '1m', startMs: 1, endMs: 2 };
  const span = 'symbol=BTC&interval=1m&start_time=1';
  test.each<[string, string, boolean]>([
    [path('candles', candles), `/kline?${span}&end_time=2`, READS.candles.isHeavy],
    [
      path('markCandles', { symbol: 'BTC', interval: '1m', startMs: 1 }),
      `/kline/mark?${span}`,
      READS.markCandles.isHeavy,
    ],
    [path('orderHistory', history), `/orders/history?${tail}`, READS.orderHistory.isHeavy],
    [
      path('tradeHistory', { account: A, symbol: 'BTC', startMs: 1, endMs: 2, cursor: 'c' }),
      `/trades/history?account=${A}&symbol=BTC&start_time=1&end_time=2&cursor=c`,
      READS.tradeHistory.isHeavy,
    ],
    [
      path('balanceHistory', { account: A, includeTrades: true }),
      `/account/balance/history?account=${A}&include_trades=true`,
      READS.balanceHistory.isHeavy,
    ],
    [path('twapHistory', history), `/orders/twap/history?${tail}`, READS.twapHistory.isHeavy],
  ])('PROTO-69: %s is a heavy one', (asked, expected, isHeavy) => {
    expect(asked).toBe(expected);
    expect(isHeavy).toBe(true);
  });

  test('PROTO-26, PROTO-69: what a read costs', () => {
    expect(readCostTenths(READS.account, true)).toBe(10);
    expect(readCostTenths(READS.account, false)).toBe(10);
    expect(readCostTenths(READS.tradeHistory, true)).toBe(40);
    expect(readCostTenths(READS.tradeHistory, false)).toBe(120);
  });
});

describe('markets', () => {
  test('PROTO-69, PROTO-72: the list, with spot and whatever comes', () => {
    const { rows } = answer('markets', fixtures.markets);
    expect(rows[0]).toEqual({
      symbol: 'BTC',
      instrument: 'perpetual',
      tickSize: '1',
      lotSize: '0.00001',
      minPrice: '0',
      maxPrice: '1000000',
      maxLeverage: 50,
      isolatedOnly: false,
      minOrderMicro: 10_000_000,
      maxOrderMicro: 5_000_000_000_000,
      fundingNano: 12_500,
      nextFundingNano: 12_500,
      baseAsset: 'BTC',
      createdMs: 1748881333944,
    });
    expect(rows[1]).toMatchObject({ instrument: 'spot', isolatedOnly: true, createdMs: undefined });
    expect(rows[2]).toMatchObject({ symbol: 'GOLD', instrument: 'other', isolatedOnly: false });
    expect(rows[3]).toMatchObject({ symbol: 'ETH', instrument: 'perpetual', baseAsset: undefined });
  });

  test('PROTO-69: prices, whose volume may be more than 2^53 micro-dollars', () => {
    expect(answer('prices', fixtures.prices).rows).toEqual([
      {
        market: 0,
        markTicks: 105_473,
        midTicks: 105_476,
        oracleTicks: 105_473,
        timeMs: 1749051612681,
        fundingNano: 12_500,
        nextFundingNano: 12_500,
        openInterestLots: 524,
        volume24hDollars: 12_345_678_902,
        yesterdayTicks: 95_548,
      },
      { market: 1, markTicks: 0, midTicks: 0, oracleTicks: 0, timeMs: 1749051612681 },
    ]);
  });

  test('PROTO-69: fees, sparklines, funding rates', () => {
    expect(answer('feeTiers', fixtures.feeTiers)).toEqual({
      ...page,
      rows: [
        { level: 0, makerNano: 150_000, takerNano: 400_000 },
        { level: 7, makerNano: 0, takerNano: 280_000 },
      ],
    });
    expect(answer('sparklines', fixtures.sparklines).rows).toEqual([
      {
        market: 0,
        points: [
          { timeMs: 1748954160000, closeTicks: 105_376 },
          { timeMs: 1748957760000, closeTicks: 105_381 },
        ],
      },
    ]);
    expect(answer('fundingRates', fixtures.fundingRates).rows).toEqual([
      {
        rateNano: -12_500,
        nextRateNano: 20_000,
        oracleMicro: 89_459_300_000,
        bidImpactMicro: 89_450_100_000,
        askImpactMicro: 89_470_000_000,
        timeMs: 1765018800000,
      },
      { rateNano: 40_000_000, timeMs: 1765015200000 },
    ]);
  });

  test('PROTO-69: trades, which name no market, and only the taker counts', () => {
    const { rows } = answer('recentTrades', fixtures.recentTrades, { symbol: 'BTC' });
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({
      market: 0,
      ticks: 104_721,
      lots: 10,
      takerSide: 'bid',
      cause: 'normal',
      timeMs: 1765006315306,
      li: 99,
    });
    expect(rows.map(({ takerSide }) => takerSide)).toEqual(['bid', 'ask', 'ask', 'bid', 'bid']);
    expect(rows[4]?.cause).toBe('normal');
    expect(answer('recentTrades', fixtures.recentTrades, { symbol: 'X' }).rows).toEqual([]);
  });

  test('PROTO-69: candles of the mark price', () => {
    const candle = { t: 1, T: 60_001, s: 'BTC', i: '1m', o: 5, h: '6.4', l: 5, c: 6, v: 0, n: 0 };
    expect(answer('markCandles', [candle, { s: 'SOL-USDC' }]).rows).toEqual([
      {
        market: 0,
        interval: '1m',
        startMs: 1,
        endMs: 60_001,
        openTicks: 5,
        highTicks: 6,
        lowTicks: 5,
        closeTicks: 6,
        lots: 0,
        trades: 0,
      },
    ]);
  });
});

describe('accounts', () => {
  test('PROTO-21, PROTO-70: figures of an older day, and the fewest there are', () => {
    expect(answer('account', fixtures.accountOld)).toMatchObject({
      equityMicro: 2_150_250_000,
      withdrawableMicro: 1_500_850_000,
      stopsOnLastTrade: false,
      stopOrdersCount: 1,
      makerFeeNano: 150_000,
    });
    const bare = answer('account', fixtures.accountBare);
    expect(bare).toMatchObject({ equityMicro: 0, spot: [{ asset: 'SOL', amount: '0' }] });
    expect(bare.crossEquityMicro).toBeUndefined();
  });

  test('PROTO-70: settings as an object, as a bare list, and with nothing in it', () => {
    const wlfi = {
      symbol: 'WLFI',
      leverage: 5,
      createdMs: 1758085929703,
      updatedMs: 1758086074002,
    };
    expect(answer('settings', fixtures.settings)).toEqual({
      markets: [{ ...wlfi, isolated: false }],
      unread: 0,
      excludedFromMargin: ['SOL'],
      autoLendDisabled: undefined,
    });
    expect(answer('settings', fixtures.settingsOld)).toEqual({
      markets: [
        { ...wlfi, isolated: true },
        { symbol: 'BTC', isolated: false, leverage: 20 },
      ],
      unread: 0,
      excludedFromMargin: [],
      autoLendDisabled: undefined,
    });
    expect(answer('settings', fixtures.settingsOff)).toEqual({
      markets: [],
      unread: 0,
      excludedFromMargin: [],
      autoLendDisabled: true,
    });
    const problems: BreakwaterError[] = [];
    const bad = answer(
      'settings',
      [{ symbol: 'BTC' }, (fixtures.settingsOld as Row[])[1]],
      {},
      problems,
    );
    expect(bad).toMatchObject({ markets: [{ symbol: 'BTC', leverage: 20 }], unread: 1 });
    expect(problems).toEqual([fault('account/settings.isolated')]);
    expect(() => answer('settings', 'x')).toThrow(fault('account/settings'));
  });

  test('PROTO-69: a position of which little is known', () => {
    expect(answer('positions', fixtures.positions).rows).toEqual([
      {
        market: 0,
        lots: 50_000,
        entryMicro: 89_505_250_000,
        isolated: false,
        timeMs: 1759223365538,
      },
    ]);
  });

  test('PROTO-69: what others pay, and where positions would be liquidated', () => {
    expect(answer('aggregatedFunding', fixtures.aggregatedFunding).rows).toEqual([
      { symbol: 'BTC', ratesNano: { binance: 100_000, bybit: 120_000 } },
    ]);
    expect(answer('liquidationPrices', fixtures.liquidationPrices).rows).toEqual([
      {
        market: 0,
        lots: 50_000,
        entryMicro: 89_505_250_000,
        liquidationMicro: 80_100_500_000,
      },
      { market: 1, lots: -12_500, entryMicro: 3_035_200_000 },
    ]);
  });

  test('PROTO-69, PROTO-72: portfolio, balance, funding, deposits', () => {
    expect(answer('portfolio', fixtures.portfolio).rows).toEqual([
      { equityMicro: 5_478_140_323, pnlMicro: -21_859_677, timeMs: 1765018800000 },
    ]);
    const changes = answer('balanceHistory', fixtures.balanceHistory).rows;
    expect(changes[0]).toEqual({
      amountMicro: 100_000_000,
      balanceMicro: 1_200_000_000,
      pendingMicro: 0,
      event: 'deposit',
      timeMs: 1716200000000,
    });
    expect(changes.at(-1)).toMatchObject({ event: 'other', pendingMicro: undefined });
    expect(answer('fundingHistory', fixtures.fundingHistory)).toEqual({
      ...page,
      rows: [
        {
          historyId: 2_287_920,
          market: 0,
          lots: -50_000,
          payoutMicro: 2_617_479,
          rateNano: 12_500,
          timeMs: 1759222804122,
        },
        {
          historyId: 2_287_921,
          market: 1,
          lots: 12_500,
          payoutMicro: -47_400,
          rateNano: 12_500,
          timeMs: 1759222804123,
        },
      ],
    });
    expect(answer('withdrawHistory', [{ amount: 5, created_at: 1, batch_nonce: 7 }]).rows).toEqual([
      { amountMicro: 5_000_000, batchNonce: '7', timeMs: 1 },
    ]);
  });
});

describe('orders', () => {
  test('PROTO-69: open orders of all types', () => {
    const { rows } = answer('orders', fixtures.orders);
    expect(rows.map(({ type }) => type)).toEqual([
      'limit',
      'market',
      'stop_limit',
      'stop_market',
      'take_profit_limit',
      'stop_loss_limit',
      'take_profit_market',
      'stop_loss_market',
    ]);
    expect(rows[2]).toMatchObject({ stopTicks: 119_000, parentOrderId: 315_979_358 });
  });

  test('PROTO-70: the events of an order, oldest first though their times tie', () => {
    const { rows } = answer('orderEvents', fixtures.orderEvents, { orderId: 315_992_721 });
    expect(rows.map(({ historyId }) => historyId)).toEqual(
      rows.map(({ historyId }) => historyId).sort((a, b) => a - b),
    );
    expect(rows.map(({ event }) => event)).toEqual([
      'cancel',
      'make',
      'stop_created',
      'twap_created',
      'fulfill_market',
      'fulfill_limit',
      'adjust',
      'stop_parent_order_filled',
      'stop_triggered',
      'stop_upgrade',
      'twap_triggered',
      'cancel',
      'force_cancel',
      'expired',
      'post_only_rejected',
      'self_trade_prevented',
      'other',
    ]);
    expect(rows[1]).toEqual({
      historyId: 641_452_639,
      orderId: 315_992_721,
      clientOrderId: CLOID,
      market: 0,
      side: 'bid',
      priceMicro: 89_501_000_000,
      lots: 12,
      filledLots: 2,
      cancelledLots: 0,
      event: 'make',
      type: 'limit',
      status: 'open',
      stopTicks: 89_000,
      parentOrderId: 315_992_720,
      reduceOnly: true,
      timeMs: 1759817065124,
    });
    expect(rows[0]?.priceMicro).toBeUndefined();
    expect(rows[6]?.status).toBe('other');
  });

  test('PROTO-70: an order that is not known has no events, be it a 404 or an empty list', () => {
    expect(READS.orderEvents.absent).toEqual(EMPTY_PAGE);
    expect(READS.twapEvents.absent).toEqual(EMPTY_PAGE);
    expect(answer('orderEvents', []).rows).toEqual([]);
  });

  test('PROTO-69, PROTO-72: TWAP orders, open, past, and by id', () => {
    const open = {
      orderId: 700,
      clientOrderId: CLOID,
      market: 0,
      side: 'bid',
      lots: 150_000,
      filledLots: 50_000,
      reduceOnly: false,
      slippagePercent: '0.5',
      plannedLots: 7500,
      plannedCount: 20,
      pastCount: 7,
      filledMicro: 44_750_500_000,
      expiresMs: 1765017679008,
      createdMs: 1765017049008,
      updatedMs: 1765017219639,
    };
    expect(answer('twapOrders', fixtures.twapOrders).rows[0]).toEqual(open);
    const past = answer('twapHistory', fixtures.twapHistory).rows;
    expect(past[0]).toEqual({
      ...open,
      status: 'open',
      lastMicro: 89_501_500_000,
      lastValueMicro: 6_712_610_000,
    });
    expect(past.map(({ status }) => status)).toEqual([
      'open',
      'partially_filled',
      'filled',
      'cancelled',
      'rejected',
      'other',
      'open',
      'open',
    ]);
    const events = answer('twapEvents', fixtures.twapEvents).rows;
    expect(events.map(({ historyId, event }) => [historyId, event])).toEqual([
      [900, 'make'],
      [901, 'sub_order_filled'],
      [902, 'cancel'],
      [903, 'expired'],
    ]);
  });
});

/** Reads whose answer is a list, with rows that can be read. */
const LISTS: readonly (readonly [ReadName, readonly Row[], unknown])[] = (
  [
    ['markets', 'markets', {}],
    ['prices', 'prices', {}],
    ['feeTiers', 'feeTiers', {}],
    ['sparklines', 'sparklines', {}],
    ['recentTrades', 'recentTrades', { symbol: 'BTC' }],
    ['fundingRates', 'fundingRates', {}],
    ['positions', 'positions', {}],
    ['liquidationPrices', 'liquidationPrices', {}],
    ['aggregatedFunding', 'aggregatedFunding', {}],
    ['portfolio', 'portfolio', {}],
    ['fundingHistory', 'fundingHistory', {}],
    ['balanceHistory', 'balanceHistory', {}],
    ['depositHistory', 'cashHistory', {}],
    ['withdrawHistory', 'cashHistory', {}],
    ['orders', 'orders', {}],
    ['orderHistory', 'orderHistory', {}],
    ['orderEvents', 'orderEvents', {}],
    ['tradeHistory', 'tradeHistory', { account: A }],
    ['twapOrders', 'twapOrders', {}],
    ['twapHistory', 'twapHistory', {}],
    ['twapEvents', 'twapEvents', {}],
  ] as const
).map(([name, file, params]) => [name, fixtures[file] as Row[], params]);

describe('a list in which something is wrong', () => {
  interface Rows {
    readonly rows: readonly unknown[];
    readonly unread: number;
  }

  test.each(LISTS)('PROTO-65: %s loses only the row that cannot be read', (name, good, params) => {
    const whole = answer(name, good, params) as Rows;
    expect(whole.unread).toBe(0);
    const problems: BreakwaterError[] = [];
    const bad = [5, null, 'x', { symbol: 'BTC', s: 'BTC' }, { ...good[0], side: 'sideways' }];
    const isSided = 'side' in (good[0] ?? {});
    const mixed = [...bad.slice(0, 4), ...(isSided ? bad.slice(4) : []), ...good];
    const some = answer(name, mixed, params, problems) as Rows;
    expect(some.rows).toEqual(whole.rows);
    expect(some.unread).toBe(isSided ? 5 : 4);
    expect(problems.map(({ code }) => code)).toEqual(
      new Array(some.unread).fill('EXCHANGE_PROTOCOL'),
    );
  });

  test.each(LISTS)('PROTO-16: %s that is no list is a fault', (name, _, params) => {
    for (const data of [undefined, null, 5, 'x', {}]) {
      expect(() => answer(name, data, params, [])).toThrow(fault('expected a list'));
    }
  });

  test.each(LISTS)('PROTO-1, PROTO-18: %s as numbers, as text, with news', (name, good, params) => {
    const expected = answer(name, good, params);
    const turn = (value: unknown, leaf: (one: unknown) => unknown): unknown => {
      if (Array.isArray(value)) return value.map((each) => turn(each, leaf));
      if (typeof value !== 'object' || value === null) return leaf(value);
      return Object.fromEntries(
        Object.entries(value).map(([key, field]) => [key, turn(field, leaf)]),
      );
    };
    const isText = (one: unknown): boolean =>
      typeof one === 'string' && /^-?\d+(\.\d+)?$/.test(one);
    const numbers = turn(good, (one) => (isText(one) ? Number(one) : one));
    const texts = turn(good, (one) => (typeof one === 'number' ? String(one) : one));
    // What is only shown keeps its own spelling.
    const plain = (rows: unknown): unknown =>
      turn(rows, (one) => (isText(one) ? String(Number(one)) : one));
    expect(plain(answer(name, numbers, params))).toEqual(plain(expected));
    expect(plain(answer(name, texts, params))).toEqual(plain(expected));
    const news = good.map((row) => ({ ...row, news: { mood: ['good'] }, gone: null }));
    expect(answer(name, news, params)).toEqual(expected);
  });
});
