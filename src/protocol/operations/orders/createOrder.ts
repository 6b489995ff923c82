import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { formatAmount, formatPrice, type Market } from '../../market.ts';
import type { Side, TimeInForce } from '../../terms.ts';
import { type Placed, placed } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';
import { type Legs, type StopOrderInfo, stopOrderInfo, triggerFields } from './stopOrderInfo.ts';

/** `POST /orders/create`: a limit order. */
export interface CreateOrderFields {
  readonly symbol: string;
  readonly price: string;
  readonly amount: string;
  readonly side: Side;
  readonly tif: TimeInForce;
  readonly reduce_only: boolean;
  readonly client_order_id?: string | undefined;
  readonly take_profit?: StopOrderInfo | undefined;
  readonly stop_loss?: StopOrderInfo | undefined;
}

export const CREATE_ORDER: TradingOperation<CreateOrderFields, Placed> = {
  type: 'create_order',
  path: '/orders/create',
  wsKey: 'create_order',
  costTenths: COST.action,
  needsGate: true,
  schema: z.object({
    symbol: z.string(),
    price: z.string(),
    amount: z.string(),
    side: z.enum(['bid', 'ask']),
    tif: z.enum(['GTC', 'IOC', 'ALO', 'TOB']),
    reduce_only: z.boolean(),
    client_order_id: z.string().optional(),
    take_profit: stopOrderInfo.optional(),
    stop_loss: stopOrderInfo.optional(),
  }),
  answer: placed,
};

export interface LimitOrder extends Legs {
  readonly market: Market;
  readonly side: Side;
  readonly priceTicks: number;
  readonly lots: number;
  readonly tif: TimeInForce;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string;
}

/** The signed `data` of a limit order, canonical. */
export function createOrderData(order: LimitOrder): string {
  const { market, stopLoss, takeProfit } = order;
  const sl = stopLoss ? `"stop_loss":${canonicalJson(triggerFields(market, stopLoss))},` : '';
  const tp = takeProfit ? `"take_profit":${canonicalJson(triggerFields(market, takeProfit))},` : '';
  return `{"amount":"${formatAmount(market, order.lots)}","client_order_id":"${order.clientOrderId}","price":"${formatPrice(market, order.priceTicks)}","reduce_only":${order.reduceOnly},"side":"${order.side}",${sl}"symbol":"${market.symbol}",${tp}"tif":"${order.tif}"}`;
}
