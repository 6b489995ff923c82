// Every command in this process, with its output caught: what it prints, where, and how it ends.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Preflight } from '../../src/assembly/preflight.ts';
import type { DemoReport } from '../../src/report/demoFigures.ts';
import { demoReportText } from '../../src/report/demoReport.ts';
import { Child, MAIN, ROOT } from './support/child.ts';
import { busyConfig, temporaryFolder, write } from './support/files.ts';
import { cli, start } from './support/inProcess.ts';

jest.setTimeout(60_000);
const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

describe('help and version', () => {
  test('CLI-1 --version and --help answer on stdout and exit with 0', async () => {
    expect(await cli('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
    expect(await cli('-V', '--json')).toEqual({
      code: 0,
      out: `{"version":"${VERSION}"}\n`,
      err: '',
    });
    const help = await cli('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toMatch(/^Usage: breakwater /);
    expect(help.out).toContain('Exit codes: 0 success, 1 a check failed, 2 wrong usage');
    expect(JSON.parse((await cli('--help', '--json')).out)).toEqual({ help: help.out });
  });

  test.each(['demo', 'exchange', 'run', 'check', 'audit', 'audit verify'])(
    'CLI-1 %s --help names its options in 80 columns',
    async (command) => {
      const words = command.split(' ');
      const help = await cli(...words, '--help');
      expect(help).toMatchObject({ code: 0, err: '' });
      expect(help.out).toMatch(new RegExp(`^Usage: breakwater ${command} `));
      expect(help.out).toContain('--json');
      expect(help.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
      const asked = await cli(...words.slice(0, -1), 'help', ...words.slice(-1));
      expect(asked).toEqual(help);
    },
  );

  test('CLI-1 the tape that ships is named without its path', async () => {
    expect((await cli('demo', '--help')).out).not.toContain(ROOT);
  });
});

describe('CLI-2 wrong usage', () => {
  const WORDS: [args: string, sentence: string][] = [
    ['', 'expected a command: demo, exchange, run, check, audit; see breakwater --help'],
    [
      'help nothing',
      'expected a command: demo, exchange, run, check, audit; see breakwater --help',
    ],
    ['audit', 'expected a command: verify; see breakwater audit --help'],
    [
      'bogus',
      'unknown command "bogus": expected demo, exchange, run, check, audit; see breakwater --help',
    ],
    ['audit bogus', 'unknown command "bogus": expected verify; see breakwater audit --help'],
    ['--bogus', 'unknown option "--bogus"; see breakwater --help'],
    [
      'demo --acounts 3',
      'unknown option "--acounts", did you mean --accounts; see breakwater demo --help',
    ],
    [
      'demo now',
      'too many arguments for "demo": expected 0 arguments but got 1: now; see breakwater demo --help',
    ],
    ['demo --for', 'option "--for <duration>" argument missing; see breakwater demo --help'],
    ['run', 'missing required argument "config"; see breakwater run --help'],
    ['audit verify', 'missing required argument "log"; see breakwater audit verify --help'],
    ['demo --accounts 1', 'option --accounts: expected a whole number from 2 to 200, got "1"'],
    ['demo --accounts 2.5', 'option --accounts: expected a whole number from 2 to 200, got "2.5"'],
    ['demo --speed fast', 'option --speed: expected a number from 0.01 to 600, got "fast"'],
    ['demo --speed 601', 'option --speed: expected a number from 0.01 to 600, got "601"'],
    ['demo --port 65536', 'option --port: expected a whole number from 0 to 65535, got "65536"'],
    [
      'demo --for 60',
      'option --for: expected a duration such as 60s, 5m or 1h, from 1ms to 480h, got "60"',
    ],
    [
      'demo --for 0s',
      'option --for: expected a duration such as 60s, 5m or 1h, from 1ms to 480h, got "0s"',
    ],
    [
      'demo --for 481h',
      'option --for: expected a duration such as 60s, 5m or 1h, from 1ms to 480h, got "481h"',
    ],
    ['exchange --seed -1', 'option --seed: expected a whole number from 0 to 4294967295, got "-1"'],
    ['exchange --tape=', 'option --tape: expected a path, got ""'],
  ];

  test.each(WORDS)('breakwater %s', async (args, sentence) => {
    const words = args.split(' ').filter((word) => word !== '');
    const { code, out, err } = await cli(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n').at(-2)).toBe(`breakwater: ${sentence}`);
    // A command without its subcommand shows what there is.
    if (!sentence.startsWith('expected a command')) expect(err.split('\n')).toHaveLength(2);
    else expect(err).toMatch(/^Usage: /);

    const machine = await cli('--json', ...words);
    expect(machine.code).toBe(2);
    expect(machine.err).toBe(`breakwater: ${sentence}\n`);
    expect(JSON.parse(machine.out)).toEqual({ error: { code: 'USAGE', message: sentence } });
  });
});

describe('exchange', () => {
  test('CLI-3 prints one line when it is ready and runs until SIGTERM', async () => {
    const running = start('exchange', '--accounts', '11', '--speed', '0.5');
    const line = JSON.parse(await running.out.until(/.*\n/));
    expect(line.rest).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
    expect(line.pid).toBe(process.pid);
    expect(line.accounts).toHaveLength(11);
    const owners = line.accounts.map(({ owner }: { owner: number }) => owner);
    expect(new Set(owners).size).toBe(2);
    expect((await fetch(`${line.rest}/info`)).status).toBe(200);
    process.emit('SIGTERM', 'SIGTERM');
    const { code, out, err } = await running.ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toHaveLength(2);
    await expect(fetch(`${line.rest}/info`)).rejects.toThrow();
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  test('CLI-4 --attached leaves signals alone and ends with its standard input', async () => {
    const input = new PassThrough();
    Object.defineProperty(process, 'stdin', { configurable: true, value: input });
    const running = start('exchange', '--accounts', '2', '--one-owner', '--attached');
    const line = JSON.parse(await running.out.until(/.*\n/));
    expect(line.accounts.map(({ owner }: { owner: number }) => owner)).toEqual([1, 1]);
    process.emit('SIGINT', 'SIGINT');
    expect((await fetch(`${line.rest}/info`)).status).toBe(200);
    input.end();
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
  });

  test('CLI-3 a stop that comes while it starts counts', async () => {
    const running = start('exchange', '--accounts', '1');
    process.emit('SIGINT', 'SIGINT');
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out).accounts).toHaveLength(1);
  });
});

describe('with an exchange', () => {
  const folder = temporaryFolder();
  const log = join(folder, 'audit.jsonl');
  let exchange: Child;

  beforeAll(async () => {
    exchange = new Child(folder, MAIN, 'exchange', '--accounts', '4', '--speed', '30');
    write(folder, 'exchange.json', await exchange.out.until(/.*\n/));
  });

  afterAll(async () => {
    exchange.signal('SIGTERM');
    await exchange.ended;
  });

  test('CLI-5 check prints the plan of a sound configuration and exits with 0', async () => {
    const path = write(folder, 'desk.json', busyConfig());
    const { code, out, err } = await cli('check', path);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      'strategy  accounts  orders at once  largest order  largest position  credits/min',
      'pairs            2               4         $1,500            $3,000            4',
      'buyer            1               1           $200            $4,000           60',
      'quotes           1               4         $1,500           $21,000           72',
      '',
      '4 accounts in 1 family; credits a minute in the busiest family: 136 of 250 usable',
      'margin at most $3,100 of $400,000 equity',
      'loss if every position moved 20 % against its account: $6,200',
      'ok: nothing stands in the way',
      '',
    ]);
    const plan = JSON.parse((await cli('check', '--json', path)).out) as Preflight;
    expect(plan).toMatchObject({ ok: true, accounts: 4, families: 1, conflicts: [] });
  });

  test('CLI-5 check exits with 1 and names each conflict', async () => {
    const [spread, ...others] = busyConfig().strategies;
    const strategies = [{ ...spread, legUsd: 10_001 } as (typeof others)[0], ...others];
    const path = write(folder, 'large.json', busyConfig({ strategies }));
    const { code, out } = await cli('check', path);
    expect(code).toBe(1);
    expect(
      out.match(/^conflict: pairs may send orders of .* in account a[12], whose limit is .*/gm),
    ).toHaveLength(2);
    expect(out).toMatch(/^FAIL: the conflicts above must be mended first$/m);
    const machine = await cli('check', path, '--json');
    expect(machine.code).toBe(1);
    expect(JSON.parse(machine.out)).toMatchObject({
      ok: false,
      conflicts: [expect.any(String), expect.any(String)],
    });
  });

  test('CLI-6 run trades until it is told to stop, cancels, and names what it keeps', async () => {
    const path = write(folder, 'desk.json', busyConfig());
    const running = start('run', path, '--json');
    await running.err.until(/orders [1-9]/);
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    const { code, out, err } = await running.ended;
    const result = JSON.parse(out);
    expect({ code, sentence: result.sentence }).toMatchObject({ code: 0 });
    expect(result).toMatchObject({ clean: true, workingOrders: 0, log: { path: log, epoch: 1 } });
    expect(result.sentence).toMatch(/^No order is open; (positions kept: a|no position is open)/);
    expect(err).toContain(`audit log: ${log}, epoch 1\n`);
    expect(err.match(/^stopping \(SIGINT\): cancelling and verifying$/gm)).toHaveLength(1);
    // Profit is counted from the start of trading, not from nothing.
    expect(err).toMatch(/P&L -?\$\d{1,3} /);
  });

  test('CLI-6 run tells people in a sentence what is open', async () => {
    const path = write(folder, 'quiet.json', busyConfig({ strategies: [] }));
    const running = start('run', path);
    process.emit('SIGTERM', 'SIGTERM');
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^No order is open; .*\n$/);
    expect(err).toContain('epoch 2');
  });

  test('CLI-7 audit verify exits with 0 when the chain holds', async () => {
    const { code, out, err } = await cli('audit', 'verify', log);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /: verified, \d+ records of 2 sessions, last hash [0-9a-f]{64}\n.*log_end 2/,
    );
    expect(JSON.parse((await cli('audit', 'verify', log, '--json')).out)).toMatchObject({
      path: log,
      verified: true,
      sessions: 2,
    });
  });

  test('CLI-7 audit verify exits with 1 when it was changed or has no end', async () => {
    const text = readFileSync(log, 'utf8');
    const lines = text.split('\n');
    const changed = write(folder, 'changed.jsonl', text.replace('"desk":"test"', '"desk":"best"'));
    expect(await cli('audit', 'verify', changed)).toEqual({
      code: 1,
      out: `${changed}: NOT verified: line 1: the hash does not fit the record: it was changed after it was written\n`,
      err: '',
    });
    const open = write(folder, 'open.jsonl', `${lines.slice(0, 3).join('\n')}\n`);
    const { code, out } = await cli('audit', 'verify', open);
    expect(code).toBe(1);
    expect(out).toMatch(
      /: NOT verified: every record is sound, but the last session has no orderly end/,
    );
    expect(JSON.parse((await cli('audit', 'verify', open, '--json')).out)).toMatchObject({
      verified: false,
      ok: true,
      complete: false,
    });
    const first = write(
      folder,
      'first.jsonl',
      text.slice(0, text.indexOf('"type":"log_end"')).replace(/.*$/, ''),
    );
    expect((await cli('audit', 'verify', first)).code).toBe(1);
  });
});

describe('demo', () => {
  const folder = temporaryFolder();
  const home = process.cwd();

  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(home));

  test('CLI-8 trades for a time, then closes, verifies and reports', async () => {
    const { code, out, err } = await cli('demo', '--for', '2.5s', '--accounts', '7');
    expect(out).not.toMatch(/^FAIL/m);
    expect(out).toMatch(/^ok {3}flat at the end: .*\n.*\nPassed: every check above\.\n$/m);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(code).toBe(0);
    expect(err).toMatch(/^this version has no dashboard yet\n/);
    expect(err).toMatch(/^stopping \(the time is over\): /m);
    const log = join(folder, /^audit log: (var\/demo-\d+\.jsonl)$/m.exec(err)?.[1] ?? '');
    expect(await cli('audit', 'verify', log)).toMatchObject({ code: 0 });
  });

  test('CLI-8 ends when it is told so, with one JSON document', async () => {
    const running = start('demo', '--headless', '--accounts', '2', '--json');
    await running.err.until(/strategies trade now/);
    process.emit('SIGTERM', 'SIGTERM');
    const { code, out, err } = await running.ended;
    const report = JSON.parse(out) as DemoReport;
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(code).toBe(0);
    expect(err).toMatch(/^starting the simulated exchange, process \d+\nexchange: http/);
    // The same report, had it ended badly.
    const text = demoReportText({
      ...report,
      ok: false,
      pnlMicro: -1_234_567_000_000,
      checks: [{ name: 'no 429', passed: false, found: '7' }, ...report.checks],
      desk: { ...report.desk, rejectReasons: { MARGIN: 2 }, refusalsByCode: { SIZE: 1, LOT: 3 } },
      exchange: { ...report.exchange, settings: [{ name: 'delay', value: 5, byDefault: 200 }] },
      log: { ...report.log, verified: false, problem: 'no end' },
    });
    expect(text).toMatch(/^FAIL no 429: 7$/m);
    expect(text).toMatch(/^FAILED: 1 of \d+ checks above\.$/m);
    expect(text).toMatch(/P&L after fees {2}-\$1,234,567\.00 /);
    expect(text).toContain('rejected by the exchange: MARGIN 2\n');
    expect(text).toContain('refused by the gate or for credits: SIZE 1, LOT 3\n');
    expect(text).toContain('defaults:\n  delay 5 (default 200)\n');
    expect(text).toMatch(/records, NOT VERIFIED \(no end\); /);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('CLI-2 needs a place for its log before it starts anything', async () => {
    const elsewhere = temporaryFolder();
    write(elsewhere, 'var', 'a file');
    process.chdir(elsewhere);
    const { code, out, err } = await cli('demo');
    process.chdir(folder);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^breakwater: .*\/var: cannot make this folder for the audit log: EEXIST: .*\n$/,
    );
  });

  test('CLI-8 says that the exchange has gone', async () => {
    const running = start('demo', '--accounts', '2', '--for', '1h');
    const pid = Number(await running.err.until(/process (\d+)/));
    await running.err.until(/strategies trade now/);
    process.kill(pid, 'SIGKILL');
    const { code, out, err } = await running.ended;
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err.split('\n').at(-2)).toBe(
      'breakwater: the simulated exchange ended by itself: SIGKILL',
    );
  });
});
