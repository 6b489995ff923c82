import type { Side, TimeInForce } from '../protocol/terms.ts';

/**
 * Who goes first when orders conflict, strongest first. Fixed: an order of a higher class withdraws
 * lower ones that stand in its way and waits for their end.
 */
export const PRECEDENCES = ['kill', 'reduction', 'hedge', 'parent', 'quote'] as const;
export type Precedence = (typeof PRECEDENCES)[number];

/** What happens to a new order that conflicts with one of equal or higher precedence. */
export const CONFLICT_ACTIONS = ['BLOCK_NEW', 'CLAMP', 'CANCEL_RESTING', 'CANCEL_BOTH'] as const;
type ConflictAction = (typeof CONFLICT_ACTIONS)[number];

/**
 * `stop-market` and `stop-limit` wait at the venue until `triggerTicks` is reached, from either side:
 * stop losses and take profits alike. They only reduce positions, and give their lots.
 */
export type OrderKind = 'limit' | 'market' | 'stop-market' | 'stop-limit';

/** A take profit or stop loss that the venue arms by itself once the order that carries it fills. */
export interface AttachedStop {
  /** Its own number and name, as if it had been asked for by itself. */
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly kind: 'stop-market' | 'stop-limit';
  readonly priceTicks: number;
  readonly triggerTicks: number;
  readonly lots: number;
}

/** An order that somebody wants to send; the gate decides. */
export interface OrderRequest {
  /** Number of the order inside the desk, unique for the life of the process. */
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  readonly kind: OrderKind;
  /** Market orders and stop-market orders are IOC, stop-limit orders GTC. */
  readonly tif: TimeInForce;
  /**
   * Limit price; for a market order the worst price that its slippage allows at the reference, for
   * a stop-market order at its trigger.
   */
  readonly priceTicks: number;
  /** Stops only. */
  readonly triggerTicks?: number;
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly precedence: Precedence;
  readonly onConflict: ConflictAction;
  /** Number of the strategy that caused it; 0 for the operator and the desk itself. */
  readonly strategy: number;
  /** Parent order or pair it works for; 0 for none. */
  readonly parent: number;
  /**
   * Edits only: number of the order that this one takes the place of. The venue cancels that one and
   * enters this one under a new id of its own, with the same client order id, always post-only
   * (reference: edit_order).
   */
  readonly replaces?: number;
  /** What the venue creates by itself when this order fills. */
  readonly attached?: readonly AttachedStop[];
}

/** It waits at the venue, away from the book. */
export function isStop(request: OrderRequest): boolean {
  return request.kind === 'stop-market' || request.kind === 'stop-limit';
}

/** It takes whatever there is: its price bounds nothing that the gate could rely on. */
export function isAtMarket({ kind }: { readonly kind: OrderKind }): boolean {
  return kind === 'market' || kind === 'stop-market';
}

/** A post-only order (ALO, TOB) never takes: the venue rejects or reprices it instead. */
export function isPostOnly(request: OrderRequest): boolean {
  return request.tif === 'ALO' || request.tif === 'TOB';
}
