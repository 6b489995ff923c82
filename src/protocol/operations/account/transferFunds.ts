import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { formatDollars } from '../../market.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/subaccount/transfer`: between a main account and its subaccounts, at least $10. */
export interface TransferFundsFields {
  readonly to_account: string;
  /** Dollars. */
  readonly amount: string;
}

export const TRANSFER_FUNDS: Operation<TransferFundsFields, undefined> = {
  type: 'transfer_funds',
  path: '/account/subaccount/transfer',
  costTenths: COST.action,
  schema: z.object({ to_account: z.string(), amount: z.string() }),
  // Its own `{success, error}`; a failure inside is a refusal before it is read (`readAnswer`).
  answer: done,
};

/** The signed `data` of a transfer to a main account or subaccount. */
export function transferFundsData(toAccount: string, micro: number): string {
  return canonicalJson({ to_account: toAccount, amount: formatDollars(micro) });
}
