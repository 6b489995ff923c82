import { type Market, notionalMicro } from '../protocol/market.ts';
import { type Side, signOf } from '../protocol/terms.ts';
import { DOLLARS, format } from '../std/decimal.ts';
import { mulDiv, safe } from '../std/integers.ts';

const { abs } = Math;

/** A position in one market at average cost. */
export interface Position {
  /** Positive when long, negative when short. */
  readonly lots: number;
  /**
   * Micro-dollars paid for the open lots: their notional at the prices traded, positive when long,
   * negative when short. Value at a mark price minus this is the unrealised profit.
   */
  readonly costMicro: number;
}

export const FLAT: Position = { lots: 0, costMicro: 0 };

export interface FillEffect {
  readonly position: Position;
  /** Profit of the lots that the fill closed, before fees, micro-dollars. */
  readonly realisedMicro: number;
}

/**
 * A fill of `lots` at `ticks`. Closing takes out its share of the average cost, rounded half up to
 * the micro-dollar; what rounding leaves stays in the cost of the rest, so that realised and
 * unrealised profit always add up to the money that changed hands, exactly.
 */
export function applyFill(
  position: Position,
  market: Market,
  side: Side,
  lots: number,
  ticks: number,
): FillEffect {
  const signed = signOf(side) * lots;
  const paid = notionalMicro(market, ticks, signed);
  const after = safe(position.lots + signed);
  const costMicro = costAfter(position, market, after, paid, ticks);
  return {
    position: after === 0 ? FLAT : { lots: after, costMicro },
    realisedMicro: safe(costMicro - position.costMicro - paid) + 0,
  };
}

function costAfter(
  before: Position,
  market: Market,
  after: number,
  paid: number,
  ticks: number,
): number {
  const { lots, costMicro } = before;
  if (abs(after) >= abs(lots) && after * lots >= 0) return safe(costMicro + paid);
  if (after * lots < 0) return notionalMicro(market, ticks, after);
  return costMicro - mulDiv(costMicro, abs(lots) - abs(after), abs(lots), 'half-up');
}

/** Profit of the open lots at a mark price, micro-dollars. */
export function unrealisedMicro(position: Position, market: Market, markTicks: number): number {
  return safe(notionalMicro(market, markTicks, position.lots) - position.costMicro);
}

/** Average entry price of a base unit in micro-dollars, rounded half up; 0 when flat. */
export function entryMicro(position: Position, market: Market): number {
  if (position.lots === 0) return 0;
  const { step, decimals } = market.lot;
  return mulDiv(abs(position.costMicro), 10 ** decimals, abs(position.lots) * step, 'half-up');
}

/** Average entry price in dollars, at most six decimals. */
export function entryPrice(position: Position, market: Market): string {
  return format(entryMicro(position, market), DOLLARS);
}
