import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendFile } from '../std/host.ts';
import { lockFile } from './fileLock.ts';
import { syncFolder } from './syncFolder.ts';

/** Opens `path` for appending (0600), locked against every other writer until closed. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const lock = await lockFile(path);
  try {
    const file = await open(path, 'a', 0o600);
    await syncFolder(dirname(path));
    return {
      write: (text) => file.appendFile(text),
      sync: () => file.datasync(),
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
