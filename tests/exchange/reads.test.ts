import { afterEach, describe, expect, test } from '@jest/globals';
import { type Frame, Hall, type HallOptions } from './support/hall.ts';
import { QuietCrowd } from './support/quietCrowd.ts';
import { payIn, Wallet } from './support/wallet.ts';

let hall: Hall;

async function open(options: HallOptions = {}): Promise<Hall> {
  hall = await Hall.open(options);
  return hall;
}

afterEach(() => hall?.server.close());

const data = async (path: string): Promise<unknown> => (await hall.read(path)).data;

/** Status and body of a read that is refused. */
async function refused(path: string): Promise<[number, unknown]> {
  const response = await hall.request('GET', `/api/v1${path}`);
  return [response.status, JSON.parse(response.body)];
}

const problem = (text: string) => [400, { error: `Query deserialize error: ${text}`, code: 400 }];

describe('sparklines', () => {
  const HOUR = 3_600_000;

  async function withHours(count: number): Promise<void> {
    const crowd = new QuietCrowd();
    const start = crowd.tapeStartMs - (crowd.tapeStartMs % HOUR);
    crowd.tapeStartMs = start;
    crowd.minutes = Array.from({ length: count * 60 }, (_, i) => ({
      openTimeMs: start - (count * 60 - i) * 60_000,
      openTicks: 100_000,
      highTicks: 100_000,
      lowTicks: 100_000,
      closeTicks: 99_000 + Math.floor(i / 60),
      volumeLots: 1,
    }));
    await open({ crowd });
    hall.crowd.btc.add('ask', 100_001, 1, 'GTC');
    hall.crowd.btc.add('bid', 100_001, 1, 'IOC');
  }

  test('EX-230 sixteen hours of every market, oldest first', async () => {
    await withHours(20);
    const from = hall.crowd.tapeStartMs - 15 * HOUR;
    const [btc, eth] = (await data('/kline/sparklines')) as { s: string; d: Frame[] }[];
    expect(btc?.s).toBe('BTC');
    expect(btc?.d).toHaveLength(16);
    expect(btc?.d[0]).toEqual({ t: from, c: '99005' });
    expect(btc?.d.at(-1)).toEqual({ t: from + 15 * HOUR, c: '100001' });
    expect(eth).toEqual({ s: 'ETH', d: [] });
  });

  test('EX-230 of some markets, at an interval, so many points', async () => {
    await withHours(3);
    expect(await data('/kline/sparklines?symbols=BTC,btc&interval=30m&points=2')).toEqual([
      {
        s: 'BTC',
        d: [
          { t: hall.crowd.tapeStartMs - HOUR / 2, c: '99002' },
          { t: hall.crowd.tapeStartMs, c: '100001' },
        ],
      },
    ]);
    expect(await data('/kline/sparklines?symbols=DOGE')).toEqual([]);
    const [most] = (await data('/kline/sparklines?interval=1m&points=1000')) as { d: Frame[] }[];
    expect(most?.d).toHaveLength(168);
    const [one] = (await data('/kline/sparklines?points=0')) as { d: Frame[] }[];
    expect(one?.d).toHaveLength(1);
    expect((await refused('/kline/sparklines?interval=7m'))[0]).toBe(400);
    expect((await refused('/kline/sparklines?points=x'))[0]).toBe(400);
  });

  test('EX-230 candles up to a limit', async () => {
    await withHours(3);
    const from = hall.crowd.tapeStartMs - 3 * HOUR;
    const path = `/kline?symbol=BTC&interval=1m&start_time=${from}`;
    expect(await data(`${path}&limit=5`)).toHaveLength(5);
    expect(await data(`${path}&limit=0`)).toHaveLength(1);
    expect(await data(path)).toHaveLength(181);
    expect(await refused(`${path}&limit=-1`)).toEqual(
      problem('limit: invalid digit found in string'),
    );
  });
});

describe('candles by the wall clock', () => {
  const MINUTE = 60_000;

  async function withMinutes(settings = {}): Promise<void> {
    const crowd = new QuietCrowd();
    crowd.tapeStartMs -= 400 * 86_400_000;
    crowd.minutes = Array.from({ length: 10 }, (_, i) => ({
      openTimeMs: crowd.tapeStartMs - (10 - i) * MINUTE,
      openTicks: 99_000 + i,
      highTicks: 99_000 + i,
      lowTicks: 99_000 + i,
      closeTicks: 99_000 + i,
      volumeLots: 1,
    }));
    await open({ crowd, settings });
    hall.crowd.btc.add('ask', 100_001, 1, 'GTC');
    hall.crowd.btc.add('bid', 100_001, 1, 'IOC');
  }

  test('EX-246 the newest is the one of now, the others lie before it', async () => {
    await withMinutes();
    const minute = Math.floor(hall.nowMs / MINUTE) * MINUTE;
    const lastMinute = await data(
      `/kline?symbol=BTC&interval=1m&start_time=${hall.nowMs - MINUTE + 1}`,
    );
    expect(lastMinute).toEqual([
      expect.objectContaining({ t: minute, T: minute + MINUTE, c: '100001' }),
    ]);
    const path = `/kline?symbol=BTC&interval=1m&start_time=${minute - 5 * MINUTE}`;
    const rows = (await data(`${path}&end_time=${minute - MINUTE}`)) as Frame[];
    expect(rows.map(({ c, t }) => [t, c])).toEqual(
      [5, 6, 7, 8, 9].map((i) => [minute - (10 - i) * MINUTE, `${99_000 + i}`]),
    );
    const mark = await data(`/kline/mark?symbol=BTC&interval=1m&start_time=${minute}`);
    expect(mark).toEqual([expect.objectContaining({ t: minute })]);
  });

  test('EX-246 by the tape they stay where they are', async () => {
    await withMinutes();
    const from = hall.crowd.tapeStartMs;
    const rows = (await data(`/kline?symbol=BTC&interval=1m&start_time=${from}`)) as Frame[];
    expect(rows[0]).toMatchObject({ t: from, c: '100001' });
    const inMonth = `/kline?symbol=BTC&interval=1M&start_time=${from - 3_600_000}`;
    expect(await data(inMonth)).toEqual([]);
    const after = from + 86_400_000;
    expect(await data(`/kline?symbol=BTC&interval=1m&start_time=${after}`)).toEqual([]);
  });

  test('EX-246 none, by setting', async () => {
    await withMinutes({ wallClockCandles: false });
    const path = `/kline?symbol=BTC&interval=1m&start_time=${hall.nowMs - 5 * MINUTE}`;
    expect(await data(path)).toEqual([]);
  });

  test('EX-246 a market without a candle has none by any clock', async () => {
    await open();
    expect(await data(`/kline?symbol=ETH&interval=1m&start_time=${hall.nowMs}`)).toEqual([]);
  });
});

describe('funding of markets', () => {
  test('EX-230 rates of every market, as if other exchanges paid the same', async () => {
    await open();
    const rates = { binance: '0.0000125', bybit: '0.0000125' };
    expect(await data('/funding_rate/aggregated')).toEqual([
      { symbol: 'BTC', rates },
      { symbol: 'ETH', rates },
    ]);
  });

  test('EX-163 the hours of the tape before the start, at the rate of a flat book', async () => {
    const crowd = new QuietCrowd();
    crowd.minutes = Array.from({ length: 150 }, (_, i) => ({
      openTimeMs: crowd.tapeStartMs - (150 - i) * 60_000,
      openTicks: 99_000,
      highTicks: 99_000,
      lowTicks: 99_000,
      closeTicks: 99_000 + Math.floor((i + 30) / 60),
      volumeLots: 1,
    }));
    await open({ crowd });
    const rows = await data('/funding_rate/history?symbol=BTC');
    const flat = {
      bid_impact_price: '0',
      ask_impact_price: '0',
      funding_rate: '0.0000125',
      next_funding_rate: '0.0000125',
    };
    expect(rows).toEqual([
      { ...flat, oracle_price: '99002', created_at: expect.any(Number) },
      { ...flat, oracle_price: '99001', created_at: expect.any(Number) },
      { ...flat, oracle_price: '99000', created_at: expect.any(Number) },
    ]);
    const [newest, before] = rows as { created_at: number }[];
    expect((newest?.created_at ?? 0) - (before?.created_at ?? 0)).toBe(3_600_000);
    expect(await data('/funding_rate/history?symbol=ETH')).toEqual([]);
  });

  test('EX-231 the rates of the hours, newest first, in pages', async () => {
    await open();
    for (let hour = 1; hour <= 3; hour += 1) {
      hall.server.run(({ markets }) =>
        markets[0]?.funding.log.append({
          historyId: hour,
          oracleMicro: 117_170_410_304,
          bidImpactMicro: 117_126_000_000,
          askImpactMicro: 117_142_500_000,
          rateNano: 12_500 * hour,
          nextRateNano: -7_300,
          timeMs: 1000 * hour,
        }),
      );
    }
    const first = await hall.read('/funding_rate/history?symbol=BTC&limit=2');
    expect(first).toEqual({
      success: true,
      data: [
        {
          oracle_price: '117170.410304',
          bid_impact_price: '117126',
          ask_impact_price: '117142.5',
          funding_rate: '0.0000375',
          next_funding_rate: '-0.0000073',
          created_at: 3000,
        },
        expect.objectContaining({ created_at: 2000 }),
      ],
      next_cursor: expect.any(String),
      has_more: true,
    });
    const rest = await hall.read(
      `/funding_rate/history?symbol=BTC&limit=2&cursor=${first.next_cursor}`,
    );
    expect(rest).toMatchObject({
      data: [{ created_at: 1000 }],
      next_cursor: null,
      has_more: false,
    });
    expect(await refused('/funding_rate/history')).toEqual(problem('missing field `symbol`'));
    expect((await refused('/funding_rate/history?symbol=btc'))[0]).toBe(422);
    expect(await refused('/funding_rate/history?symbol=BTC&cursor=!')).toEqual(
      problem('cursor: invalid cursor'),
    );
  });
});

describe('liquidation prices', () => {
  async function positions(): Promise<string> {
    await open();
    const { account } = hall.account(0);
    hall.crowd.btc.add('ask', 100_000, 100_000, 'GTC');
    hall.crowd.eth.add('bid', 33_000, 100_000, 'GTC');
    for (const order of [
      { symbol: 'BTC', amount: '1', side: 'bid' },
      { symbol: 'ETH', amount: '0.5', side: 'ask' },
    ]) {
      const fields = { ...order, slippage_percent: '1', reduce_only: false };
      const [status] = await hall.post(0, '/orders/create_market', 'create_market_order', fields);
      expect(status).toBe(200);
    }
    return `/position_liquidation_prices?address=${account}`;
  }

  test('EX-232 of an address, by market, mode and price', async () => {
    const path = await positions();
    const all = (await data(path)) as Frame[];
    expect(all).toEqual([
      {
        symbol: 'BTC',
        side: 'bid',
        amount: '1',
        entry_price: '100000',
        liquidation_price: expect.stringMatching(/^\d+(\.\d+)?$/),
      },
      {
        symbol: 'ETH',
        side: 'ask',
        amount: '0.5',
        entry_price: '3300',
        liquidation_price: expect.stringMatching(/^\d+(\.\d+)?$/),
      },
    ]);
    const [btc, eth] = all.map((row) => row.liquidation_price as string);
    expect(await data(`${path}&symbol=ETH`)).toEqual([all[1]]);
    expect(await data(`${path}&is_isolated=false`)).toEqual(all);
    expect(await data(`${path}&is_isolated=true`)).toEqual([]);
    expect(await data(`${path}&limit=1`)).toEqual([all[0]]);
    expect(await data(`${path}&min_liq_price=${btc}&max_liq_price=${btc}`)).toEqual([all[0]]);
    expect(await data(`${path}&min_liq_price=${eth}`)).toContainEqual(all[1]);
    expect(await data(`${path}&max_liq_price=0`)).toEqual([]);
  });

  test('EX-232 nobody has none, and parameters are checked', async () => {
    await open();
    const path = `/position_liquidation_prices?address=${Wallet.from(9).address}`;
    expect(await data(path)).toEqual([]);
    expect(await refused('/position_liquidation_prices')).toEqual(
      problem('missing field `address`'),
    );
    expect(await refused(`${path}&is_isolated=yes`)).toEqual(
      problem('is_isolated: provided string was not `true` or `false`'),
    );
    expect(await refused(`${path}&min_liq_price=low`)).toEqual(
      problem('min_liq_price: Invalid decimal: low'),
    );
    expect((await refused(`${path}&max_liq_price=`))[0]).toBe(400);
    expect((await refused(`${path}&limit=x`))[0]).toBe(400);
  });
});

describe('what is not served', () => {
  test.each([
    '/loan_pool',
    '/lake/list',
    '/account/loan?account=x',
    '/account/spot_balance/history?account=x',
    '/spot_assets/bridge/info',
    '/builder/overview',
    '/account/builder_codes/approvals?account=x',
    '/nothing',
  ])('EX-233 %s is not found', async (path) => {
    await open();
    expect(await refused(path)).toEqual([
      404,
      { success: false, data: null, error: 'Not found', code: 404 },
    ]);
  });

  test.each([
    '/account/withdraw',
    '/lake/create',
    '/account/builder_codes/approve',
    '/account/settings/spot',
  ])('EX-233 nor is POST %s', async (path) => {
    await open();
    const response = await hall.request('POST', `/api/v1${path}`, '{}');
    expect([response.status, JSON.parse(response.body)]).toEqual([
      404,
      { success: false, data: null, error: 'Not found', code: 404 },
    ]);
  });

  test('EX-233 there are no spot assets', async () => {
    await open();
    expect(await hall.read('/spot_assets')).toEqual({
      success: true,
      data: [],
      error: null,
      code: null,
    });
  });
});

describe('a GET that announces a body', () => {
  test.each([
    [{ 'content-length': '0' }, undefined],
    [{ 'transfer-encoding': 'chunked' }, undefined],
    [{}, '{}'],
  ])('EX-234 with %j is answered by what stands before the exchange', async (headers, body) => {
    await open();
    const peer = '127.0.0.1';
    const request = { method: 'GET', path: '/api/v1/info', headers } as const;
    const response = await hall.server.onRequest(
      body === undefined ? request : { ...request, body },
      peer,
    );
    expect(response.status).toBe(403);
    expect(response.headers['content-type']).toBe('text/html');
    expect(response.body).toContain('<TITLE>ERROR: The request could not be satisfied</TITLE>');
    expect(response.headers.ratelimit).toBeUndefined();
  });

  test('EX-234 passes, by setting', async () => {
    await open({ settings: { refuseGetBodies: false } });
    const headers = { 'content-length': '0' };
    const request = { method: 'GET', path: '/api/v1/info', headers } as const;
    expect((await hall.server.onRequest(request, '127.0.0.1')).status).toBe(200);
  });
});

describe('credits of reads', () => {
  test.each([
    ['/info', 10],
    ['/kline/sparklines', 10],
    ['/funding_rate/history?symbol=BTC', 10],
    ['/account/deposit/history?account=x', 10],
    ['/kline?symbol=BTC&interval=1m&start_time=0', 120],
    ['/kline/mark?symbol=BTC&interval=1m&start_time=0', 120],
    ['/trades/history?account=x', 120],
    ['/orders/history?account=x', 120],
    ['/account/balance/history?account=x', 120],
  ])('EX-51 %s costs %i tenths without a key', async (path, tenths) => {
    await open();
    const { headers } = await hall.request('GET', `/api/v1${path}`);
    expect(headers.ratelimit).toMatch(new RegExp(`^"credits";r=${1000 - tenths};`));
    expect(headers['ratelimit-policy']).toBe('"credits";q=1000;w=60');
  });

  test('EX-50 429 when they are spent, and again after a minute', async () => {
    await open();
    await payIn(hall, Wallet.from(0).address, '10');
    for (let i = 0; i < 100; i += 1) await hall.read('/info');
    expect(await refused('/info')).toEqual([429, { error: 'Rate limit exceeded', code: 429 }]);
    await hall.world.run(61_000);
    expect((await hall.read('/info')).success).toBe(true);
  });
});
