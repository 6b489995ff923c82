/** Times and limits of the sessions. The defaults follow the exchange's documented limits. */
export interface VenueSettings {
  /** A ping this often; the exchange closes after 60 s without one. */
  readonly heartbeatMs: number;
  /** How long a connection may take to open. */
  readonly connectTimeoutMs: number;
  /** How long a subscription may go without its ack; the exchange is silent about wrong ones. */
  readonly ackTimeoutMs: number;
  /** So many times a subscription is sent before the connection is given up. */
  readonly ackAttempts: number;
  /** After that a request or query has an unknown outcome. */
  readonly requestTimeoutMs: number;
  /** Age at which a connection is replaced; the exchange closes it at 24 h. */
  readonly renewAfterMs: number;
  /** Renewals are spread over so much time before `renewAfterMs`. */
  readonly renewSpreadMs: number;
  /** A replaced connection is kept so long for what was under way on it. */
  readonly retireMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** A connection that lasted so long ends a row of failures. */
  readonly stableMs: number;
  /** With more than this unsent, a socket is taken for blocked and requests go over REST. */
  readonly maxBufferedBytes: number;
  /** Connections kept open at once; the exchange allows 100, and each renewal needs one more. */
  readonly maxSockets: number;
  /** Connections that may be replaced at the same time: so many more than `maxSockets` are open. */
  readonly maxRenewals: number;
  /** Subscriptions of one channel on one connection; the exchange ignores more. */
  readonly subscriptionsPerChannel: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const DEFAULT_VENUE_SETTINGS: VenueSettings = {
  heartbeatMs: 20 * SECOND,
  connectTimeoutMs: 10 * SECOND,
  ackTimeoutMs: 5 * SECOND,
  ackAttempts: 3,
  requestTimeoutMs: 10 * SECOND,
  renewAfterMs: 23 * HOUR + 30 * MINUTE,
  renewSpreadMs: 30 * MINUTE,
  retireMs: 2 * SECOND,
  backoffMinMs: 250,
  backoffMaxMs: 30 * SECOND,
  stableMs: 10 * SECOND,
  maxBufferedBytes: 256 * 1024,
  maxSockets: 95,
  maxRenewals: 5,
  subscriptionsPerChannel: 20,
};
