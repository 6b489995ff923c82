/** Set by `scripts/node.mjs` to its own pid. */
const NAME = 'BREAKWATER_PARENT';
const LOOK_MS = 1000;

/**
 * Calls `gone` once when the launcher that waits for this process has ended without passing on a
 * signal (a SIGKILL): nobody would ever stop this process otherwise. Without a launcher it never does.
 */
export function onLauncherGone(
  gone: () => void,
  parentPid: () => number = () => process.ppid,
): () => void {
  const launcher = Number(process.env[NAME] ?? '');
  if (launcher === 0) return () => undefined;
  const timer = setInterval(() => {
    if (parentPid() === launcher) return;
    clearInterval(timer);
    gone();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The environment for a child of this process, whose parent is not the launcher. */
export function environmentOfChild(): NodeJS.ProcessEnv {
  const { [NAME]: _, ...rest } = process.env;
  return rest;
}
