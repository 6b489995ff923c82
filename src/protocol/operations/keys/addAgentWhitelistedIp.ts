import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';
import { agentKeyFields } from './agentKeyFields.ts';

/** `POST /agent/ip_whitelist/add`. */
export interface AddAgentWhitelistedIpFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
  readonly ip_address: string;
}

export const ADD_AGENT_WHITELISTED_IP: Operation<AddAgentWhitelistedIpFields, undefined> = {
  type: 'add_agent_whitelisted_ip',
  path: '/agent/ip_whitelist/add',
  costTenths: COST.action,
  schema: agentKeyFields({ ip_address: z.string() }),
  answer: done,
};

/** The signed `data` of an address that an agent key may be used from; also of its removal. */
export function agentIpData(agentWallet: string, ipAddress: string): string {
  return canonicalJson({ agent_wallet: agentWallet, ip_address: ipAddress });
}
