import { z } from 'zod';
import { integer } from '../../fields.ts';
import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

export interface ApiKeys {
  readonly active: readonly string[];
  readonly limit: number | undefined;
}

/** `POST /account/api_keys`. */
export const LIST_API_KEYS: Operation<NoFields, ApiKeys> = {
  type: 'list_api_keys',
  path: '/account/api_keys',
  costTenths: COST.action,
  schema: noFields,
  answer: z
    .object({ active_api_keys: z.array(z.string()), api_key_limit: integer.nullish() })
    .transform((raw) => ({ active: raw.active_api_keys, limit: raw.api_key_limit ?? undefined })),
};
