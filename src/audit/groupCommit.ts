import { BreakwaterError, messageOf } from '../std/errors.ts';
import type { AppendFile } from '../std/host.ts';

export interface CommitHandlers {
  /** Everything up to this record is on the disk. Rises from call to call. */
  onDurable(seq: number): void;
  /** The disk refused (code `LOG_WRITE`); nothing is written after this. Called once. */
  onFailure(error: BreakwaterError): void;
}

/**
 * Self-clocking group commit: while one write and its sync run, lines gather and make up the next
 * write. So a record waits for at most two syncs, and a busy log costs no more syncs than an idle one.
 */
export class GroupCommit {
  readonly #file: AppendFile;
  readonly #path: string;
  readonly #handlers: CommitHandlers;
  #lines: string[] = [];
  #lastSeq = 0;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(file: AppendFile, path: string, handlers: CommitHandlers) {
    this.#file = file;
    this.#path = path;
    this.#handlers = handlers;
  }

  /** Hands over a line, newline included. Never waits; after a failure the line goes nowhere. */
  add(line: string, seq: number): void {
    if (this.#failed) return;
    this.#lines.push(line);
    this.#lastSeq = seq;
    this.#running ??= this.#run();
  }

  /** Returns when every line handed over is durable, or the disk has refused. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn later: what a single step of the desk appends goes to the disk together.
    await undefined;
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      const seq = this.#lastSeq;
      this.#lines = [];
      if (!(await this.#commit(lines.join('')))) break;
      this.#handlers.onDurable(seq);
    }
    this.#running = undefined;
  }

  async #commit(text: string): Promise<boolean> {
    try {
      await this.#file.write(text);
      await this.#file.sync();
      return true;
    } catch (thrown) {
      // No second try: after a failed sync the kernel may have dropped the pages, and a retry that
      // succeeds would call durable what is lost.
      this.#failed = true;
      this.#handlers.onFailure(
        new BreakwaterError(
          'LOG_WRITE',
          `the audit log ${this.#path} cannot be written (${messageOf(thrown)}): no new risk is taken until the desk is restarted`,
        ),
      );
      return false;
    }
  }
}
