import { type Entry, GUARD, STRONGEST, summaryOf, WEAKEST } from './entry.ts';
import { type ExposureBook, MAX_TICKS } from './exposureBook.ts';
import { NONE } from './ladder.ts';
import { isStop, type OrderRequest } from './orderRequest.ts';
import { type Refusal, type RefusalCode, refuse } from './refusal.ts';

const { max, min } = Math;

/** Opponents that a refusal or a deferral describes. */
export const LISTED = 8;
const NOBODY: readonly Entry[] = [];

export type SelfTradeVerdict =
  | {
      readonly passes: true;
      /** The order as it may go: with another price where it was clamped. */
      readonly entry: Entry;
      /** Orders that must have ended first. */
      readonly inTheWay: readonly Entry[];
    }
  | { readonly passes: false; readonly refusal: Refusal };

/**
 * The self-trade rule for one order that is not in the book. Orders of lower precedence make way;
 * against the others the request's own `onConflict` says what happens. It withdraws orders of equal
 * precedence at most: a quote does not end a hedge. No order is ever decremented or crossed inside
 * the house.
 */
export function judgeSelfTrade(book: ExposureBook, entry: Entry): SelfTradeVerdict {
  const nearest = book.nearestOpponentTicks(entry, entry.rank);
  if (nearest === NONE) return passOver(book, entry, NOBODY);
  switch (entry.request.onConflict) {
    case 'BLOCK_NEW':
      return refused(entry, book.opponents(entry, STRONGEST, entry.rank, LISTED), NOBODY);
    case 'CLAMP':
      return clamp(book, entry, nearest);
    case 'CANCEL_RESTING': {
      const blockers = book.opponents(entry, STRONGEST, entry.rank, Infinity);
      const fixed = blockers.filter((each) => each.rank < entry.rank || staysPut(each));
      if (fixed.length > 0) return refused(entry, fixed, NOBODY);
      return passOver(book, entry, blockers);
    }
    case 'CANCEL_BOTH': {
      const all = book.opponents(entry, STRONGEST, WEAKEST, Infinity);
      return refused(
        entry,
        all,
        all.filter(({ rank }) => rank >= entry.rank),
      );
    }
  }
}

/** The orders of those entries that a cancel can reach: what neither rests nor waits ends by itself. */
export function cancellable(entries: readonly Entry[]): number[] {
  const orderIds: number[] = [];
  for (const entry of entries) {
    const isWithin = entry.mayRest || entry.isDormant;
    if (isWithin && !staysPut(entry)) orderIds.push(entry.request.orderId);
  }
  return orderIds;
}

// Lower orders make way; a lower claim is overtaken, and judged again when its turn comes.
function passOver(book: ExposureBook, entry: Entry, blockers: readonly Entry[]): SelfTradeVerdict {
  const lower = book.opponents(entry, entry.rank + 1, WEAKEST, Infinity);
  if (lower.length === 0) return { passes: true, entry, inTheWay: blockers };
  // Mostly these are plain orders, and many: nothing is copied then.
  if (lower.every((each) => each.claim === 0 && each.state !== 'TRIAL')) {
    return {
      passes: true,
      entry,
      inTheWay: blockers.length === 0 ? lower : [...blockers, ...lower],
    };
  }
  const together = lower.filter((each) => each.state === 'TRIAL');
  if (together.length > 0) return refused(entry, together, NOBODY);
  const orders = lower.filter((each) => each.claim === 0);
  return { passes: true, entry, inTheWay: [...blockers, ...orders] };
}

function clamp(book: ExposureBook, entry: Entry, nearest: number): SelfTradeVerdict {
  const request = oneTickShort(entry.request, nearest);
  if (request === undefined) {
    return refused(entry, book.opponents(entry, STRONGEST, entry.rank, LISTED), NOBODY);
  }
  return passOver(book, entry.repriced(request), NOBODY);
}

/**
 * The request at the best price that does not reach `ticks`, never more aggressive than asked. A
 * market order becomes a limit order that is immediate or cancelled.
 */
function oneTickShort(request: OrderRequest, ticks: number): OrderRequest | undefined {
  // At another price it would protect something else.
  if (isStop(request)) return undefined;
  const isBid = request.side === 'bid';
  const priceTicks = isBid
    ? min(request.priceTicks, ticks - 1)
    : max(request.priceTicks, ticks + 1);
  if (priceTicks < 1 || priceTicks > MAX_TICKS) return undefined;
  return { ...request, kind: 'limit', priceTicks };
}

function refused(
  entry: Entry,
  opponents: readonly Entry[],
  withdraw: readonly Entry[],
): SelfTradeVerdict {
  const refusal = refuse(codeFor(opponents), entry.request, {
    opponents: opponents.slice(0, LISTED).map(summaryOf),
    withdraw: cancellable(withdraw),
  });
  return { passes: false, refusal };
}

function codeFor(opponents: readonly Entry[]): RefusalCode {
  if (opponents.some((each) => each.claim === 0)) return 'SELF_TRADE';
  return opponents.some((each) => each.claim !== GUARD) ? 'CLAIMED' : 'LIQUIDATION';
}

// Neither a claim nor an order of the same decision can be withdrawn.
function staysPut(entry: Entry): boolean {
  return entry.claim !== 0 || entry.state === 'TRIAL';
}
