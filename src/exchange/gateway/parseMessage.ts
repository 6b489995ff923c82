/** Levels of nesting that are read, as in the exchange's own parser (serde's recursion limit). */
const DEEPEST = 128;

/** The JSON value of a body or a frame; `undefined` when it is none, or too deep to be walked. */
export function parseMessage(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, DEEPEST) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const each of Object.values(value)) if (isDeeper(each, levels - 1)) return true;
  return false;
}
