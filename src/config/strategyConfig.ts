import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and "-"')
  .describe('Name of the strategy, unique in the configuration.');
const accounts = z
  .array(z.string())
  .min(1, 'expected at least one account name')
  .describe('Names of the accounts it trades in. An account belongs to one strategy.');
const usd = z.number().positive('expected a positive dollar amount').max(5_000_000);
const bps = z.number().positive('expected a positive number of basis points').max(1000);
const seconds = z.number().positive('expected a positive number of seconds').max(86_400);
const onConflict = z
  .enum(['BLOCK_NEW', 'CLAMP', 'CANCEL_RESTING', 'CANCEL_BOTH'])
  .default('BLOCK_NEW')
  .describe('What happens to a new order that could match an order of equal or higher precedence.');

const spread = z
  .strictObject({
    kind: z.literal('spread'),
    name,
    accounts,
    legs: z
      .tuple([z.string(), z.string()])
      .refine(([a, b]) => a !== b, 'expected two different markets')
      .describe('The two markets. The signal is the log ratio of the first to the second.'),
    windowMinutes: z.number().int().min(10).max(4000).describe('Bars in the mean and deviation.'),
    bands: z
      .array(z.number().positive())
      .min(1)
      .max(10)
      .refine(
        (list) => list.every((b, i) => i === 0 || b > (list[i - 1] ?? 0)),
        'expected rising z-scores',
      )
      .describe('Ladder of z-scores; each band reached adds one step of size.'),
    exitGap: z
      .number()
      .positive()
      .describe('A step is closed when z falls this far below its band.'),
    legUsd: usd.describe('Dollars per leg, band and account.'),
    slippageBps: bps.describe('How far through the best price a leg may trade.'),
    rebalancePercent: z
      .number()
      .min(0.2)
      .max(20)
      .describe(
        'The larger leg is trimmed when the net of the two exceeds this share of their gross.',
      ),
    evaluateSeconds: seconds.describe('How often the ladder is read.'),
    onConflict,
  })
  .describe('BTC/ETH and the like: equal-notional legs on a ladder of z-score bands.');

const timeBased = z
  .strictObject({
    kind: z.literal('time-based'),
    name,
    accounts,
    market: z.string().describe('Symbol of the market.'),
    side: z.enum(['buy', 'sell']).describe('Which way it trades.'),
    usd: usd.describe('Dollars to trade in each account, at the price when it starts.'),
    durationSeconds: seconds.describe('Time over which the dollars are traded.'),
    sliceSeconds: seconds.describe('Time between two slices; every slice is the same size.'),
    slippageBps: bps.describe('How far through the best price a slice may trade.'),
    onConflict,
  })
  .describe('One parent order per account, worked in equal slices over a time (TWAP).');

const marketMaking = z
  .strictObject({
    kind: z.literal('market-making'),
    name,
    accounts,
    markets: z.array(z.string()).min(1).describe('Symbols of the markets to quote.'),
    quoteUsd: usd.describe('Dollars of each quote.'),
    halfSpreadBps: bps.describe('Distance of each quote from the skewed mid.'),
    maxInventoryUsd: usd.describe('At this inventory the side that would add to it is withdrawn.'),
    skewBps: z.number().min(0).max(1000).describe('Shift of both quotes at full inventory.'),
    toleranceBps: bps.describe(
      'A quote stays while it is within this distance of where it should be.',
    ),
    refreshSeconds: seconds.describe('A quote is moved at most this often.'),
    onConflict,
  })
  .describe('Post-only quotes around the mid with an inventory skew.');

export const strategySchema = z.discriminatedUnion('kind', [spread, timeBased, marketMaking]);
export type StrategyConfig = z.infer<typeof strategySchema>;
export type SpreadConfig = z.infer<typeof spread>;
export type TimeBasedConfig = z.infer<typeof timeBased>;
export type MarketMakingConfig = z.infer<typeof marketMaking>;
export type ConflictAction = StrategyConfig['onConflict'];
