import { createNodeCrypto } from '../host/nodeCrypto.ts';
import type { Crypto, Host } from '../std/host.ts';
import { Scheduler } from './scheduler.ts';
import type { SpanUs } from './spanUs.ts';
import { createVirtualHost } from './virtualHost.ts';
import { VirtualNetwork } from './virtualNetwork.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Wall clock at virtual time zero. Default 2026-01-01T00:00:00Z. */
  readonly startWallMs?: number;
  /** One way of a message. Default 1 to 3 ms. */
  readonly latencyUs?: SpanUs;
  /** One wait for the disk. Default 150 to 350 µs. */
  readonly diskUs?: SpanUs;
  /** Signatures and hashes. Default the real ones. */
  readonly crypto?: Crypto;
}

/** Several hosts that share one virtual time and one network, from one seed. */
export class World {
  readonly #options: Required<WorldOptions>;
  readonly #scheduler: Scheduler;
  readonly #network: VirtualNetwork;
  readonly #hosts = new Map<string, Host>();

  constructor(options: WorldOptions) {
    this.#options = {
      startWallMs: 1_767_225_600_000,
      latencyUs: [1000, 3000],
      diskUs: [150, 350],
      crypto: createNodeCrypto(),
      ...options,
    };
    this.#scheduler = new Scheduler(options.seed);
    this.#network = new VirtualNetwork(this.#scheduler, this.#options.latencyUs);
  }

  /** The host of that name: its own timers, disk and randomness. Its files stay between uses. */
  host(name: string): Host {
    const known = this.#hosts.get(name);
    if (known) return known;
    const { startWallMs, diskUs, crypto } = this.#options;
    const settings = { id: this.#hosts.size + 1, name, startWallMs, diskUs, crypto };
    const host = createVirtualHost(this.#scheduler, this.#network, settings);
    this.#hosts.set(name, host);
    return host;
  }

  /** Virtual milliseconds since the world began. */
  get nowMs(): number {
    return this.#scheduler.nowUs / 1000;
  }

  /** Count and hash of all events so far; equal after equal runs. */
  get fingerprint(): string {
    return this.#scheduler.fingerprint;
  }

  /** Lets `ms` of virtual time pass with all that happens in it; throws what an event throws. */
  run(ms: number): Promise<void> {
    return this.#scheduler.run(ms);
  }

  /**
   * Lets time pass until `promise` settles, and returns its value. Throws when that takes more than
   * `limitMs` (default: an hour), or when nothing is left that could happen.
   */
  until<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    return this.#scheduler.until(promise, limitMs);
  }
}
