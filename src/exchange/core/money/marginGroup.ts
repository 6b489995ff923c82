import { backstopMicro, maintenanceMarginMicro } from '../../../ledger/margin.ts';
import { unrealisedMicro } from '../../../ledger/position.ts';
import { notionalMicro } from '../../../protocol/market.ts';
import { safe } from '../../../std/integers.ts';
import { type Account, type Holding, holdingOf } from '../accounts/account.ts';
import type { MarketState } from '../markets/marketState.ts';

const { abs, ceil, floor } = Math;

/** A position of a group, at the mark price. */
export interface Stake {
  readonly here: MarketState;
  readonly holding: Holding;
  readonly markTicks: number;
  readonly notionalMicro: number;
  readonly maintenanceMicro: number;
}

/**
 * Positions that stand on the same money and are liquidated together: all cross positions of an
 * account on its balance, or one isolated position on its own margin.
 */
export interface MarginGroup {
  readonly account: Account;
  /** The market of an isolated position. */
  readonly isolatedIn: MarketState | undefined;
  readonly stakes: readonly Stake[];
  readonly equityMicro: number;
  readonly maintenanceMicro: number;
}

/** Where a group stands, by its equity and its maintenance margin (reference: liquidation stages). */
export type Stage = 'safe' | 'market' | 'backstop' | 'bankrupt';

export function stageOf({ equityMicro, maintenanceMicro, stakes }: MarginGroup): Stage {
  if (stakes.length === 0 || equityMicro >= maintenanceMicro) return 'safe';
  if (equityMicro < 0) return 'bankrupt';
  return safe(equityMicro * 3) < safe(maintenanceMicro * 2) ? 'backstop' : 'market';
}

/** The cross positions of an account. */
export function crossGroup(
  account: Account,
  markets: readonly MarketState[],
  markTicks: readonly number[],
): MarginGroup {
  return groupOf(account, undefined, markets, markTicks, account.balanceMicro);
}

/** The isolated position of an account in a market. */
export function isolatedGroup(
  account: Account,
  here: MarketState,
  markTicks: readonly number[],
): MarginGroup {
  const { isolatedMicro } = holdingOf(account, here.market);
  return groupOf(account, here, [here], markTicks, isolatedMicro);
}

function groupOf(
  account: Account,
  isolatedIn: MarketState | undefined,
  markets: readonly MarketState[],
  markTicks: readonly number[],
  cashMicro: number,
): MarginGroup {
  const stakes: Stake[] = [];
  let equity = cashMicro;
  let maintenance = 0;
  for (const here of markets) {
    const { market } = here;
    const holding = holdingOf(account, market);
    if (holding.position.lots === 0) continue;
    if (holding.isolated && isolatedIn === undefined) continue;
    const ticks = markTicks[market.id] as number;
    const maintenanceMicro = maintenanceMarginMicro(holding.position, market, ticks);
    const notional = abs(notionalMicro(market, ticks, holding.position.lots));
    stakes.push({ here, holding, markTicks: ticks, notionalMicro: notional, maintenanceMicro });
    equity += unrealisedMicro(holding.position, market, ticks);
    maintenance += maintenanceMicro;
  }
  return {
    account,
    isolatedIn,
    stakes,
    equityMicro: safe(equity),
    maintenanceMicro: safe(maintenance),
  };
}

/** The stake with the most at the mark price: what is cut first. */
export function largest({ stakes }: MarginGroup): Stake {
  return stakes.reduce((most, stake) => (stake.notionalMicro > most.notionalMicro ? stake : most));
}

/**
 * How far the mark price of a stake may go against it before the group needs another look, in whole
 * ticks, at least 1: its equal part of what the group has above its maintenance margin.
 */
export function ticksToLook(group: MarginGroup, stake: Stake): number {
  const { market } = stake.here;
  const part = (group.equityMicro - group.maintenanceMicro) / group.stakes.length;
  const perTick = abs(stake.holding.position.lots) * market.microPerTickLot;
  const ticks = floor(part / (perTick * (1 + 1 / (2 * market.maxLeverage))));
  return ticks > 1 ? ticks : 1;
}

/**
 * Worst price in ticks that a liquidation of the stake may trade at: so many ticks better than where
 * the backstop would take over.
 */
export function liquidationTicks(group: MarginGroup, stake: Stake, edgeTicks: number): number {
  const { here, holding, markTicks } = stake;
  const { listed, market } = here;
  const { position } = holding;
  const others = group.maintenanceMicro - stake.maintenanceMicro;
  const price = backstopMicro(position, market, markTicks, group.equityMicro, others);
  const isLong = position.lots > 0;
  if (price === undefined) return isLong ? 1 : listed.maxTicks;
  const ticks = price / oneTickMicro(stake);
  if (isLong) return within(ceil(ticks) + edgeTicks, listed.maxTicks);
  return within(floor(ticks) - edgeTicks, listed.maxTicks);
}

/** Price at which closing the stake leaves the group with nothing, neither money nor debt. */
export function bankruptcyTicks(group: MarginGroup, stake: Stake): number {
  const { here, holding, markTicks } = stake;
  const { lots } = holding.position;
  const ticks = ceil(-group.equityMicro / (abs(lots) * here.market.microPerTickLot));
  return within(markTicks + (lots > 0 ? ticks : -ticks), here.listed.maxTicks);
}

/** Micro-dollars of a base unit in one tick. */
function oneTickMicro({ here: { market } }: Stake): number {
  return (market.microPerTickLot * 10 ** market.lot.decimals) / market.lot.step;
}

function within(ticks: number, maxTicks: number): number {
  if (ticks < 1) return 1;
  return ticks < maxTicks ? ticks : maxTicks;
}
