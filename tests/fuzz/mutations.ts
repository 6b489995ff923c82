import { between, type Random, unit } from '../../src/std/random.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One of `choices`. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[between(random, 0, choices.length - 1)] as T;
}

/** True once in `times`. */
export function once(random: Random, times: number): boolean {
  return unit(random) * times < 1;
}

const TEXTS: readonly string[] = [
  '',
  ' ',
  '0',
  '-0',
  '-1',
  '1e3',
  '1e400',
  'NaN',
  'Infinity',
  '0x10',
  '.5',
  '5.',
  '00100000',
  '100000.0',
  '+100000',
  '100000 ',
  '９９９',
  '1'.repeat(400),
  `0.${'0'.repeat(60)}1`,
  '99999999999999999999999999',
  '\u0000',
  '\ud800',
  '🦆',
  'İ',
  'a\u202Eb',
  '__proto__',
  'constructor',
  'BTC',
  'btc',
  'bid',
  'long',
  'null',
  '[object Object]',
  '12345678-1234-1234-1234-123456789abc',
  '11111111111111111111111111111111',
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  1.5,
  1e21,
  1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  1e15,
];

const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'type',
  'data',
  'account',
  'signature',
  'timestamp',
  'symbol',
  'price',
  'amount',
  'order_id',
  'client_order_id',
  'take_profit',
  'extra',
  '',
];

/** Any JSON value, mostly small. */
export function anyJson(random: Random, depth = 0): Json {
  const kind = between(random, 0, depth > 3 ? 3 : 5);
  if (kind === 0) return pick<Json>(random, [null, true, false]);
  if (kind === 1) return pick(random, NUMBERS);
  if (kind < 4) return pick(random, TEXTS);
  const count = between(random, 0, 3);
  if (kind === 4) return Array.from({ length: count }, () => anyJson(random, depth + 1));
  const object: { [key: string]: Json } = {};
  for (let i = 0; i < count; i += 1) put(object, pick(random, KEYS), anyJson(random, depth + 1));
  return object;
}

/** A copy of `value` that differs in one place, now and then in more. */
export function mutated(random: Random, value: Json): Json {
  let changed = mutatedOnce(random, value);
  while (once(random, 4)) changed = mutatedOnce(random, changed);
  return changed;
}

function mutatedOnce(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null) return otherScalar(random, value);
  if (once(random, 12)) return anyJson(random);
  if (Array.isArray(value)) return mutatedList(random, value);
  const keys = Object.keys(value);
  const copy: { [key: string]: Json } = {};
  for (const key of keys) put(copy, key, value[key] as Json);
  const dice = between(random, 0, 9);
  const key = keys.length === 0 ? pick(random, KEYS) : pick(random, keys);
  if (dice === 0) delete copy[key];
  else if (dice === 1) put(copy, pick(random, KEYS), anyJson(random));
  else if (dice === 2) put(copy, key, anyJson(random));
  else if (dice === 3) put(copy, key, copy[pick(random, keys)] ?? null);
  else if (dice === 4) put(copy, key, deep(random, between(random, 1, 200)));
  else put(copy, key, mutatedOnce(random, copy[key] ?? null));
  return copy;
}

function mutatedList(random: Random, value: Json[]): Json[] {
  const copy = [...value];
  const at = between(random, 0, copy.length);
  const dice = between(random, 0, 4);
  if (dice === 0 || copy.length === 0) copy.splice(at, 0, anyJson(random));
  else if (dice === 1) copy.splice(at % copy.length, 1);
  else if (dice === 2) copy.push(...copy, ...copy, ...copy);
  else copy[at % copy.length] = mutatedOnce(random, copy[at % copy.length] as Json);
  return copy;
}

function otherScalar(random: Random, value: Json): Json {
  if (typeof value === 'string' && value !== '' && once(random, 2)) {
    const at = between(random, 0, value.length - 1);
    const letter = pick(random, ['', '0', '1', '9', '.', '-', 'z', '\n', value[at] as string]);
    return value.slice(0, at) + letter + value.slice(at + 1);
  }
  if (typeof value === 'string' && once(random, 3)) return Number(value) || 0;
  if (typeof value === 'number' && once(random, 2)) {
    return pick<Json>(random, [value + 1, value - 1, -value, value * 1000, String(value)]);
  }
  if (typeof value === 'boolean' && once(random, 2)) return !value;
  return anyJson(random);
}

function deep(random: Random, levels: number): Json {
  let value: Json = 1;
  const isList = once(random, 2);
  for (let i = 0; i < levels; i += 1) value = isList ? [value] : { a: value };
  return value;
}

/** Sets an own property whatever its name is. */
function put(object: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** A text with a piece cut out, repeated, or replaced by other characters. */
export function mangled(random: Random, text: string): string {
  const from = between(random, 0, text.length);
  const to = Math.min(text.length, from + between(random, 1, 12));
  const dice = between(random, 0, 4);
  if (dice === 0) return text.slice(0, from);
  if (dice === 1) return text.slice(0, from) + text.slice(to);
  if (dice === 2) return text.slice(0, to) + text.slice(from);
  if (dice === 3) return text.slice(0, from) + noise(random, 8) + text.slice(to);
  return (
    text.slice(0, from) +
    pick(random, ['"', '{', '}', '[', ',', ':', '\\', '\u0000', '1e9']) +
    text.slice(from)
  );
}

/** Characters without sense. */
export function noise(random: Random, most: number): string {
  const length = between(random, 0, most);
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text += String.fromCharCode(between(random, 0, once(random, 3) ? 0xffff : 0x7e));
  }
  return text;
}
