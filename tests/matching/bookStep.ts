import type { MatchTif } from '../../src/matching/addOutcome.ts';
import { Depth } from '../../src/matching/depth.ts';
import type { MatchingEngine } from '../../src/matching/matchingEngine.ts';

/** One thing that happens to a book. */
export interface BookStep {
  readonly kind: 'add' | 'cancel';
  /** From 1. */
  readonly owner: number;
  readonly side: 'bid' | 'ask';
  readonly offset: number;
  readonly lots: number;
  readonly tif: MatchTif;
  /** Which of the orders so far is cancelled. */
  readonly pick: number;
}

/** Says how two values differ, if they do. */
export function unequal(what: string, ours: unknown, theirs: unknown): string | undefined {
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return one === other ? undefined : `${what}: ${one} is not ${other}`;
}

const DEPTH = new Depth(500);

/** All levels as `[ticks, lots, orders]`, best first. */
export function bookOf(engine: MatchingEngine): { bids: number[][]; asks: number[][] } {
  return { bids: levelsOf(engine, 'bid'), asks: levelsOf(engine, 'ask') };
}

function levelsOf(engine: MatchingEngine, side: 'bid' | 'ask'): number[][] {
  engine.depth(side, DEPTH);
  return Array.from({ length: DEPTH.count }, (_, i) =>
    [DEPTH.ticks, DEPTH.lots, DEPTH.orders].map((column) => column[i] as number),
  );
}
