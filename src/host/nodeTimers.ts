import type { Timer, Timers } from '../std/host.ts';

/** Longer delays overflow in setTimeout and would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers of this process; `unref` ones do not keep it alive. */
export function createNodeTimers(unref: boolean): Timers {
  return {
    after(delayMs: number, fire: () => void): Timer {
      const dueMs = performance.now() + delayMs;
      let handle: NodeJS.Timeout;
      const arm = (waitMs: number): void => {
        handle = setTimeout(check, Math.min(Math.ceil(waitMs), LONGEST_MS));
        if (unref) handle.unref();
      };
      // setTimeout may be up to a millisecond early, and whoever asked would see its time not come.
      const check = (): void => {
        const restMs = dueMs - performance.now();
        if (restMs > 0) arm(restMs);
        else fire();
      };
      arm(delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
  };
}
