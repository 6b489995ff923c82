/** What can be made to go wrong. `docs/simulated-exchange.md` describes each. */
export type FaultKind = FrameKind | RequestKind | 'omit-id' | 'stale' | 'half-open' | OutageKind;

/** On frames to clients. */
type FrameKind = 'drop' | 'delay' | 'duplicate' | 'reorder' | 'cut';
/** On requests of clients, over either transport. */
type RequestKind = 'answer' | 'timeout' | 'cut-request';
/** On the exchange as a whole. */
type OutageKind = 'clock' | 'halt' | 'restart';

/** One thing that goes wrong: what, to whom, when. Times count from when the profile was set. */
export interface Fault {
  readonly kind: FaultKind;
  /** Only frames of this channel; `answer` means the answers to requests. */
  readonly channel?: string;
  /** Only what concerns this account. */
  readonly account?: string;
  /** Only this operation (the `type` that is signed), batch (`batch_orders`) or read (`/orders`). */
  readonly operation?: string;
  readonly transport?: 'rest' | 'ws';
  /** Only this market. */
  readonly symbol?: string;
  /** Before the exchange takes a request in (default), or after it did all that was asked. */
  readonly at?: 'before' | 'after';
  /** HTTP status of the answer. */
  readonly status?: number;
  /** Of a delay, of the clock's offset, of a half-open socket's good time. */
  readonly ms?: number;
  /** Begins so much later. */
  readonly afterMs?: number;
  /** Lasts so long; without it, until the profile is replaced. */
  readonly forMs?: number;
  /** Of three, at most one: by chance, each n-th, or the next n. Without, every one. */
  readonly probability?: number;
  readonly every?: number;
  readonly next?: number;
}

/** Everything that goes wrong, and the seed of what is left to chance. */
export interface FaultProfile {
  readonly seed: number;
  readonly faults: readonly Fault[];
}

export const NO_FAULTS: FaultProfile = { seed: 0, faults: [] };
