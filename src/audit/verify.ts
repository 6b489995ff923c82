import type { Sha256Hex } from '../std/hash.ts';
import { GENESIS, type LogRecord, openRecord, type Unsound } from './record.ts';

/** Stable names of what can be wrong with a log. */
export type Fault =
  | Unsound
  | 'EMPTY'
  | 'TORN'
  | 'ZEROS'
  | 'NOT_UTF8'
  | 'FIRST_RECORD'
  | 'REPEATED'
  | 'MISSING'
  | 'CHAIN'
  | 'AFTER_END';

/** Where a log stops being what was written, and how that shows. */
export interface FirstBad {
  /** From 1. */
  readonly line: number;
  /** The number that the record at this place must have. */
  readonly seq: number;
  /** Offset of the line in the file. */
  readonly byte: number;
  readonly fault: Fault;
  /** For people. */
  readonly reason: string;
}

export interface LogReport {
  /** Every record follows from the one before, from the first byte to the last. */
  readonly ok: boolean;
  /** The last record is `log_end`. A log without it was cut off, or its desk runs or has crashed. */
  readonly complete: boolean;
  /** Sound records before the first bad line. */
  readonly records: number;
  /** Bytes that these records take up. */
  readonly bytes: number;
  /** Sound records by type. */
  readonly byType: Readonly<Record<string, number>>;
  /** Times that a desk opened this log. */
  readonly sessions: number;
  /** Hash of the last sound record: what a copy kept elsewhere must agree with. */
  readonly lastHash: string;
  readonly firstBad?: FirstBad;
}

const REASONS: Readonly<Record<Fault, string>> = {
  EMPTY: 'the log holds no record',
  TORN: 'the last line has no end: writing it was interrupted, or the file was cut',
  ZEROS: 'the line holds zero bytes: the disk lost what was written there',
  NOT_UTF8: 'the line is not UTF-8',
  NOT_A_RECORD: 'the line is not an audit record',
  NOT_CANONICAL: 'the record is not in canonical form',
  HASH: 'the hash does not fit the record: it was changed after it was written',
  FIRST_RECORD: 'a log begins with a log_start numbered 1 that follows no other record',
  REPEATED: 'a record comes again that stands above already',
  MISSING: 'records are missing or stand elsewhere',
  CHAIN: 'the record does not follow from the one above it: one of the two was replaced',
  AFTER_END: 'after a log_end only a new session may begin',
};

const NEWLINE = 10;
const { fromEntries } = Object;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Checks a log as its bytes arrive, in memory that does not grow with it. */
export class LogVerifier {
  readonly #sha256: Sha256Hex;
  readonly #visit: (record: LogRecord) => void;
  readonly #byType = new Map<string, number>();
  /** The start of a line whose end has not arrived. */
  #open: Uint8Array[] = [];
  #openBytes = 0;
  #records = 0;
  #bytes = 0;
  #sessions = 0;
  #lastHash = GENESIS;
  #lastType = '';
  #firstBad: FirstBad | undefined;

  /** `visit` is called with each sound record, in order, up to the first bad line. */
  constructor(sha256: Sha256Hex, visit: (record: LogRecord) => void = () => {}) {
    this.#sha256 = sha256;
    this.#visit = visit;
  }

  feed(chunk: Uint8Array): void {
    if (this.#firstBad !== undefined) return;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const lines = concat([...this.#open, chunk.subarray(0, end)]);
      this.#open = [];
      this.#openBytes = 0;
      this.#readLines(lines);
    }
    if (end < chunk.length) {
      this.#open.push(chunk.slice(end));
      this.#openBytes += chunk.length - end;
    }
  }

  /** The result; call it once, after the last byte. */
  end(): LogReport {
    if (this.#firstBad === undefined && this.#openBytes > 0) {
      this.#fail(concat(this.#open).includes(0) ? 'ZEROS' : 'TORN');
    }
    if (this.#firstBad === undefined && this.#records === 0) this.#fail('EMPTY');
    const ok = this.#firstBad === undefined;
    return {
      ok,
      complete: ok && this.#lastType === 'log_end',
      records: this.#records,
      bytes: this.#bytes,
      byType: fromEntries([...this.#byType].sort(([a], [b]) => (a < b ? -1 : 1))),
      sessions: this.#sessions,
      lastHash: this.#lastHash,
      ...(this.#firstBad === undefined ? {} : { firstBad: this.#firstBad }),
    };
  }

  #readLines(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length && this.#firstBad === undefined; ) {
      const end = bytes.indexOf(NEWLINE, start);
      this.#readLine(bytes.subarray(start, end));
      start = end + 1;
    }
  }

  #readLine(bytes: Uint8Array): void {
    let line: string;
    try {
      line = utf8.decode(bytes);
    } catch {
      this.#fail('NOT_UTF8');
      return;
    }
    const record = openRecord(line, this.#sha256);
    const fault = typeof record === 'string' ? record : this.#faultInPlace(record);
    if (fault !== undefined || typeof record === 'string') {
      this.#fail(bytes.includes(0) ? 'ZEROS' : (fault ?? 'NOT_A_RECORD'));
      return;
    }
    this.#records += 1;
    this.#bytes += bytes.length + 1;
    this.#sessions += record.type === 'log_start' ? 1 : 0;
    this.#lastHash = record.h;
    this.#lastType = record.type;
    this.#byType.set(record.type, (this.#byType.get(record.type) ?? 0) + 1);
    this.#visit(record);
  }

  /** What is wrong with a sound record where it stands. */
  #faultInPlace(record: LogRecord): Fault | undefined {
    const expected = this.#records + 1;
    if (expected === 1) {
      const first = record.seq === 1 && record.type === 'log_start' && record.prev === GENESIS;
      return first ? undefined : 'FIRST_RECORD';
    }
    if (record.seq < expected) return 'REPEATED';
    if (record.seq > expected) return 'MISSING';
    if (record.prev !== this.#lastHash) return 'CHAIN';
    const ended = this.#lastType === 'log_end';
    return ended && record.type !== 'log_start' ? 'AFTER_END' : undefined;
  }

  #fail(fault: Fault): void {
    const line = this.#records + 1;
    const reason = `line ${line}: ${REASONS[fault]}`;
    this.#firstBad = { line, seq: line, byte: this.#bytes, fault, reason };
  }
}

/** Checks a whole log in memory. */
export function verifyLog(
  bytes: Uint8Array,
  sha256: Sha256Hex,
  visit?: (record: LogRecord) => void,
): LogReport {
  const verifier = new LogVerifier(sha256, visit);
  verifier.feed(bytes);
  return verifier.end();
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
