import { createNodeHost } from '../../../src/host/nodeHost.ts';
import { World } from '../../../src/simulation/world.ts';
import type { Host } from '../../../src/std/host.ts';

/** Where exchange and client meet: two hosts, and how a promise between them is awaited. */
export interface Stage {
  readonly exchange: Host;
  readonly client: Host;
  /** The value of `promise`; throws when it takes longer than anything here should. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

const DEADLINE_MS = 10_000;

/** This machine: its clock, its sockets. */
export function realStage(): Stage {
  const host = createNodeHost({ unrefTimers: true });
  return {
    exchange: host,
    client: createNodeHost({ unrefTimers: true }),
    async settle(promise) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error('deadline passed')), DEADLINE_MS);
      try {
        return await Promise.race([promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** One program with a time of its own. */
export function virtualStage(): Stage {
  const world = new World({ seed: 3 });
  return {
    exchange: world.host('exchange'),
    client: world.host('client'),
    settle: (promise) => world.until(promise, DEADLINE_MS),
  };
}
