import type { Market } from '../../../protocol/market.ts';
import type { TriggerPrice } from '../../../protocol/operations/orders/stopOrderInfo.ts';
import type {
  OrderEvent,
  OrderStatus,
  Side,
  TimeInForce,
  TradeCause,
} from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';

/** What an order is called on the wire; a stop keeps its name after its trigger was pulled. */
type OrderType =
  | 'limit'
  | 'market'
  | 'stop_limit'
  | 'stop_market'
  | 'take_profit_limit'
  | 'take_profit_market'
  | 'stop_loss_limit'
  | 'stop_loss_market';

/** What a stop order waits for, off the book. */
export interface Trigger {
  readonly ticks: number;
  readonly source: TriggerPrice;
  /** Pulled when the price is at or above `ticks`; at or below otherwise. */
  readonly rises: boolean;
  /** Whether it closes a position, which it does not outlive. */
  readonly closes: boolean;
  /** Sized by its parent order or its position, since the client named no amount. */
  readonly whole: boolean;
  /** The order that must fill first, for one that came attached to it. */
  readonly parentId: number | null;
}

/** An order of an account, from its acceptance to its end; kept afterwards for the histories. */
export interface Order {
  readonly id: number;
  readonly account: Account;
  readonly market: Market;
  readonly side: Side;
  /** How it enters the book. */
  readonly kind: 'limit' | 'market';
  readonly type: OrderType;
  /** Market orders are IOC. */
  readonly tif: TimeInForce;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string | null;
  /** Why it trades; other than `normal` only for orders of the system. */
  readonly cause: TradeCause;
  readonly trigger: Trigger | null;
  /** Take-profit and stop-loss that wait until this order is filled. */
  readonly legs: Order[];
  readonly createdMs: number;
  /**
   * Limit price, or the worst price of a market order, 0 as long as that is not known; TOB may have
   * moved it.
   */
  ticks: number;
  /** A stop sized by its position learns it late. */
  initialLots: number;
  filledLots: number;
  cancelledLots: number;
  /** Notional of the fills at their prices. */
  filledMicro: number;
  lastFillTicks: number;
  status: OrderStatus;
  /** The event that ended the order without a fill, as the order history names it. */
  reason: OrderEvent | null;
  updatedMs: number;
  readonly events: OrderRecord[];
}

/** One event in the life of an order, with the order's figures right after it. */
export interface OrderRecord {
  readonly historyId: number;
  readonly order: Order;
  readonly event: OrderEvent;
  readonly status: OrderStatus;
  /** Price of the fill, or of the order. */
  readonly ticks: number;
  /** Price of the last fill, 0 before the first. */
  readonly lastFillTicks: number;
  readonly initialLots: number;
  readonly filledLots: number;
  readonly cancelledLots: number;
  readonly filledMicro: number;
  readonly timeMs: number;
  readonly lastOrderId: number;
}

/** Lots that may still trade. */
export function openLots(order: Order): number {
  return order.initialLots - order.filledLots - order.cancelledLots;
}

/** Everything of an account that has not ended, in the book or waiting for its trigger; by id. */
export function openOrdersOf({ open, stops }: Account): Order[] {
  if (stops.size === 0) return [...open.values()];
  return [...open.values(), ...stops.values()].sort((a, b) => a.id - b.id);
}
