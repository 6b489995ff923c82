import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { BreakwaterError, messageOf } from '../std/errors.ts';
import type { AcceptSocket, Listening, ListenOptions, ServerHandlers } from '../std/host.ts';
import { flattenHeaders } from './flattenHeaders.ts';
import { answerRequest } from './serverRequest.ts';
import { textOf, wrapSocket } from './wsSocket.ts';

const PATIENCE_MS = 10_000;
const MOST_PONG_BYTES = 65_536;
/** RFC 6455 leaves 123 bytes for a reason. */
const LONGEST_REASON = 40;

/** Serves HTTP and WebSockets on one port of this machine. */
export async function listenNode(
  options: ListenOptions,
  handlers: ServerHandlers,
): Promise<Listening> {
  const { patienceMs = PATIENCE_MS } = options;
  const server = createServer({
    // A client that dribbles its request holds a connection no longer than this.
    headersTimeout: patienceMs,
    requestTimeout: 2 * patienceMs,
    connectionsCheckingInterval: patienceMs / 2,
    keepAliveTimeout: 60_000,
    maxHeaderSize: 16_384,
  });
  server.maxConnections = options.maxConnections;
  // Neither does one that does not take its answer.
  server.timeout = 3 * patienceMs;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: options.maxBytes,
    autoPong: false,
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answerRequest(request, response, options.maxBodyBytes ?? options.maxBytes, handlers);
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    upgrade(sockets, handlers, request, stream, head);
  });
  const port = await open(server, options);
  // One connection that cannot be accepted is no reason to end all others.
  server.on('error', () => undefined);
  return { port, close: () => shut(server, sockets) };
}

function upgrade(
  sockets: WebSocketServer,
  handlers: ServerHandlers,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  stream.on('error', () => stream.destroy());
  const answer = judge(handlers, request);
  if (typeof answer === 'number') {
    stream.once('finish', () => stream.destroy());
    stream.end(`HTTP/1.1 ${answer} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return;
  }
  sockets.handleUpgrade(request, stream, head, (inner) => {
    const { onMessage, onClose, onPing } = answer(wrapSocket(inner, stream));
    inner.on('message', (data, isBinary) => {
      if (isBinary) inner.close(1003, 'text frames only');
      else guarded(() => onMessage(textOf(data)), inner);
    });
    inner.on('ping', (data) => {
      // Whoever pings and does not read would fill the memory with pongs.
      if (inner.bufferedAmount > MOST_PONG_BYTES) inner.terminate();
      else if (onPing === undefined || onPing()) inner.pong(data);
    });
    // ws closes the socket itself after an error (1009 for a frame over the limit).
    inner.on('error', () => undefined);
    inner.on('close', (code, reason) => onClose(code, reason.toString()));
  });
}

/** Accepted, or refused with a status: 500 for what the handler throws. */
function judge(handlers: ServerHandlers, request: IncomingMessage): AcceptSocket | number {
  try {
    return handlers.onUpgrade(
      request.url ?? '/',
      flattenHeaders(request.headers),
      request.socket.remoteAddress ?? '',
    );
  } catch {
    return 500;
  }
}

/** What a handler throws ends the socket that brought it on, and nothing else. */
function guarded(handle: () => void, inner: WebSocket): void {
  try {
    handle();
  } catch (thrown) {
    inner.close(1011, `Internal Server Error: ${messageOf(thrown)}`.slice(0, LONGEST_REASON));
  }
}

function open(server: Server, { hostname, port }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'it is in use by another program' : messageOf(error);
      reject(
        new BreakwaterError('PORT_BUSY', `cannot listen on ${hostname} port ${port}: ${why}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, hostname, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function shut(server: Server, sockets: WebSocketServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const inner of sockets.clients as Set<WebSocket>) inner.terminate();
  });
}
