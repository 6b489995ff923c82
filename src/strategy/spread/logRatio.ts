/** Mean and sample deviation of the log ratio of two series of closes. */
export interface RatioStats {
  readonly mean: number;
  readonly deviation: number;
  readonly count: number;
}

/** Statistics of ln(first / second) over the last pairs of closes that both have (ticks, any scale). */
export function ratioStats(first: readonly number[], second: readonly number[]): RatioStats {
  const count = Math.min(first.length, second.length);
  const ratios: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const a = first[first.length - count + i] as number;
    const b = second[second.length - count + i] as number;
    ratios.push(Math.log(a / b));
  }
  const mean = ratios.reduce((sum, r) => sum + r, 0) / count;
  const squares = ratios.reduce((sum, r) => sum + (r - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

/** How many deviations the ratio of two prices is above its mean; 0 while there is no deviation. */
export function zScore(first: number, second: number, stats: RatioStats): number {
  if (!(stats.deviation > 0)) return 0;
  return (Math.log(first / second) - stats.mean) / stats.deviation;
}
