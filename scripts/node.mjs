// Runs a program of this checkout on a Node that is new enough, with the locked dependencies:
//   node scripts/node.mjs src/cli/main.ts demo
// Plain JavaScript for old Nodes too: it is what a fresh clone starts first.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockfile = join(root, 'package-lock.json');
const marker = join(root, 'node_modules', '.installed');
const mutex = join(root, '.installing.lock');
const wanted = [24, 7];
const cli = join('src', 'cli', 'main.ts');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const installWaitMs = 10 * 60_000;

/** Can the Node that runs this line run the program itself, without an install? */
export function canRunHere() {
  return isNewEnough() && isInstalled();
}

/** Installs if needed, runs Node with `args`, and ends this process as the child ended. */
export async function run(args) {
  const relay = relaySignals();
  try {
    await install(relay);
    process.exitCode = await relay.wait(spawnNode(args));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`breakwater: ${error.message}\n`);
    process.exitCode = 2;
  }
  process.exit();
}

class Refusal extends Error {}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

function lockfileHash() {
  return createHash('sha256').update(readFileSync(lockfile)).digest('hex');
}

// The marker is written after npm has succeeded: an interrupted install does not count.
function isInstalled() {
  return existsSync(marker) && readFileSync(marker, 'utf8').trim() === lockfileHash();
}

function spawnNode(args) {
  const node = isNewEnough() ? process.execPath : pinnedNode();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  // The desk ends in order when this process is gone without having passed on a signal (SIGKILL).
  if (args[0]?.endsWith(cli)) env.BREAKWATER_PARENT = String(process.pid);
  return spawn(node, args, { stdio: 'inherit', env });
}

function pinnedNode() {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  if (existsSync(pinned)) return pinned;
  throw new Refusal(
    `Node ${wanted.join('.')} or newer is needed, this is ${process.versions.node}, and none is ` +
      `pinned for ${process.platform}-${process.arch}: install Node 24 and run the command again.`,
  );
}

async function install(relay) {
  if (isInstalled()) return;
  await holdMutex(relay);
  try {
    if (isInstalled()) return;
    process.stderr.write('breakwater: installing the locked dependencies (npm ci)...\n');
    rmSync(marker, { force: true });
    const hash = lockfileHash();
    const code = await relay.wait(spawnNpm());
    relay.exitIfSignalled();
    if (code !== 0)
      throw new Refusal(`npm ci failed with exit code ${code}; its message is above.`);
    writeFileSync(marker, `${hash}\n`);
  } finally {
    rmSync(mutex, { force: true });
  }
}

// Its output goes to stderr: stdout belongs to the program, which may be printing JSON.
function spawnNpm() {
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath ?? '';
  return basename(npm) === 'npm-cli.js'
    ? spawn(process.execPath, [npm, ...args], options)
    : spawn('npm', args, options);
}

// Two programs started at once in a fresh clone must not both run npm ci, which empties the folder.
async function holdMutex(relay) {
  for (let waitedMs = 0; waitedMs < installWaitMs; waitedMs += 200) {
    try {
      writeFileSync(mutex, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Refusal(`cannot write ${mutex}: ${error.message}`);
    }
    if (!isHolderAlive()) rmSync(mutex, { force: true });
    await sleep(200);
    relay.exitIfSignalled();
  }
  throw new Refusal(`another install seems to be running; if none is, remove ${mutex}.`);
}

function isHolderAlive() {
  try {
    const pid = Number(readFileSync(mutex, 'utf8'));
    // An empty file is one that its owner is just writing.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// Passes each kind of signal to the running child once and outlives it. Repeats are dropped: after
// Ctrl-C the terminal, npm and this relay each tell the child, and it should not take that for three.
function relaySignals() {
  const received = [];
  let child;
  for (const signal of signals) {
    process.on(signal, () => {
      if (received.includes(signal)) return;
      received.push(signal);
      child?.kill(signal);
    });
  }
  return {
    wait(started) {
      child = started;
      for (const signal of received) child.kill(signal);
      return new Promise((resolve, reject) => {
        child.once('error', (error) => reject(new Refusal(`cannot start: ${error.message}`)));
        child.once('exit', (code, signal) => {
          child = undefined;
          resolve(code ?? exitCodeOf(signal));
        });
      });
    },
    exitIfSignalled() {
      if (received.length === 0) return;
      rmSync(mutex, { force: true });
      process.exit(exitCodeOf(received[0]));
    },
  };
}

function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 1);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await run(process.argv.slice(2));
}
