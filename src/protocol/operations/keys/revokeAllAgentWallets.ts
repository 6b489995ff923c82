import { done } from '../answers.ts';
import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /agent/revoke_all`. */
export const REVOKE_ALL_AGENT_WALLETS: Operation<NoFields, undefined> = {
  type: 'revoke_all_agent_wallets',
  path: '/agent/revoke_all',
  costTenths: COST.action,
  schema: noFields,
  answer: done,
};
