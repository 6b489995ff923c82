import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openOrder } from '../src/accounts/order.ts';
import { AuditLog } from '../src/audit/auditLog.ts';
import { decisionBody } from '../src/desk/records.ts';
import { NOT_RECONCILED } from '../src/gate/coverage.ts';
import { Gate } from '../src/gate/gate.ts';
import type { OrderRequest } from '../src/gate/orderRequest.ts';
import { encodeBase58 } from '../src/protocol/base58.ts';
import { type Market, makeMarket } from '../src/protocol/market.ts';
import { MarketIndex } from '../src/protocol/marketIndex.ts';
import { createOrderData } from '../src/protocol/operations/orders/createOrder.ts';
import { canonicalMessage } from '../src/protocol/signing.ts';
import { uuidOf } from '../src/std/hash.ts';
import type { Host, SigningKey } from '../src/std/host.ts';
import { AgentSigner } from '../src/vault/agentSigner.ts';

/** One order from the gate to the body for the wire, beside a bare signature of the same message. */
export interface OrderPathFigures {
  /** Gate, audit record built, hashed and handed over, canonical bytes, signature, body. Median, µs. */
  readonly wholeUs: number;
  /** Only the signature. Median, µs. */
  readonly signatureUs: number;
  readonly ratio: number;
  readonly samples: number;
}

const ACCOUNTS = 20;
const WARM_UP = 5000;
const SAMPLES = 20_000;
/** The log is let to write what gathered this often, outside of what is measured. */
const DRAIN_EVERY = 256;
const WALL_MS = 1_800_000_000_000;
/** 500 orders a second, far more than the venue's credits allow anyone. */
const MS_PER_ORDER = 2;

const MARKETS: readonly Market[] = [
  { symbol: 'BTC', tickSize: '1', lotSize: '0.00001' },
  { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001' },
].map((names, id) =>
  makeMarket(id, { ...names, maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' }),
);
const MID_TICKS: readonly number[] = [95_000, 33_000];

/** The two are measured in turns, call by call, so that the machine's moods hit both alike. */
export async function benchOrderPath(host: Host): Promise<OrderPathFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-bench-'));
  try {
    return await measure(host, join(folder, 'audit.jsonl'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(host: Host, path: string): Promise<OrderPathFigures> {
  const log = await AuditLog.open(host, path, {
    desk: 'bench',
    epoch: 1,
    jitterSeed: 1,
    version: 'bench',
    configHash: host.crypto.sha256Hex('bench'),
  });
  let durable = 0;
  log.reportTo({
    durable: (seq) => {
      durable = seq;
    },
    failed: (sentence) => {
      throw new Error(sentence);
    },
  });
  const keys = Array.from({ length: ACCOUNTS }, () =>
    host.crypto.loadKey(host.crypto.randomBytes(32)),
  );
  const path_ = new Path(host, log, keys);
  const whole: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < WARM_UP + SAMPLES; i += 1) {
    const request = path_.request(i);
    const message = path_.message(request);
    const key = keys[request.account] as SigningKey;
    const t0 = performance.now();
    path_.order(request);
    const t1 = performance.now();
    key.sign(message);
    const t2 = performance.now();
    path_.release(request);
    if (i >= WARM_UP) {
      whole.push(t1 - t0);
      bare.push(t2 - t1);
    }
    while (i % DRAIN_EVERY === 0 && durable < log.nextSeq - 1) await new Promise(setImmediate);
  }
  await log.close();
  for (const key of keys) key.destroy();
  const wholeUs = median(whole) * 1000;
  const signatureUs = median(bare) * 1000;
  return { wholeUs, signatureUs, ratio: wholeUs / signatureUs, samples: SAMPLES };
}

/** What the desk does with one order between the strategy's wish and the socket. */
class Path {
  readonly #host: Host;
  readonly #log: AuditLog;
  readonly #gate: Gate;
  readonly #signer: AgentSigner;
  readonly #address = encodeBase58(new Uint8Array(32).fill(7));

  constructor(host: Host, log: AuditLog, keys: readonly SigningKey[]) {
    this.#host = host;
    this.#log = log;
    this.#gate = new Gate({
      markets: MARKETS,
      facts: {
        equityMicro: () => 100_000_000_000,
        positionLots: () => 0,
        unseenLots: () => 0,
        referenceTicks: (market) => MID_TICKS[market] ?? 0,
        referenceAtMs: () => WALL_MS * 2,
      },
      limits: {
        default: {
          orderShareBps: 1000,
          collarBps: 100,
          reductionCollarBps: 300,
          maxReferenceAgeMs: 60_000,
        },
      },
    });
    for (const { id } of MARKETS) this.#gate.openMarket(id, NOT_RECONCILED);
    const accounts = keys.map((key) => ({ address: this.#address, key }));
    this.#signer = new AgentSigner(accounts, new MarketIndex(MARKETS), 2000);
  }

  request(i: number): OrderRequest {
    const market = i % 2;
    return {
      orderId: i + 1,
      clientOrderId: uuidOf(`bench ${i}`, this.#host.crypto.sha256Hex),
      account: i % ACCOUNTS,
      market,
      side: 'bid',
      kind: 'limit',
      tif: 'IOC',
      priceTicks: (MID_TICKS[market] as number) + (i % 50),
      lots: 1000 + (i % 100),
      reduceOnly: false,
      precedence: 'parent',
      onConflict: 'BLOCK_NEW',
      strategy: 1,
      parent: i,
    };
  }

  order(request: OrderRequest): void {
    const wallMs = WALL_MS + request.orderId * MS_PER_ORDER;
    const decision = this.#gate.submit([request], wallMs);
    const reserved = decision.kind === 'reserved' ? decision.orders[0] : undefined;
    if (reserved === undefined)
      throw new Error(`the gate did not reserve order ${request.orderId}`);
    const market = MARKETS[request.market] as Market;
    const body = decisionBody(openOrder(reserved.request, wallMs), reserved.opening, market);
    const monoUs = request.orderId;
    this.#log.append({
      seq: this.#log.nextSeq,
      type: 'decision',
      wallMs,
      monoUs,
      body,
      awaited: true,
    });
    this.#signer.order(request.orderId, reserved, wallMs);
  }

  release(request: OrderRequest): void {
    this.#gate.release(request.orderId);
  }

  /** The bytes that the order's signature covers. */
  message(request: OrderRequest): Uint8Array {
    const market = MARKETS[request.market] as Market;
    const data = createOrderData({ ...request, market });
    const header = {
      account: this.#address,
      agentWallet: this.#address,
      timestampMs: WALL_MS,
      expiryWindowMs: 2000,
    };
    return new TextEncoder().encode(canonicalMessage('create_order', data, header));
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
