import { z } from 'zod';
import { decimal, integer, parseWith } from '../fields.ts';
import { type Market, makeMarket } from '../market.ts';

const infoSchema = z.object({
  symbol: z.string(),
  tick_size: decimal,
  lot_size: decimal,
  max_leverage: integer,
  min_order_size: decimal,
  max_order_size: decimal,
});

/**
 * Perpetual markets of `GET /info` in the order of `symbols`, ids from 0. Spot rows and rows of an
 * unknown instrument are skipped; a wanted symbol that is not listed is missing from the result.
 */
export function decodeMarkets(data: unknown, symbols: readonly string[]): Market[] {
  const rows = parseWith(z.array(z.looseObject({ symbol: z.string() })), data, 'info');
  const markets: Market[] = [];
  for (const symbol of symbols) {
    const row = rows.find((r) => r.symbol === symbol && isPerpetual(r.instrument_type));
    if (row === undefined) continue;
    const raw = parseWith(infoSchema, row, `info ${symbol}`);
    markets.push(
      makeMarket(markets.length, {
        symbol,
        tickSize: raw.tick_size,
        lotSize: raw.lot_size,
        maxLeverage: raw.max_leverage,
        minOrderSize: raw.min_order_size,
        maxOrderSize: raw.max_order_size,
      }),
    );
  }
  return markets;
}

function isPerpetual(type: unknown): boolean {
  return type === undefined || type === null || type === 'perpetual';
}
