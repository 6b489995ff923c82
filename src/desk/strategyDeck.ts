import type { AccountManager } from '../accounts/accountManager.ts';
import type { MarketView } from '../book/marketView.ts';
import type { StrategyConfig } from '../config/strategyConfig.ts';
import type { OrderCoordinator } from '../orders/orderCoordinator.ts';
import type { Market } from '../protocol/market.ts';
import type { Side } from '../protocol/terms.ts';
import type { BaseStrategy, StrategyView } from '../strategy/baseStrategy.ts';
import { MarketMakingStrategy } from '../strategy/marketMaking/marketMakingStrategy.ts';
import { SpreadStrategy } from '../strategy/spread/spreadStrategy.ts';
import { TimeBasedStrategy } from '../strategy/timeBased/timeBasedStrategy.ts';
import type { Bars } from './bars.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Outbox } from './outbox.ts';

export interface DeckParts {
  readonly context: KernelContext;
  readonly markets: readonly Market[];
  readonly views: readonly MarketView[];
  readonly bars: readonly Bars[];
  readonly accounts: readonly AccountManager[];
  readonly outbox: Outbox;
  readonly coordinator: OrderCoordinator;
  readonly maxReferenceAgeMs: number;
}

const TICK_MS = 250;

/** The running strategies: shows them the world four times a second and takes down their wishes. */
export class StrategyDeck {
  readonly strategies: readonly BaseStrategy[];
  readonly #parts: DeckParts;
  readonly #view: StrategyView;
  #running = false;

  constructor(parts: DeckParts, configs: readonly StrategyConfig[]) {
    this.#parts = parts;
    this.#view = this.#makeView();
    this.strategies = configs.map((config, i) => this.#make(config, i + 1));
  }

  /** Minutes of history that the strategies need in a market. */
  warmUpMinutes(market: number): number {
    const needs = this.strategies
      .filter((strategy) => strategy.markets.includes(market))
      .map((strategy) => strategy.warmUpMinutes);
    return Math.max(0, ...needs);
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    this.#running = true;
    this.#tick();
  }

  stop(): void {
    this.#running = false;
  }

  #tick(): void {
    if (!this.#running) return;
    for (const strategy of this.strategies) {
      if (strategy.markets.every((market) => this.#isFresh(market))) {
        const { context, coordinator } = this.#parts;
        for (const intent of strategy.onTick(this.#view))
          context.soon(() => coordinator.take(intent));
      }
    }
    this.#parts.context.after(TICK_MS, () => this.#tick());
  }

  #isFresh(market: number): boolean {
    const view = this.#parts.views[market];
    if (view === undefined || view.doubleMidTicks === 0) return false;
    const { nowMs } = this.#parts.context;
    const limit = this.#parts.maxReferenceAgeMs;
    return nowMs - view.bookAtMs <= limit && nowMs - view.markAtMs <= limit;
  }

  #make(config: StrategyConfig, number: number): BaseStrategy {
    const accounts = config.accounts.map((name) =>
      this.#parts.accounts.findIndex((account) => account.identity.name === name),
    );
    const market = (symbol: string): number =>
      this.#parts.markets.findIndex((one) => one.symbol === symbol);
    switch (config.kind) {
      case 'spread': {
        const legs = [market(config.legs[0]), market(config.legs[1])] as const;
        return new SpreadStrategy(number, config, accounts, legs);
      }
      case 'time-based':
        return new TimeBasedStrategy(number, config, accounts, market(config.market));
      case 'market-making':
        return new MarketMakingStrategy(number, config, accounts, config.markets.map(market));
    }
  }

  #makeView(): StrategyView {
    const { context, markets, views, bars, accounts, outbox, coordinator } = this.#parts;
    return {
      get nowMs(): number {
        return context.nowMs;
      },
      market: (id: number): Market => markets[id] as Market,
      bidTicks: (market: number): number => views[market]?.bidTicks ?? 0,
      askTicks: (market: number): number => views[market]?.askTicks ?? 0,
      doubleMidTicks: (market: number): number => views[market]?.doubleMidTicks ?? 0,
      positionLots: (account: number, market: number): number =>
        accounts[account]?.position(market).lots ?? 0,
      quoteTicks: (account: number, market: number, side: Side): number =>
        coordinator.quoteTicks(account, market, side),
      closes: (market: number, count: number): readonly number[] =>
        bars[market]?.closes(count) ?? [],
      creditShare: (account: number): number =>
        outbox.creditShare(accounts[account]?.identity.family ?? 0),
    };
  }
}
