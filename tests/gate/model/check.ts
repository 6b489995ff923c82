import { explore } from './explore.ts';
import { edits, equals, type Kind, type Program, ranked, stops } from './programs.ts';
import type { Bound, Step } from './world.ts';

/** How a whole check went; everything is counted in programs. */
export interface Summary {
  readonly programs: number;
  readonly states: number;
  readonly matches: number;
  readonly overtakings: number;
  readonly refused: number;
  readonly deferred: number;
  readonly resumed: number;
  /** The first history with a match or an overtaking, and its program. */
  readonly example: { readonly program: Program; readonly history: readonly Step[] } | undefined;
}

interface Part {
  readonly programs: readonly Program[];
  readonly bound: Bound;
}

const KINDS: readonly Kind[] = ['GTC', 'IOC', 'ALO'];
const EVERYTHING: Bound = { sends: true, halves: true, timeOuts: true, overtakes: true };
const LEAN: Bound = { sends: false, halves: false, timeOuts: false, overtakes: false };

/** Two orders, an edit or a stop with one, and everything that can happen to them. */
export function smallCheck(): Part[] {
  return [
    { programs: equals(KINDS, 2), bound: EVERYTHING },
    { programs: ranked(KINDS, ['quote', 'hedge']), bound: EVERYTHING },
    { programs: stops(KINDS, 1), bound: EVERYTHING },
    { programs: edits(KINDS), bound: LEAN },
  ];
}

/** Three orders of two accounts; `share`: every so many-th program. */
export function largeCheck(share: number): Part[] {
  const sets = [
    equals(KINDS, 3),
    ranked(KINDS, ['quote', 'parent', 'hedge']),
    stops(KINDS, 2),
  ] as const;
  return sets.map((programs) => ({
    programs: programs.filter((_, i) => i % share === 0),
    bound: LEAN,
  }));
}

/** With `stopAtFirst`, the check ends with the first match or overtaking. */
export function runCheck(parts: readonly Part[], stopAtFirst = false): Summary {
  const sum = { programs: 0, states: 0, matches: 0, overtakings: 0 };
  const seen = { refused: 0, deferred: 0, resumed: 0 };
  let example: Summary['example'];
  for (const { programs, bound } of parts) {
    for (const program of programs) {
      if (stopAtFirst && example !== undefined) break;
      const found = explore(program, bound, stopAtFirst);
      sum.programs += 1;
      sum.states += found.states;
      if (found.match !== undefined) sum.matches += 1;
      if (found.overtaking !== undefined) sum.overtakings += 1;
      if (found.refused) seen.refused += 1;
      if (found.deferred) seen.deferred += 1;
      if (found.resumed) seen.resumed += 1;
      const history = found.match ?? found.overtaking;
      if (history !== undefined) example ??= { program, history };
    }
  }
  return { ...sum, ...seen, example };
}
