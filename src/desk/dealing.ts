import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order, openOrder } from '../accounts/order.ts';
import type { MarketView } from '../book/marketView.ts';
import type { Decision, Deferred, Refused } from '../gate/decision.ts';
import type { Gate } from '../gate/gate.ts';
import type { OrderRequest } from '../gate/orderRequest.ts';
import type { ReservedOrder } from '../gate/reservedOrder.ts';
import type { ChildWatcher, Dealer, Draft } from '../orders/dealer.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import { lotsWithin, type Market } from '../protocol/market.ts';
import { COST } from '../protocol/operations/operation.ts';
import { type Sha256Hex, uuidOf } from '../std/hash.ts';
import { mulDiv } from '../std/integers.ts';
import { type Random, unit } from '../std/random.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';
import type { Outbox } from './outbox.ts';
import { decisionBody, entryBody } from './records.ts';
import type { Requests } from './requests.ts';

/** New risk that would have to queue longer than this is not reserved: its price would be old. */
const MAX_QUEUE_MS = 50;

/** A deferred order waits this long for what stands in its way; then its owner decides anew. */
const DEFERRAL_MS = 3000;

export interface DealingParts {
  readonly context: KernelContext;
  readonly gate: Gate;
  readonly markets: readonly Market[];
  readonly views: readonly MarketView[];
  readonly accounts: readonly AccountManager[];
  readonly requests: Requests;
  readonly outbox: Outbox;
  readonly stats: DeskStats;
  readonly random: Random;
  readonly sha256: Sha256Hex;
  /** Desk name and fencing epoch: the beginning of every order's name. */
  readonly namespace: string;
  /** Largest opening in basis points of the account's equity, as the gate has it. */
  readonly orderShareBps: number;
  readonly inquire: (account: number) => void;
}

interface Deferral {
  readonly requests: readonly OrderRequest[];
  readonly watcher: ChildWatcher;
  readonly timer: number;
}

/** The way of every order: draft, name, gate, record, outbox; and back to whoever watches it. */
export class Dealing implements Dealer {
  readonly #parts: DealingParts;
  readonly #watchers = new Map<number, ChildWatcher>();
  readonly #deferrals = new Map<number, Deferral>();
  #nextOrder = 1;
  #nextParent = 1;
  /** Set when no new risk may be taken: only reductions, hedges and kills pass. */
  blocked: string | undefined;

  constructor(parts: DealingParts) {
    this.#parts = parts;
  }

  nowMs(): number {
    return this.#parts.context.nowMs;
  }

  market(id: number): Market {
    return at(this.#parts.markets, id);
  }

  view(market: number): MarketView {
    return at(this.#parts.views, market);
  }

  positionLots(account: number, market: number): number {
    return at(this.#parts.accounts, account).position(market).lots;
  }

  openingCapLots(account: number, market: number, priceTicks: number): number {
    const equity = at(this.#parts.accounts, account).equityMicro((id) => this.view(id).markTicks);
    if (equity <= 0) return 0;
    const capMicro = mulDiv(equity, this.#parts.orderShareBps, 10_000, 'down');
    return lotsWithin(this.market(market), priceTicks, capMicro);
  }

  deal(drafts: readonly Draft[], watcher: ChildWatcher): void {
    const requests = drafts.map((draft) => this.#request(draft));
    const [first] = requests;
    if (this.#isBlocked(requests)) {
      this.#deny(requests, watcher);
      return;
    }
    if (first !== undefined && this.#lacksCredits(requests, first, watcher)) return;
    this.#decide(this.#parts.gate.submit(requests, this.#parts.context.wallMs), requests, watcher);
  }

  cancel(order: Order): void {
    if (!isWorking(order) || order.cancelAsked) return;
    const { requests, stats } = this.#parts;
    if (order.state === 'RESERVED' && requests.withdraw(order)) {
      at(this.#parts.accounts, order.request.account).end(order, 'not-sent', 'withdrawn');
      return;
    }
    // It never rests: it has ended before a cancel can reach it, or it never arrives.
    if (order.request.tif === 'IOC') return;
    order.cancelAsked = true;
    stats.cancels += 1;
    requests.cancel(order);
  }

  /** Cancels those of the orders that are ours and still work. */
  withdraw(orderIds: readonly number[]): void {
    for (const id of orderIds) {
      const order = this.#workingOrder(id);
      if (order !== undefined) this.cancel(order);
    }
  }

  inquire(account: number): void {
    this.#parts.inquire(account);
  }

  newParent(strategy: number, signal: string): number {
    const parent = this.#nextParent;
    this.#nextParent += 1;
    this.#parts.stats.signals.begin(strategy, parent, signal);
    this.#parts.context.record('signal', { parent, strategy, signal });
    return parent;
  }

  soon(work: () => void): void {
    this.#parts.context.soon(work);
  }

  after(delayMs: number, fire: () => void): number {
    return this.#parts.context.after(delayMs, fire);
  }

  clear(timer: number): void {
    this.#parts.context.clear(timer);
  }

  jitter(): number {
    return unit(this.#parts.random);
  }

  note(type: string, body: { readonly [key: string]: Json }): void {
    this.#parts.context.record(type, body);
  }

  /** The gate's entry goes, and whoever waited for it last gets its turn. */
  released(orderId: number): void {
    for (const claim of this.#parts.gate.release(orderId)) {
      this.#parts.context.soon(() => this.#retry(claim));
    }
  }

  ended(order: Order): void {
    const watcher = this.#watchers.get(order.id);
    this.#watchers.delete(order.id);
    watcher?.onEnded(order);
  }

  progressed(order: Order): void {
    this.#watchers.get(order.id)?.onProgress(order);
  }

  /** A deferred order whose way is free is judged again, in a step of its own. */
  #retry(claim: number): void {
    const deferral = this.#deferrals.get(claim);
    if (deferral === undefined) return;
    this.#deferrals.delete(claim);
    const { context, gate } = this.#parts;
    context.clear(deferral.timer);
    const { requests, watcher } = deferral;
    if (this.#isBlocked(requests)) {
      gate.dropClaim(claim);
      this.#deny(requests, watcher);
      return;
    }
    this.#decide(gate.retry(claim, context.wallMs), requests, watcher);
  }

  #isBlocked([first]: readonly OrderRequest[]): boolean {
    return this.blocked !== undefined && first !== undefined && isNewRisk(first);
  }

  #deny(requests: readonly OrderRequest[], watcher: ChildWatcher): void {
    this.#turnAway('BLOCKED', this.blocked ?? '', requests, undefined, watcher);
  }

  /** Refused by the desk itself, before or after the gate had a say. */
  #turnAway(
    code: string,
    sentence: string,
    requests: readonly OrderRequest[],
    retryAtMs: number | undefined,
    watcher: ChildWatcher,
  ): void {
    const orders = requests.map((request) => entryBody(request));
    this.#parts.stats.refused(code);
    this.#parts.context.record('refusal', { code, sentence, orders, against: [] });
    watcher.onDenied({ code, sentence, retryAtMs });
  }

  /** New risk that would outlive its reservation in the queue is turned away before it is reserved. */
  #lacksCredits(
    requests: readonly OrderRequest[],
    first: OrderRequest,
    watcher: ChildWatcher,
  ): boolean {
    if (!isNewRisk(first)) return false;
    const { context, accounts, outbox } = this.#parts;
    const { family } = at(accounts, first.account).identity;
    const lane = first.precedence === 'quote' ? 'quote' : 'open';
    const waitMs = outbox.waitMs(family, lane, requests.length * COST.action);
    if (waitMs <= MAX_QUEUE_MS) return false;
    const sentence = `the family's rate credits are used up for ${Math.ceil(waitMs / 1000)} s`;
    this.#turnAway('CREDITS', sentence, requests, context.nowMs + waitMs, watcher);
    return true;
  }

  #decide(decision: Decision, requests: readonly OrderRequest[], watcher: ChildWatcher): void {
    switch (decision.kind) {
      case 'reserved':
        this.#reserve(decision.orders, watcher);
        break;
      case 'refused':
        this.#refuse(decision, requests, watcher);
        break;
      case 'deferred':
        this.#defer(decision, requests, watcher);
        break;
    }
  }

  #reserve(reserved: readonly ReservedOrder[], watcher: ChildWatcher): void {
    const { context, requests, accounts, stats } = this.#parts;
    const orders = reserved.map((one) => openOrder(one.request, one.reservedAtMs));
    const seqs = orders.map((order, i) => {
      const { opening } = at(reserved, i);
      const body = decisionBody(order, opening, this.market(order.request.market));
      return context.record('decision', body, true);
    });
    orders.forEach((order, i) => {
      at(accounts, order.request.account).open(order);
      this.#watchers.set(order.id, watcher);
      stats.reserved(order);
      requests.order(order, at(reserved, i), at(seqs, i));
    });
    watcher.onReserved(orders);
  }

  #refuse(decision: Refused, requests: readonly OrderRequest[], watcher: ChildWatcher): void {
    const { context, stats, gate } = this.#parts;
    const { refusal } = decision;
    const sentence = gate.explain(decision);
    stats.refused(refusal.code);
    context.record('refusal', {
      code: refusal.code,
      sentence,
      orders: requests.map((request) => entryBody(request)),
      against: refusal.opponents.map((opponent) => entryBody(opponent)),
    });
    this.withdraw(refusal.withdraw);
    // The gate speaks wall time, timers are monotonic.
    const wait = refusal.retryAtMs === undefined ? undefined : refusal.retryAtMs - context.wallMs;
    const retryAtMs = wait === undefined ? undefined : context.nowMs + Math.max(0, wait);
    watcher.onDenied({ code: refusal.code, sentence, retryAtMs });
  }

  #defer(decision: Deferred, requests: readonly OrderRequest[], watcher: ChildWatcher): void {
    const { context, stats, gate } = this.#parts;
    const { claim } = decision;
    stats.deferrals += 1;
    context.record('deferral', {
      claim,
      sentence: gate.explain(decision),
      orders: requests.map((request) => entryBody(request)),
      against: decision.conflicts.map(({ opponent }) => entryBody(opponent)),
    });
    const timer = context.after(DEFERRAL_MS, () => this.#expire(claim, requests, watcher));
    this.#deferrals.set(claim, { requests, watcher, timer });
    this.withdraw(decision.withdraw);
  }

  /** What stood in the way has not ended in time: the claim goes, its owner decides anew. */
  #expire(claim: number, requests: readonly OrderRequest[], watcher: ChildWatcher): void {
    this.#deferrals.delete(claim);
    this.#parts.gate.dropClaim(claim);
    const sentence = 'what stood in its way had not ended in time';
    this.#turnAway('DEFERRAL_EXPIRED', sentence, requests, undefined, watcher);
  }

  #workingOrder(id: number): Order | undefined {
    for (const account of this.#parts.accounts) {
      const order = account.working.get(id);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  #request(draft: Draft): OrderRequest {
    const { parent, leg, attempt, ...rest } = draft;
    const orderId = this.#nextOrder;
    this.#nextOrder += 1;
    const name = `${this.#parts.namespace}|${parent}|${leg}|${attempt}`;
    return {
      ...rest,
      parent,
      orderId,
      kind: 'limit',
      clientOrderId: uuidOf(name, this.#parts.sha256),
    };
  }
}

function isNewRisk(request: OrderRequest): boolean {
  return request.precedence === 'parent' || request.precedence === 'quote';
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index} of ${list.length}`);
  return value;
}
