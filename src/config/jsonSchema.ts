import { z } from 'zod';
import { deskSchema } from './deskConfig.ts';

/** The configuration's JSON Schema (draft 2020-12), as published in `schemas/desk.schema.json`. */
export function configJsonSchema(): unknown {
  return {
    $id: 'https://breakwater.invalid/schemas/desk.schema.json',
    ...z.toJSONSchema(deskSchema, { io: 'input' }),
  };
}
