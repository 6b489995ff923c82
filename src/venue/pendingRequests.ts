import type { RequestReply } from '../desk/ports.ts';
import type { ReplyFrame } from '../protocol/frames/frame.ts';
import { failureOf, type Outcome } from '../protocol/outcome.ts';
import { readOrderId } from '../protocol/replies/envelope.ts';
import type { Timer, Timers } from '../std/host.ts';
import type { Connection } from './connection.ts';

interface Pending {
  readonly requestId: number;
  readonly connection: Connection;
  readonly timer: Timer;
}

/** Requests on the WebSocket that wait for their answers: each ends once, and only once. */
export class PendingRequests {
  readonly #timers: Timers;
  readonly #timeoutMs: number;
  readonly #settle: (requestId: number, outcome: Outcome<RequestReply>) => void;
  readonly #byId = new Map<string, Pending>();

  constructor(
    timers: Timers,
    timeoutMs: number,
    settle: (requestId: number, outcome: Outcome<RequestReply>) => void,
  ) {
    this.#timers = timers;
    this.#timeoutMs = timeoutMs;
    this.#settle = settle;
  }

  add(id: string, requestId: number, connection: Connection): void {
    const timer = this.#timers.after(this.#timeoutMs, () =>
      this.#end(id, { kind: 'unknown', message: `no answer within ${this.#timeoutMs} ms` }),
    );
    this.#byId.set(id, { requestId, connection, timer });
  }

  /** False when the frame answers nothing that waits: it has no id, or came after the time-out. */
  answer(frame: ReplyFrame): boolean {
    return frame.id !== null && this.#end(frame.id, outcomeOf(frame));
  }

  /** The connection is gone: whether its requests were admitted only the exchange can tell. */
  lose(connection: Connection, reason: string): void {
    for (const [id, pending] of this.#byId) {
      if (pending.connection === connection) this.#end(id, { kind: 'unknown', message: reason });
    }
  }

  isOn(connection: Connection): boolean {
    return this.#byId.values().some((pending) => pending.connection === connection);
  }

  #end(id: string, outcome: Outcome<RequestReply>): boolean {
    const pending = this.#byId.get(id);
    if (pending === undefined) return false;
    this.#byId.delete(id);
    pending.timer.cancel();
    this.#settle(pending.requestId, outcome);
    return true;
  }
}

function outcomeOf(frame: ReplyFrame): Outcome<RequestReply> {
  if (frame.code !== 200) return failureOf(frame.code, frame.error ?? '', frame.errorId);
  return { kind: 'ok', value: { orderId: readOrderId(frame.data), overSocket: true } };
}
