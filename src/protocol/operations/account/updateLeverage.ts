import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/leverage`: may be raised, never lowered while a position is open. */
export interface UpdateLeverageFields {
  readonly symbol: string;
  readonly leverage: number;
}

export const UPDATE_LEVERAGE: Operation<UpdateLeverageFields, undefined> = {
  type: 'update_leverage',
  path: '/account/leverage',
  costTenths: COST.action,
  schema: z.object({ symbol: z.string(), leverage: z.number().int().positive() }),
  answer: done,
};

/** The signed `data` of a leverage change, canonical. */
export function updateLeverageData(symbol: string, leverage: number): string {
  return `{"leverage":${leverage},"symbol":"${symbol}"}`;
}
