import { hash, randomBytes } from 'node:crypto';
import type { Crypto } from '../std/host.ts';
import type { Ed25519 } from './ed25519.ts';
import { nodeEd25519 } from './nodeEd25519.ts';
import { loadSodiumEd25519 } from './sodiumEd25519.ts';

/** libsodium where its binary loads (twice as fast, keys in locked memory), else OpenSSL. */
export function createNodeCrypto(ed25519: Ed25519 = loadSodiumEd25519() ?? nodeEd25519): Crypto {
  return {
    sha256Hex: (text) => hash('sha256', text, 'hex'),
    verify: (message, signature, publicKey) =>
      signature.length === 64 &&
      publicKey.length === 32 &&
      ed25519.verify(message, signature, publicKey),
    loadKey: (seed) => {
      if (seed.length !== 32) throw new RangeError(`a seed has 32 bytes, not ${seed.length}`);
      return ed25519.loadKey(seed);
    },
    randomBytes: (count) => randomBytes(count),
  };
}
