import type { z } from 'zod';
import { parseWith, protocolError } from './fields.ts';
import { listRows, type OnBadRow } from './listRows.ts';
import type { Market } from './market.ts';
import type { MarketIndex } from './marketIndex.ts';

/** What the rows of an answer or a frame are read with. */
export interface Reading {
  readonly markets: MarketIndex;
  readonly onBadRow: OnBadRow;
}

/**
 * Reads those rows of a list whose market the desk holds. Rows of other markets, such as spot, are
 * skipped whatever their shape; a row that cannot be read is reported and loses no other. Throws
 * `EXCHANGE_PROTOCOL` for anything that is no list.
 */
export function marketRows<Raw, Row>(
  data: unknown,
  where: string,
  schema: z.ZodType<Raw>,
  { markets, onBadRow }: Reading,
  read: (raw: Raw, market: Market) => Row,
): Row[] {
  return listRows(data, where, onBadRow, (each) => marketRow(each, where, schema, markets, read));
}

/** One row; `undefined` when the desk does not hold its market. Throws `EXCHANGE_PROTOCOL`. */
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
