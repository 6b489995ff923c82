export type BookSide = 'bid' | 'ask';

/**
 * GTC rests what does not match, IOC drops it. ALO enters only if it would not match at once. TOB
 * is ALO that moves to the best price that does not cross instead of being rejected.
 */
export type MatchTif = 'GTC' | 'IOC' | 'ALO' | 'TOB';

/** What became of an order that was added. One object, overwritten by the next `add`. */
export interface AddOutcome {
  /**
   * `cancelled`: IOC, lots were left. `post_only`: ALO or TOB was not accepted. `paused`: a watched
   * order is next; add the order again with the lots that are left.
   */
  readonly status: 'resting' | 'filled' | 'cancelled' | 'post_only' | 'paused';
  /** Price of the order; differs from the one asked for only for TOB. */
  readonly ticks: number;
  readonly filledLots: number;
  readonly restingLots: number;
}
