import type { AccountManager } from '../accounts/accountManager.ts';
import type { MarketView } from '../book/marketView.ts';
import type { Market } from '../protocol/market.ts';
import type { Outcome, RefusalReason } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';
import type { Bars } from './bars.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Requests } from './requests.ts';
import type { StrategyDeck } from './strategyDeck.ts';

export interface PreparationParts {
  readonly context: KernelContext;
  readonly markets: readonly Market[];
  readonly views: readonly MarketView[];
  readonly bars: readonly Bars[];
  readonly accounts: readonly AccountManager[];
  readonly requests: Requests;
  readonly deck: StrategyDeck;
  readonly leverage: number | undefined;
  readonly running: () => void;
}

const POLL_MS = 100;
const MINUTE_MS = 60_000;
const HISTORY_AGAIN_MS = 3000;
const LEVERAGE_AGAIN_MS = 1000;

/** Refusals that say nothing about the request itself. */
const PASSING: ReadonlySet<RefusalReason> = new Set(['rate-limited', 'expired', 'unreachable']);

/**
 * Everything that must be known before the first order: every account reconciled, leverage set,
 * books and marks live, and as many closed minutes as the strategies want.
 */
export class Preparation {
  readonly #parts: PreparationParts;
  readonly #asked = new Set<number>();
  #leverageWanted: number;
  #leverageAsked = false;
  #done = false;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
    this.#leverageWanted =
      parts.leverage === undefined ? 0 : parts.accounts.length * parts.markets.length;
  }

  begin(): void {
    if (this.#done) return;
    if (this.#complete()) {
      this.#done = true;
      this.#parts.running();
      this.#parts.deck.start();
      return;
    }
    this.#parts.context.after(POLL_MS, () => this.begin());
  }

  /** Minutes may be missing after a lost stream: asks for them. */
  mend(market: number): void {
    if (this.#parts.deck.running) this.#isWarm(market);
  }

  /** The desk stops before it ever ran. */
  abandon(): void {
    this.#done = true;
  }

  #complete(): boolean {
    const { accounts, views, markets } = this.#parts;
    const known = accounts.every((account) => account.status === 'ready');
    if (known) this.#setLeverage();
    const warm = markets.map((market) => this.#isWarm(market.id)).every(Boolean);
    const live = views.every((view) => view.doubleMidTicks > 0 && view.referenceTicks > 0);
    return known && warm && live && this.#leverageWanted === 0;
  }

  #setLeverage(): void {
    const { accounts, markets, leverage } = this.#parts;
    if (this.#leverageAsked || leverage === undefined) return;
    this.#leverageAsked = true;
    for (const account of accounts) {
      for (const market of markets) {
        this.#askLeverage(account.identity.index, market, Math.min(leverage, market.maxLeverage));
      }
    }
  }

  #askLeverage(account: number, market: Market, leverage: number): void {
    const { requests, context } = this.#parts;
    requests.leverage(account, market, leverage, (outcome) => {
      // A refusal (an open position cannot be levered down) leaves the old figure in force.
      if (outcome.kind === 'ok' || isFinal(outcome)) this.#leverageWanted -= 1;
      else context.after(LEVERAGE_AGAIN_MS, () => this.#askLeverage(account, market, leverage));
    });
  }

  /** The candle stream tells the venue's time; the history before it is asked for until it is there. */
  #isWarm(market: number): boolean {
    const { bars, deck, context } = this.#parts;
    const minutes = deck.warmUpMinutes(market);
    const series = bars[market];
    if (minutes === 0) return true;
    if (series?.openMs === undefined) return false;
    if (series.holds(minutes)) return true;
    if (!this.#asked.has(market)) {
      this.#asked.add(market);
      this.#askHistory(market, series, minutes);
      context.after(HISTORY_AGAIN_MS, () => this.#asked.delete(market));
    }
    return false;
  }

  #askHistory(market: number, series: Bars, minutes: number): void {
    const { requests, markets } = this.#parts;
    const openMs = series.openMs ?? 0;
    const query: Query = {
      of: 'candles',
      symbol: markets[market]?.symbol ?? '',
      interval: '1m',
      startMs: openMs - (minutes + 1) * MINUTE_MS,
      endMs: openMs,
    };
    requests.query(0, query, (outcome: Outcome<QueryResult>) => {
      if (outcome.kind === 'ok' && outcome.value.of === 'candles') series.seed(outcome.value.rows);
    });
  }
}

/** Asking again would get the same answer. */
function isFinal(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'refused' && !PASSING.has(outcome.reason);
}
