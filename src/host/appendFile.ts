import { constants, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendFile } from '../std/host.ts';
import { lockFile } from './fileLock.ts';
import { syncFolder } from './syncFolder.ts';

const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants;

/** Opens `path` for appending (0600), locked against every other writer until closed. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const lock = await lockFile(path);
  try {
    // With O_DSYNC a write is on the disk when it returns: one trip to the kernel instead of two.
    const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_DSYNC, 0o600);
    await syncFolder(dirname(path));
    return {
      write: (text) => file.appendFile(text),
      sync: () => Promise.resolve(),
      close: async () => {
        await file.close();
        await lock.release();
      },
    };
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}
