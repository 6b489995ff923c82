import { z } from 'zod';
import { integer, label } from '../fields.ts';
import type { Credits } from '../frames/frame.ts';
import { failureOf, type Outcome } from '../outcome.ts';
import { parseJson } from '../parseJson.ts';

const envelopeSchema = z.object({
  success: z.boolean().nullish(),
  // Errors have none, and zod takes an unknown field for a required one.
  data: z.unknown().optional(),
  error: z.string().nullish(),
  error_id: z.string().nullish(),
  last_order_id: integer.nullish(),
  next_cursor: label.nullish(),
  has_more: z.boolean().nullish(),
});

/** The parts of a REST answer around its data. */
export interface Envelope {
  readonly data: unknown;
  /** Exchange-wide order counter when the answer was made; 0 when absent. */
  readonly lastOrderId: number;
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor: string | undefined;
}

/**
 * Reads any REST answer: the usual envelope, the short error form, a bare string, or the HTML of a
 * proxy. A 2xx that can't be read, or contradicts itself, is an unknown outcome, not a failure.
 */
export function readEnvelope(status: number, body: string): Outcome<Envelope> {
  const start = body.slice(0, 200);
  let json: unknown;
  try {
    json = parseJson(body);
  } catch {
    return failureOf(status, start);
  }
  if (typeof json === 'string') return failureOf(status, json);
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) return failureOf(status, start);
  const { success, data, error, last_order_id, next_cursor, has_more } = parsed.data;
  const errorId = parsed.data.error_id ?? undefined;
  if (status < 200 || status >= 300) return failureOf(status, error ?? start, errorId);
  const failed = typeof error === 'string';
  if (success === false || (failed && success !== true)) {
    return failureOf(422, error ?? start, errorId);
  }
  const answered = success !== true && data === undefined && isBare(json) ? json : data;
  if (failed || (success !== true && answered === undefined)) return failureOf(status, start);
  return {
    kind: 'ok',
    value: {
      data: answered,
      lastOrderId: last_order_id ?? 0,
      nextCursor: has_more === true && next_cursor ? next_cursor : undefined,
    },
  };
}

/** What operations answer; the documents print some of these without the envelope around them. */
const RESULTS = [
  'order_id',
  'cancelled_count',
  'results',
  'api_key',
  'active_api_keys',
  'agent_wallets',
  'subaccounts',
] as const;

function isBare(json: unknown): boolean {
  return typeof json === 'object' && json !== null && RESULTS.some((name) => name in json);
}

const HEADER = /"credits";r=(\d+);t=(\d+)/;
const POLICY = /"credits";q=(\d+);w=(\d+)/;

/** Credits from the two rate-limit headers; `undefined` when the exchange sent none. */
export function readCredits(headers: Readonly<Record<string, string>>): Credits | undefined {
  const now = HEADER.exec(headers.ratelimit ?? '');
  const policy = POLICY.exec(headers['ratelimit-policy'] ?? '');
  if (!now || !policy) return undefined;
  return {
    remainingTenths: Number(now[1]),
    refreshS: Number(now[2]),
    quotaTenths: Number(policy[1]),
  };
}

const placedSchema = z.object({
  order_id: integer.nullish(),
  i: integer.nullish(),
});

/** The exchange's order id in the answer to a create; 0 when it did not say one that we can read. */
export function readOrderId(data: unknown): number {
  const placed = placedSchema.safeParse(data).data;
  return placed?.order_id ?? placed?.i ?? 0;
}
