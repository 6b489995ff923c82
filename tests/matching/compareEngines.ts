import type { MatchTif } from '../../src/matching/addOutcome.ts';
import { MatchingEngine } from '../../src/matching/matchingEngine.ts';
import { between, type Random, SeededRandom } from '../../src/std/random.ts';
import { type BookStep, bookOf, unequal } from './bookStep.ts';
import { CompareMoney } from './compareMoney.ts';
import { NaiveEngine } from './naiveEngine.ts';

export interface CompareOptions {
  readonly seed: number;
  readonly histories: number;
  readonly progress?: (done: number) => void;
  /** Asked now and then: ends the run before its time. */
  readonly isOver?: () => boolean;
  /** Stands in for the naive engine, to see that a difference is found. */
  readonly Naive?: typeof NaiveEngine;
}

export interface CompareFigures {
  readonly histories: number;
  readonly steps: number;
  readonly fills: number;
  /** The first difference, with the history that led to it. */
  readonly failure: string | undefined;
}

const MOST_STEPS = 60;
const TIFS: readonly MatchTif[] = ['GTC', 'GTC', 'GTC', 'IOC', 'ALO', 'TOB'];
const MID = 2000;

/**
 * Random histories in the matching engine and in the naive one: same answers, same fills, same
 * book after every step. Every history also runs through orders and settlement, where each
 * account's equity must be what its fills and fees come to.
 */
export function compareEngines(options: CompareOptions): CompareFigures {
  const { histories, isOver, Naive = NaiveEngine, progress, seed } = options;
  const random = new SeededRandom(seed);
  const money = new CompareMoney(Naive);
  let steps = 0;
  let fills = 0;
  let at = 0;
  for (; at < histories; at += 1) {
    const history = drawn(random);
    steps += history.length;
    const difference = differenceIn(history, Naive) ?? money.differenceIn(history);
    if (difference !== undefined) {
      const failure = `history ${at}: ${difference}\n${JSON.stringify(history)}`;
      return { histories: at + 1, steps, fills, failure };
    }
    fills += money.fills;
    if (at % 100 !== 0) continue;
    progress?.(at);
    if (isOver?.() === true) break;
  }
  return { histories: at, steps, fills, failure: undefined };
}

function drawn(random: Random): BookStep[] {
  return Array.from({ length: between(random, 5, MOST_STEPS) }, () => ({
    kind: between(random, 0, 3) === 0 ? 'cancel' : 'add',
    owner: between(random, 1, 3),
    side: between(random, 0, 1) === 0 ? 'bid' : 'ask',
    offset: between(random, -6, 6),
    lots: between(random, 11, 60),
    tif: TIFS[between(random, 0, TIFS.length - 1)] as MatchTif,
    pick: between(random, 0, MOST_STEPS),
  }));
}

/** The first step after which the two engines disagree, and on what. */
function differenceIn(history: readonly BookStep[], Naive: typeof NaiveEngine): string | undefined {
  const options = { maxTicks: 2 * MID };
  const engine = new MatchingEngine(options);
  const naive = new Naive(options);
  for (const [id, { kind, lots, offset, owner, pick, side, tif }] of history.entries()) {
    const [ours, theirs] =
      kind === 'cancel'
        ? [engine.cancel(pick), naive.cancel(pick)]
        : [
            { ...engine.add(id, owner, side, MID + offset, lots, tif), events: eventsOf(engine) },
            { ...naive.add(id, owner, side, MID + offset, lots, tif), events: naive.events },
          ];
    const difference = unequal(`step ${id}`, ours, theirs) ?? unequalBooks(id, engine, naive);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function unequalBooks(id: number, engine: MatchingEngine, naive: NaiveEngine): string | undefined {
  return unequal(`the book after step ${id}`, bookOf(engine), naive.book());
}

function eventsOf({ events }: MatchingEngine): Record<string, number>[] {
  return Array.from({ length: events.count }, (_, i) => ({
    traded: events.traded[i] as number,
    makerId: events.makerId[i] as number,
    makerOwner: events.makerOwner[i] as number,
    ticks: events.ticks[i] as number,
    lots: events.lots[i] as number,
    makerRemaining: events.makerRemaining[i] as number,
  }));
}
