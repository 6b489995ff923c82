// Writes schemas/desk.schema.json, the configuration's JSON Schema for editors and other programs:
//   npm run schema
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { deskSchema } from '../src/config/deskConfig.ts';

/** The schema of a configuration as people write it, JSON Schema draft 2020-12. */
export function configJsonSchema(): unknown {
  return {
    $id: 'https://breakwater.invalid/schemas/desk.schema.json',
    ...z.toJSONSchema(deskSchema, { io: 'input' }),
  };
}

if (import.meta.main) {
  const file = new URL('../schemas/desk.schema.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}
