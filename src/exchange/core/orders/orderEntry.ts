import type { TradeCause } from '../../../protocol/terms.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { accepted, business, type Refusal, type Result, refused } from '../requests/refusal.ts';
import { attachLegs } from './attachedStops.ts';
import { enterBook } from './enterBook.ts';
import { cutToPosition } from './followPosition.ts';
import { newOrder } from './newOrder.ts';
import { type Order, openLots } from './order.ts';
import { checkEntry, type Entry } from './orderChecks.ts';
import { endOrder, noteOrder, restOrder } from './orderLife.ts';

/** Checks an order, gives it an id, and lets it match, rest or end. */
export function enterOrder(state: ExchangeState, entry: Entry): Result<Order> {
  const refusal = whyRefused(state, entry);
  return refusal === undefined ? accepted(admit(state, entry)) : refused(refusal);
}

/** What stands in the way of an order, if anything does. */
export function whyRefused(state: ExchangeState, entry: Entry): Refusal | undefined {
  return checkEntry(state, entry) ?? checkCounterparts(state, entry);
}

/**
 * Enters an order of the system itself, such as a liquidation: no check is made, and what it does
 * not trade is cancelled.
 */
export function enterSystemOrder(
  state: ExchangeState,
  order: Pick<Entry, 'account' | 'market' | 'side' | 'ticks' | 'lots'> & {
    readonly cause: TradeCause;
  },
): Order {
  const rest = { kind: 'market', tif: 'IOC', reduceOnly: true, clientOrderId: null } as const;
  return admit(state, { ...order, ...rest });
}

/** Gives an order that was found good its id, and lets it match, rest or end. */
export function admit(state: ExchangeState, entry: Entry): Order {
  const { account, cause, clientOrderId, kind, legs, lots, market: here } = entry;
  const { reduceOnly, side, tif, ticks } = entry;
  brace(state, here, entry);
  const { market } = here;
  const same = { account, market, side, kind, type: kind, tif, ticks, reduceOnly, clientOrderId };
  const order = newOrder(state, { ...same, lots, cause, trigger: null });
  if (entry.isSlice === true) noteOrder(state, order, 'twap_triggered', ticks);
  work(state, here, order);
  if (legs !== undefined && legs.length > 0) attachLegs(state, order, legs);
  return order;
}

/** Lets the crowd stand in an order's way, just before that enters the book. */
export function brace(
  state: ExchangeState,
  here: MarketState,
  { lots, side, tif, ticks }: Pick<Entry, 'lots' | 'side' | 'tif' | 'ticks'>,
): void {
  const reach = tif === 'ALO' || tif === 'TOB' ? 1 : lots;
  state.crowd.brace(here.market.id, side, ticks, reach);
}

/**
 * Takes an order to the book; it matches, rests or ends. The crowd may have traded with the account
 * when it was braced, so a reduce-only order is held against the position once more.
 */
export function work(state: ExchangeState, here: MarketState, order: Order): void {
  const { id, side, tif, ticks } = order;
  cutToPosition(state, order);
  if (openLots(order) === 0) {
    endOrder(state, order, 'cancelled', 'force_cancel');
    return;
  }
  const entry = { id, order, side, ticks, lots: openLots(order), tif };
  const { status } = enterBook(state, here, entry);
  if (status === 'resting') restOrder(state, order);
  else if (status === 'post_only') endOrder(state, order, 'rejected', 'post_only_rejected');
  else if (status === 'cancelled') {
    endOrder(state, order, 'cancelled', state.settings.remainderEvent);
  }
}

/** A market order needs somebody within its slippage; ALO may be refused at once by setting. */
function checkCounterparts(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { kind, market: here, side, tif, ticks } = entry;
  const best = side === 'bid' ? here.engine.bestAsk() : here.engine.bestBid();
  const meets = best !== 0 && (side === 'bid' ? best <= ticks : best >= ticks);
  if (kind === 'market' && !meets) return business('No reasonable price found');
  if (tif === 'ALO' && meets && state.settings.aloCross === 'refuse') {
    return business('Post-only order would match');
  }
  return undefined;
}
