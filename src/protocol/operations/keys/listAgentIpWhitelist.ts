import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/ip_whitelist/list`: the key has another name here. */
export interface ListAgentIpWhitelistFields {
  readonly api_agent_key: string;
}

export interface AgentIpWhitelist {
  readonly addresses: readonly string[];
  /** `undefined` where the exchange does not say. */
  readonly enabled: boolean | undefined;
}

/** Documented nowhere: a bare list, or an object with a list in it. */
const whitelist: z.ZodType<AgentIpWhitelist> = z.union([
  z.array(z.string()).transform((addresses) => ({ addresses, enabled: undefined })),
  z
    .object({
      ip_addresses: z.array(z.string()).nullish(),
      ip_whitelist: z.array(z.string()).nullish(),
      whitelisted_ips: z.array(z.string()).nullish(),
      enabled: z.boolean().nullish(),
      ip_whitelist_enabled: z.boolean().nullish(),
    })
    .transform((raw) => ({
      addresses: raw.ip_addresses ?? raw.ip_whitelist ?? raw.whitelisted_ips ?? [],
      enabled: raw.enabled ?? raw.ip_whitelist_enabled ?? undefined,
    })),
]);

export const LIST_AGENT_IP_WHITELIST: Operation<ListAgentIpWhitelistFields, AgentIpWhitelist> = {
  type: 'list_agent_ip_whitelist',
  path: '/agent/ip_whitelist/list',
  costTenths: COST.action,
  schema: z.object({ api_agent_key: z.string() }),
  answer: whitelist,
};

/** The signed `data` of a question for an agent key's whitelist. */
export function listAgentIpWhitelistData(agentKey: string): string {
  return canonicalJson({ api_agent_key: agentKey });
}
