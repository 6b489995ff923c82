/** Signals closer together than this are one: terminals and launchers deliver Ctrl-C several times. */
const SAME_MS = 2000;

/**
 * Calls `onStop` at the first SIGINT, SIGTERM or SIGHUP. Repeats within two seconds are the same
 * signal; later ones change nothing either, because the orderly end is under way and bounded.
 */
export function onStopSignal(onStop: (signal: string) => void): () => void {
  let stopping = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const handle = (signal: string): void => {
    const nowMs = performance.now();
    const same = nowMs - lastMs < SAME_MS;
    lastMs = nowMs;
    if (stopping) {
      if (!same) process.stderr.write('breakwater: already stopping, orders are being ended\n');
      return;
    }
    stopping = true;
    onStop(signal);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, handle);
  return () => {
    for (const name of names) process.off(name, handle);
  };
}
