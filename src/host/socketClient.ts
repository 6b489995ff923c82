import { WebSocket } from 'ws';
import type { Socket, SocketHandlers } from '../std/host.ts';
import { textOf, wrapSocket } from './wsSocket.ts';

const LARGEST_FRAME_BYTES = 32 * 1024 * 1024;

/** Starts a WebSocket. A refused upgrade or connection ends it with code 1006 and the reason. */
export function openNodeSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  handlers: SocketHandlers,
): Socket {
  const inner = new WebSocket(url, {
    headers,
    perMessageDeflate: false,
    // The JSON decoder decides on what it gets; the check costs more than the parse.
    skipUTF8Validation: true,
    maxPayload: LARGEST_FRAME_BYTES,
    followRedirects: false,
  });
  let failure = '';
  inner.on('open', () => handlers.onOpen());
  inner.on('message', (data) => handlers.onMessage(textOf(data)));
  inner.on('error', (error) => {
    failure = error.message;
  });
  inner.on('close', (code, reason) => handlers.onClose(code, reason.toString() || failure));
  return wrapSocket(inner);
}
