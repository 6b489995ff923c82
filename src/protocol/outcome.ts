/**
 * What became of a request. `refused`: the exchange said no, nothing was admitted. `unknown`: it may
 * or may not have been admitted, and only the exchange's later evidence settles it.
 */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: RefusalReason;
      readonly message: string;
    }
  | { readonly kind: 'unknown'; readonly message: string };

/** What the desk does about a refusal; decided by message and status, never by the number. */
export type RefusalReason =
  | 'rate-limited'
  | 'expired'
  | 'signature'
  | 'not-found'
  | 'duplicate'
  | 'balance'
  | 'no-liquidity'
  | 'reduce-only'
  | 'invalid'
  | 'unreachable'
  | 'other';

const BY_MESSAGE: readonly (readonly [RegExp, RefusalReason])[] = [
  [/rate limit/i, 'rate-limited'],
  [/invalid message|expired/i, 'expired'],
  [
    /verification failed|invalid signature|not authorized|unauthori[sz]ed|invalid signer/i,
    'signature',
  ],
  [/duplicate client order id/i, 'duplicate'],
  [/failed to cancel order|order not found|unused client order id|account not found/i, 'not-found'],
  [/insufficient balance|immediate liquidation/i, 'balance'],
  [/no reasonable price/i, 'no-liquidity'],
  [/reduce-only/i, 'reduce-only'],
  [/too low|too high|too far|multiple of|missing field|book not found|invalid/i, 'invalid'],
];

/** For a refusal without words: 401 and 402 are the WebSocket's codes for signature and signer. */
const BY_STATUS: Readonly<Record<number, RefusalReason>> = {
  401: 'signature',
  402: 'signature',
  404: 'not-found',
};

/**
 * The reason behind an error body. Two numbering schemes are in use, so the number is no basis
 * (reference: errors).
 */
export function refusalReason(status: number, message: string): RefusalReason {
  if (status === 429) return 'rate-limited';
  for (const [pattern, reason] of BY_MESSAGE) if (pattern.test(message)) return reason;
  return BY_STATUS[status] ?? 'other';
}

/**
 * The outcome of a status that is not success: 4xx says that nothing was admitted; 5xx, and anything
 * that is no status at all, leaves it open.
 */
export function failureOf(status: number, message: string): Outcome<never> {
  if (status >= 400 && status < 500) {
    return { kind: 'refused', status, reason: refusalReason(status, message), message };
  }
  return { kind: 'unknown', message: `status ${status}: ${message}` };
}
