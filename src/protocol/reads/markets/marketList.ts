import { z } from 'zod';
import { decimal, integer, microOf, nanoIn, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** One market as the exchange lists it, whatever it is. */
export interface MarketListing {
  readonly symbol: string;
  readonly instrument: 'perpetual' | 'spot' | 'other';
  /** Decimal strings: the grids of prices and amounts. */
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minPrice: string | undefined;
  readonly maxPrice: string | undefined;
  readonly maxLeverage: number;
  readonly isolatedOnly: boolean;
  /** Notionals. */
  readonly minOrderMicro: number;
  readonly maxOrderMicro: number;
  /** Paid for the past hour, 10^-9. */
  readonly fundingNano: number | undefined;
  readonly nextFundingNano: number | undefined;
  readonly baseAsset: string | undefined;
  readonly createdMs: number | undefined;
}

const KINDS = ['perpetual', 'spot'] as const;

export const marketListingSchema = z.object({
  symbol: z.string(),
  tick_size: decimal,
  min_tick: decimal.nullish(),
  max_tick: decimal.nullish(),
  lot_size: decimal,
  max_leverage: integer,
  isolated_only: z.boolean().nullish(),
  min_order_size: decimal,
  max_order_size: decimal,
  funding_rate: decimal.nullish(),
  next_funding_rate: decimal.nullish(),
  // The documents speak of an ISO string, the examples hold milliseconds.
  created_at: z.union([integer, z.string().transform(() => undefined)]).nullish(),
  instrument_type: z.union([z.enum(KINDS), z.string().transform(() => 'other' as const)]).nullish(),
  base_asset: z.string().nullish(),
});

/** `GET /info`. */
export const MARKET_LIST: Read<undefined, Page<MarketListing>> = {
  path: '/info',
  isHeavy: false,
  parameters: () => ({}),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) => listRows(data, 'info', onBadRow, listing)),
};

function listing(row: unknown): MarketListing {
  const raw = parseWith(marketListingSchema, row, 'info');
  return {
    symbol: raw.symbol,
    instrument: raw.instrument_type ?? 'perpetual',
    tickSize: raw.tick_size,
    lotSize: raw.lot_size,
    minPrice: raw.min_tick ?? undefined,
    maxPrice: raw.max_tick ?? undefined,
    maxLeverage: raw.max_leverage,
    isolatedOnly: raw.isolated_only ?? false,
    minOrderMicro: microOf(raw.min_order_size, 'min_order_size'),
    maxOrderMicro: microOf(raw.max_order_size, 'max_order_size'),
    fundingNano: nanoIn(raw.funding_rate, 'funding_rate'),
    nextFundingNano: nanoIn(raw.next_funding_rate, 'next_funding_rate'),
    baseAsset: raw.base_asset ?? undefined,
    createdMs: raw.created_at ?? undefined,
  };
}
