import { type Grid, parseExact } from '../std/decimal.ts';
import { BreakwaterError } from '../std/errors.ts';

/** Prices and amounts of a tape file: whole steps of 10^-8, so that every recorded digit is kept. */
export const TAPE_GRID: Grid = { step: 1, decimals: 8 };

/** One minute in milliseconds. */
export const MINUTE_MS = 60_000;

/** The minutes of one file, without a gap: row `i` starts at `startMs + i × MINUTE_MS`. */
export interface RecordedBars {
  readonly startMs: number;
  readonly minutes: number;
  /** In steps of {@link TAPE_GRID}: dollars; `volume` in the base asset. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

const COLUMNS = ['open_time', 'open', 'high', 'low', 'close', 'volume'] as const;
const HEADER = COLUMNS.join(',');

/**
 * Reads the text of a tape file (`tapes/README.md` has the format). Throws `TAPE_INVALID` with
 * `file` and the line for the first thing that is wrong.
 */
export function parseBars(text: string, file: string): RecordedBars {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const [header, first, ...rest] = lines;
  if (header === undefined) throw invalid(file, 'is empty: expected one-minute bars');
  if (header !== HEADER) {
    throw invalid(`${file} line 1`, `is "${header.slice(0, 60)}": expected "${HEADER}"`);
  }
  if (first === undefined) throw invalid(file, 'holds no minutes after its first line');
  const minutes = rest.length + 1;
  const bars = {
    startMs: readStart(first.split(',')[0], `${file} line 2`),
    minutes,
    open: new Float64Array(minutes),
    high: new Float64Array(minutes),
    low: new Float64Array(minutes),
    close: new Float64Array(minutes),
    volume: new Float64Array(minutes),
  };
  readRow(bars, 0, first, `${file} line 2`);
  rest.forEach((line, i) => {
    readRow(bars, i + 1, line, `${file} line ${i + 3}`);
  });
  return bars;
}

/** The error of a bad tape; `subject` is its folder, its file or a line of its file. */
export function invalid(subject: string, sentence: string): BreakwaterError {
  return new BreakwaterError('TAPE_INVALID', `tape ${subject} ${sentence}`);
}

function readRow(bars: RecordedBars, i: number, line: string, where: string): void {
  const fields = line.split(',');
  if (fields.length !== COLUMNS.length) {
    throw invalid(where, `has ${fields.length} of ${COLUMNS.length} fields: expected ${HEADER}`);
  }
  checkOrder(readStart(fields[0], where), bars.startMs + i * MINUTE_MS, where);
  const open = readNumber(fields, 1, where);
  const high = readNumber(fields, 2, where);
  const low = readNumber(fields, 3, where);
  const close = readNumber(fields, 4, where);
  if (high < low) throw invalid(where, `has its high ${fields[2]} below its low ${fields[3]}`);
  const stray = open < low || open > high ? 1 : close < low || close > high ? 4 : 0;
  if (stray > 0) {
    const price = `${COLUMNS[stray]} ${fields[stray]}`;
    throw invalid(where, `has its ${price} outside its low ${fields[3]} and high ${fields[2]}`);
  }
  bars.open[i] = open;
  bars.high[i] = high;
  bars.low[i] = low;
  bars.close[i] = close;
  bars.volume[i] = readNumber(fields, 5, where);
}

function readStart(text: string | undefined, where: string): number {
  const startMs = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (startMs % MINUTE_MS === 0) return startMs;
  throw invalid(where, `has the open_time "${text}": expected the start of a minute in ms`);
}

function checkOrder(startMs: number, expectedMs: number, where: string): void {
  if (startMs === expectedMs) return;
  const before = expectedMs - MINUTE_MS;
  if (startMs === before) throw invalid(where, `repeats the minute ${startMs} of the line before`);
  if (startMs < before) {
    throw invalid(where, `is out of order: minute ${startMs} comes after ${before}`);
  }
  const missing = (startMs - expectedMs) / MINUTE_MS;
  const what = missing === 1 ? '1 minute is' : `${missing} minutes are`;
  throw invalid(where, `leaves a gap: ${what} missing between ${before} and ${startMs}`);
}

// Prices are above zero; a minute in which nothing traded has a volume of zero.
function readNumber(fields: readonly string[], column: number, where: string): number {
  const text = fields[column] ?? '';
  const value = parseExact(text, TAPE_GRID);
  const isVolume = column === 5;
  if (value !== undefined && (isVolume ? value >= 0 : value > 0)) return value;
  const kind = isVolume ? 'number of zero or more' : 'number above zero';
  throw invalid(
    where,
    `has the ${COLUMNS[column]} "${text}": expected a ${kind} with at most 8 decimals`,
  );
}
