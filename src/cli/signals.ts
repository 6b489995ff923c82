import { onLauncherGone } from './launcher.ts';

/** Signals closer together than this are one: terminals and launchers deliver Ctrl-C several times. */
const SAME_MS = 2000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The wish that this process ends in order. */
export interface StopRequest {
  /** Resolves once, with who asked; nothing is lost by looking late. */
  readonly asked: Promise<string>;
  /** Lets signals have their usual effect again. */
  off(): void;
}

/**
 * Hears the first SIGINT, SIGTERM or SIGHUP, or that the launcher has gone. Repeats within two
 * seconds are the same signal; later ones change nothing either, because the orderly end is under
 * way and bounded.
 */
export function hearStop(): StopRequest {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  let stopping = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const handle = (signal: string): void => {
    const nowMs = performance.now();
    const same = nowMs - lastMs < SAME_MS;
    lastMs = nowMs;
    if (stopping && !same) {
      process.stderr.write('breakwater: already stopping, orders are being ended\n');
    }
    stopping = true;
    resolve(signal);
  };
  const offLauncher = onLauncherGone(() => handle('the launcher has gone'));
  const offSignals = onSignals(handle);
  return {
    asked,
    off: () => {
      offLauncher();
      offSignals();
    },
  };
}

/**
 * Hears that standard input has ended, and only that: signals are left to the parent, which ends
 * its orders first and then this process.
 */
export function hearInputEnd(input: NodeJS.ReadableStream = process.stdin): StopRequest {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const ended = (): void => resolve('standard input has ended');
  const offSignals = onSignals(() => undefined);
  input.on('end', ended).on('error', ended).resume();
  return {
    asked,
    off: () => {
      offSignals();
      input.off('end', ended).off('error', ended).pause();
    },
  };
}

function onSignals(handle: (signal: string) => void): () => void {
  for (const name of SIGNALS) process.on(name, handle);
  return () => {
    for (const name of SIGNALS) process.off(name, handle);
  };
}
