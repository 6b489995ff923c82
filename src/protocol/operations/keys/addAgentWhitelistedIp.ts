import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/ip_whitelist/add`. */
export interface AddAgentWhitelistedIpFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
  readonly ip_address: string;
}

export const ADD_AGENT_WHITELISTED_IP: Operation<AddAgentWhitelistedIpFields> = {
  type: 'add_agent_whitelisted_ip',
  path: '/agent/ip_whitelist/add',
  costTenths: COST.action,
  schema: z.object({ agent_wallet: z.string(), ip_address: z.string() }),
};
