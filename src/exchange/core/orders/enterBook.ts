import type { AddOutcome } from '../../../matching/addOutcome.ts';
import type { Side, TimeInForce } from '../../../protocol/terms.ts';
import { type ExchangeState, engineOwner } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { settle } from '../money/settlement.ts';
import type { Order } from './order.ts';

/** The crowd belongs to nobody: its orders also trade with one another. */
const NOBODY = 0;

/** An order as it goes to the book; `order` is absent for one of the crowd's. */
export interface BookEntry {
  readonly id: number;
  readonly order: Order | undefined;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly tif: TimeInForce;
}

/**
 * Lets an order match and rest, and books what it did. It stops before every resting reduce-only
 * order and books what happened until then, so that such an order has been fitted to its position
 * before it trades and never carries it past zero.
 */
export function enterBook(
  state: ExchangeState,
  here: MarketState,
  { id, lots, order, side, ticks, tif }: BookEntry,
): AddOutcome {
  const owner = order === undefined ? NOBODY : engineOwner(state, order.account);
  let filledLots = 0;
  for (;;) {
    const outcome = here.engine.add(id, owner, side, ticks, lots - filledLots, tif);
    filledLots += outcome.filledLots;
    if (order !== undefined) order.ticks = outcome.ticks;
    settle(state, here, order, side);
    if (outcome.status !== 'paused') return { ...outcome, filledLots };
  }
}
