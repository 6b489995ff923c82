import type { SignedRequest, VenueAccount, VenueFamily, VenueSink } from '../desk/ports.ts';
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

/** How many connections a family may keep, and what else its first one carries. */
export interface SessionPlan {
  /** 0: the family trades over REST alone. */
  readonly sockets: number;
  readonly publicChannels: readonly Subscription[];
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
  readonly #overRestNow = new Set<Promise<void>>();
  readonly #main: Stream | undefined;
  readonly #snapshots: readonly Stream[];

  constructor(
    context: SessionContext,
    family: VenueFamily,
    accounts: readonly VenueAccount[],
    plan: SessionPlan,
  ) {
    const { host, rest, sink, settings } = context;
    this.#context = context;
    this.#family = family;
    this.#rest = rest.family(family.apiKey);
    this.#pending = new PendingRequests(host.timers, settings.requestTimeoutMs, (id, outcome) =>
      sink.reply(id, outcome),
    );
    this.#main = plan.sockets > 0 ? this.#mainStream(accounts, plan.publicChannels) : undefined;
    const alone = accounts.length === 1;
    this.#snapshots = alone
      ? []
      : accounts.slice(0, Math.max(0, plan.sockets - 1)).map((each) => this.#snapshotStream(each));
  }

  start(): void {
    this.#main?.start();
    for (const stream of this.#snapshots) stream.start();
  }

  /** Resolves when all connections have ended and all that was under way has been reported. */
  async close(): Promise<void> {
    await Promise.all([this.#main, ...this.#snapshots].map((stream) => stream?.close()));
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
    if (wsKey === undefined || this.#main === undefined) return false;
    const id = uuid(host.random);
    const handed = this.#main.send(`{"id":"${id}","params":{"${wsKey}":${body}}}`);
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

  #mainStream(accounts: readonly VenueAccount[], publicChannels: readonly Subscription[]): Stream {
    const { sink } = this.#context;
    const only = accounts.length === 1 ? accounts[0] : undefined;
    const subscriptions = [
      ...accounts.flatMap(({ address }) => eventSubscriptions(address)),
      ...(only === undefined ? [] : snapshotSubscriptions(only.address)),
      ...publicChannels,
    ];
    const name = `family ${this.#family.index}`;
    return new Stream(this.#context.host, this.#connectionPlan(name, subscriptions), {
      onState: (state) => sink.session(this.#family.index, state),
      onFrame: (frame) => {
        if (frame.channel === 'reply') this.#onReply(frame);
        else if (isWhole(frame)) sink.frame(frame, accountOf(frame, only));
      },
      onLost: (connection, reason) => this.#pending.lose(connection, reason),
      isBusy: (connection) => this.#pending.isOn(connection),
    });
  }

  #snapshotStream(account: VenueAccount): Stream {
    const name = `family ${this.#family.index}, snapshots of ${account.address}`;
    const plan = this.#connectionPlan(name, snapshotSubscriptions(account.address));
    return new Stream(this.#context.host, plan, {
      // Snapshots only check: the session is as good as its first connection.
      onState: () => undefined,
      onFrame: (frame) => {
        if (isWhole(frame)) this.#context.sink.frame(frame, accountOf(frame, account));
      },
      onLost: () => undefined,
      isBusy: () => false,
    });
  }

  #connectionPlan(name: string, subscriptions: readonly Subscription[]): ConnectionPlan {
    const { url, markets, settings, notice } = this.#context;
    const { apiKey } = this.#family;
    return {
      url,
      headers: apiKey === undefined ? {} : { 'pf-api-key': apiKey },
      subscriptions,
      markets,
      settings,
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
}

/**
 * In a snapshot absent means ended or flat, so one with rows that could not be read is not handed
 * on: what was known stays known.
 */
function isWhole(frame: Frame): boolean {
  return !('unread' in frame) || frame.unread === undefined || frame.unread === 0;
}

function accountOf(frame: Frame, owner: VenueAccount | undefined): number | undefined {
  switch (frame.channel) {
    case 'account_info':
    case 'account_positions':
    case 'account_orders':
      return owner?.index;
    default:
      return undefined;
  }
}
