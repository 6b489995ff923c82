import type { OrderRequest } from '../gate/orderRequest.ts';

/** Strongest first; within a lane first come, first served. */
export const LANES = [
  'kill',
  'cancel',
  'reduce',
  'hedge',
  'evidence',
  'open',
  'quote',
  'verify',
  'poll',
] as const;
export type Lane = (typeof LANES)[number];

/** The queue in which an order waits. */
export function laneOf({ precedence }: OrderRequest): Lane {
  switch (precedence) {
    case 'kill':
      return 'kill';
    case 'reduction':
      return 'reduce';
    case 'hedge':
      return 'hedge';
    case 'parent':
      return 'open';
    case 'quote':
      return 'quote';
  }
}

/** An order that can only take risk away, and urgently: it waits for no disk. */
export function isFlattening({ precedence, reduceOnly }: OrderRequest): boolean {
  return reduceOnly && precedence !== 'parent' && precedence !== 'quote';
}
