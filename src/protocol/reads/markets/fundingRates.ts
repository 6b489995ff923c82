import { z } from 'zod';
import { decimal, integer, microIn, nanoIn, nanoOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** One hour's funding of a market. Prices in micro-dollars per base unit, rates in 10^-9. */
export interface FundingRateRow {
  readonly rateNano: number;
  readonly nextRateNano: number | undefined;
  readonly oracleMicro: number | undefined;
  readonly bidImpactMicro: number | undefined;
  readonly askImpactMicro: number | undefined;
  readonly timeMs: number;
}

export const fundingRateSchema = z.object({
  oracle_price: decimal.nullish(),
  bid_impact_price: decimal.nullish(),
  ask_impact_price: decimal.nullish(),
  funding_rate: decimal,
  next_funding_rate: decimal.nullish(),
  created_at: integer,
});

export interface FundingRateParams {
  readonly symbol: string;
  readonly limit?: number;
  readonly cursor?: string | undefined;
}

/** `GET /funding_rate/history`, newest first. */
export const FUNDING_RATES: Read<FundingRateParams, Page<FundingRateRow>> = {
  path: '/funding_rate/history',
  isHeavy: false,
  parameters: ({ symbol, limit, cursor }) => ({ symbol, limit, cursor }),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) =>
      listRows(data, 'funding_rate/history', onBadRow, (row) => {
        const raw = parseWith(fundingRateSchema, row, 'funding_rate/history');
        return {
          rateNano: nanoOf(raw.funding_rate, 'funding rate'),
          nextRateNano: nanoIn(raw.next_funding_rate, 'next funding rate'),
          oracleMicro: microIn(raw.oracle_price, 'oracle price'),
          bidImpactMicro: microIn(raw.bid_impact_price, 'bid impact price'),
          askImpactMicro: microIn(raw.ask_impact_price, 'ask impact price'),
          timeMs: raw.created_at,
        };
      }),
    ),
};
