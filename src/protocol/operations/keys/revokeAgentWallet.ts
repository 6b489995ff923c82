import { z } from 'zod';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/revoke`. */
export interface RevokeAgentWalletFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
}

export const REVOKE_AGENT_WALLET: Operation<RevokeAgentWalletFields, undefined> = {
  type: 'revoke_agent_wallet',
  path: '/agent/revoke',
  costTenths: COST.action,
  schema: z.object({ agent_wallet: z.string() }),
  answer: done,
};
