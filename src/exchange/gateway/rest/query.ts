import {
  accepted,
  invalid,
  type Refusal,
  type Result,
  refused,
} from '../../core/requests/refusal.ts';

/** Rows of one page of a history, and the key below which it starts. */
export interface PageQuery {
  readonly limit: number;
  readonly before: number | undefined;
}

const CURSOR = /^[0-9a-z]{1,10}$/;

/** A query string that does not say what the route needs. */
export function invalidQuery(problem: string): Refusal {
  return invalid(`Query deserialize error: ${problem}`);
}

/** The parameters of a GET. */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(text: string) {
    this.#parameters = new URLSearchParams(text);
  }

  optional(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  required(name: string): Result<string> {
    const value = this.optional(name);
    return value === undefined
      ? refused(invalidQuery(`missing field \`${name}\``))
      : accepted(value);
  }

  /** A non-negative integer; required when there is no default. */
  integer(name: string, byDefault: number | undefined): Result<number> {
    const text = this.optional(name);
    if (text === undefined && byDefault !== undefined) return accepted(byDefault);
    if (text === undefined) return refused(invalidQuery(`missing field \`${name}\``));
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value)
      ? accepted(value)
      : refused(invalidQuery(`${name}: invalid digit found in string`));
  }

  /** `limit` (100 by default, held within 1 to 4000) and the opaque `cursor`. */
  page(): Result<PageQuery> {
    const limit = this.integer('limit', 100);
    if (!limit.ok) return limit;
    const cursor = this.optional('cursor');
    if (cursor !== undefined && !CURSOR.test(cursor)) {
      return refused(invalidQuery('cursor: invalid cursor'));
    }
    return accepted({
      limit: Math.min(4000, Math.max(1, limit.value)),
      before: cursor === undefined ? undefined : Number.parseInt(cursor, 36),
    });
  }
}
