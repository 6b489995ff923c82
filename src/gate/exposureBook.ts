import { OPPOSITE, type Side } from '../protocol/terms.ts';
import { invariant } from '../std/assert.ts';
import { inConflict } from './conflict.ts';
import { type Entry, STRONGEST, WEAKEST } from './entry.ts';
import { EntryTable } from './entryTable.ts';
import { LAST_KEY, Ladder, NONE, SlotLinks } from './ladder.ts';

const { min } = Math;

/** Highest price that the book can hold, ticks. Keys 0 and `LAST_KEY` are beyond every price. */
export const MAX_TICKS: number = LAST_KEY - 1;

const MAX_ACCOUNTS = 65_536;
const RANK_COUNT = WEAKEST + 1;
const NO_ENTRIES: readonly Entry[] = [];

/**
 * The exposure of one owner: every order of every account that may still trade, and every claim. Per
 * market, side and precedence two ladders, of what may rest and of what may take, both from the most
 * aggressive price on, so that the first entry already tells whether a new order meets any.
 */
export class ExposureBook {
  readonly #restLinks = new SlotLinks();
  readonly #takeLinks = new SlotLinks();
  /** By market, side and rank. */
  readonly #rests: readonly Ladder[];
  readonly #takes: readonly Ladder[];
  readonly #entries: Entry[] = [];
  readonly #freeSlots: number[] = [];
  readonly #orders = new EntryTable();
  /** Remaining lots of orders by account, market and side. */
  #workingLots = new Float64Array(64);
  readonly #marketCount: number;

  constructor(marketCount: number) {
    const count = marketCount * 2 * RANK_COUNT;
    this.#marketCount = marketCount;
    this.#rests = Array.from({ length: count }, () => new Ladder(this.#restLinks));
    this.#takes = Array.from({ length: count }, () => new Ladder(this.#takeLinks));
  }

  /** Orders that count, claims aside. */
  get orderCount(): number {
    return this.#orders.size;
  }

  order(orderId: number): Entry | undefined {
    return this.#orders.get(orderId);
  }

  /** Lots of the account's own orders that may still trade on that side. */
  workingLots(account: number, market: number, side: Side): number {
    return this.#workingLots[this.#workingAt(account, market, side)] ?? 0;
  }

  insert(entry: Entry): void {
    invariant(entry.slot === NONE, `order ${entry.request.orderId} is in the book already`);
    if (entry.claim === 0) this.#addOrder(entry);
    const slot = this.#freeSlots.pop() ?? this.#entries.length;
    this.#entries[slot] = entry;
    entry.slot = slot;
    const key = keyOf(entry.side, entry.worstTicks);
    const ladder = this.#ladderAt(entry.market, entry.side, entry.rank);
    if (entry.mayRest) this.#rests[ladder]?.insert(slot, key);
    if (entry.canTake) this.#takes[ladder]?.insert(slot, key);
  }

  remove(entry: Entry): void {
    const ladder = this.#ladderAt(entry.market, entry.side, entry.rank);
    if (entry.mayRest) this.#rests[ladder]?.remove(entry.slot);
    if (entry.canTake) this.#takes[ladder]?.remove(entry.slot);
    this.#freeSlots.push(entry.slot);
    entry.slot = NONE;
    if (entry.claim !== 0) return;
    this.#orders.remove(entry);
    this.#addWorking(entry, -entry.remainingLots);
  }

  /** The venue has it on its book: it can only be taken from now on. */
  rest(entry: Entry): void {
    const ladder = this.#ladderAt(entry.market, entry.side, entry.rank);
    if (entry.canTake) this.#takes[ladder]?.remove(entry.slot);
    if (!entry.mayRest) {
      this.#rests[ladder]?.insert(entry.slot, keyOf(entry.side, entry.worstTicks));
    }
    entry.canTake = false;
    entry.mayRest = true;
  }

  /** Lowers what may still trade; more than before is not believed. */
  shrink(entry: Entry, remainingLots: number): void {
    const left = min(entry.remainingLots, remainingLots < 0 ? 0 : remainingLots);
    this.#addWorking(entry, left - entry.remainingLots);
    entry.remainingLots = left;
  }

  /**
   * Worst price of the most aggressive entry that conflicts with `entry`, among those of rank `weakest`
   * and stronger: ticks, 0 or `LAST_KEY` for a market order, `NONE` when there is no such entry.
   */
  nearestOpponentTicks(entry: Entry, weakest: number): number {
    const side = OPPOSITE[entry.side];
    const reach = LAST_KEY - keyOf(entry.side, entry.worstTicks);
    let nearest = reach + 1;
    for (let rank = STRONGEST; rank <= weakest; rank += 1) {
      const ladder = this.#ladderAt(entry.market, side, rank);
      if (entry.canTake) {
        const slot = (this.#rests[ladder] as Ladder).first();
        if (slot !== NONE) nearest = min(nearest, this.#restLinks.keys[slot] as number);
      }
      if (entry.mayRest) {
        const slot = (this.#takes[ladder] as Ladder).first();
        if (slot !== NONE) nearest = min(nearest, this.#takeLinks.keys[slot] as number);
      }
    }
    return nearest > reach ? NONE : ticksOf(side, nearest);
  }

  /** The entries of those ranks that conflict with `entry`, at most `limit`, each once. */
  opponents(entry: Entry, from: number, to: number, limit: number): readonly Entry[] {
    let found: Entry[] | undefined;
    const reach = LAST_KEY - keyOf(entry.side, entry.worstTicks);
    const side = OPPOSITE[entry.side];
    for (let rank = from; rank <= to; rank += 1) {
      const at = this.#ladderAt(entry.market, side, rank);
      if (entry.canTake) {
        const ladder = this.#rests[at] as Ladder;
        for (let slot = ladder.first(); slot !== NONE; slot = ladder.next(slot)) {
          if ((this.#restLinks.keys[slot] as number) > reach) break;
          found ??= [];
          if (found.length === limit) return found;
          found.push(this.#opponentAt(slot, entry));
        }
      }
      if (entry.mayRest) {
        const ladder = this.#takes[at] as Ladder;
        for (let slot = ladder.first(); slot !== NONE; slot = ladder.next(slot)) {
          if ((this.#takeLinks.keys[slot] as number) > reach) break;
          // What may rest as well was found above.
          if (entry.canTake && this.#entries[slot]?.mayRest) continue;
          found ??= [];
          if (found.length === limit) return found;
          found.push(this.#opponentAt(slot, entry));
        }
      }
    }
    return found ?? NO_ENTRIES;
  }

  // The ladders only find candidates quickly; the rule itself has the last word.
  #opponentAt(slot: number, entry: Entry): Entry {
    const opponent = this.#entries[slot] as Entry;
    invariant(inConflict(opponent, entry), 'the exposure index disagrees with the conflict rule');
    return opponent;
  }

  #addOrder(entry: Entry): void {
    const { orderId, account } = entry.request;
    invariant(this.#orders.get(orderId) === undefined, `order ${orderId} is in the book already`);
    invariant(
      Number.isInteger(account) && account >= 0 && account < MAX_ACCOUNTS,
      `account ${account} is not a number from 0 to ${MAX_ACCOUNTS - 1}`,
    );
    this.#orders.add(entry);
    this.#addWorking(entry, entry.remainingLots);
  }

  #addWorking(entry: Entry, lots: number): void {
    const at = this.#workingAt(entry.request.account, entry.market, entry.side);
    if (at >= this.#workingLots.length) {
      const larger = new Float64Array(at * 2);
      larger.set(this.#workingLots);
      this.#workingLots = larger;
    }
    this.#workingLots[at] = (this.#workingLots[at] as number) + lots;
  }

  #workingAt(account: number, market: number, side: Side): number {
    return (account * this.#marketCount + market) * 2 + (side === 'bid' ? 0 : 1);
  }

  #ladderAt(market: number, side: Side, rank: number): number {
    return (market * 2 + (side === 'bid' ? 0 : 1)) * RANK_COUNT + rank;
  }
}

/**
 * Orders of one side sorted from the most aggressive on: 0 is a market order. A bid at key k meets
 * the asks up to key `LAST_KEY` − k, and the other way round.
 */
function keyOf(side: Side, worstTicks: number): number {
  if (worstTicks === Infinity || worstTicks === -Infinity) return 0;
  return side === 'bid' ? LAST_KEY - worstTicks : worstTicks;
}

function ticksOf(side: Side, key: number): number {
  return side === 'bid' ? LAST_KEY - key : key;
}
