import { z } from 'zod';
import { canonicalFields } from '../../canonicalJson.ts';
import { formatAmount, type Market } from '../../market.ts';
import type { Side } from '../../terms.ts';
import { type Placed, placed } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';

/** `POST /orders/twap/create`: the exchange works the amount in market orders, one each 30 s. */
export interface CreateTwapOrderFields {
  readonly symbol: string;
  readonly amount: string;
  readonly side: Side;
  readonly reduce_only: boolean;
  readonly slippage_percent: string;
  readonly duration_in_seconds: number;
  readonly client_order_id?: string | undefined;
}

export const CREATE_TWAP_ORDER: TradingOperation<CreateTwapOrderFields, Placed> = {
  type: 'create_twap_order',
  path: '/orders/twap/create',
  costTenths: COST.action,
  needsGate: true,
  schema: z.object({
    symbol: z.string(),
    amount: z.string(),
    side: z.enum(['bid', 'ask']),
    reduce_only: z.boolean(),
    slippage_percent: z.string(),
    duration_in_seconds: z.number().int().positive(),
    client_order_id: z.string().optional(),
  }),
  answer: placed,
};

export interface TwapOrder {
  readonly market: Market;
  readonly side: Side;
  readonly lots: number;
  readonly reduceOnly: boolean;
  /** Basis points of the mark price, for each part. */
  readonly slippageBps: number;
  readonly durationS: number;
  readonly clientOrderId?: string | undefined;
}

/** The signed `data` of a TWAP order. */
export function createTwapOrderData(order: TwapOrder): string {
  return canonicalFields({
    symbol: order.market.symbol,
    amount: formatAmount(order.market, order.lots),
    side: order.side,
    reduce_only: order.reduceOnly,
    slippage_percent: String(order.slippageBps / 100),
    duration_in_seconds: order.durationS,
    client_order_id: order.clientOrderId,
  });
}
