import { invariant } from '../std/assert.ts';
import type { AddOutcome, BookSide, MatchTif } from './addOutcome.ts';
import type { Depth } from './depth.ts';
import { IdTable } from './idTable.ts';
import { LevelTable } from './levelTable.ts';
import { MatchEvents } from './matchEvents.ts';
import { OrderPool } from './orderPool.ts';
import { TickSet } from './tickSet.ts';

const { min } = Math;
const NONE = -1;

export interface EngineOptions {
  /** Highest price in ticks; prices run from 1. Default 2^25 − 1. */
  readonly maxTicks?: number;
  /**
   * Whether a post-only order that would cross only orders of its own owner is rejected (default),
   * or removes them and rests.
   */
  readonly postOnlyFirst?: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * One market's book: price first, then time. Prices are ticks from 1, amounts whole lots, ids
 * non-negative numbers, owners 32-bit integers. An incoming order that meets a resting order of
 * its own owner removes that order whole and goes on; owner 0 is nobody and never meets itself.
 */
export class MatchingEngine {
  /** What the last `add` traded and removed; valid until the next one. */
  readonly events: MatchEvents = new MatchEvents();
  readonly #orders: OrderPool = new OrderPool(1024);
  readonly #slots: IdTable = new IdTable();
  readonly #levels: LevelTable;
  readonly #bids: TickSet;
  readonly #asks: TickSet;
  readonly #maxTicks: number;
  readonly #postOnlyFirst: boolean;
  readonly #outcome: Mutable<AddOutcome> = {
    status: 'filled',
    ticks: 0,
    filledLots: 0,
    restingLots: 0,
  };
  #bestBid = 0;
  #bestAsk = 0;
  #isPaused = false;

  constructor(options: EngineOptions = {}) {
    this.#maxTicks = options.maxTicks ?? 2 ** 25 - 1;
    this.#postOnlyFirst = options.postOnlyFirst ?? true;
    this.#levels = new LevelTable(this.#maxTicks);
    this.#bids = new TickSet(this.#maxTicks);
    this.#asks = new TickSet(this.#maxTicks);
  }

  /** Enters an order. What it traded is in {@link events}. */
  add(
    orderId: number,
    owner: number,
    side: BookSide,
    ticks: number,
    lots: number,
    tif: MatchTif,
  ): AddOutcome {
    invariant(ticks >= 1 && ticks <= this.#maxTicks, `price out of range: ${ticks} ticks`);
    invariant(lots > 0, `order ${orderId} has no lots`);
    invariant(this.#slots.get(orderId) === NONE, `order ${orderId} is in the book already`);
    this.events.count = 0;
    const isBid = side === 'bid';
    if (tif === 'ALO' || tif === 'TOB')
      return this.#addPostOnly(orderId, owner, isBid, ticks, lots, tif);
    const left = this.#match(owner, isBid, ticks, lots);
    if (left === 0) return this.#say('filled', ticks, lots, 0);
    if (this.#isPaused) return this.#say('paused', ticks, lots - left, 0);
    if (tif === 'IOC') return this.#say('cancelled', ticks, lots - left, 0);
    this.#rest(orderId, owner, isBid, ticks, left);
    return this.#say('resting', ticks, lots - left, left);
  }

  /** Takes an order out of the book. Returns the lots it had left, or −1 if it is not there. */
  cancel(orderId: number): number {
    const slot = this.#slots.get(orderId);
    if (slot === NONE) return -1;
    const lots = this.#orders.lots[slot] as number;
    this.#remove(slot);
    return lots;
  }

  /** Lowers an order to `lots` (at least 1, below what it has) without losing its place. */
  reduce(orderId: number, lots: number): void {
    const slot = this.#slots.get(orderId);
    invariant(slot !== NONE, `order ${orderId} is not in the book`);
    const before = this.#orders.lots[slot] as number;
    invariant(
      lots > 0 && lots <= before,
      `order ${orderId} cannot go from ${before} to ${lots} lots`,
    );
    this.#takeLots(slot, before - lots);
  }

  /**
   * Watches a resting order: a taker that has already traded or removed something pauses before it,
   * so that whoever drives the engine can look at the effects, and change or cancel the order.
   */
  watch(orderId: number): void {
    const slot = this.#slots.get(orderId);
    invariant(slot !== NONE, `order ${orderId} is not in the book`);
    this.#orders.watched[slot] = 1;
  }

  /** Best price, or 0 when nobody bids. */
  bestBid(): number {
    return this.#bestBid;
  }

  /** Best price, or 0 when nobody offers. */
  bestAsk(): number {
    return this.#bestAsk;
  }

  /** The next populated price of `side` behind `ticks`, or 0 when there is none. */
  nextPrice(side: BookSide, ticks: number): number {
    return side === 'bid' ? this.#bids.below(ticks) : this.#asks.above(ticks);
  }

  /** All lots at a price. */
  levelLots(ticks: number): number {
    const level = this.#levels.at(ticks);
    return level === NONE || this.#levels.orders[level] === 0
      ? 0
      : (this.#levels.lots[level] as number);
  }

  /** How many orders rest at a price. */
  levelOrders(ticks: number): number {
    const level = this.#levels.at(ticks);
    return level === NONE ? 0 : (this.#levels.orders[level] as number);
  }

  /** Fills `into` with the best levels of a side, as many as there are and as it has room for. */
  depth(side: BookSide, into: Depth): void {
    let ticks = side === 'bid' ? this.#bestBid : this.#bestAsk;
    let count = 0;
    while (ticks !== 0 && count < into.ticks.length) {
      const level = this.#levels.at(ticks);
      into.ticks[count] = ticks;
      into.lots[count] = this.#levels.lots[level] as number;
      into.orders[count] = this.#levels.orders[level] as number;
      count += 1;
      ticks = this.nextPrice(side, ticks);
    }
    into.count = count;
  }

  /** Lots that an order has in the book; 0 when it is not there. */
  remaining(orderId: number): number {
    const slot = this.#slots.get(orderId);
    return slot === NONE ? 0 : (this.#orders.lots[slot] as number);
  }

  /** Price of an order in the book; 0 when it is not there. */
  priceOf(orderId: number): number {
    const slot = this.#slots.get(orderId);
    return slot === NONE ? 0 : (this.#orders.ticks[slot] as number);
  }

  #addPostOnly(
    orderId: number,
    owner: number,
    isBid: boolean,
    limit: number,
    lots: number,
    tif: 'ALO' | 'TOB',
  ): AddOutcome {
    if (!this.#postOnlyFirst && owner !== 0) this.#clearOwn(owner, isBid, limit);
    let ticks = limit;
    if (this.#crosses(isBid, limit)) {
      if (tif === 'ALO') return this.#say('post_only', limit, 0, 0);
      ticks = isBid ? this.#bestAsk - 1 : this.#bestBid + 1;
      if (ticks < 1 || ticks > this.#maxTicks) return this.#say('post_only', limit, 0, 0);
    }
    this.#rest(orderId, owner, isBid, ticks, lots);
    return this.#say('resting', ticks, 0, lots);
  }

  /** Removes orders of `owner` as long as they are what a taker at `limit` would meet first. */
  #clearOwn(owner: number, isBid: boolean, limit: number): void {
    while (this.#crosses(isBid, limit)) {
      const slot = this.#front(isBid);
      if (this.#orders.owner[slot] !== owner) return;
      this.#prevent(slot);
    }
  }

  #match(owner: number, isBid: boolean, limit: number, lots: number): number {
    const orders = this.#orders;
    let left = lots;
    this.#isPaused = false;
    while (left > 0 && this.#crosses(isBid, limit)) {
      const slot = this.#front(isBid);
      if (orders.watched[slot] === 1 && this.events.count > 0) {
        this.#isPaused = true;
        break;
      }
      const maker = orders.owner[slot] as number;
      if (maker === owner && owner !== 0) {
        this.#prevent(slot);
        continue;
      }
      const resting = orders.lots[slot] as number;
      const traded = min(left, resting);
      left -= traded;
      const after = resting - traded;
      this.events.push(
        1,
        orders.id[slot] as number,
        maker,
        orders.ticks[slot] as number,
        traded,
        after,
      );
      if (after === 0) this.#remove(slot);
      else this.#takeLots(slot, traded);
    }
    return left;
  }

  #prevent(slot: number): void {
    const orders = this.#orders;
    const ticks = orders.ticks[slot] as number;
    const lots = orders.lots[slot] as number;
    this.events.push(0, orders.id[slot] as number, orders.owner[slot] as number, ticks, lots, 0);
    this.#remove(slot);
  }

  #crosses(isBid: boolean, limit: number): boolean {
    return isBid ? this.#bestAsk !== 0 && this.#bestAsk <= limit : this.#bestBid >= limit;
  }

  /** The order that a taker meets first. */
  #front(takerIsBid: boolean): number {
    const best = takerIsBid ? this.#bestAsk : this.#bestBid;
    return this.#levels.head[this.#levels.at(best)] as number;
  }

  #rest(orderId: number, owner: number, isBid: boolean, ticks: number, lots: number): void {
    const level = this.#levels.open(ticks);
    const isNew = this.#levels.orders[level] === 0;
    this.#append(level, orderId, owner, isBid, ticks, lots);
    if (!isNew) return;
    if (isBid) {
      this.#bids.insert(ticks);
      if (ticks > this.#bestBid) this.#bestBid = ticks;
    } else {
      this.#asks.insert(ticks);
      if (this.#bestAsk === 0 || ticks < this.#bestAsk) this.#bestAsk = ticks;
    }
  }

  #append(
    level: number,
    orderId: number,
    owner: number,
    isBid: boolean,
    ticks: number,
    lots: number,
  ): void {
    const slot = this.#orders.take();
    const orders = this.#orders;
    const levels = this.#levels;
    const last = levels.tail[level] as number;
    orders.id[slot] = orderId;
    orders.owner[slot] = owner;
    orders.ticks[slot] = ticks;
    orders.lots[slot] = lots;
    orders.isBid[slot] = isBid ? 1 : 0;
    orders.watched[slot] = 0;
    orders.prev[slot] = last;
    orders.next[slot] = NONE;
    if (last === NONE) levels.head[level] = slot;
    else orders.next[last] = slot;
    levels.tail[level] = slot;
    levels.lots[level] = (levels.lots[level] as number) + lots;
    levels.orders[level] = (levels.orders[level] as number) + 1;
    this.#slots.set(orderId, slot);
  }

  #takeLots(slot: number, lots: number): void {
    const level = this.#levels.at(this.#orders.ticks[slot] as number);
    this.#orders.lots[slot] = (this.#orders.lots[slot] as number) - lots;
    this.#levels.lots[level] = (this.#levels.lots[level] as number) - lots;
  }

  #remove(slot: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const ticks = orders.ticks[slot] as number;
    const level = levels.at(ticks);
    const prev = orders.prev[slot] as number;
    const next = orders.next[slot] as number;
    if (prev === NONE) levels.head[level] = next;
    else orders.next[prev] = next;
    if (next === NONE) levels.tail[level] = prev;
    else orders.prev[next] = prev;
    this.#takeLots(slot, orders.lots[slot] as number);
    levels.orders[level] = (levels.orders[level] as number) - 1;
    if (levels.orders[level] === 0) this.#empty(ticks, orders.isBid[slot] === 1);
    this.#slots.delete(orders.id[slot] as number);
    orders.give(slot);
  }

  /** Nothing is left at `ticks`. */
  #empty(ticks: number, isBid: boolean): void {
    this.#levels.close(ticks);
    if (isBid) {
      this.#bids.remove(ticks);
      if (ticks === this.#bestBid) this.#bestBid = this.#bids.below(ticks);
    } else {
      this.#asks.remove(ticks);
      if (ticks === this.#bestAsk) this.#bestAsk = this.#asks.above(ticks);
    }
  }

  #say(
    status: AddOutcome['status'],
    ticks: number,
    filledLots: number,
    restingLots: number,
  ): AddOutcome {
    const outcome = this.#outcome;
    outcome.status = status;
    outcome.ticks = ticks;
    outcome.filledLots = filledLots;
    outcome.restingLots = restingLots;
    return outcome;
  }
}
