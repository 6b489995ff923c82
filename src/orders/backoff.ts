/** Exponential back-off with jitter: `baseMs × 2^attempt`, at most `maxMs`, times 1 to 1.5. */
export function backoffMs(attempt: number, baseMs: number, maxMs: number, jitter: number): number {
  const exponential = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(exponential * (1 + jitter / 2));
}
