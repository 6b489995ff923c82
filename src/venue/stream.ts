import type { SessionState } from '../desk/ports.ts';
import type { Frame } from '../protocol/frames/frame.ts';
import type { Host, Timer } from '../std/host.ts';
import { unit } from '../std/random.ts';
import { backoffMs } from './backoffMs.ts';
import { Connection, type ConnectionPlan } from './connection.ts';

export interface StreamHandlers {
  /** Only changes are reported, and never `stale` without `down` after it. */
  onState(state: SessionState): void;
  onFrame(frame: Frame): void;
  /** What was under way on the connection will not be answered any more. */
  onLost(connection: Connection, reason: string): void;
  /** Whether answers are still expected on a connection that is to be closed. */
  isBusy(connection: Connection): boolean;
}

/** A renewal that finds every slot taken asks again after that. */
const SLOT_WAIT_MS = 1000;

/**
 * A subscribed connection that is kept: reconnected with back-off when it is lost, replaced before
 * the exchange would end it. While it is replaced both deliver, so nothing is missed and some frames
 * come twice.
 */
export class Stream {
  readonly #host: Host;
  readonly #plan: ConnectionPlan;
  readonly #handlers: StreamHandlers;
  #state: SessionState | undefined;
  /** The acknowledged connection, which carries requests. */
  #current: Connection | undefined;
  #readyAtUs = 0;
  /** On its way to become the current one. */
  #candidate: Connection | undefined;
  readonly #retiring = new Map<Connection, Timer>();
  #failures = 0;
  /** Holds one of the venue's slots until one of its connections has ended. */
  #isRenewing = false;
  #next: Timer | undefined;
  /** Set once the stream is being closed; called when its last connection has ended. */
  #allEnded: (() => void) | undefined;

  constructor(host: Host, plan: ConnectionPlan, handlers: StreamHandlers) {
    this.#host = host;
    this.#plan = plan;
    this.#handlers = handlers;
  }

  start(): void {
    this.#connect();
  }

  /** Resolves when every connection has ended and `onLost` was told of each. */
  async close(): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#allEnded = ended.resolve;
    this.#next?.cancel();
    for (const connection of this.#connections()) connection.close();
    if (this.#connections().length > 0) await ended.promise;
  }

  /** Sends on the current connection: which one and when, or `undefined` when none can take it. */
  send(text: string): { connection: Connection; monoUs: number } | undefined {
    const connection = this.#current;
    const monoUs = connection?.send(text);
    return connection === undefined || monoUs === undefined ? undefined : { connection, monoUs };
  }

  /**
   * Replaces the connection although it lives: some of its frames do not come. A connection that is
   * young, or being replaced already, stays.
   */
  refresh(): void {
    const { stableMs } = this.#plan.settings;
    if (this.#current === undefined || this.#candidate !== undefined) return;
    if (this.#lastedMs() < stableMs || this.#allEnded !== undefined) return;
    this.#plan.notice('replacing a connection some of whose frames do not come');
    this.#renew();
  }

  /** The next connection beside the one that lives, when few others are doing the same. */
  #renew(): void {
    this.#next?.cancel();
    this.#isRenewing ||= this.#plan.renewals.take();
    if (this.#isRenewing) this.#connect();
    else this.#next = this.#host.timers.after(SLOT_WAIT_MS, () => this.#renew());
  }

  #connect(): void {
    this.#candidate = new Connection(this.#host, this.#plan, {
      onReady: (connection) => this.#onReady(connection),
      onFrame: (_connection, frame) => this.#handlers.onFrame(frame),
      onStale: (connection) => {
        if (connection === this.#current) this.#report('stale');
      },
      onClosed: (connection, reason) => this.#onClosed(connection, reason),
    });
  }

  #onReady(connection: Connection): void {
    const { renewAfterMs, renewSpreadMs } = this.#plan.settings;
    const replaced = this.#current;
    this.#candidate = undefined;
    this.#current = connection;
    this.#readyAtUs = this.#host.clock.monoUs();
    this.#connectAfter(renewAfterMs - renewSpreadMs * unit(this.#host.random));
    if (replaced !== undefined) this.#retire(replaced);
    this.#report('up');
  }

  #retire(connection: Connection): void {
    const timer = this.#host.timers.after(this.#plan.settings.retireMs, () => {
      if (this.#handlers.isBusy(connection)) this.#retire(connection);
      else connection.close();
    });
    this.#retiring.set(connection, timer);
  }

  #connections(): Connection[] {
    const all = [this.#current, this.#candidate, ...this.#retiring.keys()];
    return all.filter((connection) => connection !== undefined);
  }

  #onClosed(connection: Connection, reason: string): void {
    this.#handlers.onLost(connection, reason);
    this.#endRenewal();
    const wasCurrent = connection === this.#current;
    const retiring = this.#retiring.get(connection);
    retiring?.cancel();
    this.#retiring.delete(connection);
    if (wasCurrent) this.#current = undefined;
    if (connection === this.#candidate) this.#candidate = undefined;
    if (this.#allEnded !== undefined) {
      if (this.#connections().length === 0) this.#allEnded();
      return;
    }
    if (retiring !== undefined) return;
    this.#plan.notice(`connection lost: ${reason}`);
    if (wasCurrent) {
      if (this.#lastedMs() >= this.#plan.settings.stableMs) this.#failures = 0;
      this.#report('down');
      // A replacement is on its way: its end decides what comes next.
      if (this.#candidate !== undefined) return;
    } else if (this.#current === undefined) {
      this.#report('down');
    }
    this.#failures += 1;
    this.#connectAfter(backoffMs(this.#failures, this.#plan.settings, this.#host.random));
  }

  #endRenewal(): void {
    if (this.#isRenewing) this.#plan.renewals.release();
    this.#isRenewing = false;
  }

  #lastedMs(): number {
    return (this.#host.clock.monoUs() - this.#readyAtUs) / 1000;
  }

  #connectAfter(delayMs: number): void {
    this.#next?.cancel();
    this.#next = this.#host.timers.after(delayMs, () => {
      if (this.#current === undefined) this.#connect();
      else this.#renew();
    });
  }

  #report(state: SessionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#handlers.onState(state);
  }
}
