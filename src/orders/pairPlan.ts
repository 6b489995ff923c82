import { lotsAtLeast, lotsWithin, type Market, notionalMicro } from '../protocol/market.ts';

/** One leg of a pair to trade: signed lots (positive buys). */
export interface LegPlan {
  readonly market: Market;
  readonly lots: number;
  readonly reduceOnly: boolean;
}

export interface PairPlan {
  readonly purpose: 'open' | 'close' | 'trim';
  /** One or two legs; a leg below the venue's minimum is left out and carried. */
  readonly legs: readonly LegPlan[];
  /** The pair's level before: 0 where only dust is held, whatever was said of it. */
  readonly fromMicro: number;
  /** The pair's level when every leg is done. */
  readonly levelMicro: number;
}

/** A leg's market, its mid (ticks, may be a half: given doubled) and the lots held. */
export interface LegState {
  readonly market: Market;
  readonly doubleMidTicks: number;
  readonly lots: number;
}

/**
 * What brings a pair from the level it holds to the level it should hold. Levels are notionals of
 * the first leg when they were opened, so that a moving price alone never trades:
 * a higher level adds equal notional to both legs, a lower one closes the same share of both, a
 * change of sign closes first. Positions that drifted apart are trimmed by cutting the larger leg.
 */
export function planPair(
  a: LegState,
  b: LegState,
  saidMicro: number,
  wantedMicro: number,
  rebalanceBps: number,
): PairPlan | undefined {
  if (a.doubleMidTicks === 0 || b.doubleMidTicks === 0) return undefined;
  // Dust that the venue does not let close must not keep the pair from opening anew.
  const heldMicro = isDust(a) && isDust(b) ? 0 : saidMicro;
  const flips = Math.sign(wantedMicro) * Math.sign(heldMicro) < 0;
  const goalMicro = flips ? 0 : wantedMicro;
  return step(a, b, heldMicro, goalMicro) ?? trim(a, b, rebalanceBps, heldMicro);
}

function step(
  a: LegState,
  b: LegState,
  heldMicro: number,
  goalMicro: number,
): PairPlan | undefined {
  const lowers = Math.abs(goalMicro) < Math.abs(heldMicro);
  return lowers ? close(a, b, heldMicro, goalMicro) : open(a, b, heldMicro, goalMicro);
}

function open(
  a: LegState,
  b: LegState,
  heldMicro: number,
  goalMicro: number,
): PairPlan | undefined {
  const lotsA = signedLots(a, goalMicro - heldMicro);
  const valueA = valueMicro(a, a.lots + lotsA);
  const lotsB = signedLots(b, -valueA) - b.lots;
  const first = leg(a, lotsA, false);
  // Only a part of what is there may go as a reduction; through zero it is an opening.
  const second = leg(b, lotsB, lotsB * b.lots < 0 && Math.abs(lotsB) <= Math.abs(b.lots));
  if (first === undefined || second === undefined) return undefined;
  const legs = [first, second];
  return { purpose: 'open', legs, fromMicro: heldMicro, levelMicro: goalMicro };
}

function close(
  a: LegState,
  b: LegState,
  heldMicro: number,
  goalMicro: number,
): PairPlan | undefined {
  const share = Math.min(1 - goalMicro / heldMicro, shareWithinMaximum(a), shareWithinMaximum(b));
  const legs = [a, b].flatMap((state) => leg(state, -Math.round(state.lots * share), true) ?? []);
  const levelMicro = Math.round(heldMicro * (1 - share));
  return legs.length === 0
    ? undefined
    : { purpose: 'close', legs, fromMicro: heldMicro, levelMicro };
}

/** The share of a leg that one order may close, with a tenth to spare for its price. */
function shareWithinMaximum(state: LegState): number {
  return (state.market.maxOrderMicro * 0.9) / Math.abs(valueMicro(state, state.lots));
}

function trim(
  a: LegState,
  b: LegState,
  rebalanceBps: number,
  heldMicro: number,
): PairPlan | undefined {
  const valueA = valueMicro(a, a.lots);
  const valueB = valueMicro(b, b.lots);
  const gross = Math.abs(valueA) + Math.abs(valueB);
  const net = valueA + valueB;
  if (Math.abs(net) * 10_000 <= gross * rebalanceBps) return undefined;
  const larger = Math.abs(valueA) > Math.abs(valueB) ? a : b;
  const excess = Math.min(Math.abs(net), Math.abs(valueMicro(larger, larger.lots)));
  const cut = leg(larger, signedLots(larger, larger.lots > 0 ? -excess : excess), true);
  return cut && { purpose: 'trim', legs: [cut], fromMicro: heldMicro, levelMicro: heldMicro };
}

/** A leg, unless it is smaller than the venue takes. */
function leg(state: LegState, lots: number, reduceOnly: boolean): LegPlan | undefined {
  const capped = reduceOnly
    ? Math.sign(lots) * Math.min(Math.abs(lots), Math.abs(state.lots))
    : lots;
  return Math.abs(capped) < leastLots(state)
    ? undefined
    : { market: state.market, lots: capped, reduceOnly };
}

function isDust(state: LegState): boolean {
  return Math.abs(state.lots) < leastLots(state);
}

/** The venue's minimum at the mid, with a twentieth to spare for a limit price below it. */
function leastLots({ market, doubleMidTicks }: LegState): number {
  return lotsAtLeast(market, doubleMidTicks / 2, market.minOrderMicro * 1.05);
}

function signedLots(state: LegState, micro: number): number {
  const lots = lotsWithin(state.market, state.doubleMidTicks / 2, Math.abs(micro));
  return micro < 0 ? 0 - lots : lots;
}

/** Notional of `lots` at the mid, micro-dollars, rounded to the micro-dollar. */
function valueMicro(state: LegState, lots: number): number {
  return notionalMicro(state.market, state.doubleMidTicks, lots) / 2;
}
