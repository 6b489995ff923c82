import { z } from 'zod';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/api_keys/revoke`. */
export interface RevokeApiKeyFields {
  readonly api_key: string;
}

export const REVOKE_API_KEY: Operation<RevokeApiKeyFields> = {
  type: 'revoke_api_key',
  path: '/account/api_keys/revoke',
  costTenths: COST.action,
  schema: z.object({ api_key: z.string() }),
};
