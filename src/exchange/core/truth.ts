/** A trade between two accounts of one owner. */
export interface SelfMatch {
  readonly timeMs: number;
  readonly symbol: string;
  readonly makerOrderId: number;
  readonly takerOrderId: number;
  readonly makerAccount: string;
  readonly takerAccount: string;
  readonly lots: number;
}

const KEPT = 100;

/**
 * What the exchange knows and no client can: it is what every test of a desk is held to. The
 * exchange does not act on it.
 */
export class Truth {
  /** Trades between different accounts of one owner. */
  selfMatches = 0;
  /** The first hundred of them. */
  readonly examples: SelfMatch[] = [];
  /** The same where one side was liquidated or deleveraged: nobody chose these. */
  liquidationMatches = 0;
  /** Market liquidations begun, of an account or of an isolated position. */
  liquidations = 0;
  /** Takeovers by the backstop. */
  backstops = 0;
  /** Positions of others that were closed because somebody's equity fell below zero. */
  deleveraged = 0;
  /** Resting orders removed because they met an order of the same account. */
  stpEvents = 0;
  /** Resting orders removed because they met a sibling's order; only with the scope `family`. */
  familyStpEvents = 0;
  /** Orders that got an id. */
  orders = 0;
  /** Requests turned down, by cause and in all. */
  refused = 0;
  cancels = 0;
  /** Fills of accounts; a trade between two accounts counts twice. */
  fills = 0;
  feesMicro = 0;
  /** Trades on the tape, the crowd's own included. */
  trades = 0;
  /** Answers with 429, over either transport. */
  tooManyRequests = 0;

  selfMatch(match: SelfMatch): void {
    this.selfMatches += 1;
    if (this.examples.length < KEPT) this.examples.push(match);
  }
}
