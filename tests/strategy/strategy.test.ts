import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type StrategyConfig, strategySchema } from '../../src/config/strategyConfig.ts';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import type { Side } from '../../src/protocol/terms.ts';
import type { StrategyView } from '../../src/strategy/baseStrategy.ts';
import type { Intent } from '../../src/strategy/intent.ts';
import { MarketMakingStrategy } from '../../src/strategy/marketMaking/marketMakingStrategy.ts';
import { quotePrices } from '../../src/strategy/marketMaking/quotePrices.ts';
import { nextLevel } from '../../src/strategy/spread/ladder.ts';
import { ratioStats, zScore } from '../../src/strategy/spread/logRatio.ts';
import { SpreadStrategy } from '../../src/strategy/spread/spreadStrategy.ts';
import { dueLots } from '../../src/strategy/timeBased/schedule.ts';
import { TimeBasedStrategy } from '../../src/strategy/timeBased/timeBasedStrategy.ts';

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const MARKETS: readonly Market[] = [
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...FIGURES }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...FIGURES }),
];
const BANDS = [1, 2, 3];

/** Books at 89,999 to 90,001 and 3,999.9 to 4,000.1 dollars, no positions, no quotes. */
class World implements StrategyView {
  nowMs = 1_000_000;
  readonly books: [number, number][] = [
    [89_999, 90_001],
    [39_999, 40_001],
  ];
  readonly history: number[][] = [[], []];
  readonly positions: Map<string, number> = new Map();
  readonly quotes: Map<string, number> = new Map();
  credits = 1;

  market(id: number): Market {
    return MARKETS[id] as Market;
  }
  bidTicks(market: number): number {
    return this.books[market]?.[0] ?? 0;
  }
  askTicks(market: number): number {
    return this.books[market]?.[1] ?? 0;
  }
  doubleMidTicks(market: number): number {
    const [bid, ask] = this.books[market] ?? [0, 0];
    return bid > 0 && ask > 0 ? bid + ask : 0;
  }
  positionLots(account: number, market: number): number {
    return this.positions.get(`${account}/${market}`) ?? 0;
  }
  quoteTicks(account: number, market: number, side: Side): number {
    return this.quotes.get(`${account}/${market}/${side}`) ?? 0;
  }
  closes(market: number, count: number): readonly number[] {
    return (this.history[market] ?? []).slice(-count);
  }
  creditShare(): number {
    return this.credits;
  }
}

function configured<K extends StrategyConfig['kind']>(
  fields: { kind: K } & Record<string, unknown>,
): Extract<StrategyConfig, { kind: K }> {
  return strategySchema.parse({ name: 'one', accounts: ['a'], ...fields }) as never;
}

describe('the ladder', () => {
  test.each([
    // level, z, next level, with bands 1, 2, 3 and a gap of 0.5
    [0, 0, 0],
    [0, 0.99, 0],
    [0, 1, -1],
    [0, -1, 1],
    [0, 2.5, -2],
    [0, -9, 3],
    [-1, 0.5, -1],
    [-1, 0.49, 0],
    [-1, 1.99, -1],
    [-1, 2, -2],
    [-2, 1.5, -2],
    [-2, 1.49, -1],
    [-2, 0.5, -1],
    [-3, 0.2, 0],
    [-3, 2.4, -2],
    [-1, -0.1, 0],
    [-1, -1, 1],
    [2, 0.1, 0],
    [2, 3, -3],
    [1, 0, 0],
    [-1, 0, 0],
  ])('STRAT-2 from %i, z %d: %i', (level, z, expected) => {
    expect(nextLevel(level, z, BANDS, 0.5)).toBe(expected);
  });

  test('STRAT-2 a gap wider than the band lasts until z changes its sign', () => {
    expect([nextLevel(-1, 0, BANDS, 1.5), nextLevel(1, 0, BANDS, 1.5)]).toEqual([-1, 1]);
    expect([nextLevel(-1, -0.1, BANDS, 1.5), nextLevel(1, 0.1, BANDS, 1.5)]).toEqual([0, 0]);
  });

  const aLadder = fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })
    .map((bands) => bands.sort((a, b) => a - b).map((band) => band / 10));
  const aGap = fc.integer({ min: 1, max: 40 }).map((gap) => gap / 10);
  const aWay = fc.array(fc.integer({ min: -70, max: 70 }), { maxLength: 40 });

  test('STRAT-2 is what steps would do that each switch on at their band and off a gap below', () => {
    fc.assert(
      fc.property(aLadder, aGap, aWay, (bands, gap, way) => {
        let level = 0;
        let mirrored = 0;
        const steps = [1, -1].map((side) => ({ side, on: bands.map(() => false) }));
        for (const z of way.map((tenths) => tenths / 10)) {
          level = nextLevel(level, z, bands, gap);
          mirrored = nextLevel(mirrored, -z, bands, gap);
          for (const { side, on } of steps) {
            // Below zero for this side the ratio has crossed its mean.
            const size = -z * side;
            bands.forEach((band, i) => {
              on[i] = size >= 0 && (size >= band || (on[i] === true && size >= band - gap));
            });
          }
          const held = steps.reduce(
            (sum, { side, on }) => sum + side * on.filter(Boolean).length,
            0,
          );
          expect(level).toBe(held);
          expect(mirrored).toBe(-level + 0);
          expect(nextLevel(level, z, bands, gap)).toBe(level);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the ratio', () => {
  test('STRAT-3 mean, sample deviation and z of a literal series', () => {
    const stats = ratioStats([200, 100, 400], [100, 100, 100]);
    expect(stats.count).toBe(3);
    expect(stats.mean).toBeCloseTo(Math.LN2, 12);
    expect(stats.deviation).toBeCloseTo(Math.LN2, 12);
    expect(zScore(800, 100, stats)).toBeCloseTo(2, 12);
    expect(zScore(100, 200, stats)).toBeCloseTo(-2, 12);
  });

  test('STRAT-3 the last closes of both count where one series is longer', () => {
    expect(ratioStats([7, 200, 400], [100, 100])).toEqual(ratioStats([200, 400], [100, 100]));
  });

  test('STRAT-3 without deviation there is no signal', () => {
    expect(ratioStats([200], [100])).toMatchObject({ deviation: 0, count: 1 });
    expect(zScore(900, 100, ratioStats([200], [100]))).toBe(0);
    expect(zScore(900, 100, ratioStats([200, 200], [100, 100]))).toBe(0);
    expect(zScore(900, 100, ratioStats([], []))).toBe(0);
  });

  test('STRAT-3 agrees with the textbook', () => {
    const closes = fc.array(
      fc.tuple(fc.integer({ min: 50_000, max: 150_000 }), fc.integer({ min: 20_000, max: 50_000 })),
      { minLength: 2, maxLength: 50 },
    );
    fc.assert(
      fc.property(closes, fc.integer({ min: 50_000, max: 150_000 }), (pairs, price) => {
        const logs = pairs.map(([a, b]) => Math.log(a) - Math.log(b));
        const mean = logs.reduce((sum, log) => sum + log) / logs.length;
        const variance =
          (logs.reduce((sum, log) => sum + log * log, 0) - logs.length * mean * mean) /
          (logs.length - 1);
        fc.pre(variance > 1e-6);
        const stats = ratioStats(
          pairs.map(([a]) => a),
          pairs.map(([, b]) => b),
        );
        expect(stats.mean).toBeCloseTo(mean, 10);
        expect(stats.deviation).toBeCloseTo(Math.sqrt(variance), 8);
        const z = (Math.log(price / 30_000) - mean) / Math.sqrt(variance);
        expect(zScore(price, 30_000, stats)).toBeCloseTo(z, 4);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the spread strategy', () => {
  const config = configured({
    kind: 'spread',
    legs: ['BTC', 'ETH'],
    windowMinutes: 10,
    bands: BANDS,
    exitGap: 0.5,
    legUsd: 1500,
    slippageBps: 10,
    rebalancePercent: 0.6,
    evaluateSeconds: 2,
    onConflict: 'CLAMP',
  });

  /** Ten closes whose ratio has the mean of `mid` and a deviation of 0.0105. */
  function warm(world: World, mid = 90_000): void {
    const up = Math.round(mid * Math.exp(0.01));
    const down = Math.round(mid * Math.exp(-0.01));
    world.history[0] = [up, down, up, down, up, down, up, down, up, down];
    world.history[1] = Array.from({ length: 10 }, () => 40_000);
  }

  function make(): { world: World; strategy: SpreadStrategy } {
    const world = new World();
    warm(world);
    return { world, strategy: new SpreadStrategy(3, config, [4, 7], [0, 1]) };
  }

  test('STRAT-1 STRAT-4 the same level for every account, with its reason', () => {
    const { world, strategy } = make();
    world.books[0] = [91_500, 91_502];
    const intents = strategy.onTick(world);
    expect(intents).toEqual(
      [4, 7].map((account) => ({
        kind: 'pair',
        strategy: 3,
        account,
        signal: 'z 1.57 moves the ladder from 0 to -1',
        onConflict: 'CLAMP',
        markets: [0, 1],
        notionalMicro: -1_500_000_000,
        slippageBps: 10,
        rebalanceBps: 60,
      })),
    );
    expect(strategy.describe()).toBe('z 1.57 moves the ladder from 0 to -1; z 1.57, level -1 of 3');
    expect(strategy).toMatchObject({ name: 'one', number: 3, accounts: [4, 7], warmUpMinutes: 10 });
  });

  test('STRAT-4 says so as often as configured, and keeps the reason of the level', () => {
    const { world, strategy } = make();
    world.books[0] = [91_500, 91_502];
    const first = strategy.onTick(world);
    world.nowMs += 1999;
    expect(strategy.onTick(world)).toEqual([]);
    world.nowMs += 1;
    world.books[0] = [91_000, 91_002];
    expect(strategy.onTick(world)).toEqual(first);
    world.nowMs += 2000;
    world.books[0] = [90_000, 90_002];
    expect(strategy.onTick(world)[0]).toMatchObject({
      notionalMicro: 0,
      signal: 'z 0.00 moves the ladder from -1 to 0',
    });
  });

  test('STRAT-4 before there is any signal the level is nothing', () => {
    const { world, strategy } = make();
    expect(strategy.describe()).toBe('no signal yet; z 0.00, level 0 of 3');
    expect(strategy.onTick(world)[1]).toMatchObject({
      account: 7,
      notionalMicro: 0,
      signal: 'no signal yet',
    });
  });

  test('STRAT-4 says nothing while closes or a price are missing, and looks again at once', () => {
    const { world, strategy } = make();
    world.books[0] = [91_500, 91_502];
    const missing: ((world: World) => void)[] = [
      (bare) => bare.history[0]?.pop(),
      (bare) => bare.history[1]?.pop(),
      (bare) => bare.books.splice(0, 1, [0, 0]),
      (bare) => bare.books.splice(1, 1, [0, 40_001]),
    ];
    for (const spoil of missing) {
      const bare = new World();
      warm(bare);
      spoil(bare);
      expect(strategy.onTick(bare)).toEqual([]);
    }
    expect(strategy.onTick(world)).toHaveLength(2);
  });

  test('STRAT-4 a price that goes missing does not close what is held', () => {
    const { world, strategy } = make();
    world.books[0] = [91_500, 91_502];
    strategy.onTick(world);
    world.nowMs += 2000;
    world.books[1] = [0, 0];
    expect(strategy.onTick(world)).toEqual([]);
    world.books[1] = [39_999, 40_001];
    expect(strategy.onTick(world)[0]).toMatchObject({ notionalMicro: -1_500_000_000 });
  });
});

describe('the schedule', () => {
  test.each([
    // total, elapsed, duration, slice, due
    [100, -1, 60_000, 6000, 0],
    [100, 0, 60_000, 6000, 10],
    [100, 5999, 60_000, 6000, 10],
    [100, 6000, 60_000, 6000, 20],
    [100, 54_000, 60_000, 6000, 100],
    [100, 10 ** 9, 60_000, 6000, 100],
    [101, 0, 60_000, 6000, 10],
    [101, 53_999, 60_000, 6000, 90],
    [101, 54_000, 60_000, 6000, 101],
    [100, 0, 61_000, 6000, 9],
    [100, 0, 1000, 6000, 100],
    [0, 0, 60_000, 6000, 0],
  ])('STRAT-5 %i lots after %i of %i ms in slices of %i: %i', (total, at, duration, slice, due) => {
    expect(dueLots(total, at, duration, slice)).toBe(due);
  });

  test('STRAT-5 slices are equal to the lot, only grow, and come to the total', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 1000 }),
        (total, slices, sliceMs) => {
          const due = (at: number): number => dueLots(total, at, slices * sliceMs, sliceMs);
          const ends = Array.from({ length: slices }, (_, i) => due(i * sliceMs));
          expect(ends.at(-1)).toBe(total);
          let before = 0;
          for (const [i, lots] of ends.entries()) {
            const slice = lots - before;
            expect(slice).toBeGreaterThanOrEqual(Math.floor(total / slices));
            expect(slice).toBeLessThanOrEqual(Math.ceil(total / slices));
            expect(due(i * sliceMs + sliceMs - 1)).toBe(lots);
            before = lots;
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the time-based strategy', () => {
  const config = configured({
    kind: 'time-based',
    market: 'ETH',
    side: 'sell',
    usd: 24_000,
    durationSeconds: 60,
    sliceSeconds: 6,
    slippageBps: 12,
  });

  test('STRAT-6 tells every account what is due, when that changes', () => {
    const world = new World();
    const strategy = new TimeBasedStrategy(2, config, [1, 5], 1);
    expect(strategy.describe()).toBe('sell schedule: 0 of 0 lots due per account');
    expect(strategy).toMatchObject({ markets: [1], warmUpMinutes: 0 });
    expect(strategy.onTick(world)).toEqual(
      [1, 5].map((account) => ({
        kind: 'work',
        strategy: 2,
        account,
        signal: 'schedule: 6000 of 60000 lots due after 0 s',
        onConflict: 'BLOCK_NEW',
        market: 1,
        side: 'ask',
        totalLots: 60_000,
        dueLots: 6000,
        slippageBps: 12,
      })),
    );
    world.nowMs += 5999;
    expect(strategy.onTick(world)).toEqual([]);
    // Twice the price: the total stays.
    world.books[1] = [79_999, 80_001];
    world.nowMs += 6001;
    expect(strategy.onTick(world)[0]).toMatchObject({
      dueLots: 18_000,
      totalLots: 60_000,
      signal: 'schedule: 18000 of 60000 lots due after 12 s',
    });
    world.nowMs += 500_000;
    expect(strategy.onTick(world)[1]).toMatchObject({ account: 5, dueLots: 60_000 });
    expect(strategy.describe()).toBe('sell schedule: 60000 of 60000 lots due per account');
    world.nowMs += 6000;
    expect(strategy.onTick(world)).toEqual([]);
  });

  test('STRAT-6 begins with the first price', () => {
    const world = new World();
    const strategy = new TimeBasedStrategy(2, { ...config, side: 'buy' }, [1], 1);
    world.books[1] = [0, 0];
    expect(strategy.onTick(world)).toEqual([]);
    world.nowMs += 30_000;
    world.books[1] = [39_999, 40_001];
    expect(strategy.onTick(world)[0]).toMatchObject({ dueLots: 6000, side: 'bid' });
  });

  test('STRAT-5 parts of a second are whole milliseconds', () => {
    const world = new World();
    const fine = { ...config, durationSeconds: 3.003, sliceSeconds: 1.001 };
    const strategy = new TimeBasedStrategy(2, fine, [1], 1);
    expect(strategy.onTick(world)[0]).toMatchObject({ dueLots: 20_000 });
    world.nowMs += 1000;
    expect(strategy.onTick(world)).toEqual([]);
    world.nowMs += 1;
    expect(strategy.onTick(world)[0]).toMatchObject({ dueLots: 40_000 });
  });
});

describe('quote prices', () => {
  const book = { bidTicks: 89_990, askTicks: 90_010 };

  test.each([
    // inventory share, half spread, skew, bid, ask
    [0, 8, 4, 89_928, 90_072],
    [1, 8, 4, 89_892, 90_036],
    [-1, 8, 4, 89_964, 90_108],
    [0.5, 8, 4, 89_910, 90_054],
    [0, 0.5, 4, 89_995, 90_005],
    [0, 0.01, 0, 89_999, 90_001], // 0.09 ticks: rounded away from the mid
    [1, 1, 10, 89_901, 89_991], // the ask would go through the best bid
    [-1, 1, 10, 90_009, 90_099], // the bid would go through the best ask
  ])('STRAT-7 inventory %d, half spread %d, skew %d: %i to %i', (share, half, skew, bid, ask) => {
    expect(quotePrices(book, share, half, skew)).toEqual({ bidTicks: bid, askTicks: ask });
  });

  test('STRAT-7 never cross anything, and lean against the inventory', () => {
    const aBook = fc
      .tuple(fc.integer({ min: 100, max: 2_000_000 }), fc.integer({ min: 1, max: 500 }))
      .map(([bidTicks, spread]) => ({ bidTicks, askTicks: bidTicks + spread }));
    const bps = fc.integer({ min: 1, max: 10_000 }).map((tenths) => tenths / 10);
    const share = fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100);
    fc.assert(
      fc.property(aBook, bps, bps, share, share, (at, half, skew, one, other) => {
        const quote = quotePrices(at, one, half, skew);
        expect(Number.isInteger(quote.bidTicks) && Number.isInteger(quote.askTicks)).toBe(true);
        expect(quote.bidTicks).toBeLessThan(at.askTicks);
        expect(quote.askTicks).toBeGreaterThan(at.bidTicks);
        expect(quote.bidTicks).toBeLessThan(quote.askTicks);
        const mid = (at.bidTicks + at.askTicks) / 2;
        const centre = mid * (1 - (one * skew) / 10_000);
        expect(quote.bidTicks).toBeLessThanOrEqual(centre - (mid * half) / 10_000);
        expect(quote.askTicks).toBeGreaterThanOrEqual(centre + (mid * half) / 10_000);
        const longer = quotePrices(at, Math.max(one, other), half, skew);
        const shorter = quotePrices(at, Math.min(one, other), half, skew);
        expect(longer.bidTicks).toBeLessThanOrEqual(shorter.bidTicks);
        expect(longer.askTicks).toBeLessThanOrEqual(shorter.askTicks);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the market maker', () => {
  const config = configured({
    kind: 'market-making',
    markets: ['BTC'],
    quoteUsd: 1500,
    halfSpreadBps: 8,
    maxInventoryUsd: 9000,
    skewBps: 4,
    toleranceBps: 3,
    refreshSeconds: 5,
  });

  function make(): { world: World; strategy: MarketMakingStrategy; tick: () => string[] } {
    const world = new World();
    const strategy = new MarketMakingStrategy(1, config, [2], [0]);
    return { world, strategy, tick: () => tick(world, strategy) };
  }

  /** The intents in short, and as if they were carried out at once. */
  function tick(world: World, strategy: MarketMakingStrategy): string[] {
    return strategy.onTick(world).map((intent: Intent) => {
      if (intent.kind !== 'quote') throw new Error(`not a quote: ${intent.kind}`);
      const ticks = intent.quote?.ticks ?? 0;
      world.quotes.set(`${intent.account}/${intent.market}/${intent.side}`, ticks);
      return `${intent.side} ${ticks}`;
    });
  }

  test('STRAT-1 STRAT-7 both sides, with size and reason', () => {
    const { world, strategy } = make();
    world.positions.set('2/0', -5000);
    expect(strategy.onTick(world)).toEqual([
      {
        kind: 'quote',
        strategy: 1,
        account: 2,
        signal: 'mid 90000 ticks, inventory -50 % of its limit',
        onConflict: 'BLOCK_NEW',
        market: 0,
        side: 'bid',
        quote: { ticks: 89_946, lots: 1666 },
      },
      expect.objectContaining({ side: 'ask', quote: { ticks: 90_090, lots: 1666 } }),
    ]);
    expect(strategy.describe()).toBe('1 two-sided quotes, moved 1 times');
    expect(strategy.markets).toEqual([0]);
  });

  test('STRAT-8 at the limit the side that would add is withdrawn, and comes back below it', () => {
    const { world, tick: go } = make();
    world.positions.set('2/0', 10_000);
    expect(go()).toEqual(['ask 90036']);
    world.positions.set('2/0', 9999);
    world.nowMs += 5000;
    expect(go()).toEqual(['bid 89892']);
    world.positions.set('2/0', 10_001);
    world.nowMs += 5000;
    expect(go()).toEqual(['bid 0']);
    world.positions.set('2/0', -12_000);
    world.nowMs += 5000;
    expect(go()).toEqual(['bid 89964', 'ask 0']);
  });

  test('STRAT-9 within the tolerance a quote stays', () => {
    const { world, tick: go } = make();
    expect(go()).toEqual(['bid 89928', 'ask 90072']);
    world.nowMs += 5000;
    world.books[0] = [90_025, 90_027];
    expect(go()).toEqual([]);
    world.books[0] = [90_027, 90_029];
    expect(go()).toEqual(['ask 90101']);
    world.nowMs += 5000;
    world.books[0] = [90_029, 90_031];
    expect(go()).toEqual(['bid 89957']);
  });

  test('STRAT-9 one that is gone is put back, the other side alone stays', () => {
    const { world, strategy, tick: go } = make();
    go();
    world.quotes.delete('2/0/bid');
    world.nowMs += 4999;
    expect(go()).toEqual([]);
    world.nowMs += 1;
    expect(go()).toEqual(['bid 89928']);
    expect(strategy.describe()).toBe('1 two-sided quotes, moved 2 times');
  });

  test('STRAT-9 nothing moves without a mid, and then at once', () => {
    const { world, tick: go } = make();
    world.books[0] = [0, 90_001];
    expect(go()).toEqual([]);
    world.books[0] = [89_999, 90_001];
    expect(go()).toHaveLength(2);
  });

  test('STRAT-10 quotes are left when credits are low', () => {
    const { world, tick: go } = make();
    world.credits = 0.29;
    expect(go()).toEqual([]);
    world.credits = 0.3;
    expect(go()).toHaveLength(2);
  });

  test('STRAT-9 every account and market has its own time', () => {
    const world = new World();
    const strategy = new MarketMakingStrategy(1, config, [2, 3], [0, 1]);
    world.books[1] = [0, 0];
    expect(tick(world, strategy)).toHaveLength(4);
    world.nowMs += 1000;
    world.books[1] = [39_999, 40_001];
    expect(tick(world, strategy)).toEqual(['bid 39968', 'ask 40032', 'bid 39968', 'ask 40032']);
    expect(strategy.describe()).toBe('4 two-sided quotes, moved 4 times');
  });
});
