import { z } from 'zod';
import { canonicalFields } from '../../canonicalJson.ts';
import type { Market } from '../../market.ts';
import type { Side } from '../../terms.ts';
import { done } from '../answers.ts';
import { COST, type TradingOperation } from '../operation.ts';
import { type Legs, type StopOrderInfo, stopOrderInfo, triggerFields } from './stopOrderInfo.ts';

/** `POST /positions/tpsl`: `side` is the side that closes, `ask` for a long position. */
export interface SetPositionTpslFields {
  readonly symbol: string;
  readonly side: Side;
  readonly take_profit?: StopOrderInfo | undefined;
  readonly stop_loss?: StopOrderInfo | undefined;
}

export const SET_POSITION_TPSL: TradingOperation<SetPositionTpslFields, undefined> = {
  type: 'set_position_tpsl',
  path: '/positions/tpsl',
  costTenths: COST.action,
  needsGate: true,
  schema: z
    .object({
      symbol: z.string(),
      side: z.enum(['bid', 'ask']),
      take_profit: stopOrderInfo.optional(),
      stop_loss: stopOrderInfo.optional(),
    })
    .refine(
      ({ stop_loss, take_profit }) => stop_loss !== undefined || take_profit !== undefined,
      'expected take_profit, stop_loss or both',
    ),
  answer: done,
};

export interface PositionLegs extends Legs {
  readonly market: Market;
  /** The side that closes. */
  readonly side: Side;
}

/** The signed `data` of a position's take-profit, stop-loss or both. */
export function setPositionTpslData({ market, side, stopLoss, takeProfit }: PositionLegs): string {
  return canonicalFields({
    symbol: market.symbol,
    side,
    stop_loss: stopLoss && triggerFields(market, stopLoss),
    take_profit: takeProfit && triggerFields(market, takeProfit),
  });
}
