import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World } from '../../src/simulation/world.ts';
import { SeededRandom } from '../../src/std/random.ts';
import { backoffMs } from '../../src/venue/backoffMs.ts';
import type { Venue, VenueOptions } from '../../src/venue/venue.ts';
import { DEFAULT_VENUE_SETTINGS } from '../../src/venue/venueSettings.ts';
import { account, type Desk, family, makeVenue, signed, withSockets } from './support/desk.ts';
import { answer, FakeExchange, type Visitor } from './support/fakeExchange.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

interface Stage {
  world: World;
  exchange: FakeExchange;
  venue: Venue;
  desk: Desk;
}

/** A fake exchange and a started venue in one virtual world, with a fixed latency of 1 ms. */
async function stage(options: Partial<VenueOptions> = {}, seed = 1): Promise<Stage> {
  const world = new World({ seed, latencyUs: [1000, 1000] });
  const exchange = new FakeExchange(world.host('exchange'));
  await exchange.open();
  const { venue, desk } = makeVenue(world.host('desk'), exchange, options);
  venue.start();
  return { world, exchange, venue, desk };
}

/** Virtual milliseconds until nothing is left that could happen. */
async function restOf(world: World): Promise<number> {
  const { nowMs } = world;
  await expect(world.until(new Promise(() => undefined))).rejects.toThrow('nothing is left');
  return world.nowMs - nowMs;
}

function sources(visitor: Visitor | undefined): string[] {
  return (visitor?.subscriptions ?? []).map((each) =>
    [each.source, each.account ?? each.symbol, each.agg_level ?? each.interval].join(' ').trim(),
  );
}

describe('who subscribes to what', () => {
  const FAMILIES = {
    families: [family(0), { index: 1, apiKey: undefined }],
    accounts: [account(0, 0), account(1, 1), account(2, 0)],
  };

  test('VENUE-1 VENUE-2 a family has one connection for its events, each account one for snapshots', async () => {
    const { world, exchange, desk } = await stage({
      ...FAMILIES,
      publicChannels: ['prices', 'book', 'bbo', 'trades', 'candle'],
    });
    await world.run(100);
    expect(exchange.visitors.map(sources)).toEqual([
      [
        'account_order_updates address0',
        'account_trades address0',
        'account_order_updates address2',
        'account_trades address2',
        'prices',
        'book BTC 1',
        'book ETH 1',
        'bbo BTC',
        'bbo ETH',
        'trades BTC',
        'trades ETH',
        'candle BTC 1m',
        'candle ETH 1m',
      ],
      ['account_info address0', 'account_positions address0', 'account_orders address0'],
      ['account_info address2', 'account_positions address2', 'account_orders address2'],
      [
        'account_order_updates address1',
        'account_trades address1',
        'account_info address1',
        'account_positions address1',
        'account_orders address1',
      ],
    ]);
    expect(exchange.visitors.map(({ headers }) => headers['pf-api-key'])).toEqual([
      'key0',
      'key0',
      'key0',
      undefined,
    ]);
    expect(desk.states(0)).toEqual(['up']);
    expect(desk.states(1)).toEqual(['up']);
  });

  test('VENUE-3 the number of connections is bounded, families first, and the rest trade over REST', async () => {
    const { world, exchange, venue, desk } = await stage({
      ...FAMILIES,
      settings: { maxSockets: 3 },
    });
    await world.run(100);
    expect(exchange.visitors.map((each) => sources(each).length)).toEqual([4, 3, 5]);

    const shared = await stage({
      families: [family(0), family(1)],
      accounts: [account(0, 0), account(1, 0), account(2, 1), account(3, 1)],
      settings: { maxSockets: 5 },
    });
    await shared.world.run(100);
    expect(shared.exchange.visitors.map((each) => sources(each).length)).toEqual([4, 3, 3, 4, 3]);

    const tight = await stage({ ...FAMILIES, settings: { maxSockets: 1 } });
    await tight.world.run(100);
    expect(tight.exchange.visitors.map((each) => sources(each).length)).toEqual([4]);
    tight.venue.transmit(signed(7, { account: 1 }));
    await tight.world.run(100);
    expect(tight.desk.states(1)).toEqual(['polled']);
    expect(tight.exchange.requests).toHaveLength(1);
    expect(tight.desk.replies.get(7)).toMatchObject({ kind: 'ok', value: { overSocket: false } });
    expect(() => venue.transmit(signed(8, { account: 3 }))).toThrow('no session for account 3');
    expect(desk.notices).toEqual([]);
  });

  test('VENUE-4 frames reach the desk decoded, snapshots with the account of their connection', async () => {
    const { world, exchange, desk } = await stage(FAMILIES);
    await world.run(100);
    const [events, , second, only] = exchange.visitors;
    const positions = { channel: 'account_positions', data: [], li: 4 };
    exchange.push(positions, (each) => each === second || each === only);
    exchange.push({ channel: 'account_orders', data: [], li: 5 }, (each) => each === only);
    exchange.push({ channel: 'account_info', data: {} }, (each) => each === second);
    exchange.push({ channel: 'trades', data: [] }, (each) => each === events);
    exchange.push({ channel: 'pong' });
    exchange.push({ channel: 'unsubscribe', data: { source: 'prices' } });
    // One that names its account is believed, whatever carried it.
    exchange.push({ ...positions, account: 'address0' }, (each) => each === second);
    exchange.push({ channel: 'from_the_future', data: 1 }, (each) => each === only);
    exchange.push('not a frame', (each) => each === events);
    await world.run(100);
    expect(desk.frames).toEqual([
      [{ channel: 'account_positions', account: null, rows: [], li: 4 }, 2],
      [{ channel: 'account_positions', account: null, rows: [], li: 4 }, 1],
      [{ channel: 'account_orders', account: null, rows: [], li: 5 }, 1],
      [{ channel: 'trades', rows: [] }, undefined],
      [{ channel: 'account_positions', account: 'address0', rows: [], li: 4 }, 0],
      [{ channel: 'other', name: 'from_the_future' }, undefined],
    ]);
    expect(desk.notices).toEqual([
      expect.stringMatching(/^family 0, snapshots of address2: dropped a frame: account_info/),
      expect.stringMatching(/^family 0: dropped a frame: /),
    ]);
    expect(desk.states(0)).toEqual(['up']);
  });
});

describe('acks', () => {
  test('VENUE-2 up comes with the last ack; what stays unacknowledged is asked for again', async () => {
    const { world, exchange, venue, desk } = await stage();
    let silent = true;
    exchange.acks = ({ source }) => source !== 'account_trades' || !silent;
    await world.run(4 * SECOND);
    expect(desk.sessions).toEqual([]);
    // Not up yet: requests go over REST.
    venue.transmit(signed(1));
    await world.run(500);
    expect(exchange.trades).toEqual([]);
    expect(desk.replies.get(1)).toMatchObject({ kind: 'ok' });
    silent = false;
    await world.run(SECOND);
    expect(desk.states()).toEqual(['up']);
    expect(sources(exchange.visitors[0]).slice(5)).toEqual(['account_trades address0']);
    await world.run(60 * SECOND);
    expect(exchange.visitors).toHaveLength(1);

    const empty = await stage({ families: [family(0), family(1)], accounts: [account(0, 1)] });
    await empty.world.run(100);
    expect(empty.desk.states(0)).toEqual(['up']);
  });

  test('VENUE-2 after three subscriptions without an ack the connection is given up and named', async () => {
    const { world, exchange, desk } = await stage();
    exchange.acks = ({ source }) => source !== 'account_trades';
    await world.run(15 * SECOND + 10);
    expect(exchange.visitors[0]?.closed?.code).toBe(1006);
    expect(
      sources(exchange.visitors[0]).filter((each) => /account_trades/.test(each)),
    ).toHaveLength(3);
    expect(desk.states()).toEqual(['down']);
    expect(desk.notices).toEqual([
      'family 0: connection lost: no ack after 3 subscriptions of: account_trades address0',
    ]);
    await world.run(SECOND);
    expect(exchange.visitors).toHaveLength(2);
  });
});

describe('heartbeat', () => {
  test('VENUE-5 a ping every 20 s, and a connection that hears something is kept', async () => {
    const { world, exchange, desk } = await stage();
    await world.run(70 * SECOND);
    expect(exchange.visitors[0]?.pings.map(Math.round)).toEqual([20_002, 40_002, 60_002]);
    // Any frame counts as a sign of life.
    exchange.pongs = false;
    for (let i = 0; i < 5; i += 1) {
      await world.run(19 * SECOND);
      exchange.push({ channel: 'trades', data: [] });
    }
    expect(desk.states()).toEqual(['up']);
    expect(exchange.visitors).toHaveLength(1);
  });

  test('VENUE-6 two heartbeats without a frame: stale, down, and up again on a new connection', async () => {
    const { world, exchange, desk } = await stage();
    await world.run(25 * SECOND);
    exchange.pongs = false;
    await world.run(34 * SECOND);
    expect(desk.states()).toEqual(['up']);
    await world.run(2 * SECOND);
    expect(desk.states()).toEqual(['up', 'stale', 'down', 'up']);
    expect(desk.notices).toEqual(['family 0: connection lost: two heartbeats without a frame']);
    expect(exchange.living).toHaveLength(1);
  });

  test('VENUE-6 a stale connection takes no more requests', async () => {
    const { world, exchange, venue, desk } = await stage();
    await world.run(100);
    exchange.pongs = false;
    const report = desk.session.bind(desk);
    desk.session = (of, state): void => {
      report(of, state);
      if (state === 'stale') venue.transmit(signed(1));
    };
    await world.run(41 * SECOND);
    expect(desk.states().slice(0, 2)).toEqual(['up', 'stale']);
    expect(desk.replies.get(1)).toMatchObject({ kind: 'ok', value: { overSocket: false } });
    expect(exchange.trades).toEqual([]);
  });

  test('VENUE-6 a connection that was never up is not called stale', async () => {
    const settings = { ackTimeoutMs: 100 * SECOND };
    const { world, exchange, desk } = await stage({ settings });
    exchange.acks = () => false;
    exchange.pongs = false;
    await world.run(41 * SECOND);
    expect(desk.states()).toEqual(['down']);
  });
});

describe('reconnecting', () => {
  test('VENUE-7 waits double up to a ceiling and are at least half of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer(), (failures, seed) => {
        const waitMs = backoffMs(failures, DEFAULT_VENUE_SETTINGS, new SeededRandom(seed));
        const fullMs = Math.min(30_000, 250 * 2 ** (failures - 1));
        expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2);
        expect(waitMs).toBeLessThanOrEqual(fullMs);
      }),
    );
    const random = new SeededRandom(1);
    const draws = Array.from({ length: 20 }, () => backoffMs(5, DEFAULT_VENUE_SETTINGS, random));
    expect(new Set(draws).size).toBe(20);
  });

  test('VENUE-7 a refusing exchange is asked less and less often, then taken as soon as it is there', async () => {
    const { world, exchange, desk } = await stage();
    const { port } = exchange;
    await world.run(20 * SECOND);
    await exchange.close();
    await world.run(50);
    expect(desk.states()).toEqual(['up', 'down']);
    const tries: number[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      const before = desk.notices.length;
      await world.run(60 * SECOND);
      tries.push(desk.notices.length - before);
    }
    expect(tries[0]).toBeGreaterThan(6);
    expect(tries[4]).toBeLessThanOrEqual(4);
    expect(desk.notices.at(-1)).toMatch(/connection lost: closed with 1006: connect ECONNREFUSED/);
    expect(desk.states()).toEqual(['up', 'down']);
    await exchange.open(port);
    await world.run(31 * SECOND);
    expect(desk.states()).toEqual(['up', 'down', 'up']);
    // It lasted: the next loss starts with short waits again.
    await world.run(20 * SECOND);
    exchange.living[0]?.socket.terminate();
    await world.run(SECOND);
    expect(desk.states()).toEqual(['up', 'down', 'up', 'down', 'up']);
  });

  test('VENUE-7 an exchange that ends every connection at once is not hammered', async () => {
    const { world, exchange, desk } = await stage();
    exchange.acks = ({ source }, { socket }) => {
      // After the last ack, so that every connection is up for a moment.
      if (source === 'account_orders') queueMicrotask(() => socket.close(1011, 'overloaded'));
      return true;
    };
    await world.run(10 * 60 * SECOND);
    expect(exchange.visitors.length).toBeLessThan(50);
    expect(desk.states().slice(0, 4)).toEqual(['up', 'down', 'up', 'down']);
    expect(desk.notices[0]).toBe('family 0: connection lost: closed with 1011: overloaded');
  });

  test('VENUE-7 refused upgrades and connections that never open end too', async () => {
    const { world, exchange, desk } = await stage();
    exchange.upgrade = 429;
    await world.run(100);
    expect(desk.states()).toEqual(['down']);
    expect(desk.notices[0]).toBe(
      'family 0: connection lost: closed with 1006: Unexpected server response: 429',
    );

    const slow = new World({ seed: 1, latencyUs: [20_000_000, 20_000_000] });
    const far = new FakeExchange(slow.host('exchange'));
    await far.open();
    const { venue, desk: impatient } = makeVenue(slow.host('desk'), far);
    venue.start();
    await slow.run(10 * SECOND + 1);
    expect(impatient.notices).toEqual(['family 0: connection lost: did not open within 10000 ms']);
    expect(impatient.states()).toEqual(['down']);
  });
});

describe('renewal', () => {
  /** The exchange ends what is 24 hours old, and numbers what it says, one frame every 10 s. */
  function live(world: World, exchange: FakeExchange): { said(): number } {
    let said = 0;
    const { timers, clock } = world.host('exchange');
    const tick = (): void => {
      for (const { socket, openedMs } of exchange.living) {
        if (clock.monoUs() / 1000 - openedMs >= 24 * HOUR) socket.close(1001, 'too old');
      }
      said += 1;
      exchange.push({ channel: `number ${said}`, data: null });
      timers.after(10 * SECOND, tick);
    };
    timers.after(SECOND, tick);
    return { said: () => said };
  }

  test('VENUE-8 a connection is replaced before 24 h, and not one event is missed', async () => {
    const { world, exchange, desk } = await stage();
    const { said } = live(world, exchange);
    await world.run(100 * HOUR);
    expect(desk.states()).toEqual(['up']);
    const ages = exchange.visitors.map(({ openedMs, closed }) =>
      closed === undefined ? 0 : (closed.atMs - openedMs) / HOUR,
    );
    expect(ages).toHaveLength(5);
    for (const age of ages.slice(0, 4)) {
      expect(age).toBeGreaterThan(23);
      expect(age).toBeLessThan(23.6);
    }
    // Spread by chance, so that the families of a desk do not all renew at once.
    expect(new Set(ages.map((age) => age.toFixed(3))).size).toBe(5);
    expect(exchange.visitors.map(({ closed }) => closed?.code)).toEqual([
      1000,
      1000,
      1000,
      1000,
      undefined,
    ]);
    const heard = new Set(desk.frames.map(([frame]) => JSON.stringify(frame)));
    expect(heard.size).toBe(said());
    expect(desk.notices).toEqual([]);
  }, 60_000);

  test('VENUE-8 what waits for its answer on the old connection gets it there', async () => {
    const { world, exchange, venue, desk } = await stage({ settings: { renewSpreadMs: 0 } });
    await world.run(23.5 * HOUR - SECOND);
    venue.transmit(signed(1));
    await world.run(4 * SECOND);
    expect(exchange.living).toHaveLength(2);
    venue.transmit(signed(2));
    await world.run(SECOND);
    const [first, second] = exchange.trades;
    expect(first?.from).toBe(exchange.visitors[0]);
    expect(second?.from).toBe(exchange.visitors[1]);
    if (first) answer(first, { code: 200, data: { i: 11 } });
    await world.run(4 * SECOND);
    expect(desk.replies.get(1)).toEqual({ kind: 'ok', value: { orderId: 11, overSocket: true } });
    expect(exchange.living).toEqual([exchange.visitors[1]]);
    expect(desk.states()).toEqual(['up']);
  });

  test('VENUE-8 a replacement that fails is tried again while the old connection goes on', async () => {
    const { world, exchange, desk } = await stage({ settings: { renewSpreadMs: 0 } });
    await world.run(23.4 * HOUR);
    exchange.upgrade = 503;
    await world.run(0.2 * HOUR);
    expect(desk.states()).toEqual(['up']);
    expect(desk.notices.length).toBeGreaterThan(5);
    exchange.upgrade = 'accept';
    await world.run(40 * SECOND);
    expect(desk.states()).toEqual(['up']);
    expect(exchange.living).toEqual([exchange.visitors[1]]);
  });

  test('VENUE-8 the replacement of a lost connection starts a life of its own', async () => {
    const { world, exchange } = await stage({ settings: { renewSpreadMs: 0 } });
    await world.run(HOUR);
    exchange.living[0]?.socket.terminate();
    await world.run(22.6 * HOUR);
    // The lost one would have been renewed by now.
    expect(exchange.visitors).toHaveLength(2);
    await world.run(HOUR);
    expect(exchange.visitors).toHaveLength(3);
  });

  test('VENUE-8 VENUE-12 a retiring connection that is lost takes only its own requests with it', async () => {
    const { world, exchange, venue, desk } = await stage({ settings: { renewSpreadMs: 0 } });
    await world.run(23.5 * HOUR - SECOND);
    venue.transmit(signed(1));
    await world.run(2 * SECOND);
    venue.transmit(signed(2));
    await world.run(10);
    exchange.visitors[0]?.socket.terminate();
    await world.run(10);
    expect([...desk.replies]).toEqual([[1, { kind: 'unknown', message: 'closed with 1006' }]]);
    expect(desk.states()).toEqual(['up']);
  });

  test('VENUE-8 when the old connection ends first, the replacement on its way takes over', async () => {
    const { world, exchange, desk } = await stage({ settings: { renewSpreadMs: 0 } });
    exchange.acks = (_subscription, visitor) => visitor === exchange.visitors[0];
    await world.run(23.5 * HOUR + SECOND);
    expect(exchange.living).toHaveLength(2);
    exchange.living[0]?.socket.close(1001, 'too old');
    await world.run(SECOND);
    expect(desk.states()).toEqual(['up', 'down']);
    exchange.acks = () => true;
    await world.run(10 * SECOND);
    expect(desk.states()).toEqual(['up', 'down', 'up']);
    expect(exchange.visitors).toHaveLength(2);
  });

  test('VENUE-8 a retiring connection may be lost or fall silent without consequence', async () => {
    const settings = { renewSpreadMs: 0, retireMs: 100 * SECOND };
    const { world, exchange, venue, desk } = await stage({ settings });
    await world.run(23.5 * HOUR + SECOND);
    exchange.pongs = false;
    const noise = setTicks(world, exchange);
    await world.run(60 * SECOND);
    noise.stop();
    expect(exchange.visitors[0]?.closed?.code).toBe(1006);
    expect(desk.states()).toEqual(['up']);
    expect(desk.notices).toEqual([]);
    await world.until(venue.close());
    expect(await restOf(world)).toBeLessThan(100);
  });

  /** Frames on the second connection only. */
  function setTicks(world: World, exchange: FakeExchange): { stop(): void } {
    let timer = { cancel: (): void => undefined };
    const tick = (): void => {
      exchange.push({ channel: 'noise' }, (each) => each === exchange.visitors[1]);
      timer = world.host('exchange').timers.after(5 * SECOND, tick);
    };
    tick();
    return { stop: () => timer.cancel() };
  }
});

describe('closing', () => {
  test('VENUE-9 a closed venue ends every connection and request, and leaves nothing to happen', async () => {
    const { world, exchange, venue, desk } = await stage({
      accounts: [account(0, 0), account(1, 0)],
    });
    await world.run(100);
    exchange.onRequest = () => new Promise(() => undefined);
    venue.transmit(signed(1));
    venue.transmit(signed(2, { wsKey: undefined }));
    venue.query(3, 1, { of: 'prices' });
    await world.run(10);
    await world.until(venue.close());
    expect(desk.replies.get(1)).toEqual({ kind: 'unknown', message: 'closed by us' });
    expect(desk.replies.get(2)).toMatchObject({ kind: 'unknown' });
    expect(desk.answers.get(3)).toMatchObject({ kind: 'unknown' });
    expect([desk.replies.size, desk.answers.size]).toEqual([2, 1]);
    await world.run(10);
    expect(exchange.living).toEqual([]);
    expect(await restOf(world)).toBeLessThan(100);
    expect(desk.states()).toEqual(['up']);

    venue.transmit(signed(4));
    await world.run(10);
    expect(desk.replies.get(4)).toMatchObject({ kind: 'refused', reason: 'unreachable' });
  });

  test('VENUE-9 a peer that does not answer the closing is left after a second', async () => {
    const world = new World({ seed: 1, latencyUs: [1000, 1000] });
    const exchange = new FakeExchange(world.host('exchange'));
    await exchange.open();
    let sockets = 0;
    const host = withSockets(world.host('desk'), (socket) => {
      sockets += 1;
      return sockets === 1 ? { ...socket, close: () => undefined } : socket;
    });
    const { venue } = makeVenue(host, exchange, { settings: { renewSpreadMs: 0 } });
    venue.start();
    await world.run(23.5 * HOUR + SECOND);
    const [deaf, polite] = exchange.living;
    const closing = venue.close();
    await world.run(990);
    expect([deaf?.closed, polite?.closed?.code]).toEqual([undefined, 1000]);
    const { nowMs } = world;
    await world.until(closing);
    expect(world.nowMs).toBe(nowMs + 10);
    await world.run(10);
    expect(exchange.living).toEqual([]);
    expect(await restOf(world)).toBeLessThan(100);
  });

  test('VENUE-9 what was under way over REST alone is reported before the closing is done', async () => {
    const { world, exchange, venue, desk } = await stage({ settings: { maxSockets: 0 } });
    exchange.onRequest = () => new Promise(() => undefined);
    venue.transmit(signed(1));
    await world.run(10);
    await venue.close();
    expect(desk.replies.get(1)).toMatchObject({ kind: 'unknown' });
  });

  test('VENUE-9 closing in the middle of a renewal ends both connections', async () => {
    const { world, exchange, venue } = await stage({ settings: { renewSpreadMs: 0 } });
    await world.run(23.5 * HOUR + SECOND);
    expect(exchange.living).toHaveLength(2);
    await world.until(venue.close());
    expect(await restOf(world)).toBeLessThan(100);
    expect(exchange.living).toEqual([]);

    // An ack on the way back does not bring a closing connection up.
    const early = await stage();
    await early.world.run(3.5);
    expect(early.exchange.visitors[0]?.subscriptions).toHaveLength(5);
    expect(early.desk.states()).toEqual([]);
    await early.world.until(early.venue.close());
    expect(await restOf(early.world)).toBeLessThan(100);
    expect(early.desk.states()).toEqual([]);
  });

  test('VENUE-9 closing while waiting to reconnect stops the attempts', async () => {
    const { world, exchange, venue, desk } = await stage();
    await world.run(100);
    await exchange.close();
    await world.run(300);
    venue.transmit(signed(1));
    await world.until(venue.close());
    const { length } = desk.notices;
    await world.run(60 * SECOND);
    expect(desk.notices).toHaveLength(length);
  });
});
