/**
 * Errors that people or scripts decide on. Identity is the `code`, not the class: Jest, workers and
 * duplicated packages each bring their own classes, so `instanceof` is not reliable.
 * Codes are stable and never reused; `docs/errors.md` lists cause and remedy of each.
 */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'USAGE'
  | 'TAPE_INVALID'
  | 'KEY_INVALID'
  | 'VAULT_INVALID'
  | 'VAULT_LOCKED'
  | 'EXCHANGE_UNREACHABLE'
  | 'EXCHANGE_REFUSED'
  | 'EXCHANGE_UNKNOWN_OUTCOME'
  | 'EXCHANGE_PROTOCOL'
  | 'PORT_BUSY'
  | 'LOG_INVALID'
  | 'LOG_WRITE'
  | 'LOCKED'
  | 'NUMBER_INVALID'
  | 'CHECK_FAILED';

const BRAND = 'breakwater.error';

/** One clear sentence (what, where, what was expected) with a stable code. */
export class BreakwaterError extends Error {
  override readonly name: string = 'BreakwaterError';
  readonly code: ErrorCode;
  readonly brand: string = BRAND;

  constructor(code: ErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}

/** True for our own errors, from whichever realm or copy of the module they come. */
export function isBreakwaterError(value: unknown): value is BreakwaterError {
  return typeof value === 'object' && value !== null && 'brand' in value && value.brand === BRAND;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
    return String(thrown.message);
  }
  return String(thrown);
}
