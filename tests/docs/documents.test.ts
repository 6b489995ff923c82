// The documents say what the sources say: generated parts are fresh, links lead somewhere, nothing is left out.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { withRegion } from '../../scripts/documents/regions.ts';
import { allRules, parseRules } from '../../scripts/documents/specification.ts';
import { exitCodeOf } from '../../src/cli/exitCode.ts';
import { REFUSALS } from '../../src/gate/refusal.ts';
import { BreakwaterError, type ErrorCode } from '../../src/std/errors.ts';
import { anchors, documents, linksOf } from './markdown.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('generated parts', () => {
  test('are fresh (if not: npm run docs)', () => {
    const check = spawnSync(process.execPath, [join(root, 'scripts/documents.ts'), '--check'], {
      encoding: 'utf8',
    });
    expect([check.stdout, check.stderr, check.status]).toEqual(['', '', 0]);
  });

  test('take the place of what stood there, and of nothing else', () => {
    const text = 'a\n<!-- generated: x -->\nold\n<!-- end of x -->\nb\n';
    expect(withRegion(text, 'x', 'new')).toBe(
      'a\n<!-- generated: x -->\n\nnew\n\n<!-- end of x -->\nb\n',
    );
    expect(() => withRegion(text, 'y', 'new')).toThrow('region "y"');
    expect(() => withRegion(text + text, 'x', 'new')).toThrow('region "x"');
    expect(() => withRegion('<!-- generated: x -->\n', 'x', 'new')).toThrow('region "x"');
  });
});

describe('links', () => {
  test.each(documents(root))('of %s lead to files and headings', (path) => {
    const broken = linksOf(read(path)).filter((link) => !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });

  test('that lead nowhere are caught', () => {
    expect(linksOf('[a](b.md) `[c](d.md)`\n```text\n[e](f.md)\n```\n[g](https://h.i)')).toEqual([
      'b.md',
    ]);
    expect(leadsSomewhere('README.md', 'ARCHITECTURE.md#who-may-import-whom')).toBe(true);
    expect(leadsSomewhere('README.md', 'ARCHITECTURE.md#who-may-not')).toBe(false);
    expect(leadsSomewhere('README.md', 'docs/nothing.md')).toBe(false);
    expect(leadsSomewhere('docs/faq.md', '../README.md')).toBe(true);
  });

  test('reach every document from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const link of linksOf(read(path))) {
        const target = normalize(join(dirname(path), link.split('#')[0] ?? ''));
        if (target.endsWith('.md') && existsSync(join(root, target))) reached.add(target);
      }
    }
    expect(documents(root).filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const text = read('docs/errors.md');
  const told = new Set([...text.matchAll(/`([A-Z][A-Z_]+[A-Z0-9])`/g)].map(([, code]) => code));
  const thrown = codesIn(read('src/std/errors.ts'), /^ {2}\| '([A-Z_]+)'/gm);
  const faults = [
    ...codesIn(read('src/audit/verify.ts'), /^ {2}\| '([A-Z_0-9]+)'/gm),
    ...codesIn(read('src/audit/record.ts'), /'([A-Z_]+)'(?= \||;$)/gm),
  ];
  const ofTheDesk = sources('src/desk').flatMap((path) =>
    codesIn(read(path), /turnAway\('([A-Z_]+)'/g),
  );
  const reasons = codesIn(read('src/protocol/outcome.ts'), /^ {2}\| '([a-z-]+)'/gm);

  test('has every error', () => {
    expect(thrown.length).toBeGreaterThan(10);
    expect(thrown.filter((code) => !told.has(code))).toEqual([]);
  });
  test('has the exit code of each', () => {
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d) \|/gm)];
    expect(rows.map(([, code]) => code)).toEqual([...thrown, 'INTERNAL']);
    const given = thrown.map((code) => exitCodeOf(new BreakwaterError(code as ErrorCode, '')));
    expect(rows.map(([, , exit]) => Number(exit))).toEqual([...given, exitCodeOf(new Error())]);
  });
  test('has every refusal of the gate and of the desk', () => {
    expect(new Set(ofTheDesk)).toEqual(new Set(['BLOCKED', 'CREDITS', 'DEFERRAL_EXPIRED']));
    const codes = [...Object.keys(REFUSALS), ...ofTheDesk];
    expect(codes.filter((code) => !told.has(code))).toEqual([]);
  });
  test('has every fault that a log can show, and every reason of a reject', () => {
    expect(faults.length).toBeGreaterThan(12);
    expect(faults.filter((code) => !told.has(code))).toEqual([]);
    expect(reasons.length).toBeGreaterThan(8);
    expect(reasons.filter((reason) => !text.includes(`| \`${reason}\` |`))).toEqual([]);
  });
  test('has none that is not given', () => {
    const known = new Set([...thrown, ...faults, ...ofTheDesk, ...Object.keys(REFUSALS)]);
    // What a bug of ours is called, and the kill signals.
    const others = new Set(['INTERNAL', 'SIGINT', 'SIGTERM', 'SIGHUP']);
    expect([...told].filter((code) => !known.has(code as string))).toEqual(
      [...told].filter((code) => others.has(code as string)),
    );
  });
});

test('docs/audit-log.md has every type of record, and no other', () => {
  const types = sources('src').flatMap((path) =>
    codesIn(read(path), /(?:\brecord|\bnote|#write)\(\s*'([a-z_]+)'/g),
  );
  const table = read('docs/audit-log.md').split('## Types')[1]?.split('\n## ')[0] ?? '';
  const told = table.split('\n').flatMap((row) => codesIn(row.split('|')[1] ?? '', /`([a-z_]+)`/g));
  expect([...new Set(types)].sort()).toEqual([...told].sort());
});

test('ARCHITECTURE.md has a row for every room that there is', () => {
  const table = read('ARCHITECTURE.md').split('## The rooms')[1]?.split('\n## ')[0] ?? '';
  const told = codesIn(table, /`([a-z]+)`(?=[^|]*\|)/g);
  const rooms = readdirSync(join(root, 'src'));
  expect(rooms.filter((room) => !told.includes(room))).toEqual([]);
});

test('ARCHITECTURE.md has every event and every command of the kernel', () => {
  const text = read('ARCHITECTURE.md').split("## The kernel's contract")[1] ?? '';
  const kinds = ['deskEvent', 'deskCommand'].flatMap((file) =>
    codesIn(read(`src/desk/${file}.ts`), /readonly kind: '([a-z]+)'/g),
  );
  expect(kinds.length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
});

test('every library has its reason', () => {
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const libraries = Object.keys({ ...dependencies, ...optionalDependencies });
  const reasons = read('docs/decisions/0002-libraries.md');
  expect(libraries.filter((name) => !reasons.includes(`| \`${name}\` |`))).toEqual([]);
});

describe('rules', () => {
  const known = allRules(root).flatMap(({ sections }) =>
    sections.flatMap(({ rules }) => rules.map(({ id }) => id)),
  );
  const named = new Set(
    sources('tests')
      .filter((path) => path.endsWith('.test.ts') && !path.startsWith('tests/docs/'))
      .flatMap((path) => codesIn(read(path), /\b([A-Z]{2,}-\d+)\b/g)),
  );

  test('have ids of their own', () => {
    expect(known.length).toBeGreaterThan(150);
    expect(known.filter((id, at) => known.indexOf(id) !== at)).toEqual([]);
  });
  test('are each named by a test', () => {
    expect(known.filter((id) => !named.has(id))).toEqual([]);
  });
  test('are what tests name', () => {
    const prefixes = new Set(known.map((id) => id.split('-')[0]));
    const invented = [...named].filter(
      (id) => prefixes.has(id.split('-')[0]) && !known.includes(id),
    );
    expect(invented).toEqual([]);
  });
  test('are read in every form in which they are written', () => {
    const text = [
      '# Rules of a room',
      'Words.',
      '- **AB-1** First',
      '  and more.',
      '## Second',
      '- AB-2: Second.',
      'Third, of all',
      '- AB-3: Third.',
      '# Rules of another',
      '- **CD-1** Fourth.',
    ];
    expect(parseRules('room', text.join('\n'))).toEqual([
      {
        room: 'room',
        title: 'Rules of a room',
        sections: [
          { name: '', rules: [{ id: 'AB-1', text: 'First and more.' }] },
          { name: 'Second', rules: [{ id: 'AB-2', text: 'Second.' }] },
          { name: 'Third, of all', rules: [{ id: 'AB-3', text: 'Third.' }] },
        ],
      },
      {
        room: 'room',
        title: 'Rules of another',
        sections: [{ name: '', rules: [{ id: 'CD-1', text: 'Fourth.' }] }],
      },
    ]);
    expect(() => parseRules('room', '# A\n- AB-1: a\n- AB-1: b')).toThrow('comes twice');
    expect(() => parseRules('room', '# A\n- a rule without an id')).toThrow('line 2');
  });
});

test('the demo in the README is a whole run of the sample, and it passed', () => {
  const [, output = ''] = /<!-- demo -->\n```text\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(output).toMatch(/^Breakwater demo: 20 accounts, 30 s/m);
  const checks = output.split('\n').filter((line) => /^(ok {2}|FAIL) /.test(line));
  expect(checks.length).toBeGreaterThan(5);
  expect(checks.filter((line) => line.startsWith('FAIL'))).toEqual([]);
});

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(root, target))) return false;
  if (heading === undefined) return true;
  return statSync(join(root, target)).isFile() && anchors(read(target)).has(heading);
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);
}

function codesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, code]) => code ?? '');
}
