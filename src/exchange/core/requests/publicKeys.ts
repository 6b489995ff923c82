import { decodeBase58 } from '../../../protocol/base58.ts';

/** Most requests come from the same keys; beyond so many all are forgotten. */
const MOST_KEYS = 10_000;
const known: Map<string, Uint8Array> = new Map();

/** The 32 bytes of a public key in base58, or `undefined` for any other text. */
export function publicKeyOf(text: string): Uint8Array | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const bytes = decodeBase58(text, 32);
  if (bytes === undefined) return undefined;
  if (known.size >= MOST_KEYS) known.clear();
  known.set(text, bytes);
  return bytes;
}
