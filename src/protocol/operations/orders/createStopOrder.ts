import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import type { Market } from '../../market.ts';
import type { Side } from '../../terms.ts';
import { type Placed, placed } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';
import { type StopOrderInfo, stopOrderInfo, type Trigger, triggerFields } from './stopOrderInfo.ts';

/** `POST /orders/stop/create`: an order that waits off the book for its trigger. */
export interface CreateStopOrderFields {
  readonly symbol: string;
  readonly side: Side;
  readonly reduce_only: boolean;
  readonly stop_order: StopOrderInfo;
}

export const CREATE_STOP_ORDER: TradingOperation<CreateStopOrderFields, Placed> = {
  type: 'create_stop_order',
  path: '/orders/stop/create',
  costTenths: COST.action,
  needsGate: true,
  schema: z.object({
    symbol: z.string(),
    side: z.enum(['bid', 'ask']),
    reduce_only: z.boolean(),
    stop_order: stopOrderInfo,
  }),
  answer: placed,
};

export interface StopOrder {
  readonly market: Market;
  readonly side: Side;
  readonly reduceOnly: boolean;
  readonly stop: Trigger;
}

/** The signed `data` of a stop order. */
export function createStopOrderData({ market, side, reduceOnly, stop }: StopOrder): string {
  return canonicalJson({
    symbol: market.symbol,
    side,
    reduce_only: reduceOnly,
    stop_order: triggerFields(market, stop),
  });
}
