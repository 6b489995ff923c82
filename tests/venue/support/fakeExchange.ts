import type { Host, HttpRequest, HttpResponse, Listening, Socket } from '../../../src/std/host.ts';
import type { Subscription } from '../../../src/venue/subscription.ts';

/** One WebSocket as the exchange sees it. */
export interface Visitor {
  readonly socket: Socket;
  readonly headers: Readonly<Record<string, string>>;
  readonly openedMs: number;
  readonly subscriptions: Subscription[];
  readonly pings: number[];
  /** Code and time of the end; `undefined` while it lives. */
  closed: { code: number; atMs: number } | undefined;
}

/** A trading request as it came over a WebSocket. */
export interface Trade {
  readonly id: string;
  readonly key: string;
  readonly body: unknown;
  readonly from: Visitor;
}

/**
 * The least that a session needs of an exchange: acks, pongs, and whatever a test scripts. It answers
 * in the shapes of the reference and decides nothing.
 */
export class FakeExchange {
  readonly visitors: Visitor[] = [];
  readonly trades: Trade[] = [];
  readonly requests: HttpRequest[] = [];
  /** Answers of the REST side. */
  onRequest: (request: HttpRequest) => HttpResponse | Promise<HttpResponse> = () =>
    json({ success: true, data: null });
  onTrade: (trade: Trade) => void = () => undefined;
  acks: (subscription: Subscription, visitor: Visitor) => boolean = () => true;
  pongs = true;
  /** A status refuses upgrades. */
  upgrade: 'accept' | number = 'accept';
  readonly #host: Host;
  #listening: Listening | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  async open(port = 0): Promise<void> {
    this.#listening = await this.#host.server.listen(
      { hostname: '127.0.0.1', port, maxBytes: 4096, maxConnections: 1000 },
      {
        onRequest: async (request) => {
          this.requests.push(request);
          return this.onRequest(request);
        },
        onUpgrade: (_path, headers) => {
          if (this.upgrade !== 'accept') return this.upgrade;
          return (socket) => this.#welcome(socket, headers);
        },
      },
    );
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.port}/api/v1`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** WebSockets that live. */
  get living(): Visitor[] {
    return this.visitors.filter(({ closed }) => closed === undefined);
  }

  push(frame: unknown, to: (visitor: Visitor) => boolean = () => true): void {
    for (const visitor of this.living.filter(to)) visitor.socket.send(JSON.stringify(frame));
  }

  #welcome(
    socket: Socket,
    headers: Readonly<Record<string, string>>,
  ): { onMessage(text: string): void; onClose(code: number): void } {
    const visitor: Visitor = {
      socket,
      headers,
      openedMs: this.#nowMs(),
      subscriptions: [],
      pings: [],
      closed: undefined,
    };
    this.visitors.push(visitor);
    return {
      onMessage: (text) => this.#hear(visitor, text),
      onClose: (code) => {
        visitor.closed = { code, atMs: this.#nowMs() };
      },
    };
  }

  #hear(visitor: Visitor, text: string): void {
    if (text === '{"method":"ping"}') {
      visitor.pings.push(this.#nowMs() - visitor.openedMs);
      if (this.pongs) visitor.socket.send('{"channel":"pong"}');
      return;
    }
    const message = JSON.parse(text);
    if (message.method === 'subscribe') {
      visitor.subscriptions.push(message.params);
      if (this.acks(message.params, visitor)) {
        visitor.socket.send(JSON.stringify({ channel: 'subscribe', data: message.params }));
      }
      return;
    }
    const [[key, body] = ['', undefined]] = Object.entries(message.params);
    const trade = { id: message.id, key, body, from: visitor };
    this.trades.push(trade);
    this.onTrade(trade);
  }

  #nowMs(): number {
    return this.#host.clock.monoUs() / 1000;
  }
}

export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Answers a trading request over its WebSocket. */
export function answer({ id, key, from }: Trade, rest: Readonly<Record<string, unknown>>): void {
  from.socket.send(JSON.stringify({ id, type: key, t: 1_767_225_600_000, ...rest }));
}
