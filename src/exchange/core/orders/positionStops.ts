import { OPPOSITE, type Side, sideOf } from '../../../protocol/terms.ts';
import { type Account, holdingOf } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { business, type Refusal } from '../requests/refusal.ts';
import { closingStops } from './followPosition.ts';
import { checkRoom, duplicate, isTaken } from './orderChecks.ts';
import { checkClosing, type StopTerms } from './stopTerms.ts';
import { awaitTrigger } from './waitingStops.ts';

/** A request to protect a position. */
export interface PositionStops {
  readonly market: MarketState;
  /** The side that closes. */
  readonly side: Side;
  /** Take-profit first. */
  readonly legs: readonly StopTerms[];
}

/**
 * Sets take-profit and stop-loss of a position. There is no rollback: each that is good waits,
 * whatever becomes of the other; the first refusal is the answer.
 */
export function setPositionStops(
  state: ExchangeState,
  account: Account,
  { legs, market: here, side }: PositionStops,
): Refusal | undefined {
  const held = holdingOf(account, here.market).position.lots;
  if (held === 0) return business('Position not found', 9);
  if (side !== OPPOSITE[sideOf(held)]) return business('Invalid stop order side');
  let first: Refusal | undefined;
  for (const terms of legs) {
    const refusal =
      checkNewStop(state, account, terms) ??
      checkTpslRoom(state, account, here) ??
      checkClosing(here, terms, side, Math.abs(held));
    if (refusal === undefined) {
      awaitTrigger(state, { account, market: here, side, reduceOnly: true, terms });
    }
    first ??= refusal;
  }
  return first;
}

/** What every stop order needs: a name of its own, and room. */
export function checkNewStop(
  state: ExchangeState,
  account: Account,
  { clientOrderId }: StopTerms,
): Refusal | undefined {
  if (clientOrderId !== null && isTaken(state, account, clientOrderId)) {
    return duplicate(clientOrderId);
  }
  return checkRoom(state, account, 1);
}

function checkTpslRoom(
  { settings }: ExchangeState,
  account: Account,
  { market }: MarketState,
): Refusal | undefined {
  const limit = settings.positionTpslLimit;
  if (closingStops(account, market.id).length < limit) return undefined;
  return business(`Position TP/SL limit reached for ${account.address}: ${limit}`, 10);
}
