import { invariant } from '../std/assert.ts';
import type { Timer } from '../std/host.ts';
import { type Random, SeededRandom } from '../std/random.ts';
import { type Event, EventQueue } from './eventQueue.ts';

const { imul } = Math;

/** What an event is about; the number is part of the fingerprint. */
const KINDS = { timer: 1, http: 2, socket: 3, disk: 4 } as const;
export type EventKind = keyof typeof KINDS;

/** So many events run before the machine's own work (signals, time-outs) has its turn. */
const EVENTS_PER_TURN = 4096;

/**
 * Virtual time. Whatever a virtual host waits for is an event here; between two events all promises
 * settle. Same seed and same programs: same events in the same order.
 */
export class Scheduler {
  readonly #seed: number;
  readonly #queue = new EventQueue();
  #nowUs = 0;
  #seq = 0;
  #fired = 0;
  #fingerprint = 0x811c9dc5;
  #running = false;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Virtual microseconds since the world began. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** How many events have happened, and a hash of their times, hosts and kinds in order. */
  get fingerprint(): string {
    return `${this.#fired}-${(this.#fingerprint >>> 0).toString(16).padStart(8, '0')}`;
  }

  /** Randomness of its own for each part of the world, so that one's draws do not move another's. */
  randomOf(part: string): Random {
    let mixed = this.#seed >>> 0;
    for (let i = 0; i < part.length; i += 1) mixed = imul(mixed ^ part.charCodeAt(i), 0x01000193);
    return new SeededRandom(mixed);
  }

  /** Has `fire` happen to the host number `host` at `atUs`, or now if that has passed. */
  schedule(host: number, kind: EventKind, atUs: number, fire: () => void): Timer {
    this.#seq += 1;
    const event: Event = {
      atUs: atUs > this.#nowUs ? atUs : this.#nowUs,
      seq: this.#seq,
      fire,
      tag: host * 8 + KINDS[kind],
    };
    this.#queue.push(event);
    return {
      cancel: () => {
        event.fire = undefined;
      },
    };
  }

  /** Lets `ms` of virtual time pass with all that happens in it. */
  async run(ms: number): Promise<void> {
    const untilUs = this.#nowUs + Math.ceil(ms * 1000);
    await this.#pump(untilUs, () => false);
    this.#nowUs = untilUs;
  }

  /**
   * Lets time pass until `promise` settles, and returns its value. Throws when that would take more
   * than `limitMs`, or when nothing is left that could happen.
   */
  async until<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.#pump(this.#nowUs + limitMs * 1000, () => settled);
    if (settled) return promise;
    const why = this.#queue.size === 0 ? 'nothing is left to happen' : `${limitMs} ms have passed`;
    throw new Error(`the virtual world waits in vain: ${why}`);
  }

  /**
   * Fires the events up to `untilUs` until `isDone`. Each event is a tick of its own: Node runs a
   * tick only when no promise is left to settle, so an event's consequences all come before the next.
   */
  async #pump(untilUs: number, isDone: () => boolean): Promise<void> {
    invariant(!this.#running, 'a virtual world runs once at a time');
    this.#running = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const afterPromises = (): void => process.nextTick(step);
    const step = (): void => {
      try {
        if (isDone() || !this.#fireNext(untilUs)) resolve();
        else if (this.#fired % EVENTS_PER_TURN === 0) setImmediate(step);
        else queueMicrotask(afterPromises);
      } catch (thrown) {
        reject(thrown);
      }
    };
    queueMicrotask(afterPromises);
    try {
      await promise;
    } finally {
      this.#running = false;
    }
  }

  /** False when no event is due. */
  #fireNext(untilUs: number): boolean {
    let event = this.#queue.peek();
    while (event !== undefined && event.fire === undefined) {
      this.#queue.pop();
      event = this.#queue.peek();
    }
    if (event?.fire === undefined || event.atUs > untilUs) return false;
    this.#queue.pop();
    this.#nowUs = event.atUs;
    this.#fired += 1;
    this.#fingerprint = imul(this.#fingerprint ^ event.tag, 0x01000193);
    this.#fingerprint = imul(this.#fingerprint ^ event.atUs, 0x01000193);
    event.fire();
    return true;
  }
}
