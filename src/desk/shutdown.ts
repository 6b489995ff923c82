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
  readonly done: (clean: boolean, sentence: string) => void;
}

const POLL_MS = 50;
const DRAIN_MS = 10_000;
const CLOSE_MS = 30_000;
const SWEEP_TRIES = 3;
const VERIFY_TRIES = 5;
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
    if (late) this.#problems.push('orders were still under way when the time to end them was over');
    this.#sweep();
  }

  /** One cancel-all per account, whatever we believe to be open. */
  #sweep(): void {
    const { accounts } = this.#parts;
    let waiting = accounts.length;
    for (const account of accounts) {
      this.#cancelAll(account, 1, () => {
        waiting -= 1;
        if (waiting === 0) this.#flatten();
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

  #flatten(): void {
    if (!this.#close) {
      this.#verify(0);
      return;
    }
    const { context, coordinator, accounts, markets } = this.#parts;
    this.#begun = context.nowMs;
    coordinator.flatten(
      accounts.map((account) => account.identity.index),
      markets.map((market) => market.id),
      CLOSE_SLIPPAGE_BPS,
      "close: every position, on the operator's word",
    );
    this.#awaitFlat();
  }

  #awaitFlat(): void {
    const { context, coordinator } = this.#parts;
    const late = context.nowMs - this.#begun > CLOSE_MS;
    if (!coordinator.isFlat && !late) {
      context.after(POLL_MS, () => this.#awaitFlat());
      return;
    }
    if (late) this.#problems.push('positions were still open when the time to close them was over');
    this.#verify(0);
  }

  /** The venue's own word on every account: no open order, and the positions that we count. */
  #verify(tries: number): void {
    const { accounts } = this.#parts;
    const findings: string[] = [];
    let waiting = accounts.length * 2;
    const settle = (): void => {
      waiting -= 1;
      if (waiting > 0) return;
      if (findings.length > 0 && tries < VERIFY_TRIES) {
        this.#parts.context.after(RETRY_MS, () => this.#verify(tries + 1));
      } else {
        this.#finish(findings);
      }
    };
    for (const account of accounts) {
      this.#ask(account, 'orders', settle, findings);
      this.#ask(account, 'positions', settle, findings);
    }
  }

  #ask(
    account: AccountManager,
    of: 'orders' | 'positions',
    settle: () => void,
    findings: string[],
  ): void {
    const { index, name, address } = account.identity;
    const query: Query = { of, account: address };
    const answered = (outcome: Outcome<QueryResult>): void => {
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
    const problems = [...this.#problems, ...findings];
    const kept = this.#close ? [] : this.#kept();
    const held = kept.length === 0 ? 'no position is open' : `positions kept: ${kept.join(', ')}`;
    const sentence =
      problems.length === 0 ? `No order is open; ${held}.` : `${problems.join('; ')}.`;
    this.#parts.done(problems.length === 0, sentence);
  }

  #kept(): string[] {
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
