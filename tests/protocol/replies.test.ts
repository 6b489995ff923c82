// What REST answers: envelopes and failures, the replies of the reference, the queries that ask for them.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import {
  failureOf,
  type Outcome,
  type RefusalReason,
  refusalReason,
} from '../../src/protocol/outcome.ts';
import {
  decodeQuery,
  type Query,
  type QueryResult,
  queryCostTenths,
  queryPath,
} from '../../src/protocol/queries.ts';
import { decodeAccount } from '../../src/protocol/reads/accounts/account.ts';
import {
  type Envelope,
  readCredits,
  readEnvelope,
  readOrderId,
} from '../../src/protocol/replies/envelope.ts';
import { decodeMarkets } from '../../src/protocol/replies/markets.ts';
import { fixture } from './fixture.ts';

type Row = { [key: string]: unknown };

const replies = fixture<{
  readonly info: readonly Row[];
  readonly prices: readonly Row[];
  readonly book: Row;
  readonly candles: readonly Row[];
  readonly account: Row;
  readonly positions: readonly Row[];
  readonly orders: readonly Row[];
  readonly orderHistory: readonly Row[];
  readonly tradeHistory: readonly Row[];
}>('replies');

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const markets = new MarketIndex([
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...figures }),
]);
const account = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';

function fault(text: string): unknown {
  return expect.objectContaining({
    code: 'EXCHANGE_PROTOCOL',
    message: expect.stringContaining(text),
  });
}

function envelopeOf(data: unknown, more: Partial<Envelope> = {}): Envelope {
  return { data, lastOrderId: 0, nextCursor: undefined, ...more };
}

describe('the envelope of an answer', () => {
  test.each<[string, unknown, Envelope]>([
    [
      'a whole one',
      {
        success: true,
        data: [1],
        error: null,
        code: null,
        last_order_id: 1557404170,
        next_cursor: '11114Lz77',
        has_more: true,
      },
      { data: [1], lastOrderId: 1557404170, nextCursor: '11114Lz77' },
    ],
    [
      'the last page',
      { success: true, data: [], next_cursor: '11114Lz77', has_more: false },
      envelopeOf([]),
    ],
    [
      'no next page',
      { success: true, data: [], next_cursor: null, has_more: true },
      envelopeOf([]),
    ],
    ['a done cancel', { success: true, data: null }, envelopeOf(null)],
    ['success without data', { success: true }, envelopeOf(undefined)],
    ['a result without its envelope', { order_id: 12345 }, envelopeOf({ order_id: 12345 })],
    [
      'results without their envelope',
      { results: [{ success: true }] },
      envelopeOf({ results: [{ success: true }] }),
    ],
    ['data without success', { data: { order_id: 12345 } }, envelopeOf({ order_id: 12345 })],
    [
      'a counter as text',
      { success: true, data: 1, last_order_id: '7' },
      envelopeOf(1, { lastOrderId: 7 }),
    ],
    [
      'nulls all around',
      { success: true, data: 1, error: null, last_order_id: null, has_more: null },
      envelopeOf(1),
    ],
    ['unknown fields', { success: true, data: 1, mood: 'good' }, envelopeOf(1)],
  ])('PROTO-24: %s', (_, body, expected) => {
    for (const status of [200, 201]) {
      expect(readEnvelope(status, JSON.stringify(body))).toEqual({ kind: 'ok', value: expected });
    }
  });

  test.each<[string, number, string, Outcome<never>]>([
    [
      'the usual error',
      422,
      '{"success":false,"data":null,"error":"Failed to cancel order","code":5}',
      { kind: 'refused', status: 422, reason: 'not-found', message: 'Failed to cancel order' },
    ],
    [
      'a newer error with its id',
      400,
      '{"success":false,"data":null,"error":"Verification failed: signature does not match signer and canonical payload.","code":400,"error_id":"signature_verification_failed"}',
      {
        kind: 'refused',
        status: 400,
        reason: 'signature',
        message: 'Verification failed: signature does not match signer and canonical payload.',
      },
    ],
    [
      'the short form',
      400,
      '{"error":"Agent not authorized for account","code":400}',
      {
        kind: 'refused',
        status: 400,
        reason: 'signature',
        message: 'Agent not authorized for account',
      },
    ],
    [
      'a bare string',
      400,
      'Verification failed',
      { kind: 'refused', status: 400, reason: 'signature', message: 'Verification failed' },
    ],
    [
      'a string in quotes',
      400,
      '"Invalid message"',
      { kind: 'refused', status: 400, reason: 'expired', message: 'Invalid message' },
    ],
    [
      'a history that is not there',
      404,
      '{"success":false,"data":null,"error":"Order history not found for order ID: 28416222569","code":404}',
      {
        kind: 'refused',
        status: 404,
        reason: 'not-found',
        message: 'Order history not found for order ID: 28416222569',
      },
    ],
    [
      'an exhausted quota without a word',
      429,
      '',
      { kind: 'refused', status: 429, reason: 'rate-limited', message: '' },
    ],
    [
      'a failure under a good status',
      200,
      '{"success":false,"data":null,"error":"Order not found","code":5}',
      { kind: 'refused', status: 422, reason: 'not-found', message: 'Order not found' },
    ],
    [
      'an error text under a good status',
      200,
      '{"error":"No reasonable price found"}',
      {
        kind: 'refused',
        status: 422,
        reason: 'no-liquidity',
        message: 'No reasonable price found',
      },
    ],
    [
      'a failure without a reason under a good status',
      200,
      '{"success":false,"data":null}',
      { kind: 'refused', status: 422, reason: 'other', message: '{"success":false,"data":null}' },
    ],
    [
      'a failure without a reason',
      422,
      '{"success":false,"data":null,"error":null}',
      {
        kind: 'refused',
        status: 422,
        reason: 'other',
        message: '{"success":false,"data":null,"error":null}',
      },
    ],
  ])('PROTO-23, PROTO-24: a refusal: %s', (_, status, body, expected) => {
    expect(readEnvelope(status, body)).toEqual(expected);
  });

  test('PROTO-23: the HTML of a proxy is a refusal, cut to a length that people read', () => {
    const page = `<!DOCTYPE HTML><TITLE>ERROR: The request could not be satisfied</TITLE>${'<p>'.repeat(500)}`;
    const outcome = readEnvelope(403, page);
    expect(outcome).toMatchObject({ kind: 'refused', status: 403, reason: 'forbidden' });
    expect(outcome.kind === 'refused' && outcome.message).toBe(page.slice(0, 200));
  });

  test.each<[string, number, string]>([
    ['garbage', 200, 'OK'],
    ['nothing', 200, ''],
    ['half an answer', 200, '{"success":true,"data":{"order_'],
    ['HTML', 200, '<html></html>'],
    ['a string', 200, '"created"'],
    ['null', 200, 'null'],
    ['a number', 201, '5'],
    ['a list', 200, '[]'],
    ['an empty object', 200, '{}'],
    ['an object of another kind', 200, '{"message":"hello"}'],
    ['neither success nor data', 200, '{"success":null,"code":0}'],
    ['success of another type', 200, '{"success":"yes","data":1}'],
    ['both success and an error', 200, '{"success":true,"data":{"order_id":1},"error":"late"}'],
    ['a time-out', 504, '{"success":false,"data":null,"error":"Request timed out","code":504}'],
    ['a server error', 500, 'Internal server error'],
    ['no service', 503, '<html></html>'],
    ['a redirect', 302, ''],
    ['several choices', 300, '{"success":true,"data":1}'],
    ['a redirect that claims success', 307, '{"success":true,"data":1}'],
  ])('PROTO-23, PROTO-24: an unknown outcome: %s', (_, status, body) => {
    expect(readEnvelope(status, body)).toEqual({
      kind: 'unknown',
      message: expect.stringMatching(/^status \d+: /),
    });
  });

  test('PROTO-23, PROTO-24: whatever comes has an outcome, and a bad status is never a success', () => {
    const body = fc.oneof(fc.string(), fc.json(), fc.constant('{"success":true,"data":{}}'));
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, (status, text) => {
        const { kind } = readEnvelope(status, text);
        if (status < 200 || status >= 300) expect(kind).not.toBe('ok');
        if (status >= 500 || status < 200) expect(kind).toBe('unknown');
        const isLost = /timed out|dropped|closed/i.test(text);
        if (status >= 400 && status < 500 && !isLost) expect(kind).toBe('refused');
      }),
    );
  });
});

describe('refusals', () => {
  const A = account;
  test.each<[RefusalReason, number, string]>([
    ['rate-limited', 422, 'Rate limit exceeded'],
    ['rate-limited', 429, ''],
    ['rate-limited', 429, 'Order not found'],
    ['expired', 400, 'Invalid message'],
    ['signature', 400, 'Invalid signature'],
    ['signature', 400, 'Verification failed'],
    [
      'signature',
      400,
      'Verification failed: signature does not match signer and canonical payload.',
    ],
    ['signature', 400, 'Agent not authorized for account'],
    ['signature', 400, 'Unauthorized'],
    ['signature', 403, 'unauthorised'],
    ['signature', 401, ''],
    ['signature', 402, ''],
    ['signature', 402, 'Invalid signer'],
    ['not-found', 422, 'Failed to cancel order'],
    ['not-found', 420, 'Failed to cancel order'],
    ['not-found', 400, 'Order not found'],
    ['not-found', 422, `Order not found for ${A}: 42069`],
    ['not-found', 422, 'Unused client order id: 12345678-1234-1234-1234-123456789abc'],
    ['not-found', 404, `Account not found: ${A}`],
    ['not-found', 404, 'Order history not found for order ID: 28416222569'],
    ['not-found', 404, ''],
    ['duplicate', 409, 'Duplicate client order id: 12345678-1234-1234-1234-123456789abc'],
    ['duplicate', 422, 'Duplicate client order id: 12345678-1234-1234-1234-123456789abc'],
    ['balance', 422, 'Insufficient balance for AwX6321: 420.69 (account value: 336.91)'],
    ['balance', 422, 'Immediate liquidation for BTC: size 1 tick level 5 safe tick level 4'],
    ['no-liquidity', 422, 'No reasonable price found'],
    ['reduce-only', 422, 'Invalid reduce-only order side: must be opposite to position side'],
    ['reduce-only', 422, 'Invalid reduce-only order amount: 2 exceeds position amount 1'],
    ['reduce-only', 422, `No position found for reduce-only order: ${A} BTC`],
    ['invalid', 422, `Order amount too low for ${A}: 7.81140 < 10`],
    ['invalid', 422, `Order amount too high for ${A}: 6000000 > 5000000`],
    ['invalid', 422, 'Price too far from mark: 1000 105000'],
    ['invalid', 400, '100.5 is not a multiple of tick size 1'],
    ['invalid', 400, 'missing field `price`'],
    ['invalid', 400, 'Invalid public key'],
    ['invalid', 422, 'Invalid tick level: 5'],
    ['invalid', 422, 'Invalid stop order side'],
    ['invalid', 400, 'Invalid leverage'],
    ['not-found', 422, 'Book not found: btc'],
    ['limit', 422, `Open order limit reached for ${A}: 500`],
    ['conflict', 422, 'Cannot decrease leverage with open position.: 5'],
    ['not-found', 422, 'Position not found'],
    ['forbidden', 403, 'Beta access required. Signer must redeem a valid beta code.'],
    ['forbidden', 403, ''],
    ['conflict', 409, ''],
    ['other', 400, ''],
  ])('PROTO-25: %s: %d %j', (reason, status, message) => {
    expect(refusalReason(status, message)).toBe(reason);
    expect(failureOf(status, message)).toEqual({ kind: 'refused', status, reason, message });
  });

  test.each([0, 200, 302, 399, 500, 503, 504, 599])('PROTO-23: %d is no refusal', (status) => {
    expect(failureOf(status, 'Order not found')).toEqual({
      kind: 'unknown',
      message: `status ${status}: Order not found`,
    });
  });
});

describe('what comes with an answer', () => {
  test.each<[string, Record<string, string>, unknown]>([
    [
      'both headers',
      { ratelimit: '"credits";r=1200;t=32', 'ratelimit-policy': '"credits";q=1250;w=60' },
      { remainingTenths: 1200, quotaTenths: 1250, refreshS: 32 },
    ],
    [
      'nothing left',
      { ratelimit: '"credits";r=0;t=60', 'ratelimit-policy': '"credits";q=3000;w=60', date: 'x' },
      { remainingTenths: 0, quotaTenths: 3000, refreshS: 60 },
    ],
    ['no headers', {}, undefined],
    ['only one', { ratelimit: '"credits";r=1200;t=32' }, undefined],
    ['only the other', { 'ratelimit-policy': '"credits";q=1250;w=60' }, undefined],
    ['another policy', { ratelimit: '"x";r=1;t=1', 'ratelimit-policy': '"x";q=1;w=60' }, undefined],
    [
      'a negative figure',
      { ratelimit: '"credits";r=-1;t=32', 'ratelimit-policy': '"credits";q=1250;w=60' },
      undefined,
    ],
  ])('PROTO-26: credits from %s', (_, headers, expected) => {
    expect(readCredits(headers)).toEqual(expected);
  });

  test.each<[unknown, number]>([
    [{ order_id: 12345 }, 12345],
    [{ order_id: '12345' }, 12345],
    [{ I: null, i: 645953, s: 'BTC' }, 645953],
    [{ order_id: null, i: 7 }, 7],
    [{ cancelled_count: 10 }, 0],
    [{ I: 'x', i: null, s: 'BTC' }, 0],
    [null, 0],
    [undefined, 0],
    ['12345', 0],
    [[], 0],
    [{ order_id: 'x' }, 0],
    [{ order_id: 1.5 }, 0],
  ])('PROTO-18: the order id in %j is %d', (data, id) => {
    expect(readOrderId(data)).toBe(id);
  });
});

describe('the market list', () => {
  test('PROTO-22: perpetual markets in the wanted order', () => {
    const found = decodeMarkets(replies.info, ['BTC', 'ETH']);
    expect(found).toEqual([markets.byId(0), markets.byId(1)]);
    expect(decodeMarkets(replies.info, ['ETH']).map(({ id, symbol }) => [id, symbol])).toEqual([
      [0, 'ETH'],
    ]);
  });

  test('PROTO-17, PROTO-22: spot and unknown instruments and unlisted symbols are missing', () => {
    const wanted = ['SOL-USDC', 'GOLD', 'btc', 'BTC'];
    expect(decodeMarkets(replies.info, wanted).map(({ symbol }) => symbol)).toEqual(['BTC']);
    const twins = [{ symbol: 'BTC', instrument_type: 'spot' }, ...replies.info];
    expect(decodeMarkets(twins, ['BTC'])).toHaveLength(1);
  });

  test('PROTO-65: rows that name no market cost no other', () => {
    const rows = [null, {}, 5, { symbol: 7 }, ...replies.info];
    expect(decodeMarkets(rows, ['BTC'])).toEqual([markets.byId(0)]);
  });

  test('PROTO-18, PROTO-22: a null instrument is a perpetual', () => {
    const rows = replies.info.map((row) => ({ ...row, instrument_type: null }));
    expect(decodeMarkets(rows, ['BTC'])).toEqual([markets.byId(0)]);
  });

  test('PROTO-1: numbers in place of strings', () => {
    const rows = [
      { ...replies.info[1], tick_size: 1, lot_size: 1e-5, min_order_size: 10, max_leverage: '50' },
    ];
    expect(decodeMarkets(rows, ['BTC'])).toEqual([markets.byId(0)]);
  });

  test.each<[string, unknown, string]>([
    ['no list', { symbol: 'BTC' }, 'info: '],
    ['no tick', [{ ...replies.info[1], tick_size: undefined }], 'info BTC.tick_size: '],
    ['a zero tick', [{ ...replies.info[1], tick_size: '0' }], 'market "BTC": '],
    ['half a leverage', [{ ...replies.info[1], max_leverage: 2.5 }], 'info BTC.max_leverage'],
  ])('PROTO-16: %s', (_, data, text) => {
    expect(() => decodeMarkets(data, ['BTC'])).toThrow(fault(text));
  });
});

describe('account figures', () => {
  const expected = {
    balanceMicro: 4_970_000_323,
    equityMicro: 5_478_140_323,
    availableMicro: 5_376_512_323,
    marginUsedMicro: 12_500_000,
    maintenanceMicro: 420_690_000,
    feeLevel: 0,
    ordersCount: 3,
    positionsCount: 2,
    stopOrdersCount: 0,
    makerFeeNano: 150_000,
    takerFeeNano: 400_000,
    withdrawableMicro: 5_376_512_323,
    pendingMicro: 0,
    crossEquityMicro: 5_376_512_323,
    spotValueMicro: 508_140_000,
    spotCollateralMicro: 406_512_000,
    pendingInterestMicro: 0,
    updatedMs: 1789394568220,
    spot: [
      {
        asset: 'SOL',
        amount: '5',
        withdrawable: '5',
        pending: '0',
        withdrawnTodayMicro: 0,
        dailyDepositLimitMicro: 50_000_000_000,
        dailyWithdrawLimitMicro: 250_000_000_000,
      },
    ],
  };

  test('PROTO-21: from an object, and from an array of one', () => {
    expect(decodeAccount(replies.account)).toEqual(expected);
    expect(decodeAccount([replies.account])).toEqual(expected);
  });

  test('PROTO-18: fees and maintenance margin may be missing or null', () => {
    const defaults = { ...expected, maintenanceMicro: 0 };
    for (const absent of [undefined, null]) {
      const figures = {
        ...replies.account,
        maker_fee: absent,
        taker_fee: absent,
        cross_mmr: absent,
      };
      expect(decodeAccount(figures)).toEqual(defaults);
    }
  });

  test('PROTO-1: below zero and as numbers', () => {
    const figures = {
      ...replies.account,
      balance: -5.25,
      account_equity: '-0.0000004',
      fee_level: '3',
    };
    expect(decodeAccount(figures)).toMatchObject({
      balanceMicro: -5_250_000,
      equityMicro: 0,
      feeLevel: 3,
    });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['an empty array', []],
    ['no balance', { ...replies.account, balance: undefined }],
    ['a balance that is no number', { ...replies.account, balance: 'n/a' }],
  ])('PROTO-16: %s', (_, data) => {
    expect(() => decodeAccount(data)).toThrow(fault(''));
  });
});

describe('queries', () => {
  const asked: readonly [Query, string, number][] = [
    [{ of: 'account', account }, `/account?account=${account}`, 10],
    [{ of: 'positions', account }, `/positions?account=${account}`, 10],
    [{ of: 'orders', account }, `/orders?account=${account}`, 10],
    [{ of: 'orderHistory', account }, `/orders/history?account=${account}&limit=100`, 40],
    [
      { of: 'orderHistory', account, cursor: '11+1/4=' },
      `/orders/history?account=${account}&limit=100&cursor=11%2B1%2F4%3D`,
      40,
    ],
    [{ of: 'tradeHistory', account }, `/trades/history?account=${account}&limit=100`, 40],
    [
      { of: 'tradeHistory', account, cursor: '11114Lz77' },
      `/trades/history?account=${account}&limit=100&cursor=11114Lz77`,
      40,
    ],
    [{ of: 'prices' }, '/info/prices', 10],
    [{ of: 'book', symbol: 'kBONK' }, '/book?symbol=kBONK&agg_level=1', 10],
    [
      {
        of: 'candles',
        symbol: 'BTC',
        interval: '1m',
        startMs: 1748954160000,
        endMs: 1748954280000,
      },
      '/kline?symbol=BTC&interval=1m&start_time=1748954160000&end_time=1748954280000',
      40,
    ],
  ];

  test.each(asked)('PROTO-26, PROTO-31: %j', (query, path, cost) => {
    expect(queryPath(query)).toBe(path);
    expect(queryCostTenths(query, true)).toBe(cost);
  });

  const candle = { market: 0, interval: '1m', openTicks: 105_376 };
  const fill = {
    historyId: 19329801,
    orderId: 315293920,
    clientOrderId: 'acf2c2f1-bc66-4d52-b05f-c5a2b0f37cd5',
    account,
    market: 0,
    ticks: 89_477,
    lots: 36,
    role: 'fulfill_taker',
    side: 'close_long',
    cause: 'normal',
    feeMicro: 12_885,
    pnlMicro: -22_965,
    timeMs: 1759215599188,
    li: 0,
    entryMicro: 89_505_000_000,
  } as const;
  const answered: readonly [Query, unknown, QueryResult][] = [
    [
      { of: 'positions', account },
      replies.positions,
      {
        of: 'positions',
        rows: [
          {
            market: 0,
            lots: -22_372_000,
            entryMicro: 279_283,
            isolated: false,
            timeMs: 1759223365538,
            marginMicro: 0,
            fundingMicro: 13_159_593,
            liquidationMicro: null,
            createdMs: 1754928414996,
          },
          {
            market: 1,
            lots: 12_500,
            entryMicro: 3_035_200_000,
            isolated: true,
            timeMs: 1759223365539,
            marginMicro: 5_000_000,
            fundingMicro: -200,
            liquidationMicro: -95_166_792_310,
            createdMs: 1754928414996,
          },
        ],
        lastOrderId: 99,
      },
    ],
    [
      { of: 'orders', account },
      replies.orders,
      {
        of: 'orders',
        rows: [
          {
            orderId: 315979358,
            clientOrderId: 'add9a4b5-c7f7-4124-b57f-86982d86d479',
            market: 0,
            side: 'ask',
            priceTicks: 108_000,
            lots: 150_000,
            filledLots: 25_000,
            cancelledLots: 50_000,
            reduceOnly: false,
            type: 'limit',
            timeMs: 1759224706737,
            updatedMs: 1759224706737,
          },
          {
            orderId: 315979359,
            clientOrderId: null,
            market: 1,
            side: 'bid',
            priceTicks: 0,
            lots: 0,
            filledLots: 0,
            cancelledLots: 0,
            reduceOnly: true,
            type: 'stop_market',
            timeMs: 1759224706738,
            stopTicks: 25_000,
            updatedMs: 1759224706738,
          },
        ],
        lastOrderId: 99,
      },
    ],
    [
      { of: 'orderHistory', account },
      replies.orderHistory,
      {
        of: 'orderHistory',
        rows: [
          {
            orderId: 328752984,
            clientOrderId: null,
            market: 1,
            side: 'ask',
            lots: 10_000,
            filledLots: 0,
            status: 'rejected',
            reason: 'self_trade_prevented',
            timeMs: 1759817065125,
            priceTicks: 29_985,
            averageMicro: 0,
            type: 'limit',
            reduceOnly: false,
            createdMs: 1759817065124,
          },
          {
            orderId: 328752985,
            clientOrderId: 'add9a4b5-c7f7-4124-b57f-86982d86d479',
            market: 0,
            side: 'bid',
            lots: 12,
            filledLots: 12,
            status: 'filled',
            reason: null,
            timeMs: 1759817065126,
            priceTicks: 89_501,
            averageMicro: 89_501_000_000,
            type: 'limit',
            reduceOnly: true,
            createdMs: 1759817065124,
          },
        ],
        nextCursor: 'next',
        lastOrderId: 99,
      },
    ],
    [
      { of: 'tradeHistory', account },
      replies.tradeHistory,
      { of: 'tradeHistory', rows: [fill], nextCursor: 'next' },
    ],
    [
      { of: 'prices' },
      replies.prices,
      {
        of: 'prices',
        rows: [
          {
            market: 0,
            markTicks: 105_473,
            midTicks: 105_476,
            oracleTicks: 105_473,
            timeMs: 1749051612681,
            fundingNano: 12_500,
            nextFundingNano: 12_500,
            openInterestLots: 524,
            volume24hDollars: 63_266,
            yesterdayTicks: 955_476,
          },
        ],
      },
    ],
    [
      { of: 'book', symbol: 'BTC' },
      replies.book,
      {
        of: 'book',
        book: {
          channel: 'book',
          market: 0,
          bids: [106_504, 26_203],
          asks: [106_559, 26_802],
          timeMs: 1751370536325,
          li: 0,
        },
      },
    ],
    [
      { of: 'candles', symbol: 'BTC', interval: '1m', startMs: 0, endMs: 1 },
      replies.candles,
      {
        of: 'candles',
        rows: [
          {
            ...candle,
            startMs: 1748954160000,
            highTicks: 105_376,
            lowTicks: 105_376,
            closeTicks: 105_376,
            lots: 22,
            endMs: 1748954220000,
            trades: 2,
          },
          {
            ...candle,
            startMs: 1748954220000,
            highTicks: 105_381,
            lowTicks: 105_370,
            closeTicks: 105_380,
            lots: 150_000,
            endMs: 1748954280000,
            trades: 9,
          },
        ],
      },
    ],
  ];

  test.each(answered)('PROTO-1, PROTO-31: the answer to %j', (query, data, expected) => {
    const envelope = envelopeOf(data, { lastOrderId: 99, nextCursor: 'next' });
    expect(decodeQuery(query, envelope, markets)).toEqual(expected);
  });

  test('PROTO-21: the answer about an account', () => {
    const result = decodeQuery({ of: 'account', account }, envelopeOf([replies.account]), markets);
    expect(result).toEqual({ of: 'account', account: decodeAccount(replies.account) });
  });

  const lists = answered.filter(([query]) => query.of !== 'book');
  test.each(lists)(
    'PROTO-17: spot rows are skipped in the answer to %j',
    (query, data, expected) => {
      const rows = data as readonly Row[];
      const key = query.of === 'candles' ? 's' : 'symbol';
      const spot = { ...rows[0], [key]: 'SOL-USDC', side: 'buy', amount: '0.0000000001' };
      const mixed = [spot, ...rows, { [key]: 'SOL-USDC' }];
      const envelope = envelopeOf(mixed, { lastOrderId: 99, nextCursor: 'next' });
      expect(decodeQuery(query, envelope, markets)).toEqual(expected);
      const nothing = decodeQuery(query, envelopeOf([]), markets);
      expect(nothing).toMatchObject({ of: query.of, rows: [] });
    },
  );

  test.each(answered)('PROTO-18: unknown fields in the answer to %j', (query, data, expected) => {
    const extend = (row: object): object => ({ ...row, news: { mood: 'good' }, gone: null });
    const more = Array.isArray(data) ? (data as object[]).map(extend) : extend(data as object);
    const envelope = envelopeOf(more, { lastOrderId: 99, nextCursor: 'next' });
    expect(decodeQuery(query, envelope, markets)).toEqual(expected);
  });

  test.each(answered)('PROTO-16: an answer of another shape to %j', (query) => {
    for (const data of [
      null,
      undefined,
      'x',
      5,
      { rows: [] },
      [5],
      [{ symbol: 'BTC', s: 'BTC' }],
    ]) {
      expect(() => decodeQuery(query, envelopeOf(data), markets)).toThrow(fault(''));
    }
  });

  test.each<[Query['of'], string, unknown]>([
    ['positions', 'side', 'long'],
    ['orders', 'side', 'buy'],
    ['orders', 'initial_amount', '0.000001'],
    ['orderHistory', 'order_status', 'waiting'],
    ['orderHistory', 'amount', '0.00001'],
    ['tradeHistory', 'event_type', 'fulfill_market'],
    ['tradeHistory', 'side', 'bid'],
    ['tradeHistory', 'price', '89477.5'],
  ])('PROTO-2, PROTO-19: %s with %s %j is a fault', (of, field, value) => {
    const found = answered.find(([query]) => query.of === of);
    const rows = (found?.[1] ?? []) as readonly Row[];
    const query = found?.[0] ?? { of: 'prices' };
    const data = [{ ...rows[0], [field]: value }];
    expect(() => decodeQuery(query, envelopeOf(data), markets)).toThrow(fault(''));
  });

  test('PROTO-18, PROTO-19: optional fields of rows, and a new cause', () => {
    for (const absent of [undefined, null]) {
      const order = { ...replies.orders[0], client_order_id: absent, price: absent };
      expect(decodeQuery({ of: 'orders', account }, envelopeOf([order]), markets)).toMatchObject({
        rows: [{ clientOrderId: null, priceTicks: 0 }],
      });
      const past = { ...replies.orderHistory[0], client_order_id: absent, reason: absent };
      expect(
        decodeQuery({ of: 'orderHistory', account }, envelopeOf([past]), markets),
      ).toMatchObject({
        rows: [{ clientOrderId: null, reason: null }],
      });
      const trade = { ...replies.tradeHistory[0], client_order_id: absent, cause: 'lottery' };
      expect(
        decodeQuery({ of: 'tradeHistory', account }, envelopeOf([trade]), markets),
      ).toMatchObject({
        rows: [{ clientOrderId: null, cause: 'normal' }],
      });
    }
  });

  test('PROTO-17: the book of a market that we do not hold', () => {
    const query: Query = { of: 'book', symbol: 'SOL-USDC' };
    const data = { ...replies.book, s: 'SOL-USDC' };
    expect(decodeQuery(query, envelopeOf(data), markets)).toEqual({ of: 'book', book: undefined });
  });
});
