import type {
  Host,
  HttpRequest,
  HttpResponse,
  Listening,
  Socket,
  SocketHandlers,
} from '../../../src/std/host.ts';
import { Inbox } from './inbox.ts';

export type SocketEvent = ['open'] | ['message', string] | ['close', number, string];

/** Socket handlers that put everything into an inbox. */
export function collect(): { events: Inbox<SocketEvent>; handlers: SocketHandlers } {
  const events = new Inbox<SocketEvent>();
  return {
    events,
    handlers: {
      onOpen: () => events.push(['open']),
      onMessage: (text) => events.push(['message', text]),
      onClose: (code, reason) => events.push(['close', code, reason]),
    },
  };
}

export interface Served {
  readonly listening: Listening;
  readonly requests: HttpRequest[];
  /** Each accepted WebSocket, with what it receives. */
  readonly sockets: Inbox<{ socket: Socket; events: Inbox<SocketEvent> }>;
  readonly upgrades: { path: string; headers: Readonly<Record<string, string>> }[];
}

/** Any host's server on a free port: answers requests with `answer`, accepts every WebSocket. */
export async function serve(
  host: Pick<Host, 'server'>,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
  limits: { maxBytes?: number; maxConnections?: number; port?: number } = {},
): Promise<Served> {
  const requests: HttpRequest[] = [];
  const sockets = new Inbox<{ socket: Socket; events: Inbox<SocketEvent> }>();
  const upgrades: { path: string; headers: Readonly<Record<string, string>> }[] = [];
  const listening = await host.server.listen(
    {
      hostname: '127.0.0.1',
      port: limits.port ?? 0,
      maxBytes: limits.maxBytes ?? 4096,
      maxConnections: limits.maxConnections ?? 100,
    },
    {
      onRequest: (request) => {
        requests.push(request);
        return answer(request);
      },
      onUpgrade: (path, headers) => {
        upgrades.push({ path, headers });
        if (path === '/busy') return 429;
        return (socket) => {
          const { events, handlers } = collect();
          sockets.push({ socket, events });
          return handlers;
        };
      },
    },
  );
  return { listening, requests, sockets, upgrades };
}

export function reply(body: string, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
