import { z } from 'zod';
import { decimal, integer, lotsOf, microOf, nanoOf } from '../../fields.ts';
import { marketRows } from '../../marketRows.ts';
import { signOf } from '../../terms.ts';
import { type HistoryParams, historyParameters, type Page, pageOf, type Read } from '../read.ts';

/** What one hour's funding did to an account. */
export interface FundingPayment {
  readonly historyId: number;
  readonly market: number;
  /** Signed: positive is long. */
  readonly lots: number;
  /** Above zero where the account received. */
  readonly payoutMicro: number;
  readonly rateNano: number;
  readonly timeMs: number;
}

export const fundingPaymentSchema = z.object({
  history_id: integer,
  side: z.enum(['bid', 'ask']),
  amount: decimal,
  payout: decimal,
  rate: decimal,
  created_at: integer,
});

/** `GET /funding/history`. */
export const FUNDING_HISTORY: Read<HistoryParams, Page<FundingPayment>> = {
  path: '/funding/history',
  isHeavy: false,
  parameters: historyParameters,
  decode: (envelope, whole) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(data, 'funding/history', fundingPaymentSchema, reading, (raw, market) => ({
        historyId: raw.history_id,
        market: market.id,
        lots: signOf(raw.side) * lotsOf(raw.amount, market),
        payoutMicro: microOf(raw.payout, 'payout'),
        rateNano: nanoOf(raw.rate, 'rate'),
        timeMs: raw.created_at,
      })),
    ),
};
