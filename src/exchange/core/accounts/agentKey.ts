/** An agent key that is bound to an account: it may trade, and nothing that the owner's key alone may. */
export interface AgentKey {
  /** Base58 public key. */
  readonly address: string;
  /** IP addresses, or ranges such as `203.0.113.0/24`, from which it may sign when that is enforced. */
  readonly ips: Set<string>;
  isWhitelistEnforced: boolean;
}

export function makeAgentKey(address: string): AgentKey {
  return { address, ips: new Set(), isWhitelistEnforced: false };
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const V6 = /^(?=.*:)[0-9a-f:.]{2,45}$/i;

/** Whether a text names an IP address, or a range of version 4. */
export function isIpPattern(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (more.length > 0) return false;
  if (bits === undefined && V6.test(address)) return true;
  const isRange = bits === undefined || (/^\d{1,2}$/.test(bits) && Number(bits) <= 32);
  return isRange && numberOf(address) !== undefined;
}

/** Whether the key may sign a request that came from `peer`. */
export function maySignFrom(key: AgentKey, peer: string): boolean {
  return !key.isWhitelistEnforced || [...key.ips].some((pattern) => covers(pattern, peer));
}

function covers(pattern: string, peer: string): boolean {
  const plain = peer.replace(/^::ffff:/i, '');
  const [address = '', bits] = pattern.split('/');
  if (bits === undefined) return address.toLowerCase() === plain.toLowerCase();
  const from = numberOf(address);
  const to = numberOf(plain);
  const size = 2 ** (32 - Number(bits));
  return to !== undefined && Math.floor((from ?? 0) / size) === Math.floor(to / size);
}

/** A version 4 address as a number. */
function numberOf(address: string): number | undefined {
  const parts = V4.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
