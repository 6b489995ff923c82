import { decodeFrame } from '../protocol/frames/decodeFrame.ts';
import type { Frame } from '../protocol/frames/frame.ts';
import type { MarketIndex } from '../protocol/marketIndex.ts';
import { messageOf } from '../std/errors.ts';
import type { Host, Socket, Timer } from '../std/host.ts';
import type { RenewalSlots } from './renewalSlots.ts';
import { ackKey, type Subscription, subscribeText } from './subscription.ts';
import type { VenueSettings } from './venueSettings.ts';

/** What every connection of a stream has in common. */
export interface ConnectionPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subscriptions: readonly Subscription[];
  readonly markets: MarketIndex;
  readonly settings: VenueSettings;
  /** Shared by all streams of a venue. */
  readonly renewals: RenewalSlots;
  /** Sentences for whoever watches the desk's health. */
  readonly notice: (sentence: string) => void;
}

export interface ConnectionHandlers {
  /** Every subscription is acknowledged. */
  onReady(connection: Connection): void;
  /** Any frame but pongs and acks. */
  onFrame(connection: Connection, frame: Frame): void;
  /** Two heartbeats went by without a frame; the connection takes nothing more and ends next. */
  onStale(connection: Connection): void;
  /** Once, when the socket is gone for whatever reason. */
  onClosed(connection: Connection, reason: string): void;
}

/** A peer that does not answer the closing frame is not waited for longer. */
const CLOSING_MS = 1000;

const PING = '{"method":"ping"}';

/** The life of one WebSocket: open, subscribe, wait for the acks, beat, end. */
export class Connection {
  readonly #host: Host;
  readonly #plan: ConnectionPlan;
  readonly #handlers: ConnectionHandlers;
  readonly #socket: Socket;
  readonly #unacked = new Map<string, Subscription>();
  #ending = '';
  #silentBeats = 0;
  #attempts = 0;
  /** Bounds the opening, the wait for acks, the closing. */
  #deadline: Timer;
  #heartbeat: Timer | undefined;

  constructor(host: Host, plan: ConnectionPlan, handlers: ConnectionHandlers) {
    this.#host = host;
    this.#plan = plan;
    this.#handlers = handlers;
    for (const subscription of plan.subscriptions) {
      this.#unacked.set(ackKey(subscription), subscription);
    }
    const { connectTimeoutMs } = plan.settings;
    this.#deadline = host.timers.after(connectTimeoutMs, () =>
      this.#cut(`did not open within ${connectTimeoutMs} ms`),
    );
    this.#socket = host.transport.openSocket(plan.url, plan.headers, {
      onOpen: () => this.#onOpen(),
      onMessage: (text) => this.#onMessage(text),
      onClose: (code, reason) => this.#onClose(code, reason),
    });
  }

  /**
   * Hands a frame to the socket and returns the monotonic time right after; `undefined`, with
   * nothing sent, when the connection cannot take it. Only once the connection is ready.
   */
  send(text: string): number | undefined {
    if (this.#ending !== '') return undefined;
    if (this.#socket.bufferedBytes() > this.#plan.settings.maxBufferedBytes) return undefined;
    this.#socket.send(text);
    return this.#host.clock.monoUs();
  }

  /** Ends the connection in order. */
  close(): void {
    if (this.#ending !== '') return;
    this.#ending = 'closed by us';
    this.#stopTimers();
    this.#deadline = this.#host.timers.after(CLOSING_MS, () => this.#socket.terminate());
    this.#socket.close(1000, '');
  }

  #onOpen(): void {
    this.#deadline.cancel();
    this.#beatLater();
    this.#subscribe();
  }

  #subscribe(): void {
    if (this.#unacked.size === 0) {
      this.#becomeReady();
      return;
    }
    const { ackTimeoutMs, ackAttempts } = this.#plan.settings;
    if (this.#attempts === ackAttempts) {
      const names = [...this.#unacked.keys()].join(', ');
      this.#cut(`no ack after ${ackAttempts} subscriptions of: ${names}`);
      return;
    }
    this.#attempts += 1;
    for (const subscription of this.#unacked.values()) {
      this.#socket.send(subscribeText(subscription));
    }
    this.#deadline = this.#host.timers.after(ackTimeoutMs, () => this.#subscribe());
  }

  #becomeReady(): void {
    this.#deadline.cancel();
    this.#handlers.onReady(this);
  }

  #onMessage(text: string): void {
    this.#silentBeats = 0;
    let frame: Frame;
    try {
      frame = decodeFrame(text, this.#plan.markets, (problem) =>
        this.#plan.notice(`dropped a row: ${problem.message}`),
      );
    } catch (thrown) {
      this.#plan.notice(`dropped a frame: ${messageOf(thrown)}`);
      return;
    }
    switch (frame.channel) {
      case 'pong':
      case 'unsubscribe':
        return;
      case 'subscribe':
        if (this.#ending !== '') return;
        if (this.#unacked.delete(ackKey(frame)) && this.#unacked.size === 0) this.#becomeReady();
        return;
      default:
        this.#handlers.onFrame(this, frame);
    }
  }

  #beatLater(): void {
    const { heartbeatMs } = this.#plan.settings;
    this.#heartbeat = this.#host.timers.after(heartbeatMs, () => this.#beat());
  }

  #beat(): void {
    this.#silentBeats += 1;
    if (this.#silentBeats >= 2) {
      this.#cut('two heartbeats without a frame');
      this.#handlers.onStale(this);
      return;
    }
    this.#socket.send(PING);
    this.#beatLater();
  }

  #cut(reason: string): void {
    this.#ending ||= reason;
    this.#stopTimers();
    this.#socket.terminate();
  }

  #onClose(code: number, reason: string): void {
    this.#stopTimers();
    const detail = reason === '' ? '' : `: ${reason}`;
    this.#handlers.onClosed(this, this.#ending || `closed with ${code}${detail}`);
  }

  #stopTimers(): void {
    this.#deadline.cancel();
    this.#heartbeat?.cancel();
  }
}
