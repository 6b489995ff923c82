import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MinutePath } from '../../../src/exchange/crowd/minutePath.ts';
import { TapeCrowd } from '../../../src/exchange/crowd/tapeCrowd.ts';
import { lotsWithin, notionalMicro } from '../../../src/protocol/market.ts';
import { type Side, signOf } from '../../../src/protocol/terms.ts';
import { MICRO } from '../../../src/std/integers.ts';
import { SeededRandom } from '../../../src/std/random.ts';
import type { Tape } from '../../../src/tape/tape.ts';
import { type OpenMarket, OpenMarkets, type Print } from './openMarkets.ts';
import { BTC, drawRows, ETH, type Row, START_MS, tapeOf } from './tapes.ts';
import { Users } from './users.ts';

const MINUTE_MS = 60_000;
const WALL_MS = 1_763_800_000_000;
const CALM: Row = [94_000, 94_100, 93_950, 94_020];
const FLAT: Row = [94_000, 94_000, 94_000, 94_000];

describe('prints', () => {
  test('open, peak, bottom and close where the tape did, whatever others do', () => {
    const worlds = fc.record({
      seed: fc.integer(),
      tapeSeed: fc.integer(),
      userSeed: fc.integer(),
      speed: fc.constantFrom(1, 30, 120, 700),
    });
    fc.assert(
      fc.property(worlds, ({ seed, tapeSeed, userSeed, speed }) => {
        const minutes = speed === 1 ? 4 : 20;
        const tape = drawnTape(tapeSeed, minutes);
        const markets = openMarkets(tape, { seed, speed });
        const users = new Users(userSeed);
        markets.runUntil(WALL_MS + (minutes * MINUTE_MS) / speed + 1, () => users.act(markets));
        expect(markets.crowd.ended).toBe(true);
        for (const market of markets.markets) expectRecorded(market, tape);
      }),
      { numRuns: 40 },
    );
  });

  test('keep to the tape when the process was away for some minutes', () => {
    const tape = drawnTape(5, 12);
    const markets = openMarkets(tape);
    markets.runUntil(WALL_MS + 3100);
    markets.wallMs = WALL_MS + 15_900;
    markets.runUntil(WALL_MS + 24_000);
    for (const market of markets.markets) expectRecorded(market, tape);
  });

  test('do not make up for a pause with a crowd of takers', () => {
    const btc = onlyMarket(run(tapeOf([[BTC, [CALM, CALM]]]), { speed: 0.01 }));
    expect(btc.prints.length).toBeGreaterThan(10_000);
    const paused = openMarkets(tapeOf([[BTC, [CALM, CALM]]]), { speed: 0.01 });
    paused.crowd.act(WALL_MS + 5_000_000);
    expect(onlyMarket(paused).prints.length).toBeLessThan(15);
  });

  test('go both ways, in sizes that follow the volume of the tape within bounds', () => {
    const rows = drawRows(3, 30, 94_000);
    const busy = onlyMarket(run(tapeOf([[BTC, rows]], 1000)));
    const quiet = onlyMarket(run(tapeOf([[BTC, rows]], 0.01)));
    const buys = busy.prints.filter(({ taker }) => taker === 'bid').length;
    expect(busy.prints.length).toBeGreaterThan(200);
    expect(buys / busy.prints.length).toBeGreaterThan(0.35);
    expect(buys / busy.prints.length).toBeLessThan(0.65);
    const dollars = ({ prints }: OpenMarket): number[] =>
      prints.map(({ ticks, lots }) => notionalMicro(BTC, ticks, lots) / MICRO);
    expect(Math.max(...dollars(busy))).toBeLessThanOrEqual(40_000);
    expect(mean(dollars(busy))).toBeGreaterThan(5000);
    expect(mean(dollars(quiet))).toBeLessThan(1000);
  });

  test('follow one way for one seed, whoever trades, and another for another seed', () => {
    const tape = drawnTape(8, 6);
    const prices = (seed: number, users: Users | undefined): number[] => {
      const seen: number[] = [];
      const markets = openMarkets(tape, { seed });
      markets.runUntil(WALL_MS + 12_000, () => {
        users?.act(markets);
        seen.push(...markets.markets.map(({ priceTicks }) => priceTicks));
      });
      return seen;
    };
    expect(prices(1, new Users(4))).toEqual(prices(1, undefined));
    expect(prices(2, undefined)).not.toEqual(prices(1, undefined));
  });

  test('come out the same twice, order by order', () => {
    const hash = (seed: number): string => {
      const markets = openMarkets(drawnTape(8, 10), { seed });
      const users = new Users(2);
      markets.runUntil(WALL_MS + 20_000, () => users.act(markets));
      const events = markets.markets.flatMap((market) => market.events);
      return createHash('sha256').update(events.join('\n')).digest('hex');
    };
    expect(hash(1)).toBe(hash(1));
    expect(hash(2)).not.toBe(hash(1));
  });
});

describe('the book', () => {
  test('is deep and narrow at nearly every moment, in every kind of minute', () => {
    const tape = drawnTape(21, 60);
    const markets = openMarkets(tape);
    const spreads: number[] = [];
    const depths: number[] = [];
    markets.runUntil(WALL_MS + 120_000, () => {
      for (const market of markets.markets) {
        const spread = market.bestAsk() - market.bestBid();
        expect(spread).toBeGreaterThanOrEqual(1);
        spreads.push((spread / market.priceTicks) * 1e4);
        depths.push(dollarsNear(market, 'bid', 10), dollarsNear(market, 'ask', 10));
      }
    });
    expect(share(depths, (dollars) => dollars >= 250_000)).toBeGreaterThan(0.95);
    expect(share(spreads, (points) => points >= 0.9 && points <= 3)).toBeGreaterThan(0.95);
  });

  test('lets $10,000 through at the touch or close to it', () => {
    const markets = openMarkets(drawnTape(22, 20));
    const slips: number[] = [];
    const lots = lotsWithin(BTC, 94_000, 10_000 * MICRO);
    let side: Side = 'bid';
    markets.runUntil(WALL_MS + 30_000, () => {
      side = side === 'bid' ? 'ask' : 'bid';
      const btc = markets.markets[0] as OpenMarket;
      const touch = side === 'bid' ? btc.bestAsk() : btc.bestBid();
      const before = btc.prints.length;
      expect(btc.send(1, side, side === 'bid' ? 99_000 : 89_000, lots, 'IOC').status).toBe(
        'filled',
      );
      const worse = btc.prints.slice(before).map(({ ticks }) => (ticks - touch) * signOf(side));
      slips.push((Math.max(...worse) / touch) * 1e4);
    });
    expect(slips.length).toBeGreaterThan(100);
    expect(share(slips, (points) => points <= 1)).toBeGreaterThan(0.95);
  });

  test('costs few orders: the ladder moves with the price and is not built anew', () => {
    const btc = onlyMarket(run(tapeOf([[BTC, drawRows(3, 30, 94_000)]]), { speed: 1 }));
    const acts = 30 * 60 * 5;
    expect(btc.events.length / acts).toBeGreaterThan(1);
    expect(btc.events.length / acts).toBeLessThan(3);
  });

  test.each([
    [94_000, [93_800, 94_000]],
    [93_800, [93_800, 94_000]],
  ] as const)('quotes inside a minute that opens at its edge %d', (open, [low, high]) => {
    for (let seed = 0; seed < 10; seed += 1) {
      const minute: Row = [open, high, low, open];
      const btc = onlyMarket(openMarkets(tapeOf([[BTC, [minute, minute]]]), { seed }));
      expect(btc.bestBid()).toBeGreaterThanOrEqual(low);
      expect(btc.bestAsk()).toBeLessThanOrEqual(high);
    }
  });

  test('refills what takers took', () => {
    const markets = openMarkets(tapeOf([[BTC, [CALM, CALM]]]));
    const btc = onlyMarket(markets);
    const offered = (): number => dollarsWithin(btc, 'ask', 94_090);
    const before = offered();
    btc.send(1, 'bid', 94_090, lotsWithin(BTC, 94_000, 400_000 * MICRO), 'IOC');
    expect(offered()).toBeLessThan(before - 390_000);
    markets.runUntil(WALL_MS + 200);
    expect(offered()).toBeGreaterThan(before - 150_000);
  });
});

describe("other people's orders", () => {
  test('that quote at the touch are filled, more than once a minute of wall time', () => {
    const markets = openMarkets(tapeOf([[BTC, drawRows(11, 60, 94_000)]]));
    const btc = onlyMarket(markets);
    const orders: Partial<Record<Side, number>> = {};
    markets.runUntil(WALL_MS + 120_000, () => {
      for (const side of ['bid', 'ask'] as const) {
        if (orders[side] !== undefined) btc.engine.cancel(orders[side]);
        const touch = side === 'bid' ? btc.bestBid() : btc.bestAsk();
        orders[side] = btc.send(side === 'bid' ? 1 : 2, side, touch, 1000, 'ALO').orderId;
      }
    });
    const sold = btc.prints.filter(({ makerOwner }) => makerOwner === 2).length;
    const bought = btc.prints.filter(({ makerOwner }) => makerOwner === 1).length;
    expect(Math.min(sold, bought)).toBeGreaterThan(4);
  });

  test('that rest on the way are hit at their own price', () => {
    const rising: Row = [94_000, 94_400, 94_000, 94_400];
    const markets = openMarkets(tapeOf([[BTC, [rising, rising]]]));
    const btc = onlyMarket(markets);
    const { orderId } = btc.send(1, 'ask', 94_200, 12_345, 'ALO');
    markets.runUntil(WALL_MS + 2000);
    expect(btc.engine.remaining(orderId)).toBe(0);
    const mine = btc.prints.filter(({ makerOwner }) => makerOwner === 1);
    expect(new Set(mine.map(({ ticks }) => ticks))).toEqual(new Set([94_200]));
    expect(mine.reduce((sum, { lots }) => sum + lots, 0)).toBe(12_345);
  });

  test.each([
    ['bid', 94_100],
    ['ask', 93_950],
  ] as const)('%s orders through the whole book stop at the edge of the minute', (side, edge) => {
    const markets = openMarkets(tapeOf([[BTC, [CALM, CALM]]]));
    const btc = onlyMarket(markets);
    const lots = lotsWithin(BTC, 94_000, 20_000_000 * MICRO);
    const far = side === 'bid' ? 120_000 : 70_000;
    expect(btc.send(1, side, far, lots, 'IOC')).toMatchObject({ filledLots: lots });
    expect(btc.prints.at(-1)).toMatchObject({ ticks: edge, takerOwner: 1, taker: side });
    expect(btc.send(2, side, far, lots, 'IOC')).toMatchObject({ filledLots: lots });
    expect(btc.prints.at(-1)).toMatchObject({ ticks: edge, takerOwner: 2 });
  });

  test('in a minute without a range trade both ways at its one price', () => {
    const markets = openMarkets(tapeOf([[BTC, [FLAT, FLAT, FLAT]]]));
    const btc = onlyMarket(markets);
    markets.runUntil(WALL_MS + 2500, () => {
      for (const [owner, side, far] of [
        [1, 'bid', 99_000],
        [2, 'ask', 89_000],
      ] as const) {
        const lots = lotsWithin(BTC, 94_000, 300_000 * MICRO);
        expect(btc.send(owner, side, far, lots, 'IOC').filledLots).toBe(lots);
      }
    });
    expect(new Set(btc.prints.map(({ ticks }) => ticks))).toEqual(new Set([94_000]));
  });

  test.each(['bid', 'ask'] as const)(
    '%s orders that outlast the touch let the next minute open',
    (side) => {
      for (let seed = 0; seed < 6; seed += 1) {
        const tape = tapeOf([[BTC, [FLAT, FLAT, FLAT]]]);
        const markets = openMarkets(tape, { seed });
        const btc = onlyMarket(markets);
        markets.runUntil(WALL_MS + 1999);
        btc.send(1, side, 94_000, lotsWithin(BTC, 94_000, 1_000_000 * MICRO), 'GTC');
        markets.runUntil(WALL_MS + 2000);
        expect(minuteOf(btc, 1)).toEqual([...FLAT]);
      }
    },
  );

  test('make room at the edge without a print, for no longer than they need it', () => {
    const markets = openMarkets(tapeOf([[BTC, [FLAT, FLAT]]]));
    const btc = onlyMarket(markets);
    const prints = btc.prints.length;
    const lots = lotsWithin(BTC, 94_000, 2_000_000 * MICRO);
    for (const side of ['bid', 'ask', 'ask', 'bid', 'bid'] as const) {
      markets.crowd.brace(0, side, side === 'bid' ? 99_000 : 89_000, lots);
      expect(btc.levelLots(94_000)).toBe(lots);
      expect(side === 'bid' ? btc.bestAsk() : btc.bestBid()).toBe(94_000);
    }
    expect(btc.prints.length).toBe(prints);
    markets.crowd.brace(0, 'bid', 94_000, 10 * lots);
    expect(btc.levelLots(94_000)).toBe(lots);
    markets.runUntil(WALL_MS + 200);
    expect(btc.levelLots(94_000)).toBeLessThan(lots / 5);
  });

  test('beyond the edge of the minute are refused when they are post-only', () => {
    const markets = openMarkets(tapeOf([[BTC, [FLAT, FLAT]]]));
    const btc = onlyMarket(markets);
    expect(btc.send(1, 'bid', 94_001, 500, 'ALO').status).toBe('post_only');
    expect(btc.send(1, 'ask', 93_999, 500, 'TOB').ticks).toBeGreaterThanOrEqual(94_000);
    expect(btc.send(1, 'bid', 94_000, 500, 'GTC').status).not.toBe('post_only');
  });

  test('that a jump between two minutes leaves behind trade in the old minute', () => {
    // The second minute opens ten ticks below everything that the first one saw.
    const jump: Row[] = [
      [94_000, 94_050, 93_950, 93_950],
      [93_940, 93_960, 93_900, 93_920],
    ];
    const markets = openMarkets(tapeOf([[BTC, jump]]));
    const btc = onlyMarket(markets);
    markets.runUntil(WALL_MS + 1900);
    const { orderId } = btc.send(1, 'bid', 93_945, 700, 'ALO');
    markets.runUntil(WALL_MS + 4000);
    expect(btc.engine.remaining(orderId)).toBe(0);
    expect(minuteOf(btc, 0)).toEqual([94_000, 94_050, 93_945, 93_950]);
    expect(minuteOf(btc, 1)).toEqual([93_940, 93_960, 93_900, 93_920]);
  });
});

describe('the way through a minute', () => {
  const rising: Row = [94_000, 94_200, 93_900, 94_100];
  const falling: Row = [94_100, 94_200, 93_900, 94_000];
  const ways = (row: Row): MinutePath[] => {
    const bar = tapeOf([[BTC, [row]]]).bar(BTC, 0);
    return Array.from({ length: 200 }, (_, seed) => new MinutePath(bar, new SeededRandom(seed)));
  };

  test('stays inside the bar, from the open over both extremes to the close', () => {
    for (const way of ways(rising)) {
      const prices = Array.from({ length: 601 }, (_, i) => way.priceAt(i / 600));
      expect([prices[0], prices[600]]).toEqual([94_000, 94_100]);
      expect([Math.min(...prices), Math.max(...prices)]).toEqual([93_900, 94_200]);
      expect(way.anchors.map(({ at }) => way.priceAt(at))).toEqual(
        way.anchors.map(({ ticks }) => ticks),
      );
    }
  });

  test('mostly sees the low first when it rises and the high first when it falls', () => {
    const lowFirst = (row: Row): number =>
      share(
        ways(row).map(({ anchors }) => anchors[0]?.ticks ?? 0),
        (ticks) => ticks === 93_900,
      );
    expect(lowFirst(rising)).toBeGreaterThan(0.5);
    expect(lowFirst(rising)).toBeLessThan(0.8);
    expect(lowFirst(falling)).toBeGreaterThan(0.2);
    expect(lowFirst(falling)).toBeLessThan(0.5);
  });

  test('has no other stops when open and close are the extremes', () => {
    expect(ways([94_000, 94_200, 94_000, 94_200]).flatMap(({ anchors }) => anchors)).toEqual([]);
    const [way] = ways([94_000, 94_200, 94_000, 94_100]);
    expect(way?.anchors.map(({ ticks, taker }) => [ticks, taker])).toEqual([[94_200, 'bid']]);
  });
});

describe('time', () => {
  const tape = tapeOf([[BTC, [CALM, CALM, FLAT, CALM]]]);

  test('starts after the warm-up, whose minutes are history', () => {
    const crowd = new TapeCrowd({ tape, seed: 1, speed: 30, warmUpMinutes: 1 });
    expect(crowd.tapeMs(WALL_MS)).toBe(START_MS + MINUTE_MS);
    expect(crowd.history(0)).toEqual([
      {
        openTimeMs: START_MS,
        openTicks: 94_000,
        highTicks: 94_100,
        lowTicks: 93_950,
        closeTicks: 94_020,
        volumeLots: 1_000_000,
      },
    ]);
  });

  test('leaves at least half of a short tape to trade on', () => {
    const crowd = new TapeCrowd({ tape, seed: 1, speed: 30 });
    expect(crowd.history(0)).toHaveLength(2);
  });

  test('runs at the speed of the tape, inside the minute in force', () => {
    const { crowd } = openMarkets(tape);
    expect(crowd.tapeMs(WALL_MS)).toBe(START_MS);
    expect(crowd.tapeMs(WALL_MS + 100)).toBe(START_MS + 3000);
    expect(crowd.tapeMs(WALL_MS + 2500)).toBe(START_MS + MINUTE_MS - 1);
    crowd.act(WALL_MS + 2000);
    expect(crowd.tapeMs(WALL_MS + 1990)).toBe(START_MS + MINUTE_MS);
    expect(crowd.tapeMs(WALL_MS + 2001)).toBe(START_MS + MINUTE_MS + 30);
  });

  test('asks for an act every 200 ms and at the turn of each minute, and no sooner', () => {
    const { crowd, markets } = openMarkets(tape, { speed: 70 });
    expect(crowd.act(WALL_MS)).toBe(WALL_MS + 200);
    expect(crowd.act(WALL_MS + 200)).toBe(WALL_MS + 400);
    expect(crowd.act(WALL_MS + 700)).toBe(WALL_MS + 858);
    const events = markets[0]?.events.length;
    expect(crowd.act(WALL_MS + 857)).toBe(WALL_MS + 858);
    expect(markets[0]?.events.length).toBe(events);
    expect(crowd.act(WALL_MS + 858)).toBe(WALL_MS + 1058);
  });

  test('goes on after the tape, which holds its last close', () => {
    const markets = openMarkets(tape);
    const btc = onlyMarket(markets);
    markets.runUntil(WALL_MS + 7999);
    expect(markets.crowd.ended).toBe(false);
    markets.runUntil(WALL_MS + 8000);
    expect(markets.crowd.ended).toBe(true);
    expectRecorded(btc, tape);
    const prints = btc.prints.length;
    btc.send(1, 'bid', 99_000, lotsWithin(BTC, 94_000, 200_000 * MICRO), 'IOC');
    const mine = btc.prints.length - prints;
    expect(btc.prints.at(-1)).toMatchObject({ takerOwner: 1, minuteMs: START_MS + 4 * MINUTE_MS });
    markets.runUntil(WALL_MS + 60_000);
    expect(btc.prints.length).toBe(prints + mine);
    expect(btc.priceTicks).toBe(94_020);
    expect(Math.abs(btc.bestBid() - 94_020)).toBeLessThan(50);
    expect(dollarsNear(btc, 'ask', 10)).toBeGreaterThan(350_000);
    expect(markets.crowd.tapeMs(WALL_MS + 60_000)).toBe(START_MS + 30 * MINUTE_MS);
  });

  test('has no meaning without speed, or with markets in disorder', () => {
    expect(() => new TapeCrowd({ tape, seed: 1, speed: 0 })).toThrow('above zero');
    const eth = tapeOf([[ETH, [CALM, CALM]]]);
    expect(() => openMarkets(eth)).toThrow('in the order of their ids');
    expect(() => new TapeCrowd({ tape: eth, seed: 1, speed: 1 }).history(0)).toThrow('order of');
  });
});

function drawnTape(seed: number, minutes: number): Tape {
  return tapeOf([
    [BTC, drawRows(seed, minutes, 94_000)],
    [ETH, drawRows(seed + 1, minutes, 32_400)],
  ]);
}

function openMarkets(tape: Tape, { seed = 1, speed = 30 } = {}): OpenMarkets {
  const crowd = new TapeCrowd({ tape, seed, speed, warmUpMinutes: 0 });
  return new OpenMarkets(crowd, tape.markets, WALL_MS);
}

function run(tape: Tape, options: { seed?: number; speed?: number } = {}): OpenMarkets {
  const markets = openMarkets(tape, options);
  markets.runUntil(WALL_MS + (tape.minutes * MINUTE_MS) / (options.speed ?? 30));
  return markets;
}

function onlyMarket({ markets }: OpenMarkets): OpenMarket {
  return markets[0] as OpenMarket;
}

/** Open, high, low and close of a minute's prints. */
function minuteOf({ prints }: OpenMarket, minute: number): number[] {
  return ohlc(prints.filter(({ minuteMs }) => minuteMs === START_MS + minute * MINUTE_MS));
}

function ohlc(prints: readonly Print[]): number[] {
  const ticks = prints.map((print) => print.ticks);
  return [ticks[0] ?? 0, Math.max(...ticks), Math.min(...ticks), ticks.at(-1) ?? 0];
}

/** Every minute of the tape printed as recorded. */
function expectRecorded(market: OpenMarket, tape: Tape): void {
  const byMinute = Map.groupBy(market.prints, ({ minuteMs }) => minuteMs);
  const printed = Array.from({ length: tape.minutes }, (_, minute) =>
    ohlc(byMinute.get(START_MS + minute * MINUTE_MS) ?? []),
  );
  const recorded = Array.from({ length: tape.minutes }, (_, minute) => {
    const bar = tape.bar(market.market, minute);
    return [bar.openTicks, bar.highTicks, bar.lowTicks, bar.closeTicks];
  });
  expect(printed).toEqual(recorded);
}

/** Dollars that rest on a side within some basis points of the mid price. */
function dollarsNear(market: OpenMarket, side: Side, points: number): number {
  const mid = (market.bestBid() + market.bestAsk()) / 2;
  const reach = (mid * points) / 1e4;
  return dollarsWithin(market, side, side === 'bid' ? mid - reach : mid + reach);
}

/** Dollars that rest on a side at `limit` and better prices. */
function dollarsWithin(market: OpenMarket, side: Side, limit: number): number {
  let micro = 0;
  let ticks = side === 'bid' ? market.bestBid() : market.bestAsk();
  while (ticks !== 0 && (side === 'bid' ? ticks >= limit : ticks <= limit)) {
    micro += notionalMicro(market.market, ticks, market.levelLots(ticks));
    ticks = market.nextPrice(side, ticks);
  }
  return micro / MICRO;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share(values: readonly number[], is: (value: number) => boolean): number {
  return values.filter(is).length / values.length;
}
