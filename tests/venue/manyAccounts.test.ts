// A thousand accounts: the real client against the real exchange, and what their connections carry.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SessionState, VenueFamily, VenueSink } from '../../src/desk/ports.ts';
import type { Frame } from '../../src/protocol/frames/frame.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import type { Host } from '../../src/std/host.ts';
import { Venue } from '../../src/venue/venue.ts';
import type { VenueSettings } from '../../src/venue/venueSettings.ts';
import { Hall } from '../exchange/support/hall.ts';

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const BTC = makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures });
const FAMILY_SIZE = 11;

let crowd: Crowd | undefined;

afterEach(async () => {
  await crowd?.close();
});

/** A venue with many families of eleven on the exchange, and how many sockets it has open. */
class Crowd implements VenueSink {
  readonly hall: Hall;
  readonly venue: Venue;
  readonly states: Map<number, SessionState[]> = new Map();
  /** Addresses of which an order event came, and how the requests of each family were answered. */
  readonly told: Map<string, number> = new Map();
  readonly replies: Map<number, { readonly kind: string; readonly overSocket?: boolean }> =
    new Map();
  open = 0;
  opened = 0;
  most = 0;

  static async open(families: number, settings: Partial<VenueSettings> = {}): Promise<Crowd> {
    const hall = await Hall.open({ accounts: families * FAMILY_SIZE, familySize: FAMILY_SIZE });
    crowd = new Crowd(hall, families, settings);
    crowd.venue.start();
    await hall.world.run(3000);
    return crowd;
  }

  constructor(hall: Hall, count: number, settings: Partial<VenueSettings>) {
    this.hall = hall;
    const families = Array.from({ length: count }, (_, index): VenueFamily => {
      return { index, apiKey: hall.account(index * FAMILY_SIZE).apiKey };
    });
    this.venue = new Venue(
      this.#counting(hall.host),
      {
        restUrl: hall.startup.rest,
        wsUrl: hall.startup.ws,
        markets: new MarketIndex([BTC]),
        families,
        accounts: hall.startup.accounts.map(({ account }, index) => {
          return { index, address: account, family: Math.floor(index / FAMILY_SIZE) };
        }),
        settings,
      },
      this,
    );
  }

  get world(): Hall['world'] {
    return this.hall.world;
  }

  /** A resting order of every account. */
  async tradeAll(): Promise<void> {
    const { hall } = this;
    for (const index of hall.startup.accounts.keys()) {
      const order = hall.limit(index, 'bid', '50000', '0.001');
      this.venue.transmit({
        requestId: index,
        account: index,
        path: '/orders/create',
        wsKey: 'create_order',
        body: JSON.stringify(hall.signed(index, 'create_order', order)),
        timestampMs: 0,
        expiryWindowMs: 5000,
      });
    }
    await this.world.run(500);
  }

  /** Families of which every account's order event came, exactly once. */
  get covered(): number[] {
    const families = [...this.states.keys()].sort((a, b) => a - b);
    return families.filter((family) =>
      this.hall.startup.accounts
        .slice(family * FAMILY_SIZE, (family + 1) * FAMILY_SIZE)
        .every(({ account }) => this.told.get(account) === 1),
    );
  }

  async close(): Promise<void> {
    await this.world.until(this.venue.close());
    await this.hall.server.close();
    crowd = undefined;
  }

  session(family: number, state: SessionState): void {
    const states = this.states.get(family) ?? [];
    states.push(state);
    this.states.set(family, states);
  }

  frame(frame: Frame): void {
    if (frame.channel !== 'account_order_updates') return;
    for (const { account } of frame.rows) this.told.set(account, (this.told.get(account) ?? 0) + 1);
  }

  reply(requestId: number, outcome: { readonly kind: string; readonly value?: unknown }): void {
    const value = outcome.value as { overSocket: boolean } | undefined;
    this.replies.set(requestId, { kind: outcome.kind, overSocket: value?.overSocket ?? false });
  }

  sent(): void {}

  answer(): void {}

  credits(): void {}

  #counting(host: Host): Host {
    return {
      ...host,
      transport: {
        openHttp: (origin) => host.transport.openHttp(origin),
        openSocket: (url, headers, handlers) => {
          this.open += 1;
          this.opened += 1;
          this.most = Math.max(this.most, this.open);
          return host.transport.openSocket(url, headers, {
            ...handlers,
            onOpen: () => handlers.onOpen(),
            onMessage: (text) => handlers.onMessage(text),
            onClose: (code, reason) => {
              this.open -= 1;
              handlers.onClose(code, reason);
            },
          });
        },
      },
    };
  }
}

describe('a thousand accounts', () => {
  test('VENUE-1 VENUE-3 in 91 families of eleven have their streams and trade over at most 100 connections', async () => {
    const all = await Crowd.open(91);
    expect(all.open).toBe(95);
    expect([...all.states.values()]).toEqual(Array.from({ length: 91 }, () => ['up']));
    await all.tradeAll();
    expect(all.covered).toHaveLength(91);
    expect([...all.replies.values()]).toEqual(
      Array.from({ length: 1001 }, () => ({ kind: 'ok', overSocket: true })),
    );
    expect(all.hall.server.report()).toMatchObject({ orders: 1001, tooManyRequests: 0 });
  }, 60_000);

  test('VENUE-3 VENUE-61 further families trade over REST, and renewals of all never exceed 100', async () => {
    const settings = { renewAfterMs: 20_000, renewSpreadMs: 10_000 };
    const all = await Crowd.open(100, settings);
    await all.tradeAll();
    const polled = [...all.states].filter(([, states]) => states[0] === 'polled');
    expect(polled.map(([family]) => family).sort()).toEqual([95, 96, 97, 98, 99]);
    expect(all.covered).toEqual(Array.from({ length: 95 }, (_, family) => family));
    const overRest = [...all.replies].filter(([, { overSocket }]) => !overSocket);
    expect(overRest.map(([account]) => Math.floor(account / FAMILY_SIZE) >= 95)).toEqual(
      Array.from({ length: 55 }, () => true),
    );
    expect([...all.replies.values()].every(({ kind }) => kind === 'ok')).toBe(true);
    await all.world.run(60_000);
    expect(all.most).toBe(100);
    // All of them were renewed, and none was down meanwhile.
    expect(all.opened).toBeGreaterThanOrEqual(2 * 95);
    expect([...all.states.values()].flat().filter((state) => state === 'up')).toHaveLength(95);
  }, 60_000);
});
