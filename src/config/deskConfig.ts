import { z } from 'zod';
import { decodeBase58 } from '../protocol/base58.ts';
import { strategySchema } from './strategyConfig.ts';

/** Ceilings that configuration may only lower. */
const CEILINGS = {
  /** An opening's notional, percent of the account's equity. */
  maxOrderPercent: 10,
  /** Distance of a limit price from the reference. */
  collarBps: 200,
  /** Distance for orders that reduce. */
  reduceCollarBps: 500,
} as const;

/** The reach of a pair's chases and unwinds grows with their attempts up to so many times. */
export const MOST_REACH = 3;

/** What the desk's own closing orders need: they reach 50 basis points, and the price moves. */
const LEAST_REDUCE_COLLAR_BPS = 100;

const account = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'expected letters, digits, ".", "_" or "-"')
    .describe('Name by which strategies and sentences call the account.'),
  address: z
    .string()
    .refine((text) => decodeBase58(text, 32) !== undefined, 'expected 32 bytes in base58')
    .optional()
    .describe(
      'Base58 address. With a simulated venue it may be left out: its accounts are taken in order.',
    ),
});

const venue = z
  .strictObject({
    kind: z
      .enum(['simulated', 'testnet', 'mainnet'])
      .describe('Kind of exchange. This version trades on simulated ones only.'),
    exchangeFile: z
      .string()
      .optional()
      .describe(
        'Simulated venue: the file holding the JSON line that `breakwater exchange` printed.',
      ),
    rest: z
      .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
      .refine((url) => url.endsWith('/api/v1'), 'expected a URL that ends in /api/v1')
      .optional()
      .describe('Base URL that ends in /api/v1; taken from exchangeFile when absent.'),
    ws: z
      .url({ protocol: /^wss?$/, error: 'expected a ws or wss URL' })
      .optional()
      .describe('URL of the WebSocket; taken from exchangeFile when absent.'),
    expiryWindowMs: z
      .number()
      .int()
      .min(500)
      .max(30_000)
      .default(2000)
      .describe('How long after its signature the exchange may still admit an order.'),
    takerDelayMs: z
      .number()
      .int()
      .min(0)
      .max(5000)
      .default(200)
      .describe('How long the exchange holds back orders that may take.'),
  })
  .describe('Where the desk trades.');

const limits = z
  .strictObject({
    maxOrderPercent: z
      .number()
      .min(0.01)
      .max(CEILINGS.maxOrderPercent, `expected at most ${CEILINGS.maxOrderPercent}, the ceiling`)
      .default(CEILINGS.maxOrderPercent)
      .describe("Largest opening order, percent of the account's equity, at its worst price."),
    collarBps: z
      .number()
      .int()
      .positive()
      .max(CEILINGS.collarBps, `expected at most ${CEILINGS.collarBps}, the ceiling`)
      .default(100)
      .describe('How far from the reference price an opening may be.'),
    reduceCollarBps: z
      .number()
      .int()
      .min(LEAST_REDUCE_COLLAR_BPS)
      .max(CEILINGS.reduceCollarBps, `expected at most ${CEILINGS.reduceCollarBps}, the ceiling`)
      .default(300)
      .describe('The same for orders that only reduce a position.'),
    maxReferenceAgeMs: z
      .number()
      .int()
      .positive()
      .max(60_000)
      .default(5000)
      .describe('Oldest reference price by which an order is judged.'),
  })
  .describe('Pre-trade limits. Configuration can lower the ceilings, never raise them.');

const pairs = z
  .strictObject({
    legTimeoutMs: z
      .number()
      .int()
      .min(500)
      .max(10_000)
      .default(1500)
      .describe('A leg without an ending for this long is cancelled and looked up.'),
    chaseAttempts: z
      .number()
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('Attempts to fill the lagging leg before the leading one is unwound.'),
    chaseSlippageBps: z
      .number()
      .positive()
      .max(200)
      .default(20)
      .describe(
        'How far through the best price the lagging leg is chased first; later up to 3 times.',
      ),
    unwindSlippageBps: z
      .number()
      .positive()
      .max(400)
      .default(50)
      .describe(
        'How far through the best price the leading leg is unwound first; later up to 3 times.',
      ),
  })
  .describe('How order pairs end when one leg lags.');

export const deskSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Path of the JSON Schema, for editors.'),
    desk: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and "-"')
      .describe('Name of the desk; part of the name of every order.'),
    venue,
    log: z
      .string()
      .default('audit.jsonl')
      .describe('The audit log, relative to the configuration.'),
    markets: z.array(z.string()).min(1).max(16).describe('Symbols of the markets to trade.'),
    leverage: z.number().int().min(1).max(50).optional().describe('Set in every market at start.'),
    accounts: z.array(account).min(1).max(1000).describe('The accounts of the desk, one owner.'),
    outsideAccounts: z
      .array(
        z
          .string()
          .refine((text) => decodeBase58(text, 32) !== undefined, 'expected 32 bytes in base58'),
      )
      .max(16)
      .default([])
      .describe(
        'Base58 addresses of other accounts of the same owner: the desk does not trade them, and counts what rests in them.',
      ),
    limits: limits.prefault({}),
    pairs: pairs.prefault({}),
    creditReserve: z
      .number()
      .int()
      .min(20)
      .max(150)
      .default(50)
      .describe("Credits of each family's 300 that only cancels and kills may use."),
    strategies: z.array(strategySchema).max(64).describe('What trades, and in which accounts.'),
  })
  .describe('A Breakwater desk.');

export type DeskConfig = z.infer<typeof deskSchema>;
