import type { AuditPort, AuditRecord, AuditSink } from '../desk/ports.ts';
import { invariant } from '../std/assert.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { Sha256Hex } from '../std/hash.ts';
import type { AppendFile, Clock, Crypto, Files, Timers } from '../std/host.ts';
import { GroupCommit } from './groupCommit.ts';
import { GENESIS, type LogRecord, type RecordBody, sealRecord } from './record.ts';
import { cutTail, type DroppedTail, inspectLog, type SoundLog } from './recoverLog.ts';

/** What the log needs of the host. */
export interface LogHost {
  readonly files: Pick<Files, 'openAppend' | 'readBytes' | 'replace'>;
  readonly crypto: Pick<Crypto, 'sha256Hex'>;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** What a session writes into its `log_start`. */
export interface SessionStart {
  readonly desk: string;
  /** The least fencing epoch; the log takes the next one above every session that it holds. */
  readonly epoch: number;
  /** Seed of the generator that jitters back-offs. */
  readonly jitterSeed: number;
  readonly version: string;
  /** SHA-256 of the configuration, lower-case hex. */
  readonly configHash: string;
  /** Addresses of the accounts, in the order of the numbers that stand for them in this session. */
  readonly accounts?: readonly string[];
}

/** Sees every sound record that the log holds already; after a torn write the same ones again. */
type Visit = (record: LogRecord) => void;

/**
 * The desk's audit log: JSON lines, each carrying the hash of the one before. One session runs from
 * `log_start` to `log_end`; the next one continues the chain in the same file.
 */
export class AuditLog implements AuditPort {
  /** Fencing epoch of this session: above that of every session before it. */
  readonly epoch: number;
  /** The interrupted write that was cut off when the log was opened, if there was one. */
  readonly dropped: DroppedTail | undefined;
  readonly #sha256: Sha256Hex;
  readonly #clock: Clock;
  readonly #file: AppendFile;
  readonly #commit: GroupCommit;
  #nextSeq: number;
  #lastHash: string;
  #sink: AuditSink | undefined;
  #failure: BreakwaterError | undefined;

  private constructor(host: LogHost, path: string, file: AppendFile, from: Origin, epoch: number) {
    this.epoch = epoch;
    this.dropped = from.dropped;
    this.#sha256 = host.crypto.sha256Hex;
    this.#clock = host.clock;
    this.#file = file;
    this.#nextSeq = (from.sound?.report.records ?? 0) + 1;
    this.#lastHash = from.sound?.report.lastHash ?? GENESIS;
    this.#commit = new GroupCommit(file, host.timers, path, {
      onDurable: (seq) => this.#sink?.durable(seq),
      onFailure: (error) => {
        this.#failure = error;
        this.#sink?.failed(error.message);
      },
    });
  }

  /**
   * Opens or creates the log and begins a session; `log_start` is on the disk when it returns.
   * Rejects with `LOCKED` (another process writes it), `LOG_INVALID` (its chain is broken, or it
   * belongs to another desk) or `LOG_WRITE`.
   */
  static async open(
    host: LogHost,
    path: string,
    start: SessionStart,
    visit?: Visit,
  ): Promise<AuditLog> {
    const { file, from } = await openSound(host, path, visit);
    try {
      const log = new AuditLog(host, path, file, from, epochOf(path, from.sound, start));
      const { epoch: _, ...said } = start;
      log.#write('log_start', { ...said, epoch: log.epoch });
      if (from.dropped !== undefined) log.#write('recovered', { ...from.dropped });
      await log.#commit.settled();
      if (log.#failure !== undefined) throw log.#failure;
      return log;
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Set once the disk has refused; nothing is written after that. */
  get failure(): BreakwaterError | undefined {
    return this.#failure;
  }

  /** From here on `sink` hears what is durable and whether the disk refuses. */
  reportTo(sink: AuditSink): void {
    this.#sink = sink;
    if (this.#failure !== undefined) sink.failed(this.#failure.message);
  }

  append(record: AuditRecord): void {
    const { seq, type, body, monoUs, wallMs, awaited } = record;
    invariant(seq === this.#nextSeq, `record ${seq} where the log expects ${this.#nextSeq}`);
    this.#seal(type, body, monoUs, wallMs, awaited);
  }

  flush(): void {
    this.#commit.flush();
  }

  /** Ends the session in order: writes `log_end`, waits for the disk, closes the file. */
  async close(): Promise<void> {
    this.#write('log_end', { records: this.#nextSeq });
    await this.#commit.settled();
    await this.#file.close();
  }

  #write(type: string, body: RecordBody): void {
    this.#seal(type, body, this.#clock.monoUs(), this.#clock.wallMs(), true);
  }

  #seal(type: string, body: RecordBody, tMono: number, tWall: number, awaited: boolean): void {
    const seq = this.#nextSeq;
    const record = { body, prev: this.#lastHash, seq, tMono, tWall, type };
    const { line, h } = sealRecord(record, this.#sha256);
    this.#nextSeq = seq + 1;
    this.#lastHash = h;
    this.#commit.add(line, seq, awaited);
  }
}

/** Where a session starts: after which records, and what was cut off behind them. */
interface Origin {
  readonly sound: SoundLog | undefined;
  readonly dropped: DroppedTail | undefined;
}

async function openSound(
  host: LogHost,
  path: string,
  visit: Visit | undefined,
): Promise<{ file: AppendFile; from: Origin }> {
  const { files, crypto } = host;
  let dropped: DroppedTail | undefined;
  for (;;) {
    const file = await files.openAppend(path);
    try {
      const found = inspectLog(path, await files.readBytes(path), crypto.sha256Hex, visit);
      if (found === undefined || 'session' in found)
        return { file, from: { sound: found, dropped } };
      invariant(dropped === undefined, `${path} changed while it was being recovered`);
      dropped = found;
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
    // The open file may not be the one that replaces it, so it is opened and read again.
    await file.close();
    await cutTail(files, path, dropped.byteOffset);
  }
}

function epochOf(path: string, sound: SoundLog | undefined, start: SessionStart): number {
  if (sound === undefined) return start.epoch;
  const { desk, epoch } = sound.session.body;
  if (desk !== start.desk) {
    throw new BreakwaterError(
      'LOG_INVALID',
      `the audit log ${path} belongs to the desk ${JSON.stringify(desk)}, not to ${JSON.stringify(start.desk)}`,
    );
  }
  return Math.max(start.epoch, Number(epoch) + 1);
}
