/**
 * The level that a ladder of rising z-score bands asks for: how many bands z has reached, with the
 * sign of the trade (rich ratio, negative level: sell the first market). A level is kept until z has
 * fallen `exitGap` below its band, so that noise around a band does not trade, and at the longest
 * until z has changed its sign.
 */
export function nextLevel(
  level: number,
  z: number,
  bands: readonly number[],
  exitGap: number,
): number {
  const direction = z === 0 ? Math.sign(level) : -Math.sign(z);
  const size = Math.abs(z);
  let reached = 0;
  while (reached < bands.length && size >= (bands[reached] as number)) reached += 1;
  if (level * direction < 0) return reached * direction + 0;
  let held = Math.abs(level);
  while (held > reached && size < (bands[held - 1] as number) - exitGap) held -= 1;
  return Math.max(held, reached) * direction + 0;
}
