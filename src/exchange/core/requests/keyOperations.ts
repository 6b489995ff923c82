import { decodeBase58 } from '../../../protocol/base58.ts';
import type { AddAgentWhitelistedIpFields } from '../../../protocol/operations/keys/addAgentWhitelistedIp.ts';
import type { BindAgentWalletFields } from '../../../protocol/operations/keys/bindAgentWallet.ts';
import type { ListAgentIpWhitelistFields } from '../../../protocol/operations/keys/listAgentIpWhitelist.ts';
import type { RemoveAgentWhitelistedIpFields } from '../../../protocol/operations/keys/removeAgentWhitelistedIp.ts';
import type { RevokeAgentWalletFields } from '../../../protocol/operations/keys/revokeAgentWallet.ts';
import type { RevokeApiKeyFields } from '../../../protocol/operations/keys/revokeApiKey.ts';
import type { SetAgentIpWhitelistEnabledFields } from '../../../protocol/operations/keys/setAgentIpWhitelistEnabled.ts';
import type { NoFields } from '../../../protocol/operations/operation.ts';
import type { Account } from '../accounts/account.ts';
import { type AgentKey, isIpPattern, makeAgentKey } from '../accounts/agentKey.ts';
import { immediately, type Prepare, type Prepared, type Reply, withAccount } from './prepared.ts';
import { accepted, business, invalid, type Result, refused } from './refusal.ts';
import { INVALID_KEY } from './signatures.ts';
import type { SignedRequest } from './signedRequest.ts';

const DONE: Result<Reply> = accepted({ of: 'done' });

/** Binding a key twice changes nothing. */
export const prepareBindAgentWallet: Prepare<BindAgentWalletFields> = (state, request) => {
  const { agent_wallet: agent } = request.fields;
  if (decodeBase58(agent, 32) === undefined) return refused(INVALID_KEY);
  return now(request, ({ address, agents }) => {
    const limit = state.settings.agentKeyLimit;
    if (!agents.has(agent) && agents.size >= limit) {
      return refused(business(`Agent wallet limit reached for ${address}: ${limit}`));
    }
    if (!agents.has(agent)) agents.set(agent, makeAgentKey(agent));
    return DONE;
  });
};

export const prepareListAgentWallets: Prepare<NoFields> = (_, request) =>
  now(request, ({ agents }) => data({ agent_wallets: [...agents.keys()] }));

export const prepareRevokeAgentWallet: Prepare<RevokeAgentWalletFields> = (_, request) =>
  onAgent(request, request.fields.agent_wallet, ({ address }, { agents }) => {
    agents.delete(address);
    return DONE;
  });

export const prepareRevokeAllAgentWallets: Prepare<NoFields> = (_, request) =>
  now(request, ({ agents }) => {
    agents.clear();
    return DONE;
  });

export const prepareListAgentIpWhitelist: Prepare<ListAgentIpWhitelistFields> = (_, request) =>
  onAgent(request, request.fields.api_agent_key, ({ address, ips, isWhitelistEnforced }) =>
    data({ agent_wallet: address, enabled: isWhitelistEnforced, ip_addresses: [...ips] }),
  );

export const prepareAddAgentWhitelistedIp: Prepare<AddAgentWhitelistedIpFields> = (
  state,
  request,
) => {
  const { agent_wallet: agent, ip_address: ip } = request.fields;
  if (!isIpPattern(ip)) return refused(invalid(`Invalid IP address: ${ip}`));
  return onAgent(request, agent, ({ ips }) => {
    const limit = state.settings.agentIpLimit;
    if (!ips.has(ip) && ips.size >= limit) {
      return refused(business(`IP whitelist limit reached for ${agent}: ${limit}`));
    }
    ips.add(ip);
    return DONE;
  });
};

export const prepareRemoveAgentWhitelistedIp: Prepare<RemoveAgentWhitelistedIpFields> = (
  _,
  request,
) =>
  onAgent(request, request.fields.agent_wallet, ({ ips }) => {
    const { ip_address: ip } = request.fields;
    return ips.delete(ip) ? DONE : refused(business(`IP address not whitelisted: ${ip}`));
  });

export const prepareSetAgentIpWhitelistEnabled: Prepare<SetAgentIpWhitelistEnabledFields> = (
  _,
  request,
) =>
  onAgent(request, request.fields.agent_wallet, (agent) => {
    agent.isWhitelistEnforced = request.fields.enabled;
    return DONE;
  });

export const prepareCreateApiKey: Prepare<NoFields> = (state, request) =>
  now(request, (account) => {
    const limit = state.settings.apiKeyLimit;
    return account.apiKeys.size < limit
      ? data({ api_key: state.accounts.makeApiKey(account) })
      : refused(business(`API key limit reached for ${account.address}: ${limit}`));
  });

export const prepareListApiKeys: Prepare<NoFields> = (state, request) =>
  now(request, ({ apiKeys }) =>
    data({ active_api_keys: [...apiKeys], api_key_limit: state.settings.apiKeyLimit }),
  );

export const prepareRevokeApiKey: Prepare<RevokeApiKeyFields> = (state, request) =>
  now(request, (account) => {
    const { api_key: apiKey } = request.fields;
    return state.accounts.revokeApiKey(account, apiKey)
      ? DONE
      : refused(business(`API key not found: ${apiKey}`));
  });

function data(fields: Readonly<Record<string, unknown>>): Result<Reply> {
  return accepted({ of: 'data', data: fields });
}

function now(
  request: SignedRequest<unknown>,
  act: (account: Account) => Result<Reply>,
): Result<Prepared> {
  return immediately(() => withAccount(request, act));
}

/** Acts on an agent key that is bound to the account. */
function onAgent(
  request: SignedRequest<unknown>,
  agent: string,
  act: (agent: AgentKey, account: Account) => Result<Reply>,
): Result<Prepared> {
  return now(request, (account) => {
    const key = account.agents.get(agent);
    return key === undefined
      ? refused(business(`Agent wallet not found: ${agent}`))
      : act(key, account);
  });
}
