import { BATCH_ORDERS } from '../../../protocol/operations/orders/batchOrders.ts';
import type { Socket } from '../../../std/host.ts';
import { BATCH, type OperationKey } from '../../core/exchange.ts';
import { SERVED } from '../../core/requests/operationTable.ts';
import type { Reply } from '../../core/requests/prepared.ts';
import { RATE_LIMITED, type Result } from '../../core/requests/refusal.ts';
import { socketData } from '../../payloads/replyPayloads.ts';
import { operationTenths, type Payer } from '../credits/creditMeters.ts';
import type { Gateway } from '../gateway.ts';
import type { ChannelHub } from './channelHub.ts';
import { type Channel, channelOf } from './channels.ts';

/** Operations by their key in `params`. */
const OPERATIONS: ReadonlyMap<string, OperationKey> = new Map<string, OperationKey>([
  [BATCH_ORDERS.wsKey, BATCH],
  ...SERVED.flatMap(({ type, wsKey }): [string, OperationKey][] =>
    wsKey === undefined ? [] : [[wsKey, type]],
  ),
]);

type Params = Readonly<Record<string, unknown>>;

/** One WebSocket: its subscriptions, its orders, its credits. */
export class SocketSession {
  readonly openedMs: number;
  lastMessageMs: number;
  readonly #socket: Socket;
  readonly #gateway: Gateway;
  readonly #hub: ChannelHub;
  readonly #payer: Payer;
  /** Subscribed keys by source. */
  readonly #subscribed: Map<string, Map<string, Channel>> = new Map();
  #isOpen = true;

  constructor(socket: Socket, gateway: Gateway, hub: ChannelHub, payer: Payer) {
    this.#socket = socket;
    this.#gateway = gateway;
    this.#hub = hub;
    this.#payer = payer;
    this.openedMs = gateway.nowMs();
    this.lastMessageMs = this.openedMs;
  }

  /** Sends a frame; a reader that is too far behind is cut. */
  send(text: string): void {
    if (!this.#isOpen) return;
    if (this.#socket.bufferedBytes() > this.#gateway.settings.slowReaderBytes) {
      this.closed();
      this.#socket.terminate();
      return;
    }
    this.#socket.send(text);
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
    this.lastMessageMs = this.#gateway.nowMs();
    const message = objectIn(text);
    const params = asObject(message?.params);
    if (message?.method === 'ping') this.send('{"channel":"pong"}');
    else if (params === undefined) this.#invalid();
    else if (message?.method === 'subscribe') this.#subscribe(params);
    else if (message?.method === 'unsubscribe') this.#unsubscribe(params);
    else if (message?.method === undefined) this.#operate(message?.id, params);
    else this.#invalid();
  }

  /** What is not understood is answered; what names no channel of ours is met with silence. */
  #invalid(): void {
    this.send(JSON.stringify({ code: 400, err: 'Invalid request', t: this.#gateway.nowMs() }));
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
    this.send(JSON.stringify({ channel: 'subscribe', data: params }));
    const snapshot = this.#hub.snapshot(channel);
    if (snapshot !== undefined) this.send(snapshot);
  }

  #unsubscribe(params: Params): void {
    const channel = this.#gateway.run((state) => channelOf(state, params));
    if (channel === undefined) return;
    this.#subscribed.get(channel.source)?.delete(channel.key);
    this.#hub.leave(this, channel);
    this.send(JSON.stringify({ channel: 'unsubscribe', data: params }));
  }

  #operate(id: unknown, params: Params): void {
    const keys = Object.keys(params);
    const [named = ''] = keys;
    const key = OPERATIONS.get(named);
    if (key === undefined || keys.length !== 1) {
      this.#invalid();
      return;
    }
    const body = params[named];
    const { settings, truth } = this.#gateway;
    const tenths = operationTenths(key, body, settings);
    if (this.#payer.meter.spend(this.#gateway.nowMs(), tenths)) {
      this.#gateway.submit(key, body, (result) => this.#answer(id, key, result));
      return;
    }
    truth.tooManyRequests += 1;
    this.#answer(id, key, { ok: false, refusal: RATE_LIMITED });
  }

  #answer(id: unknown, type: OperationKey, result: Result<Reply>): void {
    const t = this.#gateway.nowMs();
    const frame = result.ok
      ? { code: 200, data: socketData(result.value), id, t, type }
      : { id, type, code: result.refusal.wsCode, err: result.refusal.error, t };
    this.send(JSON.stringify({ ...frame, ...this.#credits(t) }));
  }

  /** Only connections with an API config key hear about their credits. */
  #credits(nowMs: number): object {
    const { identified, meter } = this.#payer;
    if (!identified) return {};
    const rl = { r: meter.remainingTenths(nowMs), q: meter.quotaTenths, t: meter.refreshS(nowMs) };
    return { rl };
  }
}

function objectIn(text: string): Params | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Params | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Params)
    : undefined;
}
