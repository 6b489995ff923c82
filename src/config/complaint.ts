import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, as one clause: the field, what was expected, what was found.
 * A field that is not known goes first: it is mostly the wrong name of one that is missing.
 */
export function complaintOf(error: z.ZodError, json: unknown): string {
  const { issues } = error;
  const issue = issues.find((each) => each.code === 'unrecognized_keys') ?? (issues[0] as Issue);
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0]].map(String).join('.');
    return `unknown field "${field}"; remove it or correct its name`;
  }
  const found = `${expected(issue)}, got ${show(valueAt(json, issue.path))}`;
  return issue.path.length === 0 ? found : `field "${issue.path.map(String).join('.')}": ${found}`;
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  object: 'an object',
  array: 'a list',
  tuple: 'a list',
};

function expected(issue: Issue): string {
  // The schema's own words, where it has any.
  if (issue.message.startsWith('expected ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return 'options' in issue ? oneOf(issue.options) : issue.message;
    case 'too_small':
      return bound(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, issue);
    case 'too_big':
      return bound('at most', issue.maximum, issue);
    default:
      return issue.message;
  }
}

function bound(words: string, limit: number | bigint, issue: { readonly origin: string }): string {
  const items = issue.origin === 'array' ? (limit === 1 ? ' item' : ' items') : '';
  return `expected ${words} ${limit}${items}`;
}

function oneOf(values: readonly unknown[]): string {
  return `expected one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
