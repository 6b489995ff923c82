// Every block of shell commands in the documents is run here, or says which test runs it, or why none can.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { documents, type ShellBlock, shellBlocks } from './markdown.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const CHECKOUT = 'bin examples node_modules package.json schemas scripts src tapes'.split(' ');

const COVERED = /^covered by ([^:]+): (.+)$/;
const BACKGROUND = /^background until (\S+) has a line$/;
const NOT_RUN = /^not run: .+$/;

const blocks = documents(root).flatMap((path) => shellBlocks(path, read(path)));
const noted = (pattern: RegExp): ShellBlock[] =>
  blocks.filter(({ note }) => note !== undefined && pattern.test(note));

test('every block says in a known way how it is run, or is run', () => {
  const strange = blocks.filter(
    ({ note }) =>
      note !== undefined && ![COVERED, BACKGROUND, NOT_RUN].some((known) => known.test(note)),
  );
  expect(strange).toEqual([]);
  expect(blocks.length).toBeGreaterThan(8);
});

test('what another test runs is in that test', () => {
  const missing = noted(COVERED).filter(({ note = '' }) => {
    const [, path = '', words = ''] = COVERED.exec(note) ?? [];
    return !existsSync(join(root, path)) || !read(path).includes(words);
  });
  expect(missing).toEqual([]);
});

test('what nothing runs is counted', () => {
  expect(noted(NOT_RUN).map(({ document, line }) => `${document}:${line}`)).toHaveLength(1);
});

test('a block is found with the comment above it', () => {
  const text = 'a\n\n<!-- not run: b -->\n```sh\nc\nd\n```\n\n```sh\ne\n```\n\n```text\nf\n```\n';
  expect(shellBlocks('x.md', text)).toEqual([
    { document: 'x.md', line: 3, script: 'c\nd\n', note: 'not run: b' },
    { document: 'x.md', line: 9, script: 'e\n', note: undefined },
  ]);
});

const mine = blocks.filter(({ note }) => note === undefined || BACKGROUND.test(note));

describe.each([...new Set(mine.map(({ document }) => document))])('%s', (document) => {
  const background: ChildProcess[] = [];
  let folder = '';

  // A checkout in which commands may write: what they read is the real one, by link.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-docs-'));
    for (const name of CHECKOUT) symlinkSync(join(root, name), join(folder, name));
  });
  afterAll(async () => {
    for (const child of background.filter(({ exitCode }) => exitCode === null)) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      process.kill(-(child.pid as number), 'SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  const here = mine.filter((block) => block.document === document);
  test.each(here.map((block) => [block.line, block] as const))('line %d', async (_, block) => {
    const [, file] = BACKGROUND.exec(block.note ?? '') ?? [];
    if (file === undefined) {
      const options = { cwd: folder, encoding: 'utf8' } as const;
      const done = spawnSync('bash', ['-euo', 'pipefail', '-c', block.script], options);
      expect([done.status, done.stderr]).toEqual([0, '']);
      return;
    }
    const child = spawn('bash', ['-euo', 'pipefail', '-c', block.script], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    background.push(child);
    const path = join(folder, file);
    const ready = (): boolean => existsSync(path) && readFileSync(path, 'utf8').includes('\n');
    while (child.exitCode === null && !ready()) await pause(20);
    expect([child.exitCode, ready()]).toEqual([null, true]);
  });
});
