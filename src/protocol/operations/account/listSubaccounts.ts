import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /account/subaccount/list`. */
export const LIST_SUBACCOUNTS: Operation<NoFields> = {
  type: 'list_subaccounts',
  path: '/account/subaccount/list',
  costTenths: COST.action,
  schema: noFields,
};
