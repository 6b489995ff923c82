import type { PriceRow } from '../../frames/frame.ts';
import { decodePrices } from '../../frames/marketFrames.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** `GET /info/prices`: of all markets that the desk holds. */
export const PRICES: Read<undefined, Page<PriceRow>> = {
  path: '/info/prices',
  isHeavy: false,
  parameters: () => ({}),
  decode: (envelope, reading) => pageOf(envelope, reading, decodePrices),
};
