import { type Market, notionalMicro } from '../protocol/market.ts';
import { type Side, signOf } from '../protocol/terms.ts';
import { mulDiv } from '../std/integers.ts';
import type { Entry } from './entry.ts';
import type { LimitName, LimitSet } from './gateLimits.ts';
import type { OrderRequest } from './orderRequest.ts';
import { type Refusal, refuse } from './refusal.ts';

const { MAX_SAFE_INTEGER } = Number;
const ONE_BPS = 10_000;

/** What the gate must know of the world; asked at each decision. */
export interface GateFacts {
  /** Micro-dollars; `undefined` while unknown. */
  equityMicro(account: number): number | undefined;
  /** Signed: long is positive. */
  positionLots(account: number, market: number): number;
  /**
   * What the venue has reported as filled on that side, and the gate was told of by what remains, but
   * which the position may not hold yet.
   */
  unseenLots(account: number, market: number, side: Side): number;
  /** Price to judge by (mark or mid); `undefined` while there is none. */
  referenceTicks(market: number): number | undefined;
  /** Wall ms of that price. */
  referenceAtMs(market: number): number | undefined;
}

export interface PreTrade {
  readonly market: Market;
  readonly limits: LimitSet;
  readonly facts: GateFacts;
  readonly nowMs: number;
}

/**
 * Whether an order can only reduce its position or may increase it, if all the account's working
 * orders on its side fill first and the position does not hold yet what was reported last.
 */
export function canIncrease(request: OrderRequest, facts: GateFacts, workingLots: number): boolean {
  const { reduceOnly, account, market, side, lots } = request;
  if (reduceOnly) return false;
  const position = facts.positionLots(account, market);
  const before = workingLots + facts.unseenLots(account, market, side);
  return before + lots > -signOf(side) * position;
}

/** Size and price of one order, after everything else. `clamped`: the gate changed its price. */
export function checkPreTrade(
  entry: Entry,
  clamped: boolean,
  context: PreTrade,
): Refusal | undefined {
  return (
    checkNotional(entry.request, context) ??
    (entry.increases
      ? checkSize(entry.request, context)
      : checkReduction(entry.request, context)) ??
    checkPrice(entry, clamped, context)
  );
}

/** The same for a stop that the venue creates when its order fills: there is no position yet. */
export function checkAttached(entry: Entry, context: PreTrade): Refusal | undefined {
  return checkNotional(entry.request, context) ?? checkPrice(entry, false, context);
}

function checkNotional(request: OrderRequest, { market }: PreTrade): Refusal | undefined {
  const { priceTicks, lots } = request;
  const { minOrderMicro, maxOrderMicro, microPerTickLot } = market;
  // First as a float: a product beyond 2^53 must be refused, not trip an assertion.
  const rough = priceTicks * lots * microPerTickLot;
  const actual = rough > MAX_SAFE_INTEGER ? rough : notionalMicro(market, priceTicks, lots);
  if (actual > maxOrderMicro) {
    const measure = { unit: 'micro-dollars', actual, bound: maxOrderMicro } as const;
    return refuse('MAX_NOTIONAL', request, { measure });
  }
  if (actual < minOrderMicro) {
    const measure = { unit: 'micro-dollars', actual, bound: minOrderMicro } as const;
    return refuse('MIN_NOTIONAL', request, { measure });
  }
  return undefined;
}

function checkSize(request: OrderRequest, context: PreTrade): Refusal | undefined {
  const { market, limits, facts } = context;
  if (limits.orderShareBps === undefined) return unset('orderShareBps', request);
  const equity = facts.equityMicro(request.account);
  if (equity === undefined) return refuse('EQUITY_UNKNOWN', request);
  const bound = equity > 0 ? mulDiv(equity, limits.orderShareBps, ONE_BPS, 'down') : 0;
  const actual = notionalMicro(market, request.priceTicks, request.lots);
  if (actual <= bound) return undefined;
  return refuse('ORDER_SIZE', request, { measure: { unit: 'micro-dollars', actual, bound } });
}

// What reduces is capped by the position and by nothing else, so that no limit can trap one.
function checkReduction(request: OrderRequest, { facts }: PreTrade): Refusal | undefined {
  if (!request.reduceOnly) return undefined;
  const position = facts.positionLots(request.account, request.market);
  const bound = -signOf(request.side) * position;
  if (request.lots <= bound) return undefined;
  const measure = { unit: 'lots', actual: request.lots, bound: bound > 0 ? bound : 0 } as const;
  return refuse('REDUCE_ONLY', request, { measure });
}

function checkPrice(entry: Entry, clamped: boolean, context: PreTrade): Refusal | undefined {
  const { request, increases } = entry;
  const { market, limits, facts, nowMs } = context;
  const collarName = increases ? 'collarBps' : 'reductionCollarBps';
  const collarBps = limits[collarName];
  if (collarBps === undefined) return unset(collarName, request);
  if (limits.maxReferenceAgeMs === undefined) return unset('maxReferenceAgeMs', request);
  // Where a stop fires, the market is at its trigger.
  const { triggerTicks } = request;
  const reference = triggerTicks ?? facts.referenceTicks(market.id);
  const referenceAtMs = triggerTicks === undefined ? facts.referenceAtMs(market.id) : nowMs;
  if (reference === undefined || referenceAtMs === undefined) {
    return mayGoBlind(entry) ? undefined : refuse('REFERENCE_STALE', request);
  }
  if (nowMs - referenceAtMs > limits.maxReferenceAgeMs) {
    if (mayGoBlind(entry)) return undefined;
    const actual = nowMs - referenceAtMs;
    const measure = { unit: 'ms', actual, bound: limits.maxReferenceAgeMs } as const;
    return refuse('REFERENCE_STALE', request, { measure });
  }
  const { priceTicks, side } = request;
  const through = signOf(side) * (priceTicks - reference) * ONE_BPS;
  const outside = through > reference * collarBps || (clamped && -through > reference * collarBps);
  if (!outside) return undefined;
  return refuse('PRICE_COLLAR', request, {
    measure: { unit: 'ticks', actual: priceTicks, bound: reference },
    note: `${collarBps} basis points`,
  });
}

// With prices gone, the desk must still be able to shed risk.
function mayGoBlind({ increases, request }: Entry): boolean {
  return !increases && (request.precedence === 'kill' || request.precedence === 'reduction');
}

function unset(name: LimitName, request: OrderRequest): Refusal {
  return refuse('LIMIT_UNSET', request, { note: name });
}
