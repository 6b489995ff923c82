// The desk of a configuration as a real process, beside an exchange that outlives it.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { HeldPosition } from '../../src/cli/heldPositions.ts';
import type { TruthReport } from '../../src/exchange/gateway/truthReport.ts';
import { BINARY, Child, isAlive, killLeftovers, MAIN } from './support/child.ts';
import { busyConfig, temporaryFolder, write } from './support/files.ts';

jest.setTimeout(60_000);

const cli = (cwd: string, ...args: string[]): Child => new Child(cwd, MAIN, ...args);
const verify = (log: string) => cli('/', 'audit', 'verify', log).ended;

describe('run', () => {
  const folder = temporaryFolder();
  const config = write(folder, 'desk.json', busyConfig());
  const log = join(folder, 'audit.jsonl');
  let exchange: Child;
  let truth: () => Promise<TruthReport>;

  beforeAll(async () => {
    exchange = new Child(folder, BINARY, 'exchange', '--accounts', '4', '--speed', '30');
    const line = await exchange.out.until(/.*\n/);
    write(folder, 'exchange.json', line);
    const { origin } = new URL(JSON.parse(line).rest);
    truth = async () => (await fetch(`${origin}/admin/truth`)).json() as Promise<TruthReport>;
  });

  afterEach(() => killLeftovers(exchange));

  afterAll(async () => {
    exchange.signalGroup('SIGINT');
    expect(await exchange.ended).toMatchObject({ code: 0, err: '' });
    expect(isAlive(exchange.pid)).toBe(false);
  });

  test('CLI-6 CLI-11 cancels orders and keeps and names positions, three times told', async () => {
    const desk = cli(folder, 'run', config, '--json');
    await desk.err.until(/orders [1-9]/);
    for (let i = 0; i < 3; i++) desk.signalGroup('SIGTERM');
    const { code, out, err } = await desk.ended;
    const result = JSON.parse(out) as RunResult;
    expect(err.match(/stopping \(SIGTERM\)/g)).toHaveLength(1);
    expect({ code, sentence: result.sentence }).toMatchObject({ code: 0 });
    expect(result).toMatchObject({ clean: true, workingOrders: 0, log: { path: log, epoch: 1 } });
    expect(result.positions.length).toBeGreaterThan(0);
    for (const { account, amount, symbol } of result.positions) {
      expect(result.sentence).toContain(`${account} ${amount} ${symbol}`);
    }
    const { accounts } = await truth();
    expect(accounts.map(({ openOrders }) => openOrders)).toEqual([0, 0, 0, 0]);
    const held = accounts.flatMap(({ positions }, i) =>
      Object.entries(positions).map(([symbol, amount]) => ({
        account: `a${i + 1}`,
        symbol,
        amount,
      })),
    );
    expect(held).toEqual(result.positions);
    expect(await verify(log)).toMatchObject({ code: 0, err: '' });
  });

  test('CLI-14 continues the chain of its log, which only one desk can write', async () => {
    const desk = cli(folder, 'run', config);
    expect(await desk.err.until(/epoch (\d+)/)).toBe('2');
    const second = await cli(folder, 'run', config, '--json').ended;
    expect(second.code).toBe(2);
    expect(JSON.parse(second.out)).toEqual({
      error: {
        code: 'LOCKED',
        message: `${log} is in use by process ${desk.pid}: stop that process first`,
      },
    });
    await desk.err.until(/orders [1-9]/);
    desk.signal('SIGKILL');
    await desk.ended;
    const torn = await verify(log);
    expect(torn.code).toBe(1);
    expect(torn.out).toMatch(/: NOT verified: /);

    const third = cli(folder, 'run', config);
    expect(await third.err.until(/epoch (\d+)/)).toBe('3');
    third.signal('SIGINT');
    const { code, out } = await third.ended;
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No order is open/),
    });
    const whole = await verify(log);
    expect(whole.out).toContain('records of 3 sessions');
    expect(whole.code).toBe(0);
    expect((await truth()).accounts.map(({ openOrders }) => openOrders)).toEqual([0, 0, 0, 0]);
  });

  test('CLI-10 ends in order when nobody reads what it says', async () => {
    const desk = cli(folder, 'run', config);
    await desk.err.until(/running: /);
    desk.hangUp();
    desk.signal('SIGHUP');
    expect(await desk.ended).toMatchObject({ code: 0 });
    expect((await verify(log)).code).toBe(0);
  });
});

/** What `run --json` prints in the end, as far as it is looked at here. */
interface RunResult {
  readonly sentence: string;
  readonly positions: readonly HeldPosition[];
}
