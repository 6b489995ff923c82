/** A double may lose what is longer than 15 digits; a point may stand among them. */
const LONG = 16;

/** The third argument of a reviver (the source text of a primitive), which the types do not know yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * `JSON.parse`, except that a number with more digits than a double holds comes as the text that
 * stood there: an id beyond 2^53 keeps its digits instead of becoming its neighbour. Throws
 * `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  return hasLongNumber(text)
    ? JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1])
    : JSON.parse(text);
}

const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' &&
  source !== undefined &&
  source.length >= LONG &&
  !Number.isSafeInteger(value)
    ? source
    : value;

/**
 * Whether sixteen digits and points stand in a row. Every such row covers a multiple of sixteen, so
 * most characters are never looked at: a search by pattern takes half as long as the parsing.
 */
function hasLongNumber(text: string): boolean {
  for (let end = LONG - 1; end < text.length; ) {
    let at = end;
    while (at > end - LONG && isDigitOrPoint(text.charCodeAt(at))) at -= 1;
    if (at === end - LONG) return true;
    end = at + LONG;
  }
  return false;
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
}
