import { mulDiv } from '../../std/integers.ts';

/**
 * Lots that should be done by `elapsedMs` when `totalLots` are cut into equal slices, one at the
 * start of every `sliceMs` of `durationMs`. Exact: the last slice brings the sum to the lot.
 */
export function dueLots(
  totalLots: number,
  elapsedMs: number,
  durationMs: number,
  sliceMs: number,
): number {
  if (elapsedMs < 0) return 0;
  const slices = Math.max(1, Math.ceil(durationMs / sliceMs));
  const begun = Math.min(slices, Math.floor(elapsedMs / sliceMs) + 1);
  return mulDiv(totalLots, begun, slices, 'down');
}
