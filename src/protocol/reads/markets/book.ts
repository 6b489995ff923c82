import type { BookFrame } from '../../frames/frame.ts';
import { decodeBook } from '../../frames/marketFrames.ts';
import type { Read } from '../read.ts';

export interface BookParams {
  readonly symbol: string;
  /** Ticks of a level: 1, 10, 100, 1000 or 10000. */
  readonly aggLevel?: number;
}

/** `GET /book`: `undefined` for a market that the desk does not hold. */
export const BOOK: Read<BookParams, BookFrame | undefined> = {
  path: '/book',
  isHeavy: false,
  parameters: ({ symbol, aggLevel }) => ({ symbol, agg_level: aggLevel ?? 1 }),
  decode: ({ data }, { markets }) => decodeBook(data, markets),
};
