import { z } from 'zod';
import { decimal, integer, microIn, microOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type HistoryParams, historyParameters, type Page, pageOf, type Read } from '../read.ts';

const BALANCE_EVENTS = [
  'deposit',
  'deposit_release',
  'withdraw',
  'trade',
  'market_liquidation',
  'backstop_liquidation',
  'adl_liquidation',
  'subaccount_transfer',
  'funding',
  'payout',
] as const;

/** One change of an account's cash. */
export interface BalanceChange {
  readonly amountMicro: number;
  /** After the change. */
  readonly balanceMicro: number;
  readonly pendingMicro: number | undefined;
  readonly event: (typeof BALANCE_EVENTS)[number] | 'other';
  readonly timeMs: number;
}

export const balanceChangeSchema = z.object({
  amount: decimal,
  balance: decimal,
  pending_balance: decimal.nullish(),
  event_type: z.union([z.enum(BALANCE_EVENTS), z.string().transform(() => 'other' as const)]),
  created_at: integer,
});

export interface BalanceHistoryParams extends HistoryParams {
  /** Trades too; the exchange leaves them out by default. */
  readonly includeTrades?: boolean;
}

/** `GET /account/balance/history`. */
export const BALANCE_HISTORY: Read<BalanceHistoryParams, Page<BalanceChange>> = {
  path: '/account/balance/history',
  isHeavy: true,
  parameters: (params) => ({ ...historyParameters(params), include_trades: params.includeTrades }),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) =>
      listRows(data, 'account/balance/history', onBadRow, (row) => {
        const raw = parseWith(balanceChangeSchema, row, 'account/balance/history');
        return {
          amountMicro: microOf(raw.amount, 'amount'),
          balanceMicro: microOf(raw.balance, 'balance'),
          pendingMicro: microIn(raw.pending_balance, 'pending balance'),
          event: raw.event_type,
          timeMs: raw.created_at,
        };
      }),
    ),
};
