import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BreakwaterError, messageOf } from '../std/errors.ts';

/** The tape that ships with the program. */
export function shippedTape(): string {
  return fileURLToPath(new URL('../../tapes/sample', import.meta.url));
}

/** A file that the user named; `CONFIG_INVALID` when it cannot be read. */
export async function readUserFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BreakwaterError(
      'CONFIG_INVALID',
      `${path}: cannot read the ${what} (${messageOf(error)})`,
    );
  }
}
