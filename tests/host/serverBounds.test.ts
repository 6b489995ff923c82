import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { HttpResponse, Listening, Socket } from '../../src/std/host.ts';
import { collect, reply, serve } from './support/serve.ts';

const host = createNodeHost();
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function kept(listening: Listening): number {
  cleanups.push(() => listening.close());
  return listening.port;
}

/** Everything that a client hears that sends `bytes`, until it is cut. */
function untilCut(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.on('data', (data) => {
      heard += data.toString();
    });
  });
}

/** A server whose patience ends soon. */
async function impatient(
  answer: (path: string) => Promise<HttpResponse>,
  maxConnections = 100,
): Promise<number> {
  const options = { hostname: '127.0.0.1', port: 0, maxBytes: 4096, maxConnections };
  return kept(
    await host.server.listen(
      { ...options, patienceMs: 100 },
      { onRequest: ({ path }) => answer(path), onUpgrade: () => 404 },
    ),
  );
}

describe('a frame that makes its handler throw', () => {
  test.each(['a bug', 'ü'.repeat(200)])('HOST-26 ends its socket: %s', async (bug) => {
    const listening = await host.server.listen(
      { hostname: '127.0.0.1', port: 0, maxBytes: 4096, maxConnections: 100 },
      {
        onRequest: async () => reply('fine'),
        onUpgrade: () => (socket: Socket) => ({
          onMessage: (text) => {
            if (text === 'bug') throw new Error(bug);
            socket.send(text);
          },
          onClose: () => undefined,
        }),
      },
    );
    const url = `ws://127.0.0.1:${kept(listening)}/ws`;
    const [one, other] = [collect(), collect()];
    const bad = host.transport.openSocket(url, {}, one.handlers);
    const good = host.transport.openSocket(url, {}, other.handlers);
    expect(await one.events.next()).toEqual(['open']);
    expect(await other.events.next()).toEqual(['open']);
    bad.send('bug');
    const [kind, code, reason] = await one.events.next();
    expect([kind, code]).toEqual(['close', 1011]);
    expect(`Internal Server Error: ${bug}`).toContain(reason as string);
    good.send('still here');
    expect(await other.events.next()).toEqual(['message', 'still here']);
    good.terminate();
  });
});

test('HOST-26 an upgrade that makes its handler throw is refused', async () => {
  const listening = await host.server.listen(
    { hostname: '127.0.0.1', port: 0, maxBytes: 4096, maxConnections: 100 },
    {
      onRequest: async () => reply('fine'),
      onUpgrade: () => {
        throw new Error('a bug');
      },
    },
  );
  const { events, handlers } = collect();
  host.transport.openSocket(`ws://127.0.0.1:${kept(listening)}/ws`, {}, handlers);
  expect(await events.next()).toEqual(['close', 1006, 'Unexpected server response: 500']);
});

test('HOST-27 an answer with the status 0 drops the connection', async () => {
  const { listening } = await serve(host, async ({ path }) => reply('', path === '/0' ? 0 : 200));
  const http = host.transport.openHttp(`http://127.0.0.1:${kept(listening)}`);
  cleanups.push(() => http.close());
  const request = { method: 'GET', path: '/0', headers: {} } as const;
  await expect(http.request(request, 5000)).rejects.toMatchObject({ outcome: 'unknown' });
  expect((await http.request({ ...request, path: '/1' }, 5000)).status).toBe(200);
});

describe('a client without haste', () => {
  test('HOST-28 that says nothing, half a head or half a body is cut', async () => {
    const port = await impatient(async () => reply('fine'));
    const head = 'POST / HTTP/1.1\r\nhost: x\r\n';
    const ended = await Promise.all(
      ['', head, `${head}content-length: 10\r\n\r\nhalf`].map((bytes) => untilCut(port, bytes)),
    );
    for (const heard of ended) expect(heard).toMatch(/^HTTP\/1.1 408 /);
  });

  test('HOST-28 that never gets its answer is cut', async () => {
    const port = await impatient(() => new Promise(() => undefined));
    expect(await untilCut(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')).toBe('');
  });

  test('HOST-28 that does not take its answer makes room', async () => {
    const large = 'x'.repeat(30_000_000);
    const asked = Promise.withResolvers<void>();
    const port = await impatient(async (path) => {
      asked.resolve();
      return reply(path === '/large' ? large : 'fine');
    }, 1);
    const deaf = connect(port, '127.0.0.1', () => {
      deaf.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    });
    await asked.promise;
    const http = host.transport.openHttp(`http://127.0.0.1:${port}`);
    cleanups.push(() => http.close());
    const ask = (): Promise<string> =>
      http.request({ method: 'GET', path: '/', headers: {} }, 5000).then(
        ({ body }) => body,
        () => 'no room',
      );
    expect(await ask()).toBe('no room');
    while ((await ask()) !== 'fine') await new Promise(setImmediate);
    deaf.destroy();
  });
});

test('HOST-29 what the server sends in one turn arrives in order, and so does what follows', async () => {
  const { listening, sockets } = await serve(host, async () => reply(''));
  const { events, handlers } = collect();
  const url = `ws://127.0.0.1:${kept(listening)}/ws`;
  const client = host.transport.openSocket(url, {}, handlers);
  const { socket } = await sockets.next();
  const sent: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    for (let i = 0; i < 50; i += 1) {
      const text = `${turn}/${i}/${'x'.repeat(i * 100)}`;
      sent.push(text);
      socket.send(text);
    }
    await Promise.resolve();
    if (turn === 1) await new Promise(setImmediate);
  }
  expect(socket.bufferedBytes()).toBeGreaterThan(0);
  socket.close(1000, 'done');
  expect(await events.next()).toEqual(['open']);
  for (const text of sent) expect(await events.next()).toEqual(['message', text]);
  expect(await events.next()).toEqual(['close', 1000, 'done']);
  client.terminate();
});
