import {
  ExchangeServer,
  type ExchangeServerOptions,
  type Startup,
} from '../../../src/exchange/gateway/exchangeServer.ts';
import { decodeBase58, encodeBase58 } from '../../../src/protocol/base58.ts';
import { World } from '../../../src/simulation/world.ts';
import type { Host, HttpClient, HttpResponse, Socket } from '../../../src/std/host.ts';
import { QuietCrowd } from './quietCrowd.ts';

export type Fields = Readonly<Record<string, unknown>>;
export type Frame = Readonly<Record<string, unknown>>;
type AccountOf = Startup['accounts'][number];

export interface HallOptions extends Partial<ExchangeServerOptions> {
  readonly crowd?: QuietCrowd;
}

/** The exchange as a server in a virtual world, with clients that sign for themselves. */
export class Hall {
  readonly world: World;
  readonly host: Host;
  readonly crowd: QuietCrowd;
  server!: ExchangeServer;
  startup!: Startup;
  #http!: HttpClient;

  static async open(options: HallOptions = {}): Promise<Hall> {
    const hall = new Hall(options.crowd ?? new QuietCrowd());
    hall.server = await hall.world.until(
      ExchangeServer.start(hall.world.host('exchange'), {
        hostname: '127.0.0.1',
        port: 0,
        maxConnections: 1000,
        accounts: 3,
        familySize: 2,
        owner: 'family',
        balanceMicro: 10_000_000_000,
        seed: 1,
        ...options,
        crowd: hall.crowd,
      }),
    );
    hall.startup = hall.server.startup();
    hall.#http = hall.host.transport.openHttp(hall.startup.rest.replace(/\/api.*/, ''));
    return hall;
  }

  constructor(crowd: QuietCrowd) {
    this.crowd = crowd;
    this.world = new World({ seed: 7 });
    this.host = this.world.host('client');
  }

  account(index: number): AccountOf {
    return this.startup.accounts[index] as AccountOf;
  }

  get nowMs(): number {
    return this.server.nowMs();
  }

  request(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<HttpResponse> {
    const request = { method, path, headers, ...(body === undefined ? {} : { body }) };
    return this.world.until(this.#http.request(request, 5000));
  }

  /** The parsed body of a read below `/api/v1`. */
  async read(path: string): Promise<Frame> {
    return JSON.parse((await this.request('GET', `/api/v1${path}`)).body);
  }

  /** A signed request for account `index`; answers status and body. */
  async post(
    index: number,
    path: string,
    type: string,
    fields: Fields,
  ): Promise<[number, unknown]> {
    const body = JSON.stringify(this.signed(index, type, fields));
    const headers = { 'pf-api-key': this.account(index).apiKey };
    const response = await this.request('POST', `/api/v1${path}`, body, headers);
    return [response.status, JSON.parse(response.body)];
  }

  limit(index: number, side: string, price: string, amount: string, over: Fields = {}): Fields {
    return { symbol: 'BTC', price, amount, side, tif: 'ALO', reduce_only: false, ...over, index };
  }

  /** A complete request body, signed by the agent key of account `index`. */
  signed(index: number, type: string, { index: _, ...fields }: Fields): Fields {
    const { account, agentSecretKey, agentWallet } = this.account(index);
    const header = { timestamp: this.nowMs, expiry_window: 5000 };
    const message = JSON.stringify(sorted({ ...header, type, data: fields }));
    const secret = decodeBase58(agentSecretKey, 64) as Uint8Array;
    const key = this.host.crypto.loadKey(secret.slice(0, 32));
    const signature = encodeBase58(key.sign(new TextEncoder().encode(message)));
    return { account, agent_wallet: agentWallet, signature, ...header, ...fields };
  }

  /** Opens a WebSocket; it is open when this returns. */
  async connect(index?: number): Promise<Line> {
    const headers = index === undefined ? {} : { 'pf-api-key': this.account(index).apiKey };
    const line = new Line(this);
    await this.world.until(
      new Promise<void>((resolve) => {
        line.socket = this.host.transport.openSocket(this.startup.ws, headers, {
          onOpen: resolve,
          onMessage: (text) => line.frames.push(JSON.parse(text)),
          onClose: (code, reason) => {
            line.closed = [code, reason];
            resolve();
          },
        });
      }),
    );
    return line;
  }
}

/** One WebSocket of a client. */
export class Line {
  socket!: Socket;
  frames: Frame[] = [];
  closed: [number, string] | undefined;
  readonly #hall: Hall;

  constructor(hall: Hall) {
    this.#hall = hall;
  }

  /** Sends and returns what arrives within the next 20 ms. */
  async say(message: unknown, waitMs = 20): Promise<Frame[]> {
    this.frames = [];
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    await this.#hall.world.run(waitMs);
    return this.frames;
  }

  subscribe(params: Fields): Promise<Frame[]> {
    return this.say({ method: 'subscribe', params });
  }

  /** What arrives within `ms` on a channel. */
  async heard(ms: number, channel: string): Promise<Frame[]> {
    this.frames = [];
    await this.#hall.world.run(ms);
    return this.frames.filter((frame) => frame.channel === channel);
  }
}

/** Sorted at every level, by a reading of the rules that shares nothing with the house. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}
