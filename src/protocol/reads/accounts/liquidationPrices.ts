import { z } from 'zod';
import { decimal, lotsOf, microIn, microOf } from '../../fields.ts';
import { marketRows } from '../../marketRows.ts';
import { signOf } from '../../terms.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export interface LiquidationPriceParams {
  /** The account; here the exchange calls it `address`. */
  readonly account: string;
  readonly symbol?: string;
  readonly isIsolated?: boolean;
  readonly limit?: number;
}

/** Where a position would be liquidated. Prices in micro-dollars per base unit. */
export interface LiquidationPriceRow {
  readonly market: number;
  /** Signed: positive is long. */
  readonly lots: number;
  readonly entryMicro: number;
  readonly liquidationMicro: number | undefined;
}

export const liquidationPriceSchema = z.object({
  side: z.enum(['bid', 'ask']),
  amount: decimal,
  entry_price: decimal,
  liquidation_price: decimal.nullish(),
});

/** `GET /position_liquidation_prices`. */
export const LIQUIDATION_PRICES: Read<LiquidationPriceParams, Page<LiquidationPriceRow>> = {
  path: '/position_liquidation_prices',
  isHeavy: false,
  parameters: ({ account, symbol, isIsolated, limit }) => ({
    address: account,
    symbol,
    is_isolated: isIsolated,
    limit,
  }),
  decode: (envelope, whole) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(
        data,
        'position_liquidation_prices',
        liquidationPriceSchema,
        reading,
        (raw, market) => ({
          market: market.id,
          lots: signOf(raw.side) * lotsOf(raw.amount, market),
          entryMicro: microOf(raw.entry_price, 'entry price'),
          liquidationMicro: microIn(raw.liquidation_price, 'liquidation price'),
        }),
      ),
    ),
};
