import type { AccountManager } from '../accounts/accountManager.ts';
import { FLAT, type Position } from '../ledger/position.ts';
import type { PositionRow } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';
import { mulDiv } from '../std/integers.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';

/** A market in which the venue and the desk count differently. */
export interface Difference {
  readonly market: Market;
  /** `undefined` for flat. */
  readonly theirs: PositionRow | undefined;
}

export function differences(
  markets: readonly Market[],
  account: AccountManager,
  rows: readonly PositionRow[],
): Difference[] {
  return markets
    .map((market) => ({ market, theirs: rows.find((row) => row.market === market.id) }))
    .filter(({ market, theirs }) => (theirs?.lots ?? 0) !== account.position(market.id).lots);
}

/**
 * Takes the venue's positions as they stood when its order counter was `li`, where they differ; an
 * account that was known before raises an alarm. True when there were differences.
 */
export function adoptPositions(
  parts: {
    readonly context: KernelContext;
    readonly markets: readonly Market[];
    readonly stats: DeskStats;
    readonly alarm: (sentence: string) => void;
  },
  account: AccountManager,
  rows: readonly PositionRow[],
  li: number,
): boolean {
  const found = differences(parts.markets, account, rows);
  for (const { market, theirs } of found) {
    const before = account.position(market.id).lots;
    const lots = theirs?.lots ?? 0;
    const { index, name } = account.identity;
    account.setPosition(market.id, positionOf(market, theirs));
    parts.context.record('position_adopted', {
      account: index,
      symbol: market.symbol,
      lots,
      before,
    });
    if (account.status !== 'ready') continue;
    parts.stats.mismatches += 1;
    parts.alarm(
      `account ${name} holds ${lots} lots of ${market.symbol} at the venue, the desk counted ${before}; the venue's figure is taken`,
    );
  }
  account.positionsAsOf(li);
  return found.length > 0;
}

function positionOf(market: Market, row: PositionRow | undefined): Position {
  if (row === undefined || row.lots === 0) return FLAT;
  const perBaseUnit = 10 ** market.lot.decimals;
  const costMicro = mulDiv(row.entryMicro, row.lots * market.lot.step, perBaseUnit, 'half-up');
  return { lots: row.lots, costMicro };
}
