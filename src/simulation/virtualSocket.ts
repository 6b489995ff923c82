import type { Socket, SocketHandlers } from '../std/host.ts';

/** How things get from one end to the other. */
export interface Wire {
  /** Virtual microseconds at which something sent now arrives, were nothing before it. */
  arrivalUs(): number;
  schedule(host: number, atUs: number, happen: () => void): void;
}

/** One end of a WebSocket in a world. What one end sends arrives at the other in order. */
export class VirtualSocket implements Socket {
  readonly #wire: Wire;
  readonly #host: number;
  readonly #handlers: SocketHandlers;
  #state: 'waiting' | 'open' | 'closing' | 'closed' = 'waiting';
  #other: VirtualSocket | undefined;
  #lastArrivalUs = 0;

  constructor(wire: Wire, host: number, handlers: SocketHandlers) {
    this.#wire = wire;
    this.#host = host;
    this.#handlers = handlers;
  }

  /** The server accepted: its end is open at once, the client's when the answer arrives. */
  static join(client: VirtualSocket, server: VirtualSocket): void {
    client.#other = server;
    server.#other = client;
    server.#state = 'open';
    server.#deliver(() => {
      if (client.#state !== 'waiting') return;
      client.#state = 'open';
      client.#handlers.onOpen();
    });
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  send(text: string): void {
    const other = this.#other;
    if (this.#state !== 'open' || other === undefined) return;
    this.#deliver(() => {
      if (other.#state === 'open' || other.#state === 'closing') other.#handlers.onMessage(text);
    });
  }

  /** The network of a world takes everything at once. */
  bufferedBytes(): number {
    return 0;
  }

  close(code: number, reason: string): void {
    if (this.#state === 'waiting') this.terminate();
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    const other = this.#other;
    if (other === undefined) return;
    this.#deliver(() => {
      // The other end answers the closing frame, which ends this one.
      other.#deliver(() => this.#end(code, reason));
      other.#end(code, reason);
    });
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const other = this.#other;
    if (other !== undefined) this.#deliver(() => other.#end(1006, ''));
    this.#wire.schedule(this.#host, 0, () => this.#handlers.onClose(1006, ''));
  }

  /** The other side did not accept the connection. */
  refuse(reason: string): void {
    this.#wire.schedule(this.#host, this.#wire.arrivalUs(), () => this.#end(1006, reason));
  }

  #end(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#handlers.onClose(code, reason);
  }

  /** Has something happen at the other end, after all that was sent there before. */
  #deliver(arrive: () => void): void {
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, this.#wire.arrivalUs());
    const host = this.#other === undefined ? 0 : this.#other.#host;
    this.#wire.schedule(host, this.#lastArrivalUs, arrive);
  }
}
