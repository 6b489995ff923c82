import type { Json } from '../protocol/canonicalJson.ts';
import { invariant } from '../std/assert.ts';

const { isArray } = Array;
const { isSafeInteger } = Number;
const { keys } = Object;
const { stringify } = JSON;

const PLAIN = /^[ !#-[\]-~]*$/;
const KEYS_KNOWN = 1024;

/**
 * Canonical JSON (RFC 8785) of what a record says: compact, keys sorted by UTF-16 code units at
 * every level. Stricter than the RFC in one point: numbers are integers below 2^53, everything
 * finer is a string, so that no two programs can print one record differently. A lone surrogate,
 * which UTF-8 cannot carry, becomes U+FFFD.
 */
export function canonicalBody(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      invariant(isSafeInteger(value), `an audit record holds integers only, got ${value}`);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : isList(value) ? list(value) : object(value);
    default:
      invariant(false, `an audit record cannot hold a value of type ${typeof value}`);
  }
}

function isList(value: object): value is readonly Json[] {
  return isArray(value);
}

function list(values: readonly Json[]): string {
  let text = '[';
  let comma = '';
  for (const value of values) {
    text += comma + canonicalBody(value);
    comma = ',';
  }
  return `${text}]`;
}

function object(fields: { readonly [key: string]: Json | undefined }): string {
  const names = keys(fields);
  // Whoever writes a record in sorted order saves the sort.
  for (let i = 1; i < names.length; i += 1) {
    if ((names[i - 1] as string) > (names[i] as string)) {
      names.sort();
      break;
    }
  }
  let text = '{';
  let comma = '';
  for (const name of names) {
    const value = fields[name];
    if (value === undefined) continue;
    text += comma + label(name) + canonicalBody(value);
    comma = ',';
  }
  return `${text}}`;
}

// Field names come from our own source and are few; the bound is for the verifier's strange files.
const labels = new Map<string, string>();

function label(name: string): string {
  let text = labels.get(name);
  if (text === undefined) {
    text = `${quoted(name)}:`;
    if (labels.size < KEYS_KNOWN) labels.set(name, text);
  }
  return text;
}

// For plain ASCII a regular expression and a concatenation are half the price of JSON.stringify.
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : stringify(text.toWellFormed());
}
