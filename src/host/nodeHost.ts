import { randomBytes } from 'node:crypto';
import type { Host } from '../std/host.ts';
import { SeededRandom } from '../std/random.ts';
import { openNodeHttp } from './httpClient.ts';
import { nodeClock } from './nodeClock.ts';
import { createNodeCrypto } from './nodeCrypto.ts';
import { nodeFiles } from './nodeFiles.ts';
import { listenNode } from './nodeServer.ts';
import { createNodeTimers } from './nodeTimers.ts';
import { openNodeSocket } from './socketClient.ts';

export interface NodeHostOptions {
  /** Timers do not keep the process alive. Default false. */
  readonly unrefTimers?: boolean;
  /** TCP connections per HTTP origin. Default 8: more gained nothing when measured. */
  readonly httpConnections?: number;
}

/** The real world: this machine's clock, network, disk and randomness. */
export function createNodeHost(options: NodeHostOptions = {}): Host {
  const connections = options.httpConnections ?? 8;
  return {
    clock: nodeClock,
    timers: createNodeTimers(options.unrefTimers ?? false),
    random: new SeededRandom(randomBytes(4).readUInt32LE()),
    transport: {
      openHttp: (origin) => openNodeHttp(origin, connections),
      openSocket: openNodeSocket,
    },
    server: { listen: listenNode },
    files: nodeFiles,
    crypto: createNodeCrypto(),
  };
}
