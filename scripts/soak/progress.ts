import { performance } from 'node:perf_hooks';

const EVERY_MS = 5000;

/** Writes now and then how far something is, to standard error. */
export function progressOf(name: string, total: number): (done: number) => void {
  const startMs = performance.now();
  let saidMs = startMs;
  return (done) => {
    const nowMs = performance.now();
    if (nowMs - saidMs < EVERY_MS) return;
    saidMs = nowMs;
    const seconds = Math.round((nowMs - startMs) / 1000);
    process.stderr.write(`${name}: ${done} of ${total} after ${seconds} s\n`);
  };
}
