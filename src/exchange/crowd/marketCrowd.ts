import { OPPOSITE, type Side, signOf } from '../../protocol/terms.ts';
import { clamp } from '../../std/integers.ts';
import { type Random, unit } from '../../std/random.ts';
import type { Bar } from '../../tape/tape.ts';
import type { CrowdMarket } from '../crowdPort.ts';
import { Ladder } from './ladder.ts';
import { MinutePath } from './minutePath.ts';
import { Takers } from './takers.ts';

const { abs, floor, max, min, round } = Math;

/** The spread of a minute is drawn between these shares of the price: 1 to 2.5 basis points. */
const SPREAD = { least: 1e-4, most: 2.5e-4 };

/**
 * The crowd in one market: makers whose quotes follow the way of the price, and takers. In each
 * minute the first print is the open, the last the close, and none is outside low and high: the
 * crowd's own takers stop there, and {@link brace} stops everybody else's.
 */
export class MarketCrowd {
  readonly #market: CrowdMarket;
  readonly #random: Random;
  readonly #takers: Takers;
  readonly #makers: Readonly<Record<Side, Ladder>>;
  #path: MinutePath | undefined;
  #nextAnchor = 0;
  #lowTicks = 0;
  #highTicks = 0;
  #spreadTicks = 1;
  #bidTicks = 0;
  #askTicks = 0;
  /** The side that prints inside a bar too narrow for the spread: 'bid' buys at the ask. */
  #lean: Side = 'bid';
  #isWorn = false;
  #isBraced = false;

  /** `speed`: tape seconds in a second of wall time. */
  constructor(market: CrowdMarket, random: Random, speed: number) {
    this.#market = market;
    this.#random = random;
    this.#takers = new Takers(market.market, random, speed);
    this.#makers = {
      bid: new Ladder(market, 'bid', random),
      ask: new Ladder(market, 'ask', random),
    };
  }

  /** Begins a minute: prints its open. `dice` choose the way of the price and nothing else. */
  openMinute(bar: Bar, dice: Random): void {
    const spread = SPREAD.least + (SPREAD.most - SPREAD.least) * unit(this.#random);
    this.#spreadTicks = max(1, round(bar.openTicks * spread));
    this.#lowTicks = bar.lowTicks;
    this.#highTicks = bar.highTicks;
    this.#path = new MinutePath(bar, dice);
    this.#nextAnchor = 0;
    this.#takers.startMinute(bar);
    this.#market.setPrice(bar.openTicks);
    this.#print(bar.openTicks, this.#fittingTaker(bar.openTicks));
  }

  /** Goes on to the share `at` of the minute, after `elapsedMs` of wall time. */
  step(at: number, elapsedMs: number): void {
    this.#refill();
    if (this.#path === undefined) return;
    this.#printAnchors(this.#path, at);
    const priceTicks = round(this.#path.priceAt(at));
    this.#market.setPrice(priceTicks);
    this.#follow(priceTicks);
    this.#take(elapsedMs);
  }

  /**
   * Ends the minute with a print at its close. Orders between the close and the next open would
   * not let the price jump there: they trade first, while the range of this minute still holds.
   */
  closeMinute(closeTicks: number, nextOpenTicks: number): void {
    if (this.#path) this.#printAnchors(this.#path, 1);
    this.#clear(min(closeTicks, nextOpenTicks), max(closeTicks, nextOpenTicks));
    this.#market.setPrice(closeTicks);
    this.#print(closeTicks, this.#fittingTaker(closeTicks));
  }

  /** After the last minute: the makers stay where they are, takers go, no range holds any more. */
  rest(): void {
    this.#path = undefined;
    this.#lowTicks = 0;
    this.#highTicks = Number.MAX_SAFE_INTEGER;
  }

  /**
   * Before somebody else's order of at most `lots` at `limitTicks` enters the book: if it could
   * trade or rest beyond the minute's range, a maker stands at the edge with the lots that lack.
   */
  brace(side: Side, limitTicks: number, lots: number): void {
    const edge = side === 'bid' ? this.#highTicks : this.#lowTicks;
    const inwards = signOf(side) * -1;
    if ((limitTicks - edge) * inwards >= 0) return;
    const counter = OPPOSITE[side];
    const lacking = lots - this.#makers[counter].lotsUpTo(edge);
    if (lacking <= 0) return;
    this.#makers[side].yieldTo(edge + inwards);
    this.#makers[counter].wall(edge, lacking + this.#lotsUpTo(side, edge));
    this.#isBraced = true;
  }

  /** An order of the makers traded. */
  onFill(): void {
    this.#isWorn = true;
  }

  #refill(): void {
    if (!this.#isWorn) return;
    this.#isWorn = false;
    this.#makers.bid.refill();
    this.#makers.ask.refill();
  }

  #printAnchors({ anchors }: MinutePath, at: number): void {
    for (let anchor = anchors[this.#nextAnchor]; anchor && anchor.at <= at; ) {
      this.#print(anchor.ticks, anchor.taker);
      this.#nextAnchor += 1;
      anchor = anchors[this.#nextAnchor];
    }
  }

  /** The next print is at exactly `ticks`: a taker of side `taker` meets a maker there. */
  #print(ticks: number, taker: Side): void {
    this.#lean = taker;
    this.#refill();
    this.#clear(ticks, ticks);
    const bidTicks = taker === 'ask' ? ticks : ticks - this.#spreadTicks;
    this.#requote(bidTicks, bidTicks + this.#spreadTicks);
    this.#market.add(taker, ticks, this.#takers.lots(ticks), 'IOC');
  }

  /** Leaves nobody bidding above `bidTicks` or asking below `askTicks`. */
  #clear(bidTicks: number, askTicks: number): void {
    this.#makers.bid.yieldTo(bidTicks);
    this.#makers.ask.yieldTo(askTicks);
    this.#hit('bid', bidTicks + 1);
    this.#hit('ask', askTicks - 1);
  }

  /** Takers trade with every order of `side` at `ticks` and better prices. */
  #hit(side: Side, ticks: number): void {
    const lots = this.#lotsUpTo(side, ticks);
    if (lots > 0) this.#market.add(OPPOSITE[side], ticks, lots, 'IOC');
  }

  #lotsUpTo(side: Side, ticks: number): number {
    const market = this.#market;
    let lots = 0;
    let price = side === 'bid' ? market.bestBid() : market.bestAsk();
    while (price !== 0 && (price - ticks) * signOf(side) >= 0) {
      lots += market.levelLots(price);
      price = market.nextPrice(side, price);
    }
    return lots;
  }

  /** Moves the quotes to `priceTicks` unless they are near enough. */
  #follow(priceTicks: number): void {
    const spread = this.#spreadTicks;
    const isNarrow = this.#highTicks - this.#lowTicks < spread;
    const lowestBid = this.#lowTicks - (isNarrow && this.#lean === 'bid' ? spread : 0);
    const highestBid = this.#highTicks - (isNarrow && this.#lean === 'ask' ? 0 : spread);
    const wanted = clamp(priceTicks - floor(spread / 2), lowestBid, highestBid);
    const isInside = this.#bidTicks === clamp(this.#bidTicks, lowestBid, highestBid);
    const isNear = abs(wanted - this.#bidTicks) <= floor(spread / 4);
    if (this.#isBraced || !isNear || !isInside) this.#requote(wanted, wanted + spread);
  }

  /** Makers quote these prices; takers trade with everybody who stands beyond them. */
  #requote(bidTicks: number, askTicks: number): void {
    this.#isBraced = false;
    this.#bidTicks = bidTicks;
    this.#askTicks = askTicks;
    const { bid, ask } = this.#makers;
    bid.yieldTo(bidTicks);
    ask.yieldTo(askTicks);
    this.#hit('bid', askTicks);
    this.#hit('ask', bidTicks);
    bid.settle(bidTicks);
    ask.settle(askTicks);
  }

  #take(elapsedMs: number): void {
    for (let left = this.#takers.arrivals(elapsedMs); left > 0; left -= 1) {
      const side = this.#takers.side();
      const ticks =
        side === 'bid' ? min(this.#askTicks, this.#highTicks) : max(this.#bidTicks, this.#lowTicks);
      this.#market.add(side, ticks, this.#takers.lots(ticks), 'IOC');
    }
  }

  /** The taker with whose print at `ticks` both quotes stay inside the bar, if there is one. */
  #fittingTaker(ticks: number): Side {
    const canSell = ticks + this.#spreadTicks <= this.#highTicks;
    const canBuy = ticks - this.#spreadTicks >= this.#lowTicks;
    if (canSell !== canBuy) return canSell ? 'ask' : 'bid';
    return unit(this.#random) < 0.5 ? 'bid' : 'ask';
  }
}
