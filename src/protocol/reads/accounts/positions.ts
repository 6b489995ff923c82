import { z } from 'zod';
import { decimal, integer, lotsOf, microIn, microOf } from '../../fields.ts';
import type { PositionRow } from '../../frames/frame.ts';
import { marketRows, type Reading } from '../../marketRows.ts';
import { signOf } from '../../terms.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export const positionSchema = z.object({
  side: z.enum(['bid', 'ask']),
  amount: decimal,
  entry_price: decimal,
  isolated: z.boolean(),
  updated_at: integer,
  margin: decimal.nullish(),
  funding: decimal.nullish(),
  liquidation_price: decimal.nullish(),
  created_at: integer.nullish(),
});

/** `GET /positions`: one per market. */
export const POSITIONS: Read<{ readonly account: string }, Page<PositionRow>> = {
  path: '/positions',
  isHeavy: false,
  parameters: ({ account }) => ({ account }),
  decode: (envelope, reading) => pageOf(envelope, reading, decodePositions),
};

function decodePositions(data: unknown, reading: Reading): PositionRow[] {
  return marketRows(data, 'positions', positionSchema, reading, (raw, market) => ({
    market: market.id,
    lots: signOf(raw.side) * lotsOf(raw.amount, market),
    entryMicro: microOf(raw.entry_price, 'entry price'),
    isolated: raw.isolated,
    timeMs: raw.updated_at,
    marginMicro: microIn(raw.margin, 'margin'),
    fundingMicro: microIn(raw.funding, 'funding'),
    liquidationMicro:
      raw.liquidation_price === null ? null : microIn(raw.liquidation_price, 'liquidation price'),
    createdMs: raw.created_at ?? undefined,
  }));
}
