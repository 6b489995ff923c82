/** Time-weighted imbalance of one account that trades pairs. */
export interface PairBalance {
  readonly account: number;
  /** Mean of |net| ÷ gross over the time in which it held a pair, in basis points. */
  readonly meanBps: number;
  /** Mean of |net| over that time, micro-dollars. */
  readonly meanNetMicro: number;
  readonly heldMs: number;
}

interface Tally {
  weightedShare: number;
  weightedNet: number;
  heldMs: number;
  atMs: number;
  share: number;
  netMicro: number;
  held: boolean;
}

/** Watches how far the two legs of each account are apart, weighted by time. */
export class Neutrality {
  readonly #tallies = new Map<number, Tally>();

  /** The account's two legs are worth this much (signed micro-dollars) from now on. */
  observe(nowMs: number, account: number, firstMicro: number, secondMicro: number): void {
    const gross = Math.abs(firstMicro) + Math.abs(secondMicro);
    const net = Math.abs(firstMicro + secondMicro);
    let tally = this.#tallies.get(account);
    if (tally === undefined) {
      tally = {
        weightedShare: 0,
        weightedNet: 0,
        heldMs: 0,
        atMs: nowMs,
        share: 0,
        netMicro: 0,
        held: false,
      };
      this.#tallies.set(account, tally);
    }
    if (tally.held) {
      const ms = nowMs - tally.atMs;
      tally.heldMs += ms;
      tally.weightedShare += tally.share * ms;
      tally.weightedNet += tally.netMicro * ms;
    }
    tally.atMs = nowMs;
    tally.held = gross > 0;
    tally.share = gross > 0 ? net / gross : 0;
    tally.netMicro = net;
  }

  report(): PairBalance[] {
    return [...this.#tallies].map(([account, tally]) => ({
      account,
      meanBps: tally.heldMs > 0 ? (tally.weightedShare / tally.heldMs) * 10_000 : 0,
      meanNetMicro: tally.heldMs > 0 ? tally.weightedNet / tally.heldMs : 0,
      heldMs: tally.heldMs,
    }));
  }
}
