import type { RawData, WebSocket } from 'ws';
import type { Socket } from '../std/host.ts';

/** Our face of a `ws` socket, either end. */
export function wrapSocket(inner: WebSocket): Socket {
  return {
    send(text: string): void {
      if (inner.readyState === inner.OPEN) inner.send(text);
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
