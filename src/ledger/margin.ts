import { type Market, notionalMicro } from '../protocol/market.ts';
import { mulDiv, safe } from '../std/integers.ts';
import { type Position, unrealisedMicro } from './position.ts';

const { abs, max } = Math;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** What an account has at stake in one market. */
export interface Exposure {
  readonly market: Market;
  readonly position: Position;
  readonly markTicks: number;
  /** Notional of the resting buy orders at their prices, micro-dollars. */
  readonly bidsMicro: number;
  readonly asksMicro: number;
  /** The account's own setting, at most the market's maximum. */
  readonly leverage: number;
  /** Whether the position stands on margin of its own, and how much; 0 when cross or flat. */
  readonly isolated: boolean;
  readonly isolatedMicro: number;
}

/** All figures in micro-dollars. */
export interface MarginSummary {
  /** Profit of all positions at the mark price. */
  readonly unrealisedMicro: number;
  /** What the account is worth: balance, isolated margin and unrealised profit. */
  readonly equityMicro: number;
  /** Balance and the unrealised profit of cross positions. */
  readonly crossEquityMicro: number;
  /** Margin of all positions and resting orders; an isolated position's is what it stands on. */
  readonly usedMicro: number;
  /** Cross equity that nothing reserves yet; below zero when more is reserved than there is. */
  readonly freeMicro: number;
  /** What new orders may still reserve. */
  readonly availableMicro: number;
  /** Of the cross positions. */
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
 * What a market takes of the cross balance. An isolated position stands on margin that has left the
 * balance, so only what its orders would add counts.
 */
export function reservedMicro(exposure: Exposure): number {
  const all = initialMarginMicro(exposure);
  return exposure.isolated ? all - heldMargin(exposure) : all;
}

/** Initial margin of the position alone. */
function heldMargin({ leverage, position }: Exposure): number {
  return mulDiv(abs(position.costMicro), 1, leverage, 'up');
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
  let cross = 0;
  let isolated = 0;
  let reserved = 0;
  let moved = 0;
  let maintenance = 0;
  let notional = 0;
  for (const exposure of exposures) {
    const { market, position, markTicks, isolatedMicro } = exposure;
    const profit = unrealisedMicro(position, market, markTicks);
    reserved += reservedMicro(exposure);
    if (exposure.isolated) {
      isolated += profit;
      moved += isolatedMicro;
      continue;
    }
    cross += profit;
    maintenance += maintenanceMarginMicro(position, market, markTicks);
    notional += abs(notionalMicro(market, markTicks, position.lots));
  }
  const crossEquityMicro = safe(balanceMicro + cross);
  const locked = max(reserved, mulDiv(notional, 1, 10, 'up'));
  const free = max(0, crossEquityMicro - locked);
  return {
    unrealisedMicro: safe(cross + isolated),
    equityMicro: safe(crossEquityMicro + isolated + moved),
    crossEquityMicro,
    usedMicro: safe(reserved + moved),
    freeMicro: safe(crossEquityMicro - reserved),
    availableMicro: max(0, crossEquityMicro - reserved),
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
  const notional = abs(notionalMicro(market, markTicks, position.lots));
  const margin = safe(equityMicro - otherMaintenanceMicro);
  return thresholdMicro(position, market, notional, margin, 2 * market.maxLeverage);
}

/** The same for an isolated position, which stands on its own margin: entry price instead of mark. */
export function isolatedLiquidationMicro(
  position: Position,
  market: Market,
  marginMicro: number,
): number | undefined {
  const cost = abs(position.costMicro);
  return thresholdMicro(position, market, cost, marginMicro, 2 * market.maxLeverage);
}

/**
 * The price, as {@link liquidationMicro} states it, at which equity falls to two thirds of the
 * maintenance margin and the backstop takes over.
 */
export function backstopMicro(
  position: Position,
  market: Market,
  markTicks: number,
  equityMicro: number,
  otherMaintenanceMicro: number,
): number | undefined {
  const notional = abs(notionalMicro(market, markTicks, position.lots));
  const others = mulDiv(otherMaintenanceMicro, 2, 3, 'up');
  const margin = safe(equityMicro - others);
  return thresholdMicro(position, market, notional, margin, 3 * market.maxLeverage);
}

/** (notional − side × margin) ÷ size ÷ (1 − side ÷ parts). */
function thresholdMicro(
  position: Position,
  market: Market,
  notional: number,
  margin: number,
  parts: number,
): number | undefined {
  if (position.lots === 0) return undefined;
  const side = position.lots > 0 ? 1 : -1;
  const gap = safe(notional - side * margin);
  const { step, decimals } = market.lot;
  const factor = parts * 10 ** decimals;
  const divisor = (parts - side) * abs(position.lots) * step;
  // A tiny position in a rich account: no price that could be quoted would do it.
  if (abs(gap) * (factor / divisor) > MAX_SAFE) return undefined;
  return mulDiv(gap, factor, divisor, 'half-up');
}
