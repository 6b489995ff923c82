import { BreakwaterError, isBreakwaterError } from '../std/errors.ts';
import type { Crypto, Files } from '../std/host.ts';
import { type AgentIdentity, AgentKey } from './agentKey.ts';
import { closeBox, hex, openBox, subkey } from './box.ts';
import { unwrapDataKey, withPassphrase } from './dataKey.ts';
import { refuseOwnerKey } from './parseAgentKey.ts';
import {
  argon2id,
  DEFAULT_KDF,
  type DeriveKey,
  isAcceptable,
  KDF_CEILING,
  KDF_FLOOR,
  type KdfParameters,
} from './passphraseKey.ts';
import {
  dekBinding,
  itemBinding,
  parseVault,
  type VaultContent,
  type VaultItem,
  vaultText,
} from './vaultContent.ts';

/** What a vault needs of the host. */
export interface VaultHost {
  readonly files: Pick<Files, 'exists' | 'mode' | 'readBytes' | 'replace'>;
  readonly crypto: Pick<Crypto, 'randomBytes'>;
  /** Argon2id unless given. */
  readonly deriveKey?: DeriveKey;
}

/** An agent key of the vault, without its secrets. */
export interface VaultEntry extends AgentIdentity {
  readonly itemId: string;
}

const OWNER_ONLY = 0o600;
const SEED_BYTES = 32;

/**
 * Agent keys at rest (format `deskvault/1`): a key derived from the passphrase wraps a random data
 * key, which encrypts every agent key bound to its identity and seals the whole file. An open vault
 * holds the data key, not the agent keys, until it is locked.
 */
export class VaultFile {
  readonly #host: VaultHost;
  readonly #path: string;
  #content: VaultContent;
  #text: string;
  #dek: Buffer | undefined;

  private constructor(host: VaultHost, path: string, content: VaultContent, dek: Buffer) {
    this.#host = host;
    this.#path = path;
    this.#content = content;
    this.#text = vaultText(content, dek);
    this.#dek = dek;
  }

  /** Writes an empty vault and opens it; rejects with `VAULT_INVALID` where a file stands already. */
  static async create(
    host: VaultHost,
    path: string,
    passphrase: Uint8Array,
    kdf: KdfParameters = DEFAULT_KDF,
  ): Promise<VaultFile> {
    if (passphrase.length === 0) throw new BreakwaterError('USAGE', 'a vault needs a passphrase');
    if (!isAcceptable({ ...kdf })) throw weakKdf('USAGE', 'the vault');
    if (await host.files.exists(path)) throw invalid(`there is already a file at ${path}`);
    const random = (count: number): Uint8Array => host.crypto.randomBytes(count);
    const { memoryKiB, passes, lanes } = kdf;
    const header = {
      kdf: { algorithm: 'argon2id', memoryKiB, passes, lanes, salt: hex(random(16)) },
      vaultId: hex(random(16)),
    } as const;
    const fresh = random(32);
    const dek = Buffer.from(fresh.buffer, fresh.byteOffset, fresh.length);
    const content = withPassphrase(
      derive(host),
      passphrase,
      header.kdf,
      (wrap, commitment): VaultContent => {
        const box = closeBox(wrap, random(12), dekBinding(header), dek);
        return { ...header, commitment, counter: 0, dek: box, format: 'deskvault/1', items: [] };
      },
    );
    const vault = new VaultFile(host, path, content, dek);
    await host.files.replace(path, vault.#text, OWNER_ONLY);
    return vault;
  }

  /**
   * Opens a vault. `VAULT_INVALID` when there is none, when others may read it, when its key
   * derivation is weaker or heavier than allowed, and, in one and the same sentence, when the
   * passphrase is wrong or the file is not what was written.
   */
  static async open(host: VaultHost, path: string, passphrase: Uint8Array): Promise<VaultFile> {
    if (!(await host.files.exists(path))) throw invalid(`there is no vault at ${path}`);
    const mode = await host.files.mode(path);
    if ((mode & 0o077) !== 0) {
      throw invalid(
        `the vault ${path} may be read by others (mode ${mode.toString(8)}): set it to 600`,
      );
    }
    const bytes = await host.files.readBytes(path);
    let content: VaultContent;
    let dek: Buffer;
    try {
      const parsed = parseVault(bytes);
      content = parsed.content;
      if (!isAcceptable({ ...content.kdf })) throw weakKdf('VAULT_INVALID', path);
      dek = unwrapDataKey(derive(host), passphrase, content, parsed.seal);
    } catch (thrown) {
      if (isBreakwaterError(thrown)) throw thrown;
      // Deliberately without the cause: it would tell a guesser how far the guess got.
      throw invalid(
        `the vault ${path} does not open: the passphrase is wrong or the file is damaged`,
      );
    }
    return new VaultFile(host, path, content, dek);
  }

  /** What the vault holds, in the order in which it was added. */
  get entries(): readonly VaultEntry[] {
    return this.#content.items.map(({ itemId, account, main, publicKey }) => ({
      itemId,
      account,
      main: main ?? undefined,
      publicKey,
    }));
  }

  /** Rises with every write. Together with a record of it elsewhere it shows an older file. */
  get counter(): number {
    return this.#content.counter;
  }

  /** Stores a copy of `key`; on the disk when it returns. An owner's key or a second time the same key: `KEY_INVALID`. */
  async add(key: AgentKey): Promise<VaultEntry> {
    const [entry] = await this.addAll([key]);
    return entry as VaultEntry;
  }

  /** Stores copies of all `keys` in one write, or of none. */
  async addAll(keys: readonly AgentKey[]): Promise<VaultEntry[]> {
    const known = new Set(this.#content.items.map(({ publicKey }) => publicKey));
    for (const key of keys) {
      refuseOwnerKey(key, this.#path);
      if (known.has(key.publicKey)) {
        throw new BreakwaterError(
          'KEY_INVALID',
          `${this.#path}: the agent key ${key.publicKey} is in the vault already`,
        );
      }
      known.add(key.publicKey);
    }
    const counter = this.#content.counter + 1;
    const added = keys.map((key) => this.#newItem(key, counter));
    await this.#save({ ...this.#content, counter, items: [...this.#content.items, ...added] });
    return added.map(({ itemId, account, main, publicKey }) => ({
      itemId,
      account,
      main: main ?? undefined,
      publicKey,
    }));
  }

  /** Hands one agent key to `use` and wipes it when that returns. */
  use<Result>(itemId: string, use: (key: AgentKey) => Result): Result {
    const item = this.#content.items.find((each) => each.itemId === itemId);
    if (item === undefined) throw invalid(`${this.#path}: no item ${itemId}`);
    const secret = this.#withItemKey(itemId, (itemKey) =>
      openBox(itemKey, itemBinding(this.#content.vaultId, item), item.box),
    );
    const { account, main, publicKey } = item;
    const apiKey = secret.length > SEED_BYTES ? secret.subarray(SEED_BYTES) : undefined;
    const identity = { account, main: main ?? undefined, publicKey };
    const key = new AgentKey(identity, secret.subarray(0, SEED_BYTES), apiKey);
    try {
      return use(key);
    } finally {
      key.wipe();
    }
  }

  /** Wipes the data key; from here on every use of a secret throws `VAULT_LOCKED`. */
  lock(): void {
    this.#dek?.fill(0);
    this.#dek = undefined;
  }

  #newItem(key: AgentKey, counter: number): VaultItem {
    const { account, main, publicKey } = key;
    const itemId = hex(this.#host.crypto.randomBytes(16));
    const label = { account, counter, itemId, main: main ?? null, publicKey } as const;
    return this.#closeItem({ ...label, schema: 'agent-key', version: 1 }, key);
  }

  #closeItem(label: Omit<VaultItem, 'box'>, key: AgentKey): VaultItem {
    const secret = key.reveal((seed, apiKey) => Buffer.concat([seed, apiKey ?? new Uint8Array()]));
    try {
      return this.#withItemKey(label.itemId, (itemKey) => {
        const bound = itemBinding(this.#content.vaultId, label);
        return {
          ...label,
          box: closeBox(itemKey, this.#host.crypto.randomBytes(12), bound, secret),
        };
      });
    } finally {
      secret.fill(0);
    }
  }

  async #save(content: VaultContent): Promise<void> {
    const { files } = this.#host;
    const onDisk = Buffer.from(await files.readBytes(this.#path)).toString('utf8');
    if (onDisk !== this.#text) {
      throw invalid(`the vault ${this.#path} was changed since it was opened: open it again`);
    }
    const text = vaultText(content, this.#openDek());
    await files.replace(this.#path, text, OWNER_ONLY);
    this.#content = content;
    this.#text = text;
  }

  #withItemKey<Result>(itemId: string, use: (key: Buffer) => Result): Result {
    const key = subkey(this.#openDek(), `deskvault/1 item ${itemId}`);
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  }

  #openDek(): Buffer {
    if (this.#dek !== undefined) return this.#dek;
    throw new BreakwaterError('VAULT_LOCKED', `the vault ${this.#path} is locked`);
  }
}

function derive(host: VaultHost): DeriveKey {
  return host.deriveKey ?? argon2id;
}

function weakKdf(code: 'USAGE' | 'VAULT_INVALID', what: string): BreakwaterError {
  const range = (name: keyof KdfParameters): string => `${KDF_FLOOR[name]} to ${KDF_CEILING[name]}`;
  return new BreakwaterError(
    code,
    `${what}: key derivation must use ${range('memoryKiB')} KiB, ${range('passes')} passes and ${range('lanes')} lanes`,
  );
}

function invalid(sentence: string): BreakwaterError {
  return new BreakwaterError('VAULT_INVALID', sentence);
}
