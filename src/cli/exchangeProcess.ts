import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BreakwaterError } from '../std/errors.ts';

/** The simulated exchange in a process of its own. */
export interface ExchangeProcess {
  /** The line that it printed when it was ready. */
  readonly readyLine: string;
  /** Resolves when it has ended, whatever ended it, with the last line that it said about it. */
  readonly ended: Promise<string>;
  /** Lets it end; resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Starts `breakwater exchange` as a child that lives as long as its standard input: it ends with
 * this process even when this process is killed. Rejects with the child's own sentence.
 */
export async function startExchangeProcess(args: readonly string[]): Promise<ExchangeProcess> {
  // Sources run unbuilt, the package runs the build: the sibling has this file's own ending.
  const main = import.meta.url.endsWith('.ts') ? './main.ts' : './main.js';
  const file = fileURLToPath(new URL(main, import.meta.url));
  const child = spawn(process.execPath, [file, 'exchange', '--attached', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  // Writing to a child that has gone is no news: its end is.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code) => resolve(lastLine(said) || `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const lines = createInterface({ input: child.stdout });
  const readyLine = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then((sentence) => reject(refusal(sentence, child.exitCode)));
  });
  return {
    readyLine,
    ended,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function lastLine(said: readonly string[]): string {
  const lines = said.join('').trim().split('\n');
  return lines.at(-1)?.replace(/^breakwater: /, '') ?? '';
}

function refusal(sentence: string, exitCode: number | null): BreakwaterError {
  return exitCode === 2
    ? new BreakwaterError('USAGE', sentence)
    : new BreakwaterError(
        'EXCHANGE_UNREACHABLE',
        `the simulated exchange did not start: ${sentence}`,
      );
}
