import type { Side } from '../protocol/terms.ts';
import { isAtMarket, isPostOnly, type OrderRequest } from './orderRequest.ts';

/** What an order may do at the venue, at its worst: all that the self-trade rule looks at. */
export interface Exposure {
  readonly market: number;
  readonly side: Side;
  /** Highest price of a buy, lowest of a sell. Market orders reach without bound: ±Infinity. */
  readonly worstTicks: number;
  /** It may still take: in flight and not post-only, an edit in flight, or a stop. */
  readonly canTake: boolean;
  /** It rests in the book, or may come to rest. */
  readonly mayRest: boolean;
}

/**
 * Could these two orders of one owner meet? A match needs prices that overlap, one side that takes
 * and another that rests; whoever is ahead in the queue does not matter, because it can vanish.
 */
export function inConflict(one: Exposure, other: Exposure): boolean {
  if (one.market !== other.market || one.side === other.side) return false;
  const buy = one.side === 'bid' ? one : other;
  const sell = one.side === 'bid' ? other : one;
  if (buy.worstTicks < sell.worstTicks) return false;
  return (buy.canTake && sell.mayRest) || (sell.canTake && buy.mayRest);
}

/**
 * The exposure of an order that is about to leave. A post-only order rests at its price or, repriced
 * (TOB), at one that reaches less. An edit should not take either, but which version of the rule the
 * venue follows shows only when the order does. A stop may fire at any time.
 */
export function exposureOf(request: OrderRequest): Exposure {
  const { market, side, tif, priceTicks, replaces } = request;
  const unbounded = side === 'bid' ? Infinity : -Infinity;
  return {
    market,
    side,
    worstTicks: isAtMarket(request) ? unbounded : priceTicks,
    canTake: !isPostOnly(request) || replaces !== undefined,
    mayRest: !isAtMarket(request) && tif !== 'IOC',
  };
}
