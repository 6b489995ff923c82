import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../std/errors.ts';
import type { HttpRequest, HttpResponse, ServerHandlers } from '../std/host.ts';
import { flattenHeaders } from './flattenHeaders.ts';

/** Reads one request (at most `maxBytes` of body), has it answered and writes the answer. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  handlers: ServerHandlers,
): Promise<void> {
  const { method } = request;
  if (method !== 'GET' && method !== 'POST') {
    refuse(response, 405, 'Method Not Allowed');
    return;
  }
  const body = await readBody(request, maxBytes);
  if (body === undefined) {
    refuse(response, 413, 'Payload Too Large');
    return;
  }
  const path = request.url ?? '/';
  const peer = request.socket.remoteAddress ?? '';
  const headers = flattenHeaders(request.headers);
  const received: HttpRequest = { method, path, headers, ...(body === '' ? undefined : { body }) };
  try {
    send(response, await handlers.onRequest(received, peer));
  } catch (thrown) {
    refuse(response, 500, `Internal Server Error: ${messageOf(thrown)}`);
  }
}

/** The body as text; `undefined` when it is too long or the client went away. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  // Said to be too long: not waited for.
  if (Number(request.headers['content-length']) > maxBytes) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', () => resolve(undefined));
  });
}

/** An answer of the server itself; the connection may hold unread bytes, so it is not kept. */
function refuse(response: ServerResponse, status: number, text: string): void {
  send(response, {
    status,
    headers: { connection: 'close', 'content-type': 'text/plain' },
    body: text,
  });
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (response.destroyed) return;
  if (status === 0) {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
