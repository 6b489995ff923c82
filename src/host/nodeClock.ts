import type { Clock } from '../std/host.ts';

export const nodeClock: Clock = {
  wallMs: () => Date.now(),
  monoUs: () => Math.floor(performance.now() * 1000),
};
