import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { AuditLog, type SessionStart } from '../../src/audit/auditLog.ts';
import { GATHER_MS } from '../../src/audit/groupCommit.ts';
import { OrderEvents } from '../../src/audit/orderEvents.ts';
import type { LogRecord } from '../../src/audit/record.ts';
import { type LogReport, verifyLog } from '../../src/audit/verify.ts';
import type { AuditRecord } from '../../src/desk/ports.ts';
import { nodeFiles } from '../../src/host/nodeFiles.ts';
import type { AppendFile } from '../../src/std/host.ts';
import { type MemoryHost, memoryHost } from '../support/memoryHost.ts';

const PATH = 'logs/audit.jsonl';
const START: SessionStart = {
  desk: 'north',
  epoch: 1,
  jitterSeed: 7,
  version: '0.1.0',
  configHash: 'c0ffee',
};

function record(seq: number, body: AuditRecord['body'] = {}, type = 'order_intent'): AuditRecord {
  return { seq, type, wallMs: 1_800_000_000_000 + seq, monoUs: 1000 * seq, body, awaited: true };
}

function bytesOf(host: MemoryHost): Uint8Array {
  return host.files.stored.get(PATH)?.bytes ?? new Uint8Array();
}

function setBytes(host: MemoryHost, bytes: Uint8Array): void {
  host.files.stored.set(PATH, { bytes, mode: 0o600 });
}

function check(host: MemoryHost, visit?: (record: LogRecord) => void): LogReport {
  return verifyLog(bytesOf(host), host.crypto.sha256Hex, visit);
}

function recordsOf(host: MemoryHost): LogRecord[] {
  const records: LogRecord[] = [];
  check(host, (each) => records.push(each));
  return records;
}

async function sessionOf(host: MemoryHost, count: number): Promise<void> {
  const log = await AuditLog.open(host, PATH, START);
  for (let i = 0; i < count; i += 1) log.append(record(log.nextSeq, { i }));
  await log.close();
}

/** A disk whose writes and syncs end when the test says so. */
class StepFile implements AppendFile {
  readonly calls: string[] = [];
  closed = false;
  #waiting: { resolve(): void; reject(error: Error): void }[] = [];

  write(text: string): Promise<void> {
    return this.#call(`write ${text.split('\n').length - 1}`);
  }

  sync(): Promise<void> {
    return this.#call('sync');
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async finish(error?: Error): Promise<void> {
    const call = this.#waiting.shift();
    if (error === undefined) call?.resolve();
    else call?.reject(error);
    for (let i = 0; i < 8; i += 1) await undefined;
  }

  #call(name: string): Promise<void> {
    this.calls.push(name);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

async function openOn(file: StepFile, host: MemoryHost = memoryHost()): Promise<AuditLog> {
  setBytes(host, new Uint8Array());
  host.files.openAppend = async () => file;
  const opening = AuditLog.open(host, PATH, START);
  for (let i = 0; i < 8; i += 1) await undefined;
  await file.finish();
  await file.finish();
  file.calls.length = 0;
  return opening;
}

describe('a session', () => {
  test('AUDIT-1 AUDIT-2 AUDIT-3 writes canonical, chained lines from log_start to log_end', async () => {
    const host = memoryHost();
    const log = await AuditLog.open(host, PATH, START);
    expect(log.nextSeq).toBe(2);
    log.append(record(2, { side: 'bid', lots: 5, nested: { b: [1, null, true], a: 'é"\n' } }));
    await log.close();
    const lines = new TextDecoder().decode(bytesOf(host)).split('\n');
    const first = JSON.parse(lines[0] ?? '');
    expect(first.body).toEqual({ ...START });
    expect(first).toMatchObject({ seq: 1, type: 'log_start', prev: '0'.repeat(64), v: 1 });
    const { h, ...rest } = first;
    const { configHash, desk, epoch, jitterSeed, version } = rest.body;
    const body = { configHash, desk, epoch, jitterSeed, version };
    const canonical = JSON.stringify({ ...{ body }, ...sorted(rest) });
    expect(h).toBe(host.crypto.sha256Hex(`\0${canonical}`));
    expect(lines[1]).toBe(
      `{"body":{"lots":5,"nested":{"a":"é\\"\\n","b":[1,null,true]},"side":"bid"},"h":"${JSON.parse(lines[1] ?? '').h}","prev":"${h}","seq":2,"tMono":2000,"tWall":1800000000002,"type":"order_intent","v":1}`,
    );
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ type: 'log_end', body: { records: 3 } });
    expect(lines[3]).toBe('');
    expect(check(host)).toMatchObject({
      ok: true,
      complete: true,
      records: 3,
      sessions: 1,
      bytes: bytesOf(host).length,
      byType: { log_end: 1, log_start: 1, order_intent: 1 },
      lastHash: JSON.parse(lines[2] ?? '').h,
    });
  });

  test('refuses a record out of turn and one that is not exact', async () => {
    const log = await AuditLog.open(memoryHost(), PATH, START);
    expect(() => log.append(record(3))).toThrow('record 3 where the log expects 2');
    expect(() => log.append(record(2, { price: 1.5 }))).toThrow('integers only, got 1.5');
    expect(() => log.append(record(2, {}, 'Order Intent'))).toThrow('not a record type');
    expect(() => log.append({ ...record(2), monoUs: -1 })).toThrow('not monotonic microseconds');
    expect(() => log.append({ ...record(2), wallMs: 0.5 })).toThrow('not wall milliseconds');
    log.append(record(2, { minusZero: -0 }));
    await log.close();
  });

  test('AUDIT-3 AUDIT-4 a second session continues the chain under a higher epoch', async () => {
    const host = memoryHost();
    await sessionOf(host, 2);
    const log = await AuditLog.open(host, PATH, START);
    expect(log.epoch).toBe(2);
    expect(log.nextSeq).toBe(6);
    await log.close();
    const later = await AuditLog.open(host, PATH, { ...START, epoch: 40 });
    expect(later.epoch).toBe(40);
    await later.close();
    expect(check(host)).toMatchObject({ ok: true, complete: true, sessions: 3, records: 8 });
    expect(
      recordsOf(host)
        .filter((r) => r.type === 'log_start')
        .map((r) => r.body.epoch),
    ).toEqual([1, 2, 40]);
  });

  test('AUDIT-4 another desk cannot continue it', async () => {
    const host = memoryHost();
    await sessionOf(host, 0);
    const opening = AuditLog.open(host, PATH, { ...START, desk: 'south' });
    await expect(opening).rejects.toMatchObject({
      code: 'LOG_INVALID',
      message: `the audit log ${PATH} belongs to the desk "north", not to "south"`,
    });
    await (await AuditLog.open(host, PATH, START)).close();
  });

  test('AUDIT-11 two writers cannot open it', async () => {
    const host = memoryHost();
    const log = await AuditLog.open(host, PATH, START);
    await expect(AuditLog.open(host, PATH, START)).rejects.toMatchObject({ code: 'LOCKED' });
    await log.close();
  });
});

describe('group commit', () => {
  test('AUDIT-5 AUDIT-6 gathers while the disk works and reports durable in order', async () => {
    const file = new StepFile();
    const log = await openOn(file);
    const durable: number[] = [];
    log.reportTo({ durable: (seq) => durable.push(seq), failed: () => {} });
    log.append(record(2));
    log.append(record(3));
    expect(file.calls).toEqual([]);
    await undefined;
    await undefined;
    expect(file.calls).toEqual(['write 2']);
    log.append(record(4));
    await file.finish();
    expect(file.calls).toEqual(['write 2', 'sync']);
    expect(durable).toEqual([]);
    log.append(record(5));
    log.append(record(6));
    await file.finish();
    expect(durable).toEqual([3]);
    expect(file.calls).toEqual(['write 2', 'sync', 'write 3']);
    await file.finish();
    await file.finish();
    expect(durable).toEqual([3, 6]);
    const closing = log.close();
    for (let i = 0; i < 8; i += 1) await undefined;
    await file.finish();
    await file.finish();
    await closing;
    expect(durable).toEqual([3, 6, 7]);
    expect(file.closed).toBe(true);
  });

  test('AUDIT-13 what nobody awaits goes with the next awaited record, or after a moment', async () => {
    const file = new StepFile();
    const host = memoryHost();
    const log = await openOn(file, host);
    const durable: number[] = [];
    log.reportTo({ durable: (seq) => durable.push(seq), failed: () => {} });
    log.append({ ...record(2), awaited: false });
    log.append({ ...record(3), awaited: false });
    await undefined;
    await undefined;
    expect(file.calls).toEqual([]);
    expect(host.timers.delays).toEqual([GATHER_MS]);
    log.append(record(4));
    await undefined;
    await undefined;
    expect(file.calls).toEqual(['write 3']);
    expect(host.timers.armed).toBe(0);
    log.append({ ...record(5), awaited: false });
    await file.finish();
    await file.finish();
    // The disk is free again, and nothing but what nobody awaits is there: it gathers.
    expect(durable).toEqual([4]);
    expect(file.calls).toEqual(['write 3', 'sync']);
    host.timers.fireAll();
    await undefined;
    await undefined;
    expect(file.calls).toEqual(['write 3', 'sync', 'write 1']);
    await file.finish();
    await file.finish();
    expect(durable).toEqual([4, 5]);
    log.append({ ...record(6), awaited: false });
    const closing = log.close();
    for (let i = 0; i < 8; i += 1) await undefined;
    await file.finish();
    await file.finish();
    await closing;
    expect(durable).toEqual([4, 5, 7]);
    expect(host.timers.armed).toBe(0);
  });

  test.each(['write', 'sync'])('AUDIT-7 a failing %s stops the log for good', async (step) => {
    const file = new StepFile();
    const log = await openOn(file);
    const durable: number[] = [];
    const failed: string[] = [];
    const sink = {
      durable: (seq: number) => durable.push(seq),
      failed: (text: string) => failed.push(text),
    };
    log.reportTo(sink);
    log.append(record(2));
    await undefined;
    await undefined;
    log.append(record(3));
    if (step === 'sync') await file.finish();
    await file.finish(new Error('EIO: i/o error'));
    const calls = file.calls.length;
    expect(failed).toEqual([
      `the audit log ${PATH} cannot be written (EIO: i/o error): no new risk is taken until the desk is restarted`,
    ]);
    log.append(record(4));
    await log.close();
    expect(file.calls.length).toBe(calls);
    expect(durable).toEqual([]);
    expect(log.failure?.code).toBe('LOG_WRITE');
    expect(file.closed).toBe(true);
    log.reportTo(sink);
    expect(failed).toHaveLength(2);
  });

  test('AUDIT-7 a disk that refuses from the start refuses the session', async () => {
    const host = memoryHost();
    const { openAppend } = host.files;
    host.files.openAppend = async (path) => ({
      ...(await openAppend.call(host.files, path)),
      sync: () => Promise.reject(new Error('ENOSPC')),
    });
    await expect(AuditLog.open(host, PATH, START)).rejects.toMatchObject({ code: 'LOG_WRITE' });
  });
});

describe('opening after a crash', () => {
  test.each([
    ['half a line', (sound: Buffer) => Buffer.concat([sound, sound.subarray(10, 150)])],
    ['a line without its newline', (sound: Buffer) => Buffer.concat([sound, firstLine(sound)])],
    ['zeros', (sound: Buffer) => Buffer.concat([sound, Buffer.alloc(300)])],
    [
      'half a line and zeros',
      (sound: Buffer) => Buffer.concat([sound, sound.subarray(0, 99), Buffer.alloc(99)]),
    ],
    [
      'zeros in a line that has its newline',
      (sound: Buffer) =>
        Buffer.concat([sound, Buffer.alloc(40), Buffer.from('1}\n'), Buffer.alloc(9)]),
    ],
  ])('AUDIT-9 cuts off %s', async (_name, tear) => {
    const host = memoryHost();
    await sessionOf(host, 3);
    const sound = Buffer.from(bytesOf(host));
    const torn = tear(sound);
    setBytes(host, torn);
    const log = await AuditLog.open(host, PATH, START);
    expect(log.dropped).toMatchObject({
      byteOffset: sound.length,
      bytes: torn.length - sound.length,
    });
    await log.close();
    expect(check(host)).toMatchObject({ ok: true, complete: true, records: 8, sessions: 2 });
    expect(bytesOf(host).subarray(0, sound.length)).toEqual(new Uint8Array(sound));
    const recovered = recordsOf(host).find((each) => each.type === 'recovered');
    expect(recovered).toMatchObject({ seq: 7, body: { ...log.dropped } });
    const kept = host.files.stored.get(`${PATH}.torn-${sound.length}`)?.bytes;
    expect(Buffer.from(kept ?? [])).toEqual(torn.subarray(sound.length));
  });

  test('AUDIT-9 starts anew when not even the first line is whole', async () => {
    const host = memoryHost();
    setBytes(host, Buffer.from('{"body":{"conf'));
    const log = await AuditLog.open(host, PATH, START);
    await log.close();
    expect(Object.keys(check(host).byType)).toEqual(['log_end', 'log_start', 'recovered']);
    expect(check(host).ok).toBe(true);
  });

  test('AUDIT-12 a crash between records leaves a log that is sound but incomplete', async () => {
    const host = memoryHost();
    await sessionOf(host, 3);
    const lines = new TextDecoder().decode(bytesOf(host)).split('\n');
    setBytes(host, Buffer.from(`${lines.slice(0, 3).join('\n')}\n`));
    expect(check(host)).toMatchObject({ ok: true, complete: false, records: 3 });
    const log = await AuditLog.open(host, PATH, START);
    expect(log.dropped).toBeUndefined();
    await log.close();
    expect(check(host)).toMatchObject({ ok: true, complete: true, records: 5, sessions: 2 });
  });

  test.each([
    [
      'an edited record',
      (lines: string[]) => lines.with(2, (lines[2] ?? '').replace('"i":1', '"i":9')),
    ],
    [
      'an edited last record',
      (lines: string[]) => lines.with(4, (lines[4] ?? '').replace('5}', '6}')),
    ],
    ['a lost page', (lines: string[]) => lines.with(2, '\0'.repeat(64))],
    ['a duplicate tail', (lines: string[]) => [...lines.slice(0, 5), ...lines.slice(3)]],
    [
      'a torn line in the middle',
      (lines: string[]) => lines.with(2, (lines[2] ?? '').slice(0, 50)),
    ],
  ])('AUDIT-10 refuses %s and leaves the file alone', async (_name, damage) => {
    const host = memoryHost();
    await sessionOf(host, 3);
    const lines = new TextDecoder().decode(bytesOf(host)).split('\n');
    const damaged = Buffer.from(damage(lines).join('\n'));
    setBytes(host, damaged);
    const opening = AuditLog.open(host, PATH, START);
    await expect(opening).rejects.toMatchObject({ code: 'LOG_INVALID' });
    await expect(opening).rejects.toThrow(/is not continued.*: line \d/);
    expect(bytesOf(host)).toEqual(damaged);
    setBytes(host, new Uint8Array());
    await (await AuditLog.open(host, PATH, START)).close();
  });
});

test('AUDIT-9 AUDIT-11 recovers on a real disk and keeps its lock', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  try {
    const path = join(folder, 'audit.jsonl');
    const host = { ...memoryHost(), files: nodeFiles };
    await (await AuditLog.open(host, path, START)).close();
    await appendFile(path, '{"body":{"half');
    const log = await AuditLog.open(host, path, START);
    expect(log.dropped?.bytes).toBe(14);
    await expect(AuditLog.open(host, path, START)).rejects.toMatchObject({ code: 'LOCKED' });
    await log.close();
    const report = verifyLog(await nodeFiles.readBytes(path), host.crypto.sha256Hex);
    expect(report).toMatchObject({ ok: true, complete: true, records: 5, sessions: 2 });
    expect(await nodeFiles.mode(path)).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the events of each order are found, wherever a record names it', async () => {
  const host = memoryHost();
  const log = await AuditLog.open(host, PATH, START);
  log.append(record(2, { clientOrderId: 'a', lots: 1 }));
  log.append(record(3, { legs: [{ clientOrderId: 'a' }, { clientOrderId: 'b' }] }, 'pair'));
  log.append(record(4, { clientOrderId: 'b', status: 'filled', cause: null }, 'order_update'));
  log.append(record(5, { clientOrderId: 3 }, 'odd'));
  await log.close();
  const events = new OrderEvents();
  expect(check(host, events.visit).ok).toBe(true);
  expect([...events.byOrder]).toEqual([
    [
      'a',
      [
        { seq: 2, type: 'order_intent' },
        { seq: 3, type: 'pair' },
      ],
    ],
    [
      'b',
      [
        { seq: 3, type: 'pair' },
        { seq: 4, type: 'order_update', status: 'filled' },
      ],
    ],
  ]);
});

function sorted(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function firstLine(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.indexOf(10));
}
