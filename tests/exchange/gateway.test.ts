import { afterEach, describe, expect, test } from '@jest/globals';
import { CreditMeter } from '../../src/exchange/gateway/credits/creditMeter.ts';
import { CreditMeters, operationTenths } from '../../src/exchange/gateway/credits/creditMeters.ts';
import { ExchangeClock } from '../../src/exchange/gateway/exchangeClock.ts';
import { ExchangeServer } from '../../src/exchange/gateway/exchangeServer.ts';
import { DEFAULT_SETTINGS } from '../../src/exchange/settings.ts';
import type { Socket } from '../../src/std/host.ts';
import { type Frame, Hall, type HallOptions } from './support/hall.ts';
import { QuietCrowd } from './support/quietCrowd.ts';

let hall: Hall;

async function open(options: HallOptions = {}): Promise<Hall> {
  hall = await Hall.open(options);
  return hall;
}

afterEach(() => hall?.server.close());

const ID = '12345678-1234-1234-1234-123456789abc';

describe('start-up', () => {
  test('names its addresses, and accounts with keys that fit', async () => {
    await open();
    const { accounts, rest, ws } = hall.startup;
    expect(rest).toBe(`http://127.0.0.1:${hall.server.port}/api/v1`);
    expect(ws).toBe(`ws://127.0.0.1:${hall.server.port}/ws`);
    expect(accounts).toHaveLength(3);
    const [main, sub, other] = accounts;
    expect(main).toEqual({
      account: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{43,44}$/),
      secretKey: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{86,88}$/),
      agentWallet: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{43,44}$/),
      agentSecretKey: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{86,88}$/),
      main: main?.account,
      apiKey: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{22}$/),
      owner: 1,
      balance: '10000',
    });
    expect(sub).toMatchObject({ main: main?.account, apiKey: main?.apiKey, owner: 1 });
    expect(other).toMatchObject({ main: other?.account, owner: 2 });
    expect(other?.apiKey).not.toBe(main?.apiKey);
    expect(new Set(accounts.flatMap((each) => [each.account, each.agentWallet])).size).toBe(6);
  });

  test('EX-62 the same seed makes the same accounts, another makes others', async () => {
    const first = (await open()).startup.accounts;
    const again = (await open()).startup.accounts;
    const other = (await open({ seed: 2, owner: 'single' })).startup.accounts;
    expect(again).toEqual(first);
    expect(other[0]?.account).not.toBe(first[0]?.account);
    expect(other.map(({ owner }) => owner)).toEqual([1, 1, 1]);
  });

  test('a busy port is said, and nothing keeps running', async () => {
    await open({ port: 5000 });
    const refused = ExchangeServer.start(hall.world.host('exchange'), {
      hostname: '127.0.0.1',
      port: 5000,
      maxConnections: 1,
      accounts: 1,
      familySize: 1,
      owner: 'single',
      balanceMicro: 1,
      seed: 1,
      crowd: new QuietCrowd(),
    });
    await expect(refused).rejects.toMatchObject({ code: 'PORT_BUSY' });
  });
});

describe('REST reads', () => {
  test('EX-40 markets as documented', async () => {
    await open();
    expect(await hall.read('/info')).toEqual({
      success: true,
      data: [
        {
          symbol: 'BTC',
          tick_size: '1',
          min_tick: '0',
          max_tick: '1000000',
          lot_size: '0.00001',
          max_leverage: 50,
          isolated_only: false,
          min_order_size: '10',
          max_order_size: '5000000',
          funding_rate: '0.0000125',
          next_funding_rate: '0.0000125',
          created_at: 1_748_881_333_944,
          instrument_type: 'perpetual',
          base_asset: 'BTC',
        },
        expect.objectContaining({ symbol: 'ETH', tick_size: '0.1', lot_size: '0.0001' }),
      ],
      error: null,
      code: null,
    });
    const prices = (await hall.read('/info/prices')).data as Frame[];
    expect(prices.map(({ mark, symbol }) => [symbol, mark])).toEqual([
      ['BTC', '100000'],
      ['ETH', '3300'],
    ]);
    expect((await hall.read('/info/fees')).data).toContainEqual({
      level: 1,
      maker_fee_rate: '0.00012',
      taker_fee_rate: '0.00038',
    });
  });

  test('EX-45 books by level, empty and full', async () => {
    await open();
    expect((await hall.read('/book?symbol=BTC')).data).toMatchObject({ s: 'BTC', l: [[], []] });
    hall.crowd.btc.add('bid', 99_999, 10, 'GTC');
    hall.crowd.btc.add('bid', 99_990, 10, 'GTC');
    expect((await hall.read('/book?symbol=BTC&agg_level=10')).data).toMatchObject({
      l: [[{ p: '99999', a: '0.0002', n: 2 }], []],
    });
    expect(await hall.read('/book?symbol=BTC&agg_level=2')).toEqual({
      error: 'Query deserialize error: agg_level: expected one of 1, 10, 100, 1000, 10000',
      code: 400,
    });
    expect(await hall.read('/book?symbol=BTC&agg_level=x')).toMatchObject({ code: 400 });
  });

  test('EX-41 trades carry the order counter', async () => {
    await open();
    hall.crowd.btc.add('ask', 104_721, 10, 'GTC');
    hall.crowd.btc.add('bid', 104_721, 4, 'IOC');
    hall.crowd.btc.add('bid', 104_721, 6, 'IOC');
    expect(await hall.read('/trades?symbol=BTC')).toEqual({
      success: true,
      data: [
        {
          event_type: 'fulfill_taker',
          price: '104721',
          amount: '0.00006',
          side: 'open_long',
          cause: 'normal',
          created_at: expect.any(Number),
        },
        expect.objectContaining({ amount: '0.00004' }),
      ],
      error: null,
      code: null,
      last_order_id: 3,
    });
  });

  test('EX-42 only the newest trades are kept', async () => {
    await open({ settings: { recentTrades: 3 } });
    for (let i = 1; i <= 10; i += 1) {
      hall.crowd.btc.add('ask', 100_000 + i, 1, 'GTC');
      hall.crowd.btc.add('bid', 100_000 + i, 1, 'IOC');
    }
    const { data } = await hall.read('/trades?symbol=BTC');
    expect((data as Frame[]).map(({ price }) => price)).toEqual(['100010', '100009', '100008']);
  });

  test('EX-44 candles, also from before the start, and from the mark price', async () => {
    const minute = (openTimeMs: number, openTicks: number) => ({
      openTimeMs,
      openTicks,
      highTicks: openTicks + 100,
      lowTicks: openTicks - 100,
      closeTicks: openTicks + 20,
      volumeLots: 150_000,
    });
    const crowd = new QuietCrowd();
    const start = crowd.tapeStartMs;
    crowd.minutes = [minute(start - 120_000, 99_000), minute(start - 60_000, 99_500)];
    await open({ crowd });
    const from = hall.crowd.tapeStartMs - 120_000;
    hall.crowd.btc.add('ask', 100_050, 10, 'GTC');
    hall.crowd.btc.add('bid', 100_050, 4, 'IOC');
    const { data } = await hall.read(`/kline?symbol=BTC&interval=1m&start_time=${from}`);
    expect(data).toEqual([
      {
        t: from,
        T: from + 60_000,
        s: 'BTC',
        i: '1m',
        o: '99000',
        c: '99020',
        h: '99100',
        l: '98900',
        v: '1.5',
        n: 0,
      },
      expect.objectContaining({ t: from + 60_000, o: '99500' }),
      expect.objectContaining({ t: from + 120_000, o: '100050', c: '100050', v: '0.00004', n: 1 }),
    ]);
    const end = `&end_time=${from + 60_000}`;
    const mark = await hall.read(`/kline/mark?symbol=BTC&interval=3m&start_time=${from}${end}`);
    expect(mark.data).toEqual([]);
    expect(await hall.read(`/kline?symbol=BTC&interval=7m&start_time=1`)).toMatchObject({
      code: 400,
    });
    expect(await hall.read(`/kline?symbol=BTC&start_time=1`)).toMatchObject({ code: 400 });
    expect(await hall.read(`/kline?symbol=BTC&interval=1m`)).toEqual({
      error: 'Query deserialize error: missing field `start_time`',
      code: 400,
    });
    expect(await hall.read(`/kline?symbol=BTC&interval=1m&start_time=1&end_time=x`)).toMatchObject({
      code: 400,
    });
  });

  test.each([
    ['/book', 400, 'Query deserialize error: missing field `symbol`'],
    ['/book?symbol=btc', 422, 'Book not found: btc'],
    ['/account', 400, 'Query deserialize error: missing field `account`'],
    ['/account?account=nobody', 404, 'Account not found: nobody'],
    ['/positions', 400, 'Query deserialize error: missing field `account`'],
    ['/orders/history_by_id', 400, 'Query deserialize error: missing field `order_id`'],
    [
      '/orders/history_by_id?order_id=28416222569',
      404,
      'Order history not found for order ID: 28416222569',
    ],
    [
      '/orders/history?account=x&limit=-1',
      400,
      'Query deserialize error: limit: invalid digit found in string',
    ],
    ['/orders/history?account=x&cursor=-', 400, 'Query deserialize error: cursor: invalid cursor'],
    [
      '/trades/history?account=x&limit=z',
      400,
      'Query deserialize error: limit: invalid digit found in string',
    ],
    [
      '/trades/history?account=x&start_time=z',
      400,
      'Query deserialize error: start_time: invalid digit found in string',
    ],
    [
      '/trades/history?account=x&end_time=z',
      400,
      'Query deserialize error: end_time: invalid digit found in string',
    ],
    ['/nothing', 404, 'Not found'],
  ])('EX-40 %s is answered %i', async (path, status, error) => {
    await open();
    const response = await hall.request('GET', `/api/v1${path}`);
    expect([response.status, JSON.parse(response.body).error]).toEqual([status, error]);
  });

  test('EX-40 an address without an account has nothing', async () => {
    await open();
    for (const path of ['/positions', '/orders', '/orders/history', '/trades/history']) {
      expect((await hall.read(`${path}?account=nobody`)).data).toEqual([]);
    }
    expect((await hall.read('/account/settings?account=nobody')).data).toEqual({
      auto_lend_disabled: null,
      margin_settings: [],
      spot_settings: [],
    });
  });
});

describe('REST operations', () => {
  test('EX-40 an order from its entry to its history', async () => {
    await open();
    const { account } = hall.account(0);
    const fields = hall.limit(0, 'bid', '99000', '0.01', { client_order_id: ID });
    expect(await hall.post(0, '/orders/create', 'create_order', fields)).toEqual([
      200,
      { success: true, data: { order_id: 1 }, error: null, code: null },
    ]);
    expect(await hall.read(`/orders?account=${account}`)).toEqual({
      success: true,
      data: [
        {
          order_id: 1,
          client_order_id: ID,
          symbol: 'BTC',
          side: 'bid',
          price: '99000',
          initial_amount: '0.01',
          filled_amount: '0',
          cancelled_amount: '0',
          stop_price: null,
          order_type: 'limit',
          stop_parent_order_id: null,
          reduce_only: false,
          created_at: expect.any(Number),
          updated_at: expect.any(Number),
        },
      ],
      error: null,
      code: null,
      last_order_id: 1,
    });
    hall.crowd.btc.add('ask', 99_000, 400, 'IOC');
    const cancel = { symbol: 'BTC', order_id: 1 };
    expect(await hall.post(0, '/orders/cancel', 'cancel_order', cancel)).toEqual([
      200,
      { success: true, data: null, error: null, code: null },
    ]);
    expect(await hall.post(0, '/orders/cancel', 'cancel_order', cancel)).toEqual([
      422,
      { success: false, data: null, error: 'Failed to cancel order', code: 5 },
    ]);
    expect(await hall.read(`/orders/history?account=${account}`)).toEqual({
      success: true,
      data: [
        {
          order_id: 1,
          client_order_id: ID,
          symbol: 'BTC',
          side: 'bid',
          initial_price: '99000',
          average_filled_price: '99000',
          amount: '0.01',
          filled_amount: '0.004',
          order_status: 'cancelled',
          order_type: 'limit',
          stop_price: null,
          stop_parent_order_id: null,
          reduce_only: false,
          reason: 'cancel',
          created_at: expect.any(Number),
          updated_at: expect.any(Number),
        },
      ],
      next_cursor: null,
      has_more: false,
      last_order_id: 2,
    });
    expect((await hall.read(`/positions?account=${account}`)).data).toHaveLength(1);
    expect((await hall.read(`/account?account=${account}`)).data).toMatchObject({
      fee_level: 0,
      positions_count: 1,
    });
  });

  test('EX-43 the events of one order, newest first', async () => {
    await open();
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    hall.crowd.btc.add('ask', 99_000, 400, 'IOC');
    await hall.post(0, '/orders/cancel_all', 'cancel_all_orders', {
      all_symbols: true,
      exclude_reduce_only: false,
    });
    const { data, last_order_id } = await hall.read('/orders/history_by_id?order_id=1');
    expect(last_order_id).toBe(2);
    const rows = data as Frame[];
    expect(rows.map(({ event_type, order_status }) => [event_type, order_status])).toEqual([
      ['cancel', 'cancelled'],
      ['fulfill_limit', 'partially_filled'],
      ['make', 'open'],
    ]);
    expect(rows[1]).toEqual({
      history_id: expect.any(Number),
      order_id: 1,
      client_order_id: null,
      symbol: 'BTC',
      side: 'bid',
      price: '99000',
      initial_amount: '0.01',
      filled_amount: '0.004',
      cancelled_amount: '0',
      event_type: 'fulfill_limit',
      order_type: 'limit',
      order_status: 'partially_filled',
      stop_price: null,
      stop_parent_order_id: null,
      reduce_only: false,
      created_at: expect.any(Number),
    });
  });

  test('EX-42 fills in pages, by market and time', async () => {
    await open();
    const { account } = hall.account(0);
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    for (let i = 0; i < 5; i += 1) {
      hall.crowd.btc.add('ask', 99_000, 10, 'IOC');
      await hall.world.run(1000);
    }
    const base = `/trades/history?account=${account}`;
    const first = await hall.read(`${base}&limit=2`);
    expect([first.has_more, (first.data as Frame[]).length]).toEqual([true, 2]);
    const second = await hall.read(`${base}&limit=2&cursor=${first.next_cursor}`);
    const third = await hall.read(`${base}&limit=2&cursor=${second.next_cursor}`);
    expect([third.has_more, third.next_cursor]).toEqual([false, null]);
    const ids = [first, second, third].flatMap(({ data }) =>
      (data as Frame[]).map(({ history_id }) => Number(history_id)),
    );
    expect(ids).toHaveLength(5);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    const times = ((await hall.read(base)).data as Frame[]).map((row) => Number(row.created_at));
    const some = await hall.read(`${base}&start_time=${times[3]}&end_time=${times[1]}`);
    expect(some.data).toHaveLength(3);
    expect((await hall.read(`${base}&symbol=ETH`)).data).toEqual([]);
    expect((await hall.read(`${base}&limit=0`)).data).toHaveLength(1);
  });

  test('EX-8 a market order is answered after the taker delay', async () => {
    await open();
    hall.crowd.btc.add('ask', 100_001, 10_000, 'GTC');
    const before = hall.nowMs;
    const fields = {
      symbol: 'BTC',
      amount: '0.01',
      side: 'bid',
      slippage_percent: '1',
      reduce_only: false,
    };
    expect(await hall.post(0, '/orders/create_market', 'create_market_order', fields)).toEqual([
      200,
      { success: true, data: { order_id: 2 }, error: null, code: null },
    ]);
    expect(hall.nowMs - before).toBeGreaterThanOrEqual(200);
    expect(hall.nowMs - before).toBeLessThan(210);
  });

  test('EX-7 a batch, EX-18 a cancel-all, EX-19 leverage', async () => {
    await open();
    const actions = [
      {
        type: 'Create',
        data: hall.signed(0, 'create_order', hall.limit(0, 'bid', '99000', '0.01')),
      },
      { type: 'Create', data: hall.signed(0, 'create_order', hall.limit(0, 'bid', '1', '0.01')) },
      { type: 'Cancel', data: hall.signed(0, 'cancel_order', { symbol: 'BTC', order_id: 1 }) },
    ];
    const response = await hall.request(
      'POST',
      '/api/v1/orders/batch',
      JSON.stringify({ actions }),
    );
    expect(JSON.parse(response.body)).toEqual({
      success: true,
      data: {
        results: [
          { success: true, order_id: 1, error: null },
          { success: false, error: expect.stringContaining('too low') },
          { success: true },
        ],
      },
      error: null,
      code: null,
    });
    const all = { all_symbols: true, exclude_reduce_only: false };
    expect(await hall.post(0, '/orders/cancel_all', 'cancel_all_orders', all)).toEqual([
      200,
      { success: true, data: { cancelled_count: 0 }, error: null, code: null },
    ]);
    const leverage = { symbol: 'BTC', leverage: 5 };
    expect(await hall.post(0, '/account/leverage', 'update_leverage', leverage)).toEqual([
      200,
      { success: true, data: null, error: null, code: null },
    ]);
    const settings = await hall.read(`/account/settings?account=${hall.account(0).account}`);
    expect(settings.data).toEqual({
      auto_lend_disabled: null,
      margin_settings: [
        {
          symbol: 'BTC',
          isolated: false,
          leverage: 5,
          created_at: expect.any(Number),
          updated_at: expect.any(Number),
        },
      ],
      spot_settings: [],
    });
  });

  test('EX-40 errors in their forms', async () => {
    await open();
    const post = (path: string, body: string): Promise<unknown> =>
      hall.request('POST', `/api/v1${path}`, body).then(({ body: text, status }) => [status, text]);
    expect(await post('/orders/create', '{')).toEqual([
      400,
      '{"error":"Json deserialize error: expected value at line 1 column 1","code":400}',
    ]);
    const good = hall.signed(0, 'create_order', hall.limit(0, 'bid', '99000', '0.00001'));
    expect(await post('/orders/create', JSON.stringify(good))).toEqual([
      422,
      `{"success":false,"data":null,"error":"Order amount too low for ${hall.account(0).account}: 0.99 < 10","code":0,"error_id":"invalid_amount"}`,
    ]);
    const wrong = await hall.request(
      'POST',
      '/api/v1/orders/create',
      JSON.stringify({ ...good, price: '99001' }),
    );
    expect([wrong.status, wrong.body, wrong.headers['content-type']]).toEqual([
      400,
      'Verification failed',
      'text/plain',
    ]);
    expect(await post('/orders/nothing', '{}')).toEqual([
      404,
      '{"success":false,"data":null,"error":"Not found","code":404}',
    ]);
    expect((await hall.request('POST', '/elsewhere')).status).toBe(404);
    expect((await hall.request('POST', '/api/v1/orders/create')).status).toBe(400);
  });
});

test('the exchange follows a wall clock that runs ahead, not one that is set back', () => {
  const host = { wall: 1_000_000, mono: 5_000 };
  const clock = new ExchangeClock({ wallMs: () => host.wall, monoUs: () => host.mono });
  const at = (wall: number, mono: number): number => {
    Object.assign(host, { wall, mono });
    return clock.nowMs();
  };
  expect(at(1_000_010, 15_999)).toBe(1_000_010);
  expect(at(900_000, 25_000)).toBe(1_000_020);
  expect(at(1_001_030, 35_000)).toBe(1_000_030);
  expect(at(1_001_041, 45_000)).toBe(1_000_040 + 1001);
  expect(at(1_001_000, 55_000)).toBe(1_001_051);
});

describe('credits', () => {
  test('EX-50 a rolling minute', () => {
    const meter = new CreditMeter(() => 100);
    const at = 1_000_000_000_000;
    expect([meter.remainingTenths(at), meter.refreshS(at)]).toEqual([100, 0]);
    expect(meter.spend(at, 60)).toBe(true);
    expect(meter.spend(at + 30_000, 50)).toBe(false);
    expect(meter.spend(at + 30_000, 40)).toBe(true);
    expect([meter.remainingTenths(at + 30_000), meter.refreshS(at + 30_000)]).toEqual([0, 30]);
    expect(meter.remainingTenths(at + 59_999)).toBe(0);
    expect(meter.remainingTenths(at + 60_000)).toBe(60);
    expect(meter.refreshS(at + 60_000)).toBe(30);
    expect(meter.isIdle(at + 89_999)).toBe(false);
    expect(meter.isIdle(at + 500_000)).toBe(true);
  });

  test('EX-50 headers, shared in the family, and 429', async () => {
    await open();
    const read = (index: number) =>
      hall.request('GET', '/api/v1/info', undefined, { 'pf-api-key': hall.account(index).apiKey });
    const first = await read(0);
    expect(first.headers.ratelimit).toBe('"credits";r=2990;t=60');
    expect(first.headers['ratelimit-policy']).toBe('"credits";q=3000;w=60');
    expect((await read(1)).headers.ratelimit).toMatch(/^"credits";r=2980;/);
    expect((await read(2)).headers.ratelimit).toMatch(/^"credits";r=2990;/);
    for (let i = 0; i < 298; i += 1) await read(0);
    const refused = await read(1);
    expect([refused.status, refused.body]).toEqual([
      429,
      '{"error":"Rate limit exceeded","code":429}',
    ]);
    expect(refused.headers.ratelimit).toMatch(/^"credits";r=0;/);
    expect((await read(2)).status).toBe(200);
    const [status] = await hall.post(
      0,
      '/orders/create',
      'create_order',
      hall.limit(0, 'bid', '99000', '0.01'),
    );
    expect(status).toBe(429);
    expect(hall.server.report().tooManyRequests).toBe(2);
    await hall.world.run(60_000);
    expect((await read(1)).status).toBe(200);
  });

  test('EX-51 heavy reads, with a key and without', async () => {
    await open();
    const path = '/api/v1/kline?symbol=BTC&interval=1m&start_time=1';
    const bare = await hall.request('GET', path);
    expect(bare.headers.ratelimit).toMatch(/^"credits";r=880;/);
    expect(bare.headers['ratelimit-policy']).toBe('"credits";q=1000;w=60');
    const keyed = await hall.request('GET', path, undefined, {
      'pf-api-key': hall.account(0).apiKey,
    });
    expect(keyed.headers.ratelimit).toMatch(/^"credits";r=2960;/);
    const unknown = await hall.request('GET', path, undefined, { 'pf-api-key': 'nobody' });
    expect(unknown.headers.ratelimit).toMatch(/^"credits";r=760;/);
  });

  test('EX-51 what operations cost', () => {
    const cost = (
      key: Parameters<typeof operationTenths>[0],
      body: unknown,
      settings = {},
    ): number => operationTenths(key, body, { ...DEFAULT_SETTINGS, ...settings });
    expect(cost('create_order', {})).toBe(10);
    expect(cost('update_leverage', {})).toBe(10);
    expect(cost('cancel_order', {})).toBe(5);
    expect(cost('cancel_all_orders', {})).toBe(5);
    const actions = [{ type: 'Create' }, { type: 'Cancel' }, { type: 'CreateMarket' }, null];
    expect(cost('batch_orders', { actions })).toBe(35);
    expect(cost('batch_orders', { actions }, { batchCost: 'request' })).toBe(10);
    for (const body of [null, {}, { actions: [] }, { actions: 'x' }]) {
      expect(cost('batch_orders', body)).toBe(10);
    }
  });

  test('EX-50 peers without a key are metered one by one, and forgotten when idle', () => {
    const meters = new CreditMeters(() => undefined, DEFAULT_SETTINGS);
    const first = meters.payer({}, 'a', 0).meter;
    expect(meters.payer({}, 'a', 0).meter).toBe(first);
    first.spend(0, 1000);
    for (let i = 0; i < 9_999; i += 1) meters.payer({}, `peer ${i}`, 1000);
    expect(meters.payer({}, 'one more', 2000).identified).toBe(false);
    expect(meters.payer({}, 'a', 2000).meter).toBe(first);
    expect(meters.payer({}, 'peer 1', 2000).meter.remainingTenths(2000)).toBe(1000);
  });
});

describe('subscriptions', () => {
  test('EX-52 acknowledged, pinged, unsubscribed; the unknown is met with silence', async () => {
    await open();
    const line = await hall.connect();
    expect(await line.say({ method: 'ping' })).toEqual([{ channel: 'pong' }]);
    const params = { source: 'book', symbol: 'BTC', agg_level: 1 };
    expect(await line.subscribe(params)).toEqual([{ channel: 'subscribe', data: params }]);
    expect(await line.heard(600, 'book')).not.toEqual([]);
    expect(await line.say({ method: 'unsubscribe', params })).toContainEqual({
      channel: 'unsubscribe',
      data: params,
    });
    expect(await line.heard(1000, 'book')).toEqual([]);
    for (const unknown of [
      { source: 'book', symbol: 'btc', agg_level: 1 },
      { source: 'book', symbol: 'BTC', agg_level: 3 },
      { source: 'candle', symbol: 'BTC', interval: '7m' },
      { source: 'nothing', symbol: 'BTC' },
      { source: 'account_info', account: 'nobody' },
      { source: 'account_info' },
      {},
    ]) {
      expect(await line.subscribe(unknown)).toEqual([]);
      expect(await line.say({ method: 'unsubscribe', params: unknown })).toEqual([]);
    }
  });

  test.each([
    '{',
    '[]',
    '3',
    '{"op":"ping"}',
    '{"method":"subscribe"}',
    '{"method":"x","params":{}}',
    '{"params":{"nothing":{}}}',
    '{"params":{}}',
    '{"params":{"create_order":{},"cancel_order":{}}}',
  ])('EX-52 %s is answered 400', async (text) => {
    await open();
    const line = await hall.connect();
    expect(await line.say(text)).toEqual([
      { code: 400, err: 'Invalid request', t: expect.any(Number) },
    ]);
  });

  test('EX-53 a book every 250 ms, and none without agg_level', async () => {
    await open();
    hall.crowd.btc.add('bid', 99_999, 26_203, 'GTC');
    hall.crowd.btc.add('ask', 100_001, 26_802, 'GTC');
    const line = await hall.connect();
    await line.subscribe({ source: 'book', symbol: 'BTC' });
    expect(await line.heard(1000, 'book')).toEqual([]);
    await line.subscribe({ source: 'book', symbol: 'BTC', agg_level: 1 });
    const frames = await line.heard(1000, 'book');
    expect(frames).toHaveLength(4);
    expect(frames[0]).toEqual({
      channel: 'book',
      data: {
        l: [[{ p: '99999', a: '0.26203', n: 1 }], [{ p: '100001', a: '0.26802', n: 1 }]],
        s: 'BTC',
        t: expect.any(Number),
        li: 2,
      },
    });
    const times = frames.map(({ data }) => Number((data as Frame).t));
    expect(times.map((t) => t - (times[0] ?? 0))).toEqual([0, 250, 500, 750]);
  });

  test('EX-53 prices when they change', async () => {
    await open();
    const line = await hall.connect();
    await line.subscribe({ source: 'prices' });
    await line.heard(300, 'prices');
    expect(await line.heard(1000, 'prices')).toEqual([]);
    hall.crowd.btc.setPrice(100_100);
    const frames = await line.heard(1000, 'prices');
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ data: [{ symbol: 'BTC' }, { symbol: 'ETH' }] });
  });

  test('EX-53 candles when they change, the one that closes included', async () => {
    const crowd = new QuietCrowd();
    crowd.speed = 100;
    crowd.cadenceMs = 10;
    await open({ crowd });
    const started = hall.nowMs;
    const line = await hall.connect();
    await line.subscribe({ source: 'candle', symbol: 'ETH', interval: '1m' });
    await line.subscribe({ source: 'mark_price_candle', symbol: 'ETH', interval: '1m' });
    line.frames = [];
    // Pushes come every 250 ms; a minute of this tape is over every 600 ms.
    for (const atMs of [400, 590, 610]) {
      crowd.plan.push([
        started + atMs,
        () => {
          crowd.eth.add('ask', 33_000, 1000, 'GTC');
          crowd.eth.add('bid', 33_000, 1000, 'IOC');
        },
      ]);
    }
    await hall.world.run(1000);
    const of = (channel: string): Frame[] =>
      line.frames.filter((each) => each.channel === channel).map(({ data }) => data as Frame);
    const first = hall.crowd.tapeStartMs;
    expect(of('candle').map(({ n, t, v }) => [(Number(t) - first) / 60_000, n, v])).toEqual([
      [0, 1, '0.1'],
      [0, 2, '0.2'],
      [1, 1, '0.1'],
    ]);
    line.frames = [];
    crowd.plan.push([0, () => crowd.eth.setPrice(33_010)]);
    await hall.world.run(300);
    expect(of('mark_price_candle').at(-1)).toMatchObject({ s: 'ETH', i: '1m', v: '0' });
    expect(of('candle')).toEqual([]);
  });

  test('EX-55 best prices when they change', async () => {
    await open();
    const line = await hall.connect();
    await line.subscribe({ source: 'bbo', symbol: 'BTC' });
    line.frames = [];
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '98000', '0.01'));
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.02'));
    await hall.world.run(20);
    expect(line.frames.map(({ data }) => data)).toEqual([
      { s: 'BTC', i: 1, li: 1, t: expect.any(Number), b: '99000', B: '0.01', a: '0', A: '0' },
      { s: 'BTC', i: 3, li: 3, t: expect.any(Number), b: '99000', B: '0.03', a: '0', A: '0' },
    ]);
  });

  test('EX-54 snapshots at once, events not', async () => {
    await open();
    const { account } = hall.account(0);
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '80000', '0.00025'));
    const line = await hall.connect(0);
    const snapshotOf = async (source: string): Promise<Frame | undefined> =>
      (await line.subscribe({ source, account }))[1];
    expect(await snapshotOf('account_orders')).toEqual({
      channel: 'account_orders',
      data: [
        {
          i: 1,
          I: null,
          s: 'BTC',
          d: 'bid',
          p: '80000',
          a: '0.00025',
          f: '0',
          c: '0',
          t: expect.any(Number),
          st: null,
          ot: 'limit',
          sp: null,
          ro: false,
        },
      ],
      li: 1,
    });
    expect(await snapshotOf('account_positions')).toEqual({
      channel: 'account_positions',
      data: [],
      li: 1,
    });
    expect(await snapshotOf('account_info')).toMatchObject({
      channel: 'account_info',
      data: { b: '10000', oc: 1 },
    });
    for (const source of [
      'account_order_updates',
      'account_trades',
      'account_leverage',
      'account_margin',
    ]) {
      expect(await snapshotOf(source)).toBeUndefined();
    }
  });

  test('EX-54 snapshots name their account, by setting', async () => {
    await open({ settings: { snapshotsNameAccount: true } });
    const { account } = hall.account(0);
    const line = await hall.connect(0);
    for (const source of ['account_orders', 'account_positions', 'account_info']) {
      expect((await line.subscribe({ source, account }))[1]).toMatchObject({ account });
    }
  });

  test('EX-55 events of a fill, then the snapshots', async () => {
    await open();
    const { account } = hall.account(0);
    const line = await hall.connect(0);
    for (const source of [
      'account_order_updates',
      'account_trades',
      'account_positions',
      'account_orders',
      'account_info',
      'account_leverage',
    ]) {
      await line.subscribe({ source, account });
    }
    await line.subscribe({ source: 'trades', symbol: 'BTC' });
    await hall.world.run(3000);
    line.frames = [];
    hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    const taking = hall.limit(0, 'bid', '100000', '0.02', { tif: 'GTC' });
    await hall.post(0, '/orders/create', 'create_order', taking);
    await hall.world.run(300);
    const infos = line.frames.filter(({ channel }) => channel === 'account_info');
    expect(infos.at(-1)?.data).toMatchObject({ oc: 1, pc: 1, b: '9999.6' });
    const frames = line.frames.filter(({ channel }) => channel !== 'account_info');
    expect(frames.map(({ channel }) => channel)).toEqual([
      'account_order_updates',
      'account_trades',
      'trades',
      'account_positions',
      'account_orders',
    ]);
    const [updates, fills, trades, positions] = frames.map(({ data }) => data as Frame[]);
    expect(updates?.map(({ oe, os, f, p, lp }) => [oe, os, f, p, lp])).toEqual([
      ['fulfill_market', 'partially_filled', '0.01', '100000', '100000'],
      ['make', 'partially_filled', '0.01', '100000', '100000'],
    ]);
    expect(fills).toEqual([
      expect.objectContaining({
        i: 2,
        u: account,
        te: 'fulfill_taker',
        ts: 'open_long',
        f: '0.4',
        n: '-0.4',
      }),
    ]);
    expect(trades).toEqual([
      {
        h: fills?.[0]?.h,
        s: 'BTC',
        a: '0.01',
        p: '100000',
        d: 'open_long',
        tc: 'normal',
        t: expect.any(Number),
        li: 2,
      },
    ]);
    expect(positions).toEqual([
      {
        s: 'BTC',
        d: 'bid',
        a: '0.01',
        p: '100000',
        m: '0',
        f: '0',
        i: false,
        l: expect.any(String),
        t: expect.any(Number),
      },
    ]);
    line.frames = [];
    await hall.post(0, '/account/leverage', 'update_leverage', { symbol: 'ETH', leverage: 12 });
    await hall.world.run(300);
    expect(line.frames).toContainEqual({
      channel: 'account_leverage',
      data: { u: account, s: 'ETH', l: '12', t: expect.any(Number) },
    });
    expect(await line.heard(9000, 'account_info')).toHaveLength(3);
  });

  test('EX-57 20 subscriptions on a channel, the same one counts once', async () => {
    await open({ accounts: 25, familySize: 10 });
    const line = await hall.connect();
    const subscribe = (index: number): Promise<Frame[]> =>
      line.subscribe({ source: 'account_trades', account: hall.account(index).account });
    for (let i = 0; i < 20; i += 1) expect(await subscribe(i)).toHaveLength(1);
    expect(await subscribe(0)).toHaveLength(1);
    expect(await subscribe(20)).toEqual([]);
    const account = hall.account(3).account;
    await line.say({ method: 'unsubscribe', params: { source: 'account_trades', account } });
    expect(await subscribe(20)).toHaveLength(1);
  });
});

describe('orders over the WebSocket', () => {
  test('EX-56 create, cancel, cancel all, batch', async () => {
    await open();
    const line = await hall.connect(0);
    const say = async (key: string, body: unknown, waitMs?: number): Promise<Frame | undefined> =>
      (
        await line.say(
          { id: '660065de-8f32-46ad-ba1e-83c93d3e3966', params: { [key]: body } },
          waitMs,
        )
      )[0];
    const order = hall.signed(
      0,
      'create_order',
      hall.limit(0, 'bid', '99000', '0.01', { client_order_id: ID }),
    );
    expect(await say('create_order', order)).toEqual({
      code: 200,
      data: { I: ID, i: 1, s: 'BTC' },
      id: '660065de-8f32-46ad-ba1e-83c93d3e3966',
      t: expect.any(Number),
      type: 'create_order',
      rl: { r: 2990, q: 3000, t: 60 },
    });
    const cancel = { symbol: 'BTC', client_order_id: ID };
    expect(await say('cancel_order', hall.signed(0, 'cancel_order', cancel))).toMatchObject({
      code: 200,
      data: { I: ID, i: null, s: 'BTC' },
      rl: { r: 2985 },
    });
    expect(await say('cancel_order', hall.signed(0, 'cancel_order', cancel))).toEqual({
      id: '660065de-8f32-46ad-ba1e-83c93d3e3966',
      type: 'cancel_order',
      code: 420,
      err: 'Failed to cancel order',
      t: expect.any(Number),
      rl: { r: 2980, q: 3000, t: 60 },
    });
    const all = { all_symbols: true, exclude_reduce_only: false };
    expect(await say('cancel_all_orders', hall.signed(0, 'cancel_all_orders', all))).toMatchObject({
      data: { cancelled_count: 0 },
    });
    hall.crowd.btc.add('ask', 100_001, 1000, 'GTC');
    const market = {
      symbol: 'BTC',
      amount: '0.001',
      side: 'bid',
      slippage_percent: '1',
      reduce_only: false,
    };
    const actions = [
      { type: 'CreateMarket', data: hall.signed(0, 'create_market_order', market) },
      { type: 'Create', data: hall.signed(0, 'create_order', hall.limit(0, 'bid', '1', '1')) },
      { type: 'Cancel', data: hall.signed(0, 'cancel_order', { symbol: 'BTC', order_id: 2 }) },
    ];
    expect(await say('batch_orders', { actions })).toBeUndefined();
    const reply = (await line.heard(300, undefined as never))[0];
    expect(reply).toMatchObject({
      type: 'batch_orders',
      data: {
        results: [
          { success: true, order_id: 3, client_order_id: null, symbol: 'BTC' },
          { success: false, error: expect.stringContaining('too low') },
          { success: false, error: 'Failed to cancel order' },
        ],
      },
    });
  });

  test('EX-56 codes of refusals; no credits without a key', async () => {
    await open();
    const line = await hall.connect();
    const body = hall.signed(0, 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    const codeOf = async (over: object): Promise<unknown> => {
      const [frame] = await line.say({ id: 'x', params: { create_order: { ...body, ...over } } });
      expect(frame).not.toHaveProperty('rl');
      return frame?.code;
    };
    expect(await codeOf({ price: '99001' })).toBe(401);
    expect(await codeOf({ account: '0' })).toBe(402);
    expect(await codeOf({ account: hall.account(1).account })).toBe(403);
    expect(await codeOf({ tif: 'FOK' })).toBe(400);
    expect(await codeOf({})).toBe(200);
  });

  test('EX-50 429 over the WebSocket', async () => {
    await open({ settings: { unidentifiedQuotaTenths: 14 } });
    const line = await hall.connect();
    const body = { cancel_order: {} };
    expect((await line.say({ id: 'a', params: body }))[0]).toMatchObject({ code: 400 });
    expect((await line.say({ id: 'b', params: body }))[0]).toMatchObject({ code: 400 });
    expect((await line.say({ id: 'c', params: body }))[0]).toEqual({
      id: 'c',
      type: 'cancel_order',
      code: 429,
      err: 'Rate limit exceeded',
      t: expect.any(Number),
    });
    expect(hall.server.report().tooManyRequests).toBe(1);
  });
});

describe('connections', () => {
  test('EX-57 closed after 60 s of silence, alive as long as it pings', async () => {
    await open();
    const quiet = await hall.connect();
    const alive = await hall.connect();
    for (let i = 0; i < 6; i += 1) await alive.say({ method: 'ping' }, 20_000);
    expect(quiet.closed).toEqual([1000, 'idle']);
    expect(alive.closed).toBeUndefined();
  });

  test('EX-57 what is not understood is answered, and keeps nothing alive', async () => {
    await open();
    const line = await hall.connect();
    const [answer] = await line.say({ op: 'ping' });
    expect(answer).toMatchObject({ code: 400 });
    for (let i = 0; i < 4; i += 1) await line.say({ op: 'ping' }, 20_000);
    expect(line.closed).toEqual([1000, 'idle']);
  });

  test('EX-57 closed after its lifetime, whatever it says', async () => {
    await open({ settings: { lifetimeMs: 90_000 } });
    const line = await hall.connect();
    for (let i = 0; i < 5; i += 1) await line.say({ method: 'ping' }, 20_000);
    expect(line.closed).toEqual([1000, 'lifetime']);
  });

  test('EX-57 so many for a peer, and a place is free again after a close', async () => {
    await open({ settings: { connectionsPerPeer: 2 } });
    const first = await hall.connect();
    await hall.connect();
    expect((await hall.connect()).closed).toBeDefined();
    first.socket.close(1000, '');
    await hall.world.run(20);
    expect((await hall.connect()).closed).toBeUndefined();
    expect(hall.server.onUpgrade('/ws', {}, '127.0.0.1')).toBe(429);
    expect(hall.server.onUpgrade('/other', {}, '127.0.0.1')).toBe(404);
  });

  test('EX-57 EX-58 a slow reader is cut, the others get the same frame', async () => {
    await open({ settings: { slowReaderBytes: 100 } });
    const readers = [fakeSocket(0), fakeSocket(101), fakeSocket(0)];
    for (const [i, { socket }] of readers.entries()) {
      const accept = hall.server.onUpgrade('/ws?x=1', {}, `peer ${i}`);
      if (typeof accept === 'number') throw new Error('refused');
      const session = accept(socket);
      const subscribe = {
        method: 'subscribe',
        params: { source: 'book', symbol: 'BTC', agg_level: 1 },
      };
      session.onMessage(JSON.stringify(subscribe));
    }
    await hall.world.run(300);
    expect(readers.map(({ cut }) => cut())).toEqual([0, 1, 0]);
    expect(readers[1]?.sent).toEqual([]);
    expect(readers[0]?.sent).toEqual(readers[2]?.sent);
    expect(readers[0]?.sent).toHaveLength(2);
  });

  test('EX-58 nothing is encoded for nobody', async () => {
    await open();
    const line = await hall.connect(0);
    await line.subscribe({ source: 'trades', symbol: 'BTC' });
    line.socket.close(1000, '');
    await hall.world.run(20);
    const stringify = JSON.stringify;
    let calls = 0;
    JSON.stringify = ((...args: Parameters<typeof stringify>) => {
      calls += 1;
      return stringify(...args);
    }) as typeof stringify;
    try {
      hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
      hall.crowd.btc.add('bid', 100_000, 1000, 'IOC');
      await hall.world.run(5000);
      expect(calls).toBe(0);
    } finally {
      JSON.stringify = stringify;
    }
  });

  test('an order outlives its connection', async () => {
    await open();
    hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    const line = await hall.connect(0);
    const fields = hall.limit(0, 'bid', '100000', '0.01', { tif: 'GTC' });
    await line.say({ id: 'x', params: { create_order: hall.signed(0, 'create_order', fields) } });
    line.socket.terminate();
    await hall.world.run(300);
    expect(hall.server.report()).toMatchObject({ orders: 1, fills: 1 });
  });
});

describe('truth', () => {
  test('EX-60 over loopback only, with what really happened', async () => {
    await open({ settings: { bookLevels: 5 } });
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'ask', '100000', '0.01'));
    const taking = hall.limit(1, 'bid', '100000', '0.01', { tif: 'IOC' });
    await hall.post(1, '/orders/create', 'create_order', taking);
    const response = await hall.request('GET', '/admin/truth');
    expect(JSON.parse(response.body)).toMatchObject({
      selfMatches: 1,
      selfMatchExamples: [{ lots: 1000, symbol: 'BTC', takerAccount: hall.account(1).account }],
      stpEvents: 0,
      familyStpEvents: 0,
      orders: 2,
      cancels: 0,
      refused: 0,
      fills: 2,
      trades: 1,
      fees: '0.55',
      tooManyRequests: 0,
      lastOrderId: 2,
      accounts: [
        {
          account: hall.account(0).account,
          owner: 1,
          balance: '9999.85',
          fills: 1,
          volume: '1000',
          fees: '0.15',
          openOrders: 0,
          positions: { BTC: '-0.01' },
        },
        { balance: '9999.6', positions: { BTC: '0.01' } },
        { fills: 0, positions: {} },
      ],
      settings: [{ name: 'bookLevels', value: 5, byDefault: 10 }],
    });
    const elsewhere = await hall.server.onRequest(
      { method: 'GET', path: '/admin/truth', headers: {} },
      '192.168.1.7',
    );
    expect(elsewhere.status).toBe(404);
  });
});

test('EX-62 equal inputs give equal frames', async () => {
  const run = async (): Promise<unknown> => {
    await open();
    const line = await hall.connect(0);
    await line.subscribe({ source: 'account_trades', account: hall.account(0).account });
    await line.subscribe({ source: 'book', symbol: 'BTC', agg_level: 1 });
    hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    line.frames = [];
    const taking = hall.limit(0, 'bid', '100000', '0.02', { tif: 'GTC' });
    await hall.post(0, '/orders/create', 'create_order', taking);
    await hall.world.run(2000);
    return [line.frames, hall.server.report()];
  };
  expect(await run()).toEqual(await run());
});

function fakeSocket(buffered: number): { socket: Socket; sent: string[]; cut: () => number } {
  const sent: string[] = [];
  let cuts = 0;
  const socket: Socket = {
    send: (text) => void sent.push(text),
    bufferedBytes: () => buffered,
    close: () => {},
    terminate: () => {
      cuts += 1;
    },
  };
  return { socket, sent, cut: () => cuts };
}
