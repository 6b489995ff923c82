import { doneLots, type Order, signedDoneLots } from '../accounts/order.ts';
import { MOST_REACH } from '../config/deskConfig.ts';
import type { ConflictAction } from '../config/strategyConfig.ts';
import type { Precedence } from '../gate/orderRequest.ts';
import { notionalMicro } from '../protocol/market.ts';
import { sideOf } from '../protocol/terms.ts';
import { backoffMs } from './backoff.ts';
import { type ChildWatcher, type Dealer, type Denial, type Draft, takingTicks } from './dealer.ts';
import { ExposureMeter } from './exposureMeter.ts';
import type { LegPlan, PairPlan } from './pairPlan.ts';

export interface PairSettings {
  /** A leg without an ending for this long is cancelled and looked up. */
  readonly legTimeoutMs: number;
  /** Attempts to fill the lagging leg before the leading one is unwound. */
  readonly chaseAttempts: number;
  readonly chaseSlippageBps: number;
  readonly unwindSlippageBps: number;
}

export interface PairContext {
  readonly strategy: number;
  readonly account: number;
  readonly parent: number;
  readonly slippageBps: number;
  readonly onConflict: ConflictAction;
}

/** How a pair ended. */
export interface PairResult {
  readonly outcome: 'hedged' | 'flat' | 'denied';
  /** Share of the plan that is done in every leg, 0 to 1. */
  readonly share: number;
  readonly denial: Denial | undefined;
  readonly naked: ExposureMeter;
  /** Dollars × seconds that the pair was allowed. */
  readonly budgetDollarSeconds: number;
  readonly chases: number;
  readonly unwound: boolean;
  /** Every order of the pair, ended; their fills may still be on their way. */
  readonly orders: readonly Order[];
}

interface Leg {
  readonly plan: LegPlan;
  readonly name: string;
  /** Signed lots of children that ended. */
  settledLots: number;
  active: Order | undefined;
  attempt: number;
}

/** After a reject or partial fill, and after a lost reply: seconds of the pair's notional. */
const BUDGET_SECONDS = { known: 1.5, lost: 5 } as const;

/**
 * Two legs in different markets of one account, sent together. Whatever becomes of them, the pair
 * ends hedged or flat: the lagging leg is chased, and failing that the leading leg is unwound.
 * Closing pairs are chased until done, because unwinding them would take risk on again.
 */
export class PairOrder implements ChildWatcher {
  readonly #dealer: Dealer;
  readonly #context: PairContext;
  readonly #settings: PairSettings;
  readonly #legs: readonly Leg[];
  readonly #purpose: PairPlan['purpose'];
  readonly #done: (result: PairResult) => void;
  readonly #naked: ExposureMeter;
  readonly #orders: Order[] = [];
  #timer = 0;
  #chases = 0;
  #unwinds = 0;
  #delays = 0;
  #lost = false;
  #stopped = false;

  constructor(
    dealer: Dealer,
    context: PairContext,
    settings: PairSettings,
    plan: PairPlan,
    done: (result: PairResult) => void,
  ) {
    this.#dealer = dealer;
    this.#context = context;
    this.#settings = settings;
    this.#purpose = plan.purpose;
    this.#done = done;
    this.#naked = new ExposureMeter(dealer.nowMs());
    this.#legs = plan.legs.map((legPlan) => ({
      plan: legPlan,
      name: legPlan.market.symbol,
      settledLots: 0,
      active: undefined,
      attempt: 0,
    }));
  }

  start(): void {
    const drafts = this.#legs.map((leg) =>
      this.#draft(leg, leg.plan.lots, 'parent', this.#context.slippageBps, leg.plan.reduceOnly),
    );
    this.#dealer.deal(drafts, this);
  }

  /** A pair of which nothing has left yet is taken back; any other still ends hedged or flat. */
  stop(): void {
    this.#stopped = true;
    const orders = this.#activeOrders();
    const untouched = this.#legs.every((leg) => leg.settledLots === 0);
    if (!untouched || orders.some((order) => order.state !== 'RESERVED')) return;
    for (const order of orders) this.#dealer.cancel(order);
  }

  onReserved(orders: readonly Order[]): void {
    this.#orders.push(...orders);
    for (const order of orders) this.#legOf(order).active = order;
    this.#timer = this.#dealer.after(this.#settings.legTimeoutMs, () => this.#overdue());
    if (this.#stopped) this.stop();
  }

  onDenied(denial: Denial): void {
    if (this.#orders.length === 0) this.#finish('denied', denial);
    else this.#later(() => this.#resolve(true));
  }

  onProgress(order: Order): void {
    if (order.state === 'UNKNOWN') this.#lost = true;
    this.#meter();
  }

  onEnded(order: Order): void {
    const leg = this.#legOf(order);
    leg.settledLots += signedDoneLots(order);
    leg.active = undefined;
    this.#meter();
    if (this.#legs.some((other) => other.active !== undefined)) return;
    this.#dealer.clear(this.#timer);
    this.#resolve();
  }

  /** Everything ended: done, chase the laggard, or unwind the leader. */
  #resolve(waited = false): void {
    const lead = this.#extreme((share, best) => share > best);
    const lag = this.#extreme((share, best) => share < best);
    const due = Math.round(lag.plan.lots * share(lead)) - lag.settledLots;
    // Somebody else may have closed a part of what was held.
    const missing = lag.plan.reduceOnly ? this.#reducing(lag, due) : due;
    const mayChase = this.#purpose !== 'open' || this.#chases < this.#settings.chaseAttempts;
    if (this.#belowMinimum(lag, missing)) this.#end();
    else if (mayChase) this.#chase(lag, missing, waited);
    else this.#unwind(lead, Math.round(lead.plan.lots * share(lag)) - lead.settledLots, waited);
  }

  #chase(lag: Leg, missing: number, waited: boolean): void {
    this.#chases += 1;
    const send = (): void => {
      const draft = this.#draft(
        lag,
        missing,
        'hedge',
        // A market that outran one attempt is met further out by the next.
        this.#settings.chaseSlippageBps * Math.min(this.#chases, MOST_REACH),
        lag.plan.reduceOnly,
      );
      this.#dealer.deal([draft], this);
    };
    if (waited || this.#chases === 1) send();
    else this.#later(send);
  }

  #unwind(lead: Leg, excess: number, waited: boolean): void {
    if (this.#belowMinimum(lead, excess)) {
      this.#end();
      return;
    }
    this.#unwinds += 1;
    const send = (): void => {
      const draft = this.#draft(
        lead,
        excess,
        'hedge',
        this.#settings.unwindSlippageBps * Math.min(this.#unwinds, MOST_REACH),
        this.#reducing(lead, excess) === excess,
      );
      this.#dealer.deal([draft], this);
    };
    if (waited || this.#unwinds === 1) send();
    else this.#later(send);
  }

  #overdue(): void {
    // Before the cancels: one of them may end the pair here and now, and with it this timer.
    this.#timer = this.#dealer.after(this.#settings.legTimeoutMs, () => this.#overdue());
    this.#dealer.inquire(this.#context.account);
    for (const order of this.#activeOrders()) this.#dealer.cancel(order);
  }

  #later(fire: () => void): void {
    const delayMs = backoffMs(this.#delays, 25, 1000, this.#dealer.jitter());
    this.#delays += 1;
    this.#timer = this.#dealer.after(delayMs, fire);
  }

  #draft(
    leg: Leg,
    lots: number,
    precedence: Precedence,
    slippageBps: number,
    reduceOnly: boolean,
  ): Draft {
    const side = sideOf(lots);
    leg.attempt += 1;
    return {
      account: this.#context.account,
      market: leg.plan.market.id,
      side,
      tif: 'IOC',
      priceTicks: takingTicks(this.#dealer.view(leg.plan.market.id), side, slippageBps),
      lots: Math.abs(lots),
      reduceOnly,
      precedence,
      onConflict: this.#context.onConflict,
      strategy: this.#context.strategy,
      parent: this.#context.parent,
      leg: leg.name,
      attempt: leg.attempt,
    };
  }

  #end(): void {
    const flat = this.#legs.every((leg) => this.#belowMinimum(leg, leg.settledLots));
    this.#finish(flat ? 'flat' : 'hedged', undefined);
  }

  #finish(outcome: PairResult['outcome'], denial: Denial | undefined): void {
    this.#naked.set(this.#dealer.nowMs(), 0);
    const seconds = this.#lost ? BUDGET_SECONDS.lost : BUDGET_SECONDS.known;
    this.#done({
      outcome,
      share: Math.min(...this.#legs.map(share)),
      denial,
      naked: this.#naked,
      budgetDollarSeconds: (this.#plannedMicro() / 1e6) * seconds,
      chases: this.#chases,
      unwound: this.#unwinds > 0,
      orders: this.#orders,
    });
  }

  #meter(): void {
    const plannedNet = this.#legs.reduce((sum, leg) => sum + this.#value(leg, leg.plan.lots), 0);
    const net = this.#legs.reduce((sum, leg) => sum + this.#value(leg, progress(leg)), 0);
    // What the plan itself leaves open (to the lot, or to mend an older imbalance) is not naked.
    const naked = Math.max(0, Math.abs(net) - Math.abs(plannedNet));
    this.#naked.set(this.#dealer.nowMs(), naked);
  }

  #plannedMicro(): number {
    return Math.max(...this.#legs.map((leg) => Math.abs(this.#value(leg, leg.plan.lots))));
  }

  #value(leg: Leg, lots: number): number {
    const view = this.#dealer.view(leg.plan.market.id);
    return notionalMicro(leg.plan.market, view.referenceTicks, lots);
  }

  /**
   * The venue would refuse so few lots at the lowest limit price that a chase or unwind may carry.
   * Without a price nothing is small: it waits until there is one.
   */
  #belowMinimum(leg: Leg, lots: number): boolean {
    if (lots === 0) return true;
    const { chaseSlippageBps, unwindSlippageBps } = this.#settings;
    const reachBps = MOST_REACH * Math.max(chaseSlippageBps, unwindSlippageBps);
    const view = this.#dealer.view(leg.plan.market.id);
    const ticks = lots > 0 ? view.askTicks : takingTicks(view, 'ask', reachBps);
    const notional = notionalMicro(leg.plan.market, ticks || view.referenceTicks, Math.abs(lots));
    return notional > 0 && notional < leg.plan.market.minOrderMicro;
  }

  /** How many of these lots only reduce what the account holds there. */
  #reducing(leg: Leg, lots: number): number {
    const held = this.#dealer.positionLots(this.#context.account, leg.plan.market.id);
    const most = held * lots < 0 ? Math.min(Math.abs(held), Math.abs(lots)) : 0;
    return Math.sign(lots) * most;
  }

  #activeOrders(): Order[] {
    return this.#legs.flatMap((leg) => leg.active ?? []);
  }

  #extreme(better: (share: number, best: number) => boolean): Leg {
    return this.#legs.reduce((best, leg) => (better(share(leg), share(best)) ? leg : best));
  }

  #legOf(order: Order): Leg {
    const leg = this.#legs.find((other) => other.plan.market.id === order.request.market);
    if (leg === undefined) throw new RangeError(`order ${order.id} belongs to no leg`);
    return leg;
  }
}

function share(leg: Leg): number {
  return leg.settledLots / leg.plan.lots;
}

function progress(leg: Leg): number {
  if (leg.active === undefined) return leg.settledLots;
  const lots = doneLots(leg.active);
  return leg.settledLots + (leg.active.request.side === 'bid' ? lots : -lots);
}
