import { AuditLog } from '../audit/auditLog.ts';
import { PastOrders, type PresentNumbers } from '../audit/pastOrders.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import { Desk } from '../desk/desk.ts';
import type { DeskNotice } from '../desk/deskCommand.ts';
import { Kernel } from '../desk/kernel.ts';
import { MarketIndex } from '../protocol/marketIndex.ts';
import type { Host } from '../std/host.ts';
import { AgentSigner } from '../vault/agentSigner.ts';
import { fetchMarkets } from '../venue/fetchMarkets.ts';
import { Venue } from '../venue/venue.ts';
import type { VenueSettings } from '../venue/venueSettings.ts';
import { checkMarkets } from './checkMarkets.ts';
import { matchAccounts } from './deskAccounts.ts';
import type { ExchangeFile } from './exchangeFile.ts';
import { HostTimers } from './hostTimers.ts';
import { sealAndLoad } from './sessionVault.ts';

export interface StartOptions {
  readonly config: DeskConfig;
  /** The configuration's text as it was read; its hash goes into the log. */
  readonly configText: string;
  /** Name of the configuration in sentences, usually its file. */
  readonly where: string;
  readonly exchange: ExchangeFile;
  readonly logPath: string;
  readonly vaultPath: string;
  readonly version: string;
  /** What differs from the usual times and limits of the connections. */
  readonly sessions?: Partial<VenueSettings>;
  /** One sentence for everything that a person watching wants to know. */
  readonly onNotice: (sentence: string) => void;
}

/** How the orderly end went. */
export interface StopResult {
  readonly clean: boolean;
  readonly sentence: string;
}

/** A desk that runs on a host. */
export interface RunningDesk {
  readonly kernel: Kernel;
  readonly logPath: string;
  readonly epoch: number;
  /** Resolves once strategies trade. */
  readonly running: Promise<void>;
  /** Resolves when a stop or close has been carried out and verified. */
  readonly stopped: Promise<StopResult>;
  /** Starts the orderly end; asking again changes nothing. */
  stop(how: 'stop' | 'close', reason: string): void;
  /** Closes connections, log and keys, once. After `stopped`, or when nothing is left to save. */
  dispose(): Promise<void>;
}

/** The gate looks back a day; a little more, because its order may have been decided before it ended. */
const PAST_MS = 25 * 3_600_000;

/**
 * Puts a kernel and its adapters together on a host and starts it. Everything that can be wrong with
 * the configuration, the keys or the log is said before anything is sent to be traded: rejects with
 * `CONFIG_INVALID`, `KEY_INVALID`, `VAULT_INVALID`, `LOG_INVALID`, `LOCKED`, `EXCHANGE_UNREACHABLE`.
 */
export async function startDesk(host: Host, options: StartOptions): Promise<RunningDesk> {
  const { config, exchange, where } = options;
  const accounts = matchAccounts(config, exchange, where);
  const markets = await fetchMarkets(host, exchange.rest, config.markets);
  checkMarkets(
    config,
    markets.map((market) => market.symbol),
    where,
  );
  const index = new MarketIndex(markets);
  const keys = await sealAndLoad(host, options.vaultPath, accounts);
  const jitterSeed = host.random.uint32();
  const numbers: PresentNumbers = {
    accounts: [...accounts.map(({ identity }) => identity.address), ...config.outsideAccounts],
    markets: markets.map(({ symbol }) => symbol),
    configHash: host.crypto.sha256Hex(options.configText),
  };
  const past = new PastOrders(numbers, host.clock.wallMs() - PAST_MS);
  const log = await openLog(host, options, jitterSeed, numbers, past).catch((refusal: unknown) => {
    for (const key of keys) key.destroy();
    throw refusal;
  });
  const families = [...new Set(accounts.map(({ identity }) => identity.family))].map((index) => ({
    index,
    apiKey: accounts.find(({ identity }) => identity.family === index)?.key.apiKey,
  }));
  const kernel = new Kernel({
    config,
    markets,
    accounts: accounts.map(({ identity }) => identity),
    families: families.length,
    keyless: new Set(families.flatMap(({ apiKey, index: i }) => (apiKey === undefined ? [i] : []))),
    epoch: log.epoch,
    jitterSeed,
    past: past.orders,
    nextSeq: log.nextSeq,
    sha256: host.crypto.sha256Hex,
  });
  const desk = new Desk(kernel);
  const signer = new AgentSigner(
    accounts.map(({ identity }, i) => ({ address: identity.address, key: keyAt(keys, i) })),
    index,
    config.venue.expiryWindowMs,
  );
  const venue = new Venue(
    host,
    {
      restUrl: exchange.rest,
      wsUrl: exchange.ws,
      markets: index,
      families,
      accounts: accounts.map(({ identity }) => identity),
      publicChannels: ['prices', 'book', 'candle'],
      onNotice: options.onNotice,
      ...(options.sessions === undefined ? {} : { settings: options.sessions }),
    },
    desk,
  );
  const timers = new HostTimers(host.clock, host.timers, (id) => desk.timer(id));
  const running = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<StopResult>();
  const notice = (news: DeskNotice): void => {
    if (news.of === 'running') running.resolve();
    else if (news.of === 'stopped') stopped.resolve(news);
    else options.onNotice(news.sentence);
  };
  desk.connect({ clock: host.clock, audit: log, signer, venue, timers, notice });
  log.reportTo(desk);
  let disposed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await venue.close();
    timers.close();
    desk.close();
    await log.close();
    signer.destroy();
  };
  venue.start();
  desk.operate({ do: 'start' });
  return {
    kernel,
    logPath: options.logPath,
    epoch: log.epoch,
    running: running.promise,
    stopped: stopped.promise,
    stop: (how, reason) => desk.operate({ do: how, reason }),
    dispose: () => {
      disposed ??= close();
      return disposed;
    },
  };
}

function openLog(
  host: Host,
  options: StartOptions,
  jitterSeed: number,
  { accounts, configHash }: PresentNumbers,
  past: PastOrders,
): Promise<AuditLog> {
  const { desk } = options.config;
  const { version } = options;
  const start = { desk, epoch: 1, jitterSeed, version, configHash, accounts };
  return AuditLog.open(host, options.logPath, start, past.visit);
}

function keyAt<T>(keys: readonly T[], index: number): T {
  const key = keys[index];
  if (key === undefined) throw new RangeError(`no key ${index}`);
  return key;
}
