import type { TriggerPrice } from '../protocol/operations/orders/stopOrderInfo.ts';
import type { Rounding } from '../std/integers.ts';

/**
 * Everything that the documents leave open, or that a test wants otherwise. The defaults are those
 * of the reference; `nonDefaultSettings` names every other value, so that a report can show them.
 */
export interface ExchangeSettings {
  /** Wait of market, GTC and IOC orders before they reach the book, ms. */
  readonly takerDelayMs: number;
  /** Interval of book snapshots and of all other coalesced pushes, ms. */
  readonly bookPushMs: number;
  /** Levels per side in a book. */
  readonly bookLevels: number;
  /** Interval at which `account_info` is sent without an event, ms. */
  readonly accountInfoPushMs: number;
  /** Whose orders never trade with each other. */
  readonly stpScope: 'account' | 'family';
  /** Whether a post-only order that would meet only own orders is rejected before they are removed. */
  readonly postOnlyFirst: boolean;
  /** How a crossing ALO order ends: accepted, then an event; or refused at once. */
  readonly aloCross: 'event' | 'refuse';
  /** Event that ends what is left of an IOC or market order. */
  readonly remainderEvent: 'cancel' | 'expired';
  /** Lowest price of a bid, percent of the mark price. */
  readonly bidFloorPercent: number;
  /** Highest price of a bid, percent of the mark price. */
  readonly bidCeilingPercent: number;
  /** Lowest price of an ask, percent of the mark price. */
  readonly askFloorPercent: number;
  /** Highest price of an ask, percent of the mark price. */
  readonly askCeilingPercent: number;
  /** Price at which a market order's notional is measured. */
  readonly marketNotionalAt: 'mark' | 'band';
  /** Open orders per account. */
  readonly openOrderLimit: number;
  /** Whether the minimum notional also holds for reduce-only orders. */
  readonly reduceOnlyMinimum: 'same' | 'none';
  /** What the amount of an edit means: of the new order, so of what is left, or of both, fills included. */
  readonly editAmount: 'total' | 'remaining';
  /** Price that pulls a trigger whose source is not named: the documents' or the engine's. */
  readonly defaultTrigger: TriggerPrice;
  /** Slippage that a triggered market order may take, percent of the mark price. */
  readonly stopSlippagePercent: number;
  /** Whether a triggered order that may take waits the taker delay. */
  readonly triggeredDelay: boolean;
  /** Event that ends a triggered order that a check then turns down. */
  readonly triggerFailureEvent: 'force_cancel' | 'cancel' | 'expired';
  /** A stop order without an amount: as large as the position then is, or refused. */
  readonly stopWithoutAmount: 'refuse' | 'position';
  /** Attached take-profit and stop-loss when their order ends with a part filled. */
  readonly partialParent: 'arm' | 'cancel';
  /** Waiting take-profit and stop-loss orders of one position. */
  readonly positionTpslLimit: number;
  /** Take-profit and stop-loss of a position that was closed. */
  readonly closedPositionTpsl: 'cancel' | 'keep';
  /** Shortest TWAP order, seconds. */
  readonly twapLeastSeconds: number;
  /** Interval of a TWAP order's market orders, ms. */
  readonly twapIntervalMs: number;
  /** How many times its planned size a late market order of a TWAP may have. */
  readonly twapCatchUp: number;
  /** Unfinished TWAP orders of one account in one market. */
  readonly twapsPerSymbol: number;
  /** How long a client order id stays taken. */
  readonly clientIdScope: 'forever' | 'open';
  /** How a fee is rounded to the micro-dollar. */
  readonly feeRounding: Rounding;
  /** Body of a signature failure: the bare text, or the newer envelope with an error id. */
  readonly signatureFailure: 'bare' | 'envelope';
  /** Window of a request that names none, ms. */
  readonly defaultExpiryMs: number;
  /** A timestamp ahead of the exchange's clock: accepted up to its own window, or refused. */
  readonly futureTimestamps: 'within-window' | 'refuse';
  /** Whether an agent key may make, list and revoke API config keys, or the owner's key alone. */
  readonly apiKeySigner: 'agent' | 'owner';
  /** Whether an agent key may move money within its family, or the owner's key alone. */
  readonly transferSigner: 'agent' | 'owner';
  /** Agent keys of one account. */
  readonly agentKeyLimit: number;
  /** IP addresses on the whitelist of one agent key. */
  readonly agentIpLimit: number;
  /** API config keys of one account. */
  readonly apiKeyLimit: number;
  /** Subaccounts of a main account. */
  readonly subaccountLimit: number;
  /** Least amount of a transfer within a family, dollars. */
  readonly minTransferDollars: number;
  /** Whether money may go from one subaccount to another without the main account between. */
  readonly siblingTransfers: boolean;
  /** Longest time range of `GET /trades/history`, days. */
  readonly tradeHistoryDays: number;
  /** Whether candles asked for by the wall clock, long after the tape, are those that end now. */
  readonly wallClockCandles: boolean;
  /** What a history without a row answers: an empty page, or 504 as real clients have met. */
  readonly emptyHistory: 'page' | 'timeout';
  /** Whether a GET that announces a body, even an empty one, is answered 403 with a page of HTML. */
  readonly refuseGetBodies: boolean;
  /** Whether the actions of a batch may belong to different accounts. */
  readonly batchMixedAccounts: boolean;
  /** What a batch costs: the sum of its actions, or one request. */
  readonly batchCost: 'sum' | 'request';
  /** Credits per 60 s without an API config key, in tenths. */
  readonly unidentifiedQuotaTenths: number;
  /** Cost of a heavy GET with an API config key, in tenths. */
  readonly heavyGetTenths: number;
  /** Cost of a heavy GET without one, in tenths. */
  readonly heavyGetUnidentifiedTenths: number;
  /** Longest WebSocket frame, bytes. */
  readonly maxBytes: number;
  /** Longest request body, bytes: ten signed orders of any client are longer than a frame. */
  readonly maxBodyBytes: number;
  /** WebSockets that one peer may have open. */
  readonly connectionsPerPeer: number;
  /** Subscriptions of one channel on one WebSocket. */
  readonly subscriptionsPerChannel: number;
  /** A WebSocket that has said nothing for so long is closed, ms. */
  readonly idleCloseMs: number;
  /** A WebSocket of this age is closed, ms. */
  readonly lifetimeMs: number;
  /** A connection with more unsent bytes than this is cut. */
  readonly slowReaderBytes: number;
  /** Whether snapshot channels name their account; the documented payload does not. */
  readonly snapshotsNameAccount: boolean;
  /** Interval of the oracle price, ms of tape time. */
  readonly oracleIntervalMs: number;
  /** Interval at which the funding premium is sampled, ms of tape time. */
  readonly fundingSampleMs: number;
  /** Notional that the impact prices of BTC and ETH are taken at, dollars. */
  readonly impactDollarsMajor: number;
  /** The same for every other market. */
  readonly impactDollars: number;
  /** Price that funding is paid on. */
  readonly fundingPrice: 'oracle' | 'mark';
  /** What a position's `funding` counts: what it got, so that paying is negative, or what it paid. */
  readonly positionFunding: 'got' | 'paid';
  /** Whose days end when the fee levels are set anew. */
  readonly feeTierClock: 'wall' | 'tape';
  /** Wait between the chunks of a market liquidation, ms. */
  readonly liquidationChunkMs: number;
  /** Chunks of a position that is too large to be liquidated in one. */
  readonly liquidationChunks: number;
  /** A position of less than this, times the market's maximum leverage, is one chunk; dollars. */
  readonly liquidationChunkDollars: number;
  /** How much better than the backstop price a liquidation's orders are, ticks. */
  readonly liquidationEdgeTicks: number;
  /** Interval of the equity figures behind `GET /portfolio`, ms of wall time. */
  readonly equitySampleMs: number;
  /** Rows of `GET /trades`. */
  readonly recentTrades: number;
  /** Rows that each history keeps per account; the oldest go first. */
  readonly historyRows: number;
}

export const DEFAULT_SETTINGS: ExchangeSettings = {
  takerDelayMs: 200,
  bookPushMs: 250,
  bookLevels: 10,
  accountInfoPushMs: 3000,
  stpScope: 'account',
  postOnlyFirst: true,
  aloCross: 'event',
  remainderEvent: 'cancel',
  bidFloorPercent: 10,
  bidCeilingPercent: 130,
  askFloorPercent: 70,
  askCeilingPercent: 190,
  marketNotionalAt: 'mark',
  openOrderLimit: 500,
  reduceOnlyMinimum: 'same',
  editAmount: 'remaining',
  defaultTrigger: 'mark_price',
  stopSlippagePercent: 10,
  triggeredDelay: false,
  triggerFailureEvent: 'force_cancel',
  stopWithoutAmount: 'position',
  partialParent: 'arm',
  positionTpslLimit: 20,
  closedPositionTpsl: 'cancel',
  twapLeastSeconds: 30,
  twapIntervalMs: 30_000,
  twapCatchUp: 3,
  twapsPerSymbol: 10,
  clientIdScope: 'forever',
  feeRounding: 'half-up',
  signatureFailure: 'bare',
  defaultExpiryMs: 30_000,
  futureTimestamps: 'within-window',
  apiKeySigner: 'agent',
  transferSigner: 'agent',
  agentKeyLimit: 20,
  agentIpLimit: 100,
  apiKeyLimit: 5,
  subaccountLimit: 10,
  minTransferDollars: 10,
  siblingTransfers: false,
  tradeHistoryDays: 30,
  wallClockCandles: true,
  emptyHistory: 'page',
  refuseGetBodies: true,
  batchMixedAccounts: true,
  batchCost: 'sum',
  unidentifiedQuotaTenths: 1000,
  heavyGetTenths: 40,
  heavyGetUnidentifiedTenths: 120,
  maxBytes: 4096,
  maxBodyBytes: 16_384,
  connectionsPerPeer: 100,
  subscriptionsPerChannel: 20,
  idleCloseMs: 60_000,
  lifetimeMs: 86_400_000,
  slowReaderBytes: 1_048_576,
  snapshotsNameAccount: false,
  oracleIntervalMs: 3000,
  fundingSampleMs: 5000,
  impactDollarsMajor: 20_000,
  impactDollars: 6000,
  fundingPrice: 'oracle',
  positionFunding: 'got',
  feeTierClock: 'wall',
  liquidationChunkMs: 200,
  liquidationChunks: 5,
  liquidationChunkDollars: 2000,
  liquidationEdgeTicks: 1,
  equitySampleMs: 60_000,
  recentTrades: 100,
  historyRows: 100_000,
};

/** A setting that differs from the reference's default. */
export interface ChangedSetting {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly byDefault: string | number | boolean;
}

/** The settings that are not the reference's defaults, in the order of {@link ExchangeSettings}. */
export function nonDefaultSettings(settings: ExchangeSettings): ChangedSetting[] {
  const names = Object.keys(DEFAULT_SETTINGS) as (keyof ExchangeSettings)[];
  return names
    .filter((name) => settings[name] !== DEFAULT_SETTINGS[name])
    .map((name) => ({ name, value: settings[name], byDefault: DEFAULT_SETTINGS[name] }));
}
