import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { EventQueue } from '../../src/simulation/eventQueue.ts';
import { createRememberingCrypto } from '../../src/simulation/rememberingCrypto.ts';
import type { SpanUs } from '../../src/simulation/spanUs.ts';
import { World } from '../../src/simulation/world.ts';
import type { Host, HttpResponse } from '../../src/std/host.ts';
import { collect, reply, serve } from '../host/support/serve.ts';

const GET = { method: 'GET', path: '/info', headers: {} } as const;

describe('time', () => {
  test('HOST-20 events come in the order of their times, equal ones as they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 60 }), (plan) => {
        const queue = new EventQueue();
        const expected: [number, number][] = [];
        const got: [number, number][] = [];
        plan.forEach(([atUs, takeOne], seq) => {
          queue.push({ atUs, seq, fire: undefined, tag: 0 });
          expected.push([atUs, seq]);
          if (!takeOne) return;
          expected.sort(([a, i], [b, j]) => a - b || i - j);
          const event = queue.pop();
          got.push([event?.atUs ?? -1, event?.seq ?? -1]);
          expect(got.at(-1)).toEqual(expected.shift());
        });
        expected.sort(([a, i], [b, j]) => a - b || i - j);
        const rest = Array.from({ length: queue.size }, () => queue.pop());
        expect(rest.map((event) => [event?.atUs, event?.seq])).toEqual(expected);
        expect(queue.pop()).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('HOST-21 clocks follow virtual time, and all hosts share it', async () => {
    const world = new World({ seed: 1, startWallMs: 1_000_000 });
    const a = world.host('a');
    const b = world.host('b');
    expect(world.host('a')).toBe(a);
    const seen: [string, number, number][] = [];
    const note = (name: string) => (): number =>
      seen.push([name, a.clock.wallMs(), b.clock.monoUs()]);
    b.timers.after(2.5, note('b'));
    a.timers.after(1, note('a'));
    a.timers.after(2.5, note('later'));
    a.timers.after(1, note('cancelled')).cancel();
    await world.run(2);
    expect(seen).toEqual([['a', 1_000_001, 1000]]);
    expect(a.clock.monoUs()).toBe(2000);
    await world.run(10);
    expect(seen.slice(1)).toEqual([
      ['b', 1_000_002, 2500],
      ['later', 1_000_002, 2500],
    ]);
    expect(world.nowMs).toBe(12);
  });

  test('HOST-22 what an event sets off has settled before the next, however many promises deep', async () => {
    const world = new World({ seed: 1 });
    const { timers } = world.host('a');
    const seen: string[] = [];
    timers.after(1, () => {
      void (async () => {
        for (let depth = 0; depth < 500; depth += 1) await null;
        seen.push('settled');
      })();
    });
    timers.after(1, () => seen.push('next'));
    await world.run(1);
    expect(seen).toEqual(['settled', 'next']);
  });

  test('HOST-22 a world waits for a promise, and says when it waits in vain', async () => {
    const world = new World({ seed: 1 });
    const { timers } = world.host('a');
    const elapse = (ms: number): Promise<string> =>
      new Promise((resolve) => {
        timers.after(ms, () => resolve('done'));
      });
    expect(await world.until(elapse(5))).toBe('done');
    expect(world.nowMs).toBe(5);
    await expect(world.until(new Promise(() => undefined))).rejects.toThrow('nothing is left');
    await expect(world.until(elapse(50), 10)).rejects.toThrow('in vain: 10 ms have passed');
    await expect(world.until(Promise.reject(new Error('no')))).rejects.toThrow('no');
    const both = Promise.all([world.run(1), world.run(1)]);
    await expect(both).rejects.toThrow('runs once at a time');
  });

  test('HOST-22 what an event throws ends the run, and a long run lets the machine breathe', async () => {
    const world = new World({ seed: 1 });
    const { timers } = world.host('a');
    timers.after(1, () => {
      throw new Error('a bug');
    });
    await expect(world.run(2)).rejects.toThrow('a bug');
    let breathed = 0;
    setImmediate(() => {
      breathed += 1;
    });
    let left = 5_000;
    const again = (): void => {
      left -= 1;
      if (left > 0) timers.after(1, again);
    };
    again();
    await world.run(5_000);
    expect(left).toBe(0);
    expect(breathed).toBe(1);
  });
});

/** Two hosts that talk over HTTP and WebSocket, write files and roll dice; returns what happened. */
async function play(
  seed: number,
  latencyUs: SpanUs = [1000, 3000],
): Promise<{ fingerprint: string; story: string }> {
  const world = new World({ seed, latencyUs });
  const desk = world.host('desk');
  const exchange = world.host('exchange');
  const story: string[] = [];
  const { listening, sockets } = await serve(exchange, async ({ path }) => {
    await exchange.files.makeFolder(path);
    return reply(String(exchange.random.uint32()));
  });
  const http = desk.transport.openHttp(`http://127.0.0.1:${listening.port}`);
  const { events, handlers } = collect();
  const socket = desk.transport.openSocket(`ws://127.0.0.1:${listening.port}/ws`, {}, handlers);
  const peer = await world.until(sockets.next());
  await world.until(events.next());
  for (let round = 0; round < 5; round += 1) {
    socket.send(`frame ${round}`);
    void http.request({ ...GET, path: `/${round}` }, 1000).then(({ body }) => {
      story.push(`${desk.clock.monoUs()} answer ${round} ${body}`);
    });
    desk.timers.after(round, () => peer.socket.send(`push ${round}`));
  }
  await world.run(100);
  while (peer.events.size > 0) story.push(JSON.stringify(await peer.events.next()));
  while (events.size > 0) story.push(JSON.stringify(await events.next()));
  return { fingerprint: world.fingerprint, story: story.join('\n') };
}

describe('determinism', () => {
  test('HOST-23 the same seed gives the same events and the same figures, another seed others', async () => {
    const first = await play(7);
    expect(await play(7)).toEqual(first);
    const other = await play(8);
    expect(other.fingerprint).not.toBe(first.fingerprint);
    expect(other.story).not.toBe(first.story);
    const slow = await play(7, [5000, 5000]);
    expect(slow.fingerprint).not.toBe((await play(7, [6000, 6000])).fingerprint);
    // Requests travel on their own and may overtake; frames of one socket do not.
    const frames = first.story.match(/frame \d/g);
    expect(frames).toEqual(['frame 0', 'frame 1', 'frame 2', 'frame 3', 'frame 4']);
  });

  test('HOST-14 hosts draw from their names and the seed', () => {
    const draw = (seed: number, name: string): string => {
      const host = new World({ seed }).host(name);
      return `${host.random.uint32()} ${host.crypto.randomBytes(8).join()}`;
    };
    expect(draw(1, 'a')).toBe(draw(1, 'a'));
    expect(new Set([draw(1, 'a'), draw(1, 'b'), draw(2, 'a')]).size).toBe(3);
  });
});

describe('network', () => {
  function pair(): { world: World; desk: Host; exchange: Host } {
    const world = new World({ seed: 3 });
    return { world, desk: world.host('desk'), exchange: world.host('exchange') };
  }

  test('HOST-1 HTTP takes the latency there and back', async () => {
    const world = new World({ seed: 1, latencyUs: [2000, 2000] });
    const { listening, requests } = await serve(world.host('exchange'), async () => reply('ok'));
    const http = world.host('desk').transport.openHttp(`http://127.0.0.1:${listening.port}`);
    let handed = 0;
    const post = { ...GET, method: 'POST', body: '{}' } as const;
    const answer = http.request(post, 1000, () => {
      handed += 1;
    });
    expect(await world.until(answer)).toEqual(reply('ok'));
    expect(world.nowMs).toBe(4);
    expect(requests).toEqual([post]);
    expect(handed).toBe(1);
    // The time-out went with the answer.
    await expect(world.until(new Promise(() => undefined))).rejects.toThrow('nothing is left');
    expect(world.nowMs).toBe(4);
  });

  test('HOST-3 HOST-4 HOST-6 HTTP fails as it does on a real host', async () => {
    const { world, desk, exchange } = pair();
    const never = new Promise<HttpResponse>(() => undefined);
    const { listening } = await serve(exchange, (request) => {
      if (request.path === '/bug') return Promise.reject(new Error('a bug'));
      return request.path === '/never' ? never : Promise.resolve(reply('ok'));
    });
    const http = desk.transport.openHttp(`http://127.0.0.1:${listening.port}`);
    const nobody = desk.transport.openHttp('http://127.0.0.1:9');
    await expect(world.until(nobody.request(GET, 1000))).rejects.toMatchObject({
      outcome: 'refused',
      message: 'connect ECONNREFUSED 127.0.0.1:9',
    });
    const late = http.request({ ...GET, path: '/never' }, 30);
    await expect(world.until(late)).rejects.toMatchObject({
      outcome: 'unknown',
      message: 'no answer within 30 ms',
    });
    const long = http.request({ ...GET, body: 'ü'.repeat(2100) }, 1000);
    expect((await world.until(long)).status).toBe(413);
    expect(await world.until(http.request({ ...GET, path: '/bug' }, 1000))).toMatchObject({
      status: 500,
      body: 'Internal Server Error: a bug',
    });

    const cut = http.request({ ...GET, path: '/never' }, 1000);
    cut.catch(() => undefined);
    await world.run(10);
    await listening.close();
    await expect(cut).rejects.toMatchObject({ outcome: 'unknown', message: 'other side closed' });

    const abandoned = http.request(GET, 1000);
    await http.close();
    await expect(abandoned).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(http.request(GET, 1000)).rejects.toMatchObject({ outcome: 'refused' });
    await world.run(2000);
  });

  test('HOST-7 ports are taken one by one', async () => {
    const { world, exchange } = pair();
    const first = await serve(exchange, async () => reply(''), { port: 8080 });
    await expect(serve(exchange, async () => reply(''), { port: 8080 })).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: 'cannot listen on 127.0.0.1 port 8080: it is in use by another program',
    });
    await first.listening.close();
    await serve(exchange, async () => reply(''), { port: 40_000 });
    const free = await serve(world.host('other'), async () => reply(''));
    expect(free.listening.port).toBe(40_001);
  });

  test('HOST-8 HOST-9 sockets open, carry and close as on a real host', async () => {
    const { world, desk, exchange } = pair();
    const { listening, sockets, upgrades } = await serve(exchange, async () => reply(''));
    const url = `ws://127.0.0.1:${listening.port}`;
    const { events, handlers } = collect();
    const socket = desk.transport.openSocket(`${url}/ws?x=1`, { 'pf-api-key': 'k' }, handlers);
    socket.send('before it is open: dropped');
    const peer = await world.until(sockets.next());
    expect(upgrades[0]).toEqual({ path: '/ws?x=1', headers: { 'pf-api-key': 'k' } });
    peer.socket.send('hello');
    expect(await world.until(events.next())).toEqual(['open']);
    expect(await world.until(events.next())).toEqual(['message', 'hello']);
    socket.send('ping');
    peer.socket.send('on its way');
    socket.close(1000, 'done');
    socket.close(1001, 'again');
    socket.send('after closing: dropped');
    expect(socket.bufferedBytes()).toBe(0);
    await world.run(50);
    expect([await peer.events.next(), await peer.events.next()]).toEqual([
      ['message', 'ping'],
      ['close', 1000, 'done'],
    ]);
    // What was under way still arrives while the closing frames cross.
    expect([await events.next(), await events.next()]).toEqual([
      ['message', 'on its way'],
      ['close', 1000, 'done'],
    ]);
    socket.terminate();
    await world.run(50);
    expect([events.size, peer.events.size]).toEqual([0, 0]);

    const refused = collect();
    desk.transport.openSocket(`${url}/busy`, {}, refused.handlers);
    expect(await world.until(refused.events.next())).toEqual([
      'close',
      1006,
      'Unexpected server response: 429',
    ]);
    const nobody = collect();
    desk.transport.openSocket('ws://127.0.0.1/', {}, nobody.handlers);
    expect(await world.until(nobody.events.next())).toEqual([
      'close',
      1006,
      'connect ECONNREFUSED 127.0.0.1:80',
    ]);
    for (const stop of ['terminate', 'close'] as const) {
      const impatient = collect();
      const half = desk.transport.openSocket(`${url}/ws`, {}, impatient.handlers);
      half[stop](1000, '');
      await world.run(50);
      expect(await impatient.events.next()).toEqual(['close', 1006, '']);
      expect(impatient.events.size).toBe(0);
    }
    expect(sockets.size).toBe(0);
    const givenUp = collect();
    const before = world.nowMs;
    desk.transport.openSocket('ws://127.0.0.1/', {}, givenUp.handlers).terminate();
    expect(await world.until(givenUp.events.next())).toEqual(['close', 1006, '']);
    expect(world.nowMs).toBe(before);
    await world.run(50);
    expect(givenUp.events.size).toBe(0);
  });

  test('HOST-9 a client that gives up while the answer is on its way leaves no socket behind', async () => {
    const world = new World({ seed: 1, latencyUs: [1000, 1000] });
    const { listening, sockets } = await serve(world.host('exchange'), async () => reply(''));
    const { events, handlers } = collect();
    const { transport } = world.host('desk');
    const socket = transport.openSocket(`ws://127.0.0.1:${listening.port}/`, {}, handlers);
    const peer = await world.until(sockets.next());
    socket.terminate();
    await world.run(50);
    expect(await events.next()).toEqual(['close', 1006, '']);
    expect(await peer.events.next()).toEqual(['close', 1006, '']);
    expect([events.size, peer.events.size]).toEqual([0, 0]);
  });

  test('HOST-9 HOST-10 HOST-11 cuts, long frames and the limits of a server', async () => {
    const { world, desk, exchange } = pair();
    const server = await serve(exchange, async () => reply(''), { maxConnections: 1 });
    const url = `ws://127.0.0.1:${server.listening.port}/`;
    const long = collect();
    const socket = desk.transport.openSocket(url, {}, long.handlers);
    await world.until(long.events.next());
    const beyond = collect();
    desk.transport.openSocket(url, {}, beyond.handlers);
    expect(await world.until(beyond.events.next())).toEqual(['close', 1006, 'socket hang up']);
    socket.send('x'.repeat(5_000));
    expect(await world.until(long.events.next())).toEqual(['close', 1009, '']);
    await world.run(10);
    const cut = collect();
    desk.transport.openSocket(url, {}, cut.handlers);
    await world.until(cut.events.next());
    await server.listening.close();
    expect(await world.until(cut.events.next())).toEqual(['close', 1006, '']);
  });
});

describe('disk', () => {
  test('HOST-17 HOST-18 files behave as on a real disk, in virtual time', async () => {
    const world = new World({ seed: 5, diskUs: [200, 200] });
    const { files } = world.host('desk');
    const at = <T>(promise: Promise<T>): Promise<T> => world.until(promise);
    await expect(at(files.replace('logs/x', 'y', 0o600))).rejects.toThrow('ENOENT');
    await at(files.makeFolder('/logs/deep'));
    await at(files.replace('logs/./b.json', 'old', 0o644));
    const bytes = Uint8Array.of(0xc3, 0xbc);
    await at(files.replace('/logs//a/../b.json', bytes, 0o600));
    bytes.fill(0);
    (await at(files.readBytes('logs/b.json'))).fill(0);
    expect(await at(files.readText('logs/b.json'))).toBe('ü');
    expect([...(await at(files.readBytes('logs/b.json')))]).toEqual([0xc3, 0xbc]);
    expect(await at(files.list('logs/'))).toEqual(['b.json', 'deep']);
    expect(await at(files.list(''))).toEqual(['logs']);
    expect(await at(files.mode('logs/b.json'))).toBe(0o600);
    expect(await at(files.mode('logs'))).toBe(0o700);
    expect(await at(files.exists('logs/deep'))).toBe(true);
    expect(await at(files.exists('logs/none'))).toBe(false);
    await expect(at(files.readText('logs/none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(at(files.list('none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(at(files.replace('logs', 'x', 0o600))).rejects.toThrow('ENOENT');
    expect(Buffer.from(files.gunzip(gzipSync('tape'))).toString()).toBe('tape');

    const log = await at(files.openAppend('logs/audit'));
    await expect(at(files.openAppend('/logs/audit'))).rejects.toMatchObject({ code: 'LOCKED' });
    for (let line = 0; line < 50; line += 1) await log.write(`${line}\n`);
    const before = world.nowMs;
    await at(log.sync());
    expect(world.nowMs - before).toBeCloseTo(0.2, 6);
    await at(log.close());
    const more = await at(files.openAppend('logs/audit'));
    await more.write('end');
    await at(more.close());
    const lines = (await at(files.readText('logs/audit'))).split('\n');
    expect(lines).toHaveLength(51);
    expect([lines[0], lines[49], lines[50]]).toEqual(['0', '49', 'end']);
    expect(await at(files.mode('logs/audit'))).toBe(0o600);
    // Another host has another disk.
    expect(await at(world.host('exchange').files.exists('logs/audit'))).toBe(false);
  });
});

describe('crypto', () => {
  test('HOST-24 a remembered signature is good once without arithmetic, all others are verified', () => {
    const real = createNodeCrypto();
    let verified = 0;
    const crypto = createRememberingCrypto({
      ...real,
      verify: (message, signature, publicKey) => {
        verified += 1;
        return real.verify(message, signature, publicKey);
      },
    });
    const world = new World({ seed: 1, crypto });
    const { loadKey, verify, sha256Hex } = world.host('desk').crypto;
    const key = loadKey(new Uint8Array(32).fill(7));
    const message = new TextEncoder().encode('buy');
    const signature = key.sign(message);
    expect(signature).toEqual(real.loadKey(new Uint8Array(32).fill(7)).sign(message));
    expect(verify(message, signature, key.publicKey)).toBe(true);
    expect(verified).toBe(0);
    expect(verify(message, signature, key.publicKey)).toBe(true);
    expect(verified).toBe(1);
    const forged = key.sign(message).slice();
    forged[0] = (forged[0] ?? 0) ^ 1;
    expect(verify(message, forged, key.publicKey)).toBe(false);
    expect(verify(new TextEncoder().encode('sell'), signature, key.publicKey)).toBe(false);
    expect(sha256Hex('')).toHaveLength(64);
    key.destroy();
    expect(() => key.sign(message)).toThrow('destroyed key');
  });
});
