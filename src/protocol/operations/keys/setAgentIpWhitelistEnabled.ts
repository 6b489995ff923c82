import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';
import { agentKeyFields } from './agentKeyFields.ts';

/** `POST /agent/ip_whitelist/toggle`. */
export interface SetAgentIpWhitelistEnabledFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
  readonly enabled: boolean;
}

export const SET_AGENT_IP_WHITELIST_ENABLED: Operation<
  SetAgentIpWhitelistEnabledFields,
  undefined
> = {
  type: 'set_agent_ip_whitelist_enabled',
  path: '/agent/ip_whitelist/toggle',
  costTenths: COST.action,
  schema: agentKeyFields({ enabled: z.boolean() }),
  answer: done,
};

/** The signed `data` of a whitelist switched on or off. */
export function agentIpWhitelistData(agentWallet: string, enabled: boolean): string {
  return canonicalJson({ agent_wallet: agentWallet, enabled });
}
