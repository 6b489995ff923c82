import { ERROR_NAMES, NEVER_ANSWERED } from './errorNames.ts';

/**
 * What became of a request. `refused`: the exchange said no, nothing was admitted. `unknown`: it may
 * or may not have been admitted, and only the exchange's later evidence settles it.
 */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | Refused
  | { readonly kind: 'unknown'; readonly message: string };

export interface Refused {
  readonly kind: 'refused';
  /** 0 when no byte of the request left. */
  readonly status: number;
  readonly reason: RefusalReason;
  readonly message: string;
}

/** What to do about a refusal; decided by the error's name, message and status, never by the number. */
export type RefusalReason =
  /** Out of credits: later. */
  | 'rate-limited'
  /** It arrived after its window. */
  | 'expired'
  /** Wrong key, wrong canonical text, or a key that is not bound. */
  | 'signature'
  /** The key is right, the account may not do this. */
  | 'forbidden'
  /** The order, account, position or market does not exist. */
  | 'not-found'
  /** The name is taken. */
  | 'duplicate'
  | 'balance'
  | 'no-liquidity'
  | 'reduce-only'
  /** An open position, or what is there already, stands in the way. */
  | 'conflict'
  /** So many and no more: orders, stops, withdrawals, open interest. */
  | 'limit'
  /** The exchange does not do this at the moment. */
  | 'unavailable'
  /** The request itself is wrong. */
  | 'invalid'
  /** Nobody was there. */
  | 'unreachable'
  | 'other';

/** The first match counts, so what is special stands before what is general. */
const BY_MESSAGE: readonly (readonly [RegExp, RefusalReason])[] = [
  [/rate limit|too many requests/i, 'rate-limited'],
  [/invalid message|expired/i, 'expired'],
  [/not whitelisted|beta (access|code)|not a main account|restricted region/i, 'forbidden'],
  [/invalid transfer relationship|not allowed|cannot create other subaccounts/i, 'forbidden'],
  [
    /verification failed|invalid signature|not authorized|unauthori[sz]ed|invalid signer/i,
    'signature',
  ],
  [/duplicate client order id/i, 'duplicate'],
  [/already exists|with open position/i, 'conflict'],
  [/reduce[- ]only/i, 'reduce-only'],
  [/limit (reached|exceeded)/i, 'limit'],
  [/failed to cancel order|unused client order id/i, 'not-found'],
  [/(order|account|position|book|asset|cache)( history)? ?not ?found/i, 'not-found'],
  [/insufficient (spot )?balance|over withdrawal|immediate liquidation/i, 'balance'],
  [/no reasonable price/i, 'no-liquidity'],
  [/trading disabled|blocked|not active|not available|missing mark price/i, 'unavailable'],
  [/too low|too high|too far|too short|multiple of|missing field|unknown variant/i, 'invalid'],
  [/invalid|deserialize|\bexpected\b/i, 'invalid'],
];

/** For a refusal without words: 401 and 402 are the WebSocket's codes for signature and signer. */
const BY_STATUS: Readonly<Record<number, RefusalReason>> = {
  401: 'signature',
  402: 'signature',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
};

/**
 * The reason behind an error body: its stable name if it has one, else its message, else the status.
 * Two numbering schemes are in use, so the number is no basis (reference: errors).
 */
export function refusalReason(status: number, message: string, errorId?: string): RefusalReason {
  if (status === 429) return 'rate-limited';
  const named = errorId === undefined ? undefined : ERROR_NAMES[errorId.toLowerCase()];
  if (named !== undefined) return named;
  for (const [pattern, reason] of BY_MESSAGE) if (pattern.test(message)) return reason;
  return BY_STATUS[status] ?? 'other';
}

/**
 * The outcome of a status that is not success: 4xx says that nothing was admitted, unless it says
 * that the engine's answer was lost; 5xx, and anything that is no status at all, leaves it open.
 */
export function failureOf(status: number, message: string, errorId?: string): Outcome<never> {
  if (status >= 400 && status < 500 && !wasNotAnswered(message, errorId)) {
    return { kind: 'refused', status, reason: refusalReason(status, message, errorId), message };
  }
  return { kind: 'unknown', message: `status ${status}: ${message}` };
}

function wasNotAnswered(message: string, errorId: string | undefined): boolean {
  if (errorId !== undefined && NEVER_ANSWERED.has(errorId.toLowerCase())) return true;
  return /request timed out|response dropped|channel closed/i.test(message);
}
