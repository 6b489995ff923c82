import type { TimeBasedConfig } from '../../config/strategyConfig.ts';
import { lotsWithin, microOfDollars } from '../../protocol/market.ts';
import type { Side } from '../../protocol/terms.ts';
import { BaseStrategy, type StrategyView } from '../baseStrategy.ts';
import type { Intent } from '../intent.ts';
import { dueLots } from './schedule.ts';

/** Works one parent order per account in equal slices over a time (TWAP). */
export class TimeBasedStrategy extends BaseStrategy {
  readonly markets: readonly [number];
  readonly #config: TimeBasedConfig;
  readonly #side: Side;
  #startedAtMs: number | undefined;
  #totalLots = 0;
  #due = 0;

  constructor(
    number: number,
    config: TimeBasedConfig,
    accounts: readonly number[],
    market: number,
  ) {
    super(config.name, number, accounts);
    this.#config = config;
    this.markets = [market];
    this.#side = config.side === 'buy' ? 'bid' : 'ask';
  }

  override onTick(view: StrategyView): Intent[] {
    const [market] = this.markets;
    const doubleMid = view.doubleMidTicks(market);
    if (doubleMid === 0) return [];
    if (this.#startedAtMs === undefined) {
      this.#startedAtMs = view.nowMs;
      const mid = Math.round(doubleMid / 2);
      this.#totalLots = lotsWithin(view.market(market), mid, microOfDollars(this.#config.usd));
    }
    const { slippageBps, onConflict } = this.#config;
    const durationMs = Math.round(this.#config.durationSeconds * 1000);
    const sliceMs = Math.max(1, Math.round(this.#config.sliceSeconds * 1000));
    const elapsedMs = view.nowMs - this.#startedAtMs;
    const due = dueLots(this.#totalLots, elapsedMs, durationMs, sliceMs);
    if (due === this.#due) return [];
    this.#due = due;
    return this.accounts.map((account) => ({
      kind: 'work',
      strategy: this.number,
      account,
      signal: `schedule: ${due} of ${this.#totalLots} lots due after ${Math.round(elapsedMs / 1000)} s`,
      onConflict,
      market,
      side: this.#side,
      totalLots: this.#totalLots,
      dueLots: due,
      slippageBps,
    }));
  }

  override describe(): string {
    return `${this.#config.side} schedule: ${this.#due} of ${this.#totalLots} lots due per account`;
  }
}
