import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Files } from '../std/host.ts';
import { openAppendFile } from './appendFile.ts';
import { syncFolder } from './syncFolder.ts';

/** A small file can unpack to fill the memory. */
const LARGEST_UNPACKED_BYTES = 1024 * 1024 * 1024;

/** This machine's disk. New folders are for the owner only (0700). */
export const nodeFiles: Files = {
  readText: (path) => readFile(path, 'utf8'),
  readBytes: (path) => readFile(path),
  gunzip: (bytes) => gunzipSync(bytes, { maxOutputLength: LARGEST_UNPACKED_BYTES }),
  list: async (path) => (await readdir(path)).sort(),
  exists: (path) =>
    access(path, constants.F_OK).then(
      () => true,
      () => false,
    ),
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  replace,
  openAppend: openAppendFile,
  mode: async (path) => (await stat(path)).mode & 0o777,
};

async function replace(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const folder = dirname(path);
  const suffix = randomBytes(6).toString('hex');
  const temporary = join(folder, `.${basename(path)}.${suffix}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      // The process's umask may have taken bits away.
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(folder);
}
