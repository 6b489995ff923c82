import { countBadRows } from '../listRows.ts';
import type { Reading } from '../marketRows.ts';
import { COST } from '../operations/operation.ts';
import type { Envelope } from '../replies/envelope.ts';

/** A value in a query string; absent ones are left out. */
export type Parameter = string | number | boolean | undefined;

/** One read over REST: its name on the wire, its price, and how its answer is read. */
export interface Read<Params, Answer> {
  /** Under `/api/v1`. */
  readonly path: string;
  /** Costs more than one credit (the exchange does not publish which do; other clients' list). */
  readonly isHeavy: boolean;
  /** Query string, in this order. */
  readonly parameters: (params: Params) => Readonly<Record<string, Parameter>>;
  /** Throws `EXCHANGE_PROTOCOL` when the answer as a whole has another shape. */
  readonly decode: (envelope: Envelope, reading: Reading, params: Params) => Answer;
  /** What a 404 means, where it means that there is nothing. */
  readonly absent?: Answer;
}

/** The rows of a list that could be read, as one page of it. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Rows that could not be read. Where absence means something, a list with such is not whole. */
  readonly unread: number;
  /** Where the next page starts; `undefined` on the last one. */
  readonly nextCursor: string | undefined;
  /** The exchange's order counter when it answered; 0 where it does not say. */
  readonly lastOrderId: number;
}

/** Whose, and from where on. */
export interface HistoryParams {
  readonly account: string;
  /** Rows of a page; the exchange holds it within 1 to 4000 and takes 100 by default. */
  readonly limit?: number;
  readonly cursor?: string | undefined;
}

export const EMPTY_PAGE: Page<never> = {
  rows: [],
  unread: 0,
  nextCursor: undefined,
  lastOrderId: 0,
};

/** Path and query string under `/api/v1`. */
export function readPath<Params>(read: Read<Params, unknown>, params: Params): string {
  const parts = Object.entries(read.parameters(params))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? read.path : `${read.path}?${parts.join('&')}`;
}

/** Tenths of a credit that the read costs with an API config key, or without one. */
export function readCostTenths(
  { isHeavy }: { readonly isHeavy: boolean },
  isIdentified: boolean,
): number {
  if (!isHeavy) return COST.get;
  return isIdentified ? COST.heavyGet : COST.heavyGetUnidentified;
}

/** The parameters that every paginated history takes. */
export function historyParameters({ account, limit, cursor }: HistoryParams): {
  readonly account: string;
  readonly limit: Parameter;
  readonly cursor: Parameter;
} {
  return { account, limit, cursor };
}

/** The page that `decode` makes of an answer, with its unread rows counted. */
export function pageOf<Row>(
  { data, nextCursor, lastOrderId }: Envelope,
  reading: Reading,
  decode: (data: unknown, reading: Reading) => Row[],
): Page<Row> {
  const bad = countBadRows(reading.onBadRow);
  const rows = decode(data, { ...reading, onBadRow: bad.onBadRow });
  return { rows, unread: bad.count(), nextCursor, lastOrderId };
}
