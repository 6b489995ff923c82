import { invariant } from '../std/assert.ts';
import type { Ending, Order, OrderState } from './order.ts';

/**
 * What can happen to an order. `sent`: bytes left. `admitted`: the venue accepted the request.
 * `resting`: the venue reported it on the book. `cancel-asked`: our cancel left. `cancel-failed`:
 * the venue refused the cancel, so the order is what it was. `lost`: no answer. `ended`: evidence
 * of the end.
 */
export type OrderInput =
  | 'sent'
  | 'admitted'
  | 'resting'
  | 'cancel-asked'
  | 'cancel-failed'
  | 'lost'
  | 'ended';

const FROM: Readonly<Record<OrderState, Partial<Record<OrderInput, OrderState>>>> = {
  RESERVED: { sent: 'SENT', ended: 'TERMINAL' },
  SENT: {
    admitted: 'PENDING',
    resting: 'LIVE',
    'cancel-asked': 'CANCELLING',
    lost: 'UNKNOWN',
    ended: 'TERMINAL',
  },
  PENDING: {
    resting: 'LIVE',
    'cancel-asked': 'CANCELLING',
    lost: 'UNKNOWN',
    ended: 'TERMINAL',
  },
  LIVE: { 'cancel-asked': 'CANCELLING', lost: 'UNKNOWN', ended: 'TERMINAL' },
  CANCELLING: { 'cancel-failed': 'SENT', lost: 'UNKNOWN', ended: 'TERMINAL' },
  AMENDING: {
    resting: 'LIVE',
    'cancel-asked': 'CANCELLING',
    lost: 'UNKNOWN',
    ended: 'TERMINAL',
  },
  UNKNOWN: { resting: 'LIVE', ended: 'TERMINAL' },
  TERMINAL: {},
};

/**
 * The state after `input`, or the same state where the input says nothing new: late, duplicated and
 * reordered evidence is normal. A terminal order never comes back.
 */
export function nextState(state: OrderState, input: OrderInput): OrderState {
  return FROM[state][input] ?? state;
}

/** Applies `input`; true when the state changed. */
export function advance(order: Order, input: Exclude<OrderInput, 'ended'>): boolean {
  const was = order.state;
  const refusedCancel = was === 'CANCELLING' && input === 'cancel-failed';
  order.state = refusedCancel ? shownState(order) : nextState(was, input);
  if (input === 'resting' && isAtVenue(order.state)) order.rested = true;
  return order.state !== was;
}

/** A refused cancel leaves the order what the venue has shown of it. */
function shownState(order: Order): OrderState {
  if (order.rested) return 'LIVE';
  return order.venueId > 0 ? 'PENDING' : 'SENT';
}

/** The venue may speak of an order that was sent and has not ended. */
function isAtVenue(state: OrderState): boolean {
  return state !== 'RESERVED' && state !== 'TERMINAL';
}

/** Ends the order on evidence; true the first time. */
export function end(order: Order, ending: Ending, message: string): boolean {
  if (order.state === 'TERMINAL') return false;
  invariant(
    ending !== 'not-sent' || order.state === 'RESERVED',
    `order ${order.id} cannot end unsent in state ${order.state}`,
  );
  order.state = nextState(order.state, 'ended');
  order.ending = ending;
  if (message !== '') order.message = message;
  return true;
}
