// The gate's self-trade and mirror rules once more, as plainly as possible: every order is compared
// with every other. No index, no sums; slow, and easy to believe.
import { type Exposure, exposureOf, inConflict } from '../../src/gate/conflict.ts';
import { type OrderRequest, PRECEDENCES } from '../../src/gate/orderRequest.ts';

export interface NaiveOrder extends Exposure {
  readonly request: OrderRequest;
  readonly foreign: boolean;
  canTake: boolean;
  mayRest: boolean;
  remainingLots: number;
}

export interface NaiveClaim {
  readonly number: number;
  readonly requests: readonly OrderRequest[];
  readonly places: readonly NaiveOrder[];
  waitingFor: number[];
}

export type NaiveAnswer =
  | { readonly kind: 'reserved'; readonly requests: readonly OrderRequest[] }
  | { readonly kind: 'refused'; readonly code: string; readonly withdraw: readonly number[] }
  | {
      readonly kind: 'deferred';
      readonly claim: number;
      readonly withdraw: readonly number[];
      readonly waitingFor: readonly number[];
    };

interface Taking {
  readonly orderId: number;
  readonly account: number;
  readonly market: number;
  lots: number;
  readonly atMs: number;
}

export class NaiveGate {
  readonly orders: NaiveOrder[] = [];
  readonly claims: NaiveClaim[] = [];
  readonly #positions: (account: number, market: number) => number;
  #takings: Taking[] = [];
  #lastClaim = 0;

  constructor(positions: (account: number, market: number) => number) {
    this.#positions = positions;
  }

  submit(requests: readonly OrderRequest[], nowMs: number, claim?: number): NaiveAnswer {
    const together: NaiveOrder[] = [];
    const openings: NaiveOrder[] = [];
    const inTheWay = new Set<NaiveOrder>();
    for (const asked of requests) {
      const opening = this.#isOpening(asked, together);
      let order = fresh(asked);
      let { before, after } = this.#opponents(order, together);
      if (before.length > 0 && asked.onConflict === 'CLAMP') {
        const clamped = clamp(asked, before);
        if (clamped === undefined) return this.#refuse(before, []);
        order = fresh(clamped);
        ({ before, after } = this.#opponents(order, together));
      }
      if (before.length > 0) {
        const all = [...before, ...after];
        const stuck = before.filter((each) => !this.orders.includes(each));
        if (asked.onConflict === 'CANCEL_BOTH') return this.#refuse(all, this.#cancellable(all));
        if (asked.onConflict === 'CANCEL_RESTING' && stuck.length > 0)
          return this.#refuse(stuck, []);
        if (asked.onConflict !== 'CANCEL_RESTING') return this.#refuse(before, []);
      }
      const mates = after.filter((each) => together.includes(each));
      if (mates.length > 0) return this.#refuse(mates, []);
      for (const each of [...before, ...after]) {
        if (this.orders.includes(each)) inTheWay.add(each);
      }
      together.push(order);
      if (opening) openings.push(order);
    }
    for (const { request } of openings) {
      if (request.precedence !== 'hedge' && this.#mirrors(request, together, nowMs)) {
        return { kind: 'refused', code: 'MIRROR', withdraw: [] };
      }
    }
    if (inTheWay.size > 0) return this.#defer(requests, together, [...inTheWay], claim);
    for (const order of together) {
      this.orders.push(order);
      const { orderId, account, market } = order.request;
      if (isTaking(order.request)) {
        this.#takings.push({ orderId, account, market, lots: signed(order.request), atMs: nowMs });
      }
    }
    return { kind: 'reserved', requests: together.map(({ request }) => request) };
  }

  retry(number: number, nowMs: number): NaiveAnswer {
    const { requests } = this.drop(number);
    return this.submit(requests, nowMs, number);
  }

  drop(number: number): NaiveClaim {
    const at = this.claims.findIndex((each) => each.number === number);
    return this.claims.splice(at, 1)[0] as NaiveClaim;
  }

  adopt(request: OrderRequest, resting: boolean): number[] {
    const order = { ...fresh(request), foreign: true };
    if (resting) Object.assign(order, { canTake: false, mayRest: true });
    const own = this.orders.filter((each) => inConflict(each, order));
    this.orders.push(order);
    return own.map((each) => each.request.orderId);
  }

  live(order: NaiveOrder): void {
    order.canTake = false;
    order.mayRest = true;
  }

  release(order: NaiveOrder): number[] {
    this.orders.splice(this.orders.indexOf(order), 1);
    const { orderId } = order.request;
    for (const taking of this.#takings) {
      if (taking.orderId === orderId) taking.lots -= Math.sign(taking.lots) * order.remainingLots;
    }
    const waiting = this.claims.filter((each) => each.waitingFor.includes(orderId));
    for (const each of waiting) {
      each.waitingFor = each.waitingFor.filter((other) => other !== orderId);
    }
    return waiting.filter((each) => each.waitingFor.length === 0).map(({ number }) => number);
  }

  #opponents(
    order: NaiveOrder,
    together: readonly NaiveOrder[],
  ): { before: NaiveOrder[]; after: NaiveOrder[] } {
    const places = this.claims.flatMap((claim) => claim.places);
    const all = [...this.orders, ...places, ...together].filter((each) => inConflict(each, order));
    return {
      before: all.filter((each) => rank(each) <= rank(order)),
      after: all.filter((each) => rank(each) > rank(order)),
    };
  }

  #refuse(opponents: readonly NaiveOrder[], withdraw: readonly number[]): NaiveAnswer {
    const places = this.claims.flatMap((claim) => claim.places);
    const claimed = opponents.every((each) => places.includes(each));
    return { kind: 'refused', code: claimed ? 'CLAIMED' : 'SELF_TRADE', withdraw };
  }

  #cancellable(orders: readonly NaiveOrder[]): number[] {
    return orders
      .filter((each) => this.orders.includes(each) && each.mayRest)
      .map((each) => each.request.orderId);
  }

  #isOpening(request: OrderRequest, together: readonly NaiveOrder[]): boolean {
    if (request.reduceOnly || !isTaking(request)) return false;
    const { account, market, side, lots } = request;
    const working = [...this.orders, ...together]
      .filter((each) => each.request.account === account)
      .filter((each) => each.market === market && each.side === side)
      .reduce((sum, each) => sum + each.remainingLots, 0);
    const position = this.#positions(account, market);
    return working + lots > (side === 'bid' ? -position : position);
  }

  #mirrors(request: OrderRequest, together: readonly NaiveOrder[], nowMs: number): boolean {
    const { market } = request;
    const sums = new Map<number, number>();
    const add = (account: number, lots: number): unknown =>
      sums.set(account, (sums.get(account) ?? 0) + lots);
    for (const taking of this.#takings) {
      if (taking.market === market && taking.atMs > nowMs - 60_000)
        add(taking.account, taking.lots);
    }
    for (const each of together) {
      if (each.market === market && isTaking(each.request)) {
        add(each.request.account, signed(each.request));
      }
    }
    const own = sums.get(request.account) ?? 0;
    return [...sums].some(([account, lots]) => {
      if (account === request.account || lots * own >= 0) return false;
      const [small = 0, large = 0] = [Math.abs(lots), Math.abs(own)].sort((a, b) => a - b);
      return small / large >= 0.75;
    });
  }

  #defer(
    requests: readonly OrderRequest[],
    together: readonly NaiveOrder[],
    opponents: readonly NaiveOrder[],
    claim: number | undefined,
  ): NaiveAnswer {
    if (claim === undefined) this.#lastClaim += 1;
    const number = claim ?? this.#lastClaim;
    const waitingFor = opponents.map((each) => each.request.orderId);
    this.claims.push({ number, requests, places: together, waitingFor });
    return { kind: 'deferred', claim: number, withdraw: this.#cancellable(opponents), waitingFor };
  }
}

function fresh(request: OrderRequest): NaiveOrder {
  return { request, foreign: false, remainingLots: request.lots, ...exposureOf(request) };
}

function rank(order: NaiveOrder): number {
  return PRECEDENCES.indexOf(order.request.precedence);
}

function isTaking(request: OrderRequest): boolean {
  return request.tif === 'GTC' || request.tif === 'IOC';
}

function signed(request: OrderRequest): number {
  return request.side === 'bid' ? request.lots : -request.lots;
}

/** One tick short of the nearest of them, and no more aggressive than asked. */
function clamp(request: OrderRequest, opponents: readonly NaiveOrder[]): OrderRequest | undefined {
  const prices = opponents.map((each) => each.worstTicks);
  const isBid = request.side === 'bid';
  const short = isBid ? Math.min(...prices) - 1 : Math.max(...prices) + 1;
  if (!Number.isFinite(short)) return undefined;
  const priceTicks = isBid
    ? Math.min(request.priceTicks, short)
    : Math.max(request.priceTicks, short);
  return { ...request, kind: 'limit', priceTicks };
}
