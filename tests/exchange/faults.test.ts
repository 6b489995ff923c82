import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/exchange/gateway/faults/fault.ts';
import { parseFaults } from '../../src/exchange/gateway/faults/parseFaults.ts';
import { httpDate } from '../../src/exchange/gateway/rest/httpDate.ts';
import type { HttpResponse } from '../../src/std/host.ts';
import { type Frame, Hall, type HallOptions, type Line } from './support/hall.ts';

let hall: Hall;

async function open(faults: readonly Fault[] = [], options: HallOptions = {}): Promise<Hall> {
  hall = await Hall.open({ ...options, faults: { seed: 5, faults } });
  return hall;
}

afterEach(() => hall?.server.close());

const admin = async (body: unknown): Promise<[number, unknown]> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await hall.request('POST', '/admin/faults', text);
  return [response.status, JSON.parse(response.body)];
};
const reported = async (): Promise<Frame[]> =>
  JSON.parse((await hall.request('GET', '/admin/faults')).body).faults;

const book = { source: 'book', symbol: 'BTC', agg_level: 1 };
const ID = 'aaaaaaaa-0000-4000-8000-000000000001';

/** A resting order of account `index`, by REST; its answer or what became of it. */
async function order(index = 0, over: object = {}): Promise<unknown> {
  const fields = hall.limit(index, 'bid', '99000', '0.01', { ...over });
  return hall.post(index, '/orders/create', 'create_order', fields).catch((thrown) => thrown);
}

async function orderOver(line: Line, over: object = {}): Promise<Frame[]> {
  const fields = hall.limit(0, 'bid', '99000', '0.01', { ...over });
  return line.say({ id: 'x', params: { create_order: hall.signed(0, 'create_order', fields) } });
}

const openOrders = async (index = 0): Promise<number> =>
  ((await hall.read(`/orders?account=${hall.account(index).account}`)).data as unknown[]).length;

describe('profiles', () => {
  test('EX-250 none by default; set, shown and cleared on loopback only', async () => {
    await open();
    expect(await reported()).toEqual([]);
    const profile = { seed: 9, faults: [{ kind: 'drop', channel: 'book' }] };
    expect(await admin(profile)).toEqual([
      200,
      { seed: 9, faults: [{ kind: 'drop', channel: 'book', isOn: true, hits: 0 }] },
    ]);
    const line = await hall.connect();
    await line.subscribe(book);
    expect(await line.heard(1000, 'book')).toEqual([]);
    expect(await reported()).toEqual([{ kind: 'drop', channel: 'book', isOn: true, hits: 4 }]);
    expect(await admin('')).toEqual([200, { seed: 0, faults: [] }]);
    expect(await line.heard(1000, 'book')).toHaveLength(4);
    const request = { method: 'POST', path: '/admin/faults', headers: {}, body: '' } as const;
    expect((await hall.server.onRequest(request, '192.168.1.7')).status).toBe(404);
  });

  test('EX-251 a bad profile is answered 400, and the old one stays', async () => {
    await open([{ kind: 'halt' }]);
    expect(await admin({ faults: [{ kind: 'drop', chanel: 'book' }] })).toEqual([
      400,
      {
        error: 'the request body: unknown field "faults.0.chanel"; remove it or correct its name',
      },
    ]);
    expect(await reported()).toMatchObject([{ kind: 'halt' }]);
  });

  const kinds =
    '"drop", "delay", "duplicate", "reorder", "cut", "answer", "timeout", "cut-request", "omit-id", "stale", "half-open", "clock", "halt", "restart"';
  test.each<[unknown, string]>([
    ['{', "not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    [[], 'expected an object with the field "faults"'],
    [{ fault: [] }, 'unknown field "fault"; remove it or correct its name'],
    [
      { seed: -1, faults: [] },
      'field "seed": expected a whole number from 0 to 4294967295, got -1',
    ],
    [{ seed: 1 }, 'field "faults": expected a list, got nothing'],
    [{ faults: Array(101).fill({}) }, 'field "faults": expected at most 100 faults, got 101'],
    [{ faults: [7] }, 'field "faults.0": expected an object, got 7'],
    [{ faults: [{ kind: 'burn' }] }, `field "faults.0.kind": expected one of ${kinds}, got "burn"`],
    [
      { faults: [{ kind: 'answer', status: 418 }] },
      'field "faults.0.status": expected one of 429, 500, 502, 503, 504, got 418',
    ],
    [
      { faults: [{ kind: 'halt' }, { kind: 'answer' }] },
      'field "faults.1.status": expected one of 429, 500, 502, 503, 504, got nothing',
    ],
    [
      { faults: [{ kind: 'drop', every: 2, next: 1 }] },
      'field "faults.0": expected one of probability, every and next, got more than one',
    ],
    [
      { faults: [{ kind: 'delay', ms: -1 }] },
      'field "faults.0.ms": expected a whole number from 0 to 86400000, got -1',
    ],
    [
      { faults: [{ kind: 'drop', probability: 0 }] },
      'field "faults.0.probability": expected a number above 0, at most 1, got 0',
    ],
    [
      { faults: [{ kind: 'halt', symbol: '' }] },
      'field "faults.0.symbol": expected a text, got ""',
    ],
  ])('EX-251 %j is refused in one sentence', (profile, sentence) => {
    const text = typeof profile === 'string' ? profile : JSON.stringify(profile);
    expect(() => parseFaults(text, 'f.json')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `f.json: ${sentence}` }),
    );
  });

  test('EX-252 the same seed gives the same faults, another gives others', async () => {
    const run = async (seed: number, more: Fault[] = []): Promise<unknown[]> => {
      hall = await Hall.open({
        faults: { seed, faults: [{ kind: 'drop', probability: 0.5, channel: 'book' }, ...more] },
      });
      const line = await hall.connect();
      await line.subscribe(book);
      const frames = await line.heard(10_000, 'book');
      return frames.map(({ data }) => (data as Frame).t);
    };
    const first = await run(1);
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(35);
    expect(await run(1)).toEqual(first);
    expect(await run(1, [{ kind: 'drop', probability: 0.5, channel: 'bbo' }])).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  test.each<[Partial<Fault>, number[]]>([
    [{}, [0, 0, 0, 0]],
    [{ afterMs: 1000 }, [4, 0, 0, 0]],
    [{ forMs: 2000 }, [0, 0, 4, 4]],
    [{ afterMs: 1000, forMs: 1000 }, [4, 0, 4, 4]],
    [{ every: 2 }, [2, 2, 2, 2]],
    [{ next: 6 }, [0, 2, 4, 4]],
    [{ probability: 1 }, [0, 0, 0, 0]],
  ])('EX-253 %j strikes when it says', async (when, heard) => {
    await open();
    const line = await hall.connect();
    await line.subscribe(book);
    await hall.world.run(200);
    await admin({ faults: [{ kind: 'drop', channel: 'book', ...when }] });
    const counts: number[] = [];
    for (let i = 0; i < 4; i += 1) counts.push((await line.heard(1000, 'book')).length);
    expect(counts).toEqual(heard);
  });
});

/** What the channel of open orders says after one more order. */
async function afterOrder(line: Line): Promise<Frame[]> {
  line.frames = [];
  await order();
  await hall.world.run(300);
  return line.frames.filter(({ channel }) => channel === 'account_orders');
}

describe('frames', () => {
  const subscribed = async (faults: Fault[]): Promise<Line> => {
    await open();
    const line = await hall.connect(0);
    await line.subscribe({ source: 'account_order_updates', account: hall.account(0).account });
    await admin({ faults });
    return line;
  };
  const ids = (frames: readonly Frame[]): unknown[] =>
    frames.map(({ data }) => (data as Frame[]).map(({ i }) => i));

  test('EX-254 lost, for one account and not for the other', async () => {
    await open([{ kind: 'drop', account: 'nobody' }]);
    const [one, other] = [hall.account(0).account, hall.account(1).account];
    await admin({ faults: [{ kind: 'drop', account: one }] });
    const line = await hall.connect();
    await line.subscribe({ source: 'account_order_updates', account: one });
    await line.subscribe({ source: 'account_order_updates', account: other });
    line.frames = [];
    await order(0);
    await order(1);
    expect(ids(line.frames)).toEqual([[2]]);
    expect(await openOrders()).toBe(1);
  });

  test('EX-254 late, and twice', async () => {
    const line = await subscribed([
      { kind: 'delay', ms: 500, channel: 'account_order_updates', next: 1 },
      { kind: 'duplicate', channel: 'account_order_updates' },
    ]);
    line.frames = [];
    await order();
    await order();
    await hall.world.run(20);
    expect(ids(line.frames)).toEqual([[2], [2]]);
    await hall.world.run(600);
    expect(ids(line.frames)).toEqual([[2], [2], [1], [1]]);
  });

  test('EX-254 in another order: one lets the next past, or a second go by', async () => {
    const reorder = { kind: 'reorder', channel: 'account_order_updates', next: 1 } as const;
    const line = await subscribed([reorder]);
    line.frames = [];
    await order();
    expect(line.frames).toEqual([]);
    await order();
    await hall.world.run(20);
    expect(ids(line.frames)).toEqual([[2], [1]]);
    await admin({ faults: [reorder] });
    line.frames = [];
    await order();
    await hall.world.run(900);
    expect(line.frames).toEqual([]);
    await hall.world.run(200);
    expect(ids(line.frames)).toEqual([[3]]);
  });

  test('EX-254 a frame that takes its connection with it, and no other', async () => {
    const line = await subscribed([{ kind: 'cut', channel: 'account_order_updates' }]);
    const other = await hall.connect();
    await order();
    await hall.world.run(50);
    expect(line.closed).toEqual([1006, '']);
    expect(other.closed).toBeUndefined();
    expect(await openOrders()).toBe(1);
  });

  test('EX-254 a delayed or held frame finds its connection gone', async () => {
    const line = await subscribed([{ kind: 'delay', ms: 100 }]);
    line.socket.send('{"method":"ping"}');
    await hall.world.run(20);
    line.socket.terminate();
    line.frames = [];
    await hall.world.run(200);
    expect(line.frames).toEqual([]);
  });

  test('EX-257 snapshots stand still over both transports while events go on', async () => {
    await open();
    const { account } = hall.account(0);
    await admin({ faults: [{ kind: 'stale', account, afterMs: 1000, forMs: 2000 }] });
    const line = await hall.connect();
    await line.subscribe({ source: 'account_orders', account });
    await line.subscribe({ source: 'account_order_updates', account });
    expect(await openOrders()).toBe(0);
    await hall.world.run(1100);
    expect(await afterOrder(line)).toMatchObject([{ data: [] }]);
    expect(await line.subscribe({ source: 'account_orders', account })).toMatchObject([
      { channel: 'subscribe' },
      { channel: 'account_orders', data: [] },
    ]);
    expect(await openOrders()).toBe(0);
    expect((await reported())[0]).toMatchObject({ isOn: true, hits: 3 });
    await order(1);
    expect(await openOrders(1)).toBe(1);
    await hall.world.run(2000);
    expect(await openOrders()).toBe(1);
    expect(await afterOrder(line)).toMatchObject([{ data: [{ i: 1 }, { i: 3 }] }]);
  });

  test('EX-257 one channel alone', async () => {
    await open();
    const { account } = hall.account(0);
    await admin({ faults: [{ kind: 'stale', channel: 'account_positions' }] });
    const line = await hall.connect();
    await line.subscribe({ source: 'account_orders', account });
    expect(await afterOrder(line)).toMatchObject([{ data: [{ i: 1 }] }]);
    expect(await afterOrder(line)).toMatchObject([{ data: [{}, {}] }]);
  });
});

describe('requests', () => {
  const BODIES: [number, unknown][] = [
    [429, { error: 'Rate limit exceeded', code: 429 }],
    [500, { success: false, data: null, error: 'Internal error', code: 0 }],
    [502, 'Bad Gateway'],
    [503, 'Service Unavailable'],
    [504, 'Request timed out'],
  ];
  const post = (): Promise<HttpResponse> => {
    const fields = hall.limit(0, 'bid', '99000', '0.01');
    const body = JSON.stringify(hall.signed(0, 'create_order', fields));
    return hall.request('POST', '/api/v1/orders/create', body);
  };

  test.each(BODIES)(
    'EX-255 answered %d over REST, with and without the order',
    async (status, body) => {
      await open([
        { kind: 'answer', status, operation: 'create_order', next: 1 },
        { kind: 'answer', status, operation: 'create_order', at: 'after', next: 1 },
      ]);
      for (const orders of [0, 1]) {
        const response = await post();
        expect(response.status).toBe(status);
        expect(typeof body === 'string' ? response.body : JSON.parse(response.body)).toEqual(body);
        expect(await openOrders()).toBe(orders);
      }
      expect((await post()).status).toBe(200);
      expect(hall.server.report().tooManyRequests).toBe(0);
    },
  );

  test('EX-255 no answer and a lost connection over REST, before and after', async () => {
    await open([
      { kind: 'timeout', transport: 'rest', operation: 'create_order', next: 1 },
      { kind: 'timeout', transport: 'rest', operation: 'create_order', next: 1, at: 'after' },
      { kind: 'cut-request', transport: 'rest', operation: 'create_order', next: 1 },
      { kind: 'cut-request', transport: 'rest', operation: 'create_order', next: 1, at: 'after' },
    ]);
    const unknown = { outcome: 'unknown' };
    const timeout = { ...unknown, message: 'no answer within 5000 ms' };
    const cut = { ...unknown, message: 'other side closed' };
    expect(await order()).toMatchObject(timeout);
    expect(await openOrders()).toBe(0);
    expect(await order()).toMatchObject(timeout);
    expect(await openOrders()).toBe(1);
    expect(await order()).toMatchObject(cut);
    expect(await openOrders()).toBe(1);
    expect(await order()).toMatchObject(cut);
    expect(await openOrders()).toBe(2);
  });

  test('EX-255 over the WebSocket: an answer, silence, a cut, before and after', async () => {
    const ws = { transport: 'ws', next: 1 } as const;
    await open([
      { kind: 'answer', status: 502, ...ws },
      { kind: 'answer', status: 429, ...ws, at: 'after' },
      { kind: 'timeout', ...ws },
      { kind: 'timeout', ...ws, at: 'after' },
      { kind: 'cut-request', ...ws, at: 'after' },
    ]);
    const line = await hall.connect();
    const failed = { id: 'x', type: 'create_order', t: expect.any(Number) };
    expect(await orderOver(line)).toEqual([{ ...failed, code: 502, err: 'Bad Gateway' }]);
    expect(await openOrders()).toBe(0);
    expect(await orderOver(line)).toEqual([{ ...failed, code: 429, err: 'Rate limit exceeded' }]);
    expect(await openOrders()).toBe(1);
    expect(await orderOver(line)).toEqual([]);
    expect(await openOrders()).toBe(1);
    expect(await orderOver(line)).toEqual([]);
    expect(await openOrders()).toBe(2);
    expect(await orderOver(line)).toEqual([]);
    expect(line.closed).toEqual([1006, '']);
    expect(await openOrders()).toBe(3);
  });

  test('EX-255 a taking order fails after its delay', async () => {
    await open([{ kind: 'answer', status: 504, at: 'after' }]);
    const fields = {
      symbol: 'BTC',
      amount: '0.001',
      side: 'bid',
      slippage_percent: '1',
      reduce_only: false,
    };
    hall.crowd.btc.add('ask', 100_001, 1000, 'GTC');
    const line = await hall.connect();
    const body = hall.signed(0, 'create_market_order', fields);
    expect(await line.say({ id: 'm', params: { create_market_order: body } })).toEqual([]);
    await hall.world.run(250);
    expect(line.frames).toMatchObject([{ id: 'm', code: 504 }]);
    expect(hall.server.report().fills).toBe(1);
  });

  test('EX-255 by operation, batch, read and account', async () => {
    await open();
    const { account } = hall.account(0);
    const only = (fault: object): Promise<unknown> =>
      admin({ faults: [{ kind: 'answer', status: 500, ...fault }] });
    const batch = { actions: [{ type: 'Create', data: hall.signed(0, 'create_order', {}) }] };
    const statusOf = async (body: unknown): Promise<number> =>
      (await hall.request('POST', '/api/v1/orders/batch', JSON.stringify(body))).status;
    await only({ operation: 'cancel_order' });
    expect(await order()).toMatchObject([200, {}]);
    await only({ account: hall.account(1).account });
    expect(await order(0)).toMatchObject([200, {}]);
    expect(await order(1)).toMatchObject([500, {}]);
    expect(await statusOf(batch)).toBe(400);
    await only({ account, operation: 'batch_orders' });
    expect(await statusOf(batch)).toBe(500);
    for (const strange of [null, { actions: [null] }, { actions: [{ data: null }] }, []]) {
      expect(await statusOf(strange)).toBe(400);
    }
    await only({ operation: '/orders' });
    expect((await hall.request('GET', `/api/v1/orders?account=${account}`)).status).toBe(500);
    expect((await hall.request('GET', `/api/v1/positions?account=${account}`)).status).toBe(200);
  });

  test('EX-256 errors over the WebSocket without their id, successes with it', async () => {
    await open([{ kind: 'omit-id', operation: 'create_order', every: 2 }]);
    const line = await hall.connect();
    expect(await orderOver(line, { client_order_id: ID })).toMatchObject([{ id: 'x', code: 200 }]);
    expect(await orderOver(line, { client_order_id: ID })).toMatchObject([{ id: 'x', code: 420 }]);
    const [frame] = await orderOver(line, { client_order_id: ID });
    expect(frame).toMatchObject({ code: 420, type: 'create_order' });
    expect(frame).not.toHaveProperty('id');
  });
});

describe('the whole exchange', () => {
  test('EX-258 a half-open socket is accepted and silent, idle and lifetime notwithstanding', async () => {
    await open(
      [
        { kind: 'half-open', next: 1 },
        { kind: 'half-open', ms: 1000, next: 1 },
      ],
      {
        settings: { lifetimeMs: 100_000 },
      },
    );
    const dead = await hall.connect();
    const dying = await hall.connect();
    const well = await hall.connect();
    expect(await dead.say({ method: 'ping' })).toEqual([]);
    expect(await dying.subscribe(book)).toHaveLength(1);
    expect(await dying.heard(2000, 'book')).toHaveLength(4);
    expect(await orderOver(dying)).toEqual([]);
    expect(await openOrders()).toBe(0);
    expect(await orderOver(well)).toMatchObject([{ code: 200 }]);
    await hall.world.run(70_000);
    expect([dead.closed, dying.closed]).toEqual([undefined, undefined]);
    expect(well.closed).toEqual([1000, 'idle']);
    await hall.world.run(30_000);
    expect([dead.closed, dying.closed]).toEqual([
      [1006, ''],
      [1006, ''],
    ]);
  });

  test('EX-259 a clock that is ahead, from the start: dates, times and expiry follow it', async () => {
    await open([{ kind: 'clock', ms: 3_600_000 }]);
    const wallMs = hall.host.clock.wallMs();
    expect(hall.nowMs - wallMs).toBe(3_600_000);
    const response = await hall.request('GET', '/api/v1/book?symbol=BTC');
    expect(Date.parse(response.headers.date as string)).toBeGreaterThan(wallMs + 3_590_000);
    expect(JSON.parse(response.body).data.t).toBeGreaterThanOrEqual(wallMs + 3_600_000);
    expect(await order()).toMatchObject([200, {}]);
  });

  test('EX-259 a clock that is set forth and back: old signatures fail, the books go on', async () => {
    await open();
    const line = await hall.connect();
    await line.subscribe(book);
    const fields = hall.limit(0, 'bid', '99000', '0.01');
    const post = (body: object): Promise<HttpResponse> =>
      hall.request('POST', '/api/v1/orders/create', JSON.stringify(body));
    for (const ms of [20_000, -20_000]) {
      const early = hall.signed(0, 'create_order', fields);
      const before = hall.nowMs;
      await admin({ faults: [{ kind: 'clock', ms }] });
      expect(hall.nowMs - before).toBeGreaterThanOrEqual(ms);
      expect(await post(early)).toMatchObject({ status: 400, body: 'Invalid message' });
      expect((await post(hall.signed(0, 'create_order', fields))).status).toBe(200);
      expect((await line.heard(1000, 'book')).length).toBeGreaterThanOrEqual(4);
      await admin('');
    }
    expect(await line.heard(1000, 'book')).toHaveLength(4);
  });

  test('EX-259 no connection is idle because the clock was moved', async () => {
    await open();
    const line = await hall.connect();
    await admin({ faults: [{ kind: 'clock', ms: 80_000_000, forMs: 5000 }] });
    await hall.world.run(10_000);
    expect(line.closed).toBeUndefined();
    await hall.world.run(60_000);
    expect(line.closed).toEqual([1000, 'idle']);
  });

  test('EX-259 what was due within a jump runs at once', async () => {
    await open([], {});
    hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    const line = await hall.connect();
    expect(await orderOver(line, { price: '100000', tif: 'IOC' })).toEqual([]);
    await admin({ faults: [{ kind: 'clock', ms: 1000 }] });
    expect(line.frames).toMatchObject([{ code: 200 }]);
  });

  test('EX-260 a halted market takes no order and lets cancels through', async () => {
    await open();
    await order();
    await admin({ faults: [{ kind: 'halt', symbol: 'BTC', forMs: 2000 }] });
    expect(await order()).toMatchObject([
      422,
      { success: false, code: 38, error: 'Trading is disabled for BTC' },
    ]);
    expect(await order(0, { symbol: 'ETH', price: '3200' })).toMatchObject([200, {}]);
    const cancel = { symbol: 'BTC', order_id: 1 };
    expect(await hall.post(0, '/orders/cancel', 'cancel_order', cancel)).toMatchObject([200, {}]);
    await hall.world.run(2000);
    expect(await order()).toMatchObject([200, {}]);
    await admin({ faults: [{ kind: 'halt' }] });
    expect(await order(0, { symbol: 'ETH', price: '3200' })).toMatchObject([422, {}]);
    await admin('');
    expect(await order()).toMatchObject([200, {}]);
  });

  test('EX-261 a restart cuts every socket, refuses for a time, and forgets nothing', async () => {
    await open([{ kind: 'restart', afterMs: 1000, forMs: 2000 }]);
    const line = await hall.connect();
    await order();
    await hall.world.run(1000);
    expect(line.closed).toEqual([1006, '']);
    expect(await hall.request('GET', '/api/v1/info')).toMatchObject({
      status: 503,
      body: 'Service Unavailable',
    });
    expect((await hall.connect()).closed).toEqual([1006, 'Unexpected server response: 503']);
    expect((await reported())[0]).toMatchObject({ isOn: true, hits: 1 });
    await hall.world.run(2000);
    const again = await hall.connect();
    expect(again.closed).toBeUndefined();
    expect(await openOrders()).toBe(1);
    await hall.world.run(5000);
    expect(again.closed).toBeUndefined();
  });

  test('EX-261 a restart loses the answer of an order under way, not the order', async () => {
    await open([{ kind: 'restart', afterMs: 100, forMs: 2000 }]);
    hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    expect(await order(0, { price: '100000', tif: 'IOC' })).toMatchObject({
      outcome: 'unknown',
      message: 'other side closed',
    });
    await hall.world.run(2500);
    const { account } = hall.account(0);
    expect((await hall.read(`/positions?account=${account}`)).data).toHaveLength(1);
  });

  test('EX-261 a restart with the status of whatever stands before the exchange', async () => {
    await open([{ kind: 'restart', forMs: 1000, status: 502 }]);
    expect(await hall.request('GET', '/api/v1/info')).toMatchObject({
      status: 502,
      body: 'Bad Gateway',
    });
  });
});

test('EX-259 dates as HTTP has them', () => {
  const times = [0, 951_782_399_999, 951_782_400_000, 1_748_970_123_456, 4_102_444_799_000];
  for (const ms of [...times, 1_767_225_599_000, 1_767_225_600_000, 1_709_164_800_000]) {
    expect(httpDate(ms)).toBe(new Date(ms).toUTCString());
  }
});
