import { readFileSync } from 'node:fs';

/** The value of a file in `fixtures/`, of the shape that the caller knows it has. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}
