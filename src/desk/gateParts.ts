import type { AccountManager } from '../accounts/accountManager.ts';
import type { MarketView } from '../book/marketView.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import type { GateLimits } from '../gate/gateLimits.ts';
import type { GateFacts } from '../gate/preTrade.ts';
import type { KernelContext } from './kernelContext.ts';

/** What the gate may know of accounts and prices. Times are wall milliseconds, as its decisions. */
export function gateFacts(
  context: KernelContext,
  accounts: () => readonly AccountManager[],
  views: readonly MarketView[],
): GateFacts {
  return {
    equityMicro: (account) => {
      const manager = accounts()[account];
      if (manager === undefined || manager.status === 'syncing') return undefined;
      return manager.equityMicro((market) => views[market]?.markTicks ?? 0);
    },
    positionLots: (account, market) => accounts()[account]?.position(market).lots ?? 0,
    unseenLots: (account, market, side) => accounts()[account]?.unseenLots(market, side) ?? 0,
    referenceTicks: (market) => views[market]?.referenceTicks ?? 0,
    referenceAtMs: (market) => {
      const view = views[market];
      if (view === undefined) return 0;
      const age = context.nowMs - Math.min(view.bookAtMs, view.markAtMs);
      return Number.isFinite(age) ? context.wallMs - age : 0;
    },
  };
}

/** The configuration's limits in the gate's units. */
export function gateLimits(limits: DeskConfig['limits']): GateLimits {
  return {
    default: {
      orderShareBps: orderShareBps(limits),
      collarBps: limits.collarBps,
      reductionCollarBps: limits.reduceCollarBps,
      maxReferenceAgeMs: limits.maxReferenceAgeMs,
    },
  };
}

/** Largest opening in basis points of the equity, rounded down: 2.55 % is 255, not 254.99999999999997. */
export function orderShareBps(limits: DeskConfig['limits']): number {
  return Math.floor(Math.round(limits.maxOrderPercent * 1e6) / 1e4);
}
