import type { MinuteBar } from '../../../src/exchange/crowdPort.ts';
import { ExchangeServer, type Startup } from '../../../src/exchange/gateway/exchangeServer.ts';
import type { ExchangeSettings } from '../../../src/exchange/settings.ts';
import type { HttpClient, HttpResponse, Socket } from '../../../src/std/host.ts';
import { QuietCrowd } from '../../exchange/support/quietCrowd.ts';
import { OPERATIONS, type OperationPath } from './documented.ts';
import { type Fields, Outsider } from './outsider.ts';
import type { Stage } from './stage.ts';

type Row = Record<string, unknown>;
/** The parsed body of an answer; `data` is whatever the endpoint has. */
export interface Answer {
  readonly status: number;
  readonly body: Row & { readonly data?: never };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of any shape.
  readonly data: any;
}

/** One party's keys and addresses. */
export interface Party {
  readonly account: string;
  readonly apiKey: string;
  readonly owner: Outsider;
  readonly agent: Outsider;
}

const TAPE_START_MS = 1_736_640_000_000;
const WINDOW = { expiry_window: 5000 };
/** Short rhythms: nothing here waits for long, on whatever clock. */
const BRISK: Partial<ExchangeSettings> = {
  takerDelayMs: 5,
  bookPushMs: 20,
  accountInfoPushMs: 40,
  equitySampleMs: 20,
  fundingSampleMs: 1000,
  unidentifiedQuotaTenths: 10_000_000,
};

/** An exchange on a stage, and somebody who visits it over its sockets. */
export class Visit {
  readonly stage: Stage;
  readonly crowd: QuietCrowd = new QuietCrowd();
  /** Names of the documentation that were answered with success over a socket. */
  readonly met: Set<string> = new Set();
  server!: ExchangeServer;
  startup!: Startup;
  parties: Party[] = [];
  #http!: HttpClient;
  readonly #lines: Line[] = [];

  static async begin(stage: Stage): Promise<Visit> {
    const visit = new Visit(stage);
    visit.crowd.minutes = Array.from({ length: 10 }, (_, i) => minute(i - 10));
    const options = {
      hostname: '127.0.0.1',
      port: 0,
      maxConnections: 200,
      accounts: 8,
      familySize: 4,
      owner: 'family',
      balanceMicro: 100_000_000_000,
      feeLevel: 7,
      seed: 1,
      settings: BRISK,
      crowd: visit.crowd,
    } as const;
    visit.server = await stage.settle(ExchangeServer.start(stage.exchange, options));
    visit.startup = visit.server.startup();
    visit.parties = visit.startup.accounts.map((each) => ({
      account: each.account,
      apiKey: each.apiKey,
      owner: new Outsider(each.secretKey),
      agent: new Outsider(each.agentSecretKey),
    }));
    visit.#http = stage.client.transport.openHttp(visit.startup.rest.replace(/\/api.*/, ''));
    visit.server.run(() => {
      visit.crowd.btc.add('bid', 99_990, 1_000_000, 'GTC');
      visit.crowd.btc.add('ask', 100_010, 1_000_000, 'GTC');
      visit.crowd.eth.add('bid', 32_990, 1_000_000, 'GTC');
      visit.crowd.eth.add('ask', 33_010, 1_000_000, 'GTC');
    });
    return visit;
  }

  constructor(stage: Stage) {
    this.stage = stage;
  }

  async end(): Promise<void> {
    for (const line of this.#lines) line.socket.terminate();
    await this.stage.settle(this.#http.close());
    await this.stage.settle(this.server.close());
  }

  party(index: number): Party {
    return this.parties[index] as Party;
  }

  get nowMs(): number {
    return this.server.nowMs();
  }

  async request(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<HttpResponse> {
    const request = { method, path: `/api/v1${path}`, headers };
    const whole = body === undefined ? request : { ...request, body };
    return this.stage.settle(this.#http.request(whole, 8000));
  }

  /** A read; fails unless it is answered with success. */
  async read(path: string): Promise<Answer> {
    const answer = await this.tryRead(path);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    this.met.add(path.split('?', 1)[0] as string);
    return answer;
  }

  async tryRead(path: string): Promise<Answer> {
    return answerOf(await this.request('GET', path));
  }

  /** Reads again and again until `isThere`; the stage's deadline ends it. */
  async readUntil(path: string, isThere: (answer: Answer) => boolean): Promise<Answer> {
    const untilMs = this.nowMs + 8000;
    for (;;) {
      const answer = await this.read(path);
      if (isThere(answer)) return answer;
      if (this.nowMs > untilMs) throw new Error(`${path} stays ${JSON.stringify(answer.body)}`);
    }
  }

  /** A signed operation; fails unless it is answered with success. */
  async post(party: Party, path: OperationPath, fields: Fields, by?: Outsider): Promise<Answer> {
    const answer = await this.tryPost(party, path, fields, by);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    this.met.add(path);
    return answer;
  }

  async tryPost(party: Party, path: OperationPath, fields: Fields, by?: Outsider): Promise<Answer> {
    return this.send(party, path, this.signed(party, OPERATIONS[path], fields, by));
  }

  /** Sends a body as it is. */
  async send(party: Party, path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'pf-api-key': party.apiKey };
    return answerOf(await this.request('POST', path, JSON.stringify(body), headers));
  }

  /** A complete body, signed by the party's agent key unless `by` somebody else. */
  signed(party: Party, type: string, fields: Fields, by: Outsider = party.agent): Fields {
    const header = { timestamp: this.nowMs, ...WINDOW };
    const signature = by.signature(type, header, fields);
    const agent = by.address === party.account ? {} : { agent_wallet: by.address };
    return { account: party.account, ...agent, signature, ...header, ...fields };
  }

  /** A resting limit order's id. */
  async rest(party: Party, over: Fields = {}): Promise<number> {
    const { data } = await this.post(party, '/orders/create', limit(over));
    return data.order_id;
  }

  async connect(party?: Party): Promise<Line> {
    const line = new Line(this);
    const headers = party === undefined ? {} : { 'pf-api-key': party.apiKey };
    await this.stage.settle(line.open(headers));
    this.#lines.push(line);
    return line;
  }
}

/** A WebSocket of the visitor. */
export class Line {
  socket!: Socket;
  closed: [number, string] | undefined;
  readonly #visit: Visit;
  readonly #frames: Row[] = [];
  readonly #waiting: { matches: (frame: Row) => boolean; resolve: (frame: Row) => void }[] = [];

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  open(headers: Record<string, string>): Promise<void> {
    const { startup, stage } = this.#visit;
    return new Promise((resolve) => {
      this.socket = stage.client.transport.openSocket(startup.ws, headers, {
        onOpen: resolve,
        onMessage: (text) => this.#arrived(JSON.parse(text)),
        onClose: (code, reason) => {
          this.closed = [code, reason];
        },
      });
    });
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first frame that matches, from those that came and were not taken yet, or to come. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of any shape.
  async next(matches: (frame: any) => boolean): Promise<any> {
    const at = this.#frames.findIndex(matches);
    if (at >= 0) return this.#frames.splice(at, 1)[0];
    const { stage } = this.#visit;
    return stage.settle(new Promise((resolve) => this.#waiting.push({ matches, resolve })));
  }

  /** Subscribes and waits for the acknowledgement, which repeats the parameters. */
  async subscribe(params: Fields): Promise<void> {
    this.say({ method: 'subscribe', params });
    const wanted = JSON.stringify(params);
    await this.next(
      ({ channel, data }) => channel === 'subscribe' && JSON.stringify(data) === wanted,
    );
  }

  /** The next frame of a channel that matches. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of any shape.
  async heard(channel: string, matches: (data: any) => boolean = () => true): Promise<any> {
    const frame = await this.next((each) => each.channel === channel && matches(each.data));
    this.#visit.met.add(`channel ${channel}`);
    return frame;
  }

  /** An operation, and the frame that answers it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of any shape.
  async operate(id: string, key: string, body: unknown): Promise<any> {
    this.say({ id, params: { [key]: body } });
    const frame = await this.next((each) => each.id === id);
    if (frame.code === 200) this.#visit.met.add(`socket ${key}`);
    return frame;
  }

  #arrived(frame: Row): void {
    const at = this.#waiting.findIndex(({ matches }) => matches(frame));
    if (at < 0) this.#frames.push(frame);
    else this.#waiting.splice(at, 1)[0]?.resolve(frame);
  }
}

/** Fields of a limit order that rests far from the price. */
export function limit(over: Fields = {}): Fields {
  const fields = { symbol: 'BTC', price: '90000', amount: '0.01', side: 'bid', tif: 'GTC' };
  return { ...fields, reduce_only: false, ...over };
}

function answerOf({ body, status }: HttpResponse): Answer {
  let parsed: Row;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = { text: body };
  }
  return { status, body: parsed as Answer['body'], data: parsed.data };
}

function minute(at: number): MinuteBar {
  return {
    openTimeMs: TAPE_START_MS + at * 60_000,
    openTicks: 100_000,
    highTicks: 100_005,
    lowTicks: 99_995,
    closeTicks: 100_000,
    volumeLots: 100,
  };
}
