import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Transcript } from './transcript.ts';

export const ROOT: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** What a person would type after `node`. */
export const MAIN: string = join(ROOT, 'src/cli/main.ts');
export const BINARY: string = join(ROOT, 'bin/breakwater.js');
export const LAUNCHER: string = join(ROOT, 'scripts/node.mjs');

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A real process of the command line, in a process group of its own. */
export class Child {
  readonly pid: number;
  readonly out: Transcript = new Transcript();
  readonly err: Transcript = new Transcript();
  readonly ended: Promise<Exit>;
  /** Some process holds its output. */
  isOpen = true;
  readonly #process: ChildProcess;

  /** Starts `node ...args` in the folder `cwd`. */
  constructor(cwd: string, ...args: string[]) {
    const { BREAKWATER_PARENT: _, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.out.add(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.err.add(text));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.isOpen = false;
        this.out.end();
        this.err.end();
        resolve({ code, signal, out: this.out.text, err: this.err.text });
      });
    });
    started.push(this);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** To every process of its group, as the terminal does it. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** Closes our ends of its output: it writes to nobody from now on. */
  hangUp(): void {
    this.#process.stdout?.destroy();
    this.#process.stderr?.destroy();
  }
}

const started: Child[] = [];

/** For afterEach: whatever a failed test left behind, but for one that is needed on. */
export function killLeftovers(except?: Child): void {
  for (const child of started.splice(0)) {
    // While its output is open, something of its group lives, be it not the first process.
    if (child !== except && child.isOpen) child.signalGroup('SIGKILL');
  }
}

/** Resolves when the process has ended, though it is no child of ours. */
export async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Ended, but nobody has asked how: in a container there may be nobody who does. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
