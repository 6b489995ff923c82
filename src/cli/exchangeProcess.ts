import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BreakwaterError, type ErrorCode } from '../std/errors.ts';
import { environmentOfChild } from './launcher.ts';

/** The simulated exchange in a process of its own. */
export interface ExchangeProcess {
  readonly pid: number;
  /** The line that it prints when it is ready; rejects with its own error when it does not start. */
  readonly ready: Promise<string>;
  /** Resolves when it has ended, whatever ended it, with what is known about it. */
  readonly ended: Promise<string>;
  /** Lets it end; resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Starts `breakwater exchange` as a child that lives as long as its standard input: it ends with
 * this process even when this process is killed.
 */
export function startExchangeProcess(args: readonly string[]): ExchangeProcess {
  // Sources run unbuilt, the package runs the build: the sibling has this file's own ending.
  const main = import.meta.url.endsWith('.ts') ? './main.ts' : './main.js';
  const file = fileURLToPath(new URL(main, import.meta.url));
  const child = spawn(process.execPath, [file, 'exchange', '--attached', '--json', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environmentOfChild(),
    // A group of its own: Ctrl-C at the terminal must not take the exchange away before the desk
    // has ended its orders, not even while the exchange is only starting.
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // Writing to a child that has gone is no news: its end is.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(lastLine(said) ?? signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  return {
    pid: child.pid ?? 0,
    ready: readyLine(child.stdout, ended),
    ended,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

async function readyLine(stdout: Readable, ended: Promise<string>): Promise<string> {
  const lines = createInterface({ input: stdout });
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    ended.then((sentence) => {
      throw didNotStart(sentence);
    }),
  ]);
  const error = errorIn(line);
  if (error !== undefined) throw error;
  return line;
}

function lastLine(said: string): string | undefined {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line === '' ? undefined : line.replace(/^breakwater: /, '');
}

/** The error object that a command prints with `--json` instead of its result. */
function errorIn(line: string): BreakwaterError | undefined {
  const { error } = JSON.parse(line) as {
    error?: { code: ErrorCode | 'INTERNAL'; message: string };
  };
  if (error === undefined) return undefined;
  if (error.code === 'INTERNAL') return didNotStart(error.message);
  return new BreakwaterError(error.code, error.message);
}

function didNotStart(sentence: string): BreakwaterError {
  return new BreakwaterError(
    'EXCHANGE_UNREACHABLE',
    `the simulated exchange did not start: ${sentence}`,
  );
}
