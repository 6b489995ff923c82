import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { messageOf } from '../std/errors.ts';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  TransportFailure,
} from '../std/host.ts';
import { flattenHeaders } from './flattenHeaders.ts';

const LARGEST_REPLY_BYTES = 32 * 1024 * 1024;

/** Keep-alive connections to one origin; a request is written to the network at most once. */
export function openNodeHttp(origin: string, connections: number): HttpClient {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    // HTTP/2 may re-queue what a closing session had sent.
    allowH2: false,
    maxResponseSize: LARGEST_REPLY_BYTES,
    // Every request brings its own time-out.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    request: (request, timeoutMs, onHanded) => exchange(pool, request, timeoutMs, onHanded),
    close: () => pool.destroy(),
  };
}

function exchange(
  pool: Pool,
  request: HttpRequest,
  timeoutMs: number,
  onHanded?: () => void,
): Promise<HttpResponse> {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    // What dispatch dislikes arrives at the handler too; it does not throw.
    pool.dispatch(
      { method, path, headers, body: body ?? null },
      new Handler(resolve, reject, timeoutMs, onHanded),
    );
  });
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (failure: TransportFailure) => void;
  readonly #onHanded: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #timedOut = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];

  constructor(
    resolve: (response: HttpResponse) => void,
    reject: (failure: TransportFailure) => void,
    timeoutMs: number,
    onHanded?: () => void,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onHanded = onHanded;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#fail(`no answer within ${timeoutMs} ms`);
      this.#controller?.abort(new Error('timed out'));
    }, timeoutMs);
  }

  /** Called right before the first byte is written, so before it nothing has left. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#timedOut) controller.abort(new Error('timed out'));
    else this.#controller = controller;
  }

  onRequestSent(): void {
    this.#onHanded?.();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Informational answers (1xx) come before the real one.
    this.#status = status;
    this.#headers = flattenHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const body = Buffer.concat(this.#chunks).toString('utf8');
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(messageOf(error));
  }

  #fail(message: string): void {
    clearTimeout(this.#timer);
    this.#reject(new TransportFailure(this.#controller ? 'unknown' : 'refused', message));
  }
}
