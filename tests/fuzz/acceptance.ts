import { ACTIONS } from '../conformance/support/documented.ts';
import { canonical, isSignatureOf } from '../conformance/support/outsider.ts';
import type { Json } from './mutations.ts';

type Body = { readonly [key: string]: Json | undefined };

/** Which keys of a body are never part of the signed data. */
const HEADER = ['account', 'agent_wallet', 'signature', 'timestamp', 'expiry_window'];
/** Operations that name an agent key as a field, which is signed; only the owner signs them. */
const NAMES_AGENT = new Set([
  'bind_agent_wallet',
  'revoke_agent_wallet',
  'add_agent_whitelisted_ip',
  'remove_agent_whitelisted_ip',
  'set_agent_ip_whitelist_enabled',
]);
const DEFAULT_WINDOW_MS = 30_000;
const OFFCHAIN = Buffer.from('ff736f6c616e61206f6666636861696e0000', 'hex');

/**
 * Why an exchange must not accept this body, by a reading of the rules that shares nothing with it;
 * `undefined` when it may. `isBound` tells whether a key was ever bound to an account.
 */
export function whyUnacceptable(
  type: string,
  body: unknown,
  nowMs: number,
  isBound: (account: unknown, agent: unknown) => boolean,
): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'no object';
  if (type === 'batch') return whyBadBatch(body as Body, nowMs, isBound);
  if (type === 'create_subaccount') return whyBadPair(body as Body, nowMs);
  const { account, agent_wallet: agent, expiry_window, signature, timestamp } = body as Body;
  const windowMs = expiry_window ?? DEFAULT_WINDOW_MS;
  const late = whyLate(timestamp, windowMs, nowMs);
  if (late !== undefined) return late;
  const named = NAMES_AGENT.has(type);
  const kept = named ? HEADER.filter((key) => key !== 'agent_wallet') : HEADER;
  const data = Object.fromEntries(Object.entries(body).filter(([key]) => !kept.includes(key)));
  const signer = named ? account : (agent ?? account);
  if (signer !== account && !isBound(account, signer)) return 'the agent key is not bound';
  const text = canonical({ timestamp, expiry_window: windowMs, type, data });
  return isSigned(signer, text, signature) ? undefined : 'the signature is not of this body';
}

function whyBadBatch(
  { actions }: Body,
  nowMs: number,
  isBound: (account: unknown, agent: unknown) => boolean,
): string | undefined {
  if (!Array.isArray(actions) || actions.length < 1 || actions.length > 10) return 'actions';
  for (const action of actions as unknown as Body[]) {
    const type = ACTIONS[String(action?.type)];
    if (type === undefined) return 'unknown action';
    const why = whyUnacceptable(type, action.data, nowMs, isBound);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyBadPair(body: Body, nowMs: number): string | undefined {
  const { expiry_window, main_account, main_signature, sub_signature, subaccount, timestamp } =
    body;
  const windowMs = expiry_window ?? DEFAULT_WINDOW_MS;
  const header = { timestamp, expiry_window: windowMs };
  const initiate = { ...header, type: 'subaccount_initiate', data: { account: main_account } };
  const confirm = { ...header, type: 'subaccount_confirm', data: { signature: sub_signature } };
  if (!isSigned(subaccount, canonical(initiate), sub_signature)) return 'sub_signature';
  if (!isSigned(main_account, canonical(confirm), main_signature)) return 'main_signature';
  return whyLate(timestamp, windowMs, nowMs);
}

function isSigned(signer: unknown, text: string, signature: Json | undefined): boolean {
  if (typeof signature !== 'object' || signature === null || Array.isArray(signature)) {
    return isSignatureOf(signer, text, signature);
  }
  // A hardware wallet signs an off-chain message: prefix, format 0, length, text.
  const bytes = Buffer.from(text);
  const length = Buffer.from([bytes.length & 255, bytes.length >> 8]);
  return isSignatureOf(signer, Buffer.concat([OFFCHAIN, length, bytes]), signature.value);
}

function whyLate(timestamp: unknown, windowMs: unknown, nowMs: number): string | undefined {
  if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(windowMs)) return 'header';
  const at = timestamp as number;
  const window = windowMs as number;
  if (at + window < nowMs) return 'expired';
  return at > nowMs + window ? 'from the future' : undefined;
}
