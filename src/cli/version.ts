import { readFileSync } from 'node:fs';

/** The version in package.json, which lies two folders up in the sources and in the build alike. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version: text } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return text;
}
