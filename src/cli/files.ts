import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BreakwaterError, type ErrorCode, messageOf } from '../std/errors.ts';

/** The tape that ships with the program. */
export function shippedTape(): string {
  return fileURLToPath(new URL('../../tapes/sample', import.meta.url));
}

/** The text of a file that the user named; `CONFIG_INVALID` when it cannot be read. */
export async function readUserFile(path: string, what: string): Promise<string> {
  return orUnreadable(() => readFile(path, 'utf8'), path, what, 'CONFIG_INVALID');
}

/** What `read` brings, or the sentence that `what` at `path` cannot be read, and why. */
export async function orUnreadable<T>(
  read: () => Promise<T>,
  path: string,
  what: string,
  code: ErrorCode,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const why = WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new BreakwaterError(code, `${path}: cannot read the ${what}: ${why}`, { cause: error });
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};
