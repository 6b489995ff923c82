import type { AddOutcome, BookSide, MatchTif } from '../matching/addOutcome.ts';
import type { Depth } from '../matching/depth.ts';
import type { Market } from '../protocol/market.ts';

/** A closed minute of a market, in tape time. */
export interface MinuteBar {
  readonly openTimeMs: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly volumeLots: number;
}

/** What became of a crowd order: {@link AddOutcome} and the id that the exchange gave it. */
export interface CrowdOutcome extends AddOutcome {
  readonly orderId: number;
}

/**
 * One market as the crowd sees it. Its orders enter the engine directly: no account, no key, no
 * margin, no fee, no taker delay. They print on the public tape and trade with everybody, also
 * with one another (their owner is nobody).
 */
export interface CrowdMarket {
  readonly market: Market;
  /** The result is one object, overwritten by the next `add`. */
  add(side: BookSide, ticks: number, lots: number, tif: MatchTif): CrowdOutcome;
  /** Lots that the order had left, or −1 if it is not in the book. */
  cancel(orderId: number): number;
  /** Lots that a crowd order has in the book, 0 when it is gone. */
  remaining(orderId: number): number;
  /** Best price in ticks, 0 when the side is empty. */
  bestBid(): number;
  bestAsk(): number;
  /** The next populated price behind `ticks`, 0 when there is none. */
  nextPrice(side: BookSide, ticks: number): number;
  levelLots(ticks: number): number;
  /** Fills `into` with the best levels, everybody's orders included. */
  depth(side: BookSide, into: Depth): void;
  /** The price on the tape now: oracle and mark follow it. */
  setPrice(ticks: number): void;
}

export interface CrowdPort {
  /** By market id. */
  readonly markets: readonly CrowdMarket[];
}

/**
 * What drives the markets: a tape and the background traders around it. The exchange calls it and
 * never the other way round, except through the port while `open`, `act` or `brace` runs.
 */
export interface Crowd {
  /**
   * Tape time at a wall time. Candles, bars and the oracle's rhythm run in tape time. Asked anew for
   * every print: a minute of the tape may end within `act`.
   */
  tapeMs(wallMs: number): number;
  /** Minutes of a market that closed before the start, oldest first: history for candle queries. */
  history(market: number): readonly MinuteBar[];
  /** Once, before the first client: sets prices and places the first book. */
  open(port: CrowdPort, wallMs: number): void;
  /** Does everything that is due by `wallMs`; returns the wall time of the next act. */
  act(wallMs: number): number;
  /**
   * A resting order of the crowd traded, with `remainingLots` left; also called for trades that
   * the crowd's own takers cause, before their `add` returns. Must not use the port.
   */
  onFill(market: number, orderId: number, ticks: number, lots: number, remainingLots: number): void;
  /**
   * Just before somebody else's order enters a book, after every check and delay: the crowd may
   * stand in its way, so that it does not trade outside the recorded minute. `limitTicks` is the
   * worst price that it may reach, `lots` the most that it may take (1 for a post-only order).
   * Uses the port.
   */
  brace(market: number, side: BookSide, limitTicks: number, lots: number): void;
}
