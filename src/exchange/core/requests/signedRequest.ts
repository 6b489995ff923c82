import { decodeBase58 } from '../../../protocol/base58.ts';
import { canonicalJson, type Json } from '../../../protocol/canonicalJson.ts';
import {
  HEADER_KEYS,
  type HeaderFields,
  headerSchema,
} from '../../../protocol/operations/header.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { accepted, invalid, malformed, type Refusal, type Result, refused } from './refusal.ts';

/** Ed25519 over the bytes of a message. */
export type Verify = (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean;

/** A request whose signature, clock and signer are good. */
export interface SignedRequest<Fields> {
  readonly fields: Fields;
  readonly address: string;
  /** `undefined` when the address is a key, but no account. */
  readonly account: Account | undefined;
}

type Body = Readonly<Record<string, Json>>;

const encoder = new TextEncoder();

/**
 * Reads a signed body in the documented order: shape, then signature, then expiry, then whether the
 * agent key may act. What was signed is rebuilt from the values received, sorted at every level.
 */
export function readSigned<Fields>(
  state: ExchangeState,
  verify: Verify,
  operation: Operation<Fields>,
  body: unknown,
): Result<SignedRequest<Fields>> {
  if (!isBody(body)) return refused(malformed('expected a JSON object'));
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const header = headerSchema.safeParse(given);
  if (!header.success) return refused(malformed(problemOf(header.error.issues, given)));
  const fields = operation.schema.safeParse(given);
  if (!fields.success) return refused(malformed(problemOf(fields.error.issues, given)));
  const account = state.accounts.byAddress(header.data.account);
  const refusal =
    checkSignature(state, verify, operation.type, header.data, body) ??
    checkTime(state, header.data) ??
    checkAgent(account, header.data);
  if (refusal !== undefined) return refused(refusal);
  return accepted({ fields: fields.data, address: header.data.account, account });
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkSignature(
  state: ExchangeState,
  verify: Verify,
  type: string,
  header: HeaderFields,
  body: Body,
): Refusal | undefined {
  const signer = header.agent_wallet ?? header.account;
  const publicKey = decodeBase58(signer, 32);
  if (publicKey === undefined || decodeBase58(header.account, 32) === undefined) {
    return { ...invalid('Invalid public key'), wsCode: 402, form: 'bare' };
  }
  const { signature } = header;
  const bytes = typeof signature === 'string' ? decodeBase58(signature, 64) : undefined;
  if (bytes === undefined) return { ...invalid('Invalid signature'), wsCode: 401, form: 'bare' };
  const message = encoder.encode(signedText(state, type, header, body));
  if (verify(message, bytes, publicKey)) return undefined;
  if (state.settings.signatureFailure === 'bare') {
    return { ...invalid('Verification failed'), wsCode: 401, form: 'bare' };
  }
  return {
    ...invalid('Verification failed: signature does not match signer and canonical payload.'),
    errorId: 'signature_verification_failed',
    wsCode: 401,
    form: 'envelope',
  };
}

/** The message that the client must have signed: every body field that is not of the header. */
function signedText(state: ExchangeState, type: string, header: HeaderFields, body: Body): string {
  const data = Object.fromEntries(Object.entries(body).filter(([key]) => !HEADER_KEYS.has(key)));
  return canonicalJson({
    timestamp: header.timestamp,
    expiry_window: header.expiry_window ?? state.settings.defaultExpiryMs,
    type,
    data,
  });
}

function checkTime(state: ExchangeState, header: HeaderFields): Refusal | undefined {
  const { nowMs, settings } = state;
  const window = header.expiry_window ?? settings.defaultExpiryMs;
  const ahead = settings.futureTimestamps === 'within-window' ? window : 0;
  const { timestamp } = header;
  if (timestamp + window >= nowMs && timestamp <= nowMs + ahead) return undefined;
  return { ...invalid('Invalid message'), form: 'bare' };
}

function checkAgent(account: Account | undefined, header: HeaderFields): Refusal | undefined {
  const agent = header.agent_wallet ?? undefined;
  if (agent === undefined || agent === header.account || account?.agents.has(agent)) {
    return undefined;
  }
  return { ...invalid('Agent not authorized for account'), wsCode: 403 };
}

interface Issue {
  readonly code: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly values?: readonly unknown[];
}

/** The first problem of a body in the words of the exchange's own parser. */
export function problemOf(issues: readonly Issue[], body: unknown): string {
  const { code, message, path, values } = issues[0] as Issue;
  const name = path.join('.');
  if (name === '') return message;
  let value: unknown = body;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  if (value === undefined) return `missing field \`${String(path.at(-1))}\``;
  if (code === 'invalid_value' && values !== undefined) {
    const known = values.map((each) => `\`${String(each)}\``).join(', ');
    return `unknown variant \`${String(value)}\`, expected one of ${known}`;
  }
  return `${name}: ${message}`;
}
