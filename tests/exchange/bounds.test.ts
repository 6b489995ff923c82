// Hostile and careless clients over real sockets: the exchange answers or cuts, and goes on.
import { connect, type Socket as TcpSocket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { publicKeyOf } from '../../src/exchange/core/requests/publicKeys.ts';
import { CreditMeters } from '../../src/exchange/gateway/credits/creditMeters.ts';
import { ExchangeServer } from '../../src/exchange/gateway/exchangeServer.ts';
import { parseMessage } from '../../src/exchange/gateway/parseMessage.ts';
import { DEFAULT_SETTINGS, type ExchangeSettings } from '../../src/exchange/settings.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { encodeBase58 } from '../../src/protocol/base58.ts';
import { Hall } from './support/hall.ts';
import { QuietCrowd } from './support/quietCrowd.ts';

jest.setTimeout(120_000);
const host = createNodeHost();
let server: ExchangeServer;

afterEach(() => server?.close());

async function open(
  settings: Partial<ExchangeSettings> = {},
  maxConnections = 2000,
): Promise<ExchangeServer> {
  server = await ExchangeServer.start(host, {
    hostname: '127.0.0.1',
    port: 0,
    maxConnections,
    accounts: 2,
    familySize: 2,
    owner: 'family',
    balanceMicro: 10_000_000_000,
    seed: 1,
    settings: { bookPushMs: 10, ...settings },
    crowd: new QuietCrowd(),
  });
  return server;
}

const rest = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, init);
const post = (body: string): Promise<Response> =>
  rest('/api/v1/orders/create', { method: 'POST', body });

/** A WebSocket of a client, with what it heard and how it ended. */
class Client {
  readonly inner: WebSocket;
  readonly heard: string[] = [];
  closed: number | undefined;
  readonly ended: Promise<number>;
  #wake: () => void = () => undefined;

  constructor() {
    this.inner = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { perMessageDeflate: false });
    this.inner.on('error', () => undefined);
    this.inner.on('message', (data) => {
      this.heard.push(data.toString());
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      this.inner.on('close', (code) => {
        this.closed = code;
        this.#wake();
        resolve(code);
      });
    });
  }

  /** An open one, or one that was refused. */
  static async open(): Promise<Client> {
    const client = new Client();
    await Promise.race([
      new Promise((resolve) => client.inner.once('open', resolve)),
      client.ended,
    ]);
    return client;
  }

  /** A frame that satisfies `wanted`, from now on; or the end. */
  async next(wanted: (text: string) => boolean = () => true): Promise<string | number> {
    for (let at = this.heard.length; ; ) {
      for (; at < this.heard.length; at += 1) {
        const text = this.heard[at] as string;
        if (wanted(text)) return text;
      }
      if (this.closed !== undefined) return this.closed;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  ask(message: unknown): Promise<string | number> {
    const next = this.next();
    this.inner.send(typeof message === 'string' ? message : JSON.stringify(message));
    return next;
  }

  /** The TCP connection below. */
  get tcp(): TcpSocket {
    return (this.inner as unknown as { _socket: TcpSocket })._socket;
  }
}

/** Somebody who does nothing wrong and wants to see the book. */
async function reader(): Promise<Client> {
  const client = await Client.open();
  await client.ask({
    method: 'subscribe',
    params: { source: 'book', symbol: 'BTC', agg_level: 1 },
  });
  return client;
}

/** The book comes, to this client, again. */
async function expectBook(client: Client): Promise<void> {
  for (let i = 0; i < 2; i += 1) {
    expect(JSON.parse(String(await client.next()))).toMatchObject({ channel: 'book' });
  }
}

/** The whole answer to raw bytes, until the server ends the connection. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => {
      said += data.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
  });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMegabytes(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const KEY = encodeBase58(new Uint8Array(32).fill(7));
const SIGNATURE = encodeBase58(new Uint8Array(64).fill(9));

/** A complete order of nobody, signed by nobody, with whatever else. */
function orderText(more: string): string {
  return `{"account":"${KEY}","signature":"${SIGNATURE}","timestamp":${Date.now()},"symbol":"BTC","price":"99000","amount":"0.01","side":"bid","tif":"ALO","reduce_only":false${more}}`;
}

const JUNK: [what: string, text: string][] = [
  ['nothing', ''],
  ['no JSON', '{"a":'],
  ['zeros', '\0\0\0'],
  ['a list', '[]'],
  ['a number', '1e999'],
  ['null', 'null'],
  ['a lone surrogate', '"\\ud800"'],
  ['names of Object', '{"__proto__":{"params":1},"constructor":1,"toString":null}'],
  ['deep lists', nested(2000)],
  ['a wrong signature', orderText('')],
  ['an order with deep lists', orderText(`,"x":${nested(1700)}`)],
  ['an order with a deep object', orderText(`,"x":${'{"":'.repeat(700)}0${'}'.repeat(700)}`)],
  ['an order with a name of Object', orderText(',"__proto__":{"a":1},"constructor":[]')],
  ['a batch of nothing', '{"actions":[null,1,[]]}'],
];

describe('junk', () => {
  test.each(JUNK)('EX-270 %s, as a body', async (_, text) => {
    await open();
    for (const path of ['create', 'batch', 'cancel', 'nothing']) {
      const response = await rest(`/api/v1/orders/${path}`, { method: 'POST', body: text });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    }
    expect((await rest('/api/v1/info')).status).toBe(200);
  });

  test.each(JUNK)('EX-270 %s, as a frame and in its places', async (_, text) => {
    await open();
    const watcher = await reader();
    const client = await Client.open();
    const value = text === '' || parseMessage(text) === undefined ? '1' : text;
    for (const frame of [
      text,
      `{"params":${text}}`,
      `{"id":${value},"params":{"create_order":${value}}}`,
      `{"id":${value},"params":{"batch_orders":{"actions":[{"type":"Create","data":${value}}]}}}`,
      `{"method":"subscribe","params":${text}}`,
      `{"method":${text},"params":{}}`,
    ]) {
      const pong = client.next((heard) => heard.includes('pong'));
      client.inner.send(frame);
      client.inner.send('{"method":"ping"}');
      expect(await pong).toBe('{"channel":"pong"}');
    }
    const said = client.heard.filter((text) => !text.includes('pong'));
    expect(said.length).toBeGreaterThanOrEqual(4);
    for (const text of said) expect(JSON.parse(text).code).toBeGreaterThanOrEqual(400);
    await expectBook(watcher);
  });

  test('EX-270 an order that is too deep to be checked does not pass as another', () => {
    expect(parseMessage(nested(128))).toBeDefined();
    expect(parseMessage(nested(129))).toBeUndefined();
    expect(parseMessage(`{"a":${nested(128)}}`)).toBeUndefined();
  });

  test('EX-270 a binary frame, and text that is no UTF-8', async () => {
    await open();
    const client = await Client.open();
    client.inner.send(Buffer.from([1, 2, 3]));
    expect(await client.ended).toBe(1003);
    const other = await Client.open();
    other.inner.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await other.ended).toBe(1007);
    expect((await rest('/api/v1/info')).status).toBe(200);
  });

  test.each([
    [
      'a long header',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1.1 431/,
    ],
    [
      'many headers',
      `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${'x: y\r\n'.repeat(10_000)}\r\n`,
      /^HTTP\/1.1 431/,
    ],
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1.1 400/],
    ['a bad length', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'another upgrade',
      'GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'a WebSocket elsewhere',
      'GET /a HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      /^HTTP\/1.1 404/,
    ],
  ])('EX-270 %s is refused', async (_, bytes, answer) => {
    await open();
    expect(await raw(bytes)).toMatch(answer);
    expect((await rest('/api/v1/info')).status).toBe(200);
  });

  test('EX-271 ten megabytes: in one body, in one frame, in many frames', async () => {
    await open();
    const watcher = await reader();
    // Flat from the start, so that what the test itself holds does not grow.
    const junk = Buffer.alloc(10_000_000, 'x').toString('latin1');
    await sendJunk(junk);
    const before = heapMegabytes();
    for (let round = 0; round < 4; round += 1) await sendJunk(junk);
    await expectBook(watcher);
    // A hundred megabytes arrived meanwhile.
    expect(heapMegabytes() - before).toBeLessThan(30);
  });
});

async function sendJunk(junk: string): Promise<void> {
  const refused = await post(junk).then(
    ({ status }) => status,
    () => 413,
  );
  expect(refused).toBe(413);
  expect(
    await raw(
      `POST /api/v1/orders/create HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n${junk.slice(0, 10_000)}`,
    ),
  ).toMatch(/^HTTP\/1.1 413/);
  const one = await Client.open();
  one.inner.send(junk);
  expect(await one.ended).toBe(1009);
  const many = await Client.open();
  for (let i = 0; i < 2500; i += 1) many.inner.send(junk.slice(0, 4000));
  const pong = many.next((text) => text.includes('pong'));
  many.inner.send('{"method":"ping"}');
  expect(await pong).toBe('{"channel":"pong"}');
  expect(many.heard.length).toBe(2501);
  many.heard.length = 0;
}

describe('crowds', () => {
  test('EX-272 five hundred sockets of one peer: a hundred are taken, and a place is free again', async () => {
    await open();
    const watcher = await reader();
    const before = heapMegabytes();
    for (let round = 0; round < 2; round += 1) {
      const clients = await Promise.all(Array.from({ length: 500 }, () => Client.open()));
      expect(clients.filter(({ closed }) => closed === undefined)).toHaveLength(99);
      for (const client of clients) client.inner.terminate();
      await Promise.all(clients.map(({ ended }) => ended));
      await expectBook(watcher);
    }
    expect(heapMegabytes() - before).toBeLessThan(20);
  });

  test('EX-272 more connections than the server has places', async () => {
    await open({}, 20);
    const watcher = await reader();
    const silent = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(server.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.once('connect', resolve));
        return socket;
      }),
    );
    const dropped = silent.filter((_, i) => i >= 19);
    await Promise.all(
      dropped.map(
        (socket) => socket.closed || new Promise((resolve) => socket.on('close', resolve).resume()),
      ),
    );
    await expectBook(watcher);
    for (const socket of silent) socket.destroy();
    let status = 0;
    while (status !== 200)
      status = await rest('/api/v1/info').then(
        (r) => r.status,
        () => 0,
      );
  });

  test('EX-273 whoever sends and does not read is cut', async () => {
    await open({ slowReaderBytes: 10_000 });
    const watcher = await reader();
    const deaf = await Client.open();
    deaf.tcp.pause();
    const gone = new Promise((resolve) => deaf.tcp.on('close', resolve));
    const shout = (): void => {
      if (deaf.tcp.destroyed) return;
      for (let i = 0; i < 2000; i += 1) deaf.inner.send('{"method":"ping"}');
      setImmediate(shout);
    };
    shout();
    await gone;
    await expectBook(watcher);
  });

  test('EX-273 pings of the protocol are no way around that', async () => {
    await open();
    const watcher = await reader();
    const deaf = await Client.open();
    deaf.tcp.pause();
    const gone = new Promise((resolve) => deaf.tcp.on('close', resolve));
    const data = Buffer.alloc(125);
    const shout = (): void => {
      if (deaf.tcp.destroyed) return;
      for (let i = 0; i < 500; i += 1) deaf.inner.ping(data);
      setImmediate(shout);
    };
    shout();
    await gone;
    await expectBook(watcher);
  });
});

describe('memory', () => {
  test('EX-274 ten thousand peers are remembered, however busy they are', () => {
    const meters = new CreditMeters(() => undefined, DEFAULT_SETTINGS);
    const spend = (peer: string): void => {
      meters.payer({ 'pf-api-key': `unknown ${peer}` }, peer, 1000).meter.spend(1000, 10);
    };
    spend('first');
    for (let i = 0; i < 9999; i += 1) spend(`peer ${i}`);
    const left = (peer: string): number => meters.payer({}, peer, 1000).meter.remainingTenths(1000);
    expect(left('first')).toBe(990);
    spend('one more');
    expect(left('peer 0')).toBe(990);
    expect(left('first')).toBe(1000);
  });

  test('EX-274 keys are remembered and forgotten, and read the same both times', () => {
    const keyed = (i: number): string => {
      const bytes = new Uint8Array(32);
      new DataView(bytes.buffer).setUint32(28, i);
      return encodeBase58(bytes);
    };
    const first = publicKeyOf(keyed(1));
    expect(publicKeyOf(keyed(1))).toBe(first);
    for (let i = 2; i <= 10_001; i += 1) publicKeyOf(keyed(i));
    const again = publicKeyOf(keyed(1));
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
    expect([...(again as Uint8Array)]).toEqual([...Array(31).fill(0), 1]);
    expect(publicKeyOf('0OIl')).toBeUndefined();
  });

  test('EX-274 subscribing and unsubscribing leaves nothing behind', async () => {
    const hall = await Hall.open();
    const line = await hall.connect();
    const { account } = hall.account(0);
    const all = [
      { source: 'book', symbol: 'BTC', agg_level: 1 },
      { source: 'bbo', symbol: 'BTC' },
      { source: 'prices' },
      { source: 'account_info', account },
    ];
    for (let i = 0; i < 500; i += 1) {
      const params = all[i % all.length];
      line.socket.send(JSON.stringify({ method: 'subscribe', params }));
      line.socket.send(JSON.stringify({ method: 'unsubscribe', params }));
    }
    await hall.world.run(50);
    expect(await line.heard(5000, 'book')).toEqual([]);
    expect(line.frames).toEqual([]);
    await hall.server.close();
  });

  test('EX-275 a connection that was cut is heard no more', async () => {
    const hall = await Hall.open({ settings: { slowReaderBytes: 10 } });
    let buffered = 0;
    let cuts = 0;
    const sent: string[] = [];
    const accept = hall.server.onUpgrade('/ws', {}, 'peer');
    if (typeof accept === 'number') throw new Error('refused');
    const { onMessage } = accept({
      send: (text) => void sent.push(text),
      bufferedBytes: () => buffered,
      close: () => undefined,
      terminate: () => {
        cuts += 1;
      },
    });
    buffered = 11;
    onMessage('{"method":"ping"}');
    buffered = 0;
    onMessage('{"method":"subscribe","params":{"source":"book","symbol":"BTC","agg_level":1}}');
    const fields = hall.limit(0, 'bid', '99000', '0.01');
    const order = hall.signed(0, 'create_order', fields);
    onMessage(JSON.stringify({ id: 'x', params: { create_order: order } }));
    await hall.world.run(1000);
    expect([cuts, sent, hall.server.report().orders]).toEqual([1, [], 0]);
    await hall.server.close();
  });
});

test('EX-258 a half-open socket answers no ping of the protocol either', async () => {
  await open();
  server.setFaults({ seed: 1, faults: [{ kind: 'half-open', next: 1 }] });
  const [dead, well] = [await Client.open(), await Client.open()];
  const pongs: string[] = [];
  dead.inner.on('pong', () => pongs.push('dead'));
  const ponged = new Promise((resolve) => well.inner.once('pong', resolve));
  dead.inner.ping('a');
  well.inner.ping('b');
  await ponged;
  expect(await well.ask({ method: 'ping' })).toBe('{"channel":"pong"}');
  expect(pongs).toEqual([]);
  dead.inner.terminate();
});

describe('the end', () => {
  const late = { kind: 'delay', ms: 80_000_000 } as const;

  test('EX-276 requests that wait are dropped with their connections', async () => {
    await open();
    const { accounts } = server.startup();
    server.setFaults({
      seed: 1,
      faults: [
        { kind: 'timeout', account: accounts[0]?.account ?? '' },
        { ...late, channel: 'pong' },
      ],
    });
    const client = await Client.open();
    client.inner.send('{"method":"ping"}');
    const waiting = post(`{"account":"${accounts[0]?.account}"}`);
    waiting.catch(() => undefined);
    const closed = client.ended;
    // The server has both when it has this one, which comes after them.
    expect((await rest('/api/v1/info')).status).toBe(200);
    await server.close();
    await expect(waiting).rejects.toThrow('fetch failed');
    expect([1006, 1000]).toContain(await closed);
    await expect(rest('/api/v1/info')).rejects.toThrow('fetch failed');
  });

  test('EX-276 what a fault holds back does not outlive it', async () => {
    await open();
    server.setFaults({ seed: 1, faults: [{ ...late, channel: 'pong', next: 1 }] });
    const client = await Client.open();
    const pong = client.next();
    client.inner.send('{"method":"ping"}');
    client.inner.send('{"method":"other"}');
    expect(await pong).toContain('Invalid request');
    const next = client.next();
    server.setFaults({ seed: 1, faults: [] });
    expect(await next).toBe('{"channel":"pong"}');
  });

  test('EX-276 a virtual server drops an order that waits its delay', async () => {
    const hall = await Hall.open();
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
    expect(await line.say({ id: 'x', params: { create_market_order: body } })).toEqual([]);
    await hall.server.close();
    await hall.world.run(1000);
    expect([line.closed, line.frames, hall.server.report().fills]).toEqual([[1006, ''], [], 0]);
  });
});
