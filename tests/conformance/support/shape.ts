/** What a field of a document holds; `?` when it may be null. */
type Kind =
  | 'decimal'
  | 'integer'
  | 'text'
  | 'boolean'
  | 'null'
  | 'list'
  | 'decimal?'
  | 'text?'
  | 'integer?';
export type Shape = Readonly<Record<string, Kind | readonly string[]>>;

const TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  decimal: (value) => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value),
  integer: (value) => Number.isSafeInteger(value),
  text: (value) => typeof value === 'string' && value !== '',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  list: (value) => Array.isArray(value),
};

/** What is wrong with a document that should have exactly the fields of `shape`; empty when nothing. */
export function misfits(document: unknown, shape: Shape): string[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return [`no object: ${JSON.stringify(document)}`];
  }
  const row = document as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(row).filter((key) => !(key in shape));
  const wrong = Object.entries(shape).filter(([key, kind]) => !fits(row[key], kind));
  return [
    ...unknown.map((key) => `undocumented ${key}: ${JSON.stringify(row[key])}`),
    ...wrong.map(([key, kind]) => `${key} should be ${kind}: ${JSON.stringify(row[key])}`),
  ];
}

function fits(value: unknown, kind: Kind | readonly string[]): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  if (kind.endsWith('?')) return value === null || fits(value, kind.slice(0, -1) as Kind);
  return TESTS[kind]?.(value) === true;
}
