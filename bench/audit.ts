import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '../src/audit/auditLog.ts';
import { verifyLog } from '../src/audit/verify.ts';
import type { AuditRecord } from '../src/desk/ports.ts';
import type { Host } from '../src/std/host.ts';

/** What the audit log costs on this machine, its disk included. */
export interface AuditFigures {
  /** Building, hashing and handing over one record, microseconds: the median of bursts. */
  readonly appendUs: number;
  /** Records a second from append to durable, the log never idle. */
  readonly durablePerSecond: number;
  /** From one append on an idle log to its record being durable, microseconds. */
  readonly waitUs: { readonly p50: number; readonly p99: number };
  readonly verifiedPerSecond: number;
  readonly bytesPerRecord: number;
}

const BURST = 64;
const BURSTS = 3000;
const WAITS = 300;
/** A desk's step never runs further ahead of the disk than this. */
const MOST_PENDING = 2048;

/** Appends order intents to a log in the folder for temporary files, and removes it. */
export async function benchAudit(host: Host): Promise<AuditFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-bench-'));
  try {
    return await measure(host, join(folder, 'audit.jsonl'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(host: Host, path: string): Promise<AuditFigures> {
  const { clock, crypto, files } = host;
  const log = await AuditLog.open(host, path, {
    desk: 'bench',
    epoch: 1,
    jitterSeed: 1,
    version: 'bench',
    configHash: crypto.sha256Hex('bench'),
  });
  let durable = 0;
  let wake: () => void = () => {};
  log.reportTo({
    durable: (seq) => {
      durable = seq;
      wake();
    },
    failed: (sentence) => {
      throw new Error(sentence);
    },
  });
  const until = async (seq: number): Promise<void> => {
    while (durable < seq) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  const bursts: number[] = [];
  const startUs = clock.monoUs();
  for (let i = 0; i < BURSTS; i += 1) {
    const before = clock.monoUs();
    for (let j = 0; j < BURST; j += 1) log.append(intent(log.nextSeq));
    bursts.push((clock.monoUs() - before) / BURST);
    await until(log.nextSeq - MOST_PENDING);
  }
  await until(log.nextSeq - 1);
  const durableUs = clock.monoUs() - startUs;

  const waits: number[] = [];
  for (let i = 0; i < WAITS; i += 1) {
    const before = clock.monoUs();
    log.append(intent(log.nextSeq));
    await until(log.nextSeq - 1);
    waits.push(clock.monoUs() - before);
  }
  await log.close();

  const bytes = await files.readBytes(path);
  const verifyFrom = clock.monoUs();
  const { ok, records } = verifyLog(bytes, crypto.sha256Hex);
  const verifyUs = clock.monoUs() - verifyFrom;
  if (!ok) throw new Error('the log of the benchmark does not verify');
  return {
    appendUs: quantile(bursts, 0.5),
    durablePerSecond: Math.round((BURST * BURSTS * 1e6) / durableUs),
    waitUs: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) },
    verifiedPerSecond: Math.round((records * 1e6) / verifyUs),
    bytesPerRecord: Math.round(bytes.length / records),
  };
}

function intent(seq: number): AuditRecord {
  return {
    seq,
    type: 'order_intent',
    wallMs: 1_800_000_000_000 + seq,
    monoUs: 1000 * seq,
    awaited: true,
    body: {
      account: seq % 20,
      clientOrderId: '5d0f1c9e-8a0b-8f7a-9c31-0e5d7c9a1b2f',
      decision: 'reserved',
      kind: 'limit',
      lots: 1500,
      market: 'BTC',
      parent: 41,
      priceTicks: 98_765 + (seq % 100),
      reduceOnly: false,
      sendByMs: 1_800_000_000_500 + seq,
      side: 'bid',
      strategy: 'spread',
      tif: 'IOC',
    },
  };
}

function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
}
