import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);

test.each([
  ['config', ['CONF']],
  ['accounts', ['ACC']],
  ['book', ['BOOK']],
  ['strategy', ['STRAT']],
  ['orders', ['PAIR', 'ORD']],
])('every rule of %s is named by a test, and every name is a rule', (room, families) => {
  const id = new RegExp(`\\b(?:${families.join('|')})-\\d+\\b`, 'g');
  const rules = readFileSync(new URL(`src/${room}/RULES.md`, root), 'utf8');
  const known = rules
    .split('\n')
    .filter((line) => line.startsWith('- **'))
    .map((line) => line.match(id)?.[0] ?? line);
  const folder = new URL(`tests/${room}/`, root);
  const named = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts') && name !== 'rules.test.ts')
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(id) ?? []);
  expect(known.length).toBeGreaterThan(0);
  expect(new Set(known).size).toBe(known.length);
  expect(known.filter((rule) => !named.includes(rule))).toEqual([]);
  expect(named.filter((rule) => !known.includes(rule))).toEqual([]);
});
