import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Json } from '../protocol/canonicalJson.ts';
import { type Box, bytesOf, hex, subkey } from './box.ts';
import type { KdfParameters } from './passphraseKey.ts';

/** An agent key in the file: its identity in clear, its secrets in the box, which is bound to it. */
export interface VaultItem {
  readonly account: string;
  readonly box: Box;
  /** The vault's counter when the item was written. */
  readonly counter: number;
  readonly itemId: string;
  readonly main: string | null;
  readonly publicKey: string;
  /** What the box holds: 32 bytes of seed, then the API config key in UTF-8, which may be empty. */
  readonly schema: 'agent-key';
  readonly version: 1;
}

/** A vault file, except for the seal over it. */
export interface VaultContent {
  /** Derived from the passphrase: settles whether it is right before anything is decrypted. */
  readonly commitment: string;
  /** Rises with every write, so that an older file can be told from a newer one. */
  readonly counter: number;
  /** The data key, under a key derived from the passphrase. */
  readonly dek: Box;
  readonly format: 'deskvault/1';
  readonly items: readonly VaultItem[];
  readonly kdf: KdfParameters & { readonly algorithm: 'argon2id'; readonly salt: string };
  readonly vaultId: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a vault file: canonical JSON, one line. */
export function vaultText(content: VaultContent, dek: Uint8Array): string {
  return `${canonicalJson(jsonOf({ ...content, seal: sealOf(content, dek) }))}\n`;
}

/**
 * Takes a file apart; throws when it is not canonical to the byte. What comes back is not to be
 * trusted before {@link isSealed}, except for its shape.
 */
export function parseVault(bytes: Uint8Array): { content: VaultContent; seal: string } {
  const text = utf8.decode(bytes);
  const parsed: Json = JSON.parse(text);
  if (`${canonicalJson(parsed)}\n` !== text) throw new SyntaxError('not canonical');
  const { seal, ...content } = parsed as unknown as VaultContent & { seal: string };
  if (content.format !== 'deskvault/1') throw new SyntaxError('not a vault');
  return { content, seal };
}

/** True when the holder of the data key wrote exactly this content. */
export function isSealed(content: VaultContent, seal: string, dek: Uint8Array): boolean {
  return sameBytes(sealOf(content, dek), seal);
}

/** What the data key is bound to. */
export function dekBinding({ kdf, vaultId }: Pick<VaultContent, 'kdf' | 'vaultId'>): string {
  return canonicalJson(jsonOf({ kdf, purpose: 'dek', vaultId }));
}

/** What the secrets of an item are bound to: all that the file says about it. */
export function itemBinding(vaultId: string, item: Omit<VaultItem, 'box'>): string {
  const { account, counter, itemId, main, publicKey, schema, version } = item;
  return canonicalJson({ account, counter, itemId, main, publicKey, schema, vaultId, version });
}

/** Compares two hex strings of 32 bytes in constant time. */
export function sameBytes(expected: string, given: string): boolean {
  return timingSafeEqual(bytesOf(expected, 32), bytesOf(given, 32));
}

function sealOf(content: VaultContent, dek: Uint8Array): string {
  const key = subkey(dek, 'deskvault/1 seal');
  try {
    return hex(
      createHmac('sha256', key)
        .update(canonicalJson(jsonOf(content)))
        .digest(),
    );
  } finally {
    key.fill(0);
  }
}

// Interfaces have no index signature, though all their fields are JSON.
function jsonOf(value: object): Json {
  return value as unknown as Json;
}
