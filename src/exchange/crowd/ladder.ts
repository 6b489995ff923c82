import { lotsWithin, microOfDollars } from '../../protocol/market.ts';
import { type Side, signOf } from '../../protocol/terms.ts';
import { between, type Random } from '../../std/random.ts';
import type { CrowdMarket } from '../crowdPort.ts';

const { exp, floor, imul, log, max } = Math;

/** Mean distance between two rungs: one basis point. */
const RUNG = 1e-4;
const RUNGS = 15;
const RUNG_DOLLARS = { least: 40_000, most: 90_000 };
const TOUCH_DOLLARS = { least: 40_000, most: 120_000 };
/** An order that has less than this share of its lots left is replaced. */
const WORN = 0.4;

interface Order {
  readonly orderId: number;
  readonly ticks: number;
  readonly lots: number;
}

/**
 * The makers of one side of a market: an order at the touch and rungs behind it. Rungs stand at
 * fixed prices, so that a move of the touch costs a few orders and not the whole ladder.
 */
export class Ladder {
  readonly #market: CrowdMarket;
  readonly #side: Side;
  readonly #random: Random;
  /** +1: a higher price is the better one. */
  readonly #better: 1 | -1;
  #touch: Order | undefined;
  readonly #rungs = new Map<number, Order>();
  #walls: Order[] = [];

  constructor(market: CrowdMarket, side: Side, random: Random) {
    this.#market = market;
    this.#side = side;
    this.#random = random;
    this.#better = signOf(side);
  }

  /** Withdraws every order at a better price than `ticks`. */
  yieldTo(ticks: number): void {
    if (this.#touch && this.#isBetter(this.#touch.ticks, ticks)) {
      this.#market.cancel(this.#touch.orderId);
      this.#touch = undefined;
    }
    for (const [cell, rung] of this.#rungs) {
      if (this.#isBetter(rung.ticks, ticks)) this.#dropRung(cell, rung);
    }
    if (this.#walls.some((wall) => this.#isBetter(wall.ticks, ticks))) this.#dropWalls();
  }

  /** Quotes `ticks`, moves the rungs behind it and withdraws the walls. */
  settle(ticks: number): void {
    this.#dropWalls();
    if (this.#touch?.ticks !== ticks || this.#isWorn(this.#touch)) this.#placeTouch(ticks);
    const nearest = this.#cellBehind(ticks);
    const farthest = nearest - this.#better * (RUNGS - 1);
    for (const [cell, rung] of this.#rungs) {
      if ((cell - nearest) * (cell - farthest) > 0) this.#dropRung(cell, rung);
    }
    for (let i = 0; i < RUNGS; i += 1) {
      const cell = nearest - this.#better * i;
      if (!this.#rungs.has(cell)) this.#placeRung(cell);
    }
  }

  /** Replaces the orders that takers have worn down. */
  refill(): void {
    if (this.#touch && this.#isWorn(this.#touch)) this.#placeTouch(this.#touch.ticks);
    for (const [cell, rung] of this.#rungs) {
      if (!this.#isWorn(rung)) continue;
      this.#market.cancel(rung.orderId);
      this.#placeRung(cell);
    }
  }

  /** Stands at `ticks` with `lots` until the next {@link settle}. */
  wall(ticks: number, lots: number): void {
    this.#walls.push(this.#place(ticks, lots));
  }

  /** Lots that a taker finds here at `ticks` and better prices. */
  lotsUpTo(ticks: number): number {
    let lots = 0;
    for (const order of [this.#touch, ...this.#rungs.values(), ...this.#walls]) {
      if (order && !this.#isBetter(ticks, order.ticks)) {
        lots += this.#market.remaining(order.orderId);
      }
    }
    return lots;
  }

  #isBetter(ticks: number, than: number): boolean {
    return (ticks - than) * this.#better > 0;
  }

  #isWorn({ orderId, lots }: Order): boolean {
    return this.#market.remaining(orderId) < lots * WORN;
  }

  #dropRung(cell: number, rung: Order): void {
    this.#market.cancel(rung.orderId);
    this.#rungs.delete(cell);
  }

  #dropWalls(): void {
    for (const wall of this.#walls) this.#market.cancel(wall.orderId);
    if (this.#walls.length > 0) this.#walls = [];
  }

  #placeTouch(ticks: number): void {
    if (this.#touch) this.#market.cancel(this.#touch.orderId);
    this.#touch = this.#place(ticks, this.#drawLots(ticks, TOUCH_DOLLARS));
  }

  #placeRung(cell: number): void {
    const ticks = rungTicks(cell);
    this.#rungs.set(cell, this.#place(ticks, this.#drawLots(ticks, RUNG_DOLLARS)));
  }

  #place(ticks: number, lots: number): Order {
    const { orderId } = this.#market.add(this.#side, ticks, lots, 'GTC');
    return { orderId, ticks, lots };
  }

  #drawLots(ticks: number, dollars: { readonly least: number; readonly most: number }): number {
    const micro = microOfDollars(between(this.#random, dollars.least, dollars.most));
    return max(1, lotsWithin(this.#market.market, ticks, micro));
  }

  /** The first cell whose rung stands behind `ticks`. */
  #cellBehind(ticks: number): number {
    let cell = floor(log(ticks) / RUNG) + this.#better;
    while (!this.#isBetter(ticks, rungTicks(cell))) cell -= this.#better;
    return cell;
  }
}

/** Price of a rung: somewhere in its cell, always at the same place. */
function rungTicks(cell: number): number {
  const place = (imul(cell, 0x9e3779b1) >>> 0) / 2 ** 32;
  return floor(exp((cell + place) * RUNG));
}
