import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DOLLARS,
  format,
  type Grid,
  gridOf,
  parseExact,
  parseNearest,
  RATE,
} from '../../src/std/decimal.ts';

const WHOLE: Grid = { step: 1, decimals: 0 };
const HALF: Grid = { step: 5, decimals: 1 };
const HUNDRED: Grid = { step: 100, decimals: 0 };
const FIVE_DECIMALS: Grid = { step: 1, decimals: 5 };
const GRIDS: readonly Grid[] = [
  WHOLE,
  HALF,
  HUNDRED,
  FIVE_DECIMALS,
  DOLLARS,
  RATE,
  { step: 25, decimals: 2 },
  { step: 7, decimals: 3 },
];
const grid: fc.Arbitrary<Grid> = fc.constantFrom(...GRIDS);
const steps: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -20_000, max: 20_000 }),
  fc.integer({ min: -90_000_000_000_000, max: 90_000_000_000_000 }),
);
const NOT_DECIMAL = [
  '',
  ' ',
  '.',
  '-',
  '--1',
  '+1',
  '.5',
  '5.',
  '1.2.3',
  '1,5',
  '1e5',
  '1E-7',
  '0x10',
  '12a',
  ' 12',
  '12 ',
  '12\n',
  '١٢',
  'NaN',
  'Infinity',
  '12345678901234567',
];

describe('gridOf', () => {
  test.each<[string, Grid]>([
    ['1', WHOLE],
    ['0.5', HALF],
    ['100', HUNDRED],
    ['0.00001', FIVE_DECIMALS],
    ['0.100', { step: 1, decimals: 1 }],
    ['10.5', { step: 105, decimals: 1 }],
    ['10.000', { step: 10, decimals: 0 }],
    ['00.25', { step: 25, decimals: 2 }],
  ])('%s', (text, expected) => {
    expect(gridOf(text)).toEqual(expected);
  });

  test.each([
    '0',
    '0.000',
    '-1',
    '-0.5',
    '9007199254740993',
    '0.1234567890123456789',
    ...NOT_DECIMAL,
  ])('refuses %j', (text) => {
    expect(() => gridOf(text)).toThrow(
      expect.objectContaining({
        code: 'NUMBER_INVALID',
        message: `expected a positive decimal step, got "${text}"`,
      }),
    );
  });
});

describe('parseExact', () => {
  test('reads what format writes, on every grid', () => {
    fc.assert(
      fc.property(steps, grid, (value, on) => {
        fc.pre(Number.isSafeInteger(value * on.step));
        expect(parseExact(format(value, on), on)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, Grid, number | undefined]>([
    ['100000', WHOLE, 100_000],
    ['100000.00', WHOLE, 100_000],
    ['000012', WHOLE, 12],
    ['1.5', HALF, 3],
    ['1.50', HALF, 3],
    ['-1.5', HALF, -3],
    ['1.2', HALF, undefined],
    ['1.25', HALF, undefined],
    ['300', HUNDRED, 3],
    ['300.0', HUNDRED, 3],
    ['350', HUNDRED, undefined],
    ['0.00012', FIVE_DECIMALS, 12],
    ['0.000120000', FIVE_DECIMALS, 12],
    ['0.000121', FIVE_DECIMALS, undefined],
    ['-0.00001', FIVE_DECIMALS, -1],
    ['-0', WHOLE, 0],
    ['-0.000', DOLLARS, 0],
    ['4970.000323', DOLLARS, 4_970_000_323],
    ['0.0000125', RATE, 12_500],
    ['9007199254740991', WHOLE, Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', WHOLE, -Number.MAX_SAFE_INTEGER],
    ['9007199254740992', WHOLE, undefined],
    ['9007199254740993', WHOLE, undefined],
    ['9007199254.740991', DOLLARS, Number.MAX_SAFE_INTEGER],
    ['9007199254.740992', DOLLARS, undefined],
    ['1.0000000000000000000000000', WHOLE, undefined],
  ])('%s on %j is %p', (text, on, expected) => {
    expect(parseExact(text, on)).toBe(expected);
  });

  test.each(NOT_DECIMAL)('refuses %j', (text) => {
    expect(parseExact(text, DOLLARS)).toBeUndefined();
    expect(parseNearest(text, DOLLARS)).toBeUndefined();
  });
});

describe('parseNearest', () => {
  /** The nearest step of a decimal text in bigint, halves away from zero. */
  function oracle(text: string, { step, decimals }: Grid): bigint {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    const scale = 10n ** BigInt(Math.max(0, fraction.length - decimals));
    const units = BigInt(whole + fraction.padEnd(decimals, '0'));
    const by = BigInt(step) * scale;
    const size = (2n * units + by) / (2n * by);
    return text.startsWith('-') ? -size : size;
  }

  test('agrees with bigint', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.integer({ min: 0, max: 999_999 }),
        fc.stringMatching(/^\d{1,24}$/),
      )
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
    fc.assert(
      fc.property(text, grid, (value, on) => {
        expect(parseNearest(value, on)).toBe(Number(oracle(value, on)));
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, Grid, number | undefined]>([
    ['89501.49', WHOLE, 89_501],
    ['89501.5', WHOLE, 89_502],
    ['89501.4999999', WHOLE, 89_501],
    ['-0.5', WHOLE, -1],
    ['-0.49', WHOLE, 0],
    ['0.25', HALF, 1],
    ['0.24999', HALF, 0],
    ['-0.25', HALF, -1],
    ['149.99', HUNDRED, 1],
    ['150', HUNDRED, 2],
    ['0.012884688', DOLLARS, 12_885],
    ['0.0000005', DOLLARS, 1],
    // The ceiling is that of the result, not that of the digits behind it.
    ['123456789012.3456789', { step: 1, decimals: 2 }, 12_345_678_901_235],
    ['2500000000', DOLLARS, 2_500_000_000_000_000],
    ['9007199254740991', WHOLE, Number.MAX_SAFE_INTEGER],
    ['9007199254740991.4', WHOLE, Number.MAX_SAFE_INTEGER],
    ['9007199254740991.5', WHOLE, undefined],
    ['9999999999', DOLLARS, undefined],
  ])('%s on %j is %p', (text, on, expected) => {
    expect(parseNearest(text, on)).toBe(expected);
  });
});

describe('format', () => {
  test.each<[number, Grid, string]>([
    [100_000, WHOLE, '100000'],
    [0, DOLLARS, '0'],
    [-0, DOLLARS, '0'],
    [-0, WHOLE, '0'],
    [3, HALF, '1.5'],
    [4, HALF, '2'],
    [-3, HALF, '-1.5'],
    [3, HUNDRED, '300'],
    [1, RATE, '0.000000001'],
    [-1, DOLLARS, '-0.000001'],
    [-22_965, DOLLARS, '-0.022965'],
    [1_000_000, DOLLARS, '1'],
    [10_500_000, DOLLARS, '10.5'],
    [Number.MAX_SAFE_INTEGER, DOLLARS, '9007199254.740991'],
    [Number.MAX_SAFE_INTEGER, WHOLE, '9007199254740991'],
  ])('%d on %j is %s', (value, on, expected) => {
    expect(format(value, on)).toBe(expected);
  });

  test('stops rather than lose digits', () => {
    expect(() => format(Number.MAX_SAFE_INTEGER, HUNDRED)).toThrow('beyond 2^53');
    expect(() => format(0.5, WHOLE)).toThrow('beyond 2^53');
  });
});
