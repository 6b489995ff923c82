import type { AccountManager } from '../accounts/accountManager.ts';
import type { MarketView } from '../book/marketView.ts';
import type { OrderCoordinator } from '../orders/orderCoordinator.ts';
import { formatAmount, type Market, notionalMicro } from '../protocol/market.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Requests } from './requests.ts';

export interface ShutdownParts {
  readonly context: KernelContext;
  readonly coordinator: OrderCoordinator;
  readonly requests: Requests;
  readonly accounts: readonly AccountManager[];
  readonly markets: readonly Market[];
  readonly views: readonly MarketView[];
  /** Nothing that the venue counts in our orders is missing in the account's positions. */
  readonly isCertain: (account: AccountManager) => boolean;
  /** Reads the account anew, because the venue shows something else. */
  readonly recheck: (account: AccountManager) => void;
  readonly done: (clean: boolean, sentence: string) => void;
}

const POLL_MS = 50;
const DRAIN_MS = 10_000;
const SETTLE_MS = 10_000;
const CLOSE_MS = 30_000;
const SWEEP_TRIES = 3;
const VERIFY_TRIES = 5;
/** How often one question is put to a venue that does not answer it. */
const ASK_TRIES = 4;
const RETRY_MS = 500;
/** How far through the best price a closing order may reach. */
const CLOSE_SLIPPAGE_BPS = 50;

/**
 * The orderly end: quotes withdrawn, pairs under way ended hedged or flat, everything cancelled at
 * the venue, positions closed if asked, and then the venue itself asked until it shows nothing.
 */
export class Shutdown {
  readonly #parts: ShutdownParts;
  readonly #close: boolean;
  readonly #problems: string[] = [];
  #begun = 0;
  #closeUntilMs = 0;

  constructor(parts: ShutdownParts, close: boolean) {
    this.#parts = parts;
    this.#close = close;
  }

  begin(): void {
    this.#parts.coordinator.stop();
    this.#begun = this.#parts.context.nowMs;
    this.#drain();
  }

  #drain(): void {
    const { context, coordinator } = this.#parts;
    const late = context.nowMs - this.#begun > DRAIN_MS;
    if (!coordinator.isIdle && !late) {
      context.after(POLL_MS, () => this.#drain());
      return;
    }
    this.#sweep();
  }

  /** One cancel-all per account, whatever we believe to be open. */
  #sweep(): void {
    const { accounts } = this.#parts;
    let waiting = accounts.length;
    for (const account of accounts) {
      this.#cancelAll(account, 1, () => {
        waiting -= 1;
        if (waiting === 0) this.#settle(this.#parts.context.nowMs);
      });
    }
  }

  /** Asked again when it fails: doing it twice changes nothing. */
  #cancelAll(account: AccountManager, attempt: number, done: () => void): void {
    const { context, requests } = this.#parts;
    const { index, name } = account.identity;
    requests.cancelAll(index, (outcome) => {
      if (outcome.kind === 'ok') {
        done();
      } else if (attempt < SWEEP_TRIES) {
        context.after(RETRY_MS, () => this.#cancelAll(account, attempt + 1, done));
      } else {
        this.#problems.push(`cancel-all of ${name}: ${outcome.message}`);
        done();
      }
    });
  }

  /** Fills that are still owed come first: a position must be known before it can be closed. */
  #settle(sinceMs: number): void {
    const { accounts, context, isCertain } = this.#parts;
    const late = context.nowMs - sinceMs > SETTLE_MS;
    if (accounts.every(isCertain) || late) this.#flatten();
    else context.after(POLL_MS, () => this.#settle(sinceMs));
  }

  #flatten(): void {
    if (!this.#close) {
      this.#verify(1);
      return;
    }
    this.#closeUntilMs = this.#parts.context.nowMs + CLOSE_MS;
    this.#closeAll(1);
  }

  /** Closes what is known to be open, then asks the venue, then closes what that has shown. */
  #closeAll(attempt: number): void {
    const { coordinator, accounts, markets } = this.#parts;
    coordinator.flatten(
      accounts.map((account) => account.identity.index),
      markets.map((market) => market.id),
      CLOSE_SLIPPAGE_BPS,
      "close: every position, on the operator's word",
    );
    this.#awaitFlat(attempt);
  }

  #awaitFlat(attempt: number): void {
    const { context, coordinator } = this.#parts;
    if (coordinator.isFlat || this.#isCloseOver) this.#verify(attempt);
    else context.after(POLL_MS, () => this.#awaitFlat(attempt));
  }

  get #isCloseOver(): boolean {
    return this.#parts.context.nowMs > this.#closeUntilMs;
  }

  /** The venue's own word on every account: no open order, and the positions that we count. */
  #verify(attempt: number): void {
    const { accounts, context } = this.#parts;
    const findings: string[] = [];
    let waiting = accounts.length * 2;
    const settle = (): void => {
      waiting -= 1;
      if (waiting > 0) return;
      if (findings.length === 0 || attempt === VERIFY_TRIES) this.#finish(findings);
      else context.after(RETRY_MS, () => this.#verifyAgain(attempt + 1));
    };
    for (const account of accounts) {
      this.#ask(account, 'orders', settle, findings);
      this.#ask(account, 'positions', settle, findings);
    }
  }

  #verifyAgain(attempt: number): void {
    if (this.#close && !this.#isCloseOver) this.#closeAll(attempt);
    else this.#verify(attempt);
  }

  #ask(
    account: AccountManager,
    of: 'orders' | 'positions',
    settle: () => void,
    findings: string[],
    tries = 1,
  ): void {
    const { index, name, address } = account.identity;
    const query: Query = { of, account: address };
    const answered = (outcome: Outcome<QueryResult>): void => {
      if (outcome.kind !== 'ok' && tries < ASK_TRIES) {
        const again = (): void => this.#ask(account, of, settle, findings, tries + 1);
        this.#parts.context.after(RETRY_MS, again);
        return;
      }
      if (outcome.kind !== 'ok') {
        findings.push(`${name}: the venue could not be asked (${outcome.message})`);
      } else if (outcome.value.of === 'orders' && outcome.value.rows.length > 0) {
        findings.push(`${name} still has ${outcome.value.rows.length} open orders at the venue`);
      } else if (outcome.value.of === 'positions') {
        findings.push(...this.#positionFindings(account, outcome.value.rows));
      }
      settle();
    };
    this.#parts.requests.query(index, query, answered, 'verify');
  }

  #positionFindings(
    account: AccountManager,
    rows: Extract<QueryResult, { of: 'positions' }>['rows'],
  ): string[] {
    const findings: string[] = [];
    const { name } = account.identity;
    for (const market of this.#parts.markets) {
      const theirs = rows.find((row) => row.market === market.id)?.lots ?? 0;
      const ours = account.position(market.id).lots;
      const worth = this.#worthMicro(market, theirs);
      if (theirs !== ours) {
        this.#parts.recheck(account);
        findings.push(
          `${name}: the venue shows ${formatAmount(market, theirs)} ${market.symbol}, the desk counted ${formatAmount(market, ours)}`,
        );
      } else if (this.#close && worth >= market.minOrderMicro) {
        findings.push(`${name} still holds ${formatAmount(market, theirs)} ${market.symbol}`);
      }
    }
    return findings;
  }

  #worthMicro(market: Market, lots: number): number {
    const view = this.#parts.views[market.id];
    return notionalMicro(market, view?.referenceTicks ?? 0, Math.abs(lots));
  }

  #finish(findings: readonly string[]): void {
    if (!this.#parts.coordinator.isIdle) {
      this.#problems.push('orders were still under way when the time to end them was over');
    }
    if (this.#close && !this.#parts.coordinator.isFlat) {
      this.#problems.push('positions were still open when the time to close them was over');
    }
    const problems = [...this.#problems, ...findings];
    const held = this.#held();
    const left = this.#close ? 'too small to close' : 'positions kept';
    const rest = held.length === 0 ? 'no position is open' : `${left}: ${held.join(', ')}`;
    const sentence =
      problems.length === 0 ? `No order is open; ${rest}.` : `${problems.join('; ')}.`;
    this.#parts.done(problems.length === 0, sentence);
  }

  #held(): string[] {
    return this.#parts.accounts.flatMap((account) =>
      this.#parts.markets.flatMap((market) => {
        const { lots } = account.position(market.id);
        return lots === 0
          ? []
          : `${account.identity.name} ${formatAmount(market, lots)} ${market.symbol}`;
      }),
    );
  }
}
