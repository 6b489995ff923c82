import { BreakwaterError, messageOf } from '../std/errors.ts';
import type { AppendFile, Timer, Timers } from '../std/host.ts';

export interface CommitHandlers {
  /** Everything up to this record is on the disk. Rises from call to call. */
  onDurable(seq: number): void;
  /** The disk refused (code `LOG_WRITE`); nothing is written after this. Called once. */
  onFailure(error: BreakwaterError): void;
}

/** Longest time that a line which nobody awaits stays in memory before its write begins, ms. */
export const GATHER_MS = 50;

/**
 * Self-clocking group commit: while one write and its sync run, lines gather and make up the next
 * write. So an awaited record waits for at most two syncs, and a busy log costs no more syncs than an
 * idle one. A line that nobody awaits starts no write of its own: it goes with the next awaited one,
 * or after {@link GATHER_MS}. So the disk is seldom busy when an order has to wait for it.
 */
export class GroupCommit {
  readonly #file: AppendFile;
  readonly #timers: Timers;
  readonly #path: string;
  readonly #handlers: CommitHandlers;
  #lines: string[] = [];
  #lastSeq = 0;
  /** Whether the gathered lines are to be written now. */
  #due = false;
  /** Whether a write begins when the present turn is over. */
  #turn = false;
  #gathering: Timer | undefined;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(file: AppendFile, timers: Timers, path: string, handlers: CommitHandlers) {
    this.#file = file;
    this.#timers = timers;
    this.#path = path;
    this.#handlers = handlers;
  }

  /** Hands over a line, newline included. Never waits; after a failure the line goes nowhere. */
  add(line: string, seq: number, awaited: boolean): void {
    if (this.#failed) return;
    this.#lines.push(line);
    this.#lastSeq = seq;
    if (awaited) this.#start();
    else this.#gathering ??= this.#timers.after(GATHER_MS, () => this.#start());
  }

  /** Returns when every line handed over is durable, or the disk has refused. */
  async settled(): Promise<void> {
    if (this.#lines.length > 0) this.#due = true;
    this.flush();
    while (this.#running !== undefined) await this.#running;
  }

  /** Begins the write of what is awaited now, not only when the present turn is over. */
  flush(): void {
    if (this.#due && this.#lines.length > 0) this.#running ??= this.#run();
  }

  #start(): void {
    this.#due = true;
    if (this.#turn || this.#running !== undefined) return;
    // One turn later: what a single step of the desk appends goes to the disk together.
    this.#turn = true;
    queueMicrotask(() => {
      this.#turn = false;
      this.flush();
    });
  }

  async #run(): Promise<void> {
    while (this.#due && this.#lines.length > 0) {
      const lines = this.#lines;
      const seq = this.#lastSeq;
      this.#lines = [];
      this.#due = false;
      this.#gathering?.cancel();
      this.#gathering = undefined;
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
      this.#lines = [];
      this.#gathering?.cancel();
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
