import type { MarketMakingConfig } from '../../config/strategyConfig.ts';
import { lotsWithin, microOfDollars, notionalMicro } from '../../protocol/market.ts';
import type { Side } from '../../protocol/terms.ts';
import { clamp } from '../../std/integers.ts';
import { BaseStrategy, type StrategyView } from '../baseStrategy.ts';
import type { Intent, QuoteIntent } from '../intent.ts';
import { quotePrices } from './quotePrices.ts';

interface Slot {
  readonly account: number;
  readonly market: number;
  movedAtMs: number;
}

/** Below this share of the family's credits quotes are left where they are. */
export const MIN_CREDIT_SHARE = 0.3;

/** Post-only quotes on both sides of the mid, skewed by inventory, moved only when they must be. */
export class MarketMakingStrategy extends BaseStrategy {
  readonly markets: readonly number[];
  readonly #config: MarketMakingConfig;
  readonly #slots: Slot[] = [];
  #moves = 0;

  constructor(
    number: number,
    config: MarketMakingConfig,
    accounts: readonly number[],
    markets: readonly number[],
  ) {
    super(config.name, number, accounts);
    this.#config = config;
    this.markets = markets;
    for (const account of accounts) {
      for (const market of markets) {
        const movedAtMs = Number.NEGATIVE_INFINITY;
        this.#slots.push({ account, market, movedAtMs });
      }
    }
  }

  override onTick(view: StrategyView): Intent[] {
    const intents: Intent[] = [];
    for (const slot of this.#slots) {
      if (view.nowMs - slot.movedAtMs < this.#config.refreshSeconds * 1000) continue;
      if (view.creditShare(slot.account) < MIN_CREDIT_SHARE) continue;
      this.#requote(view, slot, intents);
    }
    return intents;
  }

  override describe(): string {
    return `${this.#slots.length} two-sided quotes, moved ${this.#moves} times`;
  }

  #requote(view: StrategyView, slot: Slot, intents: Intent[]): void {
    const book = { bidTicks: view.bidTicks(slot.market), askTicks: view.askTicks(slot.market) };
    const doubleMid = view.doubleMidTicks(slot.market);
    if (doubleMid === 0) return;
    const { halfSpreadBps, skewBps, toleranceBps, maxInventoryUsd, quoteUsd } = this.#config;
    const market = view.market(slot.market);
    const mid = Math.round(doubleMid / 2);
    const inventory = notionalMicro(market, mid, view.positionLots(slot.account, slot.market));
    const share = clamp(inventory / microOfDollars(maxInventoryUsd), -1, 1);
    const prices = quotePrices(book, share, halfSpreadBps, skewBps);
    const wanted = {
      bidTicks: share >= 1 ? 0 : prices.bidTicks,
      askTicks: share <= -1 ? 0 : prices.askTicks,
    };
    const tolerance = (mid * toleranceBps) / 10_000;
    const lots = lotsWithin(market, mid, microOfDollars(quoteUsd));
    const signal = `mid ${doubleMid / 2} ticks, inventory ${Math.round(share * 100)} % of its limit`;
    const held = (side: Side): number => view.quoteTicks(slot.account, slot.market, side);
    const bidMoves = far(held('bid'), wanted.bidTicks, tolerance);
    const askMoves = far(held('ask'), wanted.askTicks, tolerance);
    if (!bidMoves && !askMoves) return;
    slot.movedAtMs = view.nowMs;
    this.#moves += 1;
    if (bidMoves) intents.push(this.#intent(slot, 'bid', wanted.bidTicks, lots, signal));
    if (askMoves) intents.push(this.#intent(slot, 'ask', wanted.askTicks, lots, signal));
  }

  #intent(slot: Slot, side: Side, ticks: number, lots: number, signal: string): QuoteIntent {
    return {
      kind: 'quote',
      strategy: this.number,
      account: slot.account,
      signal,
      onConflict: this.#config.onConflict,
      market: slot.market,
      side,
      quote: ticks > 0 ? { ticks, lots } : undefined,
    };
  }
}

function far(held: number, wanted: number, tolerance: number): boolean {
  return held === 0 || wanted === 0 ? held !== wanted : Math.abs(held - wanted) > tolerance;
}
