import { encodeBase58 } from '../../protocol/base58.ts';
import type { Crypto } from '../../std/host.ts';
import type { AccountSeed } from '../core/accounts/account.ts';

/** How the exchange's accounts are laid out. */
export interface AccountLayout {
  readonly accounts: number;
  /** Accounts of a family: a main account and its subaccounts, at most 9 of them. */
  readonly familySize: number;
  /** Whether each family has its own owner, or all belong to one. */
  readonly owner: 'family' | 'single';
  readonly balanceMicro: number;
  /** Fee level of all of them, which also sets their credits. Default 0, tier 1. */
  readonly feeLevel?: number;
  /** Equal seeds make equal keys. They are throw-away keys: anybody can make them. */
  readonly seed: number;
}

/** An account with the secrets that its holder needs. */
export interface SeededAccount extends AccountSeed {
  /** Base58 of seed and public key, 64 bytes. */
  readonly secretKey: string;
  readonly agentWallet: string;
  readonly agentSecretKey: string;
  /** Address of the family's main account; its own for the main account. */
  readonly main: string;
  readonly apiKey: string;
}

/** Makes the accounts of a layout, family by family. */
export function seededAccounts(layout: AccountLayout, crypto: Crypto): SeededAccount[] {
  const accounts: SeededAccount[] = [];
  for (let index = 0; index < layout.accounts; index += 1) {
    const family = Math.floor(index / layout.familySize);
    const account = keyOf(crypto, `${layout.seed}/account/${index}`);
    const agent = keyOf(crypto, `${layout.seed}/agent/${index}`);
    const main = accounts[family * layout.familySize]?.address ?? account.publicKey;
    accounts.push({
      address: account.publicKey,
      secretKey: account.secretKey,
      agents: [agent.publicKey],
      agentWallet: agent.publicKey,
      agentSecretKey: agent.secretKey,
      family,
      owner: layout.owner === 'single' ? 1 : family + 1,
      balanceMicro: layout.balanceMicro,
      feeLevel: layout.feeLevel ?? 0,
      main,
      apiKey: apiKeyOf(crypto, `${layout.seed}/api-key/${family}`),
    });
  }
  return accounts;
}

function keyOf(crypto: Crypto, name: string): { publicKey: string; secretKey: string } {
  const seed = bytesOf(crypto, name);
  const key = crypto.loadKey(seed.slice());
  const secret = new Uint8Array(64);
  secret.set(seed);
  secret.set(key.publicKey, 32);
  const publicKey = encodeBase58(key.publicKey);
  key.destroy();
  return { publicKey, secretKey: encodeBase58(secret) };
}

/** `{8 characters}_{22 characters}`, the documented form of an API config key. */
function apiKeyOf(crypto: Crypto, name: string): string {
  const text = encodeBase58(bytesOf(crypto, name));
  return `${text.slice(0, 8)}_${text.slice(8, 30)}`;
}

function bytesOf(crypto: Crypto, name: string): Uint8Array {
  const hex = crypto.sha256Hex(`breakwater simulated exchange/${name}`);
  return Uint8Array.from({ length: 32 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
