import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/margin`: cross or isolated; not while a position is open. */
export interface UpdateMarginModeFields {
  readonly symbol: string;
  readonly is_isolated: boolean;
}

export const UPDATE_MARGIN_MODE: Operation<UpdateMarginModeFields, undefined> = {
  type: 'update_margin_mode',
  path: '/account/margin',
  costTenths: COST.action,
  schema: z.object({ symbol: z.string(), is_isolated: z.boolean() }),
  answer: done,
};

/** The signed `data` of a change between cross and isolated margin. */
export function updateMarginModeData(symbol: string, isolated: boolean): string {
  return canonicalJson({ symbol, is_isolated: isolated });
}
