import { DOLLARS, format } from '../../std/decimal.ts';
import type {
  AcceptSocket,
  Host,
  HttpRequest,
  HttpResponse,
  Listening,
  ServerHandlers,
  Timer,
} from '../../std/host.ts';
import { type Answer, Exchange, type OperationKey } from '../core/exchange.ts';
import type { ExchangeState } from '../core/exchangeState.ts';
import type { Truth } from '../core/truth.ts';
import type { Crowd } from '../crowdPort.ts';
import { DEFAULT_SETTINGS, type ExchangeSettings } from '../settings.ts';
import { administer } from './admin/administer.ts';
import { CreditMeters } from './credits/creditMeters.ts';
import { ExchangeClock } from './exchangeClock.ts';
import { type FaultProfile, NO_FAULTS } from './faults/fault.ts';
import { Faults } from './faults/faults.ts';
import { failure } from './faults/requestFaults.ts';
import type { Gateway } from './gateway.ts';
import { API, RestApi } from './rest/restApi.ts';
import { type AccountLayout, type SeededAccount, seededAccounts } from './seededAccounts.ts';
import { ChannelHub } from './socket/channelHub.ts';
import { Connections } from './socket/connections.ts';
import { SocketSession } from './socket/socketSession.ts';
import { steadyCrowd } from './steadyCrowd.ts';
import { type TruthReport, truthReport } from './truthReport.ts';

const { min } = Math;

export interface ExchangeServerOptions extends AccountLayout {
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly maxConnections: number;
  readonly settings?: Partial<ExchangeSettings>;
  readonly crowd: Crowd;
  /** What goes wrong on purpose; nothing by default. */
  readonly faults?: FaultProfile;
}

/** The line that `breakwater exchange` prints when it is ready, but for its `pid`. */
export interface Startup {
  /** Ends in `/api/v1`. */
  readonly rest: string;
  readonly ws: string;
  readonly accounts: readonly {
    readonly account: string;
    readonly secretKey: string;
    readonly agentWallet: string;
    readonly agentSecretKey: string;
    readonly main: string;
    readonly apiKey: string;
    readonly owner: number;
    /** Dollars. */
    readonly balance: string;
  }[];
}

/** The simulated exchange on a host: its core, its crowd, and the two transports. */
export class ExchangeServer implements Gateway, ServerHandlers {
  readonly settings: ExchangeSettings;
  readonly meters: CreditMeters;
  readonly #host: Host;
  readonly #options: ExchangeServerOptions;
  readonly #clock: ExchangeClock;
  readonly #accounts: readonly SeededAccount[];
  readonly #exchange: Exchange;
  readonly #hub: ChannelHub = new ChannelHub();
  readonly #rest: RestApi;
  readonly #connections: Connections;
  readonly #crowd: Crowd;
  #faults: Faults;
  /** How far the exchange's clock is moved from the steady one, in which the rest counts. */
  #offsetMs = 0;
  #hasOutages = false;
  #crowdDueMs: number;
  #pushDueMs: number;
  #wake: Timer | undefined;
  #wakeMs: number = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #listening: Listening | undefined;

  private constructor(host: Host, options: ExchangeServerOptions) {
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.#host = host;
    this.#options = options;
    this.#clock = new ExchangeClock(host.clock);
    this.#crowd = steadyCrowd(options.crowd, () => this.#offsetMs);
    this.#accounts = seededAccounts(options, host.crypto);
    this.#exchange = new Exchange({
      settings: this.settings,
      accounts: this.#accounts.map((seed) => ({ ...seed, createdMs: this.nowMs() })),
      verify: (message, signature, key) => host.crypto.verify(message, signature, key),
      listener: this.#hub,
      crowd: this.#crowd,
    });
    this.#hub.attach(this.#exchange.state);
    const { accounts } = this.#exchange.state;
    this.meters = new CreditMeters((apiKey) => accounts.familyByApiKey(apiKey), this.settings);
    this.#rest = new RestApi(this);
    this.#connections = new Connections(this.settings);
    this.#faults = this.#arming(options.faults ?? NO_FAULTS);
    const nowMs = this.#clock.nowMs();
    this.#crowdDueMs = nowMs;
    this.#pushDueMs = nowMs + this.settings.bookPushMs;
  }

  /** Opens the books, then the port. Rejects with `PORT_BUSY` when it is taken. */
  static async start(host: Host, options: ExchangeServerOptions): Promise<ExchangeServer> {
    const server = new ExchangeServer(host, options);
    server.#step(() => server.#crowd.open(server.#exchange.port, server.nowMs()));
    const { hostname, maxConnections, port } = options;
    const { maxBodyBytes, maxBytes } = server.settings;
    try {
      server.#listening = await host.server.listen(
        { hostname, port, maxBytes, maxBodyBytes, maxConnections },
        server,
      );
    } catch (refusal) {
      await server.close();
      throw refusal;
    }
    return server;
  }

  /** Stops the clock of the markets and drops every connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#faults.end();
    this.#wake?.cancel();
    await this.#listening?.close();
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  get truth(): Truth {
    return this.#exchange.state.truth;
  }

  startup(): Startup {
    const where = `${this.#options.hostname}:${this.port}`;
    return {
      rest: `http://${where}${API}`,
      ws: `ws://${where}/ws`,
      accounts: this.#accounts.map((account) => ({
        account: account.address,
        secretKey: account.secretKey,
        agentWallet: account.agentWallet,
        agentSecretKey: account.agentSecretKey,
        main: account.main,
        apiKey: account.apiKey,
        owner: account.owner,
        balance: format(account.balanceMicro, DOLLARS),
      })),
    };
  }

  /** What really happened, for tests and for the report of the demo. */
  report(): TruthReport {
    return truthReport(this.#exchange.state);
  }

  get state(): ExchangeState {
    return this.#exchange.state;
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Replaces everything that goes wrong; its times count from now. */
  setFaults(profile: FaultProfile): void {
    this.#faults.end();
    this.#faults = this.#arming(profile);
    this.#step(() => undefined);
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#offsetMs;
  }

  steadyMs(): number {
    return this.#clock.nowMs();
  }

  run<T>(read: (state: ExchangeState) => T): T {
    return this.#step(() => read(this.#exchange.state));
  }

  submit(key: OperationKey, body: unknown, peer: string, answer: Answer): void {
    this.#step(() => this.#exchange.submit(key, body, answer, peer));
  }

  onRequest(request: HttpRequest, peer: string): Promise<HttpResponse> {
    const administered = administer(this, request, peer);
    if (administered !== undefined) return Promise.resolve(administered);
    if (!this.#faults.outages.any) return this.#rest.handle(request, peer);
    return this.#answerUnlessDown(request, peer);
  }

  onUpgrade(
    path: string,
    headers: Readonly<Record<string, string>>,
    peer: string,
  ): AcceptSocket | number {
    if (path.split('?', 1)[0] !== '/ws') return 404;
    const down = this.#faults.outages.downStatus(this.#clock.nowMs());
    if (down !== undefined) return down;
    if (!this.#connections.hasRoom(peer)) return 429;
    const payer = this.meters.payer(headers, peer, this.nowMs());
    return (socket) => {
      const session = new SocketSession(socket, this, this.#hub, payer);
      const wellMs = this.#faults.halfOpenAfterMs();
      if (wellMs !== undefined) session.fallSilentAfter(wellMs);
      this.#connections.opened(session, peer);
      return {
        onMessage: (text) => session.onMessage(text),
        onPing: () => !session.isSilent,
        onClose: () => this.#connections.closed(session),
      };
    };
  }

  /** A restart also loses the answers of requests under way. */
  async #answerUnlessDown(request: HttpRequest, peer: string): Promise<HttpResponse> {
    const downStatus = (): number | undefined =>
      this.#faults.outages.downStatus(this.#clock.nowMs());
    const down = downStatus();
    if (down !== undefined) {
      const headers = { 'content-type': 'text/plain' };
      return { status: down, headers, body: failure(down).error };
    }
    const response = await this.#rest.handle(request, peer);
    return downStatus() === undefined ? response : { status: 0, headers: {}, body: '' };
  }

  /** Everything happens in a step: first what was due, then the work, then what it caused goes out. */
  #step<T>(work: () => T): T {
    this.#sufferOutages();
    this.#exchange.setTime(this.nowMs());
    this.#exchange.release();
    const result = work();
    this.#exchange.react();
    this.#hub.endStep();
    this.#arm();
    return result;
  }

  #arming(profile: FaultProfile): Faults {
    return new Faults(profile, this.#host.timers, () => this.#clock.nowMs());
  }

  #sufferOutages(): void {
    const { outages } = this.#faults;
    if (!outages.any && !this.#hasOutages) return;
    this.#hasOutages = outages.any;
    const nowMs = this.#clock.nowMs();
    this.#offsetMs = outages.clockOffsetMs(nowMs);
    for (const here of this.#exchange.state.markets) {
      here.halted = outages.isHalted(here.market.symbol, nowMs);
    }
    if (outages.hasRestarted(nowMs)) this.#connections.cutAll();
  }

  #arm(): void {
    const nowMs = this.#clock.nowMs();
    const dueMs = min(
      this.#exchange.dueMs() - this.#offsetMs,
      this.#crowdDueMs,
      this.#pushDueMs,
      this.#faults.outages.dueMs(nowMs),
    );
    if (this.#isClosed || dueMs >= this.#wakeMs) return;
    this.#wake?.cancel();
    this.#wakeMs = dueMs;
    const delayMs = dueMs - nowMs;
    this.#wake = this.#host.timers.after(delayMs > 0 ? delayMs : 0, () => this.#wakeUp());
  }

  #wakeUp(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#step(() => {
      const nowMs = this.#exchange.state.nowMs - this.#offsetMs;
      if (nowMs >= this.#crowdDueMs) this.#crowdDueMs = this.#options.crowd.act(nowMs);
      if (nowMs < this.#pushDueMs) return;
      this.#hub.push();
      this.#connections.closeOverdue(nowMs);
      // A late wake-up skips pushes instead of sending them in a burst.
      while (this.#pushDueMs <= nowMs) this.#pushDueMs += this.settings.bookPushMs;
    });
  }
}
