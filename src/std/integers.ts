import { AssertionFailure } from './assert.ts';

const { abs, floor, trunc } = Math;
const { isSafeInteger, MAX_SAFE_INTEGER } = Number;

/** Micro-dollars in a dollar. */
export const MICRO = 1_000_000;

/** Returns `value` if it is an integer below 2^53 in size, and stops the process otherwise. */
export function safe(value: number): number {
  // Not invariant(): it would have the sentence written on every call, seven times the work.
  if (!isSafeInteger(value)) throw new AssertionFailure(`integer beyond 2^53: ${value}`);
  return value;
}

/** `a + b`, checked. */
export function add(a: number, b: number): number {
  return safe(a + b);
}

/** `a × b`, checked. */
export function mul(a: number, b: number): number {
  return safe(a * b) + 0;
}

export type Rounding = 'down' | 'half-up' | 'up';

/**
 * `a × b ÷ divisor` as an exact integer, rounded away from the exact value only as `rounding` says:
 * `down` is towards zero, `up` away from zero, `half-up` to the nearest with halves away from zero.
 * Falls back to bigint where the product leaves 2^53. All three are integers, `divisor` is positive.
 */
export function mulDiv(a: number, b: number, divisor: number, rounding: Rounding): number {
  if (!isSafeInteger(a) || !isSafeInteger(b) || !isSafeInteger(divisor) || divisor < 1) {
    throw new AssertionFailure(`mulDiv of ${a}, ${b}, ${divisor}: integers, the last positive`);
  }
  const product = a * b;
  if (abs(product) > MAX_SAFE_INTEGER) return mulDivBig(a, b, divisor, rounding);
  const quotient = trunc(product / divisor);
  const rest = abs(product - quotient * divisor);
  if (rest === 0) return quotient + 0;
  const away = rounding === 'up' || (rounding === 'half-up' && rest * 2 >= divisor);
  return (away ? quotient + (product < 0 ? -1 : 1) : quotient) + 0;
}

function mulDivBig(a: number, b: number, divisor: number, rounding: Rounding): number {
  const product = BigInt(a) * BigInt(b);
  const by = BigInt(divisor);
  const quotient = product / by;
  const rest = product % by < 0n ? -(product % by) : product % by;
  const away = rest > 0n && (rounding === 'up' || (rounding === 'half-up' && rest * 2n >= by));
  return safe(Number(away ? quotient + (product < 0n ? -1n : 1n) : quotient)) + 0;
}

/** Floor division for integers of either sign; `b` is not 0. */
export function floorDiv(a: number, b: number): number {
  return safe(floor(a / b)) + 0;
}

/** Limits `value` to the closed range. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
