import { hex, openBox, subkey } from './box.ts';
import type { DeriveKey } from './passphraseKey.ts';
import { dekBinding, isSealed, sameBytes, type VaultContent } from './vaultContent.ts';

/**
 * Runs `use` with the key that wraps the data key and with the commitment to it. AES-GCM alone does
 * not commit to its key: the commitment is a value that only this passphrase gives.
 */
export function withPassphrase<Result>(
  derive: DeriveKey,
  passphrase: Uint8Array,
  { memoryKiB, passes, lanes, salt }: VaultContent['kdf'],
  use: (wrapKey: Buffer, commitment: string) => Result,
): Result {
  const kek = derive(passphrase, Buffer.from(salt, 'hex'), { memoryKiB, passes, lanes });
  const wrapKey = subkey(kek, 'deskvault/1 wrap');
  try {
    return use(wrapKey, hex(subkey(kek, 'deskvault/1 commitment')));
  } finally {
    wrapKey.fill(0);
    kek.fill(0);
  }
}

/** The data key of a file that is, to the byte, what its writer sealed; throws otherwise. */
export function unwrapDataKey(
  derive: DeriveKey,
  passphrase: Uint8Array,
  content: VaultContent,
  seal: string,
): Buffer {
  const dek = withPassphrase(derive, passphrase, content.kdf, (wrapKey, commitment) => {
    if (!sameBytes(commitment, content.commitment)) throw new RangeError('another key');
    return openBox(wrapKey, dekBinding(content), content.dek);
  });
  try {
    if (isSealed(content, seal, dek)) return dek;
    throw new RangeError('another seal');
  } catch (thrown) {
    dek.fill(0);
    throw thrown;
  }
}
