import { jest } from '@jest/globals';
import { program } from '../../../src/cli/program.ts';
import { Transcript } from './transcript.ts';

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command line that runs in this process, where coverage sees it. */
export interface Running {
  readonly out: Transcript;
  readonly err: Transcript;
  readonly ended: Promise<Ended>;
}

/** Starts `breakwater ...args` in this process; one at a time. */
export function start(...args: string[]): Running {
  const out = new Transcript();
  const err = new Transcript();
  return { out, err, ended: run(args, out, err) };
}

/** Runs `breakwater ...args` to its end. */
export function cli(...args: string[]): Promise<Ended> {
  return start(...args).ended;
}

async function run(args: string[], out: Transcript, err: Transcript): Promise<Ended> {
  const spies = [spy(process.stdout, out), spy(process.stderr, err)];
  process.exitCode = undefined;
  try {
    await program(args);
    return { code: Number(process.exitCode ?? 0), out: out.text, err: err.text };
  } finally {
    process.exitCode = undefined;
    for (const each of spies) each.mockRestore();
    out.end();
    err.end();
  }
}

function spy(stream: NodeJS.WriteStream, transcript: Transcript): { mockRestore(): void } {
  return jest.spyOn(stream, 'write').mockImplementation((text) => {
    transcript.add(String(text));
    return true;
  });
}
