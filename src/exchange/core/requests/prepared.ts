import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { accepted, business, type Result, refused } from './refusal.ts';
import type { SignedRequest } from './signedRequest.ts';

/** What an operation answers, before a transport puts it into words. */
export type Reply =
  | {
      readonly of: 'order' | 'cancel';
      readonly orderId: number | null;
      readonly clientOrderId: string | null;
      readonly symbol: string;
    }
  | { readonly of: 'cancel_all'; readonly count: number }
  | { readonly of: 'batch'; readonly results: readonly Result<Reply>[] }
  | { readonly of: 'done' }
  /** What only REST offers answers its documented `data` as it stands. */
  | { readonly of: 'data'; readonly data: Readonly<Record<string, unknown>> };

/** An operation that is ready to run; `delayed` ones wait the taker delay first. */
export interface Prepared {
  readonly delayed: boolean;
  run(): Result<Reply>;
}

/** Checks what a request says by itself; what depends on the market waits until it runs. */
export type Prepare<Fields> = (
  state: ExchangeState,
  request: SignedRequest<Fields>,
) => Result<Prepared>;

/** What waits for nothing. */
export function immediately(run: () => Result<Reply>): Result<Prepared> {
  return accepted({ delayed: false, run });
}

/** Acts for the account of a request; an address that was never funded has none. */
export function withAccount(
  request: SignedRequest<unknown>,
  act: (account: Account) => Result<Reply>,
): Result<Reply> {
  const { account, address } = request;
  return account === undefined
    ? refused(business(`Account not found: ${address}`, 1))
    : act(account);
}
