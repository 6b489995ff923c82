// A disk and a clock in memory, with what tests need of them: modes, locks, and bytes to tamper with.

import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { BreakwaterError } from '../../src/std/errors.ts';
import type { AppendFile, Clock, Crypto, Files, Timer, Timers } from '../../src/std/host.ts';

const utf8 = new TextEncoder();

interface Stored {
  bytes: Uint8Array;
  mode: number;
}

type UsedFiles = Pick<Files, 'readBytes' | 'exists' | 'replace' | 'openAppend' | 'mode'>;

class MemoryFiles implements UsedFiles {
  readonly stored: Map<string, Stored> = new Map();
  readonly #locked = new Set<string>();

  async readBytes(path: string): Promise<Uint8Array> {
    return this.#at(path).bytes.slice();
  }

  async exists(path: string): Promise<boolean> {
    return this.stored.has(path);
  }

  async replace(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    const bytes = typeof content === 'string' ? utf8.encode(content) : content.slice();
    this.stored.set(path, { bytes, mode });
  }

  async openAppend(path: string): Promise<AppendFile> {
    if (this.#locked.has(path)) throw new BreakwaterError('LOCKED', `${path} is in use`);
    this.#locked.add(path);
    const file = this.stored.get(path) ?? { bytes: new Uint8Array(), mode: 0o600 };
    this.stored.set(path, file);
    return {
      write: async (text) => {
        file.bytes = Buffer.concat([file.bytes, utf8.encode(text)]);
      },
      sync: async () => {},
      close: async () => {
        this.#locked.delete(path);
      },
    };
  }

  async mode(path: string): Promise<number> {
    return this.#at(path).mode;
  }

  #at(path: string): Stored {
    const file = this.stored.get(path);
    if (file === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return file;
  }
}

export interface MemoryHost {
  readonly files: MemoryFiles;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly timers: HandTimers;
}

/** Timers that fire when the test says so. */
class HandTimers implements Timers {
  readonly delays: number[] = [];
  #armed = new Set<() => void>();

  after(delayMs: number, fire: () => void): Timer {
    this.delays.push(delayMs);
    this.#armed.add(fire);
    return { cancel: () => this.#armed.delete(fire) };
  }

  get armed(): number {
    return this.#armed.size;
  }

  fireAll(): void {
    const due = this.#armed;
    this.#armed = new Set();
    for (const fire of due) fire();
  }
}

/** The clock moves by one millisecond at each reading. */
export function memoryHost(): MemoryHost {
  let ms = 0;
  const clock = {
    wallMs: () => 1_800_000_000_000 + ++ms,
    monoUs: () => ++ms * 1000,
  };
  return { files: new MemoryFiles(), crypto: createNodeCrypto(), clock, timers: new HandTimers() };
}
