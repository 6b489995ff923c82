import { z } from 'zod';
import { canonicalJson } from '../../canonicalJson.ts';
import { done } from '../answers.ts';
import { COST, type Operation } from '../operation.ts';

/** `POST /account/api_keys/revoke`. */
export interface RevokeApiKeyFields {
  readonly api_key: string;
}

export const REVOKE_API_KEY: Operation<RevokeApiKeyFields, undefined> = {
  type: 'revoke_api_key',
  path: '/account/api_keys/revoke',
  costTenths: COST.action,
  schema: z.object({ api_key: z.string() }),
  answer: done,
};

/** The signed `data` of the end of an API config key. */
export function revokeApiKeyData(apiKey: string): string {
  return canonicalJson({ api_key: apiKey });
}
