import { z } from 'zod';
import { decimal, nanoOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** What other exchanges pay for a market, 10^-9 by the exchange's name. */
export interface AggregatedFunding {
  readonly symbol: string;
  readonly ratesNano: Readonly<Record<string, number>>;
}

export const aggregatedFundingSchema = z.object({
  symbol: z.string(),
  rates: z.record(z.string(), decimal.nullable()),
});

/** `GET /funding_rate/aggregated`. */
export const AGGREGATED_FUNDING: Read<undefined, Page<AggregatedFunding>> = {
  path: '/funding_rate/aggregated',
  isHeavy: false,
  parameters: () => ({}),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) =>
      listRows(data, 'funding_rate/aggregated', onBadRow, (row) => {
        const raw = parseWith(aggregatedFundingSchema, row, 'funding_rate/aggregated');
        const rates = Object.entries(raw.rates).flatMap(([name, rate]) =>
          rate === null ? [] : [[name, nanoOf(rate, 'rate')] as const],
        );
        return { symbol: raw.symbol, ratesNano: Object.fromEntries(rates) };
      }),
    ),
};
