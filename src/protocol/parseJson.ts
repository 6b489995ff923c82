/** What a double cannot hold for sure is longer than this. */
const EXACT_DIGITS = 15;
const LONG_NUMBER = /\d[\d.]{15}/;

/** The third argument of a reviver (the source text of a primitive), which the types do not know yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * `JSON.parse`, except that a number with more digits than a double holds comes as the text that
 * stood there: an id beyond 2^53 keeps its digits instead of becoming its neighbour. Throws
 * `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  return LONG_NUMBER.test(text)
    ? JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1])
    : JSON.parse(text);
}

const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' &&
  source !== undefined &&
  source.length > EXACT_DIGITS &&
  !Number.isSafeInteger(value)
    ? source
    : value;
