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

/** A closed range of times. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
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

  /** `true` or `false`; `byDefault` when it is absent. */
  flag<T>(name: string, byDefault: T): Result<boolean | T> {
    const text = this.optional(name);
    if (text === undefined) return accepted(byDefault);
    return text === 'true' || text === 'false'
      ? accepted(text === 'true')
      : refused(invalidQuery(`${name}: provided string was not \`true\` or \`false\``));
  }

  /** A decimal number; `byDefault` when it is absent. */
  decimal(name: string, byDefault: number): Result<number> {
    const text = this.optional(name);
    if (text === undefined) return accepted(byDefault);
    return /^-?\d{1,15}(\.\d{1,24})?$/.test(text)
      ? accepted(Number(text))
      : refused(invalidQuery(`${name}: Invalid decimal: ${text}`));
  }

  /** A closed range of times, `start_time` and `end_time` in ms; everything by default. */
  range(): Result<TimeRange> {
    const from = this.integer('start_time', 0);
    if (!from.ok) return from;
    const to = this.integer('end_time', Number.MAX_SAFE_INTEGER);
    return to.ok ? accepted({ fromMs: from.value, toMs: to.value }) : to;
  }

  /** A number of rows, held within 1 and `most`. */
  limit(byDefault: number, most: number, name = 'limit'): Result<number> {
    const count = this.integer(name, byDefault);
    return count.ok ? accepted(Math.min(most, Math.max(1, count.value))) : count;
  }

  /** `limit` (100 by default, held within 1 to 4000) and the opaque `cursor`. */
  page(): Result<PageQuery> {
    const limit = this.limit(100, 4000);
    if (!limit.ok) return limit;
    const cursor = this.optional('cursor');
    if (cursor !== undefined && !CURSOR.test(cursor)) {
      return refused(invalidQuery('cursor: invalid cursor'));
    }
    return accepted({
      limit: limit.value,
      before: cursor === undefined ? undefined : Number.parseInt(cursor, 36),
    });
  }
}
