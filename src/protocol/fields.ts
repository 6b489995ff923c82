import { z } from 'zod';
import { DOLLARS, type Grid, parseExact, parseNearest, RATE } from '../std/decimal.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { Market } from './market.ts';

/** A number that the exchange may send as a string or as a JSON number; read as decimal text. */
export const decimal: z.ZodType<string> = z.union([z.string(), z.number()]).transform(plainText);

/** Small numbers in JSON come out as `1e-7`; the grids want plain decimals. */
function plainText(value: string | number): string {
  const text = String(value);
  return /e/i.test(text)
    ? Number(text)
        .toFixed(20)
        .replace(/\.?0+$/, '')
    : text;
}

/** An integer sent as a number or as a string of digits, exact up to 2^53. */
export const integer: z.ZodType<number> = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .refine((value) => Number.isSafeInteger(value), 'expected an integer below 2^53');

/** An opaque name such as a cursor, a batch number or a transaction: kept as text, every digit of it. */
export const label: z.ZodType<string> = z.union([z.string(), z.number()]).transform(String);

/** The exchange sent something that our exact arithmetic or the documented shape cannot hold. */
export function protocolError(where: string, expected: string, got: unknown): BreakwaterError {
  const shown = JSON.stringify(got) ?? String(got);
  return new BreakwaterError(
    'EXCHANGE_PROTOCOL',
    `${where}: expected ${expected}, got ${shown.slice(0, 120)}`,
  );
}

/** Exact steps of `grid`; throws `EXCHANGE_PROTOCOL`. */
export function exact(text: string, grid: Grid, where: string): number {
  const value = parseExact(text, grid);
  if (value === undefined)
    throw protocolError(where, `a multiple of ${grid.step}e-${grid.decimals}`, text);
  return value;
}

/** Nearest steps of `grid`, for published figures finer than our grid; throws `EXCHANGE_PROTOCOL`. */
export function nearest(text: string, grid: Grid, where: string): number {
  const value = parseNearest(text, grid);
  if (value === undefined) throw protocolError(where, 'a decimal number', text);
  return value;
}

export function ticksOf(text: string, market: Market): number {
  return exact(text, market.tick, `${market.symbol} price`);
}

export function nearestTicks(text: string, market: Market): number {
  return nearest(text, market.tick, `${market.symbol} price`);
}

export function lotsOf(text: string, market: Market): number {
  return exact(text, market.lot, `${market.symbol} amount`);
}

/** A dollar figure in micro-dollars, rounded to the nearest. */
export function microOf(text: string, where: string): number {
  return nearest(text, DOLLARS, where);
}

/** A fraction such as a fee rate in 10^-9, rounded to the nearest. */
export function nanoOf(text: string, where: string): number {
  return nearest(text, RATE, where);
}

/** As {@link microOf}; `undefined` where the exchange did not say. */
export function microIn(text: string | null | undefined, where: string): number | undefined {
  return text === null || text === undefined ? undefined : microOf(text, where);
}

/** As {@link nanoOf}; `undefined` where the exchange did not say. */
export function nanoIn(text: string | null | undefined, where: string): number | undefined {
  return text === null || text === undefined ? undefined : nanoOf(text, where);
}

/** As {@link nearestTicks}; `undefined` where the exchange did not say. */
export function ticksIn(text: string | null | undefined, market: Market): number | undefined {
  return text === null || text === undefined ? undefined : nearestTicks(text, market);
}

/** Parses with a schema; throws `EXCHANGE_PROTOCOL` with the path of the first problem. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new BreakwaterError(
    'EXCHANGE_PROTOCOL',
    `${where}${issue && issue.path.length > 0 ? `.${issue.path.join('.')}` : ''}: ${issue?.message ?? 'unexpected shape'}`,
  );
}
