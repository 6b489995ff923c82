/** Anything that JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

const SURROGATE = /[\ud800-\udfff]/;

/**
 * Compact JSON with the keys of every object sorted by code point at every level, arrays in order:
 * what Pacifica signs, and what the audit log hashes. Keys whose value is `undefined` are left out;
 * in an array it is null, as JSON.stringify has it.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value))
    return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as { readonly [key: string]: Json | undefined };
  let text = '';
  for (const key of sortedKeys(object)) {
    const field = object[key];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** {@link canonicalJson} of an object; absent fields are left out. */
export function canonicalFields(fields: Readonly<Record<string, Json | undefined>>): string {
  return canonicalJson(fields as Json);
}

/** The engine's own order is the right one but for keys with surrogates, and much faster. */
function sortedKeys(object: object): string[] {
  const keys = Object.keys(object);
  for (const key of keys) if (SURROGATE.test(key)) return keys.sort(byCodePoint);
  return keys.sort();
}

/** UTF-16 order differs from code point order only where surrogates meet U+E000 to U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
