import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /account/api_keys`. */
export const LIST_API_KEYS: Operation<NoFields> = {
  type: 'list_api_keys',
  path: '/account/api_keys',
  costTenths: COST.action,
  schema: noFields,
};
