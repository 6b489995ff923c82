import type { PairIntent } from '../strategy/intent.ts';
import { backoffMs } from './backoff.ts';
import type { Dealer } from './dealer.ts';
import { LateFills } from './lateFills.ts';
import { PairOrder, type PairResult, type PairSettings } from './pairOrder.ts';
import { type LegState, type PairPlan, planPair } from './pairPlan.ts';

/** What the pairs of one account came to, for the report. */
export interface PairTotals {
  pairs: number;
  hedged: number;
  flat: number;
  denied: number;
  chases: number;
  unwinds: number;
  overBudget: number;
  nakedDollarSeconds: number;
  /** Largest share of its exposure budget that a pair used. */
  worstBudgetShare: number;
}

export function noPairs(): PairTotals {
  return {
    pairs: 0,
    hedged: 0,
    flat: 0,
    denied: 0,
    chases: 0,
    unwinds: 0,
    overBudget: 0,
    nakedDollarSeconds: 0,
    worstBudgetShare: 0,
  };
}

/** Keeps one account's pair at the level its strategy wants, one pair order at a time. */
export class PairTrader {
  readonly #dealer: Dealer;
  readonly #settings: PairSettings;
  readonly #totals: PairTotals;
  readonly #late: LateFills;
  #intent: PairIntent;
  #heldMicro = 0;
  #active: PairOrder | undefined;
  #denials = 0;
  #notBeforeMs = 0;
  #stopped = false;

  constructor(dealer: Dealer, settings: PairSettings, totals: PairTotals, intent: PairIntent) {
    this.#dealer = dealer;
    this.#settings = settings;
    this.#totals = totals;
    this.#late = new LateFills(dealer);
    this.#intent = intent;
  }

  get idle(): boolean {
    return this.#active === undefined && !this.#late.any;
  }

  /** The level that is held, micro-dollars of the first leg when it was opened. */
  get heldMicro(): number {
    return this.#heldMicro;
  }

  want(intent: PairIntent): void {
    this.#intent = intent;
    this.#step();
  }

  /** Starts nothing any more; a pair of which anything has left still ends hedged or flat. */
  stop(): void {
    this.#stopped = true;
    this.#active?.stop();
  }

  #step(): void {
    // A plan on positions that lack fills would trade them once more.
    if (this.#stopped || !this.idle) return;
    if (this.#dealer.nowMs() < this.#notBeforeMs) return;
    const { markets, notionalMicro, rebalanceBps } = this.#intent;
    const plan = planPair(
      this.#leg(markets[0]),
      this.#leg(markets[1]),
      this.#heldMicro,
      notionalMicro,
      rebalanceBps,
    );
    if (plan !== undefined) this.#trade(plan);
  }

  #trade(plan: PairPlan): void {
    const { strategy, account, slippageBps, onConflict, signal } = this.#intent;
    const why = plan.purpose === 'trim' ? 'trim: the legs drifted apart' : signal;
    const parent = this.#dealer.newParent(strategy, why);
    const pair = new PairOrder(
      this.#dealer,
      { strategy, account, parent, slippageBps, onConflict },
      this.#settings,
      plan,
      (result) => this.#ended(plan, parent, result),
    );
    this.#active = pair;
    this.#dealer.note('pair_start', {
      parent,
      account,
      strategy,
      purpose: plan.purpose,
      signal: why,
      legs: plan.legs.map((leg) => ({ symbol: leg.market.symbol, lots: leg.lots })),
    });
    pair.start();
  }

  #ended(plan: PairPlan, parent: number, result: PairResult): void {
    this.#active = undefined;
    for (const order of result.orders) this.#late.watch(order);
    // Nothing traded at all: the price ran away or the order came too late. Not again at once.
    if (result.share > 0) this.#denials = 0;
    else this.#backOff(result);
    const moved = (plan.levelMicro - plan.fromMicro) * result.share;
    this.#heldMicro = plan.fromMicro + Math.round(moved);
    this.#count(result);
    this.#dealer.note('pair_end', {
      parent,
      account: this.#intent.account,
      outcome: result.outcome,
      chases: result.chases,
      unwound: result.unwound,
      sharePercent: Math.round(result.share * 100),
      denial: result.denial?.code ?? null,
      nakedMilliDollarSeconds: Math.round(result.naked.dollarSeconds * 1000),
      budgetMilliDollarSeconds: Math.round(result.budgetDollarSeconds * 1000),
    });
  }

  #backOff(result: PairResult): void {
    this.#denials += 1;
    const now = this.#dealer.nowMs();
    const delay = backoffMs(this.#denials - 1, 250, 10_000, this.#dealer.jitter());
    this.#notBeforeMs = Math.max(result.denial?.retryAtMs ?? 0, now + delay);
  }

  #count(result: PairResult): void {
    const totals = this.#totals;
    totals[result.outcome] += 1;
    if (result.outcome === 'denied') return;
    totals.pairs += 1;
    totals.chases += result.chases;
    totals.unwinds += result.unwound ? 1 : 0;
    totals.nakedDollarSeconds += result.naked.dollarSeconds;
    const { budgetDollarSeconds: budget } = result;
    const used = budget > 0 ? result.naked.dollarSeconds / budget : 0;
    if (used > 1) totals.overBudget += 1;
    if (used > totals.worstBudgetShare) totals.worstBudgetShare = used;
  }

  #leg(market: number): LegState {
    return {
      market: this.#dealer.market(market),
      doubleMidTicks: this.#dealer.view(market).doubleMidTicks,
      lots: this.#dealer.positionLots(this.#intent.account, market),
    };
  }
}
