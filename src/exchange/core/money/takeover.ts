import { unrealisedMicro } from '../../../ledger/position.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import { OPPOSITE, type Side, sideOf, signOf, type TradeCause } from '../../../protocol/terms.ts';
import { type Account, type FillRecord, holdingOf, marginOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { followPosition } from '../orders/followPosition.ts';
import { newOrder } from '../orders/newOrder.ts';
import { fillAccount } from './accountFill.ts';
import { changeBalance } from './balance.ts';
import { bankruptcyTicks, largest, type MarginGroup, type Stake } from './marginGroup.ts';

const { abs, min } = Math;

/** The backstop takes a group over: its positions at the mark price, then all that is left of it. */
export function backstop(state: ExchangeState, group: MarginGroup): void {
  state.truth.backstops += 1;
  const before = group.account.balanceMicro;
  for (const { here, holding, markTicks } of group.stakes) {
    const lots = abs(holding.position.lots);
    handOver(state, group.account, here, lots, markTicks, 'backstop_liquidation');
  }
  takeRest(state, group, before, 'backstop_liquidation');
}

/**
 * Settles a group that owes more than it has. Positions are closed against those who hold the other
 * side with a profit, the riskiest first, the largest position at the price at which nothing is left
 * and the others at the mark price; what finds nobody goes to the backstop.
 */
export function deleverage(state: ExchangeState, group: MarginGroup): void {
  const before = group.account.balanceMicro;
  const worst = largest(group);
  for (const stake of group.stakes) {
    const ticks = stake === worst ? bankruptcyTicks(group, stake) : stake.markTicks;
    const left = closeAgainstOthers(state, group.account, stake, ticks);
    if (left > 0) handOver(state, group.account, stake.here, left, ticks, 'settlement');
  }
  takeRest(state, group, before, 'adl_liquidation');
}

/** Returns the lots that found nobody. */
function closeAgainstOthers(
  state: ExchangeState,
  account: Account,
  { here, holding }: Stake,
  ticks: number,
): number {
  const side = sideOf(-holding.position.lots);
  let left = abs(holding.position.lots);
  for (const other of ranked(state, account, here, side)) {
    if (left === 0) break;
    const lots = min(left, abs(holdingOf(other, here.market).position.lots));
    const move = { here, ticks, lots, cause: 'settlement' } as const;
    show(state, forced(state, account, side, move), move);
    forced(state, other, OPPOSITE[side], move);
    state.truth.deleveraged += 1;
    if (other.owner === account.owner) state.truth.liquidationMatches += 1;
    left -= lots;
  }
  return left;
}

/** Who holds the other side with a profit: by profit on the cost, times the account's leverage. */
function ranked(state: ExchangeState, account: Account, here: MarketState, side: Side): Account[] {
  const { market } = here;
  const mark = here.markTicks();
  const ranks: { readonly other: Account; readonly rank: number }[] = [];
  for (const other of state.accounts.all) {
    const { position } = holdingOf(other, market);
    if (other === account || position.lots * signOf(side) <= 0) continue;
    const profit = unrealisedMicro(position, market, mark);
    if (profit <= 0) continue;
    const markets = state.markets.map((each) => each.market);
    const { equityMicro } = marginOf(other, markets, markPrices(state));
    const notional = abs(notionalMicro(market, mark, position.lots));
    ranks.push({
      other,
      rank: (profit / abs(position.costMicro)) * (notional / Math.max(1, equityMicro)),
    });
  }
  return ranks.sort((a, b) => b.rank - a.rank).map(({ other }) => other);
}

/** Lots of an account go to the backstop, which is nobody's account. */
function handOver(
  state: ExchangeState,
  account: Account,
  here: MarketState,
  lots: number,
  ticks: number,
  cause: TradeCause,
): void {
  const { market } = here;
  const side = sideOf(-holdingOf(account, market).position.lots);
  const move = { here, ticks, lots, cause };
  show(state, forced(state, account, side, move), move);
  const taken = -signOf(side) * lots;
  here.backstopLots += taken;
  here.backstopCashMicro -= notionalMicro(market, ticks, taken);
}

interface Move {
  readonly here: MarketState;
  readonly ticks: number;
  readonly lots: number;
  readonly cause: TradeCause;
}

/** One account's side of a fill that no book made, with an order of its own. */
function forced(
  state: ExchangeState,
  account: Account,
  side: Side,
  { cause, here, lots, ticks }: Move,
): FillRecord {
  const { market } = here;
  const kind = { kind: 'market', type: 'market', tif: 'IOC', reduceOnly: true } as const;
  const none = { clientOrderId: null, trigger: null };
  const order = newOrder(state, { account, market, side, ticks, lots, cause, ...kind, ...none });
  const fill = fillAccount(state, order, 'fulfill_taker', ticks, lots);
  followPosition(state, here, account);
  return fill;
}

/** Everybody sees such a fill, and no price follows from it (chosen). */
function show(state: ExchangeState, { historyId, side }: FillRecord, move: Move): void {
  const { cause, here, lots, ticks } = move;
  const { lastOrderId, nowMs: timeMs } = state;
  const print = { historyId, side, cause, ticks, lots, timeMs, lastOrderId };
  state.truth.trades += 1;
  here.keepTrade(print);
  state.listener.traded(here, print);
}

/** What a group is left with when its positions are gone becomes the backstop's, debts included. */
function takeRest(
  state: ExchangeState,
  { account, isolatedIn }: MarginGroup,
  balanceBeforeMicro: number,
  event: 'backstop_liquidation' | 'adl_liquidation',
): void {
  const rest = account.balanceMicro - (isolatedIn === undefined ? 0 : balanceBeforeMicro);
  state.money.backstopMicro += rest;
  if (rest !== 0) changeBalance(state, account, -rest, event);
}
