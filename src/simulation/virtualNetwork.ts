import { BreakwaterError, messageOf } from '../std/errors.ts';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type Listening,
  type ListenOptions,
  type ServerHandlers,
  type Socket,
  type SocketHandlers,
  TransportFailure,
} from '../std/host.ts';
import { between, type Random } from '../std/random.ts';
import { isLongerThan } from './isLongerThan.ts';
import type { EventKind, Scheduler } from './scheduler.ts';
import type { SpanUs } from './spanUs.ts';
import { VirtualSocket, type Wire } from './virtualSocket.ts';

const PEER = '127.0.0.1';
const FIRST_FREE_PORT = 40_000;

interface Server {
  readonly host: number;
  readonly port: number;
  readonly options: ListenOptions;
  readonly handlers: ServerHandlers;
  /** The server's end of each WebSocket. */
  readonly sockets: Set<VirtualSocket>;
  /** Ends each HTTP request under way as a lost connection does. */
  readonly lose: Set<() => void>;
}

/** The loopback of a world: servers by port, messages with a seeded latency, nothing lost. */
export class VirtualNetwork {
  readonly #scheduler: Scheduler;
  readonly #latencyUs: SpanUs;
  readonly #random: Random;
  readonly #wire: Wire;
  readonly #servers = new Map<number, Server>();
  #nextPort = FIRST_FREE_PORT;

  constructor(scheduler: Scheduler, latencyUs: SpanUs) {
    this.#scheduler = scheduler;
    this.#latencyUs = latencyUs;
    this.#random = scheduler.randomOf('network');
    this.#wire = {
      arrivalUs: () => scheduler.nowUs + this.#drawUs(),
      schedule: (host, atUs, happen) => void scheduler.schedule(host, 'socket', atUs, happen),
    };
  }

  listen(host: number, options: ListenOptions, handlers: ServerHandlers): Listening {
    const port = options.port === 0 ? this.#freePort() : options.port;
    if (this.#servers.has(port)) {
      throw new BreakwaterError(
        'PORT_BUSY',
        `cannot listen on ${options.hostname} port ${port}: it is in use by another program`,
      );
    }
    const server: Server = { host, port, options, handlers, sockets: new Set(), lose: new Set() };
    this.#servers.set(port, server);
    return {
      port,
      close: async () => {
        if (this.#servers.get(port) === server) this.#servers.delete(port);
        for (const socket of server.sockets) socket.terminate();
        for (const lose of server.lose) lose();
      },
    };
  }

  openHttp(host: number, origin: string): HttpClient {
    const { port } = addressOf(origin);
    const lose = new Set<() => void>();
    let closed = false;
    return {
      request: (request, timeoutMs, onHanded) => {
        if (closed) return Promise.reject(new TransportFailure('refused', 'the client is closed'));
        onHanded?.();
        return this.#request(host, port, request, timeoutMs, lose);
      },
      close: async () => {
        closed = true;
        for (const each of lose) each();
      },
    };
  }

  #request(
    host: number,
    port: number,
    request: HttpRequest,
    timeoutMs: number,
    mine: Set<() => void>,
  ): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    let server: Server | undefined;
    const end = (): void => {
      timer.cancel();
      mine.delete(lose);
      server?.lose.delete(lose);
    };
    const fail = (outcome: 'refused' | 'unknown', message: string): void => {
      end();
      reject(new TransportFailure(outcome, message));
    };
    const lose = (): void => fail('unknown', 'other side closed');
    const answer = (response: HttpResponse): void => {
      this.#arrive(host, 'http', () => {
        end();
        resolve(response);
      });
    };
    const timer = this.#scheduler.schedule(
      host,
      'timer',
      this.#scheduler.nowUs + timeoutMs * 1000,
      () => fail('unknown', `no answer within ${timeoutMs} ms`),
    );
    mine.add(lose);
    this.#arrive(0, 'http', () => {
      server = this.#servers.get(port);
      if (server === undefined) {
        this.#arrive(host, 'http', () => fail('refused', `connect ECONNREFUSED ${PEER}:${port}`));
        return;
      }
      server.lose.add(lose);
      const { maxBodyBytes, maxBytes } = server.options;
      if (isLongerThan(request.body ?? '', maxBodyBytes ?? maxBytes)) {
        answer(plain(413, 'Payload Too Large'));
        return;
      }
      const said = (response: HttpResponse): void => {
        if (response.status > 0) answer(response);
        else this.#arrive(host, 'http', lose);
      };
      server.handlers.onRequest(request, PEER).then(said, (thrown) => {
        answer(plain(500, `Internal Server Error: ${messageOf(thrown)}`));
      });
    });
    return promise;
  }

  openSocket(
    host: number,
    url: string,
    headers: Readonly<Record<string, string>>,
    handlers: SocketHandlers,
  ): Socket {
    const { port, path } = addressOf(url);
    const client = new VirtualSocket(this.#wire, host, handlers);
    this.#arrive(0, 'socket', () => {
      const server = this.#servers.get(port);
      if (server === undefined) client.refuse(`connect ECONNREFUSED ${PEER}:${port}`);
      else if (server.sockets.size >= server.options.maxConnections)
        client.refuse('socket hang up');
      else if (client.isWaiting) accept(this.#wire, server, client, path, headers);
    });
    return client;
  }

  /** Has something happen at a host one latency from now. */
  #arrive(host: number, kind: EventKind, happen: () => void): void {
    this.#scheduler.schedule(host, kind, this.#scheduler.nowUs + this.#drawUs(), happen);
  }

  #drawUs(): number {
    return between(this.#random, this.#latencyUs[0], this.#latencyUs[1]);
  }

  #freePort(): number {
    while (this.#servers.has(this.#nextPort)) this.#nextPort += 1;
    return this.#nextPort;
  }
}

function accept(
  wire: Wire,
  server: Server,
  client: VirtualSocket,
  path: string,
  headers: Readonly<Record<string, string>>,
): void {
  const answer = server.handlers.onUpgrade(path, headers, PEER);
  if (typeof answer === 'number') {
    client.refuse(`Unexpected server response: ${answer}`);
    return;
  }
  const onOpen = (): void => undefined;
  const end: VirtualSocket = new VirtualSocket(wire, server.host, {
    onOpen,
    onMessage: (text) => {
      if (isLongerThan(text, server.options.maxBytes)) end.close(1009, '');
      else actions.onMessage(text);
    },
    onClose: (code, reason) => {
      server.sockets.delete(end);
      actions.onClose(code, reason);
    },
  });
  server.sockets.add(end);
  VirtualSocket.join(client, end);
  const actions = answer(end);
}

function plain(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

function addressOf(address: string): { port: number; path: string } {
  const { port, pathname, search } = new URL(address);
  return { port: Number(port === '' ? 80 : port), path: pathname + search };
}
