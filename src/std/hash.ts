/** SHA-256 of the UTF-8 bytes of `text`, in lower-case hex. Supplied by the host. */
export type Sha256Hex = (text: string) => string;

/**
 * A UUID (version 8, RFC 9562: free form) from the SHA-256 of `name`: the same name gives the same
 * id on every machine, and two names never share one in practice.
 */
export function uuidOf(name: string, sha256: Sha256Hex): string {
  const hex = sha256(name);
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
