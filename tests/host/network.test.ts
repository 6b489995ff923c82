import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { HttpClient, HttpResponse } from '../../src/std/host.ts';
import { Inbox } from './support/inbox.ts';
import { collect, reply, type Served, serve } from './support/serve.ts';

const host = createNodeHost();
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function served(
  ...args: Parameters<typeof serve> extends [unknown, ...infer Rest] ? Rest : never
): Promise<Served> {
  const result = await serve(host, ...args);
  cleanups.push(() => result.listening.close());
  return result;
}

function client(port: number): HttpClient {
  const http = host.transport.openHttp(`http://127.0.0.1:${port}`);
  cleanups.push(() => http.close());
  return http;
}

/** A server below HTTP, for answers that no decent server gives. */
async function tcp(onConnection: (socket: TcpSocket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

const GET = { method: 'GET', path: '/info', headers: {} } as const;
const POST = {
  method: 'POST',
  path: '/orders/create?x=1',
  headers: { 'content-type': 'application/json', 'pf-api-key': 'k' },
  body: '{"price":"€1"}',
} as const;

describe('HTTP', () => {
  test('HOST-1 carries method, path, headers and body both ways, as text', async () => {
    const { listening, requests } = await served(async () => reply('{"ok":"✓"}', 201));
    let handed = 0;
    const response = await client(listening.port).request(POST, 5_000, () => {
      handed += 1;
    });
    expect(response).toMatchObject({ status: 201, body: '{"ok":"✓"}' });
    expect(response.headers['content-type']).toBe('application/json');
    expect(requests[0]).toMatchObject({ method: 'POST', path: POST.path, body: POST.body });
    expect(requests[0]?.headers).toMatchObject({ 'pf-api-key': 'k' });
    expect(handed).toBe(1);
  });

  test('HOST-2 a GET has neither a body nor a header that announces one', async () => {
    const lines = new Inbox<string>();
    const port = await tcp((socket) => {
      socket.on('data', (data) => {
        lines.push(data.toString());
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nok',
        );
      });
    });
    const response = await client(port).request(GET, 5_000);
    expect(response.body).toBe('ok');
    expect(response.headers['set-cookie']).toBe('a=1, b=2');
    const sent = await lines.next();
    expect(sent).toMatch(/\r\n\r\n$/);
    expect(sent).not.toMatch(/content-length|transfer-encoding|content-type/i);
  });

  test('HOST-3 no connection means refused', async () => {
    const { listening } = await serve(host, async () => reply(''));
    const { port } = listening;
    await listening.close();
    await expect(client(port).request(POST, 5_000)).rejects.toMatchObject({
      name: 'TransportFailure',
      outcome: 'refused',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('HOST-3 a closed client refuses', async () => {
    const { listening } = await served(async () => reply(''));
    const http = host.transport.openHttp(`http://127.0.0.1:${listening.port}`);
    await http.close();
    await expect(http.request(GET, 5_000)).rejects.toMatchObject({ outcome: 'refused' });
  });

  test('HOST-3 a request that is not valid HTTP never leaves', async () => {
    const { listening } = await served(async () => reply(''));
    const request = { ...GET, path: 'no-slash' };
    await expect(client(listening.port).request(request, 5_000)).rejects.toMatchObject({
      outcome: 'refused',
    });
  });

  test('HOST-4 no answer in time means unknown, and the late answer is dropped', async () => {
    const asked = new Inbox<string>();
    const { promise: never } = Promise.withResolvers<HttpResponse>();
    const { listening } = await served((request) => {
      asked.push(request.path);
      return never;
    });
    const failure = client(listening.port).request(POST, 40);
    await expect(failure).rejects.toMatchObject({
      outcome: 'unknown',
      message: 'no answer within 40 ms',
    });
    expect(await asked.next()).toBe(POST.path);

    // Its connection is not kept: the answer to this request must not be taken for that of another.
    const ended = new Inbox<string>();
    const port = await tcp((socket) => socket.on('close', () => ended.push('closed')).resume());
    await expect(client(port).request(GET, 20)).rejects.toMatchObject({ outcome: 'unknown' });
    expect(await ended.next()).toBe('closed');
  });

  test('HOST-4 a connection lost before the answer means unknown, and nothing is sent again', async () => {
    let connections = 0;
    const port = await tcp((socket) => {
      connections += 1;
      socket.on('data', () => socket.destroy());
    });
    const http = client(port);
    await expect(http.request(POST, 5_000)).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(http.request(GET, 5_000)).rejects.toMatchObject({ outcome: 'unknown' });
    expect(connections).toBe(2);
  });

  test('HOST-5 a request that timed out while it waited for a connection is never sent', async () => {
    const single = createNodeHost({ httpConnections: 1 });
    const gate = Promise.withResolvers<HttpResponse>();
    const { listening, requests } = await served((request) =>
      request.path === '/slow' ? gate.promise : Promise.resolve(reply(request.path)),
    );
    const http = single.transport.openHttp(`http://127.0.0.1:${listening.port}`);
    cleanups.push(() => http.close());
    const slow = http.request({ ...GET, path: '/slow' }, 5_000);
    await expect(http.request({ ...POST, path: '/late' }, 20)).rejects.toMatchObject({
      outcome: 'refused',
    });
    gate.resolve(reply('slow'));
    expect((await slow).body).toBe('slow');
    expect((await http.request({ ...GET, path: '/next' }, 5_000)).body).toBe('/next');
    expect(requests.map(({ path }) => path)).toEqual(['/slow', '/next']);
  });

  test('HOST-6 the server refuses long bodies and strange methods, and survives its handler', async () => {
    const { listening, requests } = await served(async (request) => {
      if (request.path === '/bug') throw new Error('a bug');
      return reply('fine');
    });
    const http = client(listening.port);
    const long = { ...POST, body: 'x'.repeat(5_000) };
    expect((await http.request(long, 5_000)).status).toBe(413);
    expect(await http.request({ ...GET, path: '/bug' }, 5_000)).toMatchObject({
      status: 500,
      body: 'Internal Server Error: a bug',
    });
    const raw = new Inbox<string>();
    const socket = connect(listening.port, '127.0.0.1', () => {
      socket.write('DELETE / HTTP/1.1\r\nhost: x\r\n\r\n');
    });
    socket.on('data', (data) => raw.push(data.toString()));
    expect(await raw.next()).toMatch(/^HTTP\/1.1 405 /);
    expect((await http.request(GET, 5_000)).body).toBe('fine');
    expect(requests.map(({ path }) => path)).toEqual(['/bug', '/info']);
    expect(requests[1]).not.toHaveProperty('body');
  });

  test('HOST-6 a client that leaves in the middle of its body costs nothing', async () => {
    const { listening, requests } = await served(async () => reply('fine'));
    const socket = connect(listening.port, '127.0.0.1', () => {
      socket.write('POST /half HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nonly this', () => {
        socket.destroy();
      });
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect((await client(listening.port).request(GET, 5_000)).body).toBe('fine');
    expect(requests.map(({ path }) => path)).toEqual(['/info']);
  });

  test('HOST-7 a port that is taken is named in one sentence', async () => {
    const { listening } = await served(async () => reply(''));
    await expect(
      serve(host, async () => reply(''), { port: listening.port }),
    ).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: `cannot listen on 127.0.0.1 port ${listening.port}: it is in use by another program`,
    });
    await expect(
      host.server.listen(
        { hostname: '192.0.2.1', port: 0, maxBytes: 1, maxConnections: 1 },
        { onRequest: async () => reply(''), onUpgrade: () => 400 },
      ),
    ).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: expect.stringContaining('EADDRNOTAVAIL'),
    });
  });
});

describe('WebSocket', () => {
  test('HOST-8 frames arrive in order, both ways, with the headers of the upgrade', async () => {
    const { listening, sockets, upgrades } = await served(async () => reply(''));
    const { events, handlers } = collect();
    const socket = host.transport.openSocket(
      `ws://127.0.0.1:${listening.port}/ws`,
      { 'pf-api-key': 'k' },
      handlers,
    );
    socket.send('before it is open: dropped');
    expect(await events.next()).toEqual(['open']);
    const peer = await sockets.next();
    socket.send('{"method":"ping"}');
    socket.send('ü');
    expect(await peer.events.next()).toEqual(['message', '{"method":"ping"}']);
    expect(await peer.events.next()).toEqual(['message', 'ü']);
    peer.socket.send('{"channel":"pong"}');
    expect(await events.next()).toEqual(['message', '{"channel":"pong"}']);
    expect(socket.bufferedBytes()).toBe(0);
    expect(upgrades[0]).toMatchObject({ path: '/ws', headers: { 'pf-api-key': 'k' } });
    socket.close(1000, 'done');
    expect(await peer.events.next()).toEqual(['close', 1000, 'done']);
    expect(await events.next()).toEqual(['close', 1000, 'done']);
    socket.send('after it closed: dropped');
  });

  test('HOST-9 a refused upgrade, a refused connection and a cut end with 1006 and the reason', async () => {
    const { listening, sockets } = await served(async () => reply(''));
    const refused = collect();
    host.transport.openSocket(`ws://127.0.0.1:${listening.port}/busy`, {}, refused.handlers);
    expect(await refused.events.next()).toEqual(['close', 1006, 'Unexpected server response: 429']);

    const cut = collect();
    host.transport.openSocket(`ws://127.0.0.1:${listening.port}/ws`, {}, cut.handlers);
    expect(await cut.events.next()).toEqual(['open']);
    const peer = await sockets.next();
    peer.socket.terminate();
    expect(await cut.events.next()).toEqual(['close', 1006, '']);
    expect(await peer.events.next()).toEqual(['close', 1006, '']);

    const unfinished = collect();
    const port = await tcp((socket) => socket.on('data', () => half.terminate()));
    const half = host.transport.openSocket(`ws://127.0.0.1:${port}/ws`, {}, unfinished.handlers);
    expect(await unfinished.events.next()).toMatchObject(['close', 1006, expect.any(String)]);

    await listening.close();
    const nobody = collect();
    host.transport.openSocket(`ws://127.0.0.1:${listening.port}/ws`, {}, nobody.handlers);
    expect(await nobody.events.next()).toMatchObject([
      'close',
      1006,
      expect.stringContaining('ECONNREFUSED'),
    ]);
    expect(nobody.events.size).toBe(0);
  });

  test('HOST-10 the server ends a socket for a long frame (1009) and for a binary one (1003)', async () => {
    const { listening, sockets } = await served(async () => reply(''));
    const long = collect();
    const socket = host.transport.openSocket(
      `ws://127.0.0.1:${listening.port}/`,
      {},
      long.handlers,
    );
    await long.events.next();
    socket.send('x'.repeat(5_000));
    expect(await long.events.next()).toMatchObject(['close', 1009, expect.any(String)]);
    expect(await (await sockets.next()).events.next()).toMatchObject([
      'close',
      1006,
      expect.any(String),
    ]);

    const binary = new WebSocket(`ws://127.0.0.1:${listening.port}/`);
    const code = await new Promise((resolve) => {
      binary.onopen = (): void => binary.send(new Uint8Array([1]));
      binary.onclose = (event): void => resolve(event.code);
    });
    expect(code).toBe(1003);
    expect(await (await sockets.next()).events.next()).toEqual(['close', 1003, '']);
  });

  test('HOST-11 connections beyond the limit are dropped, and closing the server drops all', async () => {
    const limited = await served(async () => reply(''), { maxConnections: 1 });
    const url = `ws://127.0.0.1:${limited.listening.port}/`;
    const first = collect();
    host.transport.openSocket(url, {}, first.handlers);
    expect(await first.events.next()).toEqual(['open']);
    const second = collect();
    host.transport.openSocket(url, {}, second.handlers);
    expect(await second.events.next()).toMatchObject(['close', 1006, expect.any(String)]);
    await limited.listening.close();
    expect(await first.events.next()).toEqual(['close', 1006, '']);
  });
});
