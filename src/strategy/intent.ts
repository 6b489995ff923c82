import type { ConflictAction } from '../config/strategyConfig.ts';
import type { Side } from '../protocol/terms.ts';

/** What a strategy wants. Levels, not commands: saying the same twice changes nothing. */
export type Intent = PairIntent | QuoteIntent | WorkIntent;

interface Wanted {
  readonly strategy: number;
  readonly account: number;
  /** Why, in words and figures that an operator can check; every order can be traced to one. */
  readonly signal: string;
  readonly onConflict: ConflictAction;
}

/** Hold this pair: `notionalMicro` of the first market (negative sells it), the opposite of the second. */
export interface PairIntent extends Wanted {
  readonly kind: 'pair';
  readonly markets: readonly [number, number];
  readonly notionalMicro: number;
  readonly slippageBps: number;
  /** Trim the larger leg when |net| ÷ gross exceeds this many basis points. */
  readonly rebalanceBps: number;
}

/** Keep this post-only quote, or none. */
export interface QuoteIntent extends Wanted {
  readonly kind: 'quote';
  readonly market: number;
  readonly side: Side;
  /** `undefined` withdraws. */
  readonly quote: { readonly ticks: number; readonly lots: number } | undefined;
}

/** Of one parent order, this much should be done by now. */
export interface WorkIntent extends Wanted {
  readonly kind: 'work';
  readonly market: number;
  readonly side: Side;
  readonly totalLots: number;
  readonly dueLots: number;
  readonly slippageBps: number;
}
