import type { DeskConfig } from '../config/deskConfig.ts';
import type { StrategyConfig } from '../config/strategyConfig.ts';
import { raise } from '../protocol/listRows.ts';
import { MarketIndex } from '../protocol/marketIndex.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { Host } from '../std/host.ts';
import { MIN_CREDIT_SHARE } from '../strategy/marketMaking/marketMakingStrategy.ts';
import { AccountClient } from '../venue/accountClient.ts';
import { fetchMarkets } from '../venue/fetchMarkets.ts';
import { RestClient } from '../venue/restClient.ts';
import { checkMarkets } from './checkMarkets.ts';
import type { DeskAccount } from './deskAccounts.ts';

/** What one strategy may do at most. Dollars. */
interface StrategyPlan {
  readonly name: string;
  readonly accounts: number;
  readonly ordersAtOnce: number;
  readonly largestOrderUsd: number;
  /** Gross, in one account. */
  readonly largestPositionUsd: number;
  readonly creditsPerMinute: number;
}

export interface Preflight {
  readonly ok: boolean;
  readonly accounts: number;
  readonly families: number;
  readonly strategies: readonly StrategyPlan[];
  readonly equityUsd: number;
  readonly marginUsd: number;
  readonly worstLossUsd: number;
  /** In the busiest family. */
  readonly creditsPerMinute: number;
  readonly usableCreditsPerMinute: number;
  readonly conflicts: readonly string[];
}

const FAMILY_CREDITS = 300;
const TIMEOUT_MS = 10_000;
/** The move against every position at once that the worst loss assumes. */
const WORST_MOVE = 0.2;

/** Looks at the venue and at what the configuration may do there; sends no order. */
export async function preflight(
  host: Host,
  config: DeskConfig,
  rest: string,
  where: string,
  accounts: readonly DeskAccount[],
): Promise<Preflight> {
  const markets = await fetchMarkets(host, rest, config.markets);
  checkMarkets(
    config,
    markets.map((market) => market.symbol),
    where,
  );
  const equities = await Promise.all(accounts.map((account) => equityUsd(host, rest, account)));
  const plans = config.strategies.map(planOf);
  const position = (name: string): number =>
    plans.find((_, i) => config.strategies[i]?.accounts.includes(name))?.largestPositionUsd ?? 0;
  const gross = config.accounts.map((account) => position(account.name));
  const leverage = config.leverage ?? Math.min(...markets.map((market) => market.maxLeverage));
  const total = (list: readonly number[]): number => Math.round(list.reduce((a, b) => a + b, 0));
  const usable = FAMILY_CREDITS - config.creditReserve;
  const credits = busiestFamily(config, plans, accounts, usable);
  const conflicts = [
    ...sizeConflicts(config, plans, equities),
    ...gross.flatMap((value, i) =>
      value / leverage > (equities[i] ?? 0)
        ? `account ${config.accounts[i]?.name} may need $${Math.round(value / leverage)} of margin and has $${Math.round(equities[i] ?? 0)}`
        : [],
    ),
    ...(credits > usable
      ? [`one family may want ${credits} credits a minute, ${usable} are usable`]
      : []),
  ];
  return {
    ok: conflicts.length === 0,
    accounts: accounts.length,
    families: new Set(accounts.map(({ identity }) => identity.family)).size,
    strategies: plans,
    equityUsd: total(equities),
    marginUsd: total(gross.map((value) => value / leverage)),
    worstLossUsd: total(gross.map((value) => value * WORST_MOVE)),
    creditsPerMinute: credits,
    usableCreditsPerMinute: usable,
    conflicts,
  };
}

function planOf(strategy: StrategyConfig): StrategyPlan {
  const accounts = strategy.accounts.length;
  const common = { name: strategy.name, accounts };
  switch (strategy.kind) {
    case 'spread': {
      const leg = strategy.legUsd * strategy.bands.length;
      // Every band crossed once a minute, both legs of every account: a busy minute, not the limit.
      const creditsPerMinute = accounts * 2 * strategy.bands.length;
      return {
        ...common,
        ordersAtOnce: accounts * 2,
        largestOrderUsd: leg,
        largestPositionUsd: leg * 2,
        creditsPerMinute,
      };
    }
    case 'time-based': {
      const slices = Math.ceil(strategy.durationSeconds / strategy.sliceSeconds);
      return {
        ...common,
        ordersAtOnce: accounts,
        largestOrderUsd: Math.ceil(strategy.usd / slices),
        largestPositionUsd: strategy.usd,
        creditsPerMinute: Math.ceil((accounts * 60) / strategy.sliceSeconds),
      };
    }
    case 'market-making': {
      const quotes = accounts * strategy.markets.length * 2;
      return {
        ...common,
        ordersAtOnce: quotes,
        largestOrderUsd: strategy.quoteUsd,
        largestPositionUsd:
          (strategy.maxInventoryUsd + strategy.quoteUsd) * strategy.markets.length,
        // A move is a cancel (half a credit) and a new order (one).
        creditsPerMinute: Math.ceil((quotes * 1.5 * 60) / strategy.refreshSeconds),
      };
    }
  }
}

function sizeConflicts(
  config: DeskConfig,
  plans: readonly StrategyPlan[],
  equities: readonly number[],
): string[] {
  return config.strategies.flatMap((strategy, i) => {
    const orderUsd = plans[i]?.largestOrderUsd ?? 0;
    return strategy.accounts.flatMap((name) => {
      const equity = equities[config.accounts.findIndex((account) => account.name === name)] ?? 0;
      const limit = (equity * config.limits.maxOrderPercent) / 100;
      return orderUsd > limit
        ? `${strategy.name} may send orders of $${orderUsd} in account ${name}, whose limit is $${Math.round(limit)} (${config.limits.maxOrderPercent} % of its equity)`
        : [];
    });
  });
}

function busiestFamily(
  config: DeskConfig,
  plans: readonly StrategyPlan[],
  accounts: readonly DeskAccount[],
  usable: number,
): number {
  const families = new Set(accounts.map(({ identity }) => identity.family));
  const wanted = [...families].map((family) => {
    const of = (isWanted: (strategy: StrategyConfig) => boolean): number =>
      config.strategies
        .map((strategy, i) => {
          const each = (plans[i]?.creditsPerMinute ?? 0) / strategy.accounts.length;
          const here = accounts.filter(
            ({ identity }) =>
              identity.family === family && strategy.accounts.includes(identity.name),
          );
          return isWanted(strategy) ? each * here.length : 0;
        })
        .reduce((sum, credits) => sum + credits, 0);
    // Quotes stay where they are once the family has less than that share left.
    const quotes = Math.min(
      of(({ kind }) => kind === 'market-making'),
      usable * (1 - MIN_CREDIT_SHARE),
    );
    return of(({ kind }) => kind !== 'market-making') + quotes;
  });
  return Math.ceil(Math.max(0, ...wanted));
}

async function equityUsd(host: Host, rest: string, account: DeskAccount): Promise<number> {
  const reading = { markets: new MarketIndex([]), onBadRow: raise };
  const client = new RestClient(host.transport, rest, TIMEOUT_MS, reading);
  try {
    const family = client.family(account.key.apiKey);
    const { address, name } = account.identity;
    const outcome = await new AccountClient(family, host.clock).read('account', {
      account: address,
    });
    if (outcome.kind === 'ok') return outcome.value.equityMicro / 1e6;
    if (outcome.kind === 'refused' && outcome.reason !== 'unreachable') {
      throw new BreakwaterError('EXCHANGE_REFUSED', `account ${name}: ${outcome.message}`);
    }
    throw new BreakwaterError(
      'EXCHANGE_UNREACHABLE',
      `cannot reach the exchange at ${rest}: ${outcome.message}`,
    );
  } finally {
    await client.close();
  }
}
