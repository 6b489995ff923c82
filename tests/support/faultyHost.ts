// A host whose network and disk fail when a test says so.

import {
  type AppendFile,
  type Files,
  type Host,
  type HttpClient,
  type HttpRequest,
  type Socket,
  type SocketHandlers,
  TransportFailure,
} from '../../src/std/host.ts';

type Headers = Readonly<Record<string, string>>;

interface OpenSocket {
  readonly headers: Headers;
  readonly socket: Socket;
}

/** What goes wrong now. Everything passes until a test changes it. */
export class Faults {
  /** How often a frame from the exchange arrives. */
  copies: (text: string, headers: Headers) => number = () => 1;
  /** Frames to the exchange that still leave. */
  says: (text: string, headers: Headers) => boolean = () => true;
  /** `deaf`: the request arrives, its answer does not. `lost`: neither. `refused`: nobody is there. */
  http: (request: HttpRequest) => 'passes' | 'deaf' | 'lost' | 'refused' = () => 'passes';
  /** Sockets that cannot be kept or opened. */
  isCut: (headers: Headers) => boolean = () => false;
  disk: 'sound' | 'full' = 'sound';
  readonly sockets: Set<OpenSocket> = new Set();

  /** Cuts the sockets of which `isCut` says so, and keeps new ones from opening, until `heal`. */
  cut(isCut: (headers: Headers) => boolean = () => true): void {
    this.isCut = isCut;
    for (const { headers, socket } of [...this.sockets]) if (isCut(headers)) socket.terminate();
  }

  /** Everything passes again, but for the disk. */
  heal(): void {
    this.copies = () => 1;
    this.says = () => true;
    this.http = () => 'passes';
    this.isCut = () => false;
  }
}

/** `host` with `faults` between it and the network and the disk. */
export function withFaults(host: Host, faults: Faults): Host {
  return {
    ...host,
    files: faultyFiles(host.files, faults),
    transport: {
      openHttp: (origin) => faultyHttp(host, host.transport.openHttp(origin), faults),
      openSocket: (url, headers, handlers) => openSocket(host, faults, url, headers, handlers),
    },
  };
}

function faultyHttp(host: Host, client: HttpClient, faults: Faults): HttpClient {
  return {
    close: () => client.close(),
    request: async (request, timeoutMs, onHanded) => {
      const fate = faults.http(request);
      if (fate === 'refused') throw new TransportFailure('refused', 'connect ECONNREFUSED');
      if (fate === 'passes') return client.request(request, timeoutMs, onHanded);
      onHanded?.();
      if (fate === 'deaf') await client.request(request, timeoutMs);
      await new Promise<void>((resolve) => host.timers.after(timeoutMs, resolve));
      throw new TransportFailure('unknown', `no answer within ${timeoutMs} ms`);
    },
  };
}

function openSocket(
  host: Host,
  faults: Faults,
  url: string,
  headers: Headers,
  handlers: SocketHandlers,
): Socket {
  if (faults.isCut(headers)) {
    host.timers.after(1, () => handlers.onClose(1006, 'network is down'));
    return { send: () => {}, bufferedBytes: () => 0, close: () => {}, terminate: () => {} };
  }
  const plain = host.transport.openSocket(url, headers, {
    onOpen: () => handlers.onOpen(),
    onMessage: (text) => {
      for (let left = faults.copies(text, headers); left > 0; left -= 1) handlers.onMessage(text);
    },
    onClose: (code, reason) => {
      faults.sockets.delete(open);
      handlers.onClose(code, reason);
    },
  });
  const socket: Socket = {
    send: (text) => {
      if (faults.says(text, headers)) plain.send(text);
    },
    bufferedBytes: () => plain.bufferedBytes(),
    close: (code, reason) => plain.close(code, reason),
    terminate: () => plain.terminate(),
  };
  const open = { headers, socket };
  faults.sockets.add(open);
  return socket;
}

function faultyFiles(files: Files, faults: Faults): Files {
  const check = (): void => {
    if (faults.disk === 'full') throw new Error('ENOSPC: no space left on device, write');
  };
  return {
    readText: (path) => files.readText(path),
    readBytes: (path) => files.readBytes(path),
    gunzip: (bytes) => files.gunzip(bytes),
    list: (path) => files.list(path),
    exists: (path) => files.exists(path),
    makeFolder: (path) => files.makeFolder(path),
    replace: (path, content, mode) => files.replace(path, content, mode),
    mode: (path) => files.mode(path),
    openAppend: async (path): Promise<AppendFile> => {
      const file = await files.openAppend(path);
      return {
        write: async (text) => {
          check();
          await file.write(text);
        },
        sync: async () => {
          check();
          await file.sync();
        },
        close: () => file.close(),
      };
    },
  };
}
