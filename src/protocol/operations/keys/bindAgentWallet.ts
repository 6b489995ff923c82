import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/bind`: signed by the owner's key. */
export interface BindAgentWalletFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
}

export const BIND_AGENT_WALLET: Operation<BindAgentWalletFields, undefined> = {
  type: 'bind_agent_wallet',
  path: '/agent/bind',
  costTenths: COST.action,
  schema: z.object({ agent_wallet: z.string() }),
  answer: done,
};

/** The signed `data` of a binding; also of its end. */
export function agentWalletData(agentWallet: string): string {
  return canonicalJson({ agent_wallet: agentWallet });
}
