import { DEFAULT_SETTINGS, type ExchangeSettings } from '../../src/exchange/settings.ts';
import { markdownTable } from './regions.ts';

/**
 * Where each default comes from. `published`: the exchange documents it. `observed`: its clients saw
 * it. `guess`: neither says, so it is our choice. `ours`: a matter of the simulation alone.
 */
const BASIS: Readonly<Record<keyof ExchangeSettings, 'published' | 'observed' | 'guess' | 'ours'>> =
  {
    takerDelayMs: 'published',
    bookPushMs: 'published',
    bookLevels: 'published',
    accountInfoPushMs: 'guess',
    stpScope: 'published',
    postOnlyFirst: 'guess',
    aloCross: 'guess',
    remainderEvent: 'guess',
    bidFloorPercent: 'observed',
    bidCeilingPercent: 'observed',
    askFloorPercent: 'guess',
    askCeilingPercent: 'guess',
    marketNotionalAt: 'guess',
    openOrderLimit: 'guess',
    reduceOnlyMinimum: 'guess',
    editAmount: 'guess',
    defaultTrigger: 'published',
    stopSlippagePercent: 'guess',
    triggeredDelay: 'guess',
    triggerFailureEvent: 'guess',
    stopWithoutAmount: 'observed',
    partialParent: 'guess',
    positionTpslLimit: 'guess',
    closedPositionTpsl: 'guess',
    twapLeastSeconds: 'guess',
    twapIntervalMs: 'published',
    twapCatchUp: 'published',
    twapsPerSymbol: 'guess',
    clientIdScope: 'guess',
    feeRounding: 'guess',
    signatureFailure: 'observed',
    defaultExpiryMs: 'published',
    futureTimestamps: 'guess',
    apiKeySigner: 'observed',
    transferSigner: 'guess',
    agentKeyLimit: 'observed',
    agentIpLimit: 'guess',
    apiKeyLimit: 'published',
    subaccountLimit: 'observed',
    minTransferDollars: 'observed',
    siblingTransfers: 'guess',
    tradeHistoryDays: 'observed',
    wallClockCandles: 'ours',
    emptyHistory: 'observed',
    refuseGetBodies: 'published',
    batchMixedAccounts: 'guess',
    batchCost: 'guess',
    unidentifiedQuotaTenths: 'published',
    heavyGetTenths: 'published',
    heavyGetUnidentifiedTenths: 'published',
    maxBytes: 'observed',
    maxBodyBytes: 'ours',
    connectionsPerPeer: 'published',
    subscriptionsPerChannel: 'published',
    idleCloseMs: 'published',
    lifetimeMs: 'published',
    slowReaderBytes: 'ours',
    snapshotsNameAccount: 'published',
    oracleIntervalMs: 'published',
    fundingSampleMs: 'published',
    impactDollarsMajor: 'published',
    impactDollars: 'published',
    fundingPrice: 'guess',
    positionFunding: 'guess',
    feeTierClock: 'guess',
    liquidationChunkMs: 'guess',
    liquidationChunks: 'published',
    liquidationChunkDollars: 'published',
    liquidationEdgeTicks: 'guess',
    equitySampleMs: 'ours',
    recentTrades: 'guess',
    historyRows: 'ours',
  };

/** Every setting of the simulated exchange with its default and where that comes from. */
export function venueSettingRows(source: string): string {
  const meanings = meaningsIn(source);
  const rows = Object.entries(DEFAULT_SETTINGS).map(([name, value]) => {
    const meaning = meanings.get(name);
    if (meaning === undefined) throw new Error(`${name} has no comment of one line above it`);
    return [`\`${name}\``, `\`${value}\``, BASIS[name as keyof ExchangeSettings], meaning];
  });
  return markdownTable(['setting', 'default', 'basis', 'meaning'], rows);
}

/** The comment above each member of the interface. */
function meaningsIn(source: string): Map<string, string> {
  const members = source.matchAll(/^ {2}\/\*\* (.+) \*\/\n {2}readonly (\w+):/gm);
  return new Map([...members].map(([, meaning = '', name = '']) => [name, meaning]));
}
