import type { TradeCause } from '../../../protocol/terms.ts';
import { type ExchangeState, newOrderId } from '../exchangeState.ts';
import type { Order } from './order.ts';

/** What an order is made of; the exchange adds an id and the time. */
export type OrderTerms = Pick<
  Order,
  | 'account'
  | 'market'
  | 'side'
  | 'kind'
  | 'type'
  | 'tif'
  | 'ticks'
  | 'reduceOnly'
  | 'clientOrderId'
  | 'trigger'
> & {
  readonly lots: number;
  /** `normal` when absent. */
  readonly cause?: TradeCause | undefined;
};

/** Gives an order an id and its place in the histories. */
export function newOrder(state: ExchangeState, terms: OrderTerms): Order {
  const { cause, lots, ...same } = terms;
  const order: Order = {
    id: newOrderId(state),
    ...same,
    cause: cause ?? 'normal',
    legs: [],
    createdMs: state.nowMs,
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
  state.accounts.remember(order);
  state.truth.orders += 1;
  return order;
}
