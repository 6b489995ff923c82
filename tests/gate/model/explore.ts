import type { Program } from './programs.ts';
import { type Bound, type Step, World } from './world.ts';

export interface Found {
  readonly states: number;
  /** The first history in which two accounts of the owner traded with each other. */
  readonly match: readonly Step[] | undefined;
  /** The first in which an order took the place that a deferred one keeps. */
  readonly overtaking: readonly Step[] | undefined;
  readonly refused: boolean;
  readonly deferred: boolean;
  /** An order that had to wait was sent. */
  readonly resumed: boolean;
}

function isUnderWay(world: World, i: number): boolean {
  return world.places[i] === 'reserved' || world.places[i] === 'wire';
}

/** Walks every state that the program can reach; with `stopAtFirst` only until something is found. */
export function explore(program: Program, bound: Bound, stopAtFirst: boolean): Found {
  const seen = new Set<string>();
  let match: readonly Step[] | undefined;
  let overtaking: readonly Step[] | undefined;
  const so = { refused: false, deferred: false, resumed: false };
  let world = new World(program, bound);
  const walk = (path: readonly Step[]): void => {
    const steps = world.steps();
    let isHere = true;
    for (const step of steps) {
      if (stopAtFirst && (match ?? overtaking) !== undefined) return;
      if (!isHere) {
        world.close();
        world = new World(program, bound);
        for (const past of path) world.do(past);
      }
      world.do(step);
      isHere = false;
      so.refused ||= world.places.includes('refused');
      so.deferred ||= world.places.includes('claim');
      so.resumed ||= step[0] === 'retry' && isUnderWay(world, step[1]);
      const key = world.key();
      if (seen.has(key)) continue;
      seen.add(key);
      const now = [...path, step];
      if (world.matched) match ??= now;
      if (world.overtaken) overtaking ??= now;
      walk(now);
    }
  };
  walk([]);
  world.close();
  return { states: seen.size, match, overtaking, ...so };
}
