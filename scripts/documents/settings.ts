import { markdownTable } from './regions.ts';

/** The parts of JSON Schema that the configuration's schema uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly prefixItems?: readonly Schema[];
  readonly items?: Schema | false;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Every setting of the configuration, a table for each object in it. */
export function settingSections(schemaText: string): string {
  const sections: string[] = [];
  describe('The configuration', '', JSON.parse(schemaText) as Schema, sections);
  return sections.join('\n\n');
}

function describe(title: string, path: string, schema: Schema, sections: string[]): void {
  const inner: [title: string, path: string, schema: Schema][] = [];
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, setting]) => {
    inner.push(...objectsIn(path === '' ? name : `${path}.${name}`, setting));
    const isRequired = required.has(name);
    const meaning = setting.description ?? (setting.const && 'Says which kind it is.');
    if (meaning === undefined) throw new Error(`${path}.${name}: the schema does not describe it`);
    return [`\`${name}\``, kindOf(setting), defaultOf(setting, isRequired), meaning];
  });
  const about = schema.description === undefined ? [] : [schema.description];
  const table = markdownTable(['setting', 'value', 'default', 'meaning'], rows);
  sections.push([`## ${title}`, ...about, table].join('\n\n'));
  for (const each of inner) describe(...each, sections);
}

function objectsIn(path: string, setting: Schema): [string, string, Schema][] {
  const { items } = setting;
  const list = typeof items === 'object' ? items : undefined;
  const here = list === undefined ? path : `${path}[]`;
  const schema = list ?? setting;
  if (schema.oneOf !== undefined) {
    return schema.oneOf.map((one) => {
      const kind = one.properties?.kind?.const ?? '';
      return [`\`${here}\` with kind \`${kind}\``, here, one];
    });
  }
  return schema.properties === undefined ? [] : [[`\`${here}\``, here, schema]];
}

function defaultOf(setting: Schema, required: boolean): string {
  if (required) return 'required';
  if (setting.default === undefined) return 'none';
  return typeof setting.default === 'object' ? 'as below' : `\`${setting.default}\``;
}

function kindOf(setting: Schema): string {
  if (setting.const !== undefined) return `\`${setting.const}\``;
  if (setting.enum !== undefined) return setting.enum.map((value) => `\`${value}\``).join(', ');
  if (setting.type === 'array') return listOf(setting);
  if (setting.type === 'object') return 'object, see below';
  if (setting.format === 'uri') return 'URL';
  if (setting.pattern !== undefined) return `text, \`${setting.pattern}\``;
  if (setting.type === 'string') return 'text';
  const kind = setting.type === 'integer' ? 'whole number' : 'number';
  return [kind, ...bounds(setting)].join(', ');
}

function listOf({ prefixItems, items, minItems, maxItems }: Schema): string {
  if (prefixItems !== undefined) return `list of ${prefixItems.length}`;
  const of = typeof items === 'object' && items.type === 'number' ? 'numbers' : 'text';
  const what =
    typeof items === 'object' && (items.properties ?? items.oneOf) ? 'objects, see below' : of;
  const least = minItems === undefined ? [] : [`at least ${figure(minItems)}`];
  const most = maxItems === undefined ? [] : [`at most ${figure(maxItems)}`];
  return [`list of ${what}`, ...least, ...most].join(', ');
}

function bounds({ minimum, exclusiveMinimum, maximum }: Schema): string[] {
  return [
    ...(exclusiveMinimum === undefined ? [] : [`above ${figure(exclusiveMinimum)}`]),
    ...(minimum === undefined ? [] : [`at least ${figure(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${figure(maximum)}`]),
  ];
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
