import { decodeBase58 } from '../../../protocol/base58.ts';
import type { Json } from '../../../protocol/canonicalJson.ts';
import type { HeaderFields } from '../../../protocol/operations/header.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { publicKeyOf } from './publicKeys.ts';
import { invalid, malformed, type Refusal } from './refusal.ts';

/** Ed25519 over the bytes of a message. */
export type Verify = (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean;

/** A signature as it stands in a body: base58, or an object that names how it was made. */
type Signature = HeaderFields['signature'];

/** Hardware wallets sign a Solana off-chain message: this, then version, format and length. */
const OFF_CHAIN = [0xff, ...new TextEncoder().encode('solana offchain')];
/** Formats of an off-chain message: restricted ASCII, or UTF-8 that a device can still show. */
const FORMATS = [0, 1];

/** An address that is no public key. */
export const INVALID_KEY: Refusal = { ...invalid('Invalid public key'), wsCode: 402, form: 'bare' };

const encoder = new TextEncoder();

/** Refuses what `signer`, a base58 public key, has not signed. */
export function checkSignature(
  { settings }: ExchangeState,
  verify: Verify,
  text: string,
  signature: Signature,
  signer: string,
): Refusal | undefined {
  const publicKey = publicKeyOf(signer);
  if (publicKey === undefined) return INVALID_KEY;
  const [kind, value] =
    typeof signature === 'string' ? ['raw', signature] : [signature.type, signature.value];
  if (kind !== 'raw' && kind !== 'hardware') {
    return malformed(`unknown variant \`${kind}\`, expected \`raw\` or \`hardware\``);
  }
  const bytes = decodeBase58(value as string, 64);
  if (bytes === undefined) return { ...invalid('Invalid signature'), wsCode: 401, form: 'bare' };
  const message = encoder.encode(text);
  const signed = kind === 'raw' ? [message] : FORMATS.map((format) => offChain(message, format));
  if (signed.some((each) => verify(each, bytes, publicKey))) return undefined;
  if (settings.signatureFailure === 'bare') {
    return { ...invalid('Verification failed'), wsCode: 401, form: 'bare' };
  }
  return {
    ...invalid('Verification failed: signature does not match signer and canonical payload.'),
    errorId: 'signature_verification_failed',
    wsCode: 401,
    form: 'envelope',
  };
}

/** How a signature may stand in a message that contains it: its value, or the whole object. */
export function signatureForms(signature: Signature): Json[] {
  return typeof signature === 'string' ? [signature] : [signature.value, { ...signature }];
}

/** Refuses a timestamp whose window has passed, or that lies too far ahead. */
export function checkTime(
  { nowMs, settings }: ExchangeState,
  timestamp: number,
  windowMs: number,
): Refusal | undefined {
  const ahead = settings.futureTimestamps === 'within-window' ? windowMs : 0;
  if (timestamp + windowMs >= nowMs && timestamp <= nowMs + ahead) return undefined;
  return { ...invalid('Invalid message'), form: 'bare' };
}

/** An off-chain message of version 0, as a hardware wallet signs it. */
function offChain(message: Uint8Array, format: number): Uint8Array {
  const { length } = message;
  return Uint8Array.from([...OFF_CHAIN, 0, format, length & 0xff, length >> 8, ...message]);
}
