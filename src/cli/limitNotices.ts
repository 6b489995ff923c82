const BURST = 5;
const WINDOW_MS = 10_000;

/**
 * Lets at most five notices through in ten seconds, then says how many it kept back: a lost exchange
 * makes every connection speak at once, and nobody reads forty lines.
 */
export function limitNotices(
  print: (sentence: string) => void,
  nowMs: () => number = () => performance.now(),
): (sentence: string) => void {
  let startedMs = Number.NEGATIVE_INFINITY;
  let shown = 0;
  let kept = 0;
  return (sentence) => {
    if (nowMs() - startedMs > WINDOW_MS) {
      if (kept > 0) print(`${kept} more notices of this kind`);
      startedMs = nowMs();
      shown = 0;
      kept = 0;
    }
    shown += 1;
    if (shown <= BURST) print(sentence);
    else kept += 1;
  };
}
