import type { Json } from '../protocol/canonicalJson.ts';
import { invariant } from '../std/assert.ts';
import type { Sha256Hex } from '../std/hash.ts';
import { canonicalBody } from './canonicalBody.ts';

const { isSafeInteger } = Number;

/** What the first record of a log names as the hash before it. */
export const GENESIS: string = '0'.repeat(64);

/** What a record says: strings, integers, booleans, nulls, lists and objects of these. */
export type RecordBody = { readonly [key: string]: Json };

/** One line of a log. */
export interface LogRecord {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Lower-case words joined by underscores, such as `order_intent`. */
  readonly type: string;
  readonly body: RecordBody;
  /** Monotonic microseconds of the event it belongs to; each session has its own origin. */
  readonly tMono: number;
  /** Wall milliseconds of that event. */
  readonly tWall: number;
  /** The hash of the record before, or {@link GENESIS}. */
  readonly prev: string;
  /** SHA-256 over 0x00 and the canonical JSON of the record without `h`: an RFC 6962 leaf hash. */
  readonly h: string;
}

/** Why a line is no sound record, whatever stands before it. */
export type Unsound = 'NOT_A_RECORD' | 'NOT_CANONICAL' | 'HASH';

const TYPE = /^[a-z][a-z0-9_]*$/;
const LINE =
  /^\{"body":(\{.*\}),"h":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","seq":([1-9][0-9]*),"tMono":(0|[1-9][0-9]*),"tWall":(0|[1-9][0-9]*),"type":"([a-z][a-z0-9_]*)","v":1\}$/s;

const typesKnown = new Set<string>();

/**
 * A record as its line, newline included, and its hash. `head` and `tail` are the canonical JSON
 * cut where `h` belongs, so that hashing and writing share one serialisation.
 */
export function sealRecord(
  record: Omit<LogRecord, 'h'>,
  sha256: Sha256Hex,
): { readonly line: string; readonly h: string } {
  const { seq, type, tMono, tWall, prev } = record;
  if (!typesKnown.has(type)) {
    invariant(TYPE.test(type), `not a record type: ${type}`);
    typesKnown.add(type);
  }
  invariant(isSafeInteger(tMono) && tMono >= 0, `not monotonic microseconds: ${tMono}`);
  invariant(isSafeInteger(tWall) && tWall >= 0, `not wall milliseconds: ${tWall}`);
  const head = `{"body":${canonicalBody(record.body)}`;
  const tail = `,"prev":"${prev}","seq":${seq},"tMono":${tMono},"tWall":${tWall},"type":"${type}","v":1}`;
  const h = sha256(`\0${head}${tail}`);
  return { line: `${head},"h":"${h}"${tail}\n`, h };
}

/** Reads one line, without its newline, and checks all that the line alone can tell. */
export function openRecord(line: string, sha256: Sha256Hex): LogRecord | Unsound {
  const match = LINE.exec(line);
  if (match === null) return 'NOT_A_RECORD';
  const [, bodyText = '', h = '', prev = '', seqText, tMonoText, tWallText, type = ''] = match;
  const cut = '{"body":'.length + bodyText.length;
  const rest = line.slice(cut + ',"h":""'.length + h.length);
  if (sha256(`\0${line.slice(0, cut)}${rest}`) !== h) return 'HASH';
  const body = readBody(bodyText);
  const seq = Number(seqText);
  const tMono = Number(tMonoText);
  const tWall = Number(tWallText);
  const exact = isSafeInteger(seq) && isSafeInteger(tMono) && isSafeInteger(tWall);
  return body !== undefined && exact ? { seq, type, body, tMono, tWall, prev, h } : 'NOT_CANONICAL';
}

function readBody(text: string): RecordBody | undefined {
  try {
    const body: RecordBody = JSON.parse(text);
    return canonicalBody(body) === text ? body : undefined;
  } catch {
    // No JSON, a fraction, or a nesting deeper than the stack.
    return undefined;
  }
}
