import type { ExchangeState } from './exchangeState.ts';
import { sampleEquity } from './money/equitySamples.ts';
import { setFeeLevels } from './money/feeLevels.ts';
import { fund } from './money/funding.ts';
import { liquidate } from './money/liquidation.ts';
import { pullTriggers } from './orders/triggering.ts';

/** What follows from prices and positions by itself. True when it changed something. */
type Reaction = (state: ExchangeState) => boolean;

const REACTIONS: readonly Reaction[] = [fund, setFeeLevels, sampleEquity, pullTriggers, liquidate];

/** One reaction can cause another; more rounds than this are left to the next step. */
const MOST_ROUNDS = 50;

/** Lets everything follow that the last step caused. */
export function react(state: ExchangeState): void {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let changed = false;
    for (const reaction of REACTIONS) changed = reaction(state) || changed;
    if (!changed) return;
  }
}
