import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /agent/list`. */
export const LIST_AGENT_WALLETS: Operation<NoFields> = {
  type: 'list_agent_wallets',
  path: '/agent/list',
  costTenths: COST.action,
  schema: noFields,
};
