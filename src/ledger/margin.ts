import { type Market, notionalMicro } from '../protocol/market.ts';
import { mulDiv, safe } from '../std/integers.ts';
import { type Position, unrealisedMicro } from './position.ts';

const { abs, max } = Math;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** What an account has at stake in one market, cross margin. */
export interface Exposure {
  readonly market: Market;
  readonly position: Position;
  readonly markTicks: number;
  /** Notional of the resting buy orders at their prices, micro-dollars. */
  readonly bidsMicro: number;
  readonly asksMicro: number;
  /** The account's own setting, at most the market's maximum. */
  readonly leverage: number;
}

/** All figures in micro-dollars. */
export interface MarginSummary {
  readonly unrealisedMicro: number;
  /** Balance and unrealised profit. */
  readonly equityMicro: number;
  /** Initial margin of positions and resting orders. */
  readonly usedMicro: number;
  /** What new orders may still reserve. */
  readonly availableMicro: number;
  readonly maintenanceMicro: number;
  readonly withdrawableMicro: number;
}

/**
 * Initial margin of a market: size × entry price ÷ leverage, for the position or for what it would
 * be if all resting orders of one side filled, whichever is larger. Orders that only reduce the
 * position reserve nothing. Rounded up.
 */
export function initialMarginMicro(exposure: Exposure): number {
  const { position, bidsMicro, asksMicro, leverage } = exposure;
  const held = position.costMicro;
  const worst = max(abs(held), held + bidsMicro, asksMicro - held);
  return mulDiv(worst, 1, leverage, 'up');
}

/**
 * Maintenance margin: half the initial margin at the market's own maximum leverage, at the mark
 * price, whatever leverage the account chose. Rounded up.
 */
export function maintenanceMarginMicro(
  position: Position,
  market: Market,
  markTicks: number,
): number {
  const notional = abs(notionalMicro(market, markTicks, position.lots));
  return mulDiv(notional, 1, 2 * market.maxLeverage, 'up');
}

/** An account's margin over all its markets. */
export function summariseMargin(
  balanceMicro: number,
  exposures: readonly Exposure[],
): MarginSummary {
  let unrealised = 0;
  let used = 0;
  let positionsOnly = 0;
  let maintenance = 0;
  let notional = 0;
  for (const exposure of exposures) {
    const { market, position, markTicks, leverage } = exposure;
    unrealised += unrealisedMicro(position, market, markTicks);
    used += initialMarginMicro(exposure);
    positionsOnly += mulDiv(abs(position.costMicro), 1, leverage, 'up');
    maintenance += maintenanceMarginMicro(position, market, markTicks);
    notional += abs(notionalMicro(market, markTicks, position.lots));
  }
  const equityMicro = safe(balanceMicro + unrealised);
  const locked = max(positionsOnly, mulDiv(notional, 1, 10, 'up'));
  const free = max(0, equityMicro - locked);
  return {
    unrealisedMicro: safe(unrealised),
    equityMicro,
    usedMicro: safe(used),
    availableMicro: max(0, equityMicro - used),
    maintenanceMicro: safe(maintenance),
    withdrawableMicro: free < balanceMicro ? free : max(0, balanceMicro),
  };
}

/**
 * The mark price, in micro-dollars of a base unit, at which cross equity falls to the maintenance
 * margin if only this market moves: (mark − side × equity ÷ size) ÷ (1 − side ÷ 2 ÷ max leverage),
 * with the other positions' maintenance margin taken off the equity first. Below zero when no fall
 * can do it. `undefined` when flat, or when the price lies beyond what can be stated exactly.
 */
export function liquidationMicro(
  position: Position,
  market: Market,
  markTicks: number,
  equityMicro: number,
  otherMaintenanceMicro: number,
): number | undefined {
  if (position.lots === 0) return undefined;
  const side = position.lots > 0 ? 1 : -1;
  const notional = abs(notionalMicro(market, markTicks, position.lots));
  const gap = safe(notional - side * (equityMicro - otherMaintenanceMicro));
  const twice = 2 * market.maxLeverage;
  const value = mulDiv(gap, twice, twice - side, 'half-up');
  const { step, decimals } = market.lot;
  const perUnit = 10 ** decimals;
  const size = abs(position.lots) * step;
  // A tiny position in a rich account: no price that could be quoted would do it.
  if (abs(value) * (perUnit / size) > MAX_SAFE) return undefined;
  return mulDiv(value, perUnit, size, 'half-up');
}
