import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { nodeEd25519 } from '../../src/host/nodeEd25519.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { loadSodiumEd25519 } from '../../src/host/sodiumEd25519.ts';

const host = createNodeHost();

describe('clock and timers', () => {
  test('HOST-12 both clocks are integers and the monotonic one does not step back', () => {
    const first = host.clock.monoUs();
    const second = host.clock.monoUs();
    expect(Number.isSafeInteger(host.clock.wallMs())).toBe(true);
    expect(Number.isSafeInteger(first)).toBe(true);
    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(host.clock.wallMs() - Date.now())).toBeLessThan(60_000);
  });

  test.each([{}, { unrefTimers: true }])(
    'HOST-13 a timer fires once and never early %p',
    async (options) => {
      const { clock, timers } = createNodeHost(options);
      const keepsAlive = setTimeout(() => undefined, 20_000);
      for (const delayMs of [0, 1.5, 7]) {
        const started = clock.monoUs();
        let fired = 0;
        await new Promise<void>((resolve) => {
          timers.after(delayMs, () => {
            fired += 1;
            resolve();
          });
        });
        expect(fired).toBe(1);
        expect(clock.monoUs() - started).toBeGreaterThanOrEqual(delayMs * 1000 - 1);
      }
      clearTimeout(keepsAlive);
    },
  );

  test('HOST-13 a cancelled timer does not fire, a far one does not fire at once', async () => {
    const fired: string[] = [];
    host.timers.after(1, () => fired.push('cancelled')).cancel();
    const far = host.timers.after(2 ** 40, () => fired.push('far'));
    await new Promise<void>((resolve) => {
      host.timers.after(5, resolve);
    });
    far.cancel();
    expect(fired).toEqual([]);
  });

  test('HOST-14 every host has its own randomness', () => {
    const draw = (): string =>
      Array.from(
        { length: 4 },
        (
          (random) => () =>
            random.uint32()
        )(createNodeHost().random),
      ).join();
    expect(draw()).not.toBe(draw());
  });
});

describe('crypto', () => {
  // RFC 8032, 7.1, test 3.
  const seed = Buffer.from(
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'hex',
  );
  const publicKey = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
  const message = Buffer.from('af82', 'hex');
  const signature =
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
    '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';
  const sodium = loadSodiumEd25519();
  const engines = { OpenSSL: nodeEd25519, ...(sodium ? { libsodium: sodium } : {}) };

  test.each(Object.entries(engines))('HOST-15 Ed25519 by %s as in RFC 8032', (_name, engine) => {
    const crypto = createNodeCrypto(engine);
    const key = crypto.loadKey(seed);
    expect(Buffer.from(key.publicKey).toString('hex')).toBe(publicKey);
    const signed = key.sign(message);
    expect(Buffer.from(signed).toString('hex')).toBe(signature);
    const good = Buffer.from(signature, 'hex');
    const pub = Buffer.from(publicKey, 'hex');
    expect(crypto.verify(message, good, pub)).toBe(true);
    expect(crypto.verify(message, good, pub)).toBe(true);
    expect(crypto.verify(Buffer.from('af83', 'hex'), good, pub)).toBe(false);
    expect(crypto.verify(message, Buffer.alloc(64), pub)).toBe(false);
    expect(crypto.verify(message, good, Buffer.alloc(32, 255))).toBe(false);
    expect(crypto.verify(message, good.subarray(1), pub)).toBe(false);
    expect(crypto.verify(message, good, pub.subarray(1))).toBe(false);
    expect(() => crypto.loadKey(seed.subarray(1))).toThrow('a seed has 32 bytes, not 31');
    key.destroy();
    key.destroy();
    expect(() => key.sign(message)).toThrow('signing with a destroyed key');
  });

  test('HOST-15 OpenSSL forgets keys instead of growing without bound', () => {
    const crypto = createNodeCrypto(nodeEd25519);
    const key = crypto.loadKey(seed);
    const signed = key.sign(message);
    const stranger = Buffer.alloc(32);
    for (let i = 0; i <= 10_000; i += 1) {
      stranger.writeUInt32LE(i);
      crypto.verify(message, signed, stranger);
    }
    expect(crypto.verify(message, signed, key.publicKey)).toBe(true);
  });

  test('HOST-16 SHA-256 of the UTF-8 bytes', () => {
    expect(host.crypto.sha256Hex('é')).toBe(
      '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    );
    expect(host.crypto.randomBytes(16)).toHaveLength(16);
  });
});

describe('files', () => {
  const { files } = host;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'host-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('HOST-17 a file is replaced in one step, with its mode, and nothing is left beside it', async () => {
    const home = join(folder, 'a', 'b');
    await files.makeFolder(home);
    await files.makeFolder(home);
    expect(await files.mode(home)).toBe(0o700);
    const path = join(home, 'keys.json');
    expect(await files.exists(path)).toBe(false);
    await files.replace(path, 'old', 0o644);
    await files.replace(path, new Uint8Array([0x6e, 0x65, 0x77]), 0o600);
    expect(await files.readText(path)).toBe('new');
    expect([...(await files.readBytes(path))]).toEqual([0x6e, 0x65, 0x77]);
    expect(await files.mode(path)).toBe(0o600);
    expect(await files.exists(path)).toBe(true);
    expect(await files.list(home)).toEqual(['keys.json']);
    const names = ['e', 'b', 'd', 'a', 'c'];
    for (const name of names) await files.replace(join(home, name), name, 0o666);
    expect(await files.list(home)).toEqual([...names.sort(), 'keys.json']);
    // Whatever the umask of the process.
    expect(await files.mode(join(home, 'a'))).toBe(0o666);
    // A folder cannot be replaced by a file: the temporary file must go too.
    await expect(files.replace(home, 'x', 0o600)).rejects.toThrow();
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
    await expect(files.readText(join(home, 'none'))).rejects.toThrow('ENOENT');
    await expect(files.list(join(home, 'none'))).rejects.toThrow('ENOENT');
  });

  test('HOST-17 gzip unpacks, and damage is an error', () => {
    const packed = gzipSync('tape');
    expect(Buffer.from(files.gunzip(packed)).toString()).toBe('tape');
    expect(() => files.gunzip(packed.subarray(0, -1))).toThrow('unexpected end');
  });

  test('HOST-18 appending keeps what is there, is private and exclusive', async () => {
    const path = join(folder, 'audit.log');
    const first = await files.openAppend(path);
    await first.write('one\n');
    await first.sync();
    await expect(files.openAppend(path)).rejects.toMatchObject({
      code: 'LOCKED',
      message: `${path} is in use by process ${process.pid}: stop that process first`,
    });
    await first.close();
    const second = await files.openAppend(path);
    await second.write('two\n');
    await second.sync();
    await second.close();
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  test('HOST-19 the lock of a living process holds, that of an ended one does not', async () => {
    const path = join(folder, 'other.log');
    const lock = `${path}.lock`;
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const started = await startOf(child.pid ?? 0);
    await writeFile(lock, `${child.pid} ${started}`);
    await expect(files.openAppend(path)).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    // Same pid, another start: the pid was used again.
    await writeFile(lock, `${child.pid} 1`);
    await (await files.openAppend(path)).close();
    await writeFile(lock, `${child.pid} ${started}`);
    child.stdin.end();
    await ended;
    await (await files.openAppend(path)).close();
    await writeFile(lock, 'not a pid');
    await (await files.openAppend(path)).close();
    expect(await files.exists(lock)).toBe(false);
  });

  test('HOST-19 of many that find a stale lock, one gets it', async () => {
    const path = join(folder, 'race.log');
    await writeFile(`${path}.lock`, '4194305 1');
    await writeFile(`${path}.lock.takeover`, '4194305 1');
    await expect(files.openAppend(path)).rejects.toThrow(`delete ${path}.lock.takeover`);
    await rm(`${path}.lock.takeover`);
    // Different names of one file keep the openers apart, as processes would be.
    const names = Array.from({ length: 8 }, (_, index) => join(folder, `link${index}`));
    for (const name of names) await symlink(folder, name);
    const opened = await Promise.allSettled(
      names.map((name) => files.openAppend(join(name, 'race.log'))),
    );
    const winners = opened.filter(({ status }) => status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const winner of opened) {
      if (winner.status === 'fulfilled') await winner.value.close();
      else expect(winner.reason).toMatchObject({ code: 'LOCKED' });
    }
  });

  test('HOST-18 a folder that is not there is an error, and leaves no lock', async () => {
    const path = join(folder, 'isdir');
    await files.makeFolder(path);
    await expect(files.openAppend(path)).rejects.toThrow('EISDIR');
    expect(await files.exists(`${path}.lock`)).toBe(false);
    await expect(files.openAppend(join(folder, 'none', 'x.log'))).rejects.toThrow('ENOENT');
  });
});

/** When a process started, in the form of the lock file: empty where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
