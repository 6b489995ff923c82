import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodeFiles } from '../../src/host/nodeFiles.ts';
import { encodeBase58 } from '../../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import { messageOf } from '../../src/std/errors.ts';
import type { SigningKey } from '../../src/std/host.ts';
import type { AgentKey } from '../../src/vault/agentKey.ts';
import { closeBox, openBox } from '../../src/vault/box.ts';
import { unwrapDataKey } from '../../src/vault/dataKey.ts';
import { parseAgentKey } from '../../src/vault/parseAgentKey.ts';
import { argon2id, type DeriveKey, KDF_FLOOR } from '../../src/vault/passphraseKey.ts';
import { itemBinding, parseVault, vaultText } from '../../src/vault/vaultContent.ts';
import { type VaultEntry, VaultFile, type VaultHost } from '../../src/vault/vaultFile.ts';
import { type MemoryHost, memoryHost } from '../support/memoryHost.ts';
import { AGENT, MAIN, SUB } from '../support/throwawayKeys.ts';

const PATH = 'keys/desk.vault';
const PASSPHRASE = Buffer.from('correct horse battery staple');
const API_KEY = 'AbCdEfGh_2mT8xKq9';
const DAMAGED = `the vault ${PATH} does not open: the passphrase is wrong or the file is damaged`;

// Argon2id itself, but asked once for each question: the sampled changes need not cost 60 ms each.
const answers = new Map<string, Buffer>();
const deriveKey: DeriveKey = (passphrase, salt, parameters) => {
  const question = JSON.stringify([[...passphrase], [...salt], parameters]);
  const known = answers.get(question) ?? argon2id(passphrase, salt, parameters);
  answers.set(question, known);
  return Buffer.from(known);
};

type TestHost = VaultHost & Pick<MemoryHost, 'files' | 'crypto'>;

function newHost(): TestHost {
  const { files, crypto } = memoryHost();
  return { files, crypto, deriveKey };
}

function agentFor(account: string, main?: string): AgentKey {
  const text = { account, main, secretKey: AGENT.secretKey, apiKey: API_KEY };
  return parseAgentKey(text, 'test', newHost().crypto);
}

/** The key of MAIN, which here is bound as another agent of SUB. */
function otherAgentFor(account: string): AgentKey {
  return parseAgentKey({ account, secretKey: MAIN.secretKey }, 'test', newHost().crypto);
}

/** The key of SUB, which here is an agent of MAIN. */
function thirdKey(): AgentKey {
  const text = { account: MAIN.publicKey, secretKey: SUB.secretKey };
  return parseAgentKey(text, 'test', newHost().crypto);
}

async function filled(): Promise<{ host: TestHost; vault: VaultFile; items: VaultEntry[] }> {
  const host = newHost();
  const vault = await VaultFile.create(host, PATH, PASSPHRASE, KDF_FLOOR);
  const items = [
    await vault.add(agentFor(SUB.publicKey, MAIN.publicKey)),
    await vault.add(otherAgentFor(SUB.publicKey)),
  ];
  return { host, vault, items };
}

function textOf(host: TestHost): string {
  return Buffer.from(host.files.stored.get(PATH)?.bytes ?? []).toString('utf8');
}

function withFile(host: TestHost, bytes: Uint8Array, mode = 0o600): TestHost {
  const { files, crypto } = memoryHost();
  files.stored.set(PATH, { bytes, mode });
  return { ...host, files, crypto };
}

function open(host: TestHost, passphrase: Uint8Array = PASSPHRASE): Promise<VaultFile> {
  return VaultFile.open(host, PATH, passphrase);
}

/** The file after an edit of its JSON, written canonically again, as somebody without the key can. */
function edited(host: TestHost, edit: (file: Record<string, unknown>) => void): TestHost {
  const file = JSON.parse(textOf(host));
  edit(file);
  return withFile(host, Buffer.from(`${canonicalJson(file as Json)}\n`));
}

describe('a vault', () => {
  test('VAULT-5 gives back after reopening what was added', async () => {
    const { host, items } = await filled();
    const vault = await open(host);
    expect(vault.entries).toEqual(items);
    expect(vault.entries[0]).toEqual({
      itemId: expect.stringMatching(/^[0-9a-f]{32}$/),
      account: SUB.publicKey,
      main: MAIN.publicKey,
      publicKey: AGENT.publicKey,
    });
    expect(vault.counter).toBe(2);
    const seen = vault.use(items[0]?.itemId ?? '', (key) =>
      key.reveal((seed, apiKey) => [Buffer.from(seed).toString('hex'), String(apiKey)]),
    );
    expect(seen).toEqual([AGENT.seed, API_KEY]);
    vault.use(items[1]?.itemId ?? '', (key) => {
      expect(key).toMatchObject({ account: SUB.publicKey, main: undefined });
      expect(key.reveal((seed) => Buffer.from(seed).toString('hex'))).toBe(MAIN.seed);
      expect(key.reveal((_seed, apiKey) => apiKey)).toBeUndefined();
      expect(encodeBase58(key.load(host.crypto).publicKey)).toBe(MAIN.publicKey);
    });
    expect(host.files.stored.get(PATH)?.mode).toBe(0o600);
    expect([...host.files.stored.keys()]).toEqual([PATH]);
  });

  test('encrypts under a new key, salt and iv each time', async () => {
    const one = textOf((await filled()).host);
    const two = textOf((await filled()).host);
    const secrets = (text: string): string[] => text.match(/[0-9a-f]{24,}/g) ?? [];
    expect(secrets(one).length).toBeGreaterThan(12);
    expect(secrets(one).filter((each) => secrets(two).includes(each))).toEqual([]);
  });

  test('VAULT-6 overwrites neither a file nor somebody else’s change', async () => {
    const { host, vault } = await filled();
    await expect(VaultFile.create(host, PATH, PASSPHRASE, KDF_FLOOR)).rejects.toMatchObject({
      code: 'VAULT_INVALID',
      message: `there is already a file at ${PATH}`,
    });
    const other = await open(host);
    const third = thirdKey();
    await other.add(third);
    const before = textOf(host);
    await expect(vault.add(third)).rejects.toThrow('was changed since it was opened');
    expect(textOf(host)).toBe(before);
    expect(vault.entries).toHaveLength(2);
    expect((await open(host)).entries).toHaveLength(3);
  });

  test('VAULT-9 VAULT-11 takes no owner’s key and no key twice', async () => {
    const { vault } = await filled();
    await expect(vault.add(agentFor(MAIN.publicKey))).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: `${PATH}: the agent key ${AGENT.publicKey} is in the vault already`,
    });
    const host = newHost();
    const empty = await VaultFile.create(host, PATH, PASSPHRASE, KDF_FLOOR);
    const owner = agentFor(SUB.publicKey);
    Object.assign(owner, { account: owner.publicKey });
    await expect(empty.add(owner)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect(empty.entries).toEqual([]);
    // Of several all are stored, in one write, or none.
    const twice = [agentFor(MAIN.publicKey), agentFor(SUB.publicKey)];
    await expect(empty.addAll(twice)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect([empty.entries, empty.counter]).toEqual([[], 0]);
    expect(await empty.addAll(twice.slice(1))).toEqual(empty.entries);
    expect(empty.counter).toBe(1);
  });

  test('VAULT-10 wipes what it handed out, and gives out nothing once locked', async () => {
    const { vault, items } = await filled();
    const id = items[0]?.itemId ?? '';
    const seen = vault.use(id, (key) => key.reveal((seed, apiKey) => [seed, apiKey]));
    expect(seen).toEqual([Buffer.alloc(32), Buffer.alloc(API_KEY.length)]);
    let leaked: Uint8Array = new Uint8Array([1]);
    const failing = (): unknown =>
      vault.use(id, (key) => {
        leaked = key.reveal((seed) => seed);
        throw new Error('the caller failed');
      });
    expect(failing).toThrow('the caller failed');
    expect([...leaked].every((byte) => byte === 0)).toBe(true);
    expect(() => vault.use('ff', () => 1)).toThrow(`${PATH}: no item ff`);
    vault.lock();
    vault.lock();
    expect(() => vault.use(id, () => 1)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
    await expect(vault.add(thirdKey())).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(vault.entries).toEqual(items);
  });

  test('VAULT-3 refuses to be created with less than the floor or without a passphrase', async () => {
    for (const wrong of [{ memoryKiB: 19_455 }, { passes: 1 }, { lanes: 0 }, { lanes: 1.5 }]) {
      const creating = VaultFile.create(newHost(), PATH, PASSPHRASE, { ...KDF_FLOOR, ...wrong });
      await expect(creating).rejects.toMatchObject({ code: 'USAGE' });
    }
    await expect(VaultFile.create(newHost(), PATH, Buffer.alloc(0))).rejects.toMatchObject({
      code: 'USAGE',
      message: 'a vault needs a passphrase',
    });
  });

  test('derives the key of a known answer, by default at the full price', async () => {
    const known = argon2id(Buffer.from('password'), Buffer.from('somesalt'), {
      memoryKiB: 65_536,
      passes: 2,
      lanes: 1,
    });
    // From the tests of the reference implementation (Argon2id, version 19).
    expect(known.toString('hex')).toBe(
      '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    );
    const { files, crypto } = memoryHost();
    await VaultFile.create({ files, crypto }, PATH, PASSPHRASE);
    const vault = await VaultFile.open({ files, crypto }, PATH, PASSPHRASE);
    expect(vault.entries).toEqual([]);
    const { kdf } = JSON.parse(Buffer.from(await files.readBytes(PATH)).toString());
    expect(kdf).toMatchObject({ algorithm: 'argon2id', memoryKiB: 262_144, passes: 3, lanes: 4 });
  });
});

test('VAULT-10 wipes every key that it made on the way', async () => {
  const made: Uint8Array[] = [];
  const keep = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
    if (bytes.length === 32) made.push(bytes);
    return bytes;
  };
  const { files, crypto } = memoryHost();
  const host = {
    files,
    crypto: { ...crypto, randomBytes: (count: number) => keep(crypto.randomBytes(count)) },
    deriveKey: (...question: Parameters<DeriveKey>) => keep(deriveKey(...question)),
  };
  const vault = await VaultFile.create(host, PATH, PASSPHRASE, KDF_FLOOR);
  await vault.add(thirdKey());
  vault.lock();
  (await VaultFile.open(host, PATH, PASSPHRASE)).lock();
  await expect(VaultFile.open(host, PATH, Buffer.from('wrong'))).rejects.toThrow(DAMAGED);
  const seeds: Uint8Array[] = [];
  const loadKey = (seed: Uint8Array): SigningKey => {
    seeds.push(seed);
    return crypto.loadKey(seed);
  };
  const text = { account: MAIN.publicKey, secretKey: AGENT.secretKey };
  const key = parseAgentKey(text, 'test', { loadKey });
  expect([made.length, seeds.length]).toEqual([4, 1]);
  for (const bytes of [...made, ...seeds]) expect(Buffer.from(bytes)).toEqual(Buffer.alloc(32));
  expect(key.reveal((seed) => Buffer.from(seed).toString('hex'))).toBe(AGENT.seed);
  key.wipe();
});

describe('opening', () => {
  let host: TestHost;
  let whole: Buffer;
  beforeAll(async () => {
    ({ host } = await filled());
    whole = Buffer.from(textOf(host));
  });

  test('VAULT-2 with a wrong passphrase gives the sentence of a damaged file', async () => {
    for (const wrong of ['correct horse battery stapl', 'x', '']) {
      await expect(open(host, Buffer.from(wrong))).rejects.toMatchObject({
        code: 'VAULT_INVALID',
        message: DAMAGED,
      });
      await expect(open(host, Buffer.from(wrong))).rejects.not.toHaveProperty('cause');
    }
  });

  test('VAULT-1 VAULT-2 refuses a changed byte, wherever it is', async () => {
    const places = fc.uniqueArray(fc.nat(whole.length - 1), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (indexes, flip) => {
        for (const index of indexes) {
          const bytes = Buffer.from(whole);
          bytes[index] = (bytes[index] ?? 0) ^ flip;
          const refusal = await open(withFile(host, bytes)).catch((thrown) => thrown);
          expect(refusal).toMatchObject({ code: 'VAULT_INVALID' });
          expect(messageOf(refusal)).toMatch(/does not open|key derivation must use/);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('VAULT-1 refuses a changed digit or letter that keeps the file well-formed', async () => {
    const hexAt = [...whole.toString().matchAll(/[0-9a-f]{24,}/g)].map((match) => match.index);
    for (const at of hexAt) {
      for (const to of ['0', '1', 'A']) {
        const bytes = Buffer.from(whole);
        bytes.write(to, at);
        if (bytes.equals(whole)) continue;
        await expect(open(withFile(host, bytes))).rejects.toThrow(DAMAGED);
      }
    }
  });

  test('VAULT-1 refuses every truncation, and anything added', async () => {
    const cuts = [0, 1, 2, 100, whole.length >> 1, whole.length - 2, whole.length - 1];
    for (const cut of cuts) {
      await expect(open(withFile(host, whole.subarray(0, cut)))).rejects.toThrow(DAMAGED);
    }
    for (const extra of ['\n', ' ', '\0']) {
      const longer = Buffer.concat([whole, Buffer.from(extra)]);
      await expect(open(withFile(host, longer))).rejects.toThrow(DAMAGED);
    }
    const pretty = Buffer.from(JSON.stringify(JSON.parse(whole.toString()), null, 2));
    await expect(open(withFile(host, pretty))).rejects.toThrow(DAMAGED);
  });

  type Kdf = { kdf: Record<string, unknown> };
  test.each([
    ['memory below the floor', (file: Kdf) => (file.kdf.memoryKiB = 19_455)],
    ['memory above the ceiling', (file: Kdf) => (file.kdf.memoryKiB = 1_048_577)],
    ['one pass', (file: Kdf) => (file.kdf.passes = 1)],
    ['seventeen passes', (file: Kdf) => (file.kdf.passes = 17)],
    ['no lanes', (file: Kdf) => (file.kdf.lanes = 0)],
    ['passes in words', (file: Kdf) => (file.kdf.passes = 'two')],
    ['no parameters', (file: Kdf) => (file.kdf = {})],
  ])('VAULT-3 refuses %s before deriving anything', async (_name, edit) => {
    const spoilt = edited(host, (file) => edit(file as Kdf));
    let derived = 0;
    const deriveKey: DeriveKey = () => {
      derived += 1;
      return Buffer.alloc(32);
    };
    await expect(open({ ...spoilt, deriveKey })).rejects.toMatchObject({
      code: 'VAULT_INVALID',
      message: `${PATH}: key derivation must use 19456 to 1048576 KiB, 2 to 16 passes and 1 to 16 lanes`,
    });
    expect(derived).toBe(0);
  });

  test('VAULT-3 refuses parameters that are allowed but not those it was written with', async () => {
    const raised = edited(host, (file) => {
      (file as Kdf).kdf.passes = 3;
    });
    await expect(open(raised)).rejects.toThrow(DAMAGED);
  });

  type Items = { items: Record<string, unknown>[]; [key: string]: unknown };
  const tampered: [name: string, edit: (file: Items) => void][] = [
    ['items in another order', ({ items }) => items.reverse()],
    ['an item removed', ({ items }) => items.pop()],
    ['an item twice', ({ items }) => items.push({ ...items[0] })],
    ['boxes swapped', ({ items }) => swap(items, 'box')],
    ['labels swapped', ({ items }) => swap(items, 'publicKey')],
    ['another account', ({ items }) => Object.assign(items[0] ?? {}, { account: MAIN.publicKey })],
    ['another main account', ({ items }) => Object.assign(items[0] ?? {}, { main: null })],
    ['an older counter', (file) => Object.assign(file, { counter: 1 })],
    ['another format', (file) => Object.assign(file, { format: 'deskvault/2' })],
    ['a further field', (file) => Object.assign(file, { note: 'harmless' })],
    ['its seal in capitals', (file) => Object.assign(file, { seal: `${file.seal}`.toUpperCase() })],
    ['no seal', (file) => Object.assign(file, { seal: undefined })],
    ['no data key', (file) => Object.assign(file, { dek: undefined })],
    ['a short tag', ({ dek }) => Object.assign(dek as object, { tag: 'ab' })],
  ];
  test.each(tampered)('VAULT-1 VAULT-4 refuses %s', async (_name, edit) => {
    await expect(open(edited(host, (file) => edit(file as Items)))).rejects.toThrow(DAMAGED);
  });

  test('VAULT-4 the boxes themselves are bound, not only sealed', () => {
    const { box: _, ...label } = JSON.parse(whole.toString()).items[0];
    const bound = itemBinding('ab', label);
    for (const name of Object.keys(label)) {
      expect(itemBinding('ab', { ...label, [name]: 'other' })).not.toBe(bound);
    }
    expect(itemBinding('cd', label)).not.toBe(bound);
    const key = Buffer.alloc(32, 7);
    const box = closeBox(key, Buffer.alloc(12), bound, Buffer.from('secret'));
    expect(openBox(key, bound, box).toString()).toBe('secret');
    expect(() => openBox(key, itemBinding('cd', label), box)).toThrow();
    expect(() => openBox(Buffer.alloc(32, 8), bound, box)).toThrow();
    expect(() => openBox(key, bound, { ...box, iv: '00' })).toThrow('not the expected bytes');
    expect(() => openBox(key, bound, { ...box, tag: box.tag.slice(0, 8) })).toThrow(
      'not the expected',
    );
  });

  test('VAULT-1 VAULT-2 settles the key before anything is decrypted, and knows one format', () => {
    const { content, seal } = parseVault(whole);
    const dek = unwrapDataKey(deriveKey, PASSPHRASE, content, seal);
    const other = { ...content, commitment: 'ab'.repeat(32) };
    const resealed = parseVault(Buffer.from(vaultText(other, dek)));
    const unwrap = (): unknown =>
      unwrapDataKey(deriveKey, PASSPHRASE, resealed.content, resealed.seal);
    expect(unwrap).toThrow('another key');
    const next = { ...content, format: 'deskvault/2' as 'deskvault/1' };
    expect(() => parseVault(Buffer.from(vaultText(next, dek)))).toThrow('not a vault');
  });

  test.each([0o640, 0o604, 0o622, 0o601])('VAULT-5 refuses mode %o', async (mode) => {
    await expect(open(withFile(host, whole, mode))).rejects.toMatchObject({
      code: 'VAULT_INVALID',
      message: `the vault ${PATH} may be read by others (mode ${mode.toString(8)}): set it to 600`,
    });
  });

  test('says that there is none', async () => {
    await expect(open(newHost())).rejects.toThrow(`there is no vault at ${PATH}`);
  });
});

test('VAULT-5 a real file is for its owner only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vault-'));
  try {
    const path = join(folder, 'desk.vault');
    const host = { files: nodeFiles, crypto: newHost().crypto, deriveKey };
    const vault = await VaultFile.create(host, path, PASSPHRASE, KDF_FLOOR);
    await vault.add(thirdKey());
    expect(await nodeFiles.mode(path)).toBe(0o600);
    expect((await VaultFile.open(host, path, PASSPHRASE)).entries).toHaveLength(1);
    await chmod(path, 0o640);
    await expect(VaultFile.open(host, path, PASSPHRASE)).rejects.toThrow('set it to 600');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('VAULT-7 VAULT-8 secrets appear nowhere', async () => {
  const { host, vault, items } = await filled();
  const secrets = [AGENT.secretKey, AGENT.seed, API_KEY, MAIN.seed, PASSPHRASE.toString()];
  const bytes = secrets.flatMap((each) => [each, Buffer.from(each).toString('hex')]);
  const seed = Buffer.from(AGENT.seed, 'hex');
  const canaries = [
    ...bytes,
    seed.toString('base64'),
    [...seed].join(','),
    seed.toString('latin1'),
  ];
  canaries.push(inspect(seed).slice(8, -1), [...seed].map((b, i) => `"${i}":${b}`).join(','));
  const leaksIn = (text: string): string[] => canaries.filter((canary) => text.includes(canary));
  const seen: unknown[] = [vault, host.files.stored.get(PATH), textOf(host), vault.entries];
  const look = (thing: unknown): void => {
    for (const options of [{}, { showHidden: true, getters: true, depth: Infinity }] as const) {
      seen.push(inspect(thing, { ...options, maxArrayLength: null, maxStringLength: null }));
    }
    seen.push(String(thing), JSON.stringify(thing), messageOf(thing), (thing as Error)?.stack);
  };
  look(vault);
  vault.use(items[0]?.itemId ?? '', (key) => {
    look(key);
    look({ nested: [key] });
    const loaded = key.load(host.crypto);
    look(loaded);
    loaded.destroy();
  });
  const failures: (() => unknown)[] = [
    () => parseAgentKey({ account: AGENT.publicKey, secretKey: AGENT.secretKey }, 'k', host.crypto),
    () => parseAgentKey({ account: 'x', secretKey: AGENT.secretKey }, 'k', host.crypto),
    () =>
      parseAgentKey(
        { account: MAIN.publicKey, secretKey: `${AGENT.secretKey}!` },
        'k',
        host.crypto,
      ),
    () =>
      parseAgentKey(
        { account: MAIN.publicKey, secretKey: `${AGENT.secretKey}z` },
        'k',
        host.crypto,
      ),
    () => VaultFile.open(host, PATH, Buffer.from('wrong')),
    () => vault.add(agentFor(MAIN.publicKey)),
  ];
  for (const fail of failures) {
    const thrown = await Promise.resolve()
      .then(fail)
      .catch((error: unknown) => error);
    expect(thrown).toHaveProperty('code');
    look(thrown);
  }
  const text = seen.map((each) => (typeof each === 'string' ? each : inspect(each))).join('\n');
  expect(text.length).toBeGreaterThan(5000);
  expect(leaksIn(text)).toEqual([]);
  expect(leaksIn(inspect({ seed }))).toHaveLength(1);
  expect(leaksIn(JSON.stringify([seed, new Uint8Array(seed)]))).toHaveLength(2);
});

function swap(items: Record<string, unknown>[], field: string): void {
  const [one, two] = items;
  if (one === undefined || two === undefined) throw new Error('needs two items');
  [one[field], two[field]] = [two[field], one[field]];
}
