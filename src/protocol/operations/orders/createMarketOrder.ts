import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { formatAmount, type Market } from '../../market.ts';
import type { Side } from '../../terms.ts';
import { type Placed, placed } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';
import { type Legs, type StopOrderInfo, stopOrderInfo, triggerFields } from './stopOrderInfo.ts';

/** `POST /orders/create_market`: fills what the slippage band holds, cancels the rest. */
export interface CreateMarketOrderFields {
  readonly symbol: string;
  readonly amount: string;
  readonly side: Side;
  /** Percent of the mark price: `"0.5"` is half a percent. */
  readonly slippage_percent: string;
  readonly reduce_only: boolean;
  readonly client_order_id?: string | undefined;
  readonly take_profit?: StopOrderInfo | undefined;
  readonly stop_loss?: StopOrderInfo | undefined;
}

export const CREATE_MARKET_ORDER: TradingOperation<CreateMarketOrderFields, Placed> = {
  type: 'create_market_order',
  path: '/orders/create_market',
  wsKey: 'create_market_order',
  costTenths: COST.action,
  needsGate: true,
  schema: z.object({
    symbol: z.string(),
    amount: z.string(),
    side: z.enum(['bid', 'ask']),
    slippage_percent: z.string(),
    reduce_only: z.boolean(),
    client_order_id: z.string().optional(),
    take_profit: stopOrderInfo.optional(),
    stop_loss: stopOrderInfo.optional(),
  }),
  answer: placed,
};

export interface MarketOrder extends Legs {
  readonly market: Market;
  readonly side: Side;
  readonly lots: number;
  /** Basis points of the mark price. */
  readonly slippageBps: number;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string;
}

/** The signed `data` of a market order, canonical. */
export function createMarketOrderData(order: MarketOrder): string {
  const { market, stopLoss, takeProfit } = order;
  const sl = stopLoss ? `"stop_loss":${canonicalJson(triggerFields(market, stopLoss))},` : '';
  const tp = takeProfit ? `,"take_profit":${canonicalJson(triggerFields(market, takeProfit))}` : '';
  return `{"amount":"${formatAmount(market, order.lots)}","client_order_id":"${order.clientOrderId}","reduce_only":${order.reduceOnly},"side":"${order.side}","slippage_percent":"${order.slippageBps / 100}",${sl}"symbol":"${market.symbol}"${tp}}`;
}
