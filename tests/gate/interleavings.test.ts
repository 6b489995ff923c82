// Every program of two orders over {GTC, IOC, ALO} x side x 2 prices x 2 accounts, and every order in
// which submitting, arriving, losing, resting, ending and being told can happen, against a venue that
// knows nothing of owners. A taker waits at the venue before it arrives, so arriving is a step apart.
import { describe, expect, test } from '@jest/globals';
import { NOT_RECONCILED } from '../../src/gate/coverage.ts';
import type { Decision } from '../../src/gate/decision.ts';
import { Gate } from '../../src/gate/gate.ts';
import type { OrderRequest, Precedence } from '../../src/gate/orderRequest.ts';
import { FakeFacts, MARKETS, NOW_MS, request, WIDE } from './desk.ts';

const P = 100_000;

/** Where an order is. `wire`: on its way or waiting at the venue. `ended`: filled or cancelled. */
type Place = 'idea' | 'claim' | 'refused' | 'wire' | 'lost' | 'book' | 'ended';
type Act = 'submit' | 'retry' | 'arrive' | 'lose' | 'end' | 'tell' | 'forget';
type Step = readonly [Act, number];
type Program = readonly [Partial<OrderRequest>, Partial<OrderRequest>];

/** How a desk uses the gate; only the first way is sound. */
type Habit = 'sound' | 'ignores the gate' | 'forgets on time-out' | 'forgets on cancel';

/** One gate for all histories: each begins a minute after the last one has left it empty. */
const facts = new FakeFacts();
const gate = new Gate({ markets: MARKETS, facts, limits: WIDE });
facts.referenceTime = Infinity;
gate.openMarket(0, NOT_RECONCILED);
let nowMs = NOW_MS;

class World {
  readonly places: Place[] = ['idea', 'idea'];
  matched = false;
  readonly #requests: readonly OrderRequest[];
  readonly #habit: Habit;
  /** Whether the desk has heard of the order's last move. */
  readonly #told: boolean[] = [true, true];
  readonly #claims: number[] = [0, 0];
  /** Everything that the claim waited for has ended. */
  readonly #ready: boolean[] = [false, false];

  constructor(program: Program, habit: Habit) {
    this.#requests = program.map(request);
    this.#habit = habit;
  }

  /** Leaves the gate as it was. */
  close(): void {
    for (const claim of this.#claims) gate.dropClaim(claim);
    for (const { orderId } of this.#requests) gate.release(orderId);
    nowMs += 60_000;
  }

  key(): string {
    const entries = this.#requests.map(({ orderId }) => gate.entry(orderId)?.state);
    return [this.places, this.#told, this.#ready, entries, this.matched].join();
  }

  steps(): Step[] {
    const steps: Step[] = [];
    if (this.matched) return steps;
    for (const [i, place] of this.places.entries()) {
      if (place === 'idea') steps.push(['submit', i]);
      if (place === 'claim' && this.#ready[i]) steps.push(['retry', i]);
      if (place === 'wire') steps.push(['arrive', i], ['lose', i]);
      if (place === 'book') steps.push(['end', i]);
      if (!this.#told[i]) steps.push(['tell', i]);
      if (this.#mayForget(i, place)) steps.push(['forget', i]);
    }
    return steps;
  }

  do([act, i]: Step): void {
    if (act === 'submit') this.#answer(gate.submit([this.#request(i)], nowMs), i);
    if (act === 'retry') this.#answer(gate.retry(this.#claims[i] ?? 0, nowMs), i);
    if (act === 'arrive') this.#arrive(i);
    if (act === 'lose') this.places[i] = 'lost';
    if (act === 'end') this.#move(i, 'ended');
    if (act === 'tell') this.#tell(i);
    if (act === 'forget') gate.release(this.#request(i).orderId);
  }

  #mayForget(i: number, place: Place): boolean {
    if (gate.entry(this.#request(i).orderId) === undefined) return false;
    if (this.#habit === 'forgets on time-out') return place === 'wire';
    return this.#habit === 'forgets on cancel' && place === 'book' && this.#told[i] === true;
  }

  #answer(decision: Decision, i: number): void {
    const { orderId } = this.#request(i);
    this.#ready[i] = false;
    if (decision.kind === 'deferred') this.#claims[i] = decision.claim;
    if (decision.kind === 'reserved') gate.sent(orderId, nowMs + 2000);
    if (decision.kind === 'reserved' || this.#habit === 'ignores the gate') this.places[i] = 'wire';
    else this.places[i] = decision.kind === 'deferred' ? 'claim' : 'refused';
  }

  #arrive(i: number): void {
    const { tif } = this.#request(i);
    const crosses = this.places[1 - i] === 'book' && this.#crosses();
    if (crosses && tif !== 'ALO') this.matched = true;
    this.#move(i, crosses || tif === 'IOC' ? 'ended' : 'book');
  }

  #crosses(): boolean {
    const one = this.#request(0);
    const other = this.#request(1);
    if (one.side === other.side) return false;
    const [bid, ask] = one.side === 'bid' ? [one, other] : [other, one];
    return bid.priceTicks >= ask.priceTicks;
  }

  #move(i: number, place: Place): void {
    this.places[i] = place;
    this.#told[i] = false;
  }

  #tell(i: number): void {
    const { orderId } = this.#request(i);
    this.#told[i] = true;
    if (this.places[i] === 'book') gate.live(orderId);
    if (this.places[i] !== 'ended') return;
    for (const claim of gate.release(orderId)) this.#ready[this.#claims.indexOf(claim)] = true;
  }

  #request(i: number): OrderRequest {
    return this.#requests[i] as OrderRequest;
  }
}

interface Outcome {
  readonly program: Program;
  readonly states: number;
  /** In some history the two own orders traded with each other. */
  readonly matched: boolean;
  readonly refused: boolean;
  readonly deferred: boolean;
  /** In some history an order that had to wait was sent. */
  readonly resumed: boolean;
}

/** Walks every state that the program can reach. */
function explore(program: Program, habit: Habit): Outcome {
  const seen = new Set<string>();
  const found = { matched: false, refused: false, deferred: false, resumed: false };
  const open: Step[][] = [[]];
  // A desk that is not sound is done for with the first match.
  const isOver = (): boolean => found.matched && habit !== 'sound';
  for (let path = open.pop(); path !== undefined && !isOver(); path = open.pop()) {
    const world = new World(program, habit);
    for (const step of path) world.do(step);
    const key = world.key();
    if (!seen.has(key)) {
      seen.add(key);
      found.matched ||= world.matched;
      found.refused ||= world.places.includes('refused');
      found.deferred ||= world.places.includes('claim');
      found.resumed ||= path.at(-1)?.[0] === 'retry' && world.places.includes('wire');
      for (const step of world.steps()) open.push([...path, step]);
    }
    world.close();
  }
  return { program, states: seen.size, ...found };
}

function exploreAll(habit: Habit, first: Precedence, second: Precedence): Outcome[] {
  const orders = ['GTC', 'IOC', 'ALO'].flatMap((tif) =>
    ['bid', 'ask'].flatMap((side) =>
      [P, P + 1].flatMap((priceTicks) =>
        [1, 2].map((account) => ({ tif, side, priceTicks, account }) as Partial<OrderRequest>),
      ),
    ),
  );
  return orders
    .filter(({ account }) => account === 1)
    .flatMap((one) =>
      // Ten to one, so that the mirror rule has nothing to say.
      orders.map((other) =>
        explore(
          [
            { ...one, lots: 100, precedence: first, strategy: 0 },
            { ...other, lots: 1000, precedence: second, strategy: 0 },
          ],
          habit,
        ),
      ),
    );
}

/** Programs of two accounts in which own orders traded with each other. */
function selfMatches(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ matched, program: [one, other] }) => {
    return matched && one.account !== other.account;
  }).length;
}

describe('every interleaving of two orders', () => {
  const sound = exploreAll('sound', 'parent', 'parent');
  const ignoring = exploreAll('ignores the gate', 'parent', 'parent');

  test('GATE-2 GATE-4 GATE-5 cases 28 to 38: two own orders never match', () => {
    expect(sound).toHaveLength(288);
    expect(sound.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThan(5000);
    expect(sound.filter(({ matched }) => matched)).toEqual([]);
  });

  test('GATE-2 without the gate they do, so the check can fail', () => {
    expect(selfMatches(ignoring)).toBe(42);
  });

  test('GATE-2 nothing is refused that could not have matched', () => {
    const refused = sound.filter((outcome) => outcome.refused).map(({ program }) => program);
    const matching = ignoring.filter((outcome) => outcome.matched).map(({ program }) => program);
    expect(refused).toEqual(matching);
  });

  test('GATE-5 GATE-7 a desk that takes silence or its own cancel for an end trades with itself', () => {
    const matching = ignoring.filter((outcome) => outcome.matched).map(({ program }) => program);
    const found = (habit: Habit): number =>
      selfMatches(matching.map((program) => explore(program, habit)));
    expect(found('forgets on time-out')).toBe(42);
    expect(found('forgets on cancel')).toBe(42);
  });

  test('GATE-15 GATE-21 nor do they match when one makes way for the other, and that one gets its turn', () => {
    const outcomes = exploreAll('sound', 'quote', 'hedge');
    expect(outcomes.filter(({ matched }) => matched)).toEqual([]);
    const deferred = outcomes.filter((outcome) => outcome.deferred);
    expect(deferred.length).toBeGreaterThan(42);
    expect(deferred.filter(({ resumed }) => !resumed)).toEqual([]);
  });
});
