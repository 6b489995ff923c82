/**
 * A request that the exchange turns down, in the words and numbers of the reference. The number is
 * the public one where the public list has it and 0 (unknown) otherwise, but where clients have seen
 * another.
 */
export interface Refusal {
  readonly status: number;
  /** Code of the same refusal over the WebSocket. */
  readonly wsCode: number;
  readonly error: string;
  readonly code: number;
  readonly errorId?: string;
  /** `envelope` with success and data, `short` with error and code only, or the `bare` text. */
  readonly form: 'envelope' | 'short' | 'bare';
}

/** What an operation came to. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function accepted<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}

/** The body does not have the documented shape (the exchange's own words come from serde). */
export function malformed(problem: string): Refusal {
  return {
    status: 400,
    wsCode: 400,
    error: `Json deserialize error: ${problem}`,
    code: 400,
    form: 'short',
  };
}

/** A request that is well-formed and still invalid before it reaches the engine. */
export function invalid(error: string): Refusal {
  return { status: 400, wsCode: 400, error, code: 400, form: 'short' };
}

/** A refusal of the engine: HTTP 422, WebSocket 420. */
export function business(error: string, code = 0, errorId?: string): Refusal {
  return {
    status: 422,
    wsCode: 420,
    error,
    code,
    ...(errorId === undefined ? {} : { errorId }),
    form: 'envelope',
  };
}

export function notFound(error: string): Refusal {
  return { status: 404, wsCode: 400, error, code: 404, form: 'envelope' };
}

/** What histories without a row have answered to real clients. */
export const TIMED_OUT: Refusal = {
  status: 504,
  wsCode: 500,
  error: 'Request timed out',
  code: 504,
  form: 'short',
};

export const RATE_LIMITED: Refusal = {
  status: 429,
  wsCode: 429,
  error: 'Rate limit exceeded',
  code: 429,
  form: 'short',
};
