import type { OrderRequest } from '../gate/orderRequest.ts';

/**
 * Where one order stands, as far as the venue's evidence goes. Every state but `TERMINAL` counts as
 * exposure. `AMENDING` is entered by edits, which are not sent yet.
 */
export type OrderState =
  | 'RESERVED'
  | 'SENT'
  | 'PENDING'
  | 'LIVE'
  | 'CANCELLING'
  | 'AMENDING'
  | 'UNKNOWN'
  | 'TERMINAL';

/** How an order ended. */
export type Ending =
  | 'filled'
  | 'cancelled'
  | 'rejected'
  /** Never left the desk: withdrawn from the outbox, or its time to send had passed. */
  | 'not-sent'
  /** Proven absent at the venue after the last moment at which it could have been admitted. */
  | 'not-admitted';

/** One child order of one account: what was asked, and what is known of it. */
export interface Order {
  readonly id: number;
  readonly request: OrderRequest;
  readonly reservedAtMs: number;
  state: OrderState;
  ending: Ending | undefined;
  /** 0 until the venue names it. */
  venueId: number;
  /** Wall ms of the signature, and the last wall ms at which the venue may admit it. */
  signedAtMs: number;
  validUntilMs: number;
  /** Cumulative, from order updates. */
  reportedLots: number;
  /** Exchange-wide counter of the report that said so last; 0 where it had none. */
  reportedLi: number;
  /** How many of these a position that was taken over holds, whether their fills have shown or not. */
  settledLots: number;
  /** Cumulative, from the fills themselves; never ahead of what the venue reported for long. */
  filledLots: number;
  /** Signed cash of the fills: what was paid for a bid (positive), micro-dollars. */
  filledMicro: number;
  /** The venue has shown it on the book at least once. */
  rested: boolean;
  /** The venue's own words about a refusal, a loss or an ending. */
  message: string;
  /** A cancel was asked for and has not been answered by an ending yet. */
  cancelAsked: boolean;
}

/** A fresh order as the gate reserved it. */
export function openOrder(request: OrderRequest, reservedAtMs: number): Order {
  return {
    id: request.orderId,
    request,
    reservedAtMs,
    state: 'RESERVED',
    ending: undefined,
    venueId: 0,
    signedAtMs: 0,
    validUntilMs: 0,
    reportedLots: 0,
    reportedLi: 0,
    settledLots: 0,
    filledLots: 0,
    filledMicro: 0,
    rested: false,
    message: '',
    cancelAsked: false,
  };
}

/** Lots known to be filled, whichever stream said it first. */
export function doneLots(order: Order): number {
  return order.filledLots > order.reportedLots ? order.filledLots : order.reportedLots;
}

/** What may still trade, counting every lot that the venue has not reported as filled. */
export function remainingLots(order: Order): number {
  return order.request.lots - doneLots(order);
}

/** Lots known to be filled, negative for sales. */
export function signedDoneLots(order: Order): number {
  return order.request.side === 'bid' ? doneLots(order) : -doneLots(order);
}

/** Lots that the venue counts as filled and that neither a fill has shown nor a position holds. */
export function unseenLots({ reportedLots, filledLots, settledLots }: Order): number {
  const seen = filledLots > settledLots ? filledLots : settledLots;
  return reportedLots > seen ? reportedLots - seen : 0;
}

/** The venue counts more of it as filled than its fills have shown: the position lags behind. */
export function awaitsFills(order: Order): boolean {
  return order.filledLots < order.reportedLots;
}

/** An order that has not ended. */
export function isWorking(order: Order): boolean {
  return order.state !== 'TERMINAL';
}
