import { z } from 'zod';
import { decimal, integer, label, microOf, parseWith } from '../fields.ts';
import { listRows, type OnBadRow } from '../listRows.ts';

/** An account switched a market between cross and isolated margin. */
export interface MarginModeFrame {
  readonly channel: 'account_margin';
  readonly account: string;
  readonly symbol: string;
  readonly isolated: boolean;
  readonly timeMs: number;
}

/** An account set its leverage in a market. */
export interface LeverageFrame {
  readonly channel: 'account_leverage';
  readonly account: string;
  readonly symbol: string;
  readonly leverage: number;
  readonly timeMs: number;
}

export interface TransfersFrame {
  readonly channel: 'account_transfers';
  readonly rows: readonly TransferRow[];
}

/** Money that came, went or moved within the family. */
export interface TransferRow {
  readonly account: string;
  readonly event: TransferEvent | 'other';
  /** The asset; null where the exchange does not say. */
  readonly asset: string | null;
  /** As the exchange writes it: dollars of the collateral, units of another asset. */
  readonly amount: string;
  readonly timeMs: number;
  readonly transaction?: string | undefined;
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly batchNonce?: string | undefined;
  /** What was asked for, before the fee. */
  readonly requestedMicro?: number | undefined;
  readonly feeMicro?: number | undefined;
}

const TRANSFER_EVENTS = [
  'deposit',
  'subaccount_transfer',
  'withdrawal_pending',
  'withdrawal_confirmed',
] as const;
type TransferEvent = (typeof TRANSFER_EVENTS)[number];

export const marginModeSchema: z.ZodType<{ u: string; s: string; i: boolean; t: number }> =
  z.object({ u: z.string(), s: z.string(), i: z.boolean(), t: integer });

export function decodeMarginMode(data: unknown): MarginModeFrame {
  const raw = parseWith(marginModeSchema, data, 'account_margin');
  return {
    channel: 'account_margin',
    account: raw.u,
    symbol: raw.s,
    isolated: raw.i,
    timeMs: raw.t,
  };
}

/** The leverage comes as text. */
export const leverageSchema: z.ZodType<{ u: string; s: string; l: number; t: number }> = z.object({
  u: z.string(),
  s: z.string(),
  l: integer,
  t: integer,
});

export function decodeLeverage(data: unknown): LeverageFrame {
  const raw = parseWith(leverageSchema, data, 'account_leverage');
  return {
    channel: 'account_leverage',
    account: raw.u,
    symbol: raw.s,
    leverage: raw.l,
    timeMs: raw.t,
  };
}

export const transferSchema = z.object({
  u: z.string(),
  e: z.union([z.enum(TRANSFER_EVENTS), z.string().transform(() => 'other' as const)]),
  a: z.string().nullish(),
  am: decimal,
  t: integer,
  tx: label.nullish(),
  s: z.string().nullish(),
  r: z.string().nullish(),
  bn: label.nullish(),
  ra: decimal.nullish(),
  f: decimal.nullish(),
});

/** A list of transfers, or a single one. */
export function decodeTransfers(data: unknown, onBadRow: OnBadRow): TransferRow[] {
  const rows = Array.isArray(data) ? data : [data];
  return listRows(rows, 'account_transfers', onBadRow, (each) => {
    const raw = parseWith(transferSchema, each, 'account_transfers');
    return {
      account: raw.u,
      event: raw.e,
      asset: raw.a ?? null,
      amount: raw.am,
      timeMs: raw.t,
      transaction: raw.tx ?? undefined,
      sender: raw.s ?? undefined,
      recipient: raw.r ?? undefined,
      batchNonce: raw.bn ?? undefined,
      requestedMicro: raw.ra == null ? undefined : microOf(raw.ra, 'requested amount'),
      feeMicro: raw.f == null ? undefined : microOf(raw.f, 'fee'),
    };
  });
}
