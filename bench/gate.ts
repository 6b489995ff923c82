import { performance } from 'node:perf_hooks';
import { NOT_RECONCILED } from '../src/gate/coverage.ts';
import { Gate } from '../src/gate/gate.ts';
import type { GateLimits } from '../src/gate/gateLimits.ts';
import type { OrderRequest, Precedence } from '../src/gate/orderRequest.ts';
import type { GateFacts } from '../src/gate/preTrade.ts';
import { type Market, makeMarket } from '../src/protocol/market.ts';
import type { TimeInForce } from '../src/protocol/terms.ts';
import { between, type Random, SeededRandom, unit } from '../src/std/random.ts';

/** Percentiles of one kind of call, microseconds. */
export interface CallFigures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

export interface GateCaseFigures {
  readonly accounts: number;
  readonly liveOrders: number;
  /** One `submit` of one order, whatever the answer. */
  readonly decision: CallFigures;
  readonly release: CallFigures;
  readonly decisionsPerSecond: number;
  /** Share of the decisions that were refused or deferred. */
  readonly notReserved: number;
}

export interface GateFigures {
  readonly small: GateCaseFigures;
  readonly large: GateCaseFigures;
  /** How many times as long a decision takes in the large case; at most twice is wanted. */
  readonly ratio: { readonly p50: number; readonly p99: number };
}

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const MARKETS: readonly Market[] = [
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...FIGURES }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...FIGURES }),
];
const FACTS: GateFacts = {
  equityMicro: () => 10 ** 12,
  positionLots: () => 0,
  unseenLots: () => 0,
  referenceTicks: (market) => MID_TICKS[market],
  referenceAtMs: () => START_MS * 2,
};
const LIMITS: GateLimits = {
  default: {
    orderShareBps: 1000,
    collarBps: 100,
    reductionCollarBps: 500,
    maxReferenceAgeMs: 60_000,
  },
};
const START_MS = 1_800_000_000_000;
const MID_TICKS = [100_000, 25_000] as const;
const WARM_UP = 20_000;
const MEASURED = 100_000;
const DECISIONS_PER_MS = 0.5;

/** What one decision of the gate costs, with few and with very many orders in the book. */
export async function benchGate(): Promise<GateFigures> {
  // The first one is for the compiler, which is still at work through much of it.
  measure(20, 400);
  const small = measure(20, 400);
  const large = measure(1000, 100_000);
  const p50 = large.decision.p50Us / small.decision.p50Us;
  const p99 = large.decision.p99Us / small.decision.p99Us;
  return { small, large, ratio: { p50, p99 } };
}

function measure(accounts: number, liveOrders: number): GateCaseFigures {
  const desk = new BenchDesk(accounts);
  while (desk.live < liveOrders) desk.step(liveOrders, undefined);
  for (let i = 0; i < WARM_UP; i += 1) desk.step(liveOrders, undefined);
  const samples: Samples = { decisions: [], releases: [], open: 0 };
  const started = performance.now();
  while (samples.decisions.length < MEASURED) desk.step(liveOrders, samples);
  const spentMs = performance.now() - started;
  return {
    accounts,
    liveOrders: desk.live,
    decision: figuresOf(samples.decisions),
    release: figuresOf(samples.releases),
    decisionsPerSecond: Math.round((MEASURED / spentMs) * 1000),
    notReserved: 1 - samples.open / MEASURED,
  };
}

interface Samples {
  readonly decisions: number[];
  readonly releases: number[];
  /** Decisions that reserved. */
  open: number;
}

/** Quotes far and near, takers in all directions, and every order ends some time. */
class BenchDesk {
  readonly #gate: Gate;
  readonly #random: Random = new SeededRandom(7);
  readonly #accounts: number;
  readonly #quotes: number[] = [];
  #lastId = 0;
  #decided = 0;

  constructor(accounts: number) {
    this.#accounts = accounts;
    this.#gate = new Gate({ markets: MARKETS, facts: FACTS, limits: LIMITS });
    for (const { id } of MARKETS) this.#gate.openMarket(id, NOT_RECONCILED);
  }

  get live(): number {
    return this.#quotes.length;
  }

  step(liveOrders: number, samples: Samples | undefined): void {
    this.#lastId += 1;
    this.#decided += 1;
    const request = this.#request(this.#lastId);
    const nowMs = START_MS + Math.floor(this.#decided / DECISIONS_PER_MS);
    const before = performance.now();
    const decision = this.#gate.submit([request], nowMs);
    const after = performance.now();
    samples?.decisions.push((after - before) * 1000);
    if (decision.kind === 'deferred') this.#gate.dropClaim(decision.claim);
    if (decision.kind !== 'reserved') return;
    if (samples !== undefined) samples.open += 1;
    this.#gate.sent(request.orderId, nowMs + 2000);
    if (request.tif === 'ALO') {
      this.#gate.live(request.orderId);
      this.#quotes.push(request.orderId);
      if (this.#quotes.length > liveOrders) this.#release(this.#takeAny(), samples);
      return;
    }
    // A taker in flight for one decision.
    if (unit(this.#random) < 0.5) this.#gate.remaining(request.orderId, 0);
    this.#release(request.orderId, samples);
  }

  #release(orderId: number, samples: Samples | undefined): void {
    const before = performance.now();
    this.#gate.release(orderId);
    samples?.releases.push((performance.now() - before) * 1000);
  }

  #takeAny(): number {
    const at = between(this.#random, 0, this.#quotes.length - 1);
    const orderId = this.#quotes[at] as number;
    const last = this.#quotes.pop() as number;
    if (at < this.#quotes.length) this.#quotes[at] = last;
    return orderId;
  }

  #request(orderId: number): OrderRequest {
    const random = this.#random;
    const market = between(random, 0, 1);
    const kind = unit(random);
    // Takers of a market mostly agree on a side, or the mirror rule would answer most of them.
    const buys = unit(random) < (kind < 0.7 ? 0.5 : market === 0 ? 0.95 : 0.05);
    const side = buys ? 'bid' : 'ask';
    const sign = buys ? 1 : -1;
    const mid = MID_TICKS[market] as number;
    // Seven of ten are quotes, two stop short of the own quotes, one reaches into them.
    const awayTicks = kind < 0.7 ? between(random, 10, 5000) : kind < 0.9 ? -5 : -14;
    const tif: TimeInForce = kind < 0.7 ? 'ALO' : kind < 0.8 ? 'GTC' : 'IOC';
    const precedence: Precedence = kind < 0.7 ? 'quote' : kind < 0.95 ? 'parent' : 'hedge';
    return {
      orderId,
      clientOrderId: `order-${orderId}`,
      account: between(random, 0, this.#accounts - 1),
      market,
      side,
      kind: 'limit',
      tif,
      priceTicks: mid - sign * awayTicks,
      lots: between(random, 1000, 9000),
      reduceOnly: false,
      precedence,
      onConflict: 'BLOCK_NEW',
      // One strategy on both sides would be halted.
      strategy: buys ? 1 : 2,
      parent: 0,
    };
  }
}

function figuresOf(samples: readonly number[]): CallFigures {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1) };
}
