import { beforeAll, describe, expect, test } from '@jest/globals';
import { matchAccounts } from '../../src/assembly/deskAccounts.ts';
import { type ExchangeFile, parseExchangeFile } from '../../src/assembly/exchangeFile.ts';
import { HostTimers } from '../../src/assembly/hostTimers.ts';
import { type Preflight, preflight } from '../../src/assembly/preflight.ts';
import { type RunningDesk, type StartOptions, startDesk } from '../../src/assembly/startDesk.ts';
import { summarize } from '../../src/assembly/summary.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import type { DeskConfig } from '../../src/config/deskConfig.ts';
import { parseConfig } from '../../src/config/parseConfig.ts';
import { type DeskConfigInput, sampleConfig } from '../../src/config/sampleConfig.ts';
import { encodeBase58 } from '../../src/protocol/base58.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';
import type { Crypto, Host } from '../../src/std/host.ts';
import { Faults, withFaults } from '../support/faultyHost.ts';
import { busyConfig, Scene } from '../support/scene.ts';

function configOf(over: Partial<DeskConfigInput> = {}): DeskConfig {
  return parseConfig(JSON.stringify(busyConfig(over)), 'test');
}

/** The address of an account that nobody has. */
function address(n: number): string {
  return encodeBase58(new Uint8Array(32).fill(n + 1));
}

/** Code and sentence of what `work` throws. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (isBreakwaterError(thrown)) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return 'nothing was refused';
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return refusal(() => {
    if (outcome !== undefined) throw outcome;
  });
}

function accountOf(
  n: number,
  over: Partial<ExchangeFile['accounts'][number]> = {},
): ExchangeFile['accounts'][number] {
  return {
    account: address(n),
    agentSecretKey: `secret${n}`,
    main: address(n - (n % 2)),
    apiKey: `key${n - (n % 2)}`,
    ...over,
  };
}

function fileOf(count: number): ExchangeFile {
  return {
    rest: 'http://127.0.0.1:1/api/v1',
    ws: 'ws://127.0.0.1:1/ws',
    accounts: Array.from({ length: count }, (_, n) => accountOf(n)),
  };
}

describe('the exchange file', () => {
  test('ASSEMBLY-1 is the line that the exchange printed; what it holds besides is not read', () => {
    const file = fileOf(1);
    const line = JSON.stringify({ ...file, pid: 7, accounts: [{ ...file.accounts[0], owner: 1 }] });
    expect(parseExchangeFile(line, 'e.json')).toEqual(file);
  });

  test.each([
    ['{', 'expected the JSON line that `breakwater exchange` printed'],
    ['[]', 'expected the JSON line that `breakwater exchange` printed'],
    [JSON.stringify({ ...fileOf(1), rest: 'here' }), 'field "rest": expected a URL'],
    [JSON.stringify({ ...fileOf(1), ws: 5 }), 'field "ws": expected a URL'],
    [JSON.stringify(fileOf(0)), 'field "accounts": expected at least one account'],
    [
      JSON.stringify({ ...fileOf(1), accounts: [accountOf(0, { agentSecretKey: 5 as never })] }),
      'field "accounts.0.agentSecretKey": expected a string',
    ],
  ])('ASSEMBLY-1 %s is refused in one sentence', (text, sentence) => {
    expect(refusal(() => parseExchangeFile(text, 'e.json'))).toBe(
      `CONFIG_INVALID: e.json: ${sentence}`,
    );
  });

  test('ASSEMBLY-1 a refusal repeats no secret', () => {
    const text = JSON.stringify({ ...fileOf(1), accounts: [{ agentSecretKey: 'hush' }] });
    expect(refusal(() => parseExchangeFile(text, 'e.json'))).not.toContain('hush');
  });
});

describe('accounts and their keys', () => {
  const named = (addresses: (string | undefined)[]): DeskConfig =>
    configOf({
      accounts: addresses.map((address, i) => ({
        name: `n${i}`,
        ...(address === undefined ? {} : { address }),
      })),
      strategies: [],
    });

  test('ASSEMBLY-2 go by address where one is configured, the others take what is left in order', () => {
    const matched = matchAccounts(named([undefined, address(0), undefined]), fileOf(4), 'c.json');
    expect(matched.map(({ identity }) => identity)).toEqual([
      { index: 0, name: 'n0', address: address(1), family: 0 },
      { index: 1, name: 'n1', address: address(0), family: 0 },
      { index: 2, name: 'n2', address: address(2), family: 1 },
    ]);
    expect(matched.map(({ key }) => key.agentSecretKey)).toEqual(['secret1', 'secret0', 'secret2']);
  });

  test('ASSEMBLY-2 an account that the exchange lacks is named', () => {
    expect(refusal(() => matchAccounts(named([undefined, address(9)]), fileOf(4), 'c.json'))).toBe(
      `CONFIG_INVALID: c.json: accounts.1.address: the exchange has no account ${address(9)}`,
    );
    expect(refusal(() => matchAccounts(named([undefined, undefined]), fileOf(1), 'c.json'))).toBe(
      'CONFIG_INVALID: c.json: the configuration has 2 accounts, the exchange only 1',
    );
  });

  test('ASSEMBLY-3 two accounts with one key are refused, wanted or not', () => {
    const file = {
      ...fileOf(3),
      accounts: [...fileOf(3).accounts, accountOf(3, { agentSecretKey: 'secret1' })],
    };
    expect(refusal(() => matchAccounts(named([undefined]), file, 'c.json'))).toBe(
      `CONFIG_INVALID: c.json: accounts ${address(1)} and ${address(3)} have the same agent key, expected one key per account`,
    );
  });
});

describe('timers', () => {
  /** Timers of a host that fire when a test says so. */
  class Clockwork {
    us = 0;
    readonly armed: { atUs: number; fire: () => void; cancelled: boolean }[] = [];
    readonly clock = { wallMs: () => 0, monoUs: () => this.us };
    readonly timers = {
      after: (delayMs: number, fire: () => void) => {
        const timer = { atUs: this.us + delayMs * 1000, fire, cancelled: false };
        this.armed.push(timer);
        return {
          cancel: () => {
            timer.cancelled = true;
          },
        };
      },
    };

    run(ms: number): void {
      this.us += ms * 1000;
      for (const timer of this.armed.splice(0)) {
        if (timer.cancelled) continue;
        if (timer.atUs <= this.us) timer.fire();
        else this.armed.push(timer);
      }
    }
  }

  test('ASSEMBLY-4 fire by number, once, at their time; arming again moves one, disarming ends it', () => {
    const work = new Clockwork();
    const fired: number[] = [];
    const timers = new HostTimers(work.clock, work.timers, (id) => fired.push(id));
    timers.arm(1, 10);
    timers.arm(2, 10);
    timers.arm(3, 10);
    timers.arm(2, 30);
    timers.disarm(3);
    timers.disarm(99);
    work.run(10);
    expect(fired).toEqual([1]);
    work.run(20);
    expect(fired).toEqual([1, 2]);
    // A time that has passed is now.
    timers.arm(4, 5);
    work.run(0);
    expect(fired).toEqual([1, 2, 4]);
    timers.disarm(4);
    timers.arm(5, 40);
    timers.close();
    timers.arm(6, 40);
    work.run(1000);
    expect(fired).toEqual([1, 2, 4]);
  });
});

describe('the plan before the flight', () => {
  let scene: Scene;
  const file = (): ExchangeFile => {
    const startup = scene.exchange.startup();
    return { ...startup, accounts: [...startup.accounts] };
  };

  async function plan(
    config: DeskConfig,
    host: Host = scene.world.host('check'),
  ): Promise<Preflight> {
    const accounts = matchAccounts(config, file(), 'c.json');
    return scene.world.until(preflight(host, config, file().rest, 'c.json', accounts));
  }

  beforeAll(async () => {
    // Twenty accounts in two families, and no desk.
    scene = await Scene.exchange({ config: sampleConfig(20) });
  });

  test('ASSEMBLY-5 says what each strategy may do at most, and the sample has no conflict', async () => {
    const before = scene.exchange.truth.orders;
    const sample = await plan(parseConfig(JSON.stringify(sampleConfig(20)), 'sample'));
    expect(sample).toMatchObject({ ok: true, conflicts: [], accounts: 20, families: 2 });
    const found = await plan(configOf());
    expect(found).toEqual({
      ok: true,
      accounts: 5,
      families: 1,
      strategies: [
        {
          name: 'pairs',
          accounts: 2,
          ordersAtOnce: 4,
          largestOrderUsd: 4500,
          largestPositionUsd: 9000,
          creditsPerMinute: 12,
        },
        {
          name: 'slices',
          accounts: 1,
          ordersAtOnce: 1,
          largestOrderUsd: 1000,
          largestPositionUsd: 20_000,
          creditsPerMinute: 30,
        },
        {
          name: 'quotes',
          accounts: 2,
          ordersAtOnce: 8,
          largestOrderUsd: 1500,
          largestPositionUsd: 15_000,
          creditsPerMinute: 360,
        },
      ],
      equityUsd: 500_000,
      // 2 × 9,000, 20,000 and 2 × 15,000 at ten times; the worst loss is a fifth of all of it.
      marginUsd: 6800,
      worstLossUsd: 13_600,
      // Quotes stay where they are when 30 % of 250 are left: 175, besides 12 and 30.
      creditsPerMinute: 217,
      usableCreditsPerMinute: 250,
      conflicts: [],
    });
    expect(scene.exchange.truth.orders).toBe(before);
  });

  test('ASSEMBLY-5 names every conflict: orders, margin, credits', async () => {
    const { strategies } = busyConfig();
    const [pairs, slices, quotes] = strategies;
    const found = await plan(
      configOf({
        leverage: 3,
        creditReserve: 150,
        strategies: [
          { ...pairs, legUsd: 4000 },
          { ...slices, usd: 400_000, sliceSeconds: 0.4 },
          { ...quotes, quoteUsd: 10_000.5 },
        ] as DeskConfigInput['strategies'],
      }),
    );
    expect(found.ok).toBe(false);
    expect(found.usableCreditsPerMinute).toBe(150);
    expect(found.conflicts).toEqual([
      'pairs may send orders of $12000 in account p1, whose limit is $10000 (10 % of its equity)',
      'pairs may send orders of $12000 in account p2, whose limit is $10000 (10 % of its equity)',
      'quotes may send orders of $10000.5 in account m1, whose limit is $10000 (10 % of its equity)',
      'quotes may send orders of $10000.5 in account m2, whose limit is $10000 (10 % of its equity)',
      'account t1 may need $133333 of margin and has $100000',
      'one family may want 267 credits a minute, 150 are usable',
    ]);
  });

  test("ASSEMBLY-5 an account without a strategy needs nothing; without a leverage the market's own counts", async () => {
    const { leverage: _, ...rest } = busyConfig();
    const config = parseConfig(
      JSON.stringify({ ...rest, accounts: [...rest.accounts, { name: 'idle' }] }),
      'test',
    );
    const found = await plan(config);
    expect(found.accounts).toBe(6);
    expect(found.marginUsd).toBe(1360);
  });

  test('ASSEMBLY-6 a market that the exchange does not list is named', async () => {
    const config = configOf({ markets: ['BTC', 'ETH', 'btc'] });
    expect(await refusalOf(plan(config))).toBe(
      'CONFIG_INVALID: c.json: field "markets.2": the exchange has no perpetual market "btc", expected one that it lists (symbols are case-sensitive)',
    );
  });

  test('ASSEMBLY-6 an account that the exchange does not answer for is named', async () => {
    const config = configOf();
    const accounts = matchAccounts(config, file(), 'c.json').map((account, i) =>
      i === 3 ? { ...account, identity: { ...account.identity, address: 'nobody' } } : account,
    );
    const host = scene.world.host('check');
    const work = scene.world.until(preflight(host, config, file().rest, 'c.json', accounts));
    expect(await refusalOf(work)).toBe('EXCHANGE_REFUSED: account m1: Account not found: nobody');
  });

  test('ASSEMBLY-6 an exchange that cannot be reached is named', async () => {
    const faults = new Faults();
    faults.http = ({ path }) => (path.includes('/account?') ? 'refused' : 'passes');
    const host = withFaults(scene.world.host('check'), faults);
    expect(await refusalOf(plan(configOf(), host))).toBe(
      `EXCHANGE_UNREACHABLE: cannot reach the exchange at ${file().rest}: connect ECONNREFUSED`,
    );
  });
});

describe('the start of a desk', () => {
  let scene: Scene;
  let loaded: { destroyed: boolean }[];

  /** A host that knows which keys are in memory. */
  function watched(host: Host): Host {
    const crypto: Crypto = {
      ...host.crypto,
      loadKey: (seed) => {
        const key = host.crypto.loadKey(seed);
        const entry = { destroyed: false };
        loaded.push(entry);
        return {
          publicKey: key.publicKey,
          sign: (message) => key.sign(message),
          destroy: () => {
            entry.destroyed = true;
            key.destroy();
          },
        };
      },
    };
    return { ...host, crypto };
  }

  let vaults = 0;
  function start(over: Partial<StartOptions> = {}): Promise<RunningDesk> {
    const startup = scene.exchange.startup();
    const config = over.config ?? configOf();
    vaults += 1;
    return scene.world.until(
      startDesk(watched(scene.world.host('desk')), {
        config,
        configText: 'the text',
        where: 'c.json',
        exchange: { ...startup, accounts: [...startup.accounts] },
        logPath: 'audit.jsonl',
        vaultPath: `vault-${vaults}.json`,
        version: '9.9',
        onNotice: () => undefined,
        ...over,
      }),
    );
  }

  beforeAll(async () => {
    scene = await Scene.exchange();
    loaded = [];
  });

  test('ASSEMBLY-7 what is wrong with a key is said before anything trades, and no key stays', async () => {
    loaded = [];
    const startup = scene.exchange.startup();
    const swapped = (agentSecretKey: string): ExchangeFile => ({
      ...startup,
      accounts: startup.accounts.map((account, i) =>
        i === 2 ? { ...account, agentSecretKey } : account,
      ),
    });
    expect(await refusalOf(start({ exchange: swapped('0OIl') }))).toBe(
      'KEY_INVALID: account t1: the secret key is not base58',
    );
    expect(await refusalOf(start({ exchange: swapped('abc') }))).toBe(
      'KEY_INVALID: account t1: the secret key is not the base58 of 64 bytes (seed and public key)',
    );
    expect(
      await refusalOf(start({ exchange: swapped(encodeBase58(new Uint8Array(64).fill(3))) })),
    ).toBe('KEY_INVALID: account t1: the two halves of the secret key do not belong together');
    expect(
      await refusalOf(start({ exchange: swapped(startup.accounts[2]?.secretKey ?? '') })),
    ).toContain("KEY_INVALID: account t1: this is the key of the account's owner");
    expect(loaded.length).toBeGreaterThan(8);
    expect(loaded.filter(({ destroyed }) => !destroyed)).toEqual([]);
  });

  test('ASSEMBLY-12 an outside account is none of the desk, and named once', async () => {
    const [own = '', other = ''] = scene.exchange.startup().accounts.map(({ account }) => account);
    const twice = configOf({ outsideAccounts: [other, other] });
    expect(await refusalOf(start({ config: twice }))).toContain(
      `CONFIG_INVALID: c.json: field "outsideAccounts": ${other} is named twice`,
    );
    const [first, ...rest] = busyConfig().accounts;
    const accounts = [{ name: first?.name ?? '', address: own }, ...rest];
    const both = configOf({ accounts, outsideAccounts: [own] });
    expect(await refusalOf(start({ config: both }))).toContain('or is an account of the desk');
  });

  test('ASSEMBLY-7 so is a market, an exchange and a vault', async () => {
    loaded = [];
    expect(
      await refusalOf(start({ config: configOf({ markets: ['BTC', 'ETH', 'XX'] }) })),
    ).toContain('c.json: field "markets.2": the exchange has no perpetual market "XX"');
    const nobody = { ...scene.exchange.startup(), rest: 'http://127.0.0.1:9/api/v1' };
    expect(
      await refusalOf(start({ exchange: { ...nobody, accounts: [...nobody.accounts] } })),
    ).toContain('EXCHANGE_UNREACHABLE: cannot reach the exchange at http://127.0.0.1:9/api/v1');
    expect(loaded).toEqual([]);
    await scene.world.until(scene.world.host('desk').files.replace('taken.json', '{}', 0o600));
    expect(await refusalOf(start({ vaultPath: 'taken.json' }))).toContain('VAULT_INVALID: ');
  });

  test('ASSEMBLY-7 so is a log that another desk holds, or that is no log', async () => {
    const { files } = scene.world.host('desk');
    const held = await scene.world.until(files.openAppend('held.jsonl'));
    loaded = [];
    expect(await refusalOf(start({ logPath: 'held.jsonl' }))).toContain('LOCKED: ');
    await scene.world.until(held.close());
    await scene.world.until(files.replace('other.jsonl', 'no log\n', 0o600));
    expect(await refusalOf(start({ logPath: 'other.jsonl' }))).toContain('LOG_INVALID: ');
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter(({ destroyed }) => !destroyed)).toEqual([]);
  });

  test('ASSEMBLY-8 keys go through an encrypted vault file, and the log begins with what is run', async () => {
    loaded = [];
    const desk = await start({ vaultPath: 'sealed.json' });
    await scene.world.until(desk.running, 60_000);
    const { files, crypto } = scene.world.host('desk');
    const vault = await scene.world.until(files.readText('sealed.json'));
    for (const account of scene.exchange.startup().accounts) {
      expect(vault).not.toContain(account.agentSecretKey);
      expect(vault).not.toContain(account.apiKey);
    }
    expect(await scene.world.until(files.mode('sealed.json'))).toBe(0o600);
    expect(desk.epoch).toBe(1);
    desk.stop('close', 'test');
    expect(await scene.world.until(desk.stopped, 120_000)).toMatchObject({ clean: true });
    const disposal = desk.dispose();
    expect(desk.dispose()).toBe(disposal);
    await scene.world.until(disposal);
    expect(loaded.filter(({ destroyed }) => !destroyed)).toEqual([]);
    const log = await scene.world.until(files.readText(desk.logPath));
    expect(JSON.parse(log.slice(0, log.indexOf('\n')))).toMatchObject({
      type: 'log_start',
      body: { desk: 'busy', epoch: 1, version: '9.9', configHash: crypto.sha256Hex('the text') },
    });
    // What is asked of it afterwards changes nothing.
    desk.stop('stop', 'late');
    await scene.world.run(2000);
    expect(await scene.world.until(files.readText(desk.logPath))).toBe(log);
  });

  test('ASSEMBLY-11 GATE-32 what the accounts took in an earlier run counts in the next', async () => {
    const openings = ({ kernel }: RunningDesk): number[] =>
      kernel.markets.map(({ id }) => kernel.gate.offsetReport(id).openingLots);
    const first = await start({ logPath: 'again.jsonl', vaultPath: 'again.json' });
    await scene.world.until(first.running, 60_000);
    await scene.world.run(20_000);
    first.stop('close', 'test');
    await scene.world.until(first.stopped, 120_000);
    const before = openings(first);
    await scene.world.until(first.dispose());
    expect(before.reduce((sum, lots) => sum + lots, 0)).toBeGreaterThan(0);
    const next = await start({ logPath: 'again.jsonl', vaultPath: 'next.json' });
    expect(openings(next)).toEqual(before);
    await scene.world.until(next.dispose());
  });

  test('ASSEMBLY-9 disposing in the middle of trading leaves a log that verifies, whenever it is', async () => {
    for (const ms of [4000, 5501, 6203, 7777]) {
      const one = await Scene.open({ seed: ms });
      await one.run(ms);
      await one.world.until(one.desk.dispose());
      const { files, crypto } = one.world.host('desk');
      const log = await one.world.until(files.readBytes('audit.jsonl'));
      expect(verifyLog(log, crypto.sha256Hex)).toMatchObject({ ok: true, complete: true });
    }
  });

  test('ASSEMBLY-10 a summary is plain data and adds up', async () => {
    const one = await Scene.open();
    await one.run(12_000);
    const summary = summarize(one.desk.kernel);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    const truth = one.exchange.report();
    expect(summary.fills).toBe(truth.fills);
    expect(summary.orders).toBe(one.desk.kernel.stats.sent);
    expect(summary.feesMicro).toBe(Math.round(Number(truth.fees) * 1e6));
    expect(summary.accounts).toBe(5);
    expect(
      summary.strategies.map(({ name, parents, orders }) => [name, parents > 0, orders > 0]),
    ).toEqual([
      ['pairs', true, true],
      ['slices', true, true],
      ['quotes', true, true],
    ]);
    expect(summary.parents).toEqual([
      { account: 't1', doneLots: expect.any(Number), totalLots: expect.any(Number) },
    ]);
    expect(summary.pairBalances.map(({ account }) => account)).toEqual(['p1', 'p2']);
    expect(summary.grossMicro).toBeGreaterThan(Math.abs(summary.netMicro));
    expect(summary.largestPositionMicro).toBeLessThan(summary.grossMicro);
    expect(summary.refusals).toBe(
      Object.values(summary.refusalsByCode).reduce((sum, count) => sum + count, 0),
    );
    expect(Object.keys(summary.refusalsByCode)).toEqual(
      Object.keys(summary.refusalsByCode).toSorted(),
    );
    expect(summary.credits).toHaveLength(1);
    expect(summary.toSocketUs.count).toBe(summary.orders);
    expect(summary.toSocketUs.p50).toBeLessThanOrEqual(summary.toSocketUs.p99);
    expect(summary.unexplainedOrders).toBe(0);
    const equity = truth.accounts.reduce((sum, { balance }) => sum + Number(balance), 0);
    expect(Math.abs(summary.equityMicro / 1e6 - equity)).toBeLessThan(500);
    expect(summary.closingOrders).toBe(0);
    await one.end();
    expect(summarize(one.desk.kernel).closingOrders).toBeGreaterThan(0);
  });
});
