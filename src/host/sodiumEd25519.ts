import { createRequire } from 'node:module';
import { invariant } from '../std/assert.ts';
import type { SigningKey } from '../std/host.ts';
import type { Ed25519 } from './ed25519.ts';

/** What we use of sodium-native, which ships no types. */
interface Sodium {
  sodium_malloc(size: number): Buffer;
  sodium_free(memory: Buffer): void;
  sodium_mprotect_readonly(memory: Buffer): void;
  crypto_sign_seed_keypair(publicKey: Buffer, secretKey: Buffer, seed: Uint8Array): void;
  crypto_sign_detached(signature: Buffer, message: Uint8Array, secretKey: Buffer): void;
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ): boolean;
}

/** Ed25519 of libsodium, or `undefined` where its binary does not load. */
export function loadSodiumEd25519(): Ed25519 | undefined {
  let sodium: Sodium;
  try {
    sodium = createRequire(import.meta.url)('sodium-native') as Sodium;
  } catch {
    return undefined;
  }
  return {
    verify: (message, signature, publicKey) =>
      sodium.crypto_sign_verify_detached(signature, message, publicKey),
    loadKey: (seed) => loadKey(sodium, seed),
  };
}

/** The secret lives in guarded memory: locked where the system allows, wiped when freed. */
function loadKey(sodium: Sodium, seed: Uint8Array): SigningKey {
  const publicKey = Buffer.alloc(32);
  const secretKey = sodium.sodium_malloc(64);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed);
  sodium.sodium_mprotect_readonly(secretKey);
  let loaded = true;
  return {
    publicKey,
    sign(message: Uint8Array): Uint8Array {
      invariant(loaded, 'signing with a destroyed key');
      const signature = Buffer.allocUnsafe(64);
      sodium.crypto_sign_detached(signature, message, secretKey);
      return signature;
    },
    destroy(): void {
      if (loaded) sodium.sodium_free(secretKey);
      loaded = false;
    },
  };
}
