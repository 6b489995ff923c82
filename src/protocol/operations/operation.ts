import { z } from 'zod';

/** What a request costs the family's credit bucket, in tenths of a credit (the wire's own unit). */
export const COST = {
  action: 10,
  cancel: 5,
  heavyGet: 40,
  heavyGetUnidentified: 120,
  get: 10,
} as const;

/** One signed operation: its names on the wire, its price, the shape of its fields. */
export interface Operation<Fields, Answer = unknown> {
  /** `type` inside the signed message. */
  readonly type: string;
  /** REST path under `/api/v1`. */
  readonly path: string;
  /** Key inside `params` of a WebSocket request; absent where the WebSocket does not offer it. */
  readonly wsKey?: string;
  readonly costTenths: number;
  /** The operation fields as they stand in a request body. Unknown fields pass. */
  readonly schema: z.ZodType<Fields>;
  /** `data` of the answer that says that it was done. */
  readonly answer: z.ZodType<Answer>;
}

/** One that trades or may come to trade: only the desk sends it, through its gate. */
export interface TradingOperation<Fields, Answer> extends Operation<Fields, Answer> {
  readonly needsGate: true;
}

/** An operation that says everything with its type. */
export type NoFields = Readonly<Record<string, never>>;
export const NO_DATA = '{}';
export const noFields: z.ZodType<NoFields> = z.object({}) as z.ZodType<NoFields>;
