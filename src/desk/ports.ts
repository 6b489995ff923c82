import type { ReservedOrder } from '../gate/reservedOrder.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import type { Credits, Frame } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Query, QueryResult } from '../protocol/queries.ts';

/** One entry of the audit log. The kernel numbers it; the log adds the chain. */
export interface AuditRecord {
  readonly seq: number;
  readonly type: string;
  readonly wallMs: number;
  readonly monoUs: number;
  readonly body: { readonly [key: string]: Json };
  /** Whether something waits until it is on the disk. What nobody waits for may gather for a moment. */
  readonly awaited: boolean;
}

/** Where records go. Durability is reported later, in order, through {@link AuditSink}. */
export interface AuditPort {
  /** The number that the next record must carry. */
  readonly nextSeq: number;
  append(record: AuditRecord): void;
  /** Begins at once to write what is awaited: nothing more comes before it. */
  flush(): void;
}

export interface AuditSink {
  /** Every record up to and including `seq` is on the disk. */
  durable(seq: number): void;
  /** The disk refused: no new risk may be taken; cancels still go out. */
  failed(sentence: string): void;
}

/** A request that is signed and ready for the wire. */
export interface SignedRequest {
  readonly requestId: number;
  /** Index of the account inside the desk. */
  readonly account: number;
  readonly path: string;
  readonly wsKey: string | undefined;
  readonly body: string;
  readonly timestampMs: number;
  readonly expiryWindowMs: number;
}

/** A cancel needs no reservation: it can only take exposure away. */
export interface CancelCommand {
  readonly account: number;
  readonly market: Market;
  /** Our own name when we have one, else the exchange's id. */
  readonly clientOrderId: string | undefined;
  readonly venueOrderId: number | undefined;
}

export interface CancelAllCommand {
  readonly account: number;
  readonly excludeReduceOnly: boolean;
}

export interface LeverageCommand {
  readonly account: number;
  readonly market: Market;
  readonly leverage: number;
}

/**
 * Signs what the desk may send, and nothing else: an order only as the gate reserved it. Each method
 * stamps the wall clock it is given. No method takes bytes.
 */
export interface SignerPort {
  /** `undefined` when the reservation's `sendByMs` has passed at `wallMs`. */
  order(requestId: number, reserved: ReservedOrder, wallMs: number): SignedRequest | undefined;
  cancel(requestId: number, command: CancelCommand, wallMs: number): SignedRequest;
  cancelAll(requestId: number, command: CancelAllCommand, wallMs: number): SignedRequest;
  leverage(requestId: number, command: LeverageCommand, wallMs: number): SignedRequest;
}

/** What the exchange answered to a trading request: its order id (0 when it named none). */
export interface RequestReply {
  readonly orderId: number;
  /** True when the WebSocket carried it, false for REST. */
  readonly overSocket: boolean;
}

/**
 * The sessions of all families. Each request is put on the wire at most once; whatever becomes of
 * it arrives at the {@link VenueSink} exactly once.
 */
export interface VenuePort {
  transmit(request: SignedRequest): void;
  /** `account` picks the family that pays the credits. */
  query(requestId: number, account: number, query: Query): void;
  /** Replaces the connections that carry the account's streams, without losing a frame of others. */
  refresh(account: number): void;
}

export type SessionState = 'up' | 'down' | 'stale' | 'polled';

/** Events from the sessions to the desk. */
export interface VenueSink {
  /**
   * `up` once every subscription of the family is acknowledged; `down` when its socket is lost;
   * `polled`, once, for a family that has no socket and must be asked for its state.
   */
  session(family: number, state: SessionState): void;
  /**
   * A decoded frame. `account` is the desk's index of the account whose own socket carried it, for
   * the snapshot channels (`account_info`, `account_positions`, `account_orders`), whose documented
   * payloads do not name the account; `undefined` otherwise. Replies, acks and pongs stay inside.
   */
  frame(frame: Frame, account: number | undefined): void;
  /** The bytes of the request were handed to the socket at `monoUs`. */
  sent(requestId: number, monoUs: number): void;
  reply(requestId: number, outcome: Outcome<RequestReply>): void;
  answer(requestId: number, outcome: Outcome<QueryResult>): void;
  credits(family: number, credits: Credits): void;
}

/** One account as the venue needs it. */
export interface VenueAccount {
  readonly index: number;
  readonly address: string;
  readonly family: number;
}

/** A main account and its subaccounts: one API config key, one connection, one credit bucket. */
export interface VenueFamily {
  readonly index: number;
  /** Value of the `PF-API-KEY` header; absent when the family has none. */
  readonly apiKey: string | undefined;
}

/** Kernel timers. Arming an id again moves it. Times are monotonic milliseconds. */
export interface TimerPort {
  arm(id: number, atMs: number): void;
  disarm(id: number): void;
}
