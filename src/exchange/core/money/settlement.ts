import { FEE_TIERS, feeMicro } from '../../../ledger/fees.ts';
import { applyFill, entryMicro } from '../../../ledger/position.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import {
  OPPOSITE,
  type Side,
  signOf,
  type TradeCause,
  type TradeRole,
  type TradeSide,
} from '../../../protocol/terms.ts';
import { type Account, type FillRecord, holdingOf, reserve } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId, tapeNow } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { type Order, openLots } from '../orders/order.ts';
import { endOrder, noteOrder } from '../orders/orderLife.ts';
import { shrinkReduceOnly } from '../orders/reduceOnly.ts';

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
  for (const account of traders) shrinkReduceOnly(state, market, account);
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
      : accountFill(state, market, taker, 'fulfill_taker', ticks, lots);
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
  accountFill(state, market, maker, 'fulfill_maker', ticks, lots);
  if (taker === undefined || taker.account.owner !== maker.account.owner) return;
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

function accountFill(
  state: ExchangeState,
  { market }: MarketState,
  order: Order,
  role: TradeRole,
  ticks: number,
  lots: number,
): TakerPrint {
  const { account, side } = order;
  const holding = holdingOf(account, market);
  const notional = notionalMicro(market, ticks, lots);
  const tier = FEE_TIERS[account.feeLevel] as (typeof FEE_TIERS)[number];
  const rateNano = role === 'fulfill_taker' ? tier.takerNano : tier.makerNano;
  const fee = feeMicro(notional, rateNano, state.settings.feeRounding);
  const before = holding.position;
  const { position, realisedMicro } = applyFill(before, market, side, lots, ticks);
  const closes = before.lots * signOf(side) < 0;
  holding.position = position;
  holding.updatedMs = state.nowMs;
  if (before.lots === 0 || before.lots * position.lots < 0) holding.openedMs = state.nowMs;
  account.balanceMicro += realisedMicro - fee;
  account.feesMicro += fee;
  account.volumeMicro += notional;
  account.fills += 1;
  state.truth.fills += 1;
  state.truth.feesMicro += fee;
  fillOrder(state, order, role, ticks, lots, notional);
  const fill: FillRecord = {
    historyId: newHistoryId(state),
    order,
    ticks,
    lots,
    entryMicro: entryMicro(closes ? before : position, market),
    feeMicro: fee,
    pnlMicro: realisedMicro - fee,
    role,
    side: tradeSide(closes, side),
    cause: order.cause,
    balanceChangeMicro: realisedMicro - fee,
    balanceMicro: account.balanceMicro,
    timeMs: state.nowMs,
    lastOrderId: state.lastOrderId,
  };
  account.fillLog.append(fill);
  state.listener.filled(fill);
  return fill;
}

function fillOrder(
  state: ExchangeState,
  order: Order,
  role: TradeRole,
  ticks: number,
  lots: number,
  notional: number,
): void {
  order.filledLots += lots;
  order.filledMicro += notional;
  order.lastFillTicks = ticks;
  const isDone = openLots(order) === 0;
  order.status = isDone ? 'filled' : 'partially_filled';
  if (role === 'fulfill_maker') {
    // A maker trades at its own price, so this is exactly what the lots had reserved.
    reserve(order.account, order.market, order.side, -notional);
    if (isDone) order.account.open.delete(order.id);
  }
  noteOrder(state, order, role === 'fulfill_taker' ? 'fulfill_market' : 'fulfill_limit', ticks);
}

/** A fill that closes is named so also where it goes through zero and opens the other side. */
function tradeSide(closes: boolean, side: Side): TradeSide {
  if (closes) return side === 'bid' ? 'close_short' : 'close_long';
  return side === 'bid' ? 'open_long' : 'open_short';
}
