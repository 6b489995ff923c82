import type { Crypto, SigningKey } from '../std/host.ts';

/** Public facts about an agent key. */
export interface AgentIdentity {
  /** Base58 address of the account that the key trades for. */
  readonly account: string;
  /** Base58 address of the main account when `account` is a subaccount. */
  readonly main: string | undefined;
  /** Base58 public key of the agent wallet. */
  readonly publicKey: string;
}

/**
 * An agent key outside the vault, for as long as it takes to store or load it. Its secrets are
 * private fields, so that no error, log line or inspection of the object can show them. It owns the
 * bytes it is given; whoever made it calls {@link AgentKey.wipe}.
 */
export class AgentKey implements AgentIdentity {
  readonly account: string;
  readonly main: string | undefined;
  readonly publicKey: string;
  readonly #seed: Uint8Array;
  readonly #apiKey: Uint8Array | undefined;

  /** `seed` has 32 bytes; `apiKey` is the family's `PF-API-KEY` in UTF-8. */
  constructor(identity: AgentIdentity, seed: Uint8Array, apiKey: Uint8Array | undefined) {
    this.account = identity.account;
    this.main = identity.main;
    this.publicKey = identity.publicKey;
    this.#seed = seed;
    this.#apiKey = apiKey;
  }

  /** Shows the secrets themselves, not copies, to `use`. A method, because getters can be printed. */
  reveal<Result>(use: (seed: Uint8Array, apiKey: Uint8Array | undefined) => Result): Result {
    return use(this.#seed, this.#apiKey);
  }

  /** Puts the key where it signs; this copy can be wiped afterwards. */
  load(crypto: Pick<Crypto, 'loadKey'>): SigningKey {
    return crypto.loadKey(this.#seed);
  }

  wipe(): void {
    this.#seed.fill(0);
    this.#apiKey?.fill(0);
  }
}
