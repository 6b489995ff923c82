import { formatPrice, type Market } from '../protocol/market.ts';
import { messageOf } from '../std/errors.ts';
import type { Files } from '../std/host.ts';
import { invalid, MINUTE_MS, parseBars } from './parseBars.ts';
import { type Recording, Tape, unitsOf } from './tape.ts';

/** What reading a tape needs of the host's files. */
export type TapeFiles = Pick<Files, 'list' | 'readBytes' | 'gunzip'>;

/** Below this a tick is a step of more than a percent, and no spread can be quoted. */
const LEAST_TICKS = 100;

const NAME = /^([A-Za-z0-9-]+)USDT-1m.*\.csv(?:\.gz)?$/;

/**
 * Reads the tape in `folder`: one file for each of `markets`, named as in `tapes/README.md`.
 * Rejects with `TAPE_INVALID` and one sentence that names the file and the line.
 */
export async function readTape(
  files: TapeFiles,
  folder: string,
  markets: readonly Market[],
): Promise<Tape> {
  const names = await tapeNames(files, folder, markets);
  const recordings: Recording[] = [];
  for (const market of markets) {
    const name = names.get(market.symbol);
    if (name === undefined) {
      const expected = `${market.symbol}USDT-1m.csv.gz`;
      throw invalid(folder, `has no file for ${market.symbol}: expected ${expected}`);
    }
    const file = `${folder.replace(/\/+$/, '')}/${name}`;
    const recording = { market, bars: parseBars(await readText(files, file), file) };
    checkPrices(recording, file);
    checkSameMinutes(recordings[0] ?? recording, recording, folder);
    recordings.push(recording);
  }
  return new Tape(recordings);
}

/** File names by symbol; other files of the folder, such as a README, are none of our business. */
async function tapeNames(
  files: TapeFiles,
  folder: string,
  markets: readonly Market[],
): Promise<Map<string, string>> {
  const known = markets.map(({ symbol }) => symbol);
  const names = new Map<string, string>();
  for (const name of await orInvalid(() => files.list(folder), folder, 'cannot be read')) {
    const symbol = NAME.exec(name)?.[1];
    if (symbol === undefined) continue;
    if (!known.includes(symbol)) {
      throw invalid(`${folder}/${name}`, `is of no known market: expected ${known.join(' or ')}`);
    }
    const other = names.get(symbol);
    if (other !== undefined) {
      throw invalid(folder, `has two files for ${symbol}, ${other} and ${name}: expected one`);
    }
    names.set(symbol, name);
  }
  return names;
}

async function readText(files: TapeFiles, file: string): Promise<string> {
  const bytes = await orInvalid(() => files.readBytes(file), file, 'cannot be read');
  const plain = file.endsWith('.gz')
    ? await orInvalid(() => files.gunzip(bytes), file, 'is damaged or cut short')
    : bytes;
  return new TextDecoder().decode(plain);
}

async function orInvalid<T>(work: () => T | Promise<T>, subject: string, what: string): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw invalid(subject, `${what} (${messageOf(thrown)})`);
  }
}

function checkPrices({ market, bars }: Recording, file: string): void {
  const least = LEAST_TICKS * unitsOf(market.tick);
  const row = bars.low.findIndex((units) => units < least);
  if (row < 0) return;
  const price = formatPrice(market, LEAST_TICKS);
  throw invalid(
    `${file} line ${row + 2}`,
    `has a price below ${price}: expected at least ${LEAST_TICKS} ticks of ${market.symbol}`,
  );
}

function checkSameMinutes(first: Recording, other: Recording, folder: string): void {
  const same =
    first.bars.startMs === other.bars.startMs && first.bars.minutes === other.bars.minutes;
  if (!same) {
    throw invalid(folder, `covers ${span(first)} but ${span(other)}: expected the same minutes`);
  }
}

function span({ market, bars }: Recording): string {
  const lastMs = bars.startMs + (bars.minutes - 1) * MINUTE_MS;
  return `minutes ${bars.startMs} to ${lastMs} of ${market.symbol}`;
}
