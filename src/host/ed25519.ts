import type { SigningKey } from '../std/host.ts';

/** Ed25519 as one library offers it; keys and signatures have the right length. */
export interface Ed25519 {
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  loadKey(seed: Uint8Array): SigningKey;
}
