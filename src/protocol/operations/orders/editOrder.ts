import { z } from 'zod';
import { canonicalFields } from '../../canonicalJson.ts';
import { formatAmount, formatPrice, type Market } from '../../market.ts';
import { type Placed, placed } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';
import { oneId } from './cancelOrder.ts';

/**
 * `POST /orders/edit`: cancels the order and creates a new one with a new id, the same side, name and
 * reduce-only flag, and ALO as its time in force. `amount` absent keeps the size.
 */
export interface EditOrderFields {
  readonly symbol: string;
  readonly price: string;
  readonly amount?: string | undefined;
  readonly order_id?: number | undefined;
  readonly client_order_id?: string | undefined;
}

export const EDIT_ORDER: TradingOperation<EditOrderFields, Placed> = {
  type: 'edit_order',
  path: '/orders/edit',
  wsKey: 'edit_order',
  costTenths: COST.action,
  needsGate: true,
  schema: oneId(
    z.object({
      symbol: z.string(),
      price: z.string(),
      amount: z.string().optional(),
      order_id: z.number().int().optional(),
      client_order_id: z.string().optional(),
    }),
  ),
  answer: placed,
};

export interface Edit {
  readonly market: Market;
  readonly priceTicks: number;
  /** Always sent, since documents and observers disagree on what its absence means. */
  readonly lots: number;
  /** The exchange's id, or our own name. */
  readonly order: { readonly orderId: number } | { readonly clientOrderId: string };
}

/** The signed `data` of an edit. */
export function editOrderData({ market, priceTicks, lots, order }: Edit): string {
  return canonicalFields({
    symbol: market.symbol,
    price: formatPrice(market, priceTicks),
    amount: formatAmount(market, lots),
    order_id: 'orderId' in order ? order.orderId : undefined,
    client_order_id: 'clientOrderId' in order ? order.clientOrderId : undefined,
  });
}
