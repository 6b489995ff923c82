import { nodeFiles } from '../host/nodeFiles.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { AppendFile, Files } from '../std/host.ts';
import { between, type Random } from '../std/random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SpanUs } from './spanUs.ts';

interface Content {
  bytes: Uint8Array;
  mode: number;
}

const encoder = new TextEncoder();

/** The disk of one virtual host: files in memory, waits in virtual time. */
export class VirtualDisk implements Files {
  readonly #scheduler: Scheduler;
  readonly #host: number;
  readonly #waitUs: SpanUs;
  readonly #random: Random;
  readonly #files = new Map<string, Content>();
  readonly #folders = new Set<string>(['']);
  readonly #locked = new Set<string>();

  constructor(scheduler: Scheduler, host: number, waitUs: SpanUs, random: Random) {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#waitUs = waitUs;
    this.#random = random;
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(await this.readBytes(path));
  }

  async readBytes(path: string): Promise<Uint8Array> {
    await this.#wait();
    return this.#at(path).bytes.slice();
  }

  gunzip(bytes: Uint8Array): Uint8Array {
    return nodeFiles.gunzip(bytes);
  }

  async list(path: string): Promise<string[]> {
    await this.#wait();
    const folder = keyOf(path);
    if (!this.#folders.has(folder)) throw missing(path);
    const names = [...this.#files.keys(), ...this.#folders].filter(
      (key) => key !== folder && folderOf(key) === folder,
    );
    return names.map((key) => key.slice(key.lastIndexOf('/') + 1)).sort();
  }

  async exists(path: string): Promise<boolean> {
    await this.#wait();
    return this.#files.has(keyOf(path)) || this.#folders.has(keyOf(path));
  }

  async makeFolder(path: string): Promise<void> {
    await this.#wait();
    for (let key = keyOf(path); key !== ''; key = folderOf(key)) this.#folders.add(key);
  }

  async replace(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    await this.#wait();
    const bytes = typeof content === 'string' ? encoder.encode(content) : content.slice();
    this.#put(path, { bytes, mode });
  }

  async openAppend(path: string): Promise<AppendFile> {
    await this.#wait();
    const key = keyOf(path);
    if (this.#locked.has(key)) {
      throw new BreakwaterError('LOCKED', `${path} is in use: stop that process first`);
    }
    const content = this.#files.get(key) ?? { bytes: new Uint8Array(), mode: 0o600 };
    this.#put(path, content);
    this.#locked.add(key);
    const tail = new Tail(content);
    return {
      write: async (text) => tail.add(text),
      sync: () => this.#wait(),
      close: async () => {
        await this.#wait();
        this.#locked.delete(key);
      },
    };
  }

  async mode(path: string): Promise<number> {
    await this.#wait();
    return this.#folders.has(keyOf(path)) ? 0o700 : this.#at(path).mode;
  }

  #at(path: string): Content {
    const content = this.#files.get(keyOf(path));
    if (content === undefined) throw missing(path);
    return content;
  }

  #put(path: string, content: Content): void {
    const key = keyOf(path);
    if (!this.#folders.has(folderOf(key)) || this.#folders.has(key)) throw missing(path);
    this.#files.set(key, content);
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const takesUs = between(this.#random, this.#waitUs[0], this.#waitUs[1]);
      this.#scheduler.schedule(this.#host, 'disk', this.#scheduler.nowUs + takesUs, resolve);
    });
  }
}

/** Grows a file by doubling, so that a long log does not cost the square of its length. */
class Tail {
  readonly #content: Content;
  #room: Uint8Array;

  constructor(content: Content) {
    this.#content = content;
    this.#room = content.bytes;
  }

  add(text: string): void {
    const added = encoder.encode(text);
    const used = this.#content.bytes.length;
    const length = used + added.length;
    if (length > this.#room.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.#content.bytes);
      this.#room = larger;
    }
    this.#room.set(added, used);
    this.#content.bytes = this.#room.subarray(0, length);
  }
}

/** One name for one file: no leading, doubled or trailing slashes and no dots. */
function keyOf(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function folderOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), {
    code: 'ENOENT',
  });
}
