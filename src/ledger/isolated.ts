import { type Market, notionalMicro } from '../protocol/market.ts';
import { mulDiv, safe } from '../std/integers.ts';
import type { Position } from './position.ts';

const { abs, max, min } = Math;

/** What a fill in an isolated market does to the position's own margin and to the balance. */
export interface IsolatedEffect {
  readonly isolatedMicro: number;
  readonly balanceChangeMicro: number;
}

/**
 * Books a fill that led from `before` to `after`. Opened lots move their initial margin out of the
 * balance up front. Closed lots bring back their share of the margin and the fill's result (profit
 * less fee); a loss beyond that share is taken from the margin of the rest before the balance. A
 * liquidation leaves all of it with the rest, which is what restores the margin.
 */
export function applyIsolated(
  before: Position,
  after: Position,
  isolatedMicro: number,
  fill: {
    readonly market: Market;
    readonly ticks: number;
    readonly leverage: number;
    readonly resultMicro: number;
    readonly isLiquidation: boolean;
  },
): IsolatedEffect {
  const staysOnSide = before.lots * after.lots > 0;
  const kept = staysOnSide ? min(abs(before.lots), abs(after.lots)) : 0;
  const closed = abs(before.lots) - kept;
  const opened = abs(after.lots) - kept;
  const moved = mulDiv(notionalMicro(fill.market, fill.ticks, opened), 1, fill.leverage, 'up');
  if (closed === 0) {
    return {
      isolatedMicro: safe(isolatedMicro + moved),
      balanceChangeMicro: safe(fill.resultMicro - moved),
    };
  }
  if (fill.isLiquidation && kept > 0) {
    return { isolatedMicro: safe(isolatedMicro + fill.resultMicro), balanceChangeMicro: 0 };
  }
  const released = mulDiv(isolatedMicro, closed, abs(before.lots), 'half-up');
  const rest = isolatedMicro - released;
  const back = fill.resultMicro + released;
  const drawn = min(max(0, -back), rest);
  return {
    isolatedMicro: safe(rest - drawn + moved),
    balanceChangeMicro: safe(back + drawn - moved),
  };
}
