import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';
import { agentKeyFields } from './agentKeyFields.ts';

/** `POST /agent/ip_whitelist/remove`. */
export interface RemoveAgentWhitelistedIpFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
  readonly ip_address: string;
}

export const REMOVE_AGENT_WHITELISTED_IP: Operation<RemoveAgentWhitelistedIpFields, undefined> = {
  type: 'remove_agent_whitelisted_ip',
  path: '/agent/ip_whitelist/remove',
  costTenths: COST.action,
  schema: agentKeyFields({ ip_address: z.string() }),
  answer: done,
};
