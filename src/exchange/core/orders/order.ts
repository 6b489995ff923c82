import type { Market } from '../../../protocol/market.ts';
import type {
  OrderEvent,
  OrderStatus,
  Side,
  TimeInForce,
  TradeCause,
} from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';

/** An order of an account, from its acceptance to its end; kept afterwards for the histories. */
export interface Order {
  readonly id: number;
  readonly account: Account;
  readonly market: Market;
  readonly side: Side;
  readonly kind: 'limit' | 'market';
  /** Market orders are IOC. */
  readonly tif: TimeInForce;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string | null;
  /** Why it trades; other than `normal` only for orders of the system. */
  readonly cause: TradeCause;
  readonly createdMs: number;
  /** Limit price, or the worst price of a market order; TOB may have moved it. */
  ticks: number;
  readonly initialLots: number;
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
