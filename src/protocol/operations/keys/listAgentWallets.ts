import { z } from 'zod';
import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /agent/list`. */
export const LIST_AGENT_WALLETS: Operation<NoFields, readonly string[]> = {
  type: 'list_agent_wallets',
  path: '/agent/list',
  costTenths: COST.action,
  schema: noFields,
  answer: z
    .object({ agent_wallets: z.array(z.string()) })
    .transform(({ agent_wallets }) => agent_wallets),
};
