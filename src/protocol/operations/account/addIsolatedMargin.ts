import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { formatDollars } from '../../market.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /positions/add_isolated_margin`: there is no way back but closing the position. */
export interface AddIsolatedMarginFields {
  readonly symbol: string;
  /** Dollars. */
  readonly amount: string;
}

export const ADD_ISOLATED_MARGIN: Operation<AddIsolatedMarginFields, undefined> = {
  type: 'add_isolated_margin',
  path: '/positions/add_isolated_margin',
  costTenths: COST.action,
  schema: z.object({ symbol: z.string(), amount: z.string() }),
  answer: done,
};

/** The signed `data` of margin added to an isolated position. */
export function addIsolatedMarginData(symbol: string, micro: number): string {
  return canonicalJson({ symbol, amount: formatDollars(micro) });
}
