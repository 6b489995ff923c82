import { timingSafeEqual } from 'node:crypto';
import { decodeBase58, encodeBase58 } from '../protocol/base58.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { Crypto } from '../std/host.ts';
import { AgentKey } from './agentKey.ts';

/** An agent key as the exchange hands it out and people paste it. */
export interface AgentKeyText {
  /** Base58 address. */
  readonly account: string;
  readonly main?: string | undefined;
  /** Base58 of 64 bytes: the seed, then the public key. */
  readonly secretKey: string;
  /** Value of the `PF-API-KEY` header. */
  readonly apiKey?: string | undefined;
}

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;

/**
 * Decodes and checks an agent key. `where` begins the sentence of a refusal (`KEY_INVALID`), such as
 * `accounts[3]`; no refusal repeats any part of the secret.
 */
export function parseAgentKey(
  text: AgentKeyText,
  where: string,
  crypto: Pick<Crypto, 'loadKey'>,
): AgentKey {
  checkAddress(text.account, `${where}: the account`);
  if (text.main !== undefined) checkAddress(text.main, `${where}: the main account`);
  if (!BASE58.test(text.secretKey)) throw refusal(`${where}: the secret key is not base58`);
  const secret = decodeSecret(text.secretKey);
  if (secret === undefined) {
    throw refusal(`${where}: the secret key is not the base58 of 64 bytes (seed and public key)`);
  }
  try {
    checkHalves(secret, where, crypto);
    const publicKey = encodeBase58(secret.subarray(32));
    refuseOwnerKey({ account: text.account, publicKey }, where);
    const apiKey = text.apiKey === undefined ? undefined : Buffer.from(text.apiKey, 'utf8');
    const { account, main } = text;
    return new AgentKey({ account, main, publicKey }, secret.slice(0, 32), apiKey);
  } finally {
    secret.fill(0);
  }
}

/** The desk holds agent keys only: with an owner's key a thief could withdraw. */
export function refuseOwnerKey(
  key: { readonly account: string; readonly publicKey: string },
  where: string,
): void {
  if (key.publicKey !== key.account) return;
  throw refusal(
    `${where}: this is the key of the account's owner, which could withdraw its funds: bind an agent key and use that`,
  );
}

function decodeSecret(text: string): Uint8Array | undefined {
  try {
    return decodeBase58(text, 64);
  } finally {
    // The codec works in memory of its own: this overwrites the digits of the secret there.
    decodeBase58('1'.repeat(64), 64);
  }
}

function checkHalves(secret: Uint8Array, where: string, crypto: Pick<Crypto, 'loadKey'>): void {
  const key = crypto.loadKey(secret.subarray(0, 32));
  try {
    if (!timingSafeEqual(key.publicKey, secret.subarray(32))) {
      throw refusal(`${where}: the two halves of the secret key do not belong together`);
    }
  } finally {
    key.destroy();
  }
}

function checkAddress(address: string, what: string): void {
  if (decodeBase58(address, 32) === undefined) {
    throw refusal(`${what} is not a base58 address of 32 bytes, got ${JSON.stringify(address)}`);
  }
}

function refusal(sentence: string): BreakwaterError {
  return new BreakwaterError('KEY_INVALID', sentence);
}
