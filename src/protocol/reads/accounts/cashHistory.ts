import { z } from 'zod';
import { decimal, integer, label, microOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type HistoryParams, historyParameters, type Page, pageOf, type Read } from '../read.ts';

/** Money that came over the chain or left over it. */
export interface CashMove {
  readonly amountMicro: number;
  readonly batchNonce: string | undefined;
  readonly transaction: string | undefined;
  readonly timeMs: number;
}

export const cashMoveSchema = z.object({
  amount: decimal,
  batch_nonce: label.nullish(),
  transaction_id: label.nullish(),
  created_at: integer,
});

/** `GET /account/deposit/history`. */
export const DEPOSIT_HISTORY: Read<HistoryParams, Page<CashMove>> = movesAt(
  '/account/deposit/history',
);

/** `GET /account/withdraw/history`. */
export const WITHDRAW_HISTORY: Read<HistoryParams, Page<CashMove>> = movesAt(
  '/account/withdraw/history',
);

function movesAt(path: string): Read<HistoryParams, Page<CashMove>> {
  const where = path.slice(1);
  return {
    path,
    isHeavy: false,
    parameters: historyParameters,
    decode: (envelope, reading) =>
      pageOf(envelope, reading, (data, { onBadRow }) =>
        listRows(data, where, onBadRow, (row) => {
          const raw = parseWith(cashMoveSchema, row, where);
          return {
            amountMicro: microOf(raw.amount, 'amount'),
            batchNonce: raw.batch_nonce ?? undefined,
            transaction: raw.transaction_id ?? undefined,
            timeMs: raw.created_at,
          };
        }),
      ),
  };
}
