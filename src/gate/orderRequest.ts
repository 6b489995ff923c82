import type { Side, TimeInForce } from '../protocol/terms.ts';

/**
 * Who goes first when orders conflict, strongest first. Fixed: an order of a higher class withdraws
 * lower ones that stand in its way and waits for their end.
 */
export const PRECEDENCES = ['kill', 'reduction', 'hedge', 'parent', 'quote'] as const;
export type Precedence = (typeof PRECEDENCES)[number];

/** What happens to a new order that conflicts with one of equal or higher precedence. */
export const CONFLICT_ACTIONS = ['BLOCK_NEW', 'CLAMP', 'CANCEL_RESTING', 'CANCEL_BOTH'] as const;
export type ConflictAction = (typeof CONFLICT_ACTIONS)[number];

/** An order that somebody wants to send; the gate decides. */
export interface OrderRequest {
  /** Number of the order inside the desk, unique for the life of the process. */
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  readonly kind: 'limit' | 'market';
  /** Market orders are IOC. */
  readonly tif: TimeInForce;
  /** Limit price; for a market order the worst price that its slippage allows at the reference. */
  readonly priceTicks: number;
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly precedence: Precedence;
  readonly onConflict: ConflictAction;
  /** Number of the strategy that caused it; 0 for the operator and the desk itself. */
  readonly strategy: number;
  /** Parent order or pair it works for; 0 for none. */
  readonly parent: number;
}

/** A post-only order (ALO, TOB) never takes: the venue rejects or reprices it instead. */
export function isPostOnly(request: OrderRequest): boolean {
  return request.tif === 'ALO' || request.tif === 'TOB';
}
