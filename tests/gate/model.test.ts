// The model check: the real gate and the real matching engine, two accounts, and every order in which
// submitting, sending, arriving, resting, firing, editing, cancelling, filling, getting lost, timing
// out and being told of it can happen. `npm run model` plays all programs of three orders; here it is
// a part of them. Then the same with the gate's rule broken in a copy of the sources, which the check
// must notice.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { largeCheck, runCheck, type Summary, smallCheck } from './model/check.ts';
import { MUTANTS } from './model/mutants.ts';

const root = resolve('.');
const SHARE = 80;

const CHILD = `
import { largeCheck, runCheck, smallCheck } from './tests/gate/model/check.ts';
console.log(JSON.stringify(runCheck([...smallCheck(), ...largeCheck(${SHARE})], true)));
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-model-'));
  await cp(join(root, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(root, 'tests/gate/model'), join(folder, 'tests/gate/model'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'run.ts'), CHILD);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(): Promise<Summary> {
  const { stdout } = await promisify(execFile)(process.execPath, ['run.ts'], {
    cwd: folder,
    timeout: 300_000,
  });
  return JSON.parse(stdout);
}

describe('whatever happens in whatever order', () => {
  test('GATE-2 GATE-5 GATE-20 GATE-40 GATE-43 no two accounts of the owner meet', () => {
    const { example, ...summary } = runCheck([...smallCheck(), ...largeCheck(SHARE)]);
    expect(example).toBeUndefined();
    expect(summary).toMatchObject({ matches: 0, overtakings: 0 });
    // A gate without work proves nothing, and one that lets nobody have a turn is useless.
    expect(summary.programs).toBeGreaterThan(300);
    expect(summary.states).toBeGreaterThan(150_000);
    expect(summary.refused).toBeGreaterThan(200);
    expect(summary.resumed).toBeGreaterThan(60);
  }, 300_000);

  test.each(MUTANTS)(
    'GATE-2 but the check notices when $name',
    async ({ finds, patches }) => {
      const sound = new Map<string, string>();
      for (const { file, text, instead } of patches) {
        const path = join(folder, 'src', file);
        const before = await readFile(path, 'utf8');
        if (!sound.has(path)) sound.set(path, before);
        expect(before.split(text)).toHaveLength(2);
        await writeFile(path, before.replace(text, instead));
      }
      try {
        const found = await check();
        expect([finds, found[finds]]).toEqual([finds, 1]);
        expect(found.example?.history.length).toBeGreaterThan(2);
      } finally {
        for (const [path, text] of sound) await writeFile(path, text);
      }
    },
    150_000,
  );
});
