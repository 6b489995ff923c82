// Which keys, words and branches of a schema some payloads have shown, and which never.
import type { z } from 'zod';
import { decimal, integer, label } from '../../../src/protocol/fields.ts';

/** The parts of zod's own description that tell what a schema consists of. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly Schema[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly innerType?: Schema;
  readonly in?: Schema;
}
interface Schema {
  readonly _zod: { readonly def: Def };
  safeParse(value: unknown): { readonly success: boolean };
}

/** Read alike from a string or a number: a property test shows that, not a payload. */
const SCALARS: ReadonlySet<unknown> = new Set([decimal, integer, label]);

/** The points of `schema` that none of `payloads` shows, by their path. */
export function unseen(schema: z.ZodType, payloads: readonly unknown[]): string[] {
  const wanted = new Set<string>();
  const seen = new Set<string>();
  list(schema as unknown as Schema, '', wanted);
  for (const payload of payloads) walk(schema as unknown as Schema, payload, '', seen);
  return [...wanted].filter((point) => !seen.has(point));
}

/** Keys of the payloads that an object schema does not read, in order of the alphabet. */
export function unreadKeys(schema: z.ZodType, payloads: readonly unknown[]): string[] {
  const known = (schema as unknown as Schema)._zod.def.shape;
  const rows = payloads.filter((row): row is object => typeof row === 'object' && row !== null);
  const keys = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...keys].filter((key) => known !== undefined && !(key in known)).sort();
}

/** Names every point that a payload could show. */
function list(schema: Schema, path: string, points: Set<string>): void {
  if (SCALARS.has(schema)) return;
  const { type, shape, element, items, options, entries, innerType, in: input } = schema._zod.def;
  for (const [key, field] of Object.entries(shape ?? {})) {
    points.add(`${path}.${key}`);
    list(field, `${path}.${key}`, points);
  }
  for (const word of Object.values(entries ?? {})) points.add(`${path}=${word}`);
  if (type === 'optional') points.add(`${path} absent`);
  if (type === 'catch') points.add(`${path} unknown`);
  for (const [i, option] of (options ?? []).entries()) {
    points.add(`${path} option ${i}`);
    list(option, path, points);
  }
  if (element !== undefined) list(element, `${path}[]`, points);
  for (const [i, item] of (items ?? []).entries()) list(item, `${path}[${i}]`, points);
  if (innerType !== undefined) list(innerType, path, points);
  if (input !== undefined) list(input, path, points);
}

/** Notes what `value` shows. */
function walk(schema: Schema, value: unknown, path: string, seen: Set<string>): void {
  if (SCALARS.has(schema)) return;
  const { type, shape, element, items, options, entries, innerType, in: input } = schema._zod.def;
  if (shape !== undefined && typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(shape)) {
      const inside = (value as Readonly<Record<string, unknown>>)[key];
      if (inside !== undefined && inside !== null) seen.add(`${path}.${key}`);
      walk(field, inside, `${path}.${key}`, seen);
    }
  }
  if (entries !== undefined) seen.add(`${path}=${String(value)}`);
  // Nullish fields read null as they read absence.
  if (type === 'optional' && (value === undefined || value === null)) seen.add(`${path} absent`);
  if (type === 'catch' && innerType?.safeParse(value).success === false) {
    seen.add(`${path} unknown`);
  }
  if (options !== undefined) {
    const chosen = options.findIndex((option) => option.safeParse(value).success);
    const option = options[chosen];
    if (option !== undefined) {
      seen.add(`${path} option ${chosen}`);
      walk(option, value, path, seen);
    }
  }
  if (Array.isArray(value)) {
    for (const each of value) if (element !== undefined) walk(element, each, `${path}[]`, seen);
    for (const [i, item] of (items ?? []).entries()) walk(item, value[i], `${path}[${i}]`, seen);
  }
  if (innerType !== undefined) walk(innerType, value, path, seen);
  if (input !== undefined) walk(input, value, path, seen);
}
