import type { Crypto, Host, Timer } from '../std/host.ts';
import type { Scheduler } from './scheduler.ts';
import type { SpanUs } from './spanUs.ts';
import { VirtualDisk } from './virtualDisk.ts';
import type { VirtualNetwork } from './virtualNetwork.ts';

export interface VirtualHostSettings {
  /** From 1; tells the hosts of one world apart. */
  readonly id: number;
  readonly name: string;
  readonly startWallMs: number;
  readonly diskUs: SpanUs;
  readonly crypto: Crypto;
}

/** A host whose time, network, disk and randomness are a world's. */
export function createVirtualHost(
  scheduler: Scheduler,
  network: VirtualNetwork,
  { id, name, startWallMs, diskUs, crypto }: VirtualHostSettings,
): Host {
  const bytes = scheduler.randomOf(`bytes of ${name}`);
  return {
    clock: {
      wallMs: () => startWallMs + Math.floor(scheduler.nowUs / 1000),
      monoUs: () => scheduler.nowUs,
    },
    timers: {
      after: (delayMs: number, fire: () => void): Timer =>
        scheduler.schedule(id, 'timer', scheduler.nowUs + Math.ceil(delayMs * 1000), fire),
    },
    random: scheduler.randomOf(name),
    transport: {
      openHttp: (origin) => network.openHttp(id, origin),
      openSocket: (url, headers, handlers) => network.openSocket(id, url, headers, handlers),
    },
    server: { listen: async (options, handlers) => network.listen(id, options, handlers) },
    files: new VirtualDisk(scheduler, id, diskUs, scheduler.randomOf(`disk of ${name}`)),
    crypto: {
      sha256Hex: (text) => crypto.sha256Hex(text),
      verify: (message, signature, publicKey) => crypto.verify(message, signature, publicKey),
      loadKey: (seed) => crypto.loadKey(seed),
      randomBytes: (count) => Uint8Array.from({ length: count }, () => bytes.uint32() >>> 24),
    },
  };
}
