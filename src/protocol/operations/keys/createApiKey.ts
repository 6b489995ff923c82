import { z } from 'zod';
import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

/** `POST /account/api_keys/create`: an API config key raises rate limits and authenticates nobody. */
export const CREATE_API_KEY: Operation<NoFields, string> = {
  type: 'create_api_key',
  path: '/account/api_keys/create',
  costTenths: COST.action,
  schema: noFields,
  answer: z.object({ api_key: z.string() }).transform(({ api_key }) => api_key),
};
