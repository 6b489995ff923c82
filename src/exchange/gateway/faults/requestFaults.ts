import { RATE_LIMITED, type Refusal } from '../../core/requests/refusal.ts';
import type { ArmedFault } from './armedFault.ts';

/** What a request is about. */
export interface RequestSubject {
  readonly transport: 'rest' | 'ws';
  /** The operation, or the path of a read below `/api/v1`. */
  readonly operation: string;
  readonly account: string | undefined;
}

/** What happens to a request instead of its answer. */
export interface Mishap {
  readonly at: 'before' | 'after';
  readonly act: 'answer' | 'silence' | 'cut';
  readonly refusal: Refusal;
}

const WORDS: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Request timed out',
};

/** The words of a failure: 500 is the exchange's own, the others come from what stands before it. */
export function failure(status: number): Refusal {
  if (status === 429) return RATE_LIMITED;
  const error = WORDS[status];
  return error === undefined
    ? { status, wsCode: status, error: 'Internal error', code: 0, form: 'envelope' }
    : { status, wsCode: status, error, code: status, form: 'bare' };
}

/** Requests that get another answer than theirs, or none, and errors without their `id`. */
export class RequestFaults {
  readonly #armed: readonly ArmedFault[];
  readonly #omitId: readonly ArmedFault[];

  constructor(armed: readonly ArmedFault[], omitId: readonly ArmedFault[]) {
    this.#armed = armed;
    this.#omitId = omitId;
  }

  get any(): boolean {
    return this.#armed.length > 0;
  }

  /** The first fault that strikes. */
  mishap(subject: RequestSubject, nowMs: number): Mishap | undefined {
    const struck = this.#armed.find((each) => concerns(each, subject) && each.strikes(nowMs));
    if (struck === undefined) return undefined;
    const { at = 'before', kind, status = 500 } = struck.fault;
    const act = kind === 'answer' ? 'answer' : kind === 'timeout' ? 'silence' : 'cut';
    return { at, act, refusal: failure(status) };
  }

  /** Whether an error over the WebSocket goes out without the `id` of its request. */
  omitsId(subject: RequestSubject, nowMs: number): boolean {
    return this.#omitId.some((each) => concerns(each, subject) && each.strikes(nowMs));
  }
}

function concerns({ fault }: ArmedFault, subject: RequestSubject): boolean {
  const { account, operation, transport } = fault;
  if (transport !== undefined && transport !== subject.transport) return false;
  if (operation !== undefined && operation !== subject.operation) return false;
  return account === undefined || account === subject.account;
}

/** The account that a body or a batch's first action names. */
export function accountIn(body: unknown): string | undefined {
  const { account, actions } = (body ?? {}) as { account?: unknown; actions?: unknown };
  if (typeof account === 'string') return account;
  const first = Array.isArray(actions) ? (actions[0] as { data?: unknown } | null) : undefined;
  const data = first?.data as { account?: unknown } | null | undefined;
  return typeof data?.account === 'string' ? data.account : undefined;
}
