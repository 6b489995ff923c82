import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';

/** `POST /agent/bind`: signed by the owner's key. */
export interface BindAgentWalletFields {
  /** Base58 public key of the agent key; here it is signed. */
  readonly agent_wallet: string;
}

export const BIND_AGENT_WALLET: Operation<BindAgentWalletFields> = {
  type: 'bind_agent_wallet',
  path: '/agent/bind',
  costTenths: COST.action,
  schema: z.object({ agent_wallet: z.string() }),
};
