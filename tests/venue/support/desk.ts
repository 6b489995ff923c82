import type {
  RequestReply,
  SessionState,
  SignedRequest,
  VenueAccount,
  VenueFamily,
  VenueSink,
} from '../../../src/desk/ports.ts';
import type { Credits, Frame } from '../../../src/protocol/frames/frame.ts';
import { makeMarket } from '../../../src/protocol/market.ts';
import { MarketIndex } from '../../../src/protocol/marketIndex.ts';
import type { Outcome } from '../../../src/protocol/outcome.ts';
import type { QueryResult } from '../../../src/protocol/queries.ts';
import type { Host, Socket } from '../../../src/std/host.ts';
import { Venue, type VenueOptions } from '../../../src/venue/venue.ts';
import { Inbox } from '../../host/support/inbox.ts';
import type { FakeExchange } from './fakeExchange.ts';

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const MARKETS: MarketIndex = new MarketIndex([
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...figures }),
]);

/** Everything the venue reported, by kind, with the virtual or real time of the session events. */
export class Desk implements VenueSink {
  readonly sessions: [family: number, state: SessionState, atMs: number][] = [];
  readonly frames: [Frame, number | undefined][] = [];
  readonly sents: [requestId: number, monoUs: number][] = [];
  readonly replies: Map<number, Outcome<RequestReply>> = new Map();
  readonly answers: Map<number, Outcome<QueryResult>> = new Map();
  readonly creditReports: [number, Credits][] = [];
  /** Kinds of reports about requests, in order. */
  readonly order: string[] = [];
  readonly notices: string[] = [];
  readonly ups: Inbox<number> = new Inbox();
  readonly outcomes: Inbox<number> = new Inbox();
  /** True while the venue is being called: no report may come then. */
  busy = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  session(family: number, state: SessionState): void {
    this.#check();
    this.sessions.push([family, state, this.#host.clock.monoUs() / 1000]);
    if (state === 'up') this.ups.push(family);
  }

  frame(frame: Frame, account: number | undefined): void {
    this.#check();
    this.frames.push([frame, account]);
  }

  sent(requestId: number, monoUs: number): void {
    this.#check();
    this.order.push('sent');
    this.sents.push([requestId, monoUs]);
  }

  reply(requestId: number, outcome: Outcome<RequestReply>): void {
    this.#check();
    this.order.push('reply');
    if (this.replies.has(requestId)) throw new Error(`request ${requestId} ended twice`);
    this.replies.set(requestId, outcome);
    this.outcomes.push(requestId);
  }

  answer(requestId: number, outcome: Outcome<QueryResult>): void {
    this.#check();
    this.order.push('answer');
    if (this.answers.has(requestId)) throw new Error(`query ${requestId} ended twice`);
    this.answers.set(requestId, outcome);
    this.outcomes.push(requestId);
  }

  credits(family: number, credits: Credits): void {
    this.#check();
    this.order.push('credits');
    this.creditReports.push([family, credits]);
  }

  states(family = 0): SessionState[] {
    return this.sessions.filter(([of]) => of === family).map(([, state]) => state);
  }

  #check(): void {
    if (this.busy) throw new Error('the sink was entered from inside a call of the venue');
  }
}

/** The call of a venue's method, during which nothing may be reported. */
export function quietly(desk: Desk, call: () => void): void {
  desk.busy = true;
  call();
  desk.busy = false;
}

/** `host`, with every socket that it opens changed by `wrap`. */
export function withSockets(host: Host, wrap: (plain: Socket) => Socket): Host {
  return {
    ...host,
    transport: {
      openHttp: (origin) => host.transport.openHttp(origin),
      openSocket: (...args) => {
        const socket = host.transport.openSocket(...args);
        return wrap({
          send: (text) => socket.send(text),
          bufferedBytes: () => socket.bufferedBytes(),
          close: (code, reason) => socket.close(code, reason),
          terminate: () => socket.terminate(),
        });
      },
    },
  };
}

export function account(index: number, family: number): VenueAccount {
  return { index, address: `address${index}`, family };
}

export function family(index: number): VenueFamily {
  return { index, apiKey: `key${index}` };
}

/** A venue of one family with one account, unless `options` say otherwise. */
export function makeVenue(
  host: Host,
  exchange: FakeExchange,
  options: Partial<VenueOptions> = {},
): { venue: Venue; desk: Desk } {
  const desk = new Desk(host);
  const venue = new Venue(
    host,
    {
      restUrl: exchange.restUrl,
      wsUrl: exchange.wsUrl,
      markets: MARKETS,
      families: [family(0)],
      accounts: [account(0, 0)],
      publicChannels: [],
      onNotice: (sentence) => desk.notices.push(sentence),
      ...options,
    },
    desk,
  );
  return { venue, desk };
}

/** A signed create of account 0; other operations by `over`. */
export function signed(requestId: number, over: Partial<SignedRequest> = {}): SignedRequest {
  return {
    requestId,
    account: 0,
    path: '/orders/create',
    wsKey: 'create_order',
    body: `{"account":"address0","n":${requestId}}`,
    timestampMs: 0,
    expiryWindowMs: 2000,
    ...over,
  };
}
