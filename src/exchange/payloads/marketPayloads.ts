import { FEE_TIERS } from '../../ledger/fees.ts';
import type { BookSide } from '../../matching/addOutcome.ts';
import { formatAmount, formatPrice, type Market } from '../../protocol/market.ts';
import { format, RATE } from '../../std/decimal.ts';
import type { Account } from '../core/accounts/account.ts';
import { type ExchangeState, tapeNow } from '../core/exchangeState.ts';
import { type Candle, INTERVAL_MINUTES } from '../core/markets/candles.ts';
import type { MarketState, PublicTrade } from '../core/markets/marketState.ts';

const { floor } = Math;

type Row = Readonly<Record<string, unknown>>;

/** A row of `GET /info`. */
export function infoRow({ funding, listed, market }: MarketState): Row {
  return {
    symbol: market.symbol,
    tick_size: listed.tickSize,
    min_tick: '0',
    max_tick: formatPrice(market, listed.maxTicks),
    lot_size: listed.lotSize,
    max_leverage: market.maxLeverage,
    isolated_only: listed.isolatedOnly,
    min_order_size: listed.minOrderSize,
    max_order_size: listed.maxOrderSize,
    funding_rate: format(funding.lastRateNano, RATE),
    next_funding_rate: format(funding.nextRateNano, RATE),
    created_at: listed.createdMs,
    instrument_type: 'perpetual',
    base_asset: market.symbol,
  };
}

/** A row of `GET /info/prices` and of the channel `prices`. */
export function priceRow(state: ExchangeState, here: MarketState): Row {
  const { funding, market } = here;
  return {
    symbol: market.symbol,
    funding: format(funding.lastRateNano, RATE),
    next_funding: format(funding.nextRateNano, RATE),
    mark: formatPrice(market, here.markTicks()),
    mid: midPrice(here),
    oracle: formatPrice(market, here.oracleTicks),
    open_interest: formatAmount(market, openInterest(state.accounts.all, here)),
    volume_24h: String(here.candles.dayDollars),
    yesterday_price: formatPrice(market, here.yesterdayTicks(tapeNow(state))),
    timestamp: state.nowMs,
  };
}

function midPrice(here: MarketState): string {
  const { decimals, step } = here.market.tick;
  return format(here.twiceMidTicks(), { step: step * 5, decimals: decimals + 1 });
}

/** Lots that are held long, which equals what is held short: the crowd holds the difference. */
function openInterest(accounts: readonly Account[], { backstopLots, market }: MarketState): number {
  let long = backstopLots > 0 ? backstopLots : 0;
  let short = backstopLots < 0 ? -backstopLots : 0;
  for (const { holdings } of accounts) {
    const lots = holdings[market.id]?.position.lots ?? 0;
    if (lots > 0) long += lots;
    else short -= lots;
  }
  return long > short ? long : short;
}

/** Rows of `GET /info/fees`. */
export function feeRows(): Row[] {
  return FEE_TIERS.map(({ makerNano, takerNano }, level) => ({
    level,
    maker_fee_rate: format(makerNano, RATE),
    taker_fee_rate: format(takerNano, RATE),
  }));
}

/** `GET /book` and, with `li`, the channel `book`: prices in buckets of `aggLevel` ticks. */
export function book(state: ExchangeState, here: MarketState, aggLevel: number): Row {
  const count = state.settings.bookLevels;
  return {
    s: here.market.symbol,
    l: [levels(here, 'bid', aggLevel, count), levels(here, 'ask', aggLevel, count)],
    t: state.nowMs,
  };
}

/** Best first; a bucket is named by its best price. */
function levels(here: MarketState, side: BookSide, aggLevel: number, count: number): Row[] {
  const { engine, market } = here;
  const rows: Row[] = [];
  let ticks = side === 'bid' ? engine.bestBid() : engine.bestAsk();
  while (ticks !== 0 && rows.length < count) {
    const price = ticks;
    const bucket = floor(price / aggLevel);
    let lots = 0;
    let orders = 0;
    for (
      ;
      ticks !== 0 && floor(ticks / aggLevel) === bucket;
      ticks = engine.nextPrice(side, ticks)
    ) {
      lots += engine.levelLots(ticks);
      orders += engine.levelOrders(ticks);
    }
    rows.push({ p: formatPrice(market, price), a: formatAmount(market, lots), n: orders });
  }
  return rows;
}

/** Data of the channel `bbo`; an empty side is `"0"`. */
export function bbo(state: ExchangeState, { engine, market }: MarketState): Row {
  const bid = engine.bestBid();
  const ask = engine.bestAsk();
  return {
    s: market.symbol,
    i: state.lastOrderId,
    li: state.lastOrderId,
    t: state.nowMs,
    b: formatPrice(market, bid),
    B: formatAmount(market, engine.levelLots(bid)),
    a: formatPrice(market, ask),
    A: formatAmount(market, engine.levelLots(ask)),
  };
}

/** A row of `GET /trades`. */
export function tradeRow(market: Market, trade: PublicTrade): Row {
  return {
    event_type: 'fulfill_taker',
    price: formatPrice(market, trade.ticks),
    amount: formatAmount(market, trade.lots),
    side: trade.side,
    cause: trade.cause,
    created_at: trade.timeMs,
  };
}

/** A row of the channel `trades`. */
export function tradeUpdate(market: Market, trade: PublicTrade): Row {
  return {
    h: trade.historyId,
    s: market.symbol,
    a: formatAmount(market, trade.lots),
    p: formatPrice(market, trade.ticks),
    d: trade.side,
    tc: trade.cause,
    t: trade.timeMs,
    li: trade.lastOrderId,
  };
}

/** A row of `GET /kline`, `GET /kline/mark` and the candle channels. */
export function candleRow(market: Market, interval: string, candle: Candle): Row {
  const minutes = INTERVAL_MINUTES.get(interval) ?? 1;
  return {
    t: candle.startMs,
    T: candle.startMs + minutes * 60_000,
    s: market.symbol,
    i: interval,
    o: formatPrice(market, candle.openTicks),
    c: formatPrice(market, candle.closeTicks),
    h: formatPrice(market, candle.highTicks),
    l: formatPrice(market, candle.lowTicks),
    v: formatAmount(market, candle.lots),
    n: candle.trades,
  };
}
