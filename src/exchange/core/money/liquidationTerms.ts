import type { Market } from '../../../protocol/market.ts';
import { MICRO } from '../../../std/integers.ts';
import type { ExchangeSettings } from '../../settings.ts';

const { abs, ceil, max } = Math;
const NANO = 1_000_000_000;

/** Fee of a market liquidation in 10^-9 of its value: 0.75 %, or 0.4 of the maintenance ratio. */
export function liquidationFeeNano({ maxLeverage }: Market): number {
  return max(7_500_000, ceil((0.4 * 0.5 * NANO) / maxLeverage));
}

/** Lots of a chunk: the whole of a small position, an equal part of a larger one. */
export function liquidationChunkLots(
  settings: Pick<ExchangeSettings, 'liquidationChunkDollars' | 'liquidationChunks'>,
  { maxLeverage }: Market,
  lots: number,
  notionalMicro: number,
): number {
  const smallMicro = settings.liquidationChunkDollars * MICRO * maxLeverage;
  return ceil(abs(lots) / (notionalMicro < smallMicro ? 1 : settings.liquidationChunks));
}
