import type { Credits, Frame } from '../protocol/frames/frame.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { QueryResult } from '../protocol/queries.ts';
import type { RequestReply, SessionState } from './ports.ts';

/** Everything that can happen to the kernel. Nothing else reaches it. */
export type DeskEvent =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly account: number | undefined }
  | { readonly kind: 'session'; readonly family: number; readonly state: SessionState }
  /** The bytes of a request were handed to the socket at `monoUs`. */
  | { readonly kind: 'sent'; readonly requestId: number; readonly monoUs: number }
  | { readonly kind: 'reply'; readonly requestId: number; readonly outcome: Outcome<RequestReply> }
  | { readonly kind: 'answer'; readonly requestId: number; readonly outcome: Outcome<QueryResult> }
  | { readonly kind: 'credits'; readonly family: number; readonly credits: Credits }
  | { readonly kind: 'timer'; readonly id: number }
  | { readonly kind: 'durable'; readonly seq: number }
  | { readonly kind: 'disk'; readonly sentence: string }
  /** Work that an earlier step left to a step of its own. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'operator'; readonly command: OperatorCommand };

/**
 * `start`: let the strategies trade once everything is known. `stop`: cancel what works, start
 * nothing, keep positions. `close`: the same, then close every position.
 */
export type OperatorCommand =
  | { readonly do: 'start' }
  | { readonly do: 'stop'; readonly reason: string }
  | { readonly do: 'close'; readonly reason: string };

/** One reading of both clocks, taken when the event came in. */
export interface Stamp {
  readonly wallMs: number;
  readonly monoUs: number;
}
