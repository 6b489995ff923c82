import type { BookSide, MatchTif } from '../../../matching/addOutcome.ts';
import type { Depth } from '../../../matching/depth.ts';
import type { Market } from '../../../protocol/market.ts';
import { invariant } from '../../../std/assert.ts';
import type { CrowdMarket, CrowdOutcome } from '../../crowdPort.ts';
import { type ExchangeState, newOrderId, tapeNow } from '../exchangeState.ts';
import { enterBook } from '../orders/enterBook.ts';
import type { MarketState } from './marketState.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The crowd's way into one market: straight to the book, as nobody's orders. */
export class CrowdDoor implements CrowdMarket {
  readonly market: Market;
  readonly #state: ExchangeState;
  readonly #here: MarketState;
  readonly #outcome: Mutable<CrowdOutcome> = {
    orderId: 0,
    status: 'filled',
    ticks: 0,
    filledLots: 0,
    restingLots: 0,
  };

  constructor(state: ExchangeState, here: MarketState) {
    this.market = here.market;
    this.#state = state;
    this.#here = here;
  }

  add(side: BookSide, ticks: number, lots: number, tif: MatchTif): CrowdOutcome {
    const outcome = this.#outcome;
    outcome.orderId = newOrderId(this.#state);
    const entry = { id: outcome.orderId, order: undefined, side, ticks, lots, tif };
    Object.assign(outcome, enterBook(this.#state, this.#here, entry));
    return outcome;
  }

  cancel(orderId: number): number {
    invariant(!this.#state.accounts.orders.has(orderId), `order ${orderId} is not the crowd's`);
    return this.#here.engine.cancel(orderId);
  }

  remaining(orderId: number): number {
    return this.#here.engine.remaining(orderId);
  }

  bestBid(): number {
    return this.#here.engine.bestBid();
  }

  bestAsk(): number {
    return this.#here.engine.bestAsk();
  }

  nextPrice(side: BookSide, ticks: number): number {
    return this.#here.engine.nextPrice(side, ticks);
  }

  levelLots(ticks: number): number {
    return this.#here.engine.levelLots(ticks);
  }

  depth(side: BookSide, into: Depth): void {
    this.#here.engine.depth(side, into);
  }

  setPrice(ticks: number): void {
    this.#here.setPrice(ticks, tapeNow(this.#state));
  }
}
