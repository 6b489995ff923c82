import type { Entry } from './entry.ts';
import type { OrderRequest } from './orderRequest.ts';

/** Deferred requests, and the place that is kept for them. */
export interface Claim {
  readonly number: number;
  /** As they were asked. */
  readonly requests: readonly OrderRequest[];
  readonly entries: readonly Entry[];
  /** Orders that have not ended yet. */
  readonly waitingFor: number[];
}

export class ClaimBook {
  readonly #claims = new Map<number, Claim>();
  #lastNumber = 0;

  get size(): number {
    return this.#claims.size;
  }

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  add(claim: Claim): void {
    this.#claims.set(claim.number, claim);
  }

  /** Takes the claim out; `undefined` when there is none of that number. */
  take(number: number): Claim | undefined {
    const claim = this.#claims.get(number);
    this.#claims.delete(number);
    return claim;
  }

  /** Notes that an order ended; returns the claims that waited for it last. */
  ended(orderId: number): number[] {
    const ready: number[] = [];
    for (const { number, waitingFor } of this.#claims.values()) {
      const at = waitingFor.indexOf(orderId);
      if (at === -1) continue;
      waitingFor.splice(at, 1);
      if (waitingFor.length === 0) ready.push(number);
    }
    return ready;
  }
}
