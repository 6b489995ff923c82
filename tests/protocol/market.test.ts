// Markets, their arithmetic, and the numbers and words of the wire.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  decimal,
  exact,
  integer,
  lotsOf,
  microOf,
  nanoOf,
  nearest,
  nearestTicks,
  parseWith,
  protocolError,
  ticksOf,
} from '../../src/protocol/fields.ts';
import {
  formatAmount,
  formatMoney,
  formatPrice,
  lotsAtLeast,
  lotsWithin,
  type Market,
  type MarketFigures,
  makeMarket,
  microOfDollars,
  notionalMicro,
  priceAsNumber,
} from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { OPPOSITE, sideOf, sideOfTrade, signOf } from '../../src/protocol/terms.ts';

const BTC_FIGURES: MarketFigures = {
  symbol: 'BTC',
  tickSize: '1',
  lotSize: '0.00001',
  maxLeverage: 50,
  minOrderSize: '10',
  maxOrderSize: '5000000',
};
const BTC = makeMarket(0, BTC_FIGURES);
const ETH = makeMarket(1, { ...BTC_FIGURES, symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001' });
const BONK = makeMarket(2, {
  ...BTC_FIGURES,
  symbol: 'kBONK',
  tickSize: '0.000001',
  lotSize: '100',
});
const market = fc.constantFrom(BTC, ETH, BONK);
const ticks = fc.integer({ min: 1, max: 2_000_000 });

/** An error that names the exchange's message as the fault, with a sentence that holds `text`. */
function fault(text: string): unknown {
  return expect.objectContaining({
    code: 'EXCHANGE_PROTOCOL',
    message: expect.stringContaining(text),
  });
}

describe('a market', () => {
  test('PROTO-4: has grids, and the worth of a lot at a tick', () => {
    expect(BTC).toEqual({
      id: 0,
      symbol: 'BTC',
      tick: { step: 1, decimals: 0 },
      lot: { step: 1, decimals: 5 },
      microPerTickLot: 10,
      maxLeverage: 50,
      minOrderMicro: 10_000_000,
      maxOrderMicro: 5_000_000_000_000,
    });
    expect([ETH.microPerTickLot, BONK.microPerTickLot]).toEqual([10, 100]);
    const odd = { ...BTC_FIGURES, tickSize: '0.5', lotSize: '100' };
    expect(makeMarket(3, odd).microPerTickLot).toBe(50_000_000);
    const least = { ...BTC_FIGURES, tickSize: '0.001', lotSize: '0.001' };
    expect(makeMarket(3, least).microPerTickLot).toBe(1);
    const fine = { ...BTC_FIGURES, tickSize: '0.0000005', lotSize: '20' };
    expect(makeMarket(3, fine).microPerTickLot).toBe(10);
  });

  test.each<[string, Partial<MarketFigures>, string]>([
    ['with less than a micro-dollar per step', { tickSize: '0.1', lotSize: '0.000001' }, 'BTC'],
    ['with a fraction of a micro-dollar', { tickSize: '0.00015', lotSize: '0.01' }, 'whole number'],
    ['too coarse for 2^53', { tickSize: '1000000', lotSize: '1000000' }, 'whole number'],
    ['without tick', { tickSize: '0' }, 'market "BTC": expected a positive decimal step, got "0"'],
    ['with a lot that is no number', { lotSize: 'x' }, 'market "BTC": expected a positive decimal'],
    ['with a size that is no number', { minOrderSize: 'ten' }, '"ten" is not a dollar amount'],
    ['with a size that is finer than money', { maxOrderSize: '0.0000001' }, 'not a dollar amount'],
    ['with a quote in its name', { symbol: 'B"TC' }, 'expected a symbol of letters'],
    ['without a name', { symbol: '' }, 'expected a symbol of letters'],
    ['with an endless name', { symbol: 'B'.repeat(25) }, 'expected a symbol of letters'],
  ])('PROTO-4: is refused %s', (_, figures, text) => {
    expect(() => makeMarket(0, { ...BTC_FIGURES, ...figures })).toThrow(fault(text));
  });

  test('is found by its symbol, in its own letters, and by its id', () => {
    const index = new MarketIndex([BTC, ETH, BONK]);
    expect(index.bySymbol('kBONK')).toBe(BONK);
    expect(index.bySymbol('KBONK')).toBeUndefined();
    expect(index.bySymbol('SOL-USDC')).toBeUndefined();
    expect(index.byId(1)).toBe(ETH);
    expect(() => index.byId(3)).toThrow('no market with id 3');
    expect(index.all).toEqual([BTC, ETH, BONK]);
  });
});

describe('notional', () => {
  test('PROTO-4: is exact, or stops', () => {
    const lots = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(market, ticks, lots, (on, price, amount) => {
        const size = BigInt(price) * BigInt(amount) * BigInt(on.microPerTickLot);
        const fits =
          size <= BigInt(Number.MAX_SAFE_INTEGER) && -size <= BigInt(Number.MAX_SAFE_INTEGER);
        if (fits) expect(notionalMicro(on, price, amount)).toBe(Number(size));
        else expect(() => notionalMicro(on, price, amount)).toThrow('beyond 2^53');
      }),
      { numRuns: 500 },
    );
    // 0.36 BTC at 89,477 is $32,211.72.
    expect(notionalMicro(BTC, 89_477, 36_000)).toBe(32_211_720_000);
    expect(notionalMicro(BTC, 89_477, -36_000)).toBe(-32_211_720_000);
    expect(notionalMicro(ETH, 30_005, 12_500)).toBe(3_750_625_000);
  });

  test('PROTO-5: the most lots within it, the fewest that reach it', () => {
    const money = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 4_000_000_000_000_000 }));
    fc.assert(
      fc.property(market, ticks, money, (on, price, micro) => {
        const step = BigInt(price) * BigInt(on.microPerTickLot);
        const within = lotsWithin(on, price, micro);
        expect(BigInt(within) * step).toBeLessThanOrEqual(micro);
        expect((BigInt(within) + 1n) * step).toBeGreaterThan(micro);
        const atLeast = lotsAtLeast(on, price, micro);
        expect(BigInt(atLeast) * step).toBeGreaterThanOrEqual(micro);
        expect((BigInt(atLeast) - 1n) * step).toBeLessThan(micro);
      }),
      { numRuns: 500 },
    );
    // $10 of BTC at 100,000: ten lots of a dollar each.
    expect([lotsWithin(BTC, 100_000, 10_000_000), lotsAtLeast(BTC, 100_000, 10_000_000)]).toEqual([
      10, 10,
    ]);
    expect([lotsWithin(BTC, 100_001, 10_000_000), lotsAtLeast(BTC, 99_999, 10_000_000)]).toEqual([
      9, 11,
    ]);
  });

  test('PROTO-5: a price of zero is our mistake', () => {
    for (const cut of [lotsWithin, lotsAtLeast]) {
      expect(() => cut(BTC, 0, 1)).toThrow('beyond 2^53');
      expect(() => cut(BTC, 0, 0)).toThrow('beyond 2^53');
    }
  });
});

describe('text for the wire and for people', () => {
  test('PROTO-2: prices and amounts on their grids', () => {
    expect([formatPrice(BTC, 89_501), formatAmount(BTC, 12)]).toEqual(['89501', '0.00012']);
    expect([formatPrice(ETH, 30_005), formatAmount(ETH, 10_000)]).toEqual(['3000.5', '1']);
    expect([formatPrice(BONK, 21), formatAmount(BONK, 3)]).toEqual(['0.000021', '300']);
    const rows: [Market, number][] = [
      [BTC, 89_501],
      [ETH, 30_005],
    ];
    expect(rows.map(([on, price]) => priceAsNumber(on, price))).toEqual([89_501, 3000.5]);
    const coarse = makeMarket(3, { ...BTC_FIGURES, tickSize: '2.5', lotSize: '1' });
    expect([formatPrice(coarse, 3), priceAsNumber(coarse, 3)]).toEqual(['7.5', 7.5]);
  });

  test.each([
    [0, 2, '0.00'],
    [1_234_560_000, 2, '1234.56'],
    [1_234_500_000, 2, '1234.50'],
    [1_234_000_000, 2, '1234.00'],
    [5_000, 2, '0.01'],
    [-5_000, 2, '-0.01'],
    [4_999, 2, '0.00'],
    [-4_999, 2, '0.00'],
    [-10_500_000, 2, '-10.50'],
    [10_499_999, 0, '10'],
    [10_500_000, 0, '11'],
    [-10_500_000, 0, '-11'],
    [22_965, 6, '0.022965'],
    [100_000, 6, '0.100000'],
    [Number.MAX_SAFE_INTEGER, 2, '9007199254.74'],
  ])('PROTO-6: %d micro-dollars in %d decimals are %s', (micro, decimals, text) => {
    expect(formatMoney(micro, decimals)).toBe(text);
    if (decimals === 2) expect(formatMoney(micro)).toBe(text);
  });

  test('dollars of a configuration', () => {
    expect([0.1, 1.005, 250_000, -3].map(microOfDollars)).toEqual([
      100_000, 1_005_000, 250_000_000_000, -3_000_000,
    ]);
    expect(() => microOfDollars(Number.NaN)).toThrow('beyond 2^53');
  });
});

describe('numbers on the wire', () => {
  test.each<[string | number, string]>([
    ['100000', '100000'],
    [100_000, '100000'],
    [0.00012, '0.00012'],
    [1e-7, '0.0000001'],
    [1.25e-9, '0.00000000125'],
    ['1e-7', '0.0000001'],
    ['1E5', '100000'],
    [-95_166.79231, '-95166.79231'],
    [0, '0'],
  ])('PROTO-1: %j reads as %s', (value, text) => {
    expect(parseWith(decimal, value, 'figure')).toBe(text);
  });

  test.each([null, true, {}, Number.NaN, undefined])('PROTO-1: %p is no figure', (value) => {
    expect(() => parseWith(decimal, value, 'figure')).toThrow(fault('figure: '));
  });

  test.each<[unknown, number]>([
    [5, 5],
    ['5', 5],
    ['-12', -12],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('PROTO-1: %j is an integer', (value, expected) => {
    expect(parseWith(integer, value, 'id')).toBe(expected);
  });

  test.each([1.5, '1.5', '1e3', '', 'x', null, true, 2 ** 53, '9007199254740993'])(
    'PROTO-1: %j is no integer that we can hold',
    (value) => {
      expect(() => parseWith(integer, value, 'id')).toThrow(fault('id: '));
    },
  );

  test('PROTO-2: off the grid is a fault of the message', () => {
    expect([ticksOf('3000.5', ETH), lotsOf('0.0036', ETH)]).toEqual([30_005, 36]);
    expect(() => ticksOf('3000.55', ETH)).toThrow(
      fault('ETH price: expected a multiple of 1e-1, got "3000.55"'),
    );
    expect(() => lotsOf('0.00001', ETH)).toThrow(
      fault('ETH amount: expected a multiple of 1e-4, got "0.00001"'),
    );
    expect(() => exact('x', BTC.tick, 'here')).toThrow(fault('here: expected a multiple of 1e-0'));
  });

  test('PROTO-3: published figures are rounded', () => {
    expect(nearestTicks('89501.5', BTC)).toBe(89_502);
    expect(microOf('5478.1403235', 'equity')).toBe(5_478_140_324);
    expect(microOf('-0.0000005', 'pnl')).toBe(-1);
    expect(nanoOf('0.00015', 'fee')).toBe(150_000);
    expect(() => nearest('much', BTC.tick, 'here')).toThrow(
      fault('here: expected a decimal number, got "much"'),
    );
  });

  test('PROTO-16: a fault names the place and shows what came, not all of it', () => {
    const row = z.object({ a: z.object({ b: z.array(z.number()) }) });
    expect(parseWith(row, { a: { b: [1] } }, 'frame')).toEqual({ a: { b: [1] } });
    expect(() => parseWith(row, { a: { b: [1, 'x'] } }, 'frame')).toThrow(fault('frame.a.b.1: '));
    expect(() => parseWith(row, null, 'frame')).toThrow(fault('frame: '));
    const long = protocolError('frame', 'JSON', 'x'.repeat(500));
    expect(long.message.length).toBeLessThan(160);
    expect(protocolError('frame', 'JSON', undefined).message).toBe(
      'frame: expected JSON, got undefined',
    );
  });
});

test('sides', () => {
  expect([signOf('bid'), signOf('ask')]).toEqual([1, -1]);
  expect([sideOf(3), sideOf(-3)]).toEqual(['bid', 'ask']);
  expect(OPPOSITE).toEqual({ bid: 'ask', ask: 'bid' });
  const trades = ['open_long', 'close_short', 'open_short', 'close_long'] as const;
  expect(trades.map(sideOfTrade)).toEqual(['bid', 'bid', 'ask', 'ask']);
});
