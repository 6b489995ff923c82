// The parts of the command line that its commands share.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { DeskSummary } from '../../src/assembly/summary.ts';
import { buildDemoReport } from '../../src/cli/demoReport.ts';
import { startExchangeProcess } from '../../src/cli/exchangeProcess.ts';
import { fetchTruth } from '../../src/cli/exchangeTruth.ts';
import { exitCodeOf } from '../../src/cli/exitCode.ts';
import { heldPositions } from '../../src/cli/heldPositions.ts';
import { environmentOfChild, onLauncherGone } from '../../src/cli/launcher.ts';
import { limitNotices } from '../../src/cli/limitNotices.ts';
import { duration } from '../../src/cli/options.ts';
import { createOutput, outliveReaders, printError } from '../../src/cli/output.ts';
import { progressLine } from '../../src/cli/progressLine.ts';
import { hearInputEnd, hearStop } from '../../src/cli/signals.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { compactDollars, dollars } from '../../src/report/dollars.ts';
import { BreakwaterError } from '../../src/std/errors.ts';
import { ROOT } from './support/child.ts';
import { temporaryFolder, write } from './support/files.ts';

let out: string[];
let err: string[];

beforeEach(() => {
  out = [];
  err = [];
  const into = (list: string[]) => (text: unknown) => list.push(String(text)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(into(out));
  jest.spyOn(process.stderr, 'write').mockImplementation(into(err));
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** Standard error as a terminal of so many columns, or none. */
function terminal(columns: number | undefined): void {
  Object.defineProperty(process.stderr, 'isTTY', { configurable: true, value: true });
  Object.defineProperty(process.stderr, 'columns', { configurable: true, value: columns });
}

function noTerminal(): void {
  Object.defineProperty(process.stderr, 'isTTY', { configurable: true, value: false });
}

describe('CLI-9 output', () => {
  afterEach(noTerminal);

  test('on a terminal a progress line replaces the one before, and news stand above it', () => {
    terminal(100);
    const output = createOutput(false);
    const offered: number[] = [];
    const line = (text: string) => (columns: number) => {
      offered.push(columns);
      return text;
    };
    output.progress(line('one'));
    output.progress(line('two'));
    output.note('news');
    output.progress(line('three'));
    output.result({}, 'done');
    expect(err.join('|')).toBe('one|\r\u001b[2K|two|\r\u001b[2K|news\n|three|\r\u001b[2K');
    expect(out).toEqual(['done\n']);
    expect(offered).toEqual([99, 99, 99]);
    terminal(undefined);
    output.progress(line(''));
    expect(offered.at(-1)).toBe(79);
  });

  test('elsewhere it is printed every five seconds', () => {
    jest.useFakeTimers();
    noTerminal();
    const output = createOutput(false);
    for (let second = 0; second <= 11; second++) {
      output.progress((columns) => `${second} of ${columns}`);
      jest.advanceTimersByTime(1000);
    }
    expect(err).toEqual(['0 of Infinity\n', '5 of Infinity\n', '10 of Infinity\n']);
  });

  test('a result is JSON when that was asked for', () => {
    createOutput(true).result({ a: 1 }, 'text');
    createOutput(false).result({ a: 1 }, 'text\n');
    expect(out).toEqual(['{"a":1}\n', 'text\n']);
  });

  test('an error is one line, whatever it says and whoever threw it', () => {
    printError(new Error(`<html>\n  ${'x'.repeat(600)}`), true);
    const [line = ''] = err;
    expect(line).toMatch(/^breakwater: <html> x+\.\.\.\n$/);
    expect(line.length).toBeLessThan(520);
    expect(JSON.parse(out.join(''))).toEqual({
      error: { code: 'INTERNAL', message: line.slice('breakwater: '.length, -1) },
    });
    printError('thrown', false);
    expect(err[1]).toBe('breakwater: thrown\n');
    expect(out).toHaveLength(1);
  });

  test('CLI-10 a reader that goes away is survived, and heard once', () => {
    outliveReaders();
    const count = process.stdout.listenerCount('error');
    outliveReaders();
    expect(process.stdout.listenerCount('error')).toBe(count);
    expect(() => process.stdout.emit('error', new Error('EPIPE'))).not.toThrow();
    expect(() => process.stderr.emit('error', new Error('EPIPE'))).not.toThrow();
  });
});

describe('CLI-9 the progress line', () => {
  const summary = (over: Partial<DeskSummary>): DeskSummary =>
    ({
      orders: 0,
      fills: 0,
      netMicro: 0,
      grossMicro: 0,
      equityMicro: 0,
      feesMicro: 0,
      refusals: 0,
      deferrals: 0,
      ...over,
    }) as DeskSummary;
  const usual = summary({
    orders: 1234,
    fills: 1187,
    netMicro: -12_345_600_000,
    grossMicro: 234_567_800_000,
    equityMicro: 1_999_876_500_000,
    feesMicro: 123_400_000,
    refusals: 321,
    deferrals: 45,
  });

  test('says all of it where there is room', () => {
    expect(progressLine(65_999, usual, 2_000_000_000_000, Number.POSITIVE_INFINITY)).toBe(
      '01:05  orders 1234  fills 1187  net -$12,346  gross $234,568  P&L -$124  fees $123  refused 321  deferred 45',
    );
  });

  test('fits a terminal of 80 columns', () => {
    expect(progressLine(3_725_000, usual, 2_000_000_000_000, 79)).toBe(
      '1:02:05 ord 1234 fill 1187 net -$12.3k gross $235k P&L -$124 fee $123 ref 321',
    );
    expect(progressLine(5_000, summary({ orders: 37, fills: 31, refusals: 6 }), 0, 79)).toBe(
      '00:05  orders 37  fills 31  net $0  gross $0  P&L $0  fees $0  refused 6',
    );
    expect(progressLine(5_000, { ...usual, orders: 137, fills: 131 }, 2_000_000_000_000, 82)).toBe(
      '00:05 orders 137 fills 131 net -$12.3k gross $235k P&L -$124 fees $123 refused 321',
    );
  });

  test('loses whole fields, never a part of one', () => {
    for (let columns = 1; columns < 120; columns++) {
      const line = progressLine(0, usual, 0, columns);
      expect(line.length <= columns || line === '00:00').toBe(true);
      expect(line).toMatch(/^00:00( +[A-Za-z&.]+ [-$\d.,kM]+)*$/);
    }
  });
});

test('CLI-9 dollars read as people write them', () => {
  expect(
    [0, 1, -1, 4_999, 5_000, -1_234_567_890_000, 999_999_999].map((micro) => dollars(micro)),
  ).toEqual(['$0.00', '$0.00', '$0.00', '$0.00', '$0.01', '-$1,234,567.89', '$1,000.00']);
  expect(dollars(-499_999, 0)).toBe('$0');
  expect(
    [
      0, -999_400_000, 999_949_999, 1_000_000_000, 12_340_000_000, -99_960_000_000, 999_940_000_000,
      999_960_000_000, 1_250_000_000_000,
    ].map(compactDollars),
  ).toEqual(['$0', '-$999', '$1.0k', '$1.0k', '$12.3k', '-$100k', '$1.0M', '$1.0M', '$1.3M']);
});

describe('CLI-11 the wish to stop', () => {
  test('is heard once, however often it comes', async () => {
    jest.useFakeTimers();
    const stop = hearStop();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.emit(signal, signal);
    jest.advanceTimersByTime(1999);
    process.emit('SIGINT', 'SIGINT');
    expect(err).toEqual([]);
    jest.advanceTimersByTime(2001);
    process.emit('SIGINT', 'SIGINT');
    expect(err).toEqual(['breakwater: already stopping, orders are being ended\n']);
    expect(await stop.asked).toBe('SIGINT');
    stop.off();
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('is heard from the end of standard input, or its failure', async () => {
    for (const end of ['end', 'error']) {
      const input = new PassThrough();
      const stop = hearInputEnd(input);
      process.emit('SIGTERM', 'SIGTERM');
      input.emit(end, new Error('gone'));
      expect(await stop.asked).toBe('standard input has ended');
      stop.off();
      expect(input.listenerCount(end)).toBe(0);
    }
  });
});

describe('CLI-12 the launcher', () => {
  afterEach(() => {
    delete process.env.BREAKWATER_PARENT;
  });

  test('is missed within a second, once', () => {
    jest.useFakeTimers();
    process.env.BREAKWATER_PARENT = '77';
    let parent = 77;
    const gone = jest.fn();
    onLauncherGone(gone, () => parent);
    jest.advanceTimersByTime(5000);
    expect(gone).not.toHaveBeenCalled();
    parent = 1;
    jest.advanceTimersByTime(5000);
    expect(gone).toHaveBeenCalledTimes(1);
  });

  test('that has gone ends a command like a signal', async () => {
    jest.useFakeTimers();
    process.env.BREAKWATER_PARENT = `${process.ppid + 1}`;
    const stop = hearStop();
    jest.advanceTimersByTime(1000);
    expect(await stop.asked).toBe('the launcher has gone');
    stop.off();
  });

  test('is not missed when there is none, nor after the end', () => {
    jest.useFakeTimers();
    const gone = jest.fn();
    onLauncherGone(gone)();
    process.env.BREAKWATER_PARENT = '77';
    onLauncherGone(gone, () => 1)();
    jest.advanceTimersByTime(5000);
    expect(gone).not.toHaveBeenCalled();
  });

  test('is no parent of what the desk starts', () => {
    process.env.BREAKWATER_PARENT = '77';
    expect(environmentOfChild()).not.toHaveProperty('BREAKWATER_PARENT');
    expect(environmentOfChild()).toHaveProperty('PATH', process.env.PATH);
  });
});

test('CLI-13 many notices at once are five, and a count of the rest', () => {
  const printed: string[] = [];
  let nowMs = 0;
  const notice = limitNotices(
    (sentence) => printed.push(sentence),
    () => nowMs,
  );
  for (let i = 1; i <= 8; i++) notice(`${i}`);
  expect(printed).toEqual(['1', '2', '3', '4', '5']);
  nowMs = 10_001;
  notice('9');
  nowMs = 30_000;
  notice('10');
  expect(printed.slice(5)).toEqual(['3 more notices of this kind', '9', '10']);
  const real = jest.fn();
  limitNotices(real)('now');
  expect(real).toHaveBeenCalledWith('now');
});

test('CLI-2 durations', () => {
  expect(['1ms', '1.5s', '2m', '480h'].map((text) => duration.read(text))).toEqual([
    1, 1500, 120_000, 1_728_000_000,
  ]);
  expect(
    ['', '0.4ms', 's', '5', '-1s', '1d', '1s ', '480.1h'].map((text) => duration.read(text)),
  ).toEqual(Array(8).fill(undefined));
});

test('CLI-2 exit codes follow from what was thrown', () => {
  const of = (code: ConstructorParameters<typeof BreakwaterError>[0]): number =>
    exitCodeOf(new BreakwaterError(code, ''));
  expect([of('LOG_INVALID'), of('LOCKED'), of('EXCHANGE_PROTOCOL')]).toEqual([1, 2, 3]);
  expect(exitCodeOf(new TypeError('a bug of ours'))).toBe(1);
});

describe('CLI-4 the process of the exchange', () => {
  afterEach(() => {
    delete process.env.NODE_OPTIONS;
  });

  test('gives its own error', async () => {
    await expect(startExchangeProcess(['--accounts', '0']).ready).rejects.toMatchObject({
      code: 'USAGE',
      message: 'option --accounts: expected a whole number from 1 to 1000, got "0"',
    });
  });

  test.each([
    ['throw new Error("broken")', /^the simulated exchange did not start: (Node\.js|.*broken)/],
    ['process.exit(7)', /^the simulated exchange did not start: exit code 7$/],
    ['process.kill(process.pid, "SIGKILL")', /^the simulated exchange did not start: SIGKILL$/],
    [
      'process.stdin.resume = () => { throw new Error("broken") }',
      /^the simulated exchange did not start: broken$/,
    ],
  ])('says why it did not start after %s', async (sabotage, sentence) => {
    process.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(sabotage)}`;
    await expect(startExchangeProcess([]).ready).rejects.toMatchObject({
      code: 'EXCHANGE_UNREACHABLE',
      message: expect.stringMatching(sentence),
    });
  });
});

describe("CLI-8 the exchange's own count", () => {
  test.each([
    [404, '', 'EXCHANGE_REFUSED', '/admin/truth answered with status 404'],
    [
      200,
      'no JSON',
      'EXCHANGE_UNREACHABLE',
      /^the simulated exchange did not give its own count: /,
    ],
  ])('is missed with status %s', async (status, body, code, sentence) => {
    const host = createNodeHost();
    const transport = {
      ...host.transport,
      openHttp: () => ({
        request: async () => ({ status, headers: {}, body }),
        close: async () => undefined,
      }),
    };
    await expect(fetchTruth({ ...host, transport }, 'http://a/api/v1')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence),
    });
  });
});

describe('CLI-8 the report of a demo', () => {
  const folder = temporaryFolder();
  const balance = { account: 'a1', meanBps: 0, meanNetMicro: 0, heldMs: 1000 };
  const good = {
    equityMicro: 90,
    unexplainedOrders: 0,
    largestPositionMicro: 9_999_999,
    pairs: { hedged: 1, flat: 0, overBudget: 0 },
    pairBalances: [balance],
    credits: [{ totalTenths: 1234, peakMinuteTenths: 567 }],
  };
  const truth = { orders: 0, selfMatches: 0, stpEvents: 0, tooManyRequests: 0, settings: [] };
  const order = { clientOrderId: 'x', status: 'filled' };

  async function failing(over: object, exchange: object): Promise<string[]> {
    const summary = { ...good, ...over } as unknown as DeskSummary;
    const report = await buildDemoReport(createNodeHost(), {
      flags: { seed: 1, speed: 30 },
      truth: { truth: { ...truth, ...exchange }, orders: 'order' in exchange ? [order] : [] },
      logPath: write(folder, 'empty.jsonl', ''),
      summary,
      ran: {
        startEquityMicro: 100,
        ranMs: 1000.4,
        clean: true,
        ...over,
        sentence: '.',
        trading: summary,
      },
    });
    expect(report).toMatchObject({ ok: false, pnlMicro: -10, ranMs: 1000, seed: 1, speed: 30 });
    expect(report.credits).toBe('family 1 spent 123.4, at most 56.7 of 300 in 60 s');
    expect(report.log).toMatchObject({
      verified: false,
      problem: expect.stringContaining('no record'),
    });
    return report.checks.filter(({ passed }) => !passed).map(({ name }) => name);
  }

  const unequal = { ...balance, meanBps: 101, meanNetMicro: 2_000_001 };

  test.each<[failed: string[], over: object, exchange: object]>([
    [[], {}, {}],
    [['no self-trade, by the exchange'], {}, { selfMatches: 1 }],
    [['no 429'], {}, { tooManyRequests: 1 }],
    [['every order answers a signal'], { unexplainedOrders: 1 }, {}],
    [['legs equal within 1 % or a lot'], { pairBalances: [balance, unequal] }, {}],
    [
      [],
      {
        pairBalances: [
          { ...unequal, meanNetMicro: 2_000_000 },
          { ...unequal, heldMs: 0 },
        ],
      },
      {},
    ],
    [[], { pairBalances: [{ ...unequal, meanBps: 100 }] }, {}],
    [['pairs hedged or flat within budget'], { pairs: { ...good.pairs, overBudget: 1 } }, {}],
    [['flat at the end'], { largestPositionMicro: 10_000_000 }, {}],
    [['flat at the end'], { clean: false }, {}],
    [[], {}, { order: true }],
  ])('fails in %j', async (failed, over, exchange) => {
    // The log is empty here, which is a failure of its own.
    expect(await failing(over, exchange)).toEqual([...failed, 'audit log']);
  });
});

test('CLI-6 positions are named by account, amount and symbol; flat ones are not', () => {
  const markets = [
    { id: 0, symbol: 'BTC', lot: { step: 1, decimals: 5 } },
    { id: 1, symbol: 'ETH', lot: { step: 1, decimals: 4 } },
  ];
  const account = {
    identity: { name: 'a1' },
    position: (market: number) => ({ lots: market === 0 ? -1625 : 0 }),
  };
  const kernel = { accounts: [account], markets } as unknown as Parameters<typeof heldPositions>[0];
  expect(heldPositions(kernel)).toEqual([{ account: 'a1', symbol: 'BTC', amount: '-0.01625' }]);
});

test('every rule of the command line is named by a test, and every name is a rule', () => {
  const rules = readFileSync(join(ROOT, 'src/cli/RULES.md'), 'utf8');
  const known = [...rules.matchAll(/^- \*\*(CLI-\d+)\*\*/gm)].map(([, id]) => id as string);
  expect(new Set(known).size).toBe(known.length);
  const tests = join(ROOT, 'tests/cli');
  const named = new Set(
    readdirSync(tests)
      .filter((name) => name.endsWith('.test.ts'))
      .flatMap((name) => readFileSync(join(tests, name), 'utf8').match(/\bCLI-\d+\b/g) ?? []),
  );
  expect(known.filter((id) => !named.has(id))).toEqual([]);
  expect([...named].filter((id) => !known.includes(id))).toEqual([]);
});
