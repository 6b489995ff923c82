import type { Sha256Hex } from './hash.ts';
import type { Random } from './random.ts';

/**
 * What the world must provide. `host/` implements it with Node.js, `simulation/` with a virtual
 * clock, network and disk; nothing else in the house touches either.
 */
export interface Host {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly transport: ClientTransport;
  readonly server: ServerTransport;
  readonly files: Files;
  readonly crypto: Crypto;
}

export interface Clock {
  /** Milliseconds since the epoch, integer. May step backwards. */
  wallMs(): number;
  /** Monotonic microseconds since an arbitrary origin, integer. */
  monoUs(): number;
}

export interface Timers {
  /** Calls `fire` once, no earlier than `delayMs` from now. */
  after(delayMs: number, fire: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, such as `/api/v1/book?symbol=BTC`. */
  readonly path: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent on GET: the real exchange answers 403 to a GET with a body. */
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Why a request has no response. `refused`: it cannot have reached the exchange (no connection was
 * made). `unknown`: it may have.
 */
export class TransportFailure extends Error {
  override readonly name: string = 'TransportFailure';
  readonly outcome: 'refused' | 'unknown';

  constructor(outcome: 'refused' | 'unknown', message: string) {
    super(message);
    this.outcome = outcome;
  }
}

export interface ClientTransport {
  /** Pooled keep-alive connections to one origin such as `http://127.0.0.1:8080`. */
  openHttp(origin: string): HttpClient;
  /** Starts a WebSocket; everything that happens to it arrives at `handlers`. */
  openSocket(
    url: string,
    headers: Readonly<Record<string, string>>,
    handlers: SocketHandlers,
  ): Socket;
}

export interface HttpClient {
  /**
   * Rejects with {@link TransportFailure} only; `timeoutMs` covers all of it. `onHanded` is called
   * once when the whole request has been handed to a connection.
   */
  request(request: HttpRequest, timeoutMs: number, onHanded?: () => void): Promise<HttpResponse>;
  /** Drops every connection; requests under way fail. */
  close(): Promise<void>;
}

export interface Socket {
  /** Hands a text frame to the socket; ignored when the socket is closing or closed. */
  send(text: string): void;
  /** Bytes handed over and not yet written to the network. */
  bufferedBytes(): number;
  close(code: number, reason: string): void;
  /** Drops the connection without a closing handshake. */
  terminate(): void;
}

export interface SocketHandlers {
  onOpen(): void;
  onMessage(text: string): void;
  /** Once, whatever ended the socket: code 1006 when there was no closing handshake. */
  onClose(code: number, reason: string): void;
}

interface ServerTransport {
  /** Rejects with the code `PORT_BUSY` when the port is taken. Port 0 picks a free one. */
  listen(options: ListenOptions, handlers: ServerHandlers): Promise<Listening>;
}

export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  /** Longest WebSocket frame and request body, in bytes; longer ones are refused. */
  readonly maxBytes: number;
  /** Longest request body where it may be longer than a frame. */
  readonly maxBodyBytes?: number;
  readonly maxConnections: number;
  /**
   * How long a client may take for the head of a request, ms; twice as long for all of it, three
   * times for taking its answer. Default 10,000.
   */
  readonly patienceMs?: number;
}

export interface ServerHandlers {
  /** An answer with the status 0 is none: the connection is dropped instead. */
  onRequest(request: HttpRequest, peer: string): Promise<HttpResponse>;
  /** Accepts a WebSocket, or answers the HTTP status that refuses the upgrade. */
  onUpgrade(
    path: string,
    headers: Readonly<Record<string, string>>,
    peer: string,
  ): AcceptSocket | number;
}

/** Called with the open socket; returns what to do with its frames. */
export type AcceptSocket = (socket: Socket) => AcceptedHandlers;

interface AcceptedHandlers extends Pick<SocketHandlers, 'onMessage' | 'onClose'> {
  /** Whether a ping of the WebSocket protocol is answered; without it, each one is. */
  onPing?(): boolean;
}

export interface Listening {
  readonly port: number;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

export interface Files {
  /** The whole file as text; rejects when it cannot be read. */
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Unpacks gzip bytes; throws when they are damaged or cut short. */
  gunzip(bytes: Uint8Array): Uint8Array;
  /** Names in a folder, sorted; rejects when there is no such folder. */
  list(path: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  /** Replaces the file in one step (temporary file, sync, rename); `mode` such as 0o600. */
  replace(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** Opens for appending, creating it; rejects with `LOCKED` if another process holds it. */
  openAppend(path: string): Promise<AppendFile>;
  /** POSIX permission bits of a file, such as 0o600. */
  mode(path: string): Promise<number>;
}

export interface AppendFile {
  write(text: string): Promise<void>;
  /** Returns when everything written is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Crypto {
  sha256Hex: Sha256Hex;
  /** Ed25519 (RFC 8032) over the bytes of `message`. */
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  /** Loads a 32-byte seed; the caller wipes its own copy. */
  loadKey(seed: Uint8Array): SigningKey;
  randomBytes(count: number): Uint8Array;
}

export interface SigningKey {
  readonly publicKey: Uint8Array;
  /** The 64-byte Ed25519 signature of `message`. */
  sign(message: Uint8Array): Uint8Array;
  /** Wipes the key from memory; signing afterwards throws. */
  destroy(): void;
}
