import type { Json } from '../protocol/canonicalJson.ts';
import type { DeskCommand } from './deskCommand.ts';
import type { Stamp } from './deskEvent.ts';

/** What every part of the kernel shares: the time of this step, its commands, timers, the log. */
export class KernelContext {
  #stamp: Stamp = { wallMs: 0, monoUs: 0 };
  #commands: DeskCommand[] = [];
  #nextSeq: number;
  #nextTimer = 1;
  readonly #left: (() => void)[] = [];
  readonly #timers = new Map<number, () => void>();
  /** Highest sequence number that is on the disk. */
  durableSeq = 0;
  records = 0;

  constructor(nextSeq: number) {
    this.#nextSeq = nextSeq;
    this.durableSeq = nextSeq - 1;
  }

  begin(stamp: Stamp): void {
    this.#stamp = stamp;
  }

  /** The commands of the step that ends. */
  take(): DeskCommand[] {
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  get wallMs(): number {
    return this.#stamp.wallMs;
  }

  get monoUs(): number {
    return this.#stamp.monoUs;
  }

  /** Monotonic milliseconds. */
  get nowMs(): number {
    return Math.floor(this.#stamp.monoUs / 1000);
  }

  emit(command: DeskCommand): void {
    this.#commands.push(command);
  }

  /** Appends to the audit log; returns the record's sequence number, for which `awaited` work waits. */
  record(type: string, body: { readonly [key: string]: Json }, awaited = false): number {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    this.records += 1;
    const { wallMs, monoUs } = this.#stamp;
    this.#commands.push({ kind: 'append', record: { seq, type, wallMs, monoUs, body, awaited } });
    return seq;
  }

  /**
   * Leaves work to a step of its own, right after this one and in order: its decisions get their own
   * reading of the clocks, and what they depend on can be on its way to the disk meanwhile.
   */
  soon(work: () => void): void {
    this.#left.push(work);
    this.#commands.push({ kind: 'continue' });
  }

  /** Does the next piece of work that an earlier step left over. */
  resume(): void {
    this.#left.shift()?.();
  }

  after(delayMs: number, fire: () => void): number {
    const id = this.#nextTimer;
    this.#nextTimer += 1;
    this.#timers.set(id, fire);
    this.#commands.push({ kind: 'arm', id, atMs: this.nowMs + Math.max(1, Math.ceil(delayMs)) });
    return id;
  }

  clear(id: number): void {
    if (this.#timers.delete(id)) this.#commands.push({ kind: 'disarm', id });
  }

  fire(id: number): void {
    const fire = this.#timers.get(id);
    this.#timers.delete(id);
    fire?.();
  }
}
