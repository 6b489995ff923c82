// A gate with two markets and facts that a test can set.

import { NOT_RECONCILED } from '../../src/gate/coverage.ts';
import type { Decision, Deferred, Refused } from '../../src/gate/decision.ts';
import { Gate } from '../../src/gate/gate.ts';
import type { GateLimits } from '../../src/gate/gateLimits.ts';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import type { GateFacts } from '../../src/gate/preTrade.ts';
import type { ReservedOrder } from '../../src/gate/reservedOrder.ts';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import type { Side } from '../../src/protocol/terms.ts';

export const NOW_MS = 1_800_000_000_000;

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };

export const MARKETS: readonly Market[] = [
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...FIGURES }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...FIGURES }),
];

/** Loose enough to stay out of the way. */
export const WIDE: GateLimits = {
  default: {
    orderShareBps: 1000,
    collarBps: 500,
    reductionCollarBps: 2000,
    maxReferenceAgeMs: 60_000,
  },
};

/** Reference 100 000 ticks in both markets, $1,000,000 of equity, no positions. */
export class FakeFacts implements GateFacts {
  readonly positions: Map<string, number> = new Map();
  readonly unseen: Map<string, number> = new Map();
  readonly equities: Map<number, number | undefined> = new Map();
  reference: number | undefined = 100_000;
  referenceTime: number | undefined = NOW_MS;

  equityMicro(account: number): number | undefined {
    return this.equities.has(account) ? this.equities.get(account) : 10 ** 12;
  }

  positionLots(account: number, market: number): number {
    return this.positions.get(`${account}/${market}`) ?? 0;
  }

  unseenLots(account: number, market: number, side: Side): number {
    return this.unseen.get(`${account}/${market}/${side}`) ?? 0;
  }

  referenceTicks(): number | undefined {
    return this.reference;
  }

  referenceAtMs(): number | undefined {
    return this.referenceTime;
  }
}

let lastOrderId = 0;

/**
 * A GTC bid of 0.001 BTC at 100 000 for account 1, unless said otherwise. An ask is ten times as
 * large, so that the two do not mirror each other.
 */
export function request(changes: Partial<OrderRequest> = {}): OrderRequest {
  lastOrderId += 1;
  const orderId = changes.orderId ?? lastOrderId;
  return {
    orderId,
    clientOrderId: `client-${orderId}`,
    account: 1,
    market: 0,
    side: 'bid',
    kind: 'limit',
    tif: 'GTC',
    priceTicks: 100_000,
    lots: changes.side === 'ask' ? 1000 : 100,
    reduceOnly: false,
    precedence: 'parent',
    onConflict: 'BLOCK_NEW',
    strategy: 1,
    parent: 0,
    ...changes,
  };
}

export class Desk {
  readonly facts: FakeFacts = new FakeFacts();
  readonly gate: Gate;
  nowMs: number = NOW_MS;

  constructor(limits: GateLimits = WIDE) {
    this.gate = new Gate({ markets: MARKETS, facts: this.facts, limits });
    for (const { id } of MARKETS) this.gate.openMarket(id, NOT_RECONCILED);
  }

  submit(...changes: readonly Partial<OrderRequest>[]): Decision {
    return this.gate.submit(changes.map(request), this.nowMs);
  }

  /** Submits one order that must pass; it is in flight. */
  send(changes: Partial<OrderRequest> = {}): number {
    const [order] = reserved(this.submit(changes));
    const orderId = order?.request.orderId ?? 0;
    this.gate.sent(orderId, this.nowMs + 2000);
    return orderId;
  }

  /** Submits one order that must pass and comes to rest. */
  rest(changes: Partial<OrderRequest> = {}): number {
    const orderId = this.send(changes);
    this.gate.live(orderId);
    return orderId;
  }

  /** The order fills and ends. */
  fill(orderId: number): readonly number[] {
    this.gate.remaining(orderId, 0);
    return this.gate.release(orderId);
  }
}

export function reserved(decision: Decision): readonly ReservedOrder[] {
  if (decision.kind === 'reserved') return decision.orders;
  throw new Error(`not reserved: ${JSON.stringify(decision)}`);
}

export function refused(decision: Decision): Refused['refusal'] {
  if (decision.kind === 'refused') return decision.refusal;
  throw new Error(`not refused: ${JSON.stringify(decision)}`);
}

export function deferred(decision: Decision): Deferred {
  if (decision.kind === 'deferred') return decision;
  throw new Error(`not deferred: ${JSON.stringify(decision)}`);
}

/** `reserved`, `deferred` or the code of the refusal. */
export function answer(decision: Decision): string {
  return decision.kind === 'refused' ? decision.refusal.code : decision.kind;
}
