// Connections that are replaced while frames keep coming, and limits of what one carries.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { World } from '../../src/simulation/world.ts';
import { connectionLoads } from '../../src/venue/subscription.ts';
import { Bench } from '../desk/support/bench.ts';
import { account, type Desk, family, makeVenue } from './support/desk.ts';
import { FakeExchange, type Visitor } from './support/fakeExchange.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A fill of one lot, as the reference shows them. */
function trade(h: number): unknown {
  return {
    channel: 'account_trades',
    data: [
      {
        h,
        i: 1_559_912_767 + h,
        I: null,
        u: 'address0',
        s: 'BTC',
        p: '89477',
        o: '89505',
        a: '0.00001',
        te: 'fulfill_maker',
        ts: 'open_long',
        tc: 'normal',
        f: '0.000134',
        n: '-0.000134',
        t: 1_765_018_588_190,
        li: 1_559_912_767 + h,
      },
    ],
  };
}

function hears(visitor: Visitor): boolean {
  return visitor.subscriptions.some(({ source }) => source === 'account_trades');
}

function trades(desk: Desk): number[] {
  return desk.frames.flatMap(([frame]) =>
    frame.channel === 'account_trades' ? frame.rows.map(({ historyId }) => historyId) : [],
  );
}

/** The connection is replaced in the half minute before 23.5 h. */
function isDue(nowMs: number): boolean {
  const beforeMs = 23.5 * HOUR + 6 * SECOND - nowMs;
  return beforeMs > 0 && beforeMs < 60 * SECOND;
}

describe('a day and more', () => {
  test('VENUE-8 with trades at every moment of the switch none is lost, and none is counted twice', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 60 }),
      async (seed, latencyMs, gapMs) => {
        const world = new World({ seed, latencyUs: [500, latencyMs * 1000] });
        const exchange = new FakeExchange(world.host('exchange'));
        await exchange.open();
        const { venue, desk } = makeVenue(world.host('desk'), exchange, {
          settings: { renewSpreadMs: 30 * SECOND },
        });
        venue.start();
        let said = 0;
        const say = (): void => {
          said += 1;
          exchange.push(trade(said), hears);
        };
        await world.run(5 * SECOND);
        // Sparse all day, dense from the first sign of the new connection until it is alone.
        while (world.nowMs < DAY) {
          const isSwitching = exchange.living.length > 1;
          say();
          if (isSwitching) for (let i = 0; i < 20; i += 1) await world.run(gapMs).then(say);
          else await world.run(isDue(world.nowMs) ? 40 + gapMs : 20 * SECOND);
        }
        await world.run(10 * SECOND);
        expect(exchange.visitors).toHaveLength(2);
        expect(desk.states()).toEqual(['up']);
        const heard = trades(desk);
        expect(new Set(heard).size).toBe(said);
        const bench = new Bench({ families: [0] });
        for (const [frame, owner] of desk.frames) {
          bench.step({ kind: 'frame', frame, account: owner });
        }
        expect(bench.kernel.accounts[0]?.position(0).lots).toBe(said);
        await world.until(venue.close());
      },
    );
    await fc.assert(property, { numRuns: 3 });
  }, 60_000);
});

describe('a stream some of whose frames do not come', () => {
  test('VENUE-62 has its connections replaced; the young ones and those of others stay', async () => {
    const world = new World({ seed: 1, latencyUs: [1000, 1000] });
    const exchange = new FakeExchange(world.host('exchange'));
    await exchange.open();
    const { venue, desk } = makeVenue(world.host('desk'), exchange, {
      families: [family(0), family(1)],
      accounts: [account(0, 0), account(1, 0), account(2, 1)],
    });
    venue.start();
    await world.run(SECOND);
    venue.refresh(0);
    await world.run(5 * SECOND);
    expect(exchange.visitors).toHaveLength(4);
    await world.run(10 * SECOND);
    venue.refresh(0);
    venue.refresh(0);
    await world.run(5 * SECOND);
    // Those of family 0 and of the snapshots of account 0.
    expect(exchange.visitors.map(({ closed }) => closed?.code)).toEqual([
      1000,
      1000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(desk.states(0)).toEqual(['up']);
    expect(desk.notices).toEqual([
      'family 0: replacing a connection some of whose frames do not come',
      expect.stringMatching(/^family 0, snapshots of address0: replacing a connection/),
    ]);
    const closing = venue.close();
    venue.refresh(0);
    await world.until(closing);
    expect(exchange.living).toEqual([]);
  });

  test('VENUE-61 waits for one that is being replaced, when only one may be', async () => {
    const world = new World({ seed: 1, latencyUs: [1000, 1000] });
    const exchange = new FakeExchange(world.host('exchange'));
    await exchange.open();
    const { venue } = makeVenue(world.host('desk'), exchange, {
      accounts: [account(0, 0), account(1, 0)],
      settings: { maxRenewals: 1 },
    });
    venue.start();
    await world.run(15 * SECOND);
    venue.refresh(0);
    let most = 0;
    for (let i = 0; i < 100; i += 1) {
      await world.run(100);
      most = Math.max(most, exchange.living.length);
    }
    expect(most).toBe(4);
    expect(exchange.visitors).toHaveLength(5);
    await world.until(venue.close());
  });
});

describe('what one connection carries', () => {
  test('VENUE-60 at most so many subscriptions of a channel, in order, on as few as it takes', () => {
    const some = (source: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({ source, account: `a${i}` }));
    const loads = connectionLoads([...some('x', 45), ...some('y', 20), ...some('z', 21)], 20);
    expect(loads.map((load) => load.length)).toEqual([60, 21, 5]);
    expect(loads.flat()).toHaveLength(86);
    expect(loads[2]?.[0]).toEqual({ source: 'x', account: 'a40' });
    expect(connectionLoads([], 20)).toEqual([[]]);
  });

  test('VENUE-60 a family is up while all its connections are', async () => {
    const world = new World({ seed: 1, latencyUs: [1000, 1000] });
    const exchange = new FakeExchange(world.host('exchange'));
    await exchange.open();
    const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
    const markets = Array.from({ length: 25 }, (_, i) =>
      makeMarket(i, { symbol: `M${i}`, tickSize: '1', lotSize: '0.00001', ...figures }),
    );
    const { venue, desk } = makeVenue(world.host('desk'), exchange, {
      markets: new MarketIndex(markets),
      publicChannels: ['book', 'candle'],
    });
    exchange.acks = ({ symbol }) => symbol !== 'M24';
    venue.start();
    await world.run(SECOND);
    expect(exchange.visitors.map(({ subscriptions }) => subscriptions.length)).toEqual([45, 10]);
    expect(desk.states()).toEqual([]);
    exchange.acks = () => true;
    await world.run(10 * SECOND);
    expect(desk.states()).toEqual(['up']);
    exchange.visitors[1]?.socket.terminate();
    await world.run(100);
    expect(desk.states()).toEqual(['up', 'down']);
    await world.run(SECOND);
    expect(desk.states()).toEqual(['up', 'down', 'up']);
    await world.until(venue.close());
  });
});
