import type { AccountIdentity } from '../accounts/accountManager.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Requests } from './requests.ts';

export type Answer<K extends QueryResult['of']> = Extract<QueryResult, { of: K }>;
type Asked = 'account' | 'positions' | 'orders' | 'orderHistory' | 'tradeHistory';

/** A failed question is asked again after waits that double from the first to the last. */
const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 8000;

export interface How {
  /** False once nobody wants the answer any more. */
  readonly still?: () => boolean;
  readonly cursor?: string | undefined;
  /** Default `evidence`. */
  readonly lane?: 'evidence' | 'poll';
  /** Asked at most so many times, then given up: some histories never answer for an empty account. */
  readonly bound?: { readonly tries: number; readonly unanswered: () => void };
}

/** What one account is asked at the venue: each question until it is answered, or for so many tries. */
export class AccountQueries {
  readonly #context: KernelContext;
  readonly #requests: Requests;
  readonly #identity: AccountIdentity;

  constructor(context: KernelContext, requests: Requests, identity: AccountIdentity) {
    this.#context = context;
    this.#requests = requests;
    this.#identity = identity;
  }

  ask<K extends Asked>(
    of: K,
    then: (answer: Answer<K>) => void,
    how: How = {},
    failures = 0,
  ): void {
    const { still, cursor, bound, lane = 'evidence' } = how;
    if (still?.() === false) return;
    const { index, address } = this.#identity;
    const query = { of, account: address, ...(cursor === undefined ? {} : { cursor }) } as Query;
    const answered = (outcome: Outcome<QueryResult>): void => {
      if (still?.() === false) return;
      if (outcome.kind === 'ok' && outcome.value.of === of) {
        then(outcome.value as Answer<K>);
        return;
      }
      if (bound !== undefined && failures + 1 >= bound.tries) {
        bound.unanswered();
        return;
      }
      const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      this.#context.after(waitMs, () => this.ask(of, then, how, failures + 1));
    };
    this.#requests.query(index, query, answered, lane);
  }
}
