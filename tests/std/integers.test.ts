import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  add,
  clamp,
  floorDiv,
  MICRO,
  mul,
  mulDiv,
  type Rounding,
  safe,
} from '../../src/std/integers.ts';

const LIMIT = Number.MAX_SAFE_INTEGER;
const ROUNDINGS: readonly Rounding[] = ['down', 'half-up', 'up'];
const FAILURE = expect.objectContaining({ name: 'AssertionFailure' });

// Sizes of every magnitude, since the interesting products lie around 2^53.
const integer: fc.Arbitrary<number> = fc
  .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 52 }))
  .map(([value, shift]) => Math.trunc(value / 2 ** shift) + 0);
const positive: fc.Arbitrary<number> = integer.map((value) => Math.max(1, Math.abs(value)));

/** The same in bigint: the magnitude is divided and rounded, then the sign put back. */
function oracle(a: number, b: number, divisor: number, rounding: Rounding): bigint {
  const product = BigInt(a) * BigInt(b);
  const size = product < 0n ? -product : product;
  const by = BigInt(divisor);
  const up = { down: 0n, 'half-up': by / 2n, up: by - 1n }[rounding];
  // An odd divisor has no exact half, so adding its floored half rounds to the nearest as well.
  const quotient = (size + up) / by;
  return product < 0n ? -quotient : quotient;
}

describe('mulDiv', () => {
  test('agrees with bigint, and stops where the result leaves 2^53', () => {
    const property = fc.property(
      integer,
      integer,
      positive,
      fc.constantFrom(...ROUNDINGS),
      (a, b, divisor, rounding) => {
        const exact = oracle(a, b, divisor, rounding);
        if (exact > BigInt(LIMIT) || exact < -BigInt(LIMIT)) {
          expect(() => mulDiv(a, b, divisor, rounding)).toThrow(FAILURE);
        } else {
          expect(mulDiv(a, b, divisor, rounding)).toBe(Number(exact));
        }
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test('agrees with bigint next to whole results, where floating division could slip', () => {
    const property = fc.property(
      positive,
      positive,
      fc.integer({ min: -1, max: 1 }),
      fc.constantFrom(...ROUNDINGS),
      (quotient, divisor, off, rounding) => {
        const product = BigInt(quotient) * BigInt(divisor) + BigInt(off);
        fc.pre(product <= BigInt(LIMIT));
        const a = Number(product);
        expect(mulDiv(a, 1, divisor, rounding)).toBe(Number(oracle(a, 1, divisor, rounding)));
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test.each<[number, number, number, number, number, number]>([
    // a, b, divisor, then down, half-up, up
    [7, 1, 2, 3, 4, 4],
    [-7, 1, 2, -3, -4, -4],
    [7, 1, 3, 2, 2, 3],
    [8, 1, 3, 2, 3, 3],
    [6, 1, 3, 2, 2, 2],
    [-1, 1, 3, 0, 0, -1],
    [0, -5, 3, 0, 0, 0],
    // Beyond 2^53 in between: 2^53 − 1 squared over itself, and half a step more.
    [LIMIT, LIMIT, LIMIT, LIMIT, LIMIT, LIMIT],
    [LIMIT, 3, 6, 4503599627370495, 4503599627370496, 4503599627370496],
    [-LIMIT, 3, 6, -4503599627370495, -4503599627370496, -4503599627370496],
    // A taker fee: 32.21172 dollars at 0.0004 is 0.012884688, on the exchange 0.012885.
    [32_211_720, 400_000, 1_000_000_000, 12_884, 12_885, 12_885],
  ])('%d × %d ÷ %d', (a, b, divisor, down, half, up) => {
    expect(ROUNDINGS.map((rounding) => mulDiv(a, b, divisor, rounding))).toEqual([down, half, up]);
  });

  test.each([
    ['a divisor of zero', 1, 1, 0],
    ['a negative divisor', 1, 1, -2],
    ['a fractional divisor', 1, 1, 0.5],
    ['no number', Number.NaN, 1, 1],
    ['no number in the second place', 1, Number.NaN, 1],
    ['a fraction', 0.5, 2, 1],
    ['a factor beyond 2^53', 2 ** 53, 0, 1],
    ['infinity', Number.POSITIVE_INFINITY, 1, 1],
  ])('refuses %s', (_, a, b, divisor) => {
    expect(() => mulDiv(a, b, divisor, 'down')).toThrow(FAILURE);
    expect(() => mulDiv(a, b, divisor, 'down')).toThrow(`mulDiv of ${a}, ${b}, ${divisor}: `);
  });
});

describe('checked arithmetic', () => {
  test('the ceiling is 2^53 − 1 on either side', () => {
    expect(safe(LIMIT)).toBe(LIMIT);
    expect(safe(-LIMIT)).toBe(-LIMIT);
    for (const bad of [LIMIT + 1, -LIMIT - 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => safe(bad)).toThrow(`integer beyond 2^53: ${bad}`);
    }
  });

  test('sums and products are exact or stop', () => {
    expect(add(LIMIT - 1, 1)).toBe(LIMIT);
    expect(() => add(LIMIT, 1)).toThrow('beyond 2^53');
    expect(mul(94_906_265, 94_906_265)).toBe(9_007_199_136_250_225);
    expect(() => mul(94_906_267, 94_906_267)).toThrow('beyond 2^53');
    expect(mul(3, MICRO)).toBe(3_000_000);
  });

  test('zero has no sign', () => {
    expect(mul(-3, 0)).toBe(0);
    expect(mulDiv(-3, 0, 1, 'down')).toBe(0);
    expect(mulDiv(-1, 1, 2, 'down')).toBe(0);
    expect(floorDiv(0, -3)).toBe(0);
  });

  test('floorDiv agrees with bigint for either sign', () => {
    const property = fc.property(integer, positive, fc.boolean(), (a, size, negative) => {
      const b = negative ? -size : size;
      const quotient = BigInt(a) / BigInt(b);
      const exact = BigInt(a) % BigInt(b) !== 0n && a < 0 !== b < 0 ? quotient - 1n : quotient;
      expect(floorDiv(a, b)).toBe(Number(exact));
    });
    fc.assert(property, { numRuns: 1000 });
    expect(floorDiv(-7, 2)).toBe(-4);
    expect(() => floorDiv(1, 0)).toThrow('beyond 2^53');
  });

  test('clamp keeps to the closed range', () => {
    expect([-1, 0, 5, 10, 11].map((value) => clamp(value, 0, 10))).toEqual([0, 0, 5, 10, 10]);
  });
});
