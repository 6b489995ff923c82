import { MatchingEngine } from '../../../matching/matchingEngine.ts';
import { type Market, notionalMicro } from '../../../protocol/market.ts';
import type { TradeCause, TradeSide } from '../../../protocol/terms.ts';
import { MICRO } from '../../../std/integers.ts';
import type { MinuteBar } from '../../crowdPort.ts';
import type { ExchangeSettings } from '../../settings.ts';
import { StopBook } from '../orders/stopBook.ts';
import { CandleSeries } from './candles.ts';
import type { ListedMarket } from './listing.ts';
import { MarketFunding } from './marketFunding.ts';

const { round } = Math;
const DAY_MS = 86_400_000;

/** A trade as everybody sees it: the taker's side of it. */
export interface PublicTrade {
  readonly historyId: number;
  readonly ticks: number;
  readonly lots: number;
  readonly side: TradeSide;
  readonly cause: TradeCause;
  readonly timeMs: number;
  readonly lastOrderId: number;
}

/** One market of the exchange: its book, its prices, what was traded. */
export class MarketState {
  readonly market: Market;
  readonly listed: ListedMarket;
  readonly engine: MatchingEngine;
  readonly candles: CandleSeries;
  readonly markCandles: CandleSeries;
  readonly funding: MarketFunding;
  /** While it is, the market takes no order; cancels go on, and resting orders stay. */
  halted = false;
  readonly stops: StopBook = new StopBook();
  lastTradeTicks = 0;
  /** Position and cash of the crowd, the other side of all that accounts hold. */
  crowdLots = 0;
  crowdCashMicro = 0;
  /** The same of the backstop, which takes over what nobody would buy in time. */
  backstopLots = 0;
  backstopCashMicro = 0;
  #trades: PublicTrade[] = [];
  #tapeTicks = 0;
  #oracleTicks = 0;
  #oracleTapeMs = Number.NEGATIVE_INFINITY;
  #frozenTicks = 0;
  readonly #settings: ExchangeSettings;

  constructor(
    market: Market,
    listed: ListedMarket,
    history: readonly MinuteBar[],
    settings: ExchangeSettings,
  ) {
    const dollarsOf = (ticks: number, lots: number): number =>
      (ticks * lots * market.microPerTickLot) / MICRO;
    this.market = market;
    this.listed = listed;
    this.#settings = settings;
    this.engine = new MatchingEngine({
      maxTicks: listed.maxTicks,
      postOnlyFirst: settings.postOnlyFirst,
    });
    this.funding = new MarketFunding(settings.historyRows);
    this.candles = new CandleSeries(history, dollarsOf);
    this.markCandles = new CandleSeries(
      history.map((bar) => ({ ...bar, volumeLots: 0 })),
      dollarsOf,
    );
  }

  /** The tape's price now. The oracle takes it over at its own interval. */
  setPrice(ticks: number, tapeMs: number): void {
    this.#tapeTicks = ticks;
    if (tapeMs - this.#oracleTapeMs >= this.#settings.oracleIntervalMs) {
      this.#oracleTicks = ticks;
      this.#oracleTapeMs = tapeMs;
    }
    this.markCandles.record(tapeMs, this.markTicks(), 0, 0);
  }

  recordTrade(trade: PublicTrade, tapeMs: number): void {
    const { ticks, lots } = trade;
    this.lastTradeTicks = ticks;
    this.keepTrade(trade);
    const dollars = round(notionalMicro(this.market, ticks, lots) / MICRO);
    this.candles.record(tapeMs, ticks, lots, dollars);
  }

  /** Shows a trade that sets no price. */
  keepTrade(trade: PublicTrade): void {
    this.#trades.push(trade);
    const kept = this.#settings.recentTrades;
    if (this.#trades.length >= 2 * kept) this.#trades = this.#trades.slice(-kept);
  }

  /** Newest first, as many as the settings keep. */
  recentTrades(): PublicTrade[] {
    return this.#trades.slice(-this.#settings.recentTrades).reverse();
  }

  get oracleTicks(): number {
    return this.#oracleTicks;
  }

  /** Oracle price a day ago, as far back as the tape knows. */
  yesterdayTicks(tapeMs: number): number {
    return this.candles.closeAt(tapeMs - DAY_MS);
  }

  /**
   * Mark price: the median of the oracle, of this book's own price (the median of best bid, best
   * ask and last trade) and of the price elsewhere, which is the tape's. 0 before the first price.
   */
  markTicks(): number {
    if (this.#frozenTicks > 0) return this.#frozenTicks;
    const own = median(this.engine.bestBid(), this.engine.bestAsk(), this.lastTradeTicks);
    return median(this.#oracleTicks, own, this.#tapeTicks);
  }

  /** Lets the mark price stick where it is, or follow again. For tests of clients. */
  freezeMark(frozen: boolean): void {
    this.#frozenTicks = 0;
    if (frozen) this.#frozenTicks = this.markTicks();
  }

  /** Best bid plus best ask, which is twice the mid price; 0 when a side is empty. */
  twiceMidTicks(): number {
    const bid = this.engine.bestBid();
    const ask = this.engine.bestAsk();
    return bid === 0 || ask === 0 ? 0 : bid + ask;
  }
}

/** Median of the prices that exist (are not 0), the lower whole tick between two. */
function median(a: number, b: number, c: number): number {
  const low = a < b ? a : b;
  const high = a < b ? b : a;
  const middle = c < low ? low : c < high ? c : high;
  const least = c < low ? c : low;
  if (least > 0) return middle;
  const most = c < high ? high : c;
  return middle > 0 ? (middle + most) >> 1 : most;
}
