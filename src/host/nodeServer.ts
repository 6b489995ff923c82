import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { BreakwaterError, messageOf } from '../std/errors.ts';
import type { Listening, ListenOptions, ServerHandlers } from '../std/host.ts';
import { flattenHeaders } from './flattenHeaders.ts';
import { answerRequest } from './serverRequest.ts';
import { textOf, wrapSocket } from './wsSocket.ts';

/** Serves HTTP and WebSockets on one port of this machine. */
export async function listenNode(
  options: ListenOptions,
  handlers: ServerHandlers,
): Promise<Listening> {
  const server = createServer({
    // A client that dribbles its request holds a connection no longer than this.
    headersTimeout: 10_000,
    requestTimeout: 20_000,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 60_000,
    maxHeaderSize: 16_384,
  });
  server.maxConnections = options.maxConnections;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: options.maxBytes,
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answerRequest(request, response, options.maxBytes, handlers);
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    upgrade(sockets, handlers, request, stream, head);
  });
  const port = await open(server, options);
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
  const answer = handlers.onUpgrade(
    request.url ?? '/',
    flattenHeaders(request.headers),
    request.socket.remoteAddress ?? '',
  );
  if (typeof answer === 'number') {
    stream.once('finish', () => stream.destroy());
    stream.end(`HTTP/1.1 ${answer} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return;
  }
  sockets.handleUpgrade(request, stream, head, (inner) => {
    const { onMessage, onClose } = answer(wrapSocket(inner));
    inner.on('message', (data, isBinary) => {
      if (isBinary) inner.close(1003, 'text frames only');
      else onMessage(textOf(data));
    });
    // ws closes the socket itself after an error (1009 for a frame over the limit).
    inner.on('error', () => undefined);
    inner.on('close', (code, reason) => onClose(code, reason.toString()));
  });
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
