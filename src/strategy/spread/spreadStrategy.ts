import type { SpreadConfig } from '../../config/strategyConfig.ts';
import { microOfDollars } from '../../protocol/market.ts';
import { BaseStrategy, type StrategyView } from '../baseStrategy.ts';
import type { Intent } from '../intent.ts';
import { nextLevel } from './ladder.ts';
import { ratioStats, zScore } from './logRatio.ts';

/**
 * Trades the log ratio of two markets against its rolling mean: one target over all its accounts,
 * always on the same side, in equal-notional legs. Each band of the z-score ladder adds a step.
 */
export class SpreadStrategy extends BaseStrategy {
  readonly markets: readonly [number, number];
  readonly #config: SpreadConfig;
  #level = 0;
  #z = 0;
  #signal = 'no signal yet';
  #evaluatedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    number: number,
    config: SpreadConfig,
    accounts: readonly number[],
    markets: readonly [number, number],
  ) {
    super(config.name, number, accounts);
    this.#config = config;
    this.markets = markets;
  }

  override get warmUpMinutes(): number {
    return this.#config.windowMinutes;
  }

  override onTick(view: StrategyView): Intent[] {
    const { evaluateSeconds, windowMinutes } = this.#config;
    if (view.nowMs - this.#evaluatedAtMs < evaluateSeconds * 1000) return [];
    const [first, second] = this.markets;
    const mids = [view.doubleMidTicks(first), view.doubleMidTicks(second)] as const;
    // Without a price on both sides there is no signal, and none is no reason to close.
    if (mids[0] === 0 || mids[1] === 0) return [];
    const closes = view.closes(first, windowMinutes);
    const otherCloses = view.closes(second, windowMinutes);
    if (closes.length < windowMinutes || otherCloses.length < windowMinutes) return [];
    this.#evaluatedAtMs = view.nowMs;
    const stats = ratioStats(closes, otherCloses);
    this.#z = zScore(mids[0], mids[1], stats);
    const level = nextLevel(this.#level, this.#z, this.#config.bands, this.#config.exitGap);
    if (level !== this.#level) {
      this.#signal = `z ${this.#z.toFixed(2)} moves the ladder from ${this.#level} to ${level}`;
      this.#level = level;
    }
    return this.accounts.map((account) => this.#intent(account));
  }

  override describe(): string {
    return `${this.#signal}; z ${this.#z.toFixed(2)}, level ${this.#level} of ${this.#config.bands.length}`;
  }

  #intent(account: number): Intent {
    return {
      kind: 'pair',
      strategy: this.number,
      account,
      signal: this.#signal,
      onConflict: this.#config.onConflict,
      markets: this.markets,
      notionalMicro: this.#level * microOfDollars(this.#config.legUsd),
      slippageBps: this.#config.slippageBps,
      rebalanceBps: Math.round(this.#config.rebalancePercent * 100),
    };
  }
}
