// The demo as real processes: signals, process groups, and what is left when one of them dies.
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { DemoReport } from '../../src/report/demoFigures.ts';
import { Child, gone, isAlive, killLeftovers, LAUNCHER, MAIN } from './support/child.ts';
import { temporaryFolder } from './support/files.ts';

jest.setTimeout(60_000);

const cli = (cwd: string, ...args: string[]): Child => new Child(cwd, MAIN, ...args);
const verify = (log: string) => cli('/', 'audit', 'verify', log).ended;

describe('demo', () => {
  const folder = temporaryFolder();

  afterEach(() => killLeftovers());

  test('CLI-8 CLI-9 trades, ends flat and says so in one JSON document', async () => {
    const { code, out, err } = await cli(folder, 'demo', '--headless', '--for', '6s', '--json')
      .ended;
    const report = JSON.parse(out) as DemoReport;
    expect(report.checks.filter((check) => !check.passed)).toEqual([]);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      ok: true,
      exchange: { selfMatches: 0, tooManyRequests: 0 },
      log: { verified: true, missingOrders: 0 },
      desk: { accounts: 20, workingOrders: 0, unknownOrders: 0 },
    });
    expect(report.desk.fills).toBeGreaterThan(0);
    expect(err).not.toContain('dashboard');
    expect(isAlive(Number(/process (\d+)/.exec(err)?.[1]))).toBe(false);
    expect((await verify(report.log.path)).code).toBe(0);
  });

  test('CLI-11 takes three Ctrl-C to its group for one, under the launcher too', async () => {
    const demo = new Child(folder, LAUNCHER, MAIN, 'demo', '--accounts', '4');
    const exchange = Number(await demo.err.until(/process (\d+)/));
    await demo.err.until(/orders [1-9]/);
    for (let i = 0; i < 3; i++) demo.signalGroup('SIGINT');
    const { code, out, err } = await demo.ended;
    expect(err).toMatch(/^this version has no dashboard yet\n/);
    expect(err.match(/stopping \(SIGINT\)/g)).toHaveLength(1);
    expect(out).not.toContain('FAIL');
    expect(out).toMatch(/ok {3}flat at the end/);
    expect(code).toBe(0);
    expect(isAlive(exchange)).toBe(false);
    expect((await verify(join(folder, await demo.err.until(/audit log: (.*)/)))).code).toBe(0);
  });

  test('CLI-4 ends in order when it is told so before it has begun', async () => {
    const demo = cli(folder, 'demo', '--accounts', '2', '--json');
    // As soon as there is one, long before it can listen to signals.
    const exchange = Number(await demo.err.until(/process (\d+)/));
    demo.signalGroup('SIGTERM');
    const { code, out, err } = await demo.ended;
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      desk: { orders: 0 },
      pnlMicro: 0,
      log: { verified: true },
    });
    expect(err).toContain('stopping (SIGTERM)');
    expect(code).toBe(0);
    expect(isAlive(exchange)).toBe(false);
  });

  test('CLI-4 leaves no exchange behind when it is killed', async () => {
    const demo = cli(folder, 'demo', '--accounts', '2');
    const exchange = Number(await demo.err.until(/process (\d+)/));
    await demo.err.until(/strategies trade now/);
    demo.signal('SIGKILL');
    expect((await demo.ended).signal).toBe('SIGKILL');
    await gone(exchange);
  });

  test('CLI-8 says that the exchange has gone when it has', async () => {
    const demo = cli(folder, 'demo', '--accounts', '2', '--json');
    const exchange = Number(await demo.err.until(/process (\d+)/));
    await demo.err.until(/strategies trade now/);
    process.kill(exchange, 'SIGKILL');
    const { code, out, err } = await demo.ended;
    expect({ code, err }).toMatchObject({ code: 3 });
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'EXCHANGE_UNREACHABLE',
        message: 'the simulated exchange ended by itself: SIGKILL',
      },
    });
  });

  test('CLI-12 ends in order when the launcher over it is killed', async () => {
    const demo = new Child(folder, LAUNCHER, MAIN, 'demo', '--accounts', '4', '--json');
    const exchange = Number(await demo.err.until(/process (\d+)/));
    await demo.err.until(/orders [1-9]/);
    demo.signal('SIGKILL');
    // Its output ends with the last process that holds it, which is the desk.
    const { out, err } = await demo.ended;
    expect(err).toContain('stopping (the launcher has gone)');
    expect(JSON.parse(out)).toMatchObject({ ok: true, log: { verified: true } });
    await gone(exchange);
  });
});
