import { notionalMicro } from '../../../protocol/market.ts';
import {
  OPPOSITE,
  type Side,
  signOf,
  type TradeCause,
  type TradeSide,
} from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId, tapeNow } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { followPosition } from '../orders/followPosition.ts';
import type { Order } from '../orders/order.ts';
import { endOrder } from '../orders/orderLife.ts';
import { fillAccount } from './accountFill.ts';

/**
 * Books what the last `add` to a market's engine did: trades and removals, in their order. The
 * taker is an account's order, or one of the crowd's.
 */
export function settle(
  state: ExchangeState,
  market: MarketState,
  taker: Order | undefined,
  takerSide: Side,
): void {
  const { events } = market.engine;
  const traders = new Set<Account>();
  for (let i = 0; i < events.count; i += 1) {
    const makerId = events.makerId[i] as number;
    const ticks = events.ticks[i] as number;
    const lots = events.lots[i] as number;
    const maker = state.accounts.orders.get(makerId);
    if (events.traded[i] === 0) {
      prevented(state, maker as Order, taker as Order);
      continue;
    }
    trade(state, market, taker, takerSide, maker, ticks, lots);
    if (taker !== undefined) traders.add(taker.account);
    if (maker !== undefined) traders.add(maker.account);
    else
      state.crowd.onFill(
        market.market.id,
        makerId,
        ticks,
        lots,
        events.makerRemaining[i] as number,
      );
  }
  for (const account of traders) followPosition(state, market, account);
}

function prevented(state: ExchangeState, maker: Order, taker: Order): void {
  if (maker.account === taker.account) state.truth.stpEvents += 1;
  else state.truth.familyStpEvents += 1;
  endOrder(state, maker, 'rejected', 'self_trade_prevented');
}

function trade(
  state: ExchangeState,
  market: MarketState,
  taker: Order | undefined,
  takerSide: Side,
  maker: Order | undefined,
  ticks: number,
  lots: number,
): void {
  const takerFill =
    taker === undefined
      ? crowdFill(state, market, takerSide, ticks, lots)
      : fillAccount(state, taker, 'fulfill_taker', ticks, lots);
  state.truth.trades += 1;
  const { cause, historyId, side } = takerFill;
  const { lastOrderId, nowMs: timeMs } = state;
  const print = { historyId, side, cause, ticks, lots, timeMs, lastOrderId };
  market.recordTrade(print, tapeNow(state));
  state.listener.traded(market, print);
  if (maker === undefined) {
    holdCrowd(market, OPPOSITE[takerSide], ticks, lots);
    return;
  }
  fillAccount(state, maker, 'fulfill_maker', ticks, lots);
  if (taker === undefined || taker.account.owner !== maker.account.owner) return;
  if (taker.cause !== 'normal') {
    state.truth.liquidationMatches += 1;
    return;
  }
  state.truth.selfMatch({
    timeMs: state.nowMs,
    symbol: market.market.symbol,
    makerOrderId: maker.id,
    takerOrderId: taker.id,
    makerAccount: maker.account.address,
    takerAccount: taker.account.address,
    lots,
  });
}

interface TakerPrint {
  readonly historyId: number;
  readonly side: TradeSide;
  readonly cause: TradeCause;
}

function crowdFill(
  state: ExchangeState,
  market: MarketState,
  side: Side,
  ticks: number,
  lots: number,
): TakerPrint {
  const opening = side === 'bid' ? 'open_long' : 'open_short';
  holdCrowd(market, side, ticks, lots);
  return { historyId: newHistoryId(state), side: opening, cause: 'normal' };
}

function holdCrowd(market: MarketState, side: Side, ticks: number, lots: number): void {
  const signed = signOf(side) * lots;
  market.crowdLots += signed;
  market.crowdCashMicro -= notionalMicro(market.market, ticks, signed);
}
