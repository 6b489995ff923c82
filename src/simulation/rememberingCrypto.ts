import type { Crypto, SigningKey } from '../std/host.ts';

/**
 * `inner`, except that a signature which it made itself for the same message and key is known to be
 * good without the arithmetic: most of a simulated exchange's time. Everything else is verified.
 */
export function createRememberingCrypto(inner: Crypto): Crypto {
  const made = new Set<string>();
  return {
    ...inner,
    loadKey: (seed) => remember(inner.loadKey(seed), made),
    verify: (message, signature, publicKey) =>
      // One use each, so that a long run does not remember for ever.
      made.delete(nameOf(message, signature, publicKey)) ||
      inner.verify(message, signature, publicKey),
  };
}

function remember(key: SigningKey, made: Set<string>): SigningKey {
  return {
    publicKey: key.publicKey,
    sign: (message) => {
      const signature = key.sign(message);
      made.add(nameOf(message, signature, key.publicKey));
      return signature;
    },
    destroy: () => key.destroy(),
  };
}

function nameOf(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): string {
  return [signature, publicKey, message].map((part) => Buffer.from(part).toString('latin1')).join();
}
