import type { z } from 'zod';
import type { deskSchema } from './deskConfig.ts';

/** A configuration as people write it: defaults may be left out. */
export type DeskConfigInput = z.input<typeof deskSchema>;

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
      ...(timeBased.length > 0 ? [{ ...TIME_BASED, accounts: timeBased }] : []),
      ...(makers.length > 0 ? [{ ...MARKET_MAKING, accounts: makers }] : []),
    ],
  };
}

const SPREAD = {
  kind: 'spread',
  name: 'btc-eth',
  legs: ['BTC', 'ETH'],
  windowMinutes: 240,
  bands: [0.75, 1.25, 1.75, 2.25],
  exitGap: 0.5,
  legUsd: 1000,
  slippageBps: 10,
  rebalancePercent: 0.6,
  evaluateSeconds: 1,
} as const;

const TIME_BASED = {
  kind: 'time-based',
  name: 'accumulate-btc',
  market: 'BTC',
  side: 'buy',
  usd: 24_000,
  durationSeconds: 60,
  sliceSeconds: 6,
  slippageBps: 10,
} as const;

const MARKET_MAKING = {
  kind: 'market-making',
  name: 'quotes',
  markets: ['BTC', 'ETH'],
  quoteUsd: 1500,
  halfSpreadBps: 4,
  maxInventoryUsd: 9000,
  skewBps: 4,
  toleranceBps: 2,
  refreshSeconds: 6,
} as const;
