import { BATCH_ORDERS } from '../../../protocol/operations/orders/batchOrders.ts';
import type { Socket } from '../../../std/host.ts';
import { BATCH, type OperationKey } from '../../core/exchange.ts';
import { SERVED } from '../../core/requests/operationTable.ts';
import type { Reply } from '../../core/requests/prepared.ts';
import { RATE_LIMITED, type Result } from '../../core/requests/refusal.ts';
import { socketData } from '../../payloads/replyPayloads.ts';
import { operationTenths, type Payer } from '../credits/creditMeters.ts';
import type { Line } from '../faults/frameFaults.ts';
import { accountIn, type Mishap, type RequestSubject } from '../faults/requestFaults.ts';
import type { Gateway } from '../gateway.ts';
import { parseMessage } from '../parseMessage.ts';
import type { ChannelHub } from './channelHub.ts';
import { accountOf, type Channel, channelOf } from './channels.ts';

/** Operations by their key in `params`. */
const OPERATIONS: ReadonlyMap<string, OperationKey> = new Map<string, OperationKey>([
  [BATCH_ORDERS.wsKey, BATCH],
  ...SERVED.flatMap(({ type, wsKey }): [string, OperationKey][] =>
    wsKey === undefined ? [] : [[wsKey, type]],
  ),
]);

type Params = Readonly<Record<string, unknown>>;

/** One WebSocket: its subscriptions, its orders, its credits. */
export class SocketSession implements Line {
  readonly openedMs: number;
  lastMessageMs: number;
  readonly #socket: Socket;
  readonly #gateway: Gateway;
  readonly #hub: ChannelHub;
  readonly #payer: Payer;
  /** Subscribed keys by source. */
  readonly #subscribed: Map<string, Map<string, Channel>> = new Map();
  #isOpen = true;
  /** From then on a half-open socket neither hears nor says anything. */
  #silentFromMs: number = Number.POSITIVE_INFINITY;

  constructor(socket: Socket, gateway: Gateway, hub: ChannelHub, payer: Payer) {
    this.#socket = socket;
    this.#gateway = gateway;
    this.#hub = hub;
    this.#payer = payer;
    this.openedMs = gateway.steadyMs();
    this.lastMessageMs = this.openedMs;
  }

  /** Sends a frame of a channel, unless something is made to go wrong with it. */
  send(text: string, channel: string, account?: string): void {
    if (!this.#isOpen || this.isSilent) return;
    const { faults } = this.#gateway;
    if (faults.touchFrames) faults.frame(this, { channel, account }, text);
    else this.write(text);
  }

  /** Hands text to the socket; a reader that is too far behind is cut. */
  write(text: string): void {
    if (!this.#isOpen) return;
    if (this.#socket.bufferedBytes() > this.#gateway.settings.slowReaderBytes) {
      this.cut();
      return;
    }
    this.#socket.send(text);
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.closed();
    this.#socket.terminate();
  }

  fallSilentAfter(ms: number): void {
    this.#silentFromMs = this.openedMs + ms;
  }

  /** A half-open socket has no idle time: nobody at this end counts it. */
  get isSilent(): boolean {
    return (
      this.#silentFromMs !== Number.POSITIVE_INFINITY &&
      this.#gateway.steadyMs() >= this.#silentFromMs
    );
  }

  close(reason: string): void {
    this.#socket.close(1000, reason);
  }

  /** The socket is gone: nothing is sent any more, orders stay. */
  closed(): void {
    this.#isOpen = false;
    for (const channels of this.#subscribed.values()) {
      for (const channel of channels.values()) this.#hub.leave(this, channel);
    }
    this.#subscribed.clear();
  }

  onMessage(text: string): void {
    // A connection that was cut may still have frames that had arrived before.
    if (!this.#isOpen || this.isSilent) return;
    const message = asObject(parseMessage(text));
    // What is not understood keeps no connection alive, as a ping in another dialect showed.
    if (this.#take(message)) this.lastMessageMs = this.#gateway.steadyMs();
    else this.#invalid(message?.id);
  }

  /** False when the message says nothing that is understood. */
  #take(message: Params | undefined): boolean {
    const params = asObject(message?.params);
    if (message?.method === 'ping') this.send('{"channel":"pong"}', 'pong');
    else if (params === undefined) return false;
    else if (message?.method === 'subscribe') this.#subscribe(params);
    else if (message?.method === 'unsubscribe') this.#unsubscribe(params);
    else return message?.method === undefined && this.#operate(message?.id, params);
    return true;
  }

  /**
   * What is not understood is answered, with the id that it came with if it has one; what names no
   * channel of ours is met with silence.
   */
  #invalid(id: unknown): void {
    const t = this.#gateway.nowMs();
    this.send(JSON.stringify({ id, code: 400, err: 'Invalid request', t }), 'answer');
  }

  #subscribe(params: Params): void {
    const channel = this.#gateway.run((state) => channelOf(state, params));
    if (channel === undefined) return;
    const channels = this.#subscribed.get(channel.source) ?? new Map<string, Channel>();
    if (!channels.has(channel.key)) {
      if (channels.size >= this.#gateway.settings.subscriptionsPerChannel) return;
      channels.set(channel.key, channel);
      this.#subscribed.set(channel.source, channels);
      this.#hub.join(this, channel);
    }
    this.send(JSON.stringify({ channel: 'subscribe', data: params }), 'subscribe');
    const snapshot = this.#hub.snapshot(channel);
    if (snapshot !== undefined) this.send(snapshot, channel.source, accountOf(channel));
  }

  #unsubscribe(params: Params): void {
    const channel = this.#gateway.run((state) => channelOf(state, params));
    if (channel === undefined) return;
    this.#subscribed.get(channel.source)?.delete(channel.key);
    this.#hub.leave(this, channel);
    this.send(JSON.stringify({ channel: 'unsubscribe', data: params }), 'unsubscribe');
  }

  /** False when no operation of ours is named. */
  #operate(id: unknown, params: Params): boolean {
    const keys = Object.keys(params);
    const [named = ''] = keys;
    // Some clients send a batch without the name of the operation around it.
    const isBare = named === 'actions';
    const key = isBare ? BATCH : OPERATIONS.get(named);
    if (key === undefined || keys.length !== 1) return false;
    const body = isBare ? params : params[named];
    const { faults, settings, truth } = this.#gateway;
    const account = accountIn(body);
    const subject: RequestSubject = { transport: 'ws', operation: key, account };
    const mishap = faults.mishap(subject);
    if (mishap?.at === 'before') {
      this.#suffer(mishap, id, subject);
      return true;
    }
    const tenths = operationTenths(key, body, settings);
    if (this.#payer.meter.spend(this.#gateway.nowMs(), tenths)) {
      this.#gateway.submit(key, body, this.#payer.peer, (result) => {
        if (mishap === undefined) this.#answer(id, subject, result);
        else this.#suffer(mishap, id, subject);
      });
      return true;
    }
    truth.tooManyRequests += 1;
    this.#answer(id, subject, { ok: false, refusal: RATE_LIMITED });
    return true;
  }

  /** What happens in place of the answer. */
  #suffer({ act, refusal }: Mishap, id: unknown, subject: RequestSubject): void {
    if (act === 'cut') this.cut();
    else if (act === 'answer') this.#answer(id, subject, { ok: false, refusal });
  }

  #answer(given: unknown, subject: RequestSubject, result: Result<Reply>): void {
    const { account, operation: type } = subject;
    const id = !result.ok && this.#gateway.faults.omitsId(subject) ? undefined : given;
    const t = this.#gateway.nowMs();
    const frame = result.ok
      ? { code: 200, data: socketData(result.value), id, t, type }
      : { id, type, code: result.refusal.wsCode, err: result.refusal.error, t };
    this.send(JSON.stringify({ ...frame, ...this.#credits(t) }), 'answer', account);
  }

  /** Only connections with an API config key hear about their credits. */
  #credits(nowMs: number): object {
    const { identified, meter } = this.#payer;
    if (!identified) return {};
    const rl = { r: meter.remainingTenths(nowMs), q: meter.quotaTenths, t: meter.refreshS(nowMs) };
    return { rl };
  }
}

function asObject(value: unknown): Params | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Params)
    : undefined;
}
