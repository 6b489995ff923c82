import { z } from 'zod';
import { decimal, integer, nanoOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** The rates of one fee level, 10^-9 of notional. */
export interface FeeTier {
  readonly level: number;
  readonly makerNano: number;
  readonly takerNano: number;
}

export const feeTierSchema = z.object({
  level: integer,
  maker_fee_rate: decimal,
  taker_fee_rate: decimal,
});

/** `GET /info/fees`. */
export const FEE_TIERS: Read<undefined, Page<FeeTier>> = {
  path: '/info/fees',
  isHeavy: false,
  parameters: () => ({}),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) =>
      listRows(data, 'info/fees', onBadRow, (row) => {
        const raw = parseWith(feeTierSchema, row, 'info/fees');
        return {
          level: raw.level,
          makerNano: nanoOf(raw.maker_fee_rate, 'maker fee'),
          takerNano: nanoOf(raw.taker_fee_rate, 'taker fee'),
        };
      }),
    ),
};
