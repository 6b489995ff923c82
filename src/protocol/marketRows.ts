import type { z } from 'zod';
import { parseWith, protocolError } from './fields.ts';
import type { Market } from './market.ts';
import type { MarketIndex } from './marketIndex.ts';

/**
 * Reads those rows of a list whose market the desk holds. Rows of other markets, such as spot, are
 * skipped whatever their shape. Throws `EXCHANGE_PROTOCOL`.
 */
export function marketRows<Raw, Row>(
  data: unknown,
  where: string,
  schema: z.ZodType<Raw>,
  markets: MarketIndex,
  read: (raw: Raw, market: Market) => Row,
): Row[] {
  if (!Array.isArray(data)) throw protocolError(where, 'a list', data);
  const rows: Row[] = [];
  for (const each of data) {
    const row = marketRow(each, where, schema, markets, read);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** One row; `undefined` when the desk does not hold its market. */
export function marketRow<Raw, Row>(
  data: unknown,
  where: string,
  schema: z.ZodType<Raw>,
  markets: MarketIndex,
  read: (raw: Raw, market: Market) => Row,
): Row | undefined {
  const market = markets.bySymbol(symbolOf(data, where));
  return market === undefined ? undefined : read(parseWith(schema, data, where), market);
}

/** Frames call it `s`, REST answers and prices `symbol`. */
function symbolOf(row: unknown, where: string): string {
  if (typeof row === 'object' && row !== null) {
    const symbol = 's' in row ? row.s : 'symbol' in row ? row.symbol : undefined;
    if (typeof symbol === 'string') return symbol;
  }
  throw protocolError(where, 'a row that names its market', row);
}
