import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BookSide, MatchTif } from '../../src/matching/addOutcome.ts';
import { Depth } from '../../src/matching/depth.ts';
import { type EngineOptions, MatchingEngine } from '../../src/matching/matchingEngine.ts';
import { NaiveEngine } from './naiveEngine.ts';

describe('price-time priority', () => {
  test('EX-20 the better price trades first, then the older order, at the resting price', () => {
    const engine = new MatchingEngine();
    engine.add(1, 10, 'ask', 101, 5, 'GTC');
    engine.add(2, 11, 'ask', 100, 5, 'GTC');
    engine.add(3, 12, 'ask', 100, 5, 'GTC');
    const outcome = engine.add(4, 13, 'bid', 102, 12, 'GTC');
    expect(outcome).toEqual({ status: 'filled', ticks: 102, filledLots: 12, restingLots: 0 });
    expect(eventsOf(engine)).toEqual([
      { traded: 1, makerId: 2, makerOwner: 11, ticks: 100, lots: 5, makerRemaining: 0 },
      { traded: 1, makerId: 3, makerOwner: 12, ticks: 100, lots: 5, makerRemaining: 0 },
      { traded: 1, makerId: 1, makerOwner: 10, ticks: 101, lots: 2, makerRemaining: 3 },
    ]);
    expect(engine.bestAsk()).toBe(101);
    expect(engine.remaining(1)).toBe(3);
  });

  test('EX-21 GTC rests what did not match, IOC drops it', () => {
    const engine = new MatchingEngine();
    engine.add(1, 1, 'ask', 50, 3, 'GTC');
    expect(engine.add(2, 2, 'bid', 50, 5, 'GTC')).toMatchObject({
      status: 'resting',
      filledLots: 3,
      restingLots: 2,
    });
    expect(engine.add(3, 3, 'ask', 50, 7, 'IOC')).toMatchObject({
      status: 'cancelled',
      filledLots: 2,
      restingLots: 0,
    });
    expect([engine.bestBid(), engine.bestAsk(), engine.remaining(3)]).toEqual([0, 0, 0]);
  });
});

describe('post-only', () => {
  test('EX-22 ALO that would match is refused and leaves the book alone', () => {
    const engine = new MatchingEngine();
    engine.add(1, 1, 'ask', 50, 3, 'GTC');
    expect(engine.add(2, 2, 'bid', 50, 5, 'ALO').status).toBe('post_only');
    expect(engine.events.count).toBe(0);
    expect(engine.add(3, 2, 'bid', 49, 5, 'ALO').status).toBe('resting');
    expect([engine.bestBid(), engine.bestAsk()]).toEqual([49, 50]);
  });

  test('EX-23 TOB moves to the best price that does not cross', () => {
    const engine = new MatchingEngine();
    engine.add(1, 1, 'ask', 50, 3, 'GTC');
    expect(engine.add(2, 2, 'bid', 60, 5, 'TOB')).toMatchObject({ status: 'resting', ticks: 49 });
    expect(engine.add(3, 3, 'ask', 10, 5, 'TOB')).toMatchObject({ status: 'resting', ticks: 50 });
    expect(engine.add(4, 3, 'ask', 70, 5, 'TOB')).toMatchObject({ status: 'resting', ticks: 70 });
    expect(engine.priceOf(2)).toBe(49);
  });

  test('EX-23 TOB with no price left on its side is refused', () => {
    const engine = new MatchingEngine({ maxTicks: 100 });
    engine.add(1, 1, 'ask', 1, 3, 'GTC');
    expect(engine.add(2, 2, 'bid', 5, 5, 'TOB').status).toBe('post_only');
    engine.cancel(1);
    engine.add(3, 1, 'bid', 100, 3, 'GTC');
    expect(engine.add(4, 2, 'ask', 5, 5, 'TOB').status).toBe('post_only');
  });
});

describe('self-trade prevention', () => {
  test('EX-24 an own resting order is removed whole and the taker goes on', () => {
    const engine = new MatchingEngine();
    engine.add(1, 7, 'ask', 100, 4, 'GTC');
    engine.add(2, 8, 'ask', 100, 4, 'GTC');
    engine.add(3, 7, 'ask', 101, 4, 'GTC');
    const outcome = engine.add(4, 7, 'bid', 101, 6, 'GTC');
    expect(outcome).toMatchObject({ status: 'resting', filledLots: 4, restingLots: 2 });
    expect(eventsOf(engine)).toEqual([
      { traded: 0, makerId: 1, makerOwner: 7, ticks: 100, lots: 4, makerRemaining: 0 },
      { traded: 1, makerId: 2, makerOwner: 8, ticks: 100, lots: 4, makerRemaining: 0 },
      { traded: 0, makerId: 3, makerOwner: 7, ticks: 101, lots: 4, makerRemaining: 0 },
    ]);
  });

  test('EX-24 an own order that the taker does not reach stays', () => {
    const engine = new MatchingEngine();
    engine.add(1, 8, 'ask', 100, 4, 'GTC');
    engine.add(2, 7, 'ask', 100, 4, 'GTC');
    engine.add(3, 7, 'bid', 100, 4, 'GTC');
    expect(engine.remaining(2)).toBe(4);
  });

  test('owner 0 is nobody and trades with itself', () => {
    const engine = new MatchingEngine();
    engine.add(1, 0, 'ask', 100, 4, 'GTC');
    expect(engine.add(2, 0, 'bid', 100, 4, 'GTC').status).toBe('filled');
  });

  test('EX-25 post-only goes first, or not at all by setting', () => {
    const strict = new MatchingEngine();
    strict.add(1, 7, 'ask', 100, 4, 'GTC');
    expect(strict.add(2, 7, 'bid', 100, 4, 'ALO').status).toBe('post_only');
    expect(strict.remaining(1)).toBe(4);

    const lenient = new MatchingEngine({ postOnlyFirst: false });
    lenient.add(1, 7, 'ask', 100, 4, 'GTC');
    lenient.add(2, 8, 'ask', 102, 4, 'GTC');
    expect(lenient.add(3, 7, 'bid', 102, 4, 'ALO').status).toBe('post_only');
    expect(lenient.remaining(1)).toBe(0);
    expect(lenient.add(4, 7, 'bid', 101, 4, 'ALO').status).toBe('resting');
  });
});

describe('queries', () => {
  test('depth lists levels best first, as far as the buffer reaches', () => {
    const engine = new MatchingEngine();
    engine.add(1, 1, 'bid', 10, 1, 'GTC');
    engine.add(2, 1, 'bid', 12, 2, 'GTC');
    engine.add(3, 2, 'bid', 12, 3, 'GTC');
    engine.add(4, 2, 'ask', 4000, 9, 'GTC');
    engine.add(5, 2, 'ask', 33_000_000, 8, 'GTC');
    const depth = new Depth(2);
    engine.depth('bid', depth);
    expect(levelsOf(depth)).toEqual([
      [12, 5, 2],
      [10, 1, 1],
    ]);
    engine.depth('ask', depth);
    expect(levelsOf(depth)).toEqual([
      [4000, 9, 1],
      [33_000_000, 8, 1],
    ]);
    expect(engine.levelLots(12)).toBe(5);
    expect(engine.levelOrders(12)).toBe(2);
    expect([engine.levelLots(11), engine.levelOrders(11), engine.levelOrders(999)]).toEqual([
      0, 0, 0,
    ]);
    expect(engine.levelLots(999)).toBe(0);
    expect(engine.nextPrice('ask', 4000)).toBe(33_000_000);
    expect(engine.nextPrice('bid', 10)).toBe(0);
  });

  test('cancel returns what was left, reduce keeps the place in the queue', () => {
    const engine = new MatchingEngine();
    engine.add(1, 1, 'ask', 100, 5, 'GTC');
    engine.add(2, 2, 'ask', 100, 5, 'GTC');
    engine.reduce(1, 2);
    engine.add(3, 3, 'bid', 100, 3, 'IOC');
    expect(eventsOf(engine).map((event) => [event.makerId, event.lots])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(engine.cancel(2)).toBe(4);
    expect(engine.cancel(2)).toBe(-1);
    expect([engine.priceOf(2), engine.remaining(2)]).toEqual([0, 0]);
  });

  test('our own mistakes stop the process', () => {
    const engine = new MatchingEngine({ maxTicks: 1000 });
    engine.add(1, 1, 'ask', 100, 5, 'GTC');
    expect(() => engine.add(1, 1, 'ask', 100, 5, 'GTC')).toThrow('in the book already');
    expect(() => engine.add(2, 1, 'ask', 0, 5, 'GTC')).toThrow('price out of range');
    expect(() => engine.add(2, 1, 'ask', 1001, 5, 'GTC')).toThrow('price out of range');
    expect(() => engine.add(2, 1, 'ask', 100, 0, 'GTC')).toThrow('no lots');
    expect(() => engine.reduce(9, 1)).toThrow('not in the book');
    expect(() => engine.reduce(1, 6)).toThrow('cannot go from 5 to 6');
  });
});

test('grows with its orders and forgets them all', () => {
  const engine = new MatchingEngine();
  const count = 3000;
  for (let id = 0; id < count; id += 1) {
    engine.add(id, 1, id % 2 === 0 ? 'bid' : 'ask', id % 2 === 0 ? 9000 - id : 9001 + id, 2, 'GTC');
  }
  for (let id = 0; id < count; id += 1) expect(engine.remaining(id)).toBe(2);
  for (let id = count - 1; id >= 0; id -= 1) expect(engine.cancel(id)).toBe(2);
  expect([engine.bestBid(), engine.bestAsk(), engine.remaining(0)]).toEqual([0, 0, 0]);
});

describe('against the naive engine', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'cancel', 'reduce'),
    owner: fc.integer({ min: 0, max: 3 }),
    side: fc.constantFrom<BookSide>('bid', 'ask'),
    offset: fc.integer({ min: -6, max: 6 }),
    lots: fc.integer({ min: 1, max: 20 }),
    tif: fc.constantFrom<MatchTif>('GTC', 'GTC', 'IOC', 'ALO', 'TOB'),
    pick: fc.nat(1000),
    /** Now and then the market jumps: prices of a far page. */
    centre: fc.constantFrom(100, 100, 100, 100, 3_300_000),
  });

  test('same fills, same book, over random histories', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(operation, { minLength: 1, maxLength: 120 }),
        (postOnlyFirst, operations) => {
          const options: EngineOptions = { postOnlyFirst, maxTicks: 2 ** 22 };
          const engine = new MatchingEngine(options);
          const naive = new NaiveEngine(options);
          operations.forEach((step, index) => {
            if (step.kind === 'add') {
              const ticks = step.centre + step.offset;
              const args = [index, step.owner, step.side, ticks, step.lots, step.tif] as const;
              expect({ ...engine.add(...args) }).toEqual(naive.add(...args));
              expect(eventsOf(engine)).toEqual(naive.events);
            } else {
              const id = step.pick % (index + 1);
              const left = engine.remaining(id);
              expect(left).toBe(naive.remaining(id));
              if (step.kind === 'cancel') expect(engine.cancel(id)).toBe(naive.cancel(id));
              else if (left > 0) {
                engine.reduce(id, 1 + (step.lots % left));
                naive.reduce(id, 1 + (step.lots % left));
              }
            }
            expect(bookOf(engine)).toEqual(naive.book());
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('thousands of resting orders on a wandering price', () => {
    const engine = new MatchingEngine();
    const naive = new NaiveEngine({});
    let state = 12345;
    const draw = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * below);
    };
    for (let id = 0; id < 6000; id += 1) {
      const centre = 500_000 + Math.floor(id / 10) * 400;
      const isBid = draw(2) === 0;
      const ticks = centre + (isBid ? -draw(2000) : draw(2000)) + draw(9) - 4;
      const tif = draw(12) === 0 ? 'IOC' : 'GTC';
      const args = [id, draw(5), isBid ? 'bid' : 'ask', ticks, 1 + draw(50), tif] as const;
      expect({ ...engine.add(...args) }).toEqual(naive.add(...args));
      expect(eventsOf(engine)).toEqual(naive.events);
      if (draw(3) === 0) {
        const victim = draw(id + 1);
        expect(engine.cancel(victim)).toBe(naive.cancel(victim));
      }
    }
    expect(bookOf(engine)).toEqual(naive.book());
    expect(naive.book().bids.length).toBeGreaterThan(500);
  });
});

function eventsOf(engine: MatchingEngine): Record<string, number>[] {
  const { events } = engine;
  return Array.from({ length: events.count }, (_, i) => ({
    traded: events.traded[i] ?? -1,
    makerId: events.makerId[i] ?? -1,
    makerOwner: events.makerOwner[i] ?? -1,
    ticks: events.ticks[i] ?? -1,
    lots: events.lots[i] ?? -1,
    makerRemaining: events.makerRemaining[i] ?? -1,
  }));
}

function levelsOf(depth: Depth): number[][] {
  return Array.from({ length: depth.count }, (_, i) => [
    depth.ticks[i] ?? -1,
    depth.lots[i] ?? -1,
    depth.orders[i] ?? -1,
  ]);
}

function bookOf(engine: MatchingEngine): { bids: number[][]; asks: number[][] } {
  const depth = new Depth(5000);
  engine.depth('bid', depth);
  const bids = levelsOf(depth);
  engine.depth('ask', depth);
  const asks = levelsOf(depth);
  expect(engine.bestBid()).toBe(bids[0]?.[0] ?? 0);
  expect(engine.bestAsk()).toBe(asks[0]?.[0] ?? 0);
  return { bids, asks };
}
