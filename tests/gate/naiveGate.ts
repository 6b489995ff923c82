// The gate's self-trade and mirror rules once more, as plainly as possible: every order is compared
// with every other. No index, no sums; slow, and easy to believe.
import { type Exposure, exposureOf, inConflict } from '../../src/gate/conflict.ts';
import {
  type AttachedStop,
  isStop,
  type OrderRequest,
  PRECEDENCES,
} from '../../src/gate/orderRequest.ts';

export interface NaiveOrder extends Exposure {
  readonly request: OrderRequest;
  readonly foreign: boolean;
  canTake: boolean;
  mayRest: boolean;
  dormant: boolean;
  /** It has been sent, or seen at the venue. */
  left: boolean;
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
  guards: NaiveOrder[] = [];
  readonly #positions: (account: number, market: number) => number;
  #takings: Taking[] = [];
  #lastClaim = 0;

  constructor(positions: (account: number, market: number) => number) {
    this.#positions = positions;
  }

  submit(requests: readonly OrderRequest[], nowMs: number, claim?: number): NaiveAnswer {
    for (const asked of requests) {
      if (!this.#isEditable(asked)) return refusal('NOT_EDITABLE');
    }
    const together: NaiveOrder[] = [];
    const attached: NaiveOrder[] = [];
    const openings: NaiveOrder[] = [];
    const inTheWay = new Set<NaiveOrder>();
    for (const asked of requests) {
      const opening = this.#isOpening(asked, together);
      let order = fresh(asked);
      const others = [...together, ...attached];
      let { before, after } = this.#opponents(order, others);
      if (before.length > 0 && asked.onConflict === 'CLAMP') {
        const clamped = clamp(asked, before);
        if (clamped === undefined) return this.#refuse(before, []);
        order = fresh(clamped);
        ({ before, after } = this.#opponents(order, others));
      }
      if (before.length > 0) {
        const all = [...before, ...after];
        const stronger = before.filter((each) => rank(each) < rank(order));
        const stuck = before.filter(
          (each) => stronger.includes(each) || !this.orders.includes(each),
        );
        if (asked.onConflict === 'CANCEL_BOTH') {
          const equal = all.filter((each) => !stronger.includes(each));
          return this.#refuse(all, this.#cancellable(equal));
        }
        if (asked.onConflict === 'CANCEL_RESTING' && stuck.length > 0)
          return this.#refuse(stuck, []);
        if (asked.onConflict !== 'CANCEL_RESTING') return this.#refuse(before, []);
      }
      const mates = after.filter((each) => others.includes(each));
      if (mates.length > 0) return this.#refuse(mates, []);
      for (const each of [...before, ...after]) {
        if (this.orders.includes(each)) inTheWay.add(each);
      }
      for (const stop of asked.attached ?? []) {
        const child = fresh(childOf(asked, stop));
        const met = this.#opponents(child, [...together, ...attached]);
        if (met.before.length > 0) return this.#refuse(met.before, []);
        const stuck = met.after.filter((each) => others.includes(each));
        if (stuck.length > 0) return this.#refuse(stuck, []);
        for (const each of met.after) if (this.orders.includes(each)) inTheWay.add(each);
        attached.push(child);
      }
      together.push(order);
      if (opening) openings.push(order);
    }
    for (const { request } of openings) {
      if (request.precedence !== 'hedge' && this.#mirrors(request, together, nowMs)) {
        return { kind: 'refused', code: 'MIRROR', withdraw: [] };
      }
    }
    for (const { request } of together) {
      const { reduceOnly, lots, side, account, market } = request;
      const closable = this.#positions(account, market) * (side === 'bid' ? -1 : 1);
      if (reduceOnly && lots > closable) return refusal('REDUCE_ONLY');
    }
    if (inTheWay.size > 0) {
      return this.#defer(requests, [...together, ...attached], [...inTheWay], claim);
    }
    this.orders.push(...attached);
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
    if (resting && !order.dormant) Object.assign(order, { canTake: false, mayRest: true });
    const own = this.orders.filter((each) => inConflict(each, order));
    this.orders.push(order);
    return own.map((each) => each.request.orderId);
  }

  live(order: NaiveOrder): void {
    order.left = true;
    if (order.dormant) return;
    order.canTake = false;
    order.mayRest = true;
  }

  triggered(order: NaiveOrder, nowMs: number): void {
    if (!order.dormant) return;
    order.dormant = false;
    if (order.foreign) return;
    const { orderId, account, market } = order.request;
    this.#takings = this.#takings.filter((each) => each.orderId !== orderId);
    this.#takings.push({ orderId, account, market, lots: signed(order.request), atMs: nowMs });
  }

  guard(account: number): number[] {
    this.unguard(account);
    const met = new Set<number>();
    for (const market of [0, 1]) {
      const position = this.#positions(account, market);
      if (position === 0) continue;
      const side = position > 0 ? 'ask' : 'bid';
      const request = { account, market, side, precedence: 'kill' } as OrderRequest;
      const guard: NaiveOrder = {
        ...{ request, market, side, canTake: true, mayRest: false, foreign: false, dormant: false },
        ...{ remainingLots: 0, worstTicks: position > 0 ? -Infinity : Infinity, left: false },
      };
      this.guards.push(guard);
      for (const each of this.orders) if (inConflict(each, guard)) met.add(each.request.orderId);
    }
    return [...met];
  }

  unguard(account: number): void {
    this.guards = this.guards.filter((each) => each.request.account !== account);
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
    const ready = waiting.filter((each) => each.waitingFor.length === 0);
    const stops = order.left ? [] : (order.request.attached ?? []);
    const unborn = this.orders.filter((each) =>
      stops.some((stop) => stop.orderId === each.request.orderId),
    );
    return [...ready.map((each) => each.number), ...unborn.flatMap((each) => this.release(each))];
  }

  #opponents(
    order: NaiveOrder,
    together: readonly NaiveOrder[],
  ): { before: NaiveOrder[]; after: NaiveOrder[] } {
    const places = this.claims.flatMap((claim) => claim.places);
    const counted = [...this.orders, ...places, ...this.guards, ...together];
    const all = counted.filter((each) => inConflict(each, order));
    return {
      before: all.filter((each) => rank(each) <= rank(order)),
      after: all.filter((each) => rank(each) > rank(order)),
    };
  }

  #refuse(opponents: readonly NaiveOrder[], withdraw: readonly number[]): NaiveAnswer {
    const places = this.claims.flatMap((claim) => claim.places);
    const kinds = opponents.map((each) =>
      places.includes(each) ? 'CLAIMED' : this.guards.includes(each) ? 'LIQUIDATION' : 'SELF_TRADE',
    );
    const code = ['SELF_TRADE', 'CLAIMED', 'LIQUIDATION'].find((each) =>
      kinds.some((kind) => kind === each),
    );
    return { kind: 'refused', code: code ?? '', withdraw };
  }

  #isEditable(edit: OrderRequest): boolean {
    if (edit.replaces === undefined) return true;
    return this.orders.some(({ request, mayRest, foreign }) => {
      const { orderId, clientOrderId, account, market, side, kind, reduceOnly } = request;
      const same = { clientOrderId, account, market, side, reduceOnly };
      const found = orderId === edit.replaces && mayRest && !foreign && kind === 'limit';
      return found && Object.entries(same).every(([name, value]) => edit[name as 'side'] === value);
    });
  }

  #cancellable(orders: readonly NaiveOrder[]): number[] {
    return orders
      .filter((each) => this.orders.includes(each) && (each.mayRest || each.dormant))
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
  return {
    request,
    foreign: false,
    dormant: isStop(request),
    left: false,
    remainingLots: request.lots,
    ...exposureOf(request),
  };
}

function refusal(code: string): NaiveAnswer {
  return { kind: 'refused', code, withdraw: [] };
}

function childOf(asked: OrderRequest, stop: AttachedStop): OrderRequest {
  const { attached: _, ...rest } = asked;
  return {
    ...rest,
    ...stop,
    side: asked.side === 'bid' ? 'ask' : 'bid',
    tif: stop.kind === 'stop-market' ? 'IOC' : 'GTC',
    reduceOnly: true,
    precedence: 'reduction',
  };
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
  if (isStop(request)) return undefined;
  const prices = opponents.map((each) => each.worstTicks);
  const isBid = request.side === 'bid';
  const short = isBid ? Math.min(...prices) - 1 : Math.max(...prices) + 1;
  if (!Number.isFinite(short)) return undefined;
  const priceTicks = isBid
    ? Math.min(request.priceTicks, short)
    : Math.max(request.priceTicks, short);
  return { ...request, kind: 'limit', priceTicks };
}
