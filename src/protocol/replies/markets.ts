import { z } from 'zod';
import { decimal, integer, parseWith } from '../fields.ts';
import { listRows } from '../listRows.ts';
import { type Market, makeMarket } from '../market.ts';

const infoSchema = z.object({
  symbol: z.string(),
  tick_size: decimal,
  lot_size: decimal,
  max_leverage: integer,
  min_order_size: decimal,
  max_order_size: decimal,
});

const named = z.looseObject({ symbol: z.string() });
const ignore = (): void => undefined;

/**
 * Perpetual markets of `GET /info` in the order of `symbols`, ids from 0. Spot rows and rows of an
 * unknown instrument are skipped; a wanted symbol that is not listed is missing from the result.
 */
export function decodeMarkets(data: unknown, symbols: readonly string[]): Market[] {
  // A row that does not even name its market is nobody's.
  const rows = listRows(data, 'info', ignore, (row) => named.safeParse(row).data);
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
