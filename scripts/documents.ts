// Writes what the documents take from the sources, so that it cannot go stale unnoticed:
//   npm run docs             writes all of it
//   npm run spec             writes SPEC.md
//   npm run docs -- --check  writes nothing; exit code 1 when something is stale
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandRows, commandSections } from './documents/commands.ts';
import { refusalRows } from './documents/refusals.ts';
import { withRegion } from './documents/regions.ts';
import { roomRows } from './documents/rooms.ts';
import { settingSections } from './documents/settings.ts';
import { specification } from './documents/specification.ts';
import { venueSettingRows } from './documents/venueSettings.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const WHOLE: Readonly<Record<string, () => string>> = {
  'SPEC.md': () => specification(root),
};

const REGIONS: readonly { path: string; region: string; body: () => string | Promise<string> }[] = [
  { path: 'README.md', region: 'commands', body: () => commandRows() },
  { path: 'ARCHITECTURE.md', region: 'imports', body: () => roomRows(root) },
  {
    path: 'docs/configuration.md',
    region: 'settings',
    body: () => settingSections(read('schemas/desk.schema.json')),
  },
  { path: 'docs/commands.md', region: 'commands', body: () => commandSections(root) },
  { path: 'docs/errors.md', region: 'refusals', body: () => refusalRows() },
  {
    path: 'docs/simulated-exchange.md',
    region: 'settings',
    body: () => venueSettingRows(read('src/exchange/settings.ts')),
  },
];

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = (path: string): boolean => positionals.length === 0 || positionals.includes(path);

const fresh = new Map<string, string>();
for (const [path, text] of Object.entries(WHOLE)) if (chosen(path)) fresh.set(path, text());
for (const { path, region, body } of REGIONS) {
  if (!chosen(path)) continue;
  fresh.set(path, withRegion(fresh.get(path) ?? read(path), region, await body()));
}

const stale = [...fresh].filter(([path, text]) => text !== current(path));
if (!values.check) for (const [path, text] of stale) writeFileSync(join(root, path), text);
for (const [path] of stale) {
  process.stdout.write(values.check ? `${path} is stale: npm run docs\n` : `${path} written\n`);
}
process.exitCode = values.check && stale.length > 0 ? 1 : 0;

function current(path: string): string {
  try {
    return read(path);
  } catch {
    return '';
  }
}
