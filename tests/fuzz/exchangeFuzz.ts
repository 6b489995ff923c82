import {
  ExchangeServer,
  type ExchangeServerOptions,
} from '../../src/exchange/gateway/exchangeServer.ts';
import { World } from '../../src/simulation/world.ts';
import type { HttpResponse, SocketHandlers } from '../../src/std/host.ts';
import { between, SeededRandom } from '../../src/std/random.ts';
import {
  CHANNELS,
  OPERATIONS,
  READS,
  SOCKET_OPERATIONS,
} from '../conformance/support/documented.ts';
import { Outsider } from '../conformance/support/outsider.ts';
import { missingMoney } from '../exchange/support/missingMoney.ts';
import { QuietCrowd } from '../exchange/support/quietCrowd.ts';
import { whyUnacceptable } from './acceptance.ts';
import { type FuzzFailure, type FuzzFigures, type FuzzOptions, Tally } from './fuzzRun.ts';
import { type Json, mangled, mutated, noise, once, pick } from './mutations.ts';
import { ethOf, type Request, Scribe, type Trader } from './requests.ts';

/** Inputs that are under way together, before time passes and the answers are read. */
const TOGETHER = 40;
/** Longer than the taker delay. */
const WAIT_MS = 260;
const KNOWN_STATUSES = new Set([200, 400, 401, 403, 404, 409, 413, 422, 429]);
const KNOWN_CODES = new Set([200, 400, 401, 402, 403, 420, 429]);
const OPTIONS: Omit<ExchangeServerOptions, 'crowd'> = {
  hostname: '127.0.0.1',
  port: 0,
  maxConnections: 1000,
  accounts: 6,
  familySize: 2,
  owner: 'family',
  // Little enough that markets which move bring some to liquidation.
  balanceMicro: 3_000_000_000,
  feeLevel: 7,
  seed: 1,
  // The credits of nobody in particular must not hide what lies behind them.
  settings: { unidentifiedQuotaTenths: 10_000_000, historyRows: 200 },
};
/** Old orders are kept for their histories; a fresh exchange now and then bounds the memory. */
const INPUTS_PER_EXCHANGE = 20_000;

type Method = 'GET' | 'POST';
type Sent =
  | { readonly by: 'rest'; readonly method: Method; readonly path: string; readonly text: string }
  | { readonly by: 'socket'; readonly text: string };

interface UnderWay {
  readonly sent: Sent;
  readonly at: number;
  readonly nowMs: number;
  response?: HttpResponse;
  thrown?: string;
  readonly frames: string[];
}

/**
 * Throws random and mutated requests at an exchange through its gateway: over REST and WebSocket,
 * signed, badly signed, changed after signing, or without any sense. It must answer each, with a
 * status of the documentation, accept nothing that its signer did not sign, lose no money, and
 * still serve its other clients.
 */
export async function fuzzExchange(options: FuzzOptions): Promise<FuzzFigures> {
  const { isOver, progress, runs, seed } = options;
  const tally = new Tally();
  let done = 0;
  let failure: FuzzFailure | undefined;
  for (let part = 0; done < runs && failure === undefined; part += 1) {
    if (isOver?.() === true) break;
    const inputs = Math.min(INPUTS_PER_EXCHANGE, runs - done);
    const fuzzer = await Fuzzer.open(seed + part * 1_000_003, done, tally);
    failure = await fuzzer.run(inputs, (at) => progress?.(at));
    done = failure === undefined ? done + inputs : failure.at + 1;
  }
  return { target: 'exchange', seed, inputs: done, answers: tally.counts, failure };
}

class Fuzzer {
  readonly #world: World;
  readonly #crowd: QuietCrowd;
  readonly #server: ExchangeServer;
  readonly #scribe: Scribe;
  readonly #random: SeededRandom;
  readonly #tally: Tally;
  readonly #bound = new Set<string>();
  #at: number;

  static async open(seed: number, firstInput: number, tally: Tally): Promise<Fuzzer> {
    const world = new World({ seed });
    const crowd = new QuietCrowd();
    const opening = ExchangeServer.start(world.host('exchange'), { ...OPTIONS, crowd });
    const server = await world.until(opening);
    return new Fuzzer(world, crowd, server, new SeededRandom(seed), firstInput, tally);
  }

  private constructor(
    world: World,
    crowd: QuietCrowd,
    server: ExchangeServer,
    random: SeededRandom,
    at: number,
    tally: Tally,
  ) {
    this.#world = world;
    this.#crowd = crowd;
    this.#server = server;
    this.#random = random;
    this.#tally = tally;
    this.#at = at;
    const traders = server.startup().accounts.map((each): Trader => {
      this.#bound.add(`${each.account} ${each.agentWallet}`);
      const owner = new Outsider(each.secretKey);
      const agent = new Outsider(each.agentSecretKey);
      return { account: each.account, apiKey: each.apiKey, owner, agent };
    });
    this.#scribe = new Scribe(traders, random);
    // Whatever key these bodies bind is one of these.
    for (const { account } of traders) {
      for (let i = 0; i <= 5; i += 1)
        this.#bound.add(`${account} ${Outsider.named(`agent ${i}`).address}`);
    }
  }

  async run(inputs: number, progress: (at: number) => void): Promise<FuzzFailure | undefined> {
    for (let done = 0; done < inputs; done += TOGETHER) {
      const failure = await this.#round(Math.min(TOGETHER, inputs - done));
      if (failure !== undefined) return failure;
      if (done % 10_000 < TOGETHER) progress(this.#at);
    }
    await this.#server.close();
    return undefined;
  }

  /** Prices wander, the crowd quotes around them, and now and then an hour passes on the tape. */
  #move(): void {
    const random = this.#random;
    const { btc, eth } = this.#crowd;
    const wanted = this.#scribe.middle + between(random, -1500, 1500);
    const middle = Math.min(150_000, Math.max(60_000, wanted));
    this.#scribe.middle = middle;
    for (const [market, ticks] of [
      [btc, middle],
      [eth, ethOf(middle)],
    ] as const) {
      market.setPrice(ticks);
      market.add('bid', ticks - between(random, 5, 30), between(random, 100, 20_000), 'GTC');
      market.add('ask', ticks + between(random, 5, 30), between(random, 100, 20_000), 'GTC');
    }
    if (once(random, 50)) this.#crowd.tapeStartMs += 3_600_000;
  }

  async #round(count: number): Promise<FuzzFailure | undefined> {
    if (once(this.#random, 3)) {
      try {
        this.#server.run(() => this.#move());
      } catch (thrown) {
        return { why: `a market that moved threw ${String(thrown)}`, input: '', at: this.#at };
      }
    }
    const underWay: UnderWay[] = [];
    for (let i = 0; i < count; i += 1) {
      const one: UnderWay = { sent: this.#drawn(), at: this.#at, nowMs: this.#now, frames: [] };
      this.#at += 1;
      underWay.push(one);
      try {
        this.#send(one);
      } catch (thrown) {
        return failureOf(one, `threw ${String(thrown)}`);
      }
    }
    try {
      await this.#world.run(WAIT_MS);
    } catch (thrown) {
      const input = underWay.map(({ sent }) => JSON.stringify(sent)).join('\n');
      return { why: `threw ${String(thrown)}`, input, at: this.#at - count };
    }
    for (const one of underWay) {
      const why = this.#whyWrong(one);
      if (why !== undefined) return failureOf(one, why);
    }
    return this.#aftermath(underWay);
  }

  /** What must hold after any requests: the money is all there, and others are served. */
  async #aftermath(underWay: readonly UnderWay[]): Promise<FuzzFailure | undefined> {
    const [missing, lastOrderId] = this.#server.run((state) => [
      missingMoney(state),
      state.lastOrderId,
    ]);
    this.#scribe.seen(lastOrderId);
    const input = underWay.map(({ sent }) => JSON.stringify(sent)).join('\n');
    if (missing !== '') return { why: missing, input, at: this.#at - underWay.length };
    const { status } = await this.#server.onRequest(
      { method: 'GET', path: '/api/v1/info', headers: {} },
      '10.1.1.1',
    );
    if (status === 200) return undefined;
    return { why: `it no longer serves: ${status}`, input, at: this.#at - underWay.length };
  }

  get #now(): number {
    return this.#server.nowMs();
  }

  #send(one: UnderWay): void {
    const { sent } = one;
    const peer = `10.0.0.${between(this.#random, 1, 3)}`;
    const { apiKey } = pick(this.#random, this.#scribe.traders);
    const headers: Record<string, string> = once(this.#random, 4) ? {} : { 'pf-api-key': apiKey };
    if (sent.by === 'socket') {
      this.#sendFrame(one, sent.text, headers, peer);
      return;
    }
    const { method, path, text } = sent;
    const body = method === 'POST' ? { body: text } : {};
    this.#server.onRequest({ method, path, headers, ...body }, peer).then(
      (response) => {
        one.response = response;
      },
      (thrown: unknown) => {
        one.thrown = String(thrown);
      },
    );
  }

  #sendFrame(one: UnderWay, text: string, headers: Record<string, string>, peer: string): void {
    const accept = this.#server.onUpgrade('/ws', headers, peer);
    if (typeof accept === 'number') throw new Error(`upgrade refused with ${accept}`);
    const socket: Pick<SocketHandlers, 'onMessage' | 'onClose'> = accept({
      send: (frame) => one.frames.push(frame),
      bufferedBytes: () => 0,
      close: () => undefined,
      terminate: () => undefined,
    });
    socket.onMessage(text);
    this.#world.host('exchange').timers.after(WAIT_MS - 1, () => socket.onClose(1000, ''));
  }

  #drawn(): Sent {
    const random = this.#random;
    const dice = between(random, 0, 99);
    if (dice < 15) return this.#read();
    if (dice < 25) return { by: 'socket', text: this.#message() };
    const overSocket = once(random, 4);
    if (dice < 30)
      return this.#wrapped(this.#scribe.request(this.#now), overSocket, noise(random, 300));
    const changed = once(random, 3) ? (fields: Json) => mutated(random, fields) : undefined;
    const request = this.#scribe.request(this.#now, changed);
    const { body } = request;
    if (dice < 45) return this.#wrapped(request, overSocket, JSON.stringify(body));
    if (dice < 55) return this.#wrapped(request, overSocket, mangled(random, JSON.stringify(body)));
    if (dice < 60) {
      const path = `/${pick(random, Object.keys(OPERATIONS)).slice(1)}`;
      return this.#wrapped({ ...request, path }, overSocket, JSON.stringify(body));
    }
    return this.#wrapped(request, overSocket, JSON.stringify(mutated(random, body)));
  }

  #wrapped({ path, type }: Request, overSocket: boolean, text: string): Sent {
    if (!overSocket) return { by: 'rest', method: 'POST', path: `/api/v1${path}`, text };
    const key = type === 'batch' ? 'batch_orders' : type;
    return { by: 'socket', text: `{"id":"${this.#at}","params":{${JSON.stringify(key)}:${text}}}` };
  }

  #read(): Sent {
    const random = this.#random;
    const { account } = pick(random, this.#scribe.traders);
    const names = [
      'account',
      'symbol',
      'interval',
      'start_time',
      'end_time',
      'limit',
      'cursor',
      'order_id',
      'agg_level',
      'time_range',
    ];
    const good: Record<string, string> = {
      account,
      symbol: 'BTC',
      interval: '1m',
      limit: '10',
      agg_level: '10',
      time_range: '1d',
      order_id: '1',
      start_time: '0',
    };
    const query = names
      .filter(() => once(random, 2))
      .map((name) => {
        const value = once(random, 3)
          ? noise(random, 20)
          : (good[name] ?? String(between(random, -5, 2 ** 31)));
        return `${name}=${once(random, 8) ? value : encodeURIComponent(value.toWellFormed())}`;
      })
      .join('&');
    const path = once(random, 10) ? noise(random, 30) : `/api/v1${pick(random, READS)}`;
    return {
      by: 'rest',
      method: once(random, 20) ? 'POST' : 'GET',
      path: `${path}?${query}`,
      text: '',
    };
  }

  /** Something that is no operation: subscriptions, pings, nonsense. */
  #message(): string {
    const random = this.#random;
    if (once(random, 6)) return noise(random, 200);
    const { account } = pick(random, this.#scribe.traders);
    const params: Json = {
      source: pick(random, CHANNELS),
      account,
      symbol: 'BTC',
      agg_level: 10,
      interval: '1m',
    };
    const message: Json = {
      method: pick(random, ['subscribe', 'subscribe', 'unsubscribe', 'ping']),
      params,
    };
    const changed = once(random, 3) ? message : mutated(random, message);
    const text = JSON.stringify(changed);
    return once(random, 6) ? mangled(random, text) : text;
  }

  #whyWrong(one: UnderWay): string | undefined {
    if (one.thrown !== undefined) return `threw ${one.thrown}`;
    return one.sent.by === 'rest' ? this.#whyWrongAnswer(one) : this.#whyWrongFrames(one);
  }

  #whyWrongAnswer({ nowMs, response, sent }: UnderWay): string | undefined {
    if (response === undefined || sent.by !== 'rest') return 'no answer';
    const { body, status } = response;
    this.#tally.add(`${sent.method} ${status}`);
    if (!KNOWN_STATUSES.has(status)) return `status ${status}: ${body.slice(0, 200)}`;
    const answer = parsed(body) as { success?: unknown; error?: unknown } | undefined;
    const isText = String(response.headers['content-type']).startsWith('text/');
    if (answer === undefined && !isText) return `no JSON: ${body.slice(0, 200)}`;
    if (status !== 200) return undefined;
    if (answer?.success !== true) return `200 without success: ${body.slice(0, 200)}`;
    if (sent.method === 'GET') return undefined;
    return this.#whyAcceptedWrongly(typeOfPath(sent.path), parsed(sent.text), nowMs);
  }

  #whyWrongFrames({ frames, nowMs, sent }: UnderWay): string | undefined {
    for (const text of frames) {
      const frame = parsed(text) as { channel?: string; code?: number; type?: string } | undefined;
      if (frame === undefined) return `sent no JSON: ${text.slice(0, 200)}`;
      this.#tally.add(frame.channel === undefined ? `socket ${frame.code}` : 'frame');
      if (frame.channel !== undefined) continue;
      if (!KNOWN_CODES.has(frame.code ?? 0)) return `code ${frame.code}: ${text.slice(0, 200)}`;
      if (frame.code !== 200) continue;
      const params = (parsed(sent.text) as { params?: Record<string, unknown> } | undefined)
        ?.params;
      const key = Object.keys(params ?? {})[0] ?? '';
      if (!(SOCKET_OPERATIONS as readonly string[]).includes(key)) continue;
      const type = key === 'batch_orders' ? 'batch' : key;
      const why = this.#whyAcceptedWrongly(type, params?.[key], nowMs);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  #whyAcceptedWrongly(type: string, body: unknown, nowMs: number): string | undefined {
    const why = whyUnacceptable(type, body, nowMs, (account, agent) =>
      this.#bound.has(`${account} ${agent}`),
    );
    return why && `accepted ${type}, but: ${why}`;
  }
}

function typeOfPath(path: string): string {
  const route = path.split('?', 1)[0]?.replace('/api/v1', '') ?? '';
  if (route === '/orders/batch') return 'batch';
  if (route === '/account/subaccount/create') return 'create_subaccount';
  return (OPERATIONS as Record<string, string>)[route] ?? 'unknown';
}

function failureOf({ at, sent }: UnderWay, why: string): FuzzFailure {
  return { why, input: JSON.stringify(sent), at };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
