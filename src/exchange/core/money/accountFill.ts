import { FEE_TIERS, feeMicro } from '../../../ledger/fees.ts';
import { applyIsolated } from '../../../ledger/isolated.ts';
import { applyFill, entryMicro } from '../../../ledger/position.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import { type Side, signOf, type TradeRole, type TradeSide } from '../../../protocol/terms.ts';
import { safe } from '../../../std/integers.ts';
import { type FillRecord, holdingOf, reserve } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId } from '../exchangeState.ts';
import { type Order, openLots } from '../orders/order.ts';
import { afterEnd, noteOrder } from '../orders/orderLife.ts';
import { noteBalance } from './balance.ts';
import { liquidationFeeNano } from './liquidationTerms.ts';

/** Name of a fill's balance event, where it is not an ordinary trade. */
const BALANCE_EVENTS = {
  market_liquidation: 'market_liquidation',
  backstop_liquidation: 'backstop_liquidation',
  settlement: 'adl_liquidation',
} as const;

/** Books a fill of an account's order: position, margin, fee, the order itself, the histories. */
export function fillAccount(
  state: ExchangeState,
  order: Order,
  role: TradeRole,
  ticks: number,
  lots: number,
): FillRecord {
  const { account, cause, market, side } = order;
  const holding = holdingOf(account, market);
  const notional = notionalMicro(market, ticks, lots);
  const fee = feeMicro(notional, feeNano(order, role), state.settings.feeRounding);
  const before = holding.position;
  const { position, realisedMicro } = applyFill(before, market, side, lots, ticks);
  const closes = before.lots * signOf(side) < 0;
  const pnlMicro = realisedMicro - fee;
  let balanceChangeMicro = pnlMicro;
  if (holding.isolated) {
    const effect = applyIsolated(before, position, holding.isolatedMicro, {
      market,
      ticks,
      leverage: holding.leverage,
      resultMicro: pnlMicro,
      isLiquidation: cause === 'market_liquidation',
    });
    holding.isolatedMicro = effect.isolatedMicro;
    balanceChangeMicro = effect.balanceChangeMicro;
  }
  holding.position = position;
  holding.updatedMs = state.nowMs;
  if (before.lots === 0 || before.lots * position.lots <= 0) {
    holding.openedMs = state.nowMs;
    holding.fundingMicro = 0;
  }
  account.balanceMicro = safe(account.balanceMicro + balanceChangeMicro);
  account.feesMicro += fee;
  account.volumeMicro += notional;
  account.fills += 1;
  state.truth.fills += 1;
  state.truth.feesMicro += fee;
  state.money.volumes.add(account.family, notional);
  state.money.watch.touch(account);
  fillOrder(state, order, role, ticks, lots, notional);
  const fill: FillRecord = {
    historyId: newHistoryId(state),
    order,
    ticks,
    lots,
    entryMicro: entryMicro(closes ? before : position, market),
    feeMicro: fee,
    pnlMicro,
    role,
    side: tradeSide(closes, side),
    cause,
    balanceChangeMicro,
    balanceMicro: account.balanceMicro,
    timeMs: state.nowMs,
    lastOrderId: state.lastOrderId,
  };
  account.fillLog.append(fill);
  if (cause !== 'normal') noteBalance(state, account, balanceChangeMicro, BALANCE_EVENTS[cause]);
  state.listener.filled(fill);
  return fill;
}

/** By the account's level; a liquidation has a rate of its own, what is taken over pays none. */
function feeNano({ account, cause, market }: Order, role: TradeRole): number {
  if (cause === 'market_liquidation') return liquidationFeeNano(market);
  if (cause !== 'normal') return 0;
  const tier = FEE_TIERS[account.feeLevel] as (typeof FEE_TIERS)[number];
  return role === 'fulfill_taker' ? tier.takerNano : tier.makerNano;
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
  if (isDone) afterEnd(state, order);
}

/** A fill that closes is named so also where it goes through zero and opens the other side. */
function tradeSide(closes: boolean, side: Side): TradeSide {
  if (closes) return side === 'bid' ? 'close_short' : 'close_long';
  return side === 'bid' ? 'open_long' : 'open_short';
}
