/** How long the exchange accepts a signed request after its timestamp, unless configured shorter. */
export const DEFAULT_EXPIRY_WINDOW_MS = 2000;

/** What every signed request carries besides its operation fields. */
export interface SigningHeader {
  /** Base58 address the operation acts for. */
  readonly account: string;
  /** Base58 public key of the bound agent key that signs; `null` when the account's own key does. */
  readonly agentWallet: string | null;
  /** Wall milliseconds at signing. */
  readonly timestampMs: number;
  readonly expiryWindowMs: number;
}

/**
 * The text to sign. Keys are in canonical order (data, expiry_window, timestamp, type) and `data` is
 * canonical already: each operation writes its own fields in sorted order.
 */
export function canonicalMessage(type: string, data: string, header: SigningHeader): string {
  return `{"data":${data},"expiry_window":${header.expiryWindowMs},"timestamp":${header.timestampMs},"type":"${type}"}`;
}

/** The request body: the header fields, then the operation fields unwrapped. */
export function signedBody(data: string, header: SigningHeader, signature: Signature): string {
  const fields = data.length > 2 ? `,${data.slice(1)}` : '}';
  const agent = header.agentWallet === null ? 'null' : `"${header.agentWallet}"`;
  const signed = typeof signature === 'string' ? `"${signature}"` : JSON.stringify(signature);
  return `{"account":"${header.account}","agent_wallet":${agent},"signature":${signed},"timestamp":${header.timestampMs},"expiry_window":${header.expiryWindowMs}${fields}`;
}

/** Base58 of the 64 bytes; from a hardware wallet with a word that says so. */
export type Signature = string | { readonly type: 'hardware'; readonly value: string };

/** `0xFF "solana offchain"`, version 0, format 0 (restricted ASCII). */
const OFFCHAIN_PREFIX = '\xffsolana offchain\0\0';

/**
 * The bytes that a hardware wallet signs in place of the message: Solana's off-chain form of it
 * (layout of version 0 as the Solana tools have it). The message is ASCII, shorter than 64 kB.
 */
export function hardwareBytes(message: string): Uint8Array {
  const { length } = message;
  const text = `${OFFCHAIN_PREFIX}${String.fromCharCode(length & 0xff, length >> 8)}${message}`;
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
