// The laws of the house, checked on the sources, and each law checked on a file that breaks it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseModule } from './tidy/imports.ts';
import { ROOMS } from './tidy/rooms.ts';
import * as rules from './tidy/rules.ts';
import { tokenize } from './tidy/tokens.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tree = rules.parseTree(new Map([...read('src'), ...read('bench')]));
const tests = new Map([...read('tests')].filter(([path]) => path.endsWith('.test.ts')));

describe('the sources', () => {
  test('import only through the doors of their rooms', () => {
    expect(rules.badDoors(tree)).toEqual([]);
  });
  test('are pure where the table says so', () => {
    expect(rules.impurities(tree)).toEqual([]);
  });
  test('keep the crowd away from the venue and the keys', () => {
    expect(rules.forbiddenPaths(tree)).toEqual([]);
  });
  test('have no barrels', () => {
    expect(rules.barrels(tree)).toEqual([]);
  });
  test('are all alive', () => {
    expect(rules.deadFiles(tree)).toEqual([]);
  });
  test(`are at most ${rules.MAX_LINES} lines long (median ${rules.medianLines(tree)})`, () => {
    expect(rules.longFiles(tree)).toEqual([]);
  });
  test('are found at all', () => {
    expect([...tree.keys()].filter((path) => path.startsWith('src/')).length).toBeGreaterThan(0);
    expect(tests.has('tests/tidy.test.ts')).toBe(true);
  });
});

test('no test sleeps', () => {
  expect(rules.sleepingTests(tests)).toEqual([]);
});

test('each room imports only rooms that stand above it in the table, so there are no circles', () => {
  const order = Object.keys(ROOMS);
  for (const [at, room] of order.entries()) {
    const above = order.slice(0, at);
    expect([room, ROOMS[room]?.rooms.filter((other) => !above.includes(other))]).toEqual([
      room,
      [],
    ]);
  }
});

describe('a forbidden import is caught', () => {
  const cases: [path: string, source: string][] = [
    ['src/std/a.ts', `import { b } from '../protocol/b.ts';`],
    ['src/protocol/a.ts', `import type { b } from '../ledger/b.ts';`],
    ['src/matching/a.ts', `export type { B } from '../protocol/b.ts';`],
    ['src/book/a.ts', `export * from '../ledger/b.ts';`],
    ['src/ledger/a.ts', `export * as b from '../book/b.ts';`],
    ['src/gate/a.ts', `import '../accounts/b.ts';`],
    ['src/accounts/a.ts', `import { type B, c } from '../orders/b.ts';`],
    ['src/orders/a.ts', `const b = import('../risk/b.ts');`],
    ['src/risk/a.ts', `import b, { c } from '../desk/b.ts';`],
    ['src/strategy/a.ts', `let b: typeof import('../gate/b.ts');`],
    ['src/surveillance/a.ts', `import {\n  b, // from\n  c,\n} from '../tape/b.ts';`],
    ['src/config/a.ts', `import * as b from '../desk/b.ts'`],
    ['src/desk/a.ts', `import { b } from '../venue/b.ts';`],
    ['src/tape/a.ts', `import { b } from '../host/files.ts';`],
    ['src/report/a.ts', `import { b } from '../tape/b.ts';`],
    ['src/venue/a.ts', `import type { b } from '../vault/b.ts';`],
    ['src/venue/a.ts', `import { b } from '../host/b.ts';`],
    ['src/vault/a.ts', `import type { b } from '../audit/b.ts';`],
    ['src/audit/a.ts', `import type { b } from '../telemetry/b.ts';`],
    ['src/telemetry/a.ts', `import type { b } from '../venue/b.ts';`],
    ['src/venue/a.ts', `import { reserve } from '../gate/b.ts';`],
    ['src/venue/a.ts', `import { type A, reserve } from '../gate/b.ts';`],
    ['src/audit/a.ts', `import type { Desk } from '../desk/desk.ts';`],
    ['src/exchange/a.ts', `import type { b } from '../desk/b.ts';`],
    ['src/exchange/a.ts', `import type { b } from '../gate/b.ts';`],
    ['src/exchange/gateway/a.ts', `import type { b } from '../../venue/b.ts';`],
    ['src/host/a.ts', `import type { b } from '../protocol/b.ts';`],
    ['src/simulation/a.ts', `import { b } from '../cli/b.ts';`],
    ['src/watchdog/a.ts', `import { b } from '../exchange/b.ts';`],
    ['src/backtest/a.ts', `import { b } from '../simulation/b.ts';`],
    ['src/server/a.ts', `import { b } from '../cli/b.ts';`],
    ['src/std/a.ts', `import { z } from 'zod';`],
    ['src/ledger/a.ts', `import { z } from 'zod/mini';`],
    ['src/venue/a.ts', `import WebSocket from 'ws';`],
    ['src/std/a.ts', `import { readFileSync } from 'node:fs';`],
    ['src/audit/a.ts', `import { writeSync } from 'node:fs';`],
    ['src/desk/a.ts', `import { hash } from 'node:crypto';`],
    ['src/cli/a.ts', `import { b } from '../../tests/b.ts';`],
    ['src/cli/a.ts', 'const b = import(`../${name}.ts`);'],
    ['src/desk/a.ts', `const b = require('../venue/b.ts');`],
    ['src/a.ts', `import './std/b.ts';`],
    ['src/attic/a.ts', `import '../std/b.ts';`],
  ];
  test.each(cases)('%s: %s', (path, source) => {
    expect(rules.badDoors(plant({ [path]: source }))).toHaveLength(1);
  });

  const allowed: [path: string, source: string][] = [
    ['src/cli/a.ts', `import '../server/b.ts'; import 'node:fs'; import 'commander';`],
    ['src/config/a.ts', `import { z } from 'zod';`],
    ['src/host/a.ts', `import { x } from 'node:fs/promises'; import 'ws'; import '../std/b.ts';`],
    ['src/vault/a.ts', `import { argon2 } from 'node:crypto'; import '../desk/ports/keys.ts';`],
    ['src/venue/a.ts', `import { type ReservedOrder } from '../gate/b.ts';`],
    ['src/exchange/a.ts', `import '../matching/b.ts'; import '../tape/b.ts'; import './c.ts';`],
    ['src/std/a.ts', `// import '../desk/b.ts'\nconst text = "import '../desk/b.ts'";`],
  ];
  test.each(allowed)('and this is not: %s: %s', (path, source) => {
    expect(rules.badDoors(plant({ [path]: source }))).toEqual([]);
  });
});

describe('an impurity is caught', () => {
  test.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const r = Math.random();',
    'const { floor, random } = Math;',
    'setTimeout(f, 1);',
    'setInterval(f, 1);',
    'const timer = on ? setImmediate(f) : 0;',
    'queueMicrotask(f);',
    'const t = performance.now();',
    'const clock = real ? Date : undefined;',
    'switch (a) { case Date: break; }',
    'const e = process.env;',
    'console.log(1);',
    'const later = (): Promise<void> => f();',
    'const f = async () => 1;',
    'await f();',
    'const text = `${Date.now()}`;',
    'const text = `${{ a: `${Date.now()}` }.a}`;',
    'const id = crypto.randomUUID();',
    'const t = a / b; const u = Date.now() / c;',
  ])('%s', (source) => {
    expect(rules.impurities(plant({ 'src/desk/a.ts': source }))).toHaveLength(1);
  });

  test.each([
    '// Date.now()\n/* Math.random() */',
    `const text = 'Date.now()' + "process" + \`await \${text} Promise\`;`,
    'const pattern = /[/"]Date`/g; const quotient = a / b;',
    'const row = { process: 1, async: true }; row.process += row.async;',
    'type Row = { process?: number; console: string; readonly crypto: Crypto };',
  ])('and this is none: %s', (source) => {
    expect(rules.impurities(plant({ 'src/desk/a.ts': source }))).toEqual([]);
  });

  test('in every pure room, and in no other', () => {
    const caught = (path: string) =>
      rules.impurities(plant({ [path]: 'Date.now();' })).length === 1;
    for (const [room, { pure }] of Object.entries(ROOMS)) {
      expect([room, caught(`src/${room}/a.ts`)]).toEqual([room, pure === true]);
    }
    expect(caught('src/exchange/gateway/a.ts')).toBe(false);
  });

  test('but the interfaces of the host may name promises, and only those', () => {
    const source = 'type Read = () => Promise<void>; const now = Date.now();';
    expect(rules.impurities(plant({ 'src/std/host.ts': source }))).toEqual([
      'src/std/host.ts:1 a pure room uses Date',
    ]);
  });
});

test('a way from the crowd to the keys is caught, however long', () => {
  const planted = plant({
    'src/exchange/crowd/trader.ts': `import '../a.ts';`,
    'src/exchange/a.ts': `export type { B } from '../tape/b.ts';`,
    'src/tape/b.ts': `import('../vault/keys.ts');`,
    'src/vault/keys.ts': '',
    'src/exchange/other.ts': `import '../vault/keys.ts';`,
  });
  expect(rules.forbiddenPaths(planted)).toEqual([
    'src/exchange/crowd/trader.ts -> src/exchange/a.ts -> src/tape/b.ts -> src/vault/keys.ts ' +
      'must not be reachable',
  ]);
});

test('a barrel is caught by its name and by its content', () => {
  const planted = plant({
    'src/std/index.ts': 'export const a = 1;',
    'src/std/all.ts': `import './x.ts';\nexport * from './y.ts';\nexport { z } from './z.ts';`,
    'src/std/own.ts': `export { z } from './z.ts';\nexport const a = 1;`,
  });
  expect(rules.barrels(planted)).toEqual([
    'src/std/index.ts is a barrel',
    'src/std/all.ts is a barrel',
  ]);
});

test('a dead file is caught once there is a command line', () => {
  const files = {
    'src/std/used.ts': '',
    'src/std/worker.ts': '',
    'src/std/worker2.ts': '',
    'src/std/benched.ts': '',
    'src/std/dead.ts': `import './used.ts';`,
    'bench/std/b.ts': `import '../../src/std/benched.ts';`,
  };
  const main =
    `import type { U } from '../std/used.ts'; new URL('../std/worker.ts', import.meta.url);` +
    'new URL(`../std/worker2.${extension}`, import.meta.url);';
  expect(rules.deadFiles(plant({ ...files, 'src/cli/main.ts': main }))).toEqual([
    'src/std/dead.ts is imported by nothing that runs',
  ]);
  expect(rules.deadFiles(plant(files))).toEqual([]);
});

test('a long file is caught', () => {
  const lines = (count: number) => 'const a = 1;\n'.repeat(count);
  const planted = plant({ 'src/std/a.ts': lines(351), 'src/std/b.ts': lines(350) });
  expect(rules.longFiles(planted)).toEqual(['src/std/a.ts has 351 lines, more than 350']);
  expect(rules.medianLines(plant({ 'src/std/a.ts': lines(9), 'src/std/b.ts': lines(3) }))).toBe(9);
});

test('a sleeping test is caught', () => {
  const caught = (source: string) => rules.sleepingTests(new Map([['a.test.ts', source]]));
  for (const source of [
    `test.only('a', f);`,
    `it.skip('a', f);`,
    `describe.skip('a', f);`,
    `test.todo('a');`,
    `test.concurrent.only.each([1])('a', f);`,
    `xit('a', f);`,
    `fdescribe('a', f);`,
  ]) {
    expect(caught(source)).toHaveLength(1);
  }
  expect(caught(`reader.skip(4); test('only', f); const only = 'test.only';`)).toEqual([]);
});

describe('the lexer', () => {
  test('keeps count of lines through comments, strings and templates', () => {
    const source = '/*\n*/ a\n// b\n`c\n${d}\n`\ne';
    expect(tokenize(source).map(({ text, line }) => [text, line])).toEqual([
      ['a', 2],
      ['c\n${', 4],
      ['d', 5],
      ['e', 7],
    ]);
  });
  test('tells a division from a pattern', () => {
    const kinds = (source: string) => tokenize(source).map(({ kind }) => kind);
    expect(kinds('a / b / c')).not.toContain('regex');
    expect(kinds('f(a) / 2; x[1] / 2')).not.toContain('regex');
    expect(kinds('return /a/.test(b)')).toContain('regex');
    expect(tokenize(String.raw`x = /[/'"]\/'/g; y`).at(-1)?.text).toBe('y');
  });
  test('reads every file of this repository to its end', () => {
    for (const [path, { tokens }] of tree) {
      const braces = tokens.filter(({ kind, text }) => kind === 'sign' && /^[{}]$/.test(text));
      const depth = braces.reduce((sum, { text }) => sum + (text === '{' ? 1 : -1), 0);
      // The brace of `${` belongs to its template and is never a sign.
      expect([path, depth]).toEqual([path, 0]);
    }
  });
  test('knows an import that brings only types', () => {
    const typeOnly = (source: string) => parseModule('src/a.ts', source).imports[0]?.typeOnly;
    expect(typeOnly(`import type { A } from './a.ts';`)).toBe(true);
    expect(typeOnly(`import { type A, type B } from './a.ts';`)).toBe(true);
    expect(typeOnly(`import { type A, b } from './a.ts';`)).toBe(false);
    expect(typeOnly(`import type from './a.ts';`)).toBe(false);
    expect(typeOnly(`import './a.ts';`)).toBe(false);
  });
});

function plant(files: Readonly<Record<string, string>>): rules.Tree {
  return rules.parseTree(new Map(Object.entries(files)));
}

function read(folder: string): Map<string, string> {
  const paths = entries(folder).filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

function entries(folder: string): string[] {
  try {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    return names.map((name) => `${folder}/${name}`).sort();
  } catch (error) {
    // There may be no benchmarks yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
