import { canonicalJson, type Json } from '../../../protocol/canonicalJson.ts';
import { HEADER_KEYS, headerSchema } from '../../../protocol/operations/header.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { Account } from '../accounts/account.ts';
import { maySignFrom } from '../accounts/agentKey.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { publicKeyOf } from './publicKeys.ts';
import { accepted, invalid, malformed, type Refusal, type Result, refused } from './refusal.ts';
import { checkSignature, checkTime, INVALID_KEY, type Verify } from './signatures.ts';

/**
 * Whose signature an operation needs: that of the account's own key, or also that of an agent key
 * that is bound to it.
 */
export type Signer = 'owner' | 'agent';

/** A request whose signature, clock and signer are good. */
export interface SignedRequest<Fields> {
  readonly fields: Fields;
  readonly address: string;
  /** `undefined` when the address is a key, but no account. */
  readonly account: Account | undefined;
}

type Body = Readonly<Record<string, Json>>;

/** How an operation's body is read. */
export interface Reading<Fields> {
  readonly operation: Operation<Fields>;
  readonly signer: Signer;
}

/**
 * Reads a signed body in the documented order: shape, then signature, then expiry, then whether the
 * agent key may act, from where the request came. What was signed is rebuilt from the values
 * received, sorted at every level.
 */
export function readSigned<Fields>(
  state: ExchangeState,
  verify: Verify,
  { operation, signer }: Reading<Fields>,
  body: unknown,
  peer: string,
): Result<SignedRequest<Fields>> {
  if (!isBody(body)) return refused(malformed('expected a JSON object'));
  const given = withoutNulls(body);
  const header = headerSchema.safeParse(given);
  if (!header.success) return refused(malformed(problemOf(header.error.issues, given)));
  const fields = operation.schema.safeParse(given);
  if (!fields.success) return refused(malformed(problemOf(fields.error.issues, given)));
  const { account: address, signature, timestamp } = header.data;
  if (publicKeyOf(address) === undefined) return refused(INVALID_KEY);
  const account = state.accounts.byAddress(address);
  const windowMs = header.data.expiry_window ?? state.settings.defaultExpiryMs;
  const agent = signer === 'agent' ? (header.data.agent_wallet ?? address) : address;
  const data = signedFields(body, fields.data);
  const text = canonicalJson({
    timestamp,
    expiry_window: windowMs,
    type: operation.type,
    data,
  });
  const refusal =
    checkSignature(state, verify, text, signature, agent) ??
    checkTime(state, timestamp, windowMs) ??
    checkAgent(account, address, agent, peer);
  if (refusal !== undefined) return refused(refusal);
  return accepted({ fields: fields.data, address, account });
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that is null is one that is not there. */
function withoutNulls(body: Body): Body {
  for (const key of Object.keys(body)) {
    if (body[key] !== null) continue;
    return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  }
  return body;
}

/** Every body field that is not of the header; `agent_wallet` too where the operation names one. */
function signedFields(body: Body, fields: unknown): Body {
  const named = Object.hasOwn(fields as object, 'agent_wallet') && body.agent_wallet !== null;
  const entries: [string, Json][] = [];
  for (const key of Object.keys(body)) {
    if (!HEADER_KEYS.has(key) || (named && key === 'agent_wallet')) {
      entries.push([key, body[key] as Json]);
    }
  }
  return Object.fromEntries(entries);
}

function checkAgent(
  account: Account | undefined,
  address: string,
  agent: string,
  peer: string,
): Refusal | undefined {
  if (agent === address) return undefined;
  const key = account?.agents.get(agent);
  if (key === undefined) return { ...invalid('Agent not authorized for account'), wsCode: 403 };
  if (maySignFrom(key, peer)) return undefined;
  const words = 'IP address not whitelisted for agent';
  return { ...invalid(words), status: 403, wsCode: 403, code: 403 };
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
    // Not String(): a body may bring a toString of its own.
    const found = typeof value === 'string' ? value : JSON.stringify(value);
    return `unknown variant \`${found}\`, expected one of ${known}`;
  }
  return `${name}: ${message}`;
}
