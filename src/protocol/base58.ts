import { AssertionFailure, invariant } from '../std/assert.ts';

const { floor } = Math;
const { fromCharCode } = String;
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE5 = 58 ** 5;

const VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < 58; i += 1) VALUE[ALPHABET.charCodeAt(i)] = i;

const ONE = '1'.charCodeAt(0);
const CODES = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));
/** Character codes of every two digits, the first in the low byte. */
const PAIRS = Uint16Array.from(
  { length: 58 * 58 },
  (_, i) => (CODES[floor(i / 58)] as number) | ((CODES[i % 58] as number) << 8),
);

/**
 * Conversion tables for one byte length. Bytes are taken as 16-bit limbs and digits as groups of
 * five, so every sum of products stays below 2^53: 32 limbs × 2^16 × 58^5 < 2^51.
 */
interface Tables {
  readonly limbs: number;
  readonly groups: number;
  /** Row per limb: its place value as base-58^5 digits, most significant first. */
  readonly toGroups: Float64Array;
  /** By limb: the first group in which its place value has a digit. */
  readonly firstGroup: readonly number[];
  /** Row per group: its place value as 16-bit limbs, most significant first. */
  readonly toLimbs: Float64Array;
}

function digitsOf(value: bigint, base: bigint, count: number): number[] {
  const digits: number[] = [];
  let rest = value;
  for (let i = 0; i < count; i += 1) {
    digits.unshift(Number(rest % base));
    rest /= base;
  }
  return digits;
}

function tablesFor(bytes: number): Tables {
  const limbs = bytes / 2;
  const groups = Math.ceil((bytes * 8) / Math.log2(BASE5));
  const toGroups = new Float64Array(limbs * groups);
  const toLimbs = new Float64Array(groups * limbs);
  for (let i = 0; i < limbs; i += 1) {
    const place = 65536n ** BigInt(limbs - 1 - i);
    toGroups.set(digitsOf(place, BigInt(BASE5), groups), i * groups);
  }
  for (let i = 0; i < groups; i += 1) {
    const place = BigInt(BASE5) ** BigInt(groups - 1 - i);
    toLimbs.set(digitsOf(place, 65536n, limbs), i * limbs);
  }
  const firstGroup = Array.from({ length: limbs }, (_, i) =>
    toGroups.subarray(i * groups, (i + 1) * groups).findIndex((digit) => digit > 0),
  );
  return { limbs, groups, toGroups, firstGroup, toLimbs };
}

const TABLES: Readonly<Record<number, Tables>> = { 32: tablesFor(32), 64: tablesFor(64) };
const sums = new Float64Array(40);
const digits = new Uint8Array(100);

/** Base58 (Bitcoin alphabet, as Solana uses it) of 32 or 64 bytes: keys, secrets, signatures. */
export function encodeBase58(bytes: Uint8Array): string {
  const tables = TABLES[bytes.length];
  if (tables === undefined) {
    throw new AssertionFailure(`base58 handles 32 or 64 bytes, got ${bytes.length}`);
  }
  const { limbs, groups, toGroups, firstGroup } = tables;
  sums.fill(0, 0, groups);
  for (let i = 0; i < limbs; i += 1) {
    const limb = ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number);
    const row = i * groups;
    // A limb's place value has no digits before this group.
    for (let g = firstGroup[i] as number; g < groups; g += 1) {
      sums[g] = (sums[g] as number) + limb * (toGroups[row + g] as number);
    }
  }
  let carry = 0;
  for (let g = groups - 1; g >= 0; g -= 1) {
    const total = (sums[g] as number) + carry;
    carry = floor(total / BASE5);
    sums[g] = total - carry * BASE5;
  }
  let text = '';
  for (let g = 0; g < groups; g += 3) {
    text += fifteenDigits(sums[g] as number, sums[g + 1] as number, sums[g + 2] as number);
  }
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1;
  let start = 0;
  while (start < text.length && text.charCodeAt(start) === ONE) start += 1;
  return '1'.repeat(zeros) + text.slice(start);
}

/** Three groups of five digits. One call to make the string costs half of joining its pieces. */
function fifteenDigits(a: number, b: number, c: number): string {
  const aFour = floor(a / 58);
  const bFour = floor(b / 58);
  const cFour = floor(c / 58);
  const aTwo = floor(aFour / 3364);
  const bTwo = floor(bFour / 3364);
  const cTwo = floor(cFour / 3364);
  const a1 = PAIRS[aTwo] as number;
  const a3 = PAIRS[aFour - aTwo * 3364] as number;
  const b1 = PAIRS[bTwo] as number;
  const b3 = PAIRS[bFour - bTwo * 3364] as number;
  const c1 = PAIRS[cTwo] as number;
  const c3 = PAIRS[cFour - cTwo * 3364] as number;
  const a5 = CODES[a - aFour * 58] as number;
  const b5 = CODES[b - bFour * 58] as number;
  const c5 = CODES[c - cFour * 58] as number;
  return fromCharCode(
    a1 & 255,
    a1 >> 8,
    a3 & 255,
    a3 >> 8,
    a5,
    b1 & 255,
    b1 >> 8,
    b3 & 255,
    b3 >> 8,
    b5,
    c1 & 255,
    c1 >> 8,
    c3 & 255,
    c3 >> 8,
    c5,
  );
}

/** The `length` bytes (32 or 64) that `text` encodes, or `undefined` if it encodes anything else. */
export function decodeBase58(text: string, length: 32 | 64): Uint8Array | undefined {
  const tables = TABLES[length];
  invariant(tables !== undefined, 'tables exist for 32 and 64');
  const { limbs, groups, toLimbs } = tables;
  if (text.length > groups * 5 || text.length < length) return undefined;
  digits.fill(0, 0, groups * 5);
  const offset = groups * 5 - text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (VALUE[code] ?? -1) : -1;
    if (value < 0) return undefined;
    digits[offset + i] = value;
  }
  sums.fill(0, 0, limbs);
  for (let g = 0; g < groups; g += 1) {
    let group = 0;
    for (let d = 0; d < 5; d += 1) group = group * 58 + (digits[g * 5 + d] ?? 0);
    if (group === 0) continue;
    const row = g * limbs;
    for (let i = 0; i < limbs; i += 1) sums[i] = (sums[i] ?? 0) + group * (toLimbs[row + i] ?? 0);
  }
  const bytes = new Uint8Array(length);
  let carry = 0;
  for (let i = limbs - 1; i >= 0; i -= 1) {
    const total = (sums[i] ?? 0) + carry;
    carry = floor(total / 65536);
    const limb = total - carry * 65536;
    bytes[2 * i] = limb >>> 8;
    bytes[2 * i + 1] = limb & 255;
  }
  // Re-encoding settles overflow and the number of leading ones at once; decoding is off the hot path.
  return carry === 0 && encodeBase58(bytes) === text ? bytes : undefined;
}
