#!/usr/bin/env node
// In a checkout this runs the sources, on the pinned Node if the running one is too old.
// In the published package there is no src/, and the build in dist/ runs.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const built = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

if (existsSync(source)) {
  const { canRunHere, run } = await import('../scripts/node.mjs');
  if (canRunHere()) await runHere(source);
  else await run([source, ...process.argv.slice(2)]);
} else if (isNewEnough()) {
  await runHere(built);
} else {
  process.stderr.write(
    `breakwater: Node 24.7 or newer is needed, this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
}

async function runHere(program) {
  process.argv[1] = program;
  await import(program);
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 7);
}
