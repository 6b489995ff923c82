import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/ip_whitelist/list`: the key has another name here. */
export interface ListAgentIpWhitelistFields {
  readonly api_agent_key: string;
}

export const LIST_AGENT_IP_WHITELIST: Operation<ListAgentIpWhitelistFields> = {
  type: 'list_agent_ip_whitelist',
  path: '/agent/ip_whitelist/list',
  costTenths: COST.action,
  schema: z.object({ api_agent_key: z.string() }),
};
