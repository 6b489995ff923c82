import type { EntrySummary } from './entry.ts';
import type { OrderRequest } from './orderRequest.ts';
import type { Refusal } from './refusal.ts';
import type { ReservedOrder } from './reservedOrder.ts';

/** An order that must end before a deferred request can go. */
export interface Conflict {
  readonly request: OrderRequest;
  readonly opponent: EntrySummary;
}

/** All requests are reserved and count from now on, in the order in which they were asked. */
interface Reserved {
  readonly kind: 'reserved';
  readonly orders: readonly ReservedOrder[];
}

/** None is reserved. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/** None is reserved yet. The claim keeps their place until it is retried or dropped. */
export interface Deferred {
  readonly kind: 'deferred';
  readonly claim: number;
  /** Orders to cancel. */
  readonly withdraw: readonly number[];
  /** Orders that must have ended, by the venue's evidence, before the claim can be retried. */
  readonly waitingFor: readonly number[];
  /** What is in the way, described: all of it, or the first 8. */
  readonly conflicts: readonly Conflict[];
}

export type Decision = Reserved | Refused | Deferred;
