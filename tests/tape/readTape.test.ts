import { readdir, readFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import { isBreakwaterError, messageOf } from '../../src/std/errors.ts';
import { readTape, type TapeFiles } from '../../src/tape/readTape.ts';
import type { Tape } from '../../src/tape/tape.ts';

const BTC = market(0, 'BTC', '1', '0.00001');
const ETH = market(1, 'ETH', '0.1', '0.0001');

const HEADER = 'open_time,open,high,low,close,volume';
const BTC_CSV = `${HEADER}
1735700400000,94098.9,94098.91,94049.47,94049.47,7.50148
1735700460000,94049.46,94049.5,93980.35,93980.36,4.83642
1735700520000,93980.36,93994.74,93959.89,93959.9,0
`;
const ETH_CSV = `${HEADER}
1735700400000,3362.61,3362.75,3360.54,3360.54,70.1338
1735700460000,3360.55,3362.01,3359.8,3359.81,651.79445
1735700520000,3359.65,3361.02,3358.59,3358.83,67.67734
`;

describe('a good tape', () => {
  test('is snapped to the ticks and lots of its markets', async () => {
    const tape = await read({ 'BTCUSDT-1m.csv': BTC_CSV, 'ETHUSDT-1m.csv.gz': gzip(ETH_CSV) });
    expect([tape.startMs, tape.minutes]).toEqual([1735700400000, 3]);
    expect(tape.markets).toEqual([BTC, ETH]);
    expect(tape.bar(BTC, 1)).toEqual({
      openTimeMs: 1735700460000,
      openTicks: 94049,
      highTicks: 94050,
      lowTicks: 93980,
      closeTicks: 93980,
      volumeLots: 483642,
    });
    expect(tape.bar(ETH, 1)).toEqual({
      openTimeMs: 1735700460000,
      openTicks: 33606,
      highTicks: 33620,
      lowTicks: 33598,
      closeTicks: 33598,
      volumeLots: 6517945,
    });
    expect(tape.bar(BTC, 2).volumeLots).toBe(0);
  });

  test('may have any suffix after the interval, and company that is no tape', async () => {
    const tape = await read(
      { 'BTCUSDT-1m-2025-01.csv.gz': gzip(BTC_CSV), 'README.md': '# Tapes', 'notes.csv': 'x' },
      [BTC],
    );
    expect(tape.bar(BTC, 0).openTicks).toBe(94099);
  });

  test('may end its lines in the Windows way and its last line not at all', async () => {
    const windows = BTC_CSV.trimEnd().replaceAll('\n', '\r\n');
    const tape = await read({ 'BTCUSDT-1m.csv': windows }, [BTC]);
    expect(tape.minutes).toBe(3);
    expect(tape.bar(BTC, 2).closeTicks).toBe(93960);
  });

  test('answers no minute that it does not have', async () => {
    const tape = await read({ 'BTCUSDT-1m.csv': BTC_CSV }, [BTC]);
    expect(() => tape.bar(BTC, 3)).toThrow('no minute 3 on the tape');
    expect(() => tape.bar(BTC, -1)).toThrow('no minute -1 on the tape');
    expect(() => tape.bar(ETH, 0)).toThrow('no minute 0 on the tape');
  });

  test('ships with the project: six days in which both markets move', async () => {
    const files: TapeFiles = {
      list: (folder) => readdir(folder),
      readBytes: (path) => readFile(path),
      gunzip: (bytes) => gunzipSync(bytes),
    };
    const tape = await readTape(files, 'tapes/sample', [BTC, ETH]);
    expect([tape.startMs, tape.minutes]).toEqual([Date.UTC(2025, 0, 12, 10, 15), 6 * 24 * 60]);
    expect(tape.bar(BTC, 0).openTicks).toBe(93969);
    expect(tape.bar(ETH, 8639).closeTicks).toBe(32480);
  });
});

describe('a bad tape is refused with one sentence', () => {
  const rows = BTC_CSV.trimEnd().split('\n');
  const swapped = [rows[0], rows[1], rows[3], rows[2]].join('\n');
  const unsorted = [...rows, '1735700400000,1,1,1,1,1'].join('\n');
  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['empty file', '', 'is empty: expected one-minute bars'],
    ['empty gzip', gzip(''), 'is empty: expected one-minute bars'],
    ['header only', `${HEADER}\n`, 'holds no minutes after its first line'],
    ['no header', rows.slice(1).join('\n'), `line 1 is "${rows[1]}": expected "${HEADER}"`],
    ['truncated row', BTC_CSV.slice(0, -20), `line 4 has 3 of 6 fields: expected ${HEADER}`],
    ['blank row', BTC_CSV.replace(/\n1735700460000.*\n/, '\n\n'), 'line 3 has 1 of 6 fields'],
    ['gap', swapped, 'line 3 leaves a gap: 1 minute is missing between 1735700400000 and'],
    [
      'wide gap',
      BTC_CSV.replace('1735700520000', '1735700700000'),
      'line 4 leaves a gap: 3 minutes are missing between 1735700460000 and 1735700700000',
    ],
    ['unsorted', unsorted, 'line 5 is out of order: minute 1735700400000 comes after 17357005200'],
    [
      'duplicate',
      BTC_CSV.replace('1735700460000', '1735700400000'),
      'line 3 repeats the minute 1735700400000 of the line before',
    ],
    [
      'time between minutes',
      BTC_CSV.replace('1735700400000', '1735700400001'),
      'line 2 has the open_time "1735700400001": expected the start of a minute in ms',
    ],
    [
      'time that is none',
      BTC_CSV.replace('1735700460000', 'noon'),
      'line 3 has the open_time "noon"',
    ],
    [
      'price that is none',
      BTC_CSV.replace('93980.35', '9398O.35'),
      'line 3 has the low "9398O.35": expected a number above zero with at most 8 decimals',
    ],
    ['price of zero', BTC_CSV.replace('94098.9,', '0,'), 'line 2 has the open "0": expected'],
    ['negative price', BTC_CSV.replace('94098.91', '-1'), 'line 2 has the high "-1": expected'],
    ['exponent', BTC_CSV.replace('93959.9,', '9.4e4,'), 'line 4 has the close "9.4e4": expected'],
    [
      'negative volume',
      BTC_CSV.replace('7.50148', '-7.5'),
      'line 2 has the volume "-7.5": expected a number of zero or more with at most 8 decimals',
    ],
    [
      'high below low',
      BTC_CSV.replace('94049.5,93980.35', '93980.35,94049.5'),
      'line 3 has its high 93980.35 below its low 94049.5',
    ],
    [
      'open outside',
      BTC_CSV.replace('94098.9,', '94098.92,'),
      'line 2 has its open 94098.92 outside its low 94049.47 and high 94098.91',
    ],
    [
      'open below',
      BTC_CSV.replace('94098.9,', '94000,'),
      'line 2 has its open 94000 outside its low',
    ],
    [
      'close outside',
      BTC_CSV.replace('93980.36,4', '93980.34,4'),
      'line 3 has its close 93980.34 outside its low 93980.35 and high 94049.5',
    ],
    ['close above', BTC_CSV.replace('93980.36,4', '94050,4'), 'line 3 has its close 94050 outside'],
    [
      'price too low for the tick',
      `${HEADER}\n1735700400000,100,101,99.9,100,1`,
      'line 2 has a price below 100: expected at least 100 ticks of BTC',
    ],
    ['truncated gzip', gzip(BTC_CSV).subarray(0, -30), 'is damaged or cut short (unexpected end'],
    ['no gzip at all', Buffer.from(BTC_CSV), 'is damaged or cut short (incorrect header check)'],
  ];

  test.each(cases)('%s', async (_, content, sentence) => {
    const name = typeof content === 'string' ? 'BTCUSDT-1m.csv' : 'BTCUSDT-1m.csv.gz';
    const message = await refusal({ [name]: content }, [BTC]);
    expect(message).toContain(`tape tapes/mine/${name} `);
    expect(message).toContain(sentence);
  });

  test('missing folder', async () => {
    const failing: TapeFiles = {
      list: () => Promise.reject(new Error('ENOENT')),
      readBytes: () => Promise.reject(new Error('ENOENT')),
      gunzip: gunzipSync,
    };
    await expect(readTape(failing, 'nowhere', [BTC])).rejects.toMatchObject({
      code: 'TAPE_INVALID',
      message: 'tape nowhere cannot be read (ENOENT)',
    });
  });

  test('unreadable file', async () => {
    const failing: TapeFiles = {
      list: async () => ['BTCUSDT-1m.csv'],
      readBytes: () => Promise.reject(new Error('EACCES')),
      gunzip: gunzipSync,
    };
    await expect(readTape(failing, 'mine/', [BTC])).rejects.toMatchObject({
      message: 'tape mine/BTCUSDT-1m.csv cannot be read (EACCES)',
    });
  });

  test('missing file', async () => {
    expect(await refusal({ 'BTCUSDT-1m.csv': BTC_CSV })).toBe(
      'tape tapes/mine has no file for ETH: expected ETHUSDT-1m.csv.gz',
    );
  });

  test('unknown symbol', async () => {
    const files = { 'BTCUSDT-1m.csv': BTC_CSV, 'DOGEUSDT-1m.csv': ETH_CSV };
    expect(await refusal(files)).toBe(
      'tape tapes/mine/DOGEUSDT-1m.csv is of no known market: expected BTC or ETH',
    );
  });

  test('two files for one market', async () => {
    const files = { 'BTCUSDT-1m-a.csv': BTC_CSV, 'BTCUSDT-1m-b.csv': BTC_CSV };
    expect(await refusal(files)).toBe(
      'tape tapes/mine has two files for BTC, BTCUSDT-1m-a.csv and BTCUSDT-1m-b.csv: expected one',
    );
  });

  test.each([
    ['fewer', ETH_CSV.split('\n').slice(0, 3).join('\n'), '1735700400000 to 1735700460000'],
    ['later', ETH_CSV.replace(/\n1735700400000.*/, ''), '1735700460000 to 1735700520000'],
  ])('markets that do not cover the same minutes: %s', async (_, eth, span) => {
    expect(await refusal({ 'BTCUSDT-1m.csv': BTC_CSV, 'ETHUSDT-1m.csv': eth })).toBe(
      `tape tapes/mine covers minutes 1735700400000 to 1735700520000 of BTC but minutes ${span}` +
        ' of ETH: expected the same minutes',
    );
  });
});

function market(id: number, symbol: string, tickSize: string, lotSize: string): Market {
  const limits = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
  return makeMarket(id, { symbol, tickSize, lotSize, ...limits });
}

function gzip(text: string): Uint8Array {
  return gzipSync(text);
}

function read(
  content: Readonly<Record<string, string | Uint8Array>>,
  markets: readonly Market[] = [BTC, ETH],
): Promise<Tape> {
  const files: TapeFiles = {
    list: async () => Object.keys(content).sort(),
    readBytes: async (path) => Buffer.from(content[path.replace('tapes/mine/', '')] ?? ''),
    gunzip: (bytes) => gunzipSync(bytes),
  };
  return readTape(files, 'tapes/mine', markets);
}

async function refusal(
  content: Readonly<Record<string, string | Uint8Array>>,
  markets: readonly Market[] = [BTC, ETH],
): Promise<string> {
  try {
    await read(content, markets);
  } catch (thrown) {
    if (isBreakwaterError(thrown) && thrown.code === 'TAPE_INVALID') return messageOf(thrown);
    throw thrown;
  }
  throw new Error('the tape was accepted');
}
