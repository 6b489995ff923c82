// Markets with nothing around them: the matching engine, the crowd and whoever the test sends in.

import type { TapeCrowd } from '../../../src/exchange/crowd/tapeCrowd.ts';
import type { CrowdMarket, CrowdOutcome, CrowdPort } from '../../../src/exchange/crowdPort.ts';
import type { MatchTif } from '../../../src/matching/addOutcome.ts';
import type { Depth } from '../../../src/matching/depth.ts';
import { MatchingEngine } from '../../../src/matching/matchingEngine.ts';
import type { Market } from '../../../src/protocol/market.ts';
import type { Side } from '../../../src/protocol/terms.ts';

const CROWD = 0;

export interface Print {
  /** Start of the tape's minute in which it happened. */
  readonly minuteMs: number;
  readonly taker: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly takerOwner: number;
  readonly makerOwner: number;
}

export class OpenMarket implements CrowdMarket {
  readonly market: Market;
  readonly engine: MatchingEngine = new MatchingEngine();
  readonly prints: Print[] = [];
  /** Every order that entered the book, and every one taken out, as text. */
  readonly events: string[] = [];
  priceTicks = 0;
  readonly #markets: OpenMarkets;

  constructor(market: Market, markets: OpenMarkets) {
    this.market = market;
    this.#markets = markets;
  }

  add(side: Side, ticks: number, lots: number, tif: MatchTif): CrowdOutcome {
    return this.#enter(CROWD, side, ticks, lots, tif);
  }

  /** Somebody else's order; owners are numbers from 1. */
  send(owner: number, side: Side, ticks: number, lots: number, tif: MatchTif): CrowdOutcome {
    const postOnly = tif === 'ALO' || tif === 'TOB';
    this.#markets.crowd.brace(this.market.id, side, ticks, postOnly ? 1 : lots);
    return this.#enter(owner, side, ticks, lots, tif);
  }

  cancel(orderId: number): number {
    this.events.push(`cancel ${orderId}`);
    return this.engine.cancel(orderId);
  }

  remaining(orderId: number): number {
    return this.engine.remaining(orderId);
  }

  bestBid(): number {
    return this.engine.bestBid();
  }

  bestAsk(): number {
    return this.engine.bestAsk();
  }

  nextPrice(side: Side, ticks: number): number {
    return this.engine.nextPrice(side, ticks);
  }

  levelLots(ticks: number): number {
    return this.engine.levelLots(ticks);
  }

  depth(side: Side, into: Depth): void {
    this.engine.depth(side, into);
  }

  setPrice(ticks: number): void {
    this.priceTicks = ticks;
  }

  #enter(owner: number, side: Side, ticks: number, lots: number, tif: MatchTif): CrowdOutcome {
    const orderId = this.#markets.nextId();
    const outcome = this.engine.add(orderId, owner, side, ticks, lots, tif);
    this.events.push(`${orderId} ${owner} ${side} ${ticks} ${lots} ${tif} ${outcome.status}`);
    const minuteMs = this.#markets.minuteMs();
    const { events } = this.engine;
    for (let i = 0; i < events.count; i += 1) {
      if (events.traded[i] !== 1) continue;
      const print: Print = {
        minuteMs,
        taker: side,
        ticks: events.ticks[i] as number,
        lots: events.lots[i] as number,
        takerOwner: owner,
        makerOwner: events.makerOwner[i] as number,
      };
      this.prints.push(print);
      if (print.makerOwner === CROWD) this.#markets.crowd.onFill(this.market.id);
    }
    return { ...outcome, orderId };
  }
}

export class OpenMarkets implements CrowdPort {
  readonly crowd: TapeCrowd;
  readonly markets: readonly OpenMarket[];
  wallMs: number;
  #lastId = 0;

  constructor(crowd: TapeCrowd, markets: readonly Market[], wallMs: number) {
    this.crowd = crowd;
    this.wallMs = wallMs;
    this.markets = markets.map((market) => new OpenMarket(market, this));
    crowd.open(this, wallMs);
  }

  /** Acts when the crowd wants to until `wallMs`; `between` runs after each act. */
  runUntil(wallMs: number, between: () => void = () => {}): void {
    for (;;) {
      const nextMs = this.crowd.act(this.wallMs);
      between();
      if (nextMs > wallMs) return;
      this.wallMs = nextMs;
    }
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  minuteMs(): number {
    const tapeMs = this.crowd.tapeMs(this.wallMs);
    return tapeMs - (tapeMs % 60_000);
  }
}
