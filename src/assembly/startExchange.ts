import { listedMarkets } from '../exchange/core/markets/listing.ts';
import { TapeCrowd } from '../exchange/crowd/tapeCrowd.ts';
import { ExchangeServer } from '../exchange/gateway/exchangeServer.ts';
import type { FaultProfile } from '../exchange/gateway/faults/fault.ts';
import type { ExchangeSettings } from '../exchange/settings.ts';
import type { Host } from '../std/host.ts';
import { readTape } from '../tape/readTape.ts';

export interface ExchangeStart {
  readonly port: number;
  readonly tapeFolder: string;
  /** Tape seconds in a second of wall time. */
  readonly speed: number;
  /** Dates the tape anew, so that its minutes go on from now. Default: as recorded. */
  readonly datedNow?: boolean;
  readonly seed: number;
  readonly accounts: number;
  readonly owner: 'family' | 'single';
  /** Fee level of all accounts, which also sets their credits. Default 0: 300 credits a minute. */
  readonly feeLevel?: number;
  readonly settings?: Partial<ExchangeSettings>;
  /** What goes wrong on purpose; nothing by default. */
  readonly faults?: FaultProfile;
}

/** Dollars in each account of the simulated exchange. */
const BALANCE_MICRO = 100_000_000_000;
const FAMILY_SIZE = 10;
const MAX_CONNECTIONS = 2000;

/**
 * The simulated exchange on a host: recorded tape, background traders, funded accounts in families
 * of ten. Rejects with `TAPE_INVALID` or `PORT_BUSY`.
 */
export async function startExchange(host: Host, start: ExchangeStart): Promise<ExchangeServer> {
  const tape = await readTape(host.files, start.tapeFolder, listedMarkets().all);
  const { datedNow, seed, speed } = start;
  const dated = datedNow === true ? { datedMs: host.clock.wallMs() } : {};
  const crowd = new TapeCrowd({ tape, seed, speed, ...dated });
  return ExchangeServer.start(host, {
    hostname: '127.0.0.1',
    port: start.port,
    maxConnections: MAX_CONNECTIONS,
    accounts: start.accounts,
    familySize: FAMILY_SIZE,
    owner: start.owner,
    balanceMicro: BALANCE_MICRO,
    feeLevel: start.feeLevel ?? 0,
    seed: start.seed,
    crowd,
    ...(start.settings === undefined ? {} : { settings: start.settings }),
    ...(start.faults === undefined ? {} : { faults: start.faults }),
  });
}
