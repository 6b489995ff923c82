import type {
  SessionState,
  SignedRequest,
  VenueAccount,
  VenueFamily,
  VenueSink,
} from '../desk/ports.ts';
import type { Credits, Frame, ReplyFrame } from '../protocol/frames/frame.ts';
import type { Query } from '../protocol/queries.ts';
import type { Host } from '../std/host.ts';
import type { ConnectionPlan } from './connection.ts';
import { PendingRequests } from './pendingRequests.ts';
import type { FamilyRest, RestClient } from './restClient.ts';
import { Stream } from './stream.ts';
import { eventSubscriptions, type Subscription, snapshotSubscriptions } from './subscription.ts';
import { uuid } from './uuid.ts';

/** What the sessions of a venue share. */
export interface SessionContext extends Omit<ConnectionPlan, 'headers' | 'subscriptions'> {
  readonly host: Host;
  readonly rest: RestClient;
  readonly sink: VenueSink;
}

/** The connections of a family. */
export interface SessionPlan {
  /** What each of its own carries; none: the family trades over REST and is asked for its state. */
  readonly loads: readonly (readonly Subscription[])[];
  /** How many accounts have one more for their snapshots. */
  readonly snapshots: number;
}

/** What a family's own connections carry: events, an only child's snapshots, public channels. */
export function familySubscriptions(
  accounts: readonly VenueAccount[],
  publicChannels: readonly Subscription[],
): Subscription[] {
  const [only] = accounts.length === 1 ? accounts : [];
  return [
    ...accounts.flatMap(({ address }) => eventSubscriptions(address)),
    ...(only === undefined ? [] : snapshotSubscriptions(only.address)),
    ...publicChannels,
  ];
}

/**
 * One family on the exchange. Its first connection carries its trading and the events of all its
 * accounts. Snapshot channels do not say whose they are, so each account's come over a connection
 * of their own, as far as `sockets` goes; an only child's come over the first one.
 */
export class FamilySession {
  readonly #context: SessionContext;
  readonly #family: VenueFamily;
  readonly #rest: FamilyRest;
  readonly #pending: PendingRequests;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #overRestNow = new Set<Promise<void>>();
  /** The first carries the family's requests. */
  readonly #own: readonly Stream[];
  readonly #states: (SessionState | undefined)[];
  #state: SessionState | undefined;
  readonly #snapshots: ReadonlyMap<number, Stream>;

  constructor(
    context: SessionContext,
    family: VenueFamily,
    accounts: readonly VenueAccount[],
    plan: SessionPlan,
  ) {
    const { host, rest, sink, settings } = context;
    this.#context = context;
    this.#family = family;
    this.#indexOf = new Map(accounts.map(({ address, index }) => [address, index]));
    this.#rest = rest.family(family.apiKey);
    this.#pending = new PendingRequests(host.timers, settings.requestTimeoutMs, (id, outcome) =>
      sink.reply(id, outcome),
    );
    const only = accounts.length === 1 ? accounts[0] : undefined;
    this.#states = plan.loads.map(() => undefined);
    this.#own = plan.loads.map((load, i) => this.#ownStream(load, i, only));
    const fed = accounts.slice(0, plan.snapshots);
    this.#snapshots = new Map(fed.map((each) => [each.index, this.#snapshotStream(each)]));
  }

  start(): void {
    for (const stream of this.#streams) stream.start();
    if (this.#own.length > 0) return;
    queueMicrotask(() => this.#context.sink.session(this.#family.index, 'polled'));
  }

  /** Some of the account's frames do not come: replaces the connections that would carry them. */
  refresh(account: number): void {
    for (const stream of this.#own) stream.refresh();
    this.#snapshots.get(account)?.refresh();
  }

  /** Resolves when all connections have ended and all that was under way has been reported. */
  async close(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.close()));
    await Promise.all(this.#overRestNow);
  }

  /** Over the WebSocket when it is up and offers the operation, over REST otherwise; never both. */
  transmit(request: SignedRequest): void {
    if (!this.#overSocket(request)) this.#track(this.#overRest(request));
  }

  query(requestId: number, query: Query): void {
    this.#track(this.#ask(requestId, query));
  }

  #overSocket({ requestId, wsKey, body }: SignedRequest): boolean {
    const { host, sink } = this.#context;
    const [main] = this.#own;
    if (wsKey === undefined || main === undefined) return false;
    const id = uuid(host.random);
    const handed = main.send(`{"id":"${id}","params":{"${wsKey}":${body}}}`);
    if (handed === undefined) return false;
    this.#pending.add(id, requestId, handed.connection);
    // After the caller is done: the sink is never entered from inside a transmission.
    queueMicrotask(() => sink.sent(requestId, handed.monoUs));
    return true;
  }

  async #overRest(request: SignedRequest): Promise<void> {
    const { host, sink } = this.#context;
    const { requestId } = request;
    const { outcome, credits } = await this.#rest.post(request, () => {
      const monoUs = host.clock.monoUs();
      queueMicrotask(() => sink.sent(requestId, monoUs));
    });
    sink.reply(requestId, outcome);
    this.#report(credits);
  }

  async #ask(requestId: number, query: Query): Promise<void> {
    const { outcome, credits } = await this.#rest.get(query);
    this.#context.sink.answer(requestId, outcome);
    this.#report(credits);
  }

  /** What the sink throws is not caught: it is a bug of ours, and ends the process. */
  #track(work: Promise<void>): void {
    this.#overRestNow.add(work);
    void work.then(() => this.#overRestNow.delete(work));
  }

  get #streams(): Stream[] {
    return [...this.#own, ...this.#snapshots.values()];
  }

  #ownStream(
    subscriptions: readonly Subscription[],
    at: number,
    only: VenueAccount | undefined,
  ): Stream {
    const { host, sink } = this.#context;
    const name = `family ${this.#family.index}`;
    return new Stream(host, this.#connectionPlan(name, subscriptions), {
      onState: (state) => this.#onState(at, state),
      onFrame: (frame) => {
        if (frame.channel === 'reply') this.#onReply(frame);
        else sink.frame(frame, this.#accountOf(frame, only));
      },
      onLost: (connection, reason) => this.#pending.lose(connection, reason),
      isBusy: (connection) => this.#pending.isOn(connection),
    });
  }

  /** A family is up while all its own connections are, and as badly off as the worst of them. */
  #onState(at: number, state: SessionState): void {
    this.#states[at] = state;
    if (state === 'up' && this.#states.some((each) => each !== 'up')) return;
    if (state === this.#state) return;
    this.#state = state;
    this.#context.sink.session(this.#family.index, state);
  }

  #snapshotStream(account: VenueAccount): Stream {
    const name = `family ${this.#family.index}, snapshots of ${account.address}`;
    const plan = this.#connectionPlan(name, snapshotSubscriptions(account.address));
    return new Stream(this.#context.host, plan, {
      // Snapshots only check: the session is as good as its first connection.
      onState: () => undefined,
      onFrame: (frame) => this.#context.sink.frame(frame, this.#accountOf(frame, account)),
      onLost: () => undefined,
      isBusy: () => false,
    });
  }

  #connectionPlan(name: string, subscriptions: readonly Subscription[]): ConnectionPlan {
    const { url, markets, settings, renewals, notice } = this.#context;
    const { apiKey } = this.#family;
    return {
      url,
      headers: apiKey === undefined ? {} : { 'pf-api-key': apiKey },
      subscriptions,
      markets,
      settings,
      renewals,
      notice: (sentence) => notice(`${name}: ${sentence}`),
    };
  }

  #onReply(frame: ReplyFrame): void {
    const isAwaited = this.#pending.answer(frame);
    this.#report(frame.credits ?? undefined);
    if (isAwaited) return;
    const what = frame.id === null ? 'without an id' : 'too late';
    this.#context.notice(
      `family ${this.#family.index}: an answer ${what}: code ${frame.code} ${frame.error ?? ''}`,
    );
  }

  /** After the answer that brought them, which they count. */
  #report(credits: Credits | undefined): void {
    if (credits !== undefined) this.#context.sink.credits(this.#family.index, credits);
  }

  /** Whose snapshot it is: as it says itself, else by the connection that it came over. */
  #accountOf(frame: Frame, owner: VenueAccount | undefined): number | undefined {
    switch (frame.channel) {
      case 'account_info':
      case 'account_positions':
      case 'account_orders':
        return frame.account === null ? owner?.index : this.#indexOf.get(frame.account);
      default:
        return undefined;
    }
  }
}
