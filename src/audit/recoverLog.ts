import { hash } from 'node:crypto';
import { BreakwaterError } from '../std/errors.ts';
import type { Sha256Hex } from '../std/hash.ts';
import type { Files } from '../std/host.ts';
import type { LogRecord } from './record.ts';
import { type Fault, type LogReport, verifyLog } from './verify.ts';

/** What an interrupted write left behind the last sound record. */
export interface DroppedTail {
  /** Where it began; the log now ends here. */
  readonly byteOffset: number;
  readonly bytes: number;
  /** SHA-256 of the dropped bytes, lower-case hex. */
  readonly sha256: string;
}

/** A log that may be continued. */
export interface SoundLog {
  readonly report: LogReport;
  /** The last `log_start`. */
  readonly session: LogRecord;
}

/** Tails that an interrupted write leaves: half a line, or blocks whose content never arrived. */
const TORN: ReadonlySet<Fault> = new Set(['TORN', 'ZEROS']);
const NEWLINE = 10;

/**
 * Reads a log that is to be continued: `undefined` when it is empty, its dropped tail when it ends
 * in an interrupted write (to be cut by {@link cutTail}). Any other fault throws `LOG_INVALID`:
 * somebody must look at it before a desk writes on. `visit` sees every sound record.
 */
export function inspectLog(
  path: string,
  bytes: Uint8Array,
  sha256: Sha256Hex,
  visit: (record: LogRecord) => void = () => undefined,
): SoundLog | DroppedTail | undefined {
  if (bytes.length === 0) return undefined;
  let session: LogRecord | undefined;
  const report = verifyLog(bytes, sha256, (record) => {
    if (record.type === 'log_start') session = record;
    visit(record);
  });
  const { firstBad } = report;
  if (firstBad === undefined && session !== undefined) return { report, session };
  if (firstBad !== undefined && TORN.has(firstBad.fault) && isLast(bytes, report.bytes)) {
    const tail = bytes.subarray(report.bytes);
    return {
      byteOffset: report.bytes,
      bytes: tail.length,
      sha256: hash('sha256', tail, 'hex'),
    };
  }
  throw new BreakwaterError(
    'LOG_INVALID',
    `the audit log ${path} is not continued, because it was damaged or changed: ${firstBad?.reason}`,
  );
}

/** Cuts a log at the end of its last sound record; what is cut off stays beside it, as evidence. */
export async function cutTail(
  files: Pick<Files, 'readBytes' | 'replace'>,
  path: string,
  at: number,
): Promise<void> {
  const bytes = await files.readBytes(path);
  await files.replace(`${path}.torn-${at}`, bytes.subarray(at), 0o600);
  await files.replace(path, bytes.subarray(0, at), 0o600);
}

/** True when no line of any content follows the one that begins at `offset`. */
function isLast(bytes: Uint8Array, offset: number): boolean {
  const end = bytes.indexOf(NEWLINE, offset);
  return end === -1 || bytes.subarray(end + 1).every((b) => b === 0);
}
