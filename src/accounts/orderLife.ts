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
  CANCELLING: { 'cancel-failed': 'PENDING', lost: 'UNKNOWN', ended: 'TERMINAL' },
  AMENDING: { resting: 'LIVE', lost: 'UNKNOWN', ended: 'TERMINAL' },
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
  order.state = nextState(was, input);
  if (input === 'resting') order.rested = true;
  // A refused cancel leaves the order what it was before the cancel.
  if (input === 'cancel-failed' && order.rested) order.state = nextState(order.state, 'resting');
  return order.state !== was;
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
