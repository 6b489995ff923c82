import { type BreakwaterError, isBreakwaterError } from '../std/errors.ts';
import { protocolError } from './fields.ts';

/** Hears of each row of a list that could not be read; the others are read all the same. */
export type OnBadRow = (problem: BreakwaterError) => void;

/** For those who want a list whole or not at all. */
export const raise: OnBadRow = (problem) => {
  throw problem;
};

/**
 * Reads each row of a list with `read`; `undefined` skips one, an `EXCHANGE_PROTOCOL` loses only
 * that one. Throws `EXCHANGE_PROTOCOL` for anything that is no list.
 */
export function listRows<Row>(
  data: unknown,
  where: string,
  onBadRow: OnBadRow,
  read: (raw: unknown) => Row | undefined,
): Row[] {
  if (!Array.isArray(data)) throw protocolError(where, 'a list', data);
  const rows: Row[] = [];
  for (const each of data) {
    try {
      const row = read(each);
      if (row !== undefined) rows.push(row);
    } catch (thrown) {
      if (!isBreakwaterError(thrown)) throw thrown;
      onBadRow(thrown);
    }
  }
  return rows;
}

/** An `OnBadRow` that also counts, where a missing row would mean something. */
export interface BadRowCount {
  readonly onBadRow: OnBadRow;
  readonly count: () => number;
}

export function countBadRows(onBadRow: OnBadRow): BadRowCount {
  let bad = 0;
  return {
    onBadRow: (problem): void => {
      bad += 1;
      onBadRow(problem);
    },
    count: () => bad,
  };
}
