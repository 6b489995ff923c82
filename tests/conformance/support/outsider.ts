import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { base58 } from '@scure/base';

// What somebody outside would write from the documents alone: nothing here comes from src/.

export type Fields = Readonly<Record<string, unknown>>;

/** DER around a raw Ed25519 seed and a raw public key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Whoever holds a key pair and signs requests with it. */
export class Outsider {
  readonly address: string;
  readonly secretKey: string;
  readonly #key: KeyObject;

  /** `secretKey`: base58 of seed and public key. */
  constructor(secretKey: string) {
    const bytes = base58.decode(secretKey);
    this.secretKey = secretKey;
    this.address = base58.encode(bytes.subarray(32));
    const der = Buffer.concat([PKCS8, bytes.subarray(0, 32)]);
    this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }

  /** A key pair that follows from a name. */
  static named(name: string): Outsider {
    const seed = createHash('sha256').update(name).digest();
    const key = createPrivateKey({
      key: Buffer.concat([PKCS8, seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
    return new Outsider(base58.encode(Buffer.concat([seed, publicKey])));
  }

  /** The signature of an operation, base58. */
  signature(type: string, header: Fields, data: Fields): string {
    return this.over(canonical({ ...header, type, data }));
  }

  /** The signature of a message, base58. */
  over(message: string | Uint8Array): string {
    return base58.encode(sign(null, Buffer.from(message as string), this.#key));
  }
}

/** Compact JSON with sorted keys at every level. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

/** Whether `signature` (base58) is that of `message` by `address`. Never throws. */
export function isSignatureOf(
  address: unknown,
  message: string | Uint8Array,
  signature: unknown,
): boolean {
  try {
    const raw = base58.decode(address as string);
    const key = createPublicKey({
      key: Buffer.concat([SPKI, raw]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, Buffer.from(message as string), key, base58.decode(signature as string));
  } catch {
    return false;
  }
}
