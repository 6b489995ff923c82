import type { AccountIdentity } from '../accounts/accountManager.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import type { PastOrder } from '../gate/mirrorRule.ts';
import type { Market } from '../protocol/market.ts';
import type { Sha256Hex } from '../std/hash.ts';

/** What a kernel is made of: nothing else of the world is known to it before its first event. */
export interface KernelSetup {
  readonly config: DeskConfig;
  /** By id, from 0. */
  readonly markets: readonly Market[];
  /** By index, from 0, in the order of the configuration. */
  readonly accounts: readonly AccountIdentity[];
  readonly families: number;
  /** Families without an API config key: they share the credits of the desk's address. */
  readonly keyless?: ReadonlySet<number>;
  /** Fencing epoch: part of every order's name, higher at every start. */
  readonly epoch: number;
  /** Seed of the back-off jitter, as in the first record of the log. */
  readonly jitterSeed: number;
  /** Orders of the last day, from the log, oldest first. */
  readonly past?: readonly PastOrder[];
  /** Number that the next audit record must carry. */
  readonly nextSeq: number;
  readonly sha256: Sha256Hex;
}
