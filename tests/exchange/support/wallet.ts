import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { decodeBase58, encodeBase58 } from '../../../src/protocol/base58.ts';
import type { Fields, Hall } from './hall.ts';

const PKCS8 = '302e020100300506032b657004220420';

/** A key pair that signs whole request bodies by itself, with Node's own Ed25519. */
export class Wallet {
  readonly address: string;
  readonly #key: KeyObject;

  constructor(seed: Uint8Array) {
    const der = Buffer.concat([Buffer.from(PKCS8, 'hex'), seed]);
    this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
    this.address = encodeBase58(new Uint8Array(spki.subarray(-32)));
  }

  /** The key whose 32 seed bytes count up from `first`, as the reference's throw-away keys do. */
  static from(first: number): Wallet {
    return new Wallet(Uint8Array.from({ length: 32 }, (_, i) => (first + i) & 0xff));
  }

  /** The owner's key of an account that the exchange made. */
  static of(hall: Hall, index: number): Wallet {
    const secret = decodeBase58(hall.account(index).secretKey, 64) as Uint8Array;
    return new Wallet(secret.slice(0, 32));
  }

  sign(message: string | Uint8Array): string {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    return encodeBase58(new Uint8Array(sign(null, bytes, this.#key)));
  }

  /**
   * A body signed by this key. `over` replaces header fields after signing. The data must have its
   * keys in order.
   */
  body(type: string, data: Fields, timestamp: number, over: Fields = {}): Fields {
    const expiry_window = 5000;
    const message = JSON.stringify({ data, expiry_window, timestamp, type });
    const signature = this.sign(message);
    return { account: this.address, signature, timestamp, expiry_window, ...data, ...over };
  }
}

/** Posts a body below `/api/v1`; answers the status and what came back, parsed where it is JSON. */
export async function post(
  hall: Hall,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<[number, unknown]> {
  const response = await hall.request('POST', `/api/v1${path}`, JSON.stringify(body), headers);
  try {
    return [response.status, JSON.parse(response.body)];
  } catch {
    return [response.status, response.body];
  }
}

/** The answer of what has nothing to say. */
export const DONE = [200, { success: true, data: null, error: null, code: null }];

/** Pays in, on loopback. */
export async function payIn(hall: Hall, account: string, amount: unknown): Promise<unknown> {
  const body = JSON.stringify({ account, amount });
  return JSON.parse((await hall.request('POST', '/admin/deposit', body)).body);
}

/** Creates a subaccount with both signatures. */
export function createSubaccount(
  hall: Hall,
  main: Wallet,
  sub: Wallet,
  over: Fields = {},
): Promise<[number, unknown]> {
  const timestamp = hall.nowMs;
  const expiry_window = 5000;
  const initiate = { data: { account: main.address }, expiry_window, timestamp };
  const subSignature = sub.sign(JSON.stringify({ ...initiate, type: 'subaccount_initiate' }));
  const confirm = { data: { signature: subSignature }, expiry_window, timestamp };
  return post(hall, '/account/subaccount/create', {
    main_account: main.address,
    subaccount: sub.address,
    main_signature: main.sign(JSON.stringify({ ...confirm, type: 'subaccount_confirm' })),
    sub_signature: subSignature,
    timestamp,
    expiry_window,
    ...over,
  });
}
