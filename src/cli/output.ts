import { isBreakwaterError, messageOf } from '../std/errors.ts';

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** The command's result, once; the second argument is its text for people. */
  result(value: unknown, text: string): void;
  /** News on the way. */
  note(line: string): void;
  /** Replaces the line on a terminal, where it gets the columns that it may fill; elsewhere prints it now and then. */
  progress(line: (columns: number) => string): void;
}

/** Elsewhere than on a terminal a progress line is printed this often. */
const SELDOM_MS = 5000;
const USUAL_COLUMNS = 80;
/** Characters of a sentence: enough for two paths and two addresses. */
const LONGEST = 500;

export function createOutput(json: boolean): Output {
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
      process.stdout.write(`${json ? JSON.stringify(value) : text.trimEnd()}\n`);
    },
    note: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (process.stderr.isTTY === true) {
        clear();
        // A full last column would wrap.
        process.stderr.write(line((process.stderr.columns ?? USUAL_COLUMNS) - 1));
        pending = true;
        return;
      }
      const nowMs = performance.now();
      if (nowMs - lastMs < SELDOM_MS) return;
      lastMs = nowMs;
      process.stderr.write(`${line(Number.POSITIVE_INFINITY)}\n`);
    },
  };
}

/** One sentence on stderr, and with `--json` an object on stdout. */
export function printError(thrown: unknown, json: boolean): void {
  const message = oneSentence(messageOf(thrown));
  process.stderr.write(`breakwater: ${message}\n`);
  if (!json) return;
  const code = isBreakwaterError(thrown) ? thrown.code : 'INTERNAL';
  process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
}

/** An exchange that is none may answer with a page of HTML. */
function oneSentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}...`;
}

/**
 * Lets this process outlive whoever read its output (`| head`, a closed terminal): orders are ended
 * in order even when nobody can be told.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  }
}

function ignore(): void {}
