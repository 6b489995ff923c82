import { holdingOf } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { cutToPosition } from './followPosition.ts';
import { type Order, openLots } from './order.ts';
import { type Entry, worstTicks } from './orderChecks.ts';
import { brace, whyRefused, work } from './orderEntry.ts';
import { endOrder, forgetStop, noteOrder } from './orderLife.ts';

const { abs } = Math;
const MICRO_PERCENT = 1_000_000;

/** Pulls every trigger that the prices have reached. */
export function pullTriggers(state: ExchangeState): boolean {
  let pulled = false;
  for (const here of state.markets) {
    if (here.stops.isEmpty || here.halted) continue;
    for (let order = here.stops.due(here); order !== undefined; order = here.stops.due(here)) {
      pull(state, here, order);
      pulled = true;
    }
  }
  return pulled;
}

function pull(state: ExchangeState, here: MarketState, order: Order): void {
  here.stops.remove(order);
  noteOrder(state, order, 'stop_triggered', order.ticks);
  const { takerDelayMs, triggeredDelay } = state.settings;
  if (!triggeredDelay || takerDelayMs === 0) enter(state, here, order);
  else state.agenda.at(state.nowMs + takerDelayMs, () => enter(state, here, order));
}

/**
 * A triggered order goes the way of every order of its kind; only now are its size and price
 * checked. One that is sized by its position becomes as large, a reduce-only one no larger.
 */
function enter(state: ExchangeState, here: MarketState, order: Order): void {
  const { account, kind, market, side } = order;
  if (!account.stops.has(order.id)) return;
  forgetStop(state, order);
  if (order.trigger?.whole === true && order.initialLots === 0) {
    order.initialLots = abs(holdingOf(account, market).position.lots);
  }
  cutToPosition(state, order);
  if (kind === 'market') {
    order.ticks = worstTicks(here, side, state.settings.stopSlippagePercent * MICRO_PERCENT);
  }
  const entry = entryOf(here, order);
  if (entry.lots <= 0 || whyRefused(state, entry) !== undefined) {
    endOrder(state, order, 'cancelled', state.settings.triggerFailureEvent);
    return;
  }
  if (kind === 'limit') noteOrder(state, order, 'stop_upgrade', order.ticks);
  brace(state, here, entry);
  work(state, here, order);
}

function entryOf(here: MarketState, order: Order): Entry {
  const { account, kind, reduceOnly, side, ticks, tif } = order;
  const lots = openLots(order);
  return { account, market: here, side, kind, tif, ticks, lots, reduceOnly, clientOrderId: null };
}
