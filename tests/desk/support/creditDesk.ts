import { HostTimers } from '../../../src/assembly/hostTimers.ts';
import { KernelContext } from '../../../src/desk/kernelContext.ts';
import type { Lane } from '../../../src/desk/lanes.ts';
import { Outbox } from '../../../src/desk/outbox.ts';
import type { VenueFamily, VenueSink } from '../../../src/desk/ports.ts';
import type { Credits } from '../../../src/protocol/frames/frame.ts';
import { makeMarket } from '../../../src/protocol/market.ts';
import { MarketIndex } from '../../../src/protocol/marketIndex.ts';
import { type Query, queryCostTenths } from '../../../src/protocol/queries.ts';
import { Venue } from '../../../src/venue/venue.ts';
import type { Hall } from '../../exchange/support/hall.ts';

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const BTC = makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures });

interface Waiting {
  readonly lane: Lane;
  readonly askedMs: number;
  leftMs: number | undefined;
}

/**
 * The desk's outbox and the client's sessions against the simulated exchange, without strategies:
 * requests come from the test, by the thousand, and credits decide when each leaves.
 */
export class CreditDesk implements VenueSink {
  readonly requests: Waiting[] = [];
  readonly outcomes: Map<number, string> = new Map();
  readonly venue: Venue;
  readonly #hall: Hall;
  readonly #context = new KernelContext(1);
  readonly #outbox: Outbox;
  readonly #timers: HostTimers;
  readonly #families: readonly number[];

  /** `families` as the venue has them; accounts of the exchange belong to them by `familyOf`. */
  constructor(hall: Hall, families: readonly VenueFamily[], familyOf: readonly number[]) {
    this.#hall = hall;
    this.#families = familyOf;
    const keyless = families.flatMap(({ apiKey, index }) => (apiKey === undefined ? [index] : []));
    this.#outbox = new Outbox(this.#context, families.length, 500, new Set(keyless));
    const { clock, timers } = hall.host;
    this.#timers = new HostTimers(clock, timers, (id) => this.#step(() => this.#context.fire(id)));
    this.venue = new Venue(
      hall.host,
      {
        restUrl: hall.startup.rest,
        wsUrl: hall.startup.ws,
        markets: new MarketIndex([BTC]),
        families,
        accounts: familyOf.map((family, index) => ({
          index,
          address: hall.account(index).account,
          family,
        })),
        publicChannels: [],
      },
      this,
    );
    this.venue.start();
  }

  /** A resting order far from the market. */
  open(account: number, lane: Lane = 'open'): void {
    this.#push(account, lane, 10, (requestId) => {
      const body = this.#hall.signed(
        account,
        'create_order',
        this.#hall.limit(account, 'bid', '50000', '0.001'),
      );
      this.#transmit(requestId, account, 'create', body);
    });
  }

  /** A cancel of an order that does not exist: the exchange counts it like any other. */
  cancel(account: number, lane: Lane = 'cancel'): void {
    this.#push(account, lane, 5, (requestId) => {
      const body = this.#hall.signed(account, 'cancel_order', {
        symbol: 'BTC',
        order_id: 1_000_000_000 + requestId,
        index: account,
      });
      this.#transmit(requestId, account, 'cancel', body);
    });
  }

  read(account: number, of: 'orders' | 'tradeHistory', lane: Lane = 'poll'): void {
    const query: Query = { of, account: this.#hall.account(account).account };
    const ask = (requestId: number): void => this.venue.query(requestId, account, query);
    this.#push(account, lane, queryCostTenths(query, true), ask, queryCostTenths(query, false));
  }

  /** Longest wait of those in a lane, ms; infinite when one has not left yet. */
  longestMs(lane: Lane): number {
    const waits = this.requests
      .filter((one) => one.lane === lane)
      .map(({ askedMs, leftMs }) => (leftMs ?? Number.POSITIVE_INFINITY) - askedMs);
    return Math.max(0, ...waits);
  }

  left(lane: Lane): number {
    return this.requests.filter((one) => one.lane === lane && one.leftMs !== undefined).length;
  }

  async close(): Promise<void> {
    await this.#hall.world.until(this.venue.close());
    this.#timers.close();
  }

  session(family: number, state: string): void {
    if (state !== 'up') this.#step(() => this.#outbox.doubt(family));
  }

  frame(): void {}

  sent(): void {}

  reply(requestId: number, outcome: { readonly kind: string }): void {
    this.#settle(requestId, outcome);
  }

  answer(requestId: number, outcome: { readonly kind: string }): void {
    this.#settle(requestId, outcome);
  }

  credits(family: number, credits: Credits): void {
    this.#step(() => this.#outbox.learn(family, credits));
  }

  readonly #accountOf: number[] = [];

  #settle(requestId: number, outcome: { readonly kind: string }): void {
    this.outcomes.set(requestId, outcome.kind);
    const family = this.#families[this.#accountOf[requestId] ?? 0] ?? 0;
    this.#step(() => this.#outbox.settled(family, requestId));
  }

  #push(
    account: number,
    lane: Lane,
    costTenths: number,
    leave: (requestId: number) => void,
    keylessTenths = costTenths,
  ): void {
    const requestId = this.requests.length;
    const { world } = this.#hall;
    const waiting: Waiting = { lane, askedMs: world.nowMs, leftMs: undefined };
    this.requests.push(waiting);
    this.#accountOf.push(account);
    const go = (): boolean => {
      waiting.leftMs = world.nowMs;
      leave(requestId);
      return true;
    };
    this.#step(() =>
      this.#outbox.push(this.#families[account] ?? 0, {
        requestId,
        lane,
        costTenths,
        keylessTenths,
        afterSeq: 0,
        go,
      }),
    );
  }

  #transmit(requestId: number, account: number, what: 'create' | 'cancel', body: unknown): void {
    this.venue.transmit({
      requestId,
      account,
      path: `/orders/${what}`,
      wsKey: `${what}_order`,
      body: JSON.stringify(body),
      timestampMs: 0,
      expiryWindowMs: 5000,
    });
  }

  #step(work: () => void): void {
    const monoUs = this.#hall.host.clock.monoUs();
    this.#context.begin({ wallMs: this.#hall.host.clock.wallMs(), monoUs });
    work();
    for (const command of this.#context.take()) {
      if (command.kind === 'arm') this.#timers.arm(command.id, command.atMs);
      if (command.kind === 'disarm') this.#timers.disarm(command.id);
    }
  }
}
