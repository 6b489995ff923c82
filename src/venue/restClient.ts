import type { RequestReply, SignedRequest } from '../desk/ports.ts';
import type { Credits } from '../protocol/frames/frame.ts';
import type { Reading } from '../protocol/marketRows.ts';
import type { Outcome } from '../protocol/outcome.ts';
import { decodeQuery, type Query, type QueryResult, queryPath } from '../protocol/queries.ts';
import { type Read, readPath } from '../protocol/reads/read.ts';
import {
  type Envelope,
  readCredits,
  readEnvelope,
  readOrderId,
} from '../protocol/replies/envelope.ts';
import { messageOf } from '../std/errors.ts';
import type {
  ClientTransport,
  HttpClient,
  HttpRequest,
  HttpResponse,
  TransportFailure,
} from '../std/host.ts';

export interface RestAnswer<T> {
  readonly outcome: Outcome<T>;
  /** What the headers say of the family's credits, this request counted. */
  readonly credits: Credits | undefined;
}

/** Requests of one family over REST. */
export interface FamilyRest {
  /** `onHanded` tells when the request had been handed to a connection. */
  post(request: SignedRequest, onHanded: () => void): Promise<RestAnswer<RequestReply>>;
  get(query: Query): Promise<RestAnswer<QueryResult>>;
  /** Any read; a 404 is an answer where it only says that there is nothing. */
  read<Params, Answer>(read: Read<Params, Answer>, params: Params): Promise<RestAnswer<Answer>>;
  /** Any signed body, once; `read` turns the answer's envelope into its value or throws. */
  send<Answer>(
    path: string,
    body: string,
    read: (envelope: Envelope) => Answer,
  ): Promise<RestAnswer<Answer>>;
}

/** The REST side of a venue: pooled connections, one pool for orders and one for reads. */
export class RestClient {
  readonly #basePath: string;
  readonly #orders: HttpClient;
  /** Of its own, so that a cancel does not wait behind slow histories. */
  readonly #reads: HttpClient;
  readonly #timeoutMs: number;
  readonly #reading: Reading;

  constructor(transport: ClientTransport, restUrl: string, timeoutMs: number, reading: Reading) {
    const { origin, pathname } = new URL(restUrl);
    this.#basePath = pathname.replace(/\/$/, '');
    this.#orders = transport.openHttp(origin);
    this.#reads = transport.openHttp(origin);
    this.#timeoutMs = timeoutMs;
    this.#reading = reading;
  }

  /** The face for one family: its API config key. */
  family(apiKey: string | undefined): FamilyRest {
    const key = apiKey === undefined ? {} : { 'pf-api-key': apiKey };
    const json = { ...key, 'content-type': 'application/json' };
    const post = <T>(
      path: string,
      body: string,
      read: (envelope: Envelope) => T,
      onHanded?: () => void,
    ): Promise<RestAnswer<T>> =>
      this.#call(
        this.#orders,
        { method: 'POST', path: this.#basePath + path, headers: json, body },
        read,
        onHanded,
      );
    const get = <T>(path: string, read: (envelope: Envelope) => T): Promise<RestAnswer<T>> =>
      this.#call(this.#reads, { method: 'GET', path: this.#basePath + path, headers: key }, read);
    return {
      post: ({ path, body }, onHanded) =>
        post(
          path,
          body,
          ({ data }) => ({ orderId: readOrderId(data), overSocket: false }),
          onHanded,
        ),
      get: (query) =>
        get(queryPath(query), (envelope) =>
          decodeQuery(query, envelope, this.#reading.markets, this.#reading.onBadRow),
        ),
      read: async (read, params) => {
        const answer = await get(readPath(read, params), (envelope) =>
          read.decode(envelope, this.#reading, params),
        );
        const { outcome, credits } = answer;
        return read.absent !== undefined && outcome.kind === 'refused' && outcome.status === 404
          ? { outcome: { kind: 'ok', value: read.absent }, credits }
          : answer;
      },
      send: post,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#orders.close(), this.#reads.close()]);
  }

  async #call<T>(
    client: HttpClient,
    request: HttpRequest,
    read: (envelope: Envelope) => T,
    onHanded?: () => void,
  ): Promise<RestAnswer<T>> {
    let response: HttpResponse;
    try {
      response = await client.request(request, this.#timeoutMs, onHanded);
    } catch (thrown) {
      return { outcome: failed(thrown), credits: undefined };
    }
    return { outcome: outcomeOf(response, read), credits: readCredits(response.headers) };
  }
}

function outcomeOf<T>({ status, body }: HttpResponse, read: (envelope: Envelope) => T): Outcome<T> {
  const outcome = readEnvelope(status, body);
  if (outcome.kind !== 'ok') return outcome;
  try {
    return { kind: 'ok', value: read(outcome.value) };
  } catch (thrown) {
    // It was admitted or answered, in words that we do not understand.
    return { kind: 'unknown', message: messageOf(thrown) };
  }
}

/** `refused` says that no byte of the request left; everything else may have been admitted. */
function failed(thrown: unknown): Outcome<never> {
  const message = messageOf(thrown);
  return (thrown as Partial<TransportFailure>).outcome === 'refused'
    ? { kind: 'refused', status: 0, reason: 'unreachable', message }
    : { kind: 'unknown', message };
}
