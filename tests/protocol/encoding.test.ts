// Base58 and canonical JSON: the bytes under every signature.
import { describe, expect, test } from '@jest/globals';
import { base58 } from '@scure/base';
import fc from 'fast-check';
import { decodeBase58, encodeBase58 } from '../../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';

const SIZES = [32, 64] as const;

/** Bytes with a run of zeros in front more often than chance would have it. */
function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.uint8Array({ minLength: length, maxLength: length }), fc.nat({ max: 2 * length }))
    .map(([bytes, zeros]) => bytes.fill(0, 0, zeros > length ? 0 : zeros));
}

describe.each(SIZES)('base58 of %d bytes', (length) => {
  test('PROTO-12: agrees with another implementation both ways', () => {
    fc.assert(
      fc.property(bytesOf(length), (bytes) => {
        const text = base58.encode(bytes);
        expect(encodeBase58(bytes)).toBe(text);
        expect(decodeBase58(text, length)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, Uint8Array]>([
    ['all zeros', new Uint8Array(length)],
    ['all ones', new Uint8Array(length).fill(0xff)],
    ['one at the end', new Uint8Array(length).fill(1, length - 1)],
    ['one at the start', new Uint8Array(length).fill(1, 0, 1)],
    ['zero in the middle', new Uint8Array(length).fill(0xff).fill(0, 3, length - 3)],
    ['odd leading zeros', new Uint8Array(length).fill(0xff).fill(0, 0, 3)],
  ])('PROTO-12: %s', (_, bytes) => {
    expect(encodeBase58(bytes)).toBe(base58.encode(bytes));
    expect(decodeBase58(base58.encode(bytes), length)).toEqual(bytes);
  });

  test('PROTO-12: refuses what encodes another number of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 2 * length }), (bytes) => {
        fc.pre(bytes.length !== length);
        expect(decodeBase58(base58.encode(bytes), length)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('PROTO-12: refuses the first number that does not fit, and a leading one too many', () => {
    const beyond = new Uint8Array(length + 1);
    beyond[0] = 1;
    const highest = base58.encode(new Uint8Array(length).fill(0xff));
    expect(decodeBase58(highest, length)).toBeDefined();
    expect(decodeBase58(base58.encode(beyond), length)).toBeUndefined();
    expect(decodeBase58('z'.repeat(highest.length), length)).toBeUndefined();
    expect(decodeBase58(`1${highest}`, length)).toBeUndefined();
    expect(decodeBase58('1'.repeat(length + 1), length)).toBeUndefined();
    expect(decodeBase58('z'.repeat(200), length)).toBeUndefined();
    expect(decodeBase58('', length)).toBeUndefined();
  });

  test.each(['0', 'O', 'I', 'l', '+', '/', ' ', '\n', '-', 'é', 'Ａ', '\u0000'])(
    'PROTO-12: refuses the character %j',
    (character) => {
      const text = base58.encode(new Uint8Array(length).fill(7));
      for (const at of [0, 20, text.length - 1]) {
        const spoilt = text.slice(0, at) + character + text.slice(at + 1);
        expect(decodeBase58(spoilt, length)).toBeUndefined();
      }
    },
  );
});

test('PROTO-12: base58 encodes keys, secrets and signatures, nothing else', () => {
  for (const length of [0, 31, 33, 63, 65]) {
    expect(() => encodeBase58(new Uint8Array(length))).toThrow(
      `base58 handles 32 or 64 bytes, got ${length}`,
    );
  }
});

describe('canonical JSON', () => {
  test.each<[string, Json, string]>([
    ['scalars', [null, true, false, 0, -1.5, 'a'], '[null,true,false,0,-1.5,"a"]'],
    ['empty', { b: {}, a: [] }, '{"a":[],"b":{}}'],
    [
      'keys at every level, arrays in order',
      { z: [{ b: 2, a: 1 }, [{ d: 4, c: 3 }]], a: { y: { q: 1, p: 2 }, x: null } },
      '{"a":{"x":null,"y":{"p":2,"q":1}},"z":[{"a":1,"b":2},[{"c":3,"d":4}]]}',
    ],
    [
      'capitals before small letters, digits before both',
      { a: 1, A: 2, 1: 3 },
      '{"1":3,"A":2,"a":1}',
    ],
    ['number-like keys by their characters', { 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    ['a prefix before the longer key', { tif: 1, ti: 2, t: 3 }, '{"t":3,"ti":2,"tif":1}'],
    ['characters outside ASCII as they are', { é: 'ü€', e: '😀' }, '{"e":"😀","é":"ü€"}'],
    [
      'quotes, backslashes and control characters escaped',
      { 'a"': '\\\n\u0001' },
      '{"a\\"":"\\\\\\n\\u0001"}',
    ],
    // U+1F600 is a pair of surrogates that starts below U+FF21 in UTF-16.
    ['code points, not UTF-16 units', { '😀': 1, Ａ: 2, z: 3 }, '{"z":3,"Ａ":2,"😀":1}'],
    [
      'the first and the last pair',
      { '\u{10ffff}': 1, '\u{10000}': 2, '\uffff': 3, '\ud7ff': 4 },
      '{"\ud7ff":4,"\uffff":3,"\u{10000}":2,"\u{10ffff}":1}',
    ],
    ['code points among pairs', { '😁': 1, '😀': 2, '😀a': 3 }, '{"😀":2,"😀a":3,"😁":1}'],
    ['a key of the prototype', JSON.parse('{"b":1,"__proto__":2}'), '{"__proto__":2,"b":1}'],
  ])('PROTO-7: %s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  test('PROTO-7: undefined is left out of objects, and is null in arrays as in JSON.stringify', () => {
    const value = { b: undefined, a: { d: undefined, c: 1 }, e: [undefined, 1] };
    expect(canonicalJson(value as unknown as Json)).toBe('{"a":{"c":1},"e":[null,1]}');
  });

  /** The order of the code points, told by a second way of comparing. */
  function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
    const points = (text: string): string =>
      [...text].map((c) => (c.codePointAt(0) ?? 0).toString(16).padStart(6, '0')).join('');
    return new Map(entries.sort(([a], [b]) => (points(a) < points(b) ? -1 : 1)));
  }

  function write(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
    if (!(value instanceof Map)) return JSON.stringify(value);
    return `{${[...value].map(([key, field]) => `${JSON.stringify(key)}:${write(field)}`).join(',')}}`;
  }

  test('PROTO-7: any value: sorted by code point, and the same value when parsed', () => {
    const key = fc.string({ unit: 'binary', maxLength: 4 });
    const json = fc.letrec<{ value: Json; object: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, false),
        fc.integer(),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(text).toBe(write(sorted(value)));
        expect(JSON.parse(text)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });
});
