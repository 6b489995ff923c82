import type { EntrySummary } from './entry.ts';
import type { OrderRequest } from './orderRequest.ts';

interface CauseAndRemedy {
  /** Completes "order … was refused: ". */
  readonly cause: string;
  readonly remedy: string;
}

/** Every reason for which the gate refuses an order. Codes are stable and never reused. */
export const REFUSALS = {
  UNSUPPORTED: {
    cause: 'the desk does not send orders of this kind',
    remedy: 'use a limit order (GTC, IOC, ALO, TOB) or a market order (IOC) in a known market',
  },
  RUN_BY_VENUE: {
    cause:
      'the venue would place its parts by itself, at prices and times that nobody here can see',
    remedy: 'let the desk cut it up, with a parent order',
  },
  NOT_EDITABLE: {
    cause:
      'the order that it would take the place of is not a limit order of the same kind that counts',
    remedy: 'send a new order, or change nothing but price and amount',
  },
  TICK: {
    cause: 'its price is not a whole number of ticks within the range of prices',
    remedy: 'round the price to the tick size',
  },
  LOT: {
    cause: 'its amount is not a whole number of lots above zero within the range of amounts',
    remedy: 'round the amount to the lot size',
  },
  MARKET_CLOSED: {
    cause:
      'the market is closed for the whole group while it is unknown what the accounts have there',
    remedy: 'wait until the accounts are reconciled with the venue',
  },
  ACCOUNT_STALE: {
    cause: 'the account is out of touch with the venue',
    remedy: 'wait until its stream is back and reconciled',
  },
  ACCOUNT_OUTSIDE: {
    cause: 'the account belongs to the owner, but not to this desk',
    remedy: 'send the order from an account of the desk',
  },
  ACCOUNT_REMOVED: {
    cause: 'the account has been removed from the desk',
    remedy: 'send the order from an account of the desk',
  },
  STRATEGY_HALTED: {
    cause: 'its strategy is halted, because it kept opening on both sides in two accounts',
    remedy: 'find out why, then re-arm the strategy',
  },
  SELF_TRADE: {
    cause: "it could trade with the owner's own orders",
    remedy: 'wait until they have ended, or let the strategy clamp or cancel',
  },
  CLAIMED: {
    cause: 'a deferred order of the same owner has a claim to that price',
    remedy: 'wait until that order is sent or given up',
  },
  LIQUIDATION: {
    cause: 'an account of the owner is near its liquidation, which would trade with it',
    remedy: 'wait until that account is safe, or quote on the other side',
  },
  MIRROR: {
    cause: 'two accounts of the owner would take opposite sides of the market at the same time',
    remedy: 'ask again later',
  },
  MIRROR_REVIEW: {
    cause: "too many of the day's openings in this market offset each other between accounts",
    remedy: 'have a person review them and confirm it',
  },
  MIN_NOTIONAL: {
    cause: 'it is worth less than the market accepts',
    remedy: 'raise the amount',
  },
  MAX_NOTIONAL: {
    cause: 'it is worth more than the market accepts',
    remedy: 'lower the amount',
  },
  REDUCE_ONLY: {
    cause: 'it is reduce-only and larger than the position that it would reduce',
    remedy: 'lower the amount to the position',
  },
  LIMIT_UNSET: {
    cause: 'a limit that it needs is not configured',
    remedy: 'set the limit by default, for the account or for the market',
  },
  EQUITY_UNKNOWN: {
    cause: "its account's equity is not known",
    remedy: "wait for the venue's figures",
  },
  ORDER_SIZE: {
    cause: "at its worst price it is a larger part of its account's equity than allowed",
    remedy: 'lower the amount',
  },
  REFERENCE_STALE: {
    cause: 'there is no recent reference price to judge it by',
    remedy: "wait for the market's prices",
  },
  PRICE_COLLAR: {
    cause: 'its price is too far from the reference price',
    remedy: 'choose a price nearer to the reference',
  },
} as const satisfies Readonly<Record<string, CauseAndRemedy>>;

export type RefusalCode = keyof typeof REFUSALS;

/** A figure beside the bound that it broke. */
export interface Measure {
  readonly unit: 'micro-dollars' | 'basis points' | 'ms' | 'lots' | 'ticks';
  readonly actual: number;
  readonly bound: number;
}

/** Why an order was not let through. Plain data, fit for a log. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The request that was refused; the others of the same decision went with it. */
  readonly request: OrderRequest;
  /** Own orders or claims in its way: all of them, or the first 8. */
  readonly opponents: readonly EntrySummary[];
  /** Orders to cancel all the same (`CANCEL_BOTH`). */
  readonly withdraw: readonly number[];
  readonly measure?: Measure;
  /** The account on the other side of a mirror. */
  readonly otherAccount?: number;
  /** Wall ms from which it may be asked again. */
  readonly retryAtMs?: number;
  /** Which limit is missing, why the market is closed, what is not supported. */
  readonly note?: string;
}

export type RefusalDetails = Partial<Omit<Refusal, 'code' | 'request'>>;

export function refuse(
  code: RefusalCode,
  request: OrderRequest,
  details: RefusalDetails = {},
): Refusal {
  return { code, request, opponents: [], withdraw: [], ...details };
}
