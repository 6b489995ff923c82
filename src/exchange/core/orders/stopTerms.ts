import { formatAmount, formatPrice } from '../../../protocol/market.ts';
import type { TriggerPrice } from '../../../protocol/operations/orders/stopOrderInfo.ts';
import { OPPOSITE, type Side } from '../../../protocol/terms.ts';
import type { MarketState } from '../markets/marketState.ts';
import { business, type Refusal } from '../requests/refusal.ts';
import type { Order } from './order.ts';
import type { Entry } from './orderChecks.ts';
import { twiceTicks } from './stopBook.ts';

/** A trigger as a request names it. */
export interface StopTerms {
  readonly name: 'stop' | 'take_profit' | 'stop_loss';
  readonly ticks: number;
  /** Absent: a market order follows. */
  readonly limitTicks: number | undefined;
  /** Absent: the whole parent order or position. */
  readonly lots: number | undefined;
  readonly clientOrderId: string | null;
  readonly source: TriggerPrice;
}

/**
 * Whether the price must rise to pull a trigger. A buy stop waits for a rise, a sell stop for a
 * fall; a take-profit the other way round, since its side is the one that closes.
 */
export function risesTo({ name }: StopTerms, side: Side): boolean {
  return (side === 'bid') !== (name === 'take_profit');
}

/** What a new order's own take-profit and stop-loss must be like: on their sides of its price. */
export function checkLegs(entry: Entry): Refusal | undefined {
  const { kind, legs = [], lots, market: here, side, ticks } = entry;
  const price = kind === 'market' ? here.markTicks() : ticks;
  for (const leg of legs) {
    const refusal =
      checkSideOfPrice(here, leg, OPPOSITE[side], 2 * price) ?? checkLegLots(here, leg, lots);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What a position's take-profit or stop-loss must be like. An empty book has a mid price of 0. */
export function checkClosing(
  here: MarketState,
  terms: StopTerms,
  side: Side,
  heldLots: number,
): Refusal | undefined {
  const twice = twiceTicks(here, terms.source);
  return checkSideOfPrice(here, terms, side, twice) ?? checkLegLots(here, terms, heldLots);
}

function checkSideOfPrice(
  { market }: MarketState,
  terms: StopTerms,
  side: Side,
  twicePrice: number,
): Refusal | undefined {
  const isAhead = risesTo(terms, side)
    ? 2 * terms.ticks > twicePrice
    : 2 * terms.ticks < twicePrice;
  return isAhead ? undefined : business(`Invalid stop tick: ${formatPrice(market, terms.ticks)}`);
}

function checkLegLots(
  { market }: MarketState,
  { lots }: StopTerms,
  most: number,
): Refusal | undefined {
  if (lots === undefined || (lots > 0 && lots <= most)) return undefined;
  return business(`Invalid stop order amount: ${formatAmount(market, lots)}`);
}

/** What a stop order is called on the wire. */
export function typeOf({ limitTicks, name }: StopTerms): Order['type'] {
  return `${name}_${limitTicks === undefined ? 'market' : 'limit'}`;
}
