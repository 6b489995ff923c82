import type { AccountManager } from '../accounts/accountManager.ts';
import type { Credits } from '../protocol/frames/frame.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Outbox } from './outbox.ts';
import type { Requests } from './requests.ts';

/** What others spent is asked about no more often. */
const LEAST_MS = 5000;

/**
 * Takes what the exchange says of credits. When others, or an earlier run of this desk, have spent
 * so much that new risk must wait, nothing may be sent that would tell when it is there again. So one
 * cheap read asks, each time the exchange has said that some comes back.
 */
export class CreditProbe {
  readonly #context: KernelContext;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #accounts: readonly AccountManager[];
  /** Families about which a read is due or under way. */
  readonly #probing = new Set<number>();

  constructor(
    context: KernelContext,
    outbox: Outbox,
    requests: Requests,
    accounts: readonly AccountManager[],
  ) {
    this.#context = context;
    this.#outbox = outbox;
    this.#requests = requests;
    this.#accounts = accounts;
  }

  learn(family: number, credits: Credits): void {
    this.#outbox.learn(family, credits);
    if (this.#probing.has(family) || !this.#outbox.isShortByOthers(family)) return;
    this.#probing.add(family);
    const delayMs = Math.max(LEAST_MS, credits.refreshS * 1000);
    this.#context.after(delayMs, () => this.#ask(family));
  }

  #ask(family: number): void {
    const payer = this.#accounts.find(({ identity }) => identity.family === family);
    if (payer === undefined || !this.#outbox.isShortByOthers(family)) {
      this.#probing.delete(family);
      return;
    }
    const { index, address } = payer.identity;
    const answered = (): void => void this.#probing.delete(family);
    this.#requests.query(index, { of: 'account', account: address }, answered, 'evidence');
  }
}
