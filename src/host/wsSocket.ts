import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Socket } from '../std/host.ts';

/**
 * Our face of a `ws` socket, either end. With the `stream` below it, all frames of one turn of the
 * event loop go to the network in one call: a call costs as much as checking a signature.
 */
export function wrapSocket(inner: WebSocket, stream?: Duplex): Socket {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream?.uncork();
  };
  return {
    send(text: string): void {
      if (inner.readyState !== inner.OPEN) return;
      if (stream !== undefined && !isCorked) {
        isCorked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      inner.send(text);
    },
    bufferedBytes: () => inner.bufferedAmount,
    close(code: number, reason: string): void {
      inner.close(code, reason);
    },
    terminate(): void {
      inner.terminate();
    },
  };
}

/** With the default `binaryType` every message is one Buffer. */
export function textOf(data: RawData): string {
  return (data as Buffer).toString('utf8');
}
