import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { invariant } from '../std/assert.ts';
import type { SigningKey } from '../std/host.ts';
import type { Ed25519 } from './ed25519.ts';

/** DER before a raw Ed25519 seed (PKCS#8) and before a raw public key (SPKI). */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Importing a key costs more than the verification; beyond this many keys all are forgotten. */
const LARGEST_CACHE = 10_000;
const publicKeys = new Map<string, KeyObject>();

/** Ed25519 of OpenSSL, for machines where sodium-native has no binary. */
export const nodeEd25519: Ed25519 = {
  verify: (message, signature, publicKey) =>
    verify(null, message, publicKeyOf(publicKey), signature),
  loadKey,
};

function publicKeyOf(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw).toString('latin1');
  const known = publicKeys.get(name);
  if (known) return known;
  if (publicKeys.size >= LARGEST_CACHE) publicKeys.clear();
  const key = createPublicKey({
    key: Buffer.concat([PUBLIC_PREFIX, raw]),
    format: 'der',
    type: 'spki',
  });
  publicKeys.set(name, key);
  return key;
}

/** OpenSSL keeps its own copy of the key, freed and wiped when the object is collected. */
function loadKey(seed: Uint8Array): SigningKey {
  const der = Buffer.concat([SEED_PREFIX, seed]);
  let key: KeyObject | undefined = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(-32),
    sign(message: Uint8Array): Uint8Array {
      invariant(key !== undefined, 'signing with a destroyed key');
      return sign(null, message, key);
    },
    destroy(): void {
      key = undefined;
    },
  };
}
