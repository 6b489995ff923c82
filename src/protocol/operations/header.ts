import { z } from 'zod';

/** The common fields of a signed request body (reference: signing rules 7 and 8). */
export interface HeaderFields {
  readonly account: string;
  readonly agent_wallet?: string | null | undefined;
  /** Base58, or an object with a type for hardware wallets. */
  readonly signature: string | { readonly type: string; readonly value: string };
  readonly timestamp: number;
  readonly expiry_window?: number | undefined;
}

export const headerSchema: z.ZodType<HeaderFields> = z.object({
  account: z.string(),
  agent_wallet: z.string().nullish(),
  signature: z.union([z.string(), z.object({ type: z.string(), value: z.string() })]),
  timestamp: z.number().int(),
  expiry_window: z.number().int().positive().optional(),
});

/** Body keys that are never part of the signed `data`. */
export const HEADER_KEYS: ReadonlySet<string> = new Set([
  'account',
  'agent_wallet',
  'signature',
  'timestamp',
  'expiry_window',
]);
