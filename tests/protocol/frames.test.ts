// Every frame that the desk reads, from the payloads of the reference.
import { describe, expect, test } from '@jest/globals';
import { decodeFrame } from '../../src/protocol/frames/decodeFrame.ts';
import type { Frame } from '../../src/protocol/frames/frame.ts';
// Types only; loaded so that coverage does not take its lines for code that never ran.
import '../../src/protocol/frames/frame.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { ORDER_EVENTS, ORDER_STATUSES } from '../../src/protocol/terms.ts';
import { fixture } from './fixture.ts';

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };
type RawFrame = { [key: string]: Tree };

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const markets = new MarketIndex([
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...figures }),
]);
const MAIN = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const SUB = '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut';
const frames = fixture<Readonly<Record<string, RawFrame>>>('frames');

const EXPECTED: Readonly<Record<string, Frame>> = {
  book: {
    channel: 'book',
    market: 0,
    bids: [106_504, 26_203, 106_490, 150_000],
    asks: [106_559, 26_802],
    timeMs: 1751370536325,
    li: 1559885104,
  },
  emptyBook: {
    channel: 'book',
    market: 1,
    bids: [],
    asks: [],
    timeMs: 1751370536325,
    li: 1559885104,
  },
  bbo: {
    channel: 'bbo',
    market: 1,
    bidTicks: 30_351,
    bidLots: 5000,
    askTicks: 30_354,
    askLots: 20_407,
    timeMs: 1765018588190,
    li: 1559912769,
    orderId: 1559912767,
  },
  prices: {
    channel: 'prices',
    rows: [
      {
        market: 0,
        markTicks: 105_474,
        midTicks: 105_476,
        oracleTicks: 105_473,
        timeMs: 1749051612681,
        fundingNano: 12_500,
        nextFundingNano: 12_500,
        openInterestLots: 524,
        volume24hDollars: 63_266,
        yesterdayTicks: 955_476,
      },
      {
        market: 1,
        markTicks: 30_353,
        midTicks: 0,
        oracleTicks: 30_352,
        timeMs: 1749051612700,
        fundingNano: 12_500,
        nextFundingNano: 12_500,
        openInterestLots: 125_000,
        volume24hDollars: 63_266,
        yesterdayTicks: 30_000,
      },
    ],
  },
  trades: {
    channel: 'trades',
    rows: [
      {
        market: 0,
        ticks: 89_471,
        lots: 10,
        takerSide: 'ask',
        cause: 'normal',
        timeMs: 1765018379085,
        li: 1559885104,
        historyId: 80062522,
      },
      {
        market: 0,
        ticks: 89_475,
        lots: 2000,
        takerSide: 'bid',
        cause: 'market_liquidation',
        timeMs: 1765018379086,
        li: 1559885105,
        historyId: 80062524,
      },
    ],
  },
  candle: {
    channel: 'candle',
    row: {
      market: 1,
      interval: '1m',
      startMs: 1749052260000,
      openTicks: 30_157,
      highTicks: 30_161,
      lowTicks: 30_157,
      closeTicks: 30_158,
      lots: 18_000,
      endMs: 1749052320000,
      trades: 12,
    },
  },
  markPriceCandle: {
    channel: 'mark_price_candle',
    row: {
      market: 0,
      interval: '5m',
      startMs: 1749052260000,
      openTicks: 105_376,
      highTicks: 105_401,
      lowTicks: 105_370,
      closeTicks: 105_376,
      lots: 1,
      endMs: 1749052320000,
      trades: 0,
    },
  },
  orderUpdates: {
    channel: 'account_order_updates',
    rows: [
      {
        orderId: 1559665358,
        clientOrderId: null,
        account: MAIN,
        market: 0,
        side: 'bid',
        priceTicks: 89_501,
        lots: 12,
        filledLots: 12,
        event: 'fulfill_limit',
        status: 'filled',
        reduceOnly: false,
        timeMs: 1765017219639,
        li: 1559696133,
        type: 'limit',
        averageMicro: 89_501_000_000,
        lastMicro: 89_501_000_000,
        createdMs: 1765017049008,
      },
      {
        orderId: 1559665360,
        clientOrderId: 'e36ac10b-58cc-4372-a567-0e02b2c3d479',
        account: SUB,
        market: 1,
        side: 'ask',
        priceTicks: 30_354,
        lots: 25_000,
        filledLots: 0,
        event: 'self_trade_prevented',
        status: 'rejected',
        reduceOnly: true,
        timeMs: 1765017219640,
        li: 1559696134,
        type: 'limit',
        averageMicro: 0,
        lastMicro: 0,
        trigger: 'mark_price',
        createdMs: 1765017049008,
      },
    ],
  },
  accountTrades: {
    channel: 'account_trades',
    rows: [
      {
        historyId: 80063441,
        orderId: 1559912767,
        clientOrderId: null,
        account: MAIN,
        market: 0,
        ticks: 89_477,
        lots: 36,
        role: 'fulfill_taker',
        side: 'close_long',
        cause: 'normal',
        feeMicro: 12_885,
        pnlMicro: -22_965,
        timeMs: 1765018588190,
        li: 1559912767,
        entryMicro: 89_505_000_000,
      },
    ],
  },
  accountOrders: {
    channel: 'account_orders',
    account: null,
    rows: [
      {
        orderId: 1879999120,
        clientOrderId: null,
        market: 0,
        side: 'bid',
        priceTicks: 80_000,
        lots: 25,
        filledLots: 0,
        cancelledLots: 0,
        reduceOnly: false,
        type: 'limit',
        timeMs: 1765935070713,
      },
      {
        orderId: 1879999121,
        clientOrderId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
        market: 1,
        side: 'ask',
        priceTicks: 31_005,
        lots: 20_000,
        filledLots: 5000,
        cancelledLots: 2500,
        reduceOnly: true,
        type: 'limit',
        timeMs: 1765935070714,
      },
    ],
    li: 1880004176,
  },
  accountPositions: {
    channel: 'account_positions',
    account: null,
    rows: [
      {
        market: 0,
        lots: 22,
        entryMicro: 87_185_000_000,
        isolated: false,
        timeMs: 1764133203991,
        marginMicro: 0,
        fundingMicro: -240,
        liquidationMicro: -95_166_792_310,
      },
      {
        market: 1,
        lots: -12_500,
        entryMicro: 3_035_123_456,
        isolated: true,
        timeMs: 1764133203992,
        marginMicro: 0,
        fundingMicro: 0,
        liquidationMicro: null,
      },
    ],
    li: 1559395580,
  },
  noPositions: { channel: 'account_positions', account: null, rows: [], li: 1559395581 },
  accountInfo: {
    channel: 'account_info',
    account: null,
    figures: {
      balanceMicro: 2_000_000_000,
      equityMicro: 2_000_257_500,
      availableMicro: 1_500_000_000,
      marginUsedMicro: 500_257_000,
      maintenanceMicro: 400_000_000,
      feeLevel: 1,
      ordersCount: 10,
      positionsCount: 2,
      withdrawableMicro: 1_400_000_000,
      pendingMicro: 0,
      stopOrdersCount: 2,
      spot: [
        {
          asset: 'SOL',
          amount: '5',
          withdrawable: '5',
          pending: '0',
          withdrawnTodayMicro: 0,
          dailyDepositLimitMicro: 50_000_000_000,
          dailyWithdrawLimitMicro: 250_000_000_000,
          loanToValueNano: 800_000_000,
        },
      ],
    },
    timeMs: 1234567890000,
  },
  created: {
    channel: 'reply',
    id: '660065de-8f32-46ad-ba1e-83c93d3e3966',
    code: 200,
    type: 'create_order',
    data: { I: '79f948fd-7556-4066-a128-083f3ea49322', i: 645_953, s: 'BTC' },
    error: null,
    credits: { remainingTenths: 1245, quotaTenths: 1250, refreshS: 56 },
  },
  cancelFailed: {
    channel: 'reply',
    id: '64107e37-0000-4000-8000-000000000001',
    code: 420,
    type: 'cancel_order',
    data: undefined,
    error: 'Failed to cancel order',
    credits: { remainingTenths: 1245, quotaTenths: 1250, refreshS: 56 },
  },
  errorWithoutId: {
    channel: 'reply',
    id: null,
    code: 400,
    type: null,
    data: undefined,
    error: 'Invalid message',
    credits: null,
  },
  subscribed: { channel: 'subscribe', source: 'book', account: null, symbol: 'BTC' },
  accountSubscribed: {
    channel: 'subscribe',
    source: 'account_orders',
    account: MAIN,
    symbol: null,
  },
  unsubscribed: { channel: 'unsubscribe', source: 'prices', account: null, symbol: null },
  pong: { channel: 'pong' },
  leverage: {
    channel: 'account_leverage',
    account: MAIN,
    symbol: 'BTC',
    leverage: 12,
    timeMs: 1234567890000,
  },
};
const NAMES = Object.keys(EXPECTED);
const DATA_NAMES = NAMES.slice(0, NAMES.indexOf('created'));

function decode(frame: Tree): Frame {
  return decodeFrame(JSON.stringify(frame), markets);
}

function rawOf(name: string): RawFrame {
  return structuredClone(frames[name] ?? {});
}

/** A copy in which each value that is no list or object is what `change` makes of it. */
function mapped(value: Tree, change: (leaf: null | boolean | number | string) => Tree): Tree {
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, mapped(field, change)]),
  );
}

/** A copy in which every object knows more than we do. */
function extended(value: Tree): Tree {
  if (Array.isArray(value)) return value.map(extended);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, extended(field)]);
  return { ...Object.fromEntries(entries), zz: { news: ['x'] }, yy: null } as Tree;
}

/** The data of a frame as its rows: one for channels that send an object. */
function rowsOf(frame: RawFrame): { [key: string]: Tree }[] {
  const { data } = frame;
  return (Array.isArray(data) ? data : [data]) as { [key: string]: Tree }[];
}

function fault(text: string): unknown {
  return expect.objectContaining({
    code: 'EXCHANGE_PROTOCOL',
    message: expect.stringContaining(text),
  });
}

test('every frame of the file is expected to be something', () => {
  expect(Object.keys(frames).sort()).toEqual([...NAMES].sort());
});

describe('a frame of the reference', () => {
  test.each(NAMES)('PROTO-1, PROTO-3, PROTO-20: %s', (name) => {
    expect(decode(rawOf(name))).toEqual(EXPECTED[name]);
  });

  test.each(DATA_NAMES)('PROTO-1: %s with numbers in place of strings', (name) => {
    const numbers = mapped(rawOf(name), (leaf) =>
      typeof leaf === 'string' && /^-?\d+(\.\d+)?$/.test(leaf) ? Number(leaf) : leaf,
    );
    expect(decode(numbers)).toEqual(EXPECTED[name]);
  });

  test.each(DATA_NAMES)('PROTO-1: %s with strings in place of numbers', (name) => {
    const strings = mapped(rawOf(name), (leaf) => (typeof leaf === 'number' ? String(leaf) : leaf));
    expect(decode(strings)).toEqual(EXPECTED[name]);
  });

  test.each(DATA_NAMES)('PROTO-18: %s with fields that we do not know', (name) => {
    expect(decode(extended(rawOf(name)))).toEqual(EXPECTED[name]);
  });
});

describe('optional fields', () => {
  // Name of the frame, the field, what the decoder makes of its absence.
  const cases: [name: string, field: string, expected: object][] = [
    ['book', 'li', { li: 0 }],
    ['bbo', 'li', { li: 0 }],
    ['bbo', 'b', { bidTicks: 0 }],
    ['bbo', 'B', { bidLots: 0 }],
    ['bbo', 'a', { askTicks: 0 }],
    ['bbo', 'A', { askLots: 0 }],
    ['prices', 'mark', { rows: [{ markTicks: 0 }, {}] }],
    ['prices', 'mid', { rows: [{ midTicks: 0 }, {}] }],
    ['prices', 'oracle', { rows: [{ oracleTicks: 0 }, {}] }],
    ['trades', 'li', { rows: [{ li: 0 }, {}] }],
    ['trades', 'tc', { rows: [{ cause: 'normal' }, {}] }],
    ['orderUpdates', 'I', { rows: [{ clientOrderId: null }, {}] }],
    ['orderUpdates', 'ip', { rows: [{ priceTicks: 0 }, {}] }],
    ['orderUpdates', 'li', { rows: [{ li: 0 }, {}] }],
    ['accountTrades', 'I', { rows: [{ clientOrderId: null }] }],
    ['accountTrades', 'li', { rows: [{ li: 0 }] }],
    ['accountOrders', 'I', { rows: [{ clientOrderId: null }, {}] }],
    ['accountOrders', 'p', { rows: [{ priceTicks: 0 }, {}] }],
    ['accountInfo', 'cm', { figures: { maintenanceMicro: 0 } }],
  ];

  test.each(cases)('PROTO-18: %s without %s, or with null', (name, field, expected) => {
    const without = rawOf(name);
    delete rowsOf(without)[0]?.[field];
    expect(decode(without)).toMatchObject(expected);
    const withNull = rawOf(name);
    Object.assign(rowsOf(withNull)[0] ?? {}, { [field]: null });
    expect(decode(withNull)).toMatchObject(expected);
  });

  test.each(['accountOrders', 'accountPositions'])('PROTO-18: %s without counter', (name) => {
    expect(decode({ ...rawOf(name), li: null })).toMatchObject({ li: 0 });
    const { li, ...without } = rawOf(name);
    expect(li).toBeDefined();
    expect(decode(without)).toMatchObject({ li: 0 });
  });

  test.each(['accountOrders', 'accountPositions', 'accountInfo'])(
    'PROTO-18: %s that names its account, as the documented one does not',
    (name) => {
      expect(decode({ ...rawOf(name), account: MAIN })).toMatchObject({ account: MAIN });
      expect(decode({ ...rawOf(name), u: SUB })).toMatchObject({ account: SUB });
      expect(decode({ ...rawOf(name), account: null, u: null })).toMatchObject({ account: null });
    },
  );

  test('PROTO-20: a reply in which everything is null settles nothing', () => {
    const nulls = {
      id: null,
      code: null,
      type: null,
      err: null,
      error: null,
      rl: null,
      data: null,
    };
    expect(decode(nulls)).toEqual({
      channel: 'reply',
      id: null,
      code: 0,
      type: null,
      data: null,
      error: null,
      credits: null,
    });
    expect(decode({})).toMatchObject({ channel: 'reply', id: null, code: 0, error: null });
    expect(decode({ id: 'a', code: 429, error: 'Rate limit exceeded' })).toMatchObject({
      id: 'a',
      error: 'Rate limit exceeded',
    });
  });

  test('PROTO-18: an acknowledgement with nulls', () => {
    const data = { source: 'prices', account: null, symbol: null };
    expect(decode({ channel: 'subscribe', data })).toEqual({
      channel: 'subscribe',
      source: 'prices',
      account: null,
      symbol: null,
    });
  });
});

describe('rows of other markets', () => {
  const many = [
    'prices',
    'trades',
    'orderUpdates',
    'accountTrades',
    'accountOrders',
    'accountPositions',
  ];

  test.each(many)('PROTO-17: %s skips spot rows whatever their shape', (name) => {
    const frame = rawOf(name);
    const key = name === 'prices' ? 'symbol' : 's';
    const spot = { ...rowsOf(frame)[0], [key]: 'SOL-USDC', ts: 'buy', d: 'buy', a: '0.123456789' };
    frame.data = [{ ...spot }, ...rowsOf(frame), { [key]: 'kBONK' }];
    expect(decode(frame)).toEqual(EXPECTED[name]);
  });

  test.each(many)('PROTO-16: %s with a row that names no market is a fault', (name) => {
    for (const row of [{}, { s: 5 }, { symbol: null }, null, 'BTC', []]) {
      expect(() => decode({ ...rawOf(name), data: [row] })).toThrow(fault('names its market'));
    }
  });

  test.each(['book', 'bbo', 'candle', 'mark_price_candle'])(
    'PROTO-17: %s of a market that we do not hold',
    (channel) => {
      expect(decode({ channel, data: { s: 'SOL-USDC', p: 1 } })).toEqual({
        channel: 'other',
        name: channel,
      });
    },
  );
});

describe('words', () => {
  function withWord(name: string, field: string, word: Tree): RawFrame {
    const frame = rawOf(name);
    Object.assign(rowsOf(frame)[0] ?? {}, { [field]: word });
    return frame;
  }

  test.each(ORDER_EVENTS)('PROTO-19: the event %s is known', (event) => {
    const frame = decode(withWord('orderUpdates', 'oe', event));
    expect(frame).toMatchObject({ rows: [{ event }, {}] });
  });

  test.each(ORDER_STATUSES)('PROTO-19: the status %s is known', (status) => {
    const frame = decode(withWord('orderUpdates', 'os', status));
    expect(frame).toMatchObject({ rows: [{ status }, {}] });
  });

  test.each(['normal', 'market_liquidation', 'backstop_liquidation', 'settlement'])(
    'PROTO-19: the cause %s is known',
    (cause) => {
      expect(decode(withWord('accountTrades', 'tc', cause))).toMatchObject({ rows: [{ cause }] });
    },
  );

  test('PROTO-19: a new event is other, a new cause is normal', () => {
    expect(decode(withWord('orderUpdates', 'oe', 'teleported'))).toMatchObject({
      rows: [{ event: 'other' }, {}],
    });
    const cause = { cause: 'normal' };
    expect(decode(withWord('trades', 'tc', 'lottery'))).toMatchObject({ rows: [cause, {}] });
    expect(decode(withWord('accountTrades', 'tc', 'lottery'))).toMatchObject({ rows: [cause] });
  });

  test.each([
    ['orderUpdates', 'os', 'waiting'],
    ['orderUpdates', 'd', 'buy'],
    ['orderUpdates', 'oe', 5],
    ['accountTrades', 'te', 'fulfill'],
    ['accountTrades', 'ts', 'buy'],
    ['accountOrders', 'd', 'long'],
    ['accountPositions', 'd', 'long'],
    ['trades', 'd', 'bid'],
  ])('PROTO-19: %s with %s %j is a fault', (name, field, word) => {
    expect(() => decode(withWord(name, field, word))).toThrow(fault(`.${field}: `));
  });

  test.each([
    ['book', 'l', [[]], 'book.l'],
    ['book', 'l', [[{ p: '1.5', a: '1' }], []], 'BTC price'],
    ['book', 'l', [[{ p: '1', a: '0.000001' }], []], 'BTC amount'],
    ['trades', 'p', '89471.5', 'BTC price'],
    ['trades', 'a', '-', 'BTC amount'],
    ['accountTrades', 'p', '89477.123', 'BTC price'],
    ['accountTrades', 'f', 'free', 'fee'],
    ['accountTrades', 'h', 1.5, 'account_trades.h'],
    ['orderUpdates', 'a', '0.000001', 'BTC amount'],
    ['orderUpdates', 'u', null, 'account_order_updates.u'],
    ['accountPositions', 'a', '1e-9', 'BTC amount'],
    ['accountInfo', 'b', 'rich', 'balance'],
    ['accountInfo', 't', null, 'account_info.t'],
    ['candle', 'o', null, 'candle.o'],
    ['bbo', 'b', '3035.15', 'ETH price'],
    ['prices', 'timestamp', 'now', 'prices.timestamp'],
  ])('PROTO-2, PROTO-16: %s with %s %j is a fault that says where', (name, field, value, where) => {
    expect(() => decode(withWord(name, field, value))).toThrow(fault(where));
  });
});

describe('what is no frame', () => {
  test.each(['', 'Verification failed', '<html>', '{"channel":', '\u0000'])(
    'PROTO-16: %j',
    (text) => {
      expect(() => decodeFrame(text, markets)).toThrow(fault('frame: expected JSON'));
    },
  );

  test.each(['null', '5', '"pong"', '[]', '{"channel":5}'])('PROTO-16: %s', (text) => {
    expect(() => decodeFrame(text, markets)).toThrow(fault('frame'));
  });

  test.each([
    'prices',
    'trades',
    'account_orders',
    'account_positions',
    'account_trades',
    'account_order_updates',
  ])('PROTO-16: %s that is no list', (channel) => {
    for (const data of [{}, null, 'x', 5]) {
      expect(() => decode({ channel, data })).toThrow(fault(`${channel}: expected a list`));
    }
    expect(() => decode({ channel })).toThrow(fault(`${channel}: `));
  });

  test.each(['book', 'bbo', 'candle', 'account_info', 'subscribe', 'unsubscribe'])(
    'PROTO-16: %s without data',
    (channel) => {
      expect(() => decode({ channel })).toThrow(fault(channel));
      expect(() => decode({ channel, data: [] })).toThrow(fault(channel));
    },
  );

  test('PROTO-20: a channel of tomorrow is passed by', () => {
    expect(decode({ channel: 'weather', data: 'rain' })).toEqual({
      channel: 'other',
      name: 'weather',
    });
  });
});
