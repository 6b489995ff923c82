import type { OrderRequest } from './orderRequest.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Why every market is closed when a gate is made. */
export const NOT_RECONCILED = 'start: the orders of the accounts are not known yet';

/** What is known of the markets and accounts of the group: who may send, and where. */
export class Coverage {
  /** By market: why it is closed. */
  readonly #closures: readonly Set<string>[];
  readonly #stale = new Set<number>();
  readonly #outside = new Set<number>();
  readonly #removed = new Set<number>();

  constructor(marketCount: number) {
    this.#closures = Array.from({ length: marketCount }, () => new Set([NOT_RECONCILED]));
  }

  close(market: number, reason: string): void {
    this.#closuresOf(market).add(reason);
  }

  open(market: number, reason: string): void {
    this.#closuresOf(market).delete(reason);
  }

  freeze(account: number): void {
    this.#stale.add(account);
  }

  thaw(account: number): void {
    this.#stale.delete(account);
  }

  /** What it has at the venue is not known, and might meet what any other sends. */
  add(account: number, outside: boolean): void {
    this.#removed.delete(account);
    if (outside) this.#outside.add(account);
    this.#stale.add(account);
    for (const reasons of this.#closures) reasons.add(unknown(account));
  }

  known(account: number): void {
    this.#stale.delete(account);
    for (const reasons of this.#closures) reasons.delete(unknown(account));
  }

  remove(account: number): void {
    this.#removed.add(account);
  }

  /** Why the request may not be looked at: its market, then its account. */
  check(request: OrderRequest): Refusal | undefined {
    const { market, account } = request;
    const reasons = this.#closuresOf(market);
    if (reasons.size > 0) {
      return refuse('MARKET_CLOSED', request, { note: [...reasons].join('; ') });
    }
    if (this.#outside.has(account)) return refuse('ACCOUNT_OUTSIDE', request);
    if (this.#removed.has(account)) return refuse('ACCOUNT_REMOVED', request);
    if (this.#stale.has(account)) return refuse('ACCOUNT_STALE', request);
    return undefined;
  }

  #closuresOf(market: number): Set<string> {
    return this.#closures[market] as Set<string>;
  }
}

function unknown(account: number): string {
  return `the orders of account ${account}, which was added, are not known yet`;
}
