import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** A secret under AES-256-GCM, everything in lower-case hex. */
export interface Box {
  readonly ciphertext: string;
  readonly iv: string;
  readonly tag: string;
}

const TAG_BYTES = 16;
const IV_BYTES = 12;

/** Encrypts under a fresh random `iv` of 12 bytes; `bound` is what the secret is tied to. */
export function closeBox(key: Uint8Array, iv: Uint8Array, bound: string, secret: Uint8Array): Box {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  const ciphertext = cipher.update(secret);
  cipher.final();
  return { ciphertext: hex(ciphertext), iv: hex(iv), tag: hex(cipher.getAuthTag()) };
}

/** The secret, for the caller to wipe; throws when key, content or what it is bound to differ. */
export function openBox(key: Uint8Array, bound: string, box: Box): Buffer {
  const iv = bytesOf(box.iv, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(bytesOf(box.tag, TAG_BYTES));
  const secret = decipher.update(bytesOf(box.ciphertext));
  try {
    decipher.final();
    return secret;
  } catch (thrown) {
    secret.fill(0);
    throw thrown;
  }
}

/** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869); the caller wipes it. */
export function subkey(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The bytes that lower-case hex stands for; throws on anything else or another length. */
export function bytesOf(text: string, length?: number): Buffer {
  const bytes = Buffer.from(text, 'hex');
  if (hex(bytes) !== text || (length !== undefined && bytes.length !== length)) {
    throw new RangeError('not the expected bytes in hex');
  }
  return bytes;
}
