import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const tests = dirname(dirname(fileURLToPath(import.meta.url)));
const rules = join(dirname(tests), 'src/exchange/RULES.md');

test('every rule of the exchange is named by a test, and every name is a rule', () => {
  const known = [...readFileSync(rules, 'utf8').matchAll(/^- \*\*(EX-\d+)\*\*/gm)].map(
    ([, id]) => id,
  );
  expect(new Set(known).size).toBe(known.length);
  const named = new Set(
    ['exchange', 'matching', 'ledger', 'conformance', 'fuzz'].flatMap((room) =>
      readdirSync(join(tests, room), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.test.ts') && path !== 'rules.test.ts')
        .flatMap(
          (path) => readFileSync(join(tests, room, path), 'utf8').match(/\bEX-\d+\b/g) ?? [],
        ),
    ),
  );
  expect(known.filter((id) => !named.has(id as string))).toEqual([]);
  expect([...named].filter((id) => !known.includes(id))).toEqual([]);
});
