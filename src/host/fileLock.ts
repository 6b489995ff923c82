import { link, open, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BreakwaterError } from '../std/errors.ts';

export interface FileLock {
  release(): Promise<void>;
}

/** Locks held by this process; a pid in a lock file cannot tell two openers of one process apart. */
const held = new Set<string>();
let attempts = 0;

/**
 * Takes `<path>.lock`, which names the process that holds it; rejects with `LOCKED` while that
 * process lives. A lock whose process is gone (or is a newer one with the same pid) is taken over.
 */
export async function lockFile(path: string): Promise<FileLock> {
  const lockPath = `${resolve(path)}.lock`;
  if (held.has(lockPath)) throw locked(path, String(process.pid));
  held.add(lockPath);
  try {
    await take(path, lockPath);
  } catch (thrown) {
    held.delete(lockPath);
    throw thrown;
  }
  return {
    release: async () => {
      await rm(lockPath, { force: true });
      held.delete(lockPath);
    },
  };
}

async function take(path: string, lockPath: string): Promise<void> {
  const mine = await identityOf(process.pid);
  attempts += 1;
  const own = `${lockPath}.${process.pid}.${attempts}`;
  const file = await open(own, 'wx', 0o600);
  try {
    await file.writeFile(mine);
    await file.close();
    // A link appears with its content in one step, unlike a file that is created and then written.
    while (!(await linked(own, lockPath))) {
      const holder = await readIfThere(lockPath);
      if (holder === undefined) continue;
      if (await isAlive(holder, mine)) throw locked(path, holder.split(' ')[0] ?? '');
      await removeStale(path, lockPath, own, mine);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/**
 * Removes the lock of an ended process. Two may find it stale at the same time: only the one that
 * holds the takeover file removes, and only what it has read again while holding it.
 */
async function removeStale(
  path: string,
  lockPath: string,
  own: string,
  mine: string,
): Promise<void> {
  const takeover = `${lockPath}.takeover`;
  if (!(await linked(own, takeover))) {
    const holder = await readIfThere(takeover);
    if (holder === undefined || (await isAlive(holder, mine))) return;
    throw new BreakwaterError(
      'LOCKED',
      `an earlier start on ${path} was cut off: delete ${takeover}`,
    );
  }
  try {
    const holder = await readIfThere(lockPath);
    if (holder !== undefined && !(await isAlive(holder, mine))) await rm(lockPath);
  } finally {
    await rm(takeover);
  }
}

async function isAlive(holder: string, mine: string): Promise<boolean> {
  const [name, started] = holder.split(' ');
  // Without start times, our own pid means a former process: what we hold is in `held`.
  if (holder === mine) return started !== '';
  const pid = Number(name);
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it lives, and belongs to somebody else.
    if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await identityOf(pid)) === holder;
}

/** Pid and, where the system tells (Linux), the time it started: pids are used again. */
async function identityOf(pid: number): Promise<string> {
  const status = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold spaces.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ') ?? [];
  // A zombie has ended; only its parent has not asked how.
  return `${pid} ${fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')}`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function locked(path: string, pid: string): BreakwaterError {
  return new BreakwaterError(
    'LOCKED',
    `${path} is in use by process ${pid}: stop that process first`,
  );
}
