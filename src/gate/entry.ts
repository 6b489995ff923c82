import type { Side, TimeInForce } from '../protocol/terms.ts';
import { type Exposure, exposureOf } from './conflict.ts';
import { NONE } from './ladder.ts';
import {
  isStop,
  type OrderKind,
  type OrderRequest,
  PRECEDENCES,
  type Precedence,
} from './orderRequest.ts';
import type { Taking } from './takingWindow.ts';

/**
 * Where an entry stands, for people: the rule looks only at what it may still do. `TRIAL`: being
 * judged together with another order. `CLAIM`: the place that a deferred order keeps. `ARMED`: a stop
 * that waits at the venue. `TRIGGERED`: one that has fired. `LIQUIDATION`: what the venue would do.
 */
export type EntryState =
  | 'TRIAL'
  | 'CLAIM'
  | 'RESERVED'
  | 'SENT'
  | 'LIVE'
  | 'ARMED'
  | 'TRIGGERED'
  | 'FOREIGN'
  | 'LIQUIDATION';

/** Stands where the number of a claim would, for a liquidation that is feared. */
export const GUARD = -1;

export const STRONGEST = 0;
export const WEAKEST: number = PRECEDENCES.length - 1;

const RANKS: Readonly<Record<Precedence, number>> = {
  kill: 0,
  reduction: 1,
  hedge: 2,
  parent: 3,
  quote: 4,
};

/** One order, or one claim, in the exposure book. */
export class Entry implements Exposure {
  readonly request: OrderRequest;
  readonly market: number;
  readonly side: Side;
  readonly worstTicks: number;
  /** Place of the precedence, 0 the strongest. */
  readonly rank: number;
  /** It can increase its account's position, as that stood when it was asked for. */
  readonly increases: boolean;
  canTake: boolean;
  mayRest: boolean;
  remainingLots: number;
  state: EntryState = 'TRIAL';
  /** Number of the claim that it stands for; 0 for an order, `GUARD` for a feared liquidation. */
  claim = 0;
  reservedAtMs = 0;
  validUntilMs = 0;
  /** A stop that has not fired: its venue holds it away from the book. */
  isDormant: boolean;
  /** Its part in the mirror rule's sums. */
  taking: Taking | undefined = undefined;
  /** Its place in the book while it is there. */
  slot: number = NONE;

  constructor(request: OrderRequest, increases: boolean) {
    const { market, side, worstTicks, canTake, mayRest } = exposureOf(request);
    this.request = request;
    this.market = market;
    this.side = side;
    this.worstTicks = worstTicks;
    this.canTake = canTake;
    this.mayRest = mayRest;
    this.rank = RANKS[request.precedence];
    this.increases = increases;
    this.remainingLots = request.lots;
    this.isDormant = isStop(request);
  }

  /** The same order with another price, before it is in the book. */
  repriced(request: OrderRequest): Entry {
    return new Entry(request, this.increases);
  }
}

/** An entry as refusals, logs and screens show it. */
export interface EntrySummary {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly tif: TimeInForce;
  readonly priceTicks: number;
  /** Stops only. */
  readonly triggerTicks?: number;
  readonly remainingLots: number;
  readonly precedence: Precedence;
  readonly state: EntryState;
  /** Last wall ms at which the venue may admit it; 0 until it is sent. */
  readonly validUntilMs: number;
}

export function summaryOf(entry: Entry): EntrySummary {
  const { request } = entry;
  const { triggerTicks } = request;
  const summary = {
    orderId: request.orderId,
    clientOrderId: request.clientOrderId,
    account: request.account,
    market: request.market,
    side: request.side,
    kind: request.kind,
    tif: request.tif,
    priceTicks: request.priceTicks,
    remainingLots: entry.remainingLots,
    precedence: request.precedence,
    state: entry.state,
    validUntilMs: entry.validUntilMs,
  };
  return triggerTicks === undefined ? summary : { ...summary, triggerTicks };
}
