// The small parts of std: dice, names from hashes, errors, assertions.
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssertionFailure, invariant, unreachable } from '../../src/std/assert.ts';
import { BreakwaterError, isBreakwaterError, messageOf } from '../../src/std/errors.ts';
import { uuidOf } from '../../src/std/hash.ts';
import { TransportFailure } from '../../src/std/host.ts';
import { between, gaussian, type Random, SeededRandom, unit } from '../../src/std/random.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function draw<T>(count: number, next: () => T): T[] {
  return Array.from({ length: count }, next);
}

/** Dice that always show the same numbers. */
function loaded(...values: readonly number[]): Random {
  let at = 0;
  return { uint32: () => values[at++ % values.length] ?? 0 };
}

describe('random', () => {
  // From a second implementation of sfc32 and splitmix32, in another language.
  test.each([
    [0, [2899526011, 769844623, 220372281, 4270301181, 3717780726, 2919608142]],
    [1, [2420951833, 2513034076, 3847892949, 4064752930, 1169703512, 1317941441]],
    [42, [1959603763, 2423114712, 2466933512, 4144396390, 3569536208, 2879541286]],
    [4294967295, [2300869303, 3917632794, 3726809994, 1136427174, 1916388865, 1301959096]],
  ])('seed %d gives the same numbers on every machine', (seed, expected) => {
    const random = new SeededRandom(seed);
    expect(draw(6, () => random.uint32())).toEqual(expected);
  });

  test('draws follow from the numbers', () => {
    const whole = new SeededRandom(42);
    expect(draw(12, () => between(whole, -3, 3))).toEqual([0, 0, 1, 3, 2, 1, -1, -2, 0, 3, -3, -2]);
    const bell = new SeededRandom(42);
    const drawn = draw(4, () => gaussian(bell));
    const expected = [
      -1.0153496069639896, 1.275478679134388, -0.9039416905662775, 0.5208684593417855,
    ];
    // Logarithm and cosine may differ in the last digit between machines.
    for (const [i, value] of drawn.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 12);
  });

  test('the ends of the range', () => {
    const lowest = loaded(0);
    const highest = loaded(0xffffffff);
    expect(unit(lowest)).toBe(0);
    expect(unit(highest)).toBeLessThan(1);
    expect([between(lowest, 5, 9), between(highest, 5, 9)]).toEqual([5, 9]);
    expect(between(highest, 5, 5)).toBe(5);
    expect(gaussian(loaded(0xffffffff, 0))).toBeCloseTo(Math.sqrt(-2 * Math.log(2 ** -32)), 12);
    expect(gaussian(lowest)).toBeCloseTo(0, 12);
  });

  test('the numbers spread evenly, the bell is a bell', () => {
    const random = new SeededRandom(7);
    const buckets = new Array<number>(16).fill(0);
    for (const value of draw(32_000, () => between(random, 0, 15))) {
      buckets[value] = (buckets[value] ?? 0) + 1;
    }
    // Chi-squared with 15 degrees of freedom is above 37.7 once in a thousand times.
    const chi = buckets.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chi).toBeLessThan(37.7);

    const bell = draw(20_000, () => gaussian(random));
    const mean = bell.reduce((sum, x) => sum + x, 0) / bell.length;
    const variance = bell.reduce((sum, x) => sum + (x - mean) ** 2, 0) / bell.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(bell.filter((x) => Math.abs(x) < 1).length / bell.length).toBeCloseTo(0.683, 1);
  });

  test('neighbouring seeds have nothing in common', () => {
    const firsts = draw(1000, () => 0).map((_, seed) => new SeededRandom(seed).uint32());
    expect(new Set(firsts).size).toBe(1000);
  });
});

describe('uuidOf', () => {
  test('is cut from the hash of the name', () => {
    expect(sha256('desk-1/7/42/0/1')).toBe(
      '8ef3699643287de64686d85418956ffb35774b89ea9cb68cc1f9149159b97073',
    );
    expect(uuidOf('desk-1/7/42/0/1', sha256)).toBe('8ef36996-4328-8de6-8686-d85418956ffb');
  });

  test('has the shape, version 8 and the variant of RFC 9562, and never changes', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const id = uuidOf(name, sha256);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(uuidOf(name, sha256)).toBe(id);
      }),
    );
  });

  test('two names have two ids', () => {
    const ids = draw(2000, () => 0).map((_, i) => uuidOf(`desk/1/${i}`, sha256));
    expect(new Set(ids).size).toBe(2000);
  });
});

describe('errors', () => {
  test('carry code, sentence and cause', () => {
    const cause = new Error('ENOENT');
    const error = new BreakwaterError('TAPE_INVALID', 'no such tape', { cause });
    expect(error).toMatchObject({
      name: 'BreakwaterError',
      code: 'TAPE_INVALID',
      message: 'no such tape',
      cause,
    });
    expect(isBreakwaterError(error)).toBe(true);
  });

  test('are known by their brand, not by their class', () => {
    const twin = { brand: 'breakwater.error', code: 'USAGE', message: 'from another copy' };
    expect(isBreakwaterError(twin)).toBe(true);
    for (const other of [new Error('x'), { brand: 'other' }, 'breakwater.error', null, undefined]) {
      expect(isBreakwaterError(other)).toBe(false);
    }
  });

  test('a message can be had of anything that was thrown', () => {
    expect(messageOf(new Error('lost'))).toBe('lost');
    expect(messageOf({ message: 5 })).toBe('5');
    expect(messageOf('plain')).toBe('plain');
    expect(messageOf(null)).toBe('null');
    expect(messageOf(undefined)).toBe('undefined');
  });

  test('a failed transport says whether the request can have arrived', () => {
    const failure = new TransportFailure('unknown', 'socket hang up');
    expect(failure).toMatchObject({
      name: 'TransportFailure',
      outcome: 'unknown',
      message: 'socket hang up',
    });
  });
});

describe('assertions', () => {
  test('a broken assumption stops, a kept one does not', () => {
    expect(() => invariant(true, 'never')).not.toThrow();
    expect(() => invariant(false, 'lots went negative')).toThrow(
      new AssertionFailure('lots went negative'),
    );
    expect(new AssertionFailure('x').name).toBe('AssertionFailure');
  });

  test('an unreachable branch names the value that reached it', () => {
    expect(() => unreachable({ kind: 'odd' } as never)).toThrow('unreachable: {"kind":"odd"}');
  });
});
