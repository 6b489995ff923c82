import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { accepted, business, type Result, refused } from '../requests/refusal.ts';
import { namedOrder } from './cancelling.ts';
import { type Order, openLots } from './order.ts';
import type { Entry } from './orderChecks.ts';
import { admit, whyRefused } from './orderEntry.ts';
import { withdraw } from './orderLife.ts';

/** What a resting order is to become. */
export interface Edit {
  readonly of: CancelOrderFields;
  readonly market: MarketState;
  readonly ticks: number;
  /** Absent: it keeps its size. */
  readonly lots: number | undefined;
}

/**
 * Cancels a resting order and enters another for it: post-only, with a new id, and the same side,
 * name and reduce-only flag. The other may then be rejected because it would match. An edit that
 * the engine's checks turn down leaves the order as it was.
 */
export function editOrder(state: ExchangeState, account: Account, edit: Edit): Result<Order> {
  const order = namedOrder(account.open, account, edit.of);
  if (order === undefined) return refused(business('Order not found', 5));
  const entry: Entry = {
    account,
    market: edit.market,
    side: order.side,
    kind: 'limit',
    tif: 'ALO',
    ticks: edit.ticks,
    lots: lotsAfter(state, order, edit.lots),
    reduceOnly: order.reduceOnly,
    clientOrderId: order.clientOrderId,
    replaces: order,
  };
  const refusal = whyRefused(state, entry);
  if (refusal !== undefined) return refused(refusal);
  withdraw(state, order, 'cancel');
  return accepted(admit(state, entry));
}

function lotsAfter(state: ExchangeState, order: Order, lots: number | undefined): number {
  if (lots === undefined) return openLots(order);
  return state.settings.editAmount === 'total' ? lots - order.filledLots : lots;
}
