import { afterEach, describe, expect, test } from '@jest/globals';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { World } from '../../src/simulation/world.ts';
import type { ClientTransport, Host } from '../../src/std/host.ts';
import { fetchMarkets } from '../../src/venue/fetchMarkets.ts';
import type { Venue, VenueOptions } from '../../src/venue/venue.ts';
import {
  account,
  type Desk,
  family,
  makeVenue,
  quietly,
  signed,
  withSockets,
} from './support/desk.ts';
import { answer, FakeExchange, json } from './support/fakeExchange.ts';

const SECOND = 1000;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A venue that is up, in a virtual world where a message takes 1 ms. */
async function stage(
  options: Partial<VenueOptions> = {},
  wrap: (host: Host) => Host = (host) => host,
): Promise<{ world: World; exchange: FakeExchange; venue: Venue; desk: Desk }> {
  const world = new World({ seed: 1, latencyUs: [1000, 1000] });
  const exchange = new FakeExchange(world.host('exchange'));
  await exchange.open();
  const { venue, desk } = makeVenue(wrap(world.host('desk')), exchange, options);
  quietly(desk, () => venue.start());
  await world.run(100);
  return { world, exchange, venue, desk };
}

/** `host`, with the paths that each of its HTTP pools was asked for. */
function countPools(host: Host): { host: Host; pools: { paths: string[]; closed: boolean }[] } {
  const pools: { paths: string[]; closed: boolean }[] = [];
  const openHttp: ClientTransport['openHttp'] = (origin) => {
    const pool = { paths: [] as string[], closed: false };
    pools.push(pool);
    const client = host.transport.openHttp(origin);
    return {
      request: (request, timeoutMs, onHanded) => {
        pool.paths.push(request.path);
        return client.request(request, timeoutMs, onHanded);
      },
      close: () => {
        pool.closed = true;
        return client.close();
      },
    };
  };
  const { openSocket } = host.transport;
  return { host: { ...host, transport: { openHttp, openSocket } }, pools };
}

describe('over the WebSocket', () => {
  test('VENUE-10 VENUE-15 a request goes out once, wrapped, and tells when it was handed over', async () => {
    const { world, exchange, venue, desk } = await stage();
    quietly(desk, () => {
      venue.transmit(signed(1));
      venue.transmit(signed(2, { wsKey: 'cancel_order', body: '{"order_id":5}' }));
    });
    const handedUs = world.nowMs * 1000;
    await world.run(100);
    expect(desk.sents).toEqual([
      [1, handedUs],
      [2, handedUs],
    ]);
    expect(exchange.trades.map(({ key, body }) => [key, body])).toEqual([
      ['create_order', { account: 'address0', n: 1 }],
      ['cancel_order', { order_id: 5 }],
    ]);
    expect(exchange.trades.map(({ id }) => UUID4.test(id))).toEqual([true, true]);
    expect(exchange.trades[0]?.id).not.toBe(exchange.trades[1]?.id);
    await world.run(60 * SECOND);
    expect(exchange.trades).toHaveLength(2);
    expect(exchange.requests).toEqual([]);
  });

  test('VENUE-11 the answer decides: order id, refusal with its reason, unknown', async () => {
    const { world, exchange, venue, desk } = await stage();
    const script = [
      { code: 200, data: { I: null, i: 1559912767, s: 'BTC' } },
      { code: 200, data: { cancelled_count: 3 } },
      { code: 420, err: 'Failed to cancel order' },
      { code: 429, err: 'Rate limit exceeded' },
      { code: 401, err: 'Invalid signature' },
      { code: 500, err: 'unknown' },
      { code: 200, data: { i: 'not a number' } },
      { code: 403 },
    ];
    exchange.onTrade = (trade) => answer(trade, script[exchange.trades.length - 1] ?? {});
    for (const [index] of script.entries()) venue.transmit(signed(index));
    await world.run(100);
    const refused = (status: number, reason: string, message: string): unknown => ({
      kind: 'refused',
      status,
      reason,
      message,
    });
    expect([...desk.replies.values()]).toEqual([
      { kind: 'ok', value: { orderId: 1559912767, overSocket: true } },
      { kind: 'ok', value: { orderId: 0, overSocket: true } },
      refused(420, 'not-found', 'Failed to cancel order'),
      refused(429, 'rate-limited', 'Rate limit exceeded'),
      refused(401, 'signature', 'Invalid signature'),
      { kind: 'unknown', message: 'status 500: unknown' },
      { kind: 'ok', value: { orderId: 0, overSocket: true } },
      refused(403, 'forbidden', ''),
    ]);
  });

  test('VENUE-12 silence is unknown after the time-out, and a late answer changes nothing', async () => {
    const { world, exchange, venue, desk } = await stage();
    venue.transmit(signed(1));
    await world.run(9_999);
    expect(desk.replies.size).toBe(0);
    await world.run(2);
    expect(desk.replies.get(1)).toEqual({ kind: 'unknown', message: 'no answer within 10000 ms' });
    const [trade] = exchange.trades;
    if (trade) answer(trade, { code: 200, data: { i: 5 } });
    trade?.from.socket.send('{"code":400,"err":"Invalid request"}');
    await world.run(100);
    expect(desk.notices).toEqual([
      'family 0: an answer too late: code 200 ',
      'family 0: an answer without an id: code 400 Invalid request',
    ]);
    expect(desk.replies.size).toBe(1);
  });

  test('VENUE-12 a lost socket leaves what was under way unknown, and nothing is sent again', async () => {
    const { world, exchange, venue, desk } = await stage({
      families: [family(0), family(1)],
      accounts: [account(0, 0), account(1, 1)],
    });
    venue.transmit(signed(1));
    venue.transmit(signed(2));
    venue.transmit(signed(3, { account: 1 }));
    await world.run(100);
    exchange.visitors[0]?.socket.close(1011, 'restart');
    await world.run(5 * SECOND);
    const lost = { kind: 'unknown', message: 'closed with 1011: restart' };
    expect([...desk.replies]).toEqual([
      [1, lost],
      [2, lost],
    ]);
    expect(exchange.trades).toHaveLength(3);
    expect(exchange.requests).toEqual([]);
    expect(desk.states()).toEqual(['up', 'down', 'up']);
    expect(desk.states(1)).toEqual(['up']);
  });

  test('VENUE-16 credits are reported for the family, after the answer that they count', async () => {
    const { world, exchange, venue, desk } = await stage();
    exchange.onTrade = (trade) =>
      answer(trade, { code: 420, err: 'no', rl: { r: 1245, q: 1250, t: 56 } });
    venue.transmit(signed(1));
    await world.run(100);
    expect(desk.creditReports).toEqual([
      [0, { remainingTenths: 1245, quotaTenths: 1250, refreshS: 56 }],
    ]);
    expect(desk.order).toEqual(['sent', 'reply', 'credits']);
  });
});

describe('over REST', () => {
  test('VENUE-13 REST carries what the WebSocket does not offer, and everything while it is down', async () => {
    const { world, exchange, venue, desk } = await stage();
    exchange.onRequest = () => json({ success: true, data: { order_id: 77 } });
    quietly(desk, () =>
      venue.transmit(
        signed(1, { path: '/account/leverage', wsKey: undefined, body: '{"leverage":5}' }),
      ),
    );
    const handedUs = world.nowMs * 1000;
    await world.run(100);
    expect(exchange.requests).toEqual([
      {
        method: 'POST',
        path: '/api/v1/account/leverage',
        headers: { 'content-type': 'application/json', 'pf-api-key': 'key0' },
        body: '{"leverage":5}',
      },
    ]);
    expect(desk.sents).toEqual([[1, handedUs]]);
    exchange.upgrade = 503;
    exchange.visitors[0]?.socket.terminate();
    await world.run(100);
    venue.transmit(signed(2));
    await world.run(100);
    expect(exchange.requests[1]).toMatchObject({
      path: '/api/v1/orders/create',
      body: '{"account":"address0","n":2}',
    });
    const placed = { kind: 'ok', value: { orderId: 77, overSocket: false } };
    expect([...desk.replies.values()]).toEqual([placed, placed]);
    expect(exchange.trades).toEqual([]);
  });

  test('VENUE-13 a socket that does not drain is passed by', async () => {
    let stuck = false;
    const { world, exchange, venue } = await stage({}, (host) =>
      withSockets(host, (socket) => ({
        ...socket,
        bufferedBytes: () => (stuck ? 256 * 1024 + 1 : 256 * 1024),
      })),
    );
    venue.transmit(signed(1));
    stuck = true;
    venue.transmit(signed(2));
    await world.run(100);
    expect(exchange.trades.map(({ body }) => body)).toEqual([{ account: 'address0', n: 1 }]);
    expect(exchange.requests.map(({ body }) => body)).toEqual(['{"account":"address0","n":2}']);
  });

  test('VENUE-11 VENUE-12 VENUE-16 status and message decide; no connection is refused, all else unknown', async () => {
    const { world, exchange, venue, desk } = await stage();
    const rest = { wsKey: undefined };
    const limits = {
      ratelimit: '"credits";r=1200;t=32',
      'ratelimit-policy': '"credits";q=1250;w=60',
    };
    const script = [
      json('Verification failed', 400),
      json({ success: false, data: null, error: 'Rate limit exceeded', code: 429 }, 429, limits),
      json({ success: false, data: null, error: 'No reasonable price found', code: 25 }, 422),
      json('<html>Bad gateway</html>', 502),
      json('<html>?</html>', 200),
    ];
    exchange.onRequest = ({ body }) =>
      script[JSON.parse(body ?? '').n] ?? new Promise(() => undefined);
    for (const [index] of script.entries()) venue.transmit(signed(index, rest));
    await world.run(100);
    const outcomes = [...desk.replies].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
    expect(outcomes).toMatchObject([
      { kind: 'refused', status: 400, reason: 'signature' },
      { kind: 'refused', status: 429, reason: 'rate-limited' },
      { kind: 'refused', status: 422, reason: 'no-liquidity' },
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
    expect(desk.creditReports).toEqual([
      [0, { remainingTenths: 1200, quotaTenths: 1250, refreshS: 32 }],
    ]);
    expect(desk.order[desk.order.indexOf('credits') - 1]).toBe('reply');

    venue.transmit(signed(50, rest));
    await world.run(10 * SECOND);
    expect(desk.replies.get(50)).toEqual({ kind: 'unknown', message: 'no answer within 10000 ms' });
    venue.transmit(signed(51, rest));
    await world.run(100);
    await exchange.close();
    await world.run(100);
    expect(desk.replies.get(51)).toEqual({ kind: 'unknown', message: 'other side closed' });
    venue.transmit(signed(52));
    await world.run(100);
    expect(desk.replies.get(52)).toEqual({
      kind: 'refused',
      status: 0,
      reason: 'unreachable',
      message: `connect ECONNREFUSED 127.0.0.1:${exchange.port}`,
    });
  });

  test('VENUE-13 a cancel never waits behind reads: they have connections of their own', async () => {
    let pools: { paths: string[] }[] = [];
    const { world, venue } = await stage({}, (host) => {
      const counted = countPools(host);
      pools = counted.pools;
      return counted.host;
    });
    venue.transmit(signed(1, { wsKey: undefined, path: '/orders/cancel' }));
    venue.query(2, 0, { of: 'prices' });
    await world.run(100);
    expect(pools.map(({ paths }) => paths)).toEqual([
      ['/api/v1/orders/cancel'],
      ['/api/v1/info/prices'],
    ]);
  });

  test('VENUE-14 queries are GETs with the key of the family and come back decoded', async () => {
    const { world, exchange, venue, desk } = await stage({
      families: [family(0), { index: 1, apiKey: undefined }],
      accounts: [account(0, 0), account(1, 1)],
    });
    exchange.onRequest = ({ path }) => {
      if (path.includes('/orders')) return json({ success: true, data: [], last_order_id: 9 });
      if (path.includes('/positions')) return json({ success: true, data: [{ symbol: 'BTC' }] });
      return json({ success: false, data: null, error: 'Account not found: x', code: 1 }, 404);
    };
    quietly(desk, () => {
      venue.query(1, 0, { of: 'orders', account: 'address0' });
      venue.query(2, 1, { of: 'positions', account: 'address1' });
      venue.query(3, 1, { of: 'account', account: 'address1' });
    });
    await world.run(100);
    expect(exchange.requests).toContainEqual({
      method: 'GET',
      path: '/api/v1/orders?account=address0',
      headers: { 'pf-api-key': 'key0' },
    });
    expect(exchange.requests).toContainEqual({
      method: 'GET',
      path: '/api/v1/positions?account=address1',
      headers: {},
    });
    expect(desk.answers.get(1)).toEqual({
      kind: 'ok',
      value: { of: 'orders', rows: [], lastOrderId: 9 },
    });
    expect(desk.answers.get(2)).toEqual({
      kind: 'unknown',
      message: expect.stringContaining('positions'),
    });
    expect(desk.answers.get(3)).toMatchObject({ kind: 'refused', status: 404 });
    expect(desk.sents).toEqual([]);
  });
});

describe('the first contact', () => {
  const row = {
    symbol: 'BTC',
    tick_size: '1',
    lot_size: '0.00001',
    max_leverage: 50,
    min_order_size: '10',
    max_order_size: '5000000',
    instrument_type: 'perpetual',
  };

  test('VENUE-17 markets are listed, or one sentence says why not', async () => {
    const world = new World({ seed: 1 });
    const exchange = new FakeExchange(world.host('exchange'));
    await exchange.open();
    const desk = world.host('desk');
    const { host, pools } = countPools(desk);
    const ask = (url = exchange.restUrl): Promise<readonly { symbol: string }[]> =>
      world.until(fetchMarkets(host, url, ['ETH', 'BTC']));
    exchange.onRequest = () => json({ success: true, data: [row] });
    expect((await ask(`${exchange.restUrl}/`)).map(({ symbol }) => symbol)).toEqual(['BTC']);
    expect(exchange.requests[0]?.path).toBe('/api/v1/info');

    exchange.onRequest = () => json('Forbidden', 403);
    await expect(ask()).rejects.toMatchObject({
      code: 'EXCHANGE_REFUSED',
      message: `the exchange at ${exchange.restUrl} does not list its markets: status 403: Forbidden`,
    });
    exchange.onRequest = () => json('<html>', 502);
    await expect(ask()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
    exchange.onRequest = () => json({ success: true, data: 'nothing' });
    await expect(ask()).rejects.toMatchObject({ code: 'EXCHANGE_PROTOCOL' });
    await expect(ask('http://127.0.0.1:9/api/v1')).rejects.toMatchObject({
      code: 'EXCHANGE_UNREACHABLE',
      message:
        'cannot reach the exchange at http://127.0.0.1:9/api/v1: connect ECONNREFUSED 127.0.0.1:9',
    });
    expect(pools).toHaveLength(5);
    expect(pools.every(({ closed }) => closed)).toBe(true);
  });
});

describe('on real sockets', () => {
  const cleanups: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  test('VENUE-18 a family signs in, trades over both ways, loses its socket and comes back', async () => {
    const exchange = new FakeExchange(createNodeHost());
    await exchange.open();
    cleanups.push(() => exchange.close());
    const host = createNodeHost();
    const { venue, desk } = makeVenue(host, exchange, {
      publicChannels: ['prices'],
      restUrl: `${exchange.restUrl}/`,
      settings: { backoffMinMs: 1 },
    });
    cleanups.push(() => venue.close());
    exchange.onTrade = (trade) => answer(trade, { code: 200, data: { i: 5, s: 'BTC' } });
    exchange.onRequest = ({ method }) =>
      method === 'GET'
        ? json({ success: true, data: [], last_order_id: 3 })
        : json({ success: true, data: { order_id: 6 } });
    venue.start();
    await desk.ups.next();
    expect(exchange.visitors[0]?.headers['pf-api-key']).toBe('key0');

    const beforeUs = host.clock.monoUs();
    venue.transmit(signed(1));
    await desk.outcomes.next();
    expect(desk.replies.get(1)).toEqual({ kind: 'ok', value: { orderId: 5, overSocket: true } });
    venue.transmit(signed(2, { wsKey: undefined }));
    await desk.outcomes.next();
    expect(desk.replies.get(2)).toEqual({ kind: 'ok', value: { orderId: 6, overSocket: false } });
    expect(desk.sents.map(([requestId]) => requestId)).toEqual([1, 2]);
    for (const [, monoUs] of desk.sents) {
      expect(monoUs).toBeGreaterThanOrEqual(beforeUs);
      expect(monoUs).toBeLessThanOrEqual(host.clock.monoUs());
    }
    venue.query(3, 0, { of: 'orders', account: 'address0' });
    await desk.outcomes.next();
    expect(desk.answers.get(3)).toMatchObject({ kind: 'ok', value: { of: 'orders' } });
    expect(exchange.requests.map(({ path }) => path)).toEqual([
      '/api/v1/orders/create',
      '/api/v1/orders?account=address0',
    ]);

    exchange.onTrade = ({ from }) => from.socket.terminate();
    venue.transmit(signed(4));
    await desk.outcomes.next();
    expect(desk.replies.get(4)).toEqual({ kind: 'unknown', message: 'closed with 1006' });
    await desk.ups.next();
    expect(desk.states()).toEqual(['up', 'down', 'up']);
    expect(exchange.living).toHaveLength(1);
  });
});
