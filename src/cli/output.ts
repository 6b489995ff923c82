import { isBreakwaterError, messageOf } from '../std/errors.ts';

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** The command's result; a second argument is its text for people. */
  result(value: unknown, text: string): void;
  /** News on the way. */
  note(line: string): void;
  /** Replaces the line on a terminal; elsewhere prints a line now and then. */
  progress(line: string): void;
}

/** Elsewhere than on a terminal a progress line is printed this often. */
const SELDOM_MS = 5000;

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true;
  let pending = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (pending) process.stderr.write('\r\u001b[2K');
    pending = false;
  };
  return {
    json,
    result: (value, text) => {
      clear();
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
    note: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (terminal) {
        clear();
        process.stderr.write(line.slice(0, (process.stderr.columns ?? 120) - 1));
        pending = true;
        return;
      }
      const nowMs = performance.now();
      if (nowMs - lastMs < SELDOM_MS) return;
      lastMs = nowMs;
      process.stderr.write(`${line}\n`);
    },
  };
}

/** One sentence on stderr, and with `--json` an object on stdout. */
export function printError(thrown: unknown, json: boolean): void {
  const sentence = messageOf(thrown);
  process.stderr.write(`breakwater: ${sentence}\n`);
  if (!json) return;
  const code = isBreakwaterError(thrown) ? thrown.code : 'INTERNAL';
  process.stdout.write(`${JSON.stringify({ error: { code, message: sentence } })}\n`);
}
