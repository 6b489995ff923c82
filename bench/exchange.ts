import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fetchTruth } from '../src/cli/exchangeTruth.ts';
import type { Startup } from '../src/exchange/gateway/exchangeServer.ts';
import { decodeBase58, encodeBase58 } from '../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../src/protocol/canonicalJson.ts';
import type { Host, HttpClient, SigningKey, Socket } from '../src/std/host.ts';

/** Signed orders over WebSockets, and reads over REST; client and server are a process each. */
export interface ExchangeThroughput {
  readonly ordersPerSecond: number;
  /** Orders that traded at once; the others rested. */
  readonly takers: number;
  /** Processor time of the server for one order: its reciprocal is what one whole core would take. */
  readonly serverUsPerOrder: number;
  readonly refused: number;
  readonly readsPerSecond: number;
  readonly serverUsPerRead: number;
  /** Settings of the server that are not the reference's defaults. */
  readonly settings: readonly unknown[];
}

const FAMILY = 10;
const SIDES = ['bid', 'ask'] as const;
/** Answers that a connection may wait for; a taker's takes 200 ms. */
const WINDOW = 100;
/** Below the 500 open orders of an account. */
const ORDERS_PER_ACCOUNT = 450;
const TAKER_EVERY = 10;
const READERS = 16;
const READS = 12_000;

/** A child that answers what processor time it has used. */
class Server {
  readonly #child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./orderServer.ts', import.meta.url))],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  readonly #lines = createInterface({ input: this.#child.stdout as Readable });

  line(): Promise<string> {
    return new Promise((resolve) => this.#lines.once('line', resolve));
  }

  async cpuUs(): Promise<number> {
    this.#child.stdin?.write('\n');
    return Number(await this.line());
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

export async function benchExchange(host: Host, seconds: number): Promise<ExchangeThroughput> {
  const server = new Server();
  try {
    const startup = JSON.parse(await server.line()) as Startup;
    const lines = signedOrders(host, startup);
    await take(host, startup, lines, (texts) => texts.splice(0, 300), Number.POSITIVE_INFINITY);
    const cpuBefore = await server.cpuUs();
    const orders = await take(host, startup, lines, (texts) => texts, seconds * 1000);
    const cpuOrders = await server.cpuUs();
    const readsPerSecond = await read(host, startup);
    const cpuReads = await server.cpuUs();
    const { truth } = await fetchTruth(host, startup.rest);
    return {
      ordersPerSecond: Math.round(orders.answered / orders.seconds),
      takers: Math.round(orders.answered / TAKER_EVERY),
      serverUsPerOrder: (cpuOrders - cpuBefore) / orders.answered,
      refused: orders.refused,
      readsPerSecond,
      serverUsPerRead: (cpuReads - cpuOrders) / READS,
      settings: truth.settings,
    };
  } finally {
    server.end();
  }
}

/** Requests by family, each signed by the agent key of its account: nine rest, the tenth takes. */
function signedOrders(host: Host, { accounts }: Startup): string[][] {
  const families: string[][] = [];
  for (let at = 0; at < accounts.length; at += FAMILY) {
    const members = accounts.slice(at, at + FAMILY);
    const keys = members.map(({ agentSecretKey }) => keyOf(host, agentSecretKey));
    const lines: string[] = [];
    for (let i = 0; i < ORDERS_PER_ACCOUNT; i += 1) {
      for (const [m, member] of members.entries()) {
        lines.push(signedLine(host, member, keys[m] as SigningKey, i * FAMILY + m));
      }
    }
    families.push(lines);
  }
  return families;
}

function signedLine(
  host: Host,
  { account, agentWallet }: Startup['accounts'][number],
  key: SigningKey,
  number: number,
): string {
  const isTaker = number % TAKER_EVERY === TAKER_EVERY - 1;
  // Resting bids lie below the market and asks above it, takers reach into it.
  const side = SIDES[Math.floor(number / TAKER_EVERY) % 2] as 'bid' | 'ask';
  const near = isTaker === (side === 'bid') ? 108_000 : 82_000;
  const data = {
    symbol: 'BTC',
    price: String(near + (number % 1000)),
    amount: '0.0002',
    side,
    tif: isTaker ? 'IOC' : 'ALO',
    reduce_only: false,
    client_order_id: host.crypto
      .sha256Hex(account + number)
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5'),
  };
  const header = { timestamp: host.clock.wallMs(), expiry_window: 3_600_000 };
  const message = canonicalJson({ ...header, type: 'create_order', data } as unknown as Json);
  const signature = encodeBase58(key.sign(new TextEncoder().encode(message)));
  const body = { account, agent_wallet: agentWallet, signature, ...header, ...data };
  return JSON.stringify({ id: String(number), params: { create_order: body } });
}

function keyOf(host: Host, secretKey: string): SigningKey {
  return host.crypto.loadKey((decodeBase58(secretKey, 64) as Uint8Array).slice(0, 32));
}

interface Taken {
  readonly answered: number;
  readonly refused: number;
  readonly seconds: number;
}

/** Sends what `pick` takes of each family's lines, a connection each, until all is answered. */
async function take(
  host: Host,
  { accounts, ws }: Startup,
  families: string[][],
  pick: (lines: string[]) => string[],
  budgetMs: number,
): Promise<Taken> {
  let answered = 0;
  let refused = 0;
  const startUs = host.clock.monoUs();
  const endUs = startUs + budgetMs * 1000;
  await Promise.all(
    families.map((all, f) => {
      const lines = pick(all);
      const { apiKey } = accounts[f * FAMILY] as Startup['accounts'][number];
      return new Promise<void>((resolve) => {
        let open = 0;
        const send = (socket: Socket): void => {
          const text = host.clock.monoUs() < endUs ? lines.shift() : undefined;
          if (text !== undefined) {
            open += 1;
            socket.send(text);
          } else if (open === 0) {
            socket.close(1000, 'done');
            resolve();
          }
        };
        const socket = host.transport.openSocket(
          ws,
          { 'pf-api-key': apiKey },
          {
            onOpen: () => {
              for (let i = 0; i < WINDOW && lines.length > 0; i += 1) send(socket);
            },
            onMessage: (text) => {
              answered += 1;
              if (!text.startsWith('{"code":200')) refused += 1;
              open -= 1;
              send(socket);
            },
            onClose: () => resolve(),
          },
        );
      });
    }),
  );
  return { answered, refused, seconds: (host.clock.monoUs() - startUs) / 1e6 };
}

/** Books, prices, positions and accounts in turns. */
async function read(host: Host, { accounts, rest }: Startup): Promise<number> {
  const http = host.transport.openHttp(new URL(rest).origin);
  const paths = ['/book?symbol=BTC', '/info/prices', '/positions?account=', '/account?account='];
  const startUs = host.clock.monoUs();
  let next = 0;
  const reader = async (client: HttpClient): Promise<void> => {
    for (let i = next; i < READS; i = next) {
      next += 1;
      const { account, apiKey } = accounts[i % accounts.length] as Startup['accounts'][number];
      const path = paths[i % paths.length] as string;
      const headers = { 'pf-api-key': apiKey };
      const full = `/api/v1${path}${path.endsWith('=') ? account : ''}`;
      const { status } = await client.request({ method: 'GET', path: full, headers }, 10_000);
      if (status !== 200) throw new Error(`${full} answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: READERS }, () => reader(http)));
  await http.close();
  return Math.round(READS / ((host.clock.monoUs() - startUs) / 1e6));
}
