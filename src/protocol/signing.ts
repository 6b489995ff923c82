/** How long the exchange accepts a signed request after its timestamp, unless configured shorter. */
export const DEFAULT_EXPIRY_WINDOW_MS = 2000;

/** What every signed request carries besides its operation fields. */
export interface SigningHeader {
  /** Base58 address the operation acts for. */
  readonly account: string;
  /** Base58 public key of the bound agent key that signs. */
  readonly agentWallet: string;
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
export function signedBody(data: string, header: SigningHeader, signature: string): string {
  const fields = data.length > 2 ? `,${data.slice(1)}` : '}';
  return `{"account":"${header.account}","agent_wallet":"${header.agentWallet}","signature":"${signature}","timestamp":${header.timestampMs},"expiry_window":${header.expiryWindowMs}${fields}`;
}
