import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/subaccount/transfer`: between a main account and its subaccounts, at least $10. */
export interface TransferFundsFields {
  readonly to_account: string;
  /** Dollars. */
  readonly amount: string;
}

export const TRANSFER_FUNDS: Operation<TransferFundsFields> = {
  type: 'transfer_funds',
  path: '/account/subaccount/transfer',
  costTenths: COST.action,
  schema: z.object({ to_account: z.string(), amount: z.string() }),
};
