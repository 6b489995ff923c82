import type {
  SignedRequest,
  VenueAccount,
  VenueFamily,
  VenuePort,
  VenueSink,
} from '../desk/ports.ts';
import type { MarketIndex } from '../protocol/marketIndex.ts';
import type { Query } from '../protocol/queries.ts';
import { invariant } from '../std/assert.ts';
import type { Host } from '../std/host.ts';
import { FamilySession, familySubscriptions, type SessionContext } from './familySession.ts';
import { RenewalSlots } from './renewalSlots.ts';
import { RestClient } from './restClient.ts';
import { connectionLoads, type PublicChannel, publicSubscriptions } from './subscription.ts';
import { DEFAULT_VENUE_SETTINGS, type VenueSettings } from './venueSettings.ts';

export interface VenueOptions {
  /** Base URL of REST, ending in `/api/v1`. */
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly markets: MarketIndex;
  readonly families: readonly VenueFamily[];
  readonly accounts: readonly VenueAccount[];
  /** Public channels, all markets each, over the first family's connection. Default all five. */
  readonly publicChannels?: readonly PublicChannel[];
  /** What differs from {@link DEFAULT_VENUE_SETTINGS}. */
  readonly settings?: Partial<VenueSettings>;
  /** One sentence for everything that a person watching the connections wants to know. */
  readonly onNotice?: (sentence: string) => void;
}

const ALL_CHANNELS: readonly PublicChannel[] = ['prices', 'book', 'bbo', 'trades', 'candle'];

/**
 * The desk's way to the exchange: one session per family. The sink is never called from inside
 * `start`, `transmit`, `query` or `close`, always afterwards.
 */
export class Venue implements VenuePort {
  readonly #rest: RestClient;
  readonly #sessions: readonly FamilySession[];
  readonly #byAccount = new Map<number, FamilySession>();

  constructor(host: Host, options: VenueOptions, sink: VenueSink) {
    const settings = { ...DEFAULT_VENUE_SETTINGS, ...options.settings };
    const { markets, families, accounts } = options;
    const notice = options.onNotice ?? ((): void => undefined);
    this.#rest = new RestClient(host.transport, options.restUrl, settings.requestTimeoutMs, {
      markets,
      onBadRow: (problem) => notice(`dropped a row: ${problem.message}`),
    });
    const context: SessionContext = {
      host,
      rest: this.#rest,
      sink,
      settings,
      renewals: new RenewalSlots(settings.maxRenewals),
      markets,
      url: options.wsUrl,
      notice,
    };
    const channels = publicSubscriptions(options.publicChannels ?? ALL_CHANNELS, markets.all);
    // Every family's own connections come before any account's.
    let spare = settings.maxSockets;
    const plans = families.map((family, position) => {
      const members = accounts.filter((account) => account.family === family.index);
      const wanted = familySubscriptions(members, position === 0 ? channels : []);
      const loads = connectionLoads(wanted, settings.subscriptionsPerChannel);
      if (loads.length > spare) return { family, members, loads: [] };
      spare -= loads.length;
      return { family, members, loads };
    });
    this.#sessions = plans.map(({ family, members, loads }) => {
      const isFed = members.length > 1 && loads.length > 0;
      const snapshots = isFed ? Math.min(members.length, spare) : 0;
      spare -= snapshots;
      const session = new FamilySession(context, family, members, { loads, snapshots });
      for (const { index } of members) this.#byAccount.set(index, session);
      return session;
    });
  }

  start(): void {
    for (const session of this.#sessions) session.start();
  }

  transmit(request: SignedRequest): void {
    this.#sessionOf(request.account).transmit(request);
  }

  query(requestId: number, account: number, query: Query): void {
    this.#sessionOf(account).query(requestId, query);
  }

  refresh(account: number): void {
    this.#sessionOf(account).refresh(account);
  }

  /**
   * Closes every connection. Resolves when all have ended, within a second or so; what was under way
   * has been reported as unknown by then, and nothing is reported afterwards.
   */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.map((session) => session.close()), this.#rest.close()]);
  }

  #sessionOf(account: number): FamilySession {
    const session = this.#byAccount.get(account);
    invariant(session !== undefined, `no session for account ${account}`);
    return session;
  }
}
