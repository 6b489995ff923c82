import type { CancelAllOrdersFields } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { TradeCause } from '../../../protocol/terms.ts';
import { type Account, holdingOf, marginOf } from '../accounts/account.ts';
import {
  type ExchangeState,
  engineOwner,
  marketOf,
  markPrices,
  newOrderId,
} from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { settle } from '../money/settlement.ts';
import { accepted, business, type Refusal, type Result, refused } from '../requests/refusal.ts';
import type { Order } from './order.ts';
import { checkEntry, type Entry, insufficient } from './orderChecks.ts';
import { endOrder, restOrder } from './orderLife.ts';

/** Checks an order, gives it an id, and lets it match, rest or end. */
export function enterOrder(state: ExchangeState, entry: Entry): Result<Order> {
  const refusal = checkEntry(state, entry) ?? checkCounterparts(state, entry);
  return refusal === undefined ? accepted(admit(state, entry)) : refused(refusal);
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

function admit(state: ExchangeState, entry: Entry): Order {
  const { account, lots, market: here, side, tif } = entry;
  const reach = tif === 'ALO' || tif === 'TOB' ? 1 : lots;
  state.crowd.brace(here.market.id, side, entry.ticks, reach);
  const order = newOrder(state, entry);
  state.accounts.remember(order);
  state.truth.orders += 1;
  const owner = engineOwner(state, account);
  const { status, ticks } = here.engine.add(order.id, owner, side, entry.ticks, lots, tif);
  order.ticks = ticks;
  settle(state, here, order, side);
  if (status === 'resting') restOrder(state, order);
  else if (status === 'post_only') endOrder(state, order, 'rejected', 'post_only_rejected');
  else if (status === 'cancelled') {
    endOrder(state, order, 'cancelled', state.settings.remainderEvent);
  }
  return order;
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

function newOrder(state: ExchangeState, entry: Entry): Order {
  const { account, clientOrderId, kind, lots, market, reduceOnly, side, tif, ticks } = entry;
  return {
    id: newOrderId(state),
    account,
    market: market.market,
    side,
    kind,
    tif,
    reduceOnly,
    clientOrderId,
    cause: entry.cause ?? 'normal',
    createdMs: state.nowMs,
    ticks,
    initialLots: lots,
    filledLots: 0,
    cancelledLots: 0,
    filledMicro: 0,
    lastFillTicks: 0,
    status: 'open',
    reason: null,
    updatedMs: state.nowMs,
    events: [],
  };
}

/** Cancels one resting order. Whatever is wrong, the exchange says the same. */
export function cancelOrder(
  state: ExchangeState,
  account: Account,
  fields: CancelOrderFields,
): Result<Order> {
  const order = namedOrder(account, fields);
  if (order === undefined || !account.open.has(order.id) || order.market.symbol !== fields.symbol) {
    return refused(business('Failed to cancel order', 5));
  }
  end(state, order, 'cancel');
  return accepted(order);
}

function namedOrder(account: Account, fields: CancelOrderFields): Order | undefined {
  const { client_order_id: clientOrderId, order_id: orderId } = fields;
  return orderId === undefined
    ? account.byClientId.get(clientOrderId as string)
    : account.open.get(orderId);
}

/** Cancels the resting orders of an account, oldest first. Returns how many. */
export function cancelAllOrders(
  state: ExchangeState,
  account: Account,
  fields: CancelAllOrdersFields,
): number {
  const orders = [...account.open.values()].filter(
    (order) =>
      (fields.all_symbols || order.market.symbol === fields.symbol) &&
      !(fields.exclude_reduce_only && order.reduceOnly),
  );
  for (const order of orders) end(state, order, 'cancel');
  return orders.length;
}

/** Takes away everything that an account has waiting, whatever the kind. Returns how much. */
export function cancelEverything(
  state: ExchangeState,
  account: Account,
  event: 'cancel' | 'force_cancel',
): number {
  const orders = [...account.open.values()];
  for (const order of orders) end(state, order, event);
  return orders.length;
}

function end(state: ExchangeState, order: Order, event: 'cancel' | 'force_cancel'): void {
  const here = state.markets[order.market.id] as MarketState;
  here.engine.cancel(order.id);
  state.truth.cancels += 1;
  endOrder(state, order, 'cancelled', event);
}

/**
 * Changes an account's leverage in a market: from 1 to the market's maximum, never down while a
 * position is open, and not below what its orders need.
 */
export function updateLeverage(
  state: ExchangeState,
  account: Account,
  symbol: string,
  leverage: number,
): Refusal | undefined {
  const here = marketOf(state, symbol);
  if (here === undefined) return business(`Book not found: ${symbol}`, 2);
  const { market } = here;
  if (leverage > market.maxLeverage) {
    return { ...business('Invalid leverage', 7), status: 400 };
  }
  const holding = holdingOf(account, market);
  const before = holding.leverage;
  if (leverage < before && holding.position.lots !== 0) {
    return business(`Cannot decrease leverage with open position.: ${leverage}`, 7);
  }
  holding.leverage = leverage;
  const markets = state.markets.map((each) => each.market);
  const { equityMicro, usedMicro } = marginOf(account, markets, markPrices(state));
  if (leverage < before && usedMicro > equityMicro) {
    holding.leverage = before;
    return insufficient(account, usedMicro, equityMicro);
  }
  if (holding.leverageSetMs === 0) holding.leverageSetMs = state.nowMs;
  holding.leverageUpdatedMs = state.nowMs;
  state.listener.leverageChanged(account, market, leverage);
  return undefined;
}
