const encoder = new TextEncoder();

/** Whether `text` has more than `bytes` bytes in UTF-8. */
export function isLongerThan(text: string, bytes: number): boolean {
  // A UTF-16 unit takes one to three bytes, so most texts need no encoding to decide.
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && encoder.encode(text).length > bytes;
}
