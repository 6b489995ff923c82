import type { z } from 'zod';
import type { deskSchema } from './deskConfig.ts';

/** A configuration as people write it: defaults may be left out. */
export type DeskConfigInput = z.input<typeof deskSchema>;

type StrategyInput = DeskConfigInput['strategies'][number];

/**
 * The configuration of the demo for `count` accounts (at least 2): seven tenths of them trade the
 * BTC/ETH ratio as one target, the rest is split between a time-based buyer and a market maker.
 */
export function sampleConfig(count: number): DeskConfigInput {
  const names = Array.from({ length: count }, (_, i) => `a${String(i + 1).padStart(2, '0')}`);
  const spreadCount = Math.max(1, Math.round(count * 0.7));
  const timeCount = Math.floor((count - spreadCount) / 2);
  const spread = names.slice(0, spreadCount);
  const timeBased = names.slice(spreadCount, spreadCount + timeCount);
  const makers = names.slice(spreadCount + timeCount);
  return {
    $schema: '../schemas/desk.schema.json',
    desk: 'demo',
    venue: { kind: 'simulated', exchangeFile: 'exchange.json' },
    log: 'demo-audit.jsonl',
    markets: ['BTC', 'ETH'],
    leverage: 10,
    accounts: names.map((name) => ({ name })),
    strategies: [
      { ...SPREAD, accounts: spread },
      { ...TIME_BASED, accounts: timeBased },
      { ...MARKET_MAKING, accounts: makers },
    ].filter((strategy) => strategy.accounts.length > 0),
  };
}

const SPREAD: StrategyInput = {
  kind: 'spread',
  name: 'btc-eth',
  accounts: [],
  legs: ['BTC', 'ETH'],
  windowMinutes: 240,
  bands: [1, 1.75, 2.5],
  exitGap: 0.75,
  legUsd: 1500,
  slippageBps: 30,
  rebalancePercent: 0.6,
  evaluateSeconds: 2,
};

const TIME_BASED: StrategyInput = {
  kind: 'time-based',
  name: 'accumulate-eth',
  accounts: [],
  market: 'ETH',
  side: 'buy',
  usd: 3000,
  durationSeconds: 60,
  sliceSeconds: 6,
  slippageBps: 30,
};

const MARKET_MAKING: StrategyInput = {
  kind: 'market-making',
  name: 'quotes',
  accounts: [],
  markets: ['BTC', 'ETH'],
  quoteUsd: 1500,
  halfSpreadBps: 8,
  maxInventoryUsd: 9000,
  skewBps: 4,
  toleranceBps: 3,
  refreshSeconds: 5,
};
