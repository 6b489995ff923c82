import { z } from 'zod';
import type { Side } from '../../terms.ts';
import { COST, type Operation } from '../operation.ts';
import { type StopOrderInfo, stopOrderInfo } from './stopOrderInfo.ts';

/** `POST /positions/tpsl`: `side` is the side that closes, `ask` for a long position. */
export interface SetPositionTpslFields {
  readonly symbol: string;
  readonly side: Side;
  readonly take_profit?: StopOrderInfo | undefined;
  readonly stop_loss?: StopOrderInfo | undefined;
}

export const SET_POSITION_TPSL: Operation<SetPositionTpslFields> = {
  type: 'set_position_tpsl',
  path: '/positions/tpsl',
  costTenths: COST.action,
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
};
