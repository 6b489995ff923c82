import type { Side } from '../../protocol/terms.ts';
import type { Crowd } from '../crowdPort.ts';

/**
 * A crowd that meets a tape's minutes to the tick, and what it needs from the exchange for that.
 * `tapeMs` must be asked anew for every print, not once before `act`: a minute ends inside `act`,
 * so that its close and the next minute's open print at one wall time and in two tape minutes.
 */
export interface TapeDrivenCrowd extends Crowd {
  /**
   * To be called just before somebody else's order enters a book, after every check and delay, so
   * that it cannot trade or rest outside the recorded minute. `limitTicks` is the worst price that
   * it may reach, `lots` the most that it may take: 1 for a post-only order. Uses the port: fills
   * that it causes are reported as those of `act`.
   */
  brace(market: number, side: Side, limitTicks: number, lots: number): void;
  /** True when the last minute of the tape is over: quotes stay, takers are gone. */
  readonly ended: boolean;
}
