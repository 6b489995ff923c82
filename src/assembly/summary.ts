import type { Kernel } from '../desk/kernel.ts';
import { notionalMicro } from '../protocol/market.ts';
import type { DeskFigures, Quantiles } from '../report/demoFigures.ts';

/** Figures of a desk at one moment: what the report shows, and more. Plain data. */
export interface DeskSummary extends DeskFigures {
  readonly unknowns: number;
  readonly notSent: number;
  readonly rateLimited: number;
  readonly equityMicro: number;
  /** Sum over accounts and markets of signed, and of absolute, notional at the reference price. */
  readonly netMicro: number;
  readonly grossMicro: number;
  readonly workingOrders: number;
  readonly unknownOrders: number;
  readonly pairBalances: readonly {
    readonly account: string;
    readonly meanBps: number;
    readonly meanNetMicro: number;
    readonly heldMs: number;
  }[];
  readonly parents: readonly {
    readonly account: string;
    readonly doneLots: number;
    readonly totalLots: number;
  }[];
  readonly credits: readonly { readonly totalTenths: number; readonly peakMinuteTenths: number }[];
  readonly snapshotChecks: number;
  readonly snapshotMismatches: number;
  readonly mismatches: number;
  readonly foreignOrders: number;
}

/** Reads the kernel; changes nothing in it. */
export function summarize(kernel: Kernel): DeskSummary {
  const { stats, accounts, markets, views, coordinator, outbox } = kernel;
  const nameOf = (account: number): string => accounts[account]?.identity.name ?? `${account}`;
  const values = accounts.flatMap((account) =>
    markets.map((market) =>
      notionalMicro(
        market,
        views[market.id]?.referenceTicks ?? 0,
        account.position(market.id).lots,
      ),
    ),
  );
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  const working = accounts.flatMap((account) => [...account.working.values()]);
  const families = new Set(accounts.map((account) => account.identity.family));
  return {
    accounts: accounts.length,
    orders: stats.sent,
    cancels: stats.cancels,
    fills: stats.fills,
    rejects: stats.rejects,
    rejectReasons: Object.fromEntries(stats.rejectReasons),
    unknowns: stats.unknowns,
    notSent: stats.notSent,
    rateLimited: stats.rateLimited,
    refusals: stats.refusalCount,
    refusalsByCode: Object.fromEntries([...stats.refusals].sort()),
    deferrals: stats.deferrals,
    equityMicro: sum(
      accounts.map((account) => account.equityMicro((m) => views[m]?.markTicks ?? 0)),
    ),
    feesMicro: sum(accounts.map((account) => account.feesMicro)),
    volumeMicro: sum(accounts.map((account) => account.volumeMicro)),
    netMicro: sum(values),
    grossMicro: sum(values.map(Math.abs)),
    workingOrders: working.length,
    unknownOrders: working.filter((order) => order.state === 'UNKNOWN').length,
    pairs: { ...coordinator.pairTotals },
    pairBalances: kernel.neutrality
      .report()
      .map(({ account, ...rest }) => ({ account: nameOf(account), ...rest })),
    parents: coordinator.parents.map(({ account, ...rest }) => ({
      account: nameOf(account),
      ...rest,
    })),
    strategies: kernel.deck.strategies.map((strategy) => ({
      name: strategy.name,
      doing: strategy.describe(),
      parents: stats.signals.totals(strategy.number).parents,
      orders: stats.signals.totals(strategy.number).orders,
    })),
    closingOrders: stats.signals.totals(0).orders,
    signals: stats.signals.lines.map(({ strategy, ...line }) => ({
      strategy: kernel.deck.strategies[strategy - 1]?.name ?? 'desk',
      ...line,
    })),
    unexplainedOrders: stats.signals.unexplained,
    toSocketUs: quantiles(stats.toSocket),
    toAnswerUs: quantiles(stats.toAnswer),
    largestPositionMicro: Math.max(0, ...values.map(Math.abs)),
    credits: [...families].map((family) => outbox.spent(family)),
    snapshotChecks: stats.snapshotChecks,
    snapshotMismatches: stats.snapshotMismatches,
    mismatches: stats.mismatches,
    foreignOrders: stats.foreignOrders,
  };
}

function quantiles(sample: Kernel['stats']['toSocket']): Quantiles {
  return {
    count: sample.count,
    p50: sample.quantileUs(0.5),
    p99: sample.quantileUs(0.99),
    max: sample.maxUs,
  };
}
