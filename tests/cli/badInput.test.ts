// What is wrong is said in one sentence, with the contract's exit code, before anything is traded.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DeskConfigInput } from '../../src/config/sampleConfig.ts';
import { Child, MAIN, ROOT } from './support/child.ts';
import { busyConfig, temporaryFolder, write } from './support/files.ts';
import { cli } from './support/inProcess.ts';

jest.setTimeout(60_000);
const folder = temporaryFolder();
const [spread, timeBased, quotes] = busyConfig().strategies;
const ADDRESS = 'Awk4UjpwF13dkNY5Xac2dTA4yMfsXVLkqhcftrmZt4Za';

interface ExchangeLine {
  rest: string;
  accounts: { account: string; secretKey: string; agentSecretKey: string }[];
}

let exchange: Child;
let line: ExchangeLine;
/** Any server that is no exchange. */
const web = createServer((_, response) =>
  response.writeHead(404).end('<html>\n  nothing\n</html>'),
);

beforeAll(async () => {
  exchange = new Child(folder, MAIN, 'exchange', '--accounts', '4');
  line = JSON.parse(await exchange.out.until(/.*\n/));
  write(folder, 'exchange.json', line);
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  web.close();
  const { orders } = (await (await fetch(new URL('/admin/truth', line.rest))).json()) as {
    orders: number;
  };
  exchange.signal('SIGTERM');
  await exchange.ended;
  expect(orders).toBe(0);
});

/** `$DIR`, `$PORT`, `$WEB` and `$A` to `$D` (the addresses of the accounts) in a row of the tables. */
function filled<T>(value: T): T {
  const words: Record<string, string> = {
    DIR: folder,
    PORT: new URL(line.rest).port,
    WEB: `${(web.address() as AddressInfo).port}`,
    A: line.accounts[0]?.account ?? '',
    B: line.accounts[1]?.account ?? '',
  };
  const text = JSON.stringify(value).replace(/\$([A-Z]+)/g, (_, name) => words[name] ?? '');
  return JSON.parse(text);
}

async function expectRefusal(args: string[], code: number, name: string, sentence: string) {
  const ended = await cli(...args, '--json');
  expect(ended.err.split('\n').at(-2)).toBe(`breakwater: ${sentence}`);
  expect(ended.err.match(/^breakwater: /gm)).toHaveLength(1);
  expect(JSON.parse(ended.out)).toEqual({ error: { code: name, message: sentence } });
  expect(ended.code).toBe(code);
}

type Row = [
  given: string,
  over: Partial<DeskConfigInput> | string,
  code: number,
  name: string,
  sentence: string,
];

const CONFIGURATIONS: Row[] = [
  ['no JSON', '{"desk":', 2, 'CONFIG_INVALID', 'not JSON: Unexpected end of JSON input'],
  [
    'an unknown field',
    { marketz: ['BTC'] } as object,
    2,
    'CONFIG_INVALID',
    'unknown field "marketz"; remove it or correct its name',
  ],
  [
    'a wrong type',
    { leverage: 'ten' } as object,
    2,
    'CONFIG_INVALID',
    'field "leverage": expected a number, got "ten"',
  ],
  [
    'a market that is not listed above',
    { strategies: [{ ...timeBased, market: 'SOL' }] as never },
    2,
    'CONFIG_INVALID',
    'strategies.0 names market "SOL", expected one of markets (BTC, ETH)',
  ],
  [
    'a market that the exchange lacks',
    { markets: ['BTC', 'ETH', 'DOGE'] },
    2,
    'CONFIG_INVALID',
    'field "markets.2": the exchange has no perpetual market "DOGE", expected one that it lists (symbols are case-sensitive)',
  ],
  [
    'a pair of one market',
    { strategies: [{ ...spread, legs: ['BTC', 'BTC'] }] as never },
    2,
    'CONFIG_INVALID',
    'field "strategies.0.legs": expected two different markets, got ["BTC","BTC"]',
  ],
  [
    'a size above the limit',
    { limits: { maxOrderPercent: 50 } },
    2,
    'CONFIG_INVALID',
    'field "limits.maxOrderPercent": expected at most 10, the ceiling, got 50',
  ],
  [
    'an unknown account',
    { strategies: [{ ...quotes, accounts: ['a9'] }] as never },
    2,
    'CONFIG_INVALID',
    'strategies.0.accounts names "a9", expected a name from accounts',
  ],
  [
    'the test network',
    { venue: { kind: 'testnet' } },
    2,
    'CONFIG_INVALID',
    'field "venue.kind": this version trades on "simulated" only, got "testnet"; the real exchange has never been tried',
  ],
  [
    'the real exchange',
    { venue: { kind: 'mainnet' } },
    2,
    'CONFIG_INVALID',
    'field "venue.kind": this version trades on "simulated" only, got "mainnet"; the real exchange has never been tried',
  ],
  [
    'no exchange file',
    { venue: { kind: 'simulated' } },
    2,
    'CONFIG_INVALID',
    'field "venue.exchangeFile": expected the file with the line that `breakwater exchange` printed, got nothing',
  ],
  [
    'more accounts than there are',
    { accounts: [...busyConfig().accounts, { name: 'a5' }] },
    2,
    'CONFIG_INVALID',
    'the configuration has 5 accounts, the exchange only 4',
  ],
  [
    'an address that is not there',
    { accounts: [{ name: 'a1', address: ADDRESS }], strategies: [] },
    2,
    'CONFIG_INVALID',
    `accounts.0.address: the exchange has no account ${ADDRESS}`,
  ],
  [
    'a log in no folder',
    { log: 'nowhere/audit.jsonl' },
    2,
    'CONFIG_INVALID',
    'field "log": expected a file in a folder that exists, got "nowhere/audit.jsonl"',
  ],
  [
    'a log that is a folder',
    { log: '.' },
    2,
    'CONFIG_INVALID',
    'field "log": expected a file in a folder that exists, got "."',
  ],
];

describe.each(['check', 'run'])('CLI-2 %s refuses a configuration with', (command) => {
  test.each(CONFIGURATIONS)('%s', async (_given, over, code, name, sentence) => {
    const path = write(folder, 'desk.json', typeof over === 'string' ? over : busyConfig(over));
    await expectRefusal([command, path], code, name, `${path}: ${sentence}`);
  });
});

type Change = (line: ExchangeLine, accounts: ExchangeLine['accounts']) => unknown;

const EXCHANGE_FILES: [
  given: string,
  change: Change,
  code: number,
  name: string,
  sentence: string,
][] = [
  [
    'that is no JSON',
    () => 'ready',
    2,
    'CONFIG_INVALID',
    '$DIR/bad.json: expected the JSON line that `breakwater exchange` printed',
  ],
  [
    'that is no object',
    () => [],
    2,
    'CONFIG_INVALID',
    '$DIR/bad.json: expected the JSON line that `breakwater exchange` printed',
  ],
  [
    'without accounts',
    (all) => ({ ...all, accounts: [] }),
    2,
    'CONFIG_INVALID',
    '$DIR/bad.json: field "accounts": expected at least one account',
  ],
  [
    'without a key',
    (all) => ({ ...all, accounts: [{ account: 'x' }] }),
    2,
    'CONFIG_INVALID',
    '$DIR/bad.json: field "accounts.0.agentSecretKey": expected a string',
  ],
  [
    'with one key twice',
    (all, [a, b, ...rest]) => ({
      ...all,
      accounts: [a, { ...b, agentSecretKey: a?.agentSecretKey }, ...rest],
    }),
    2,
    'CONFIG_INVALID',
    '$DIR/desk.json: accounts $A and $B have the same agent key, expected one key per account',
  ],
  [
    'with a key that is not base58',
    (all, [a, ...rest]) => ({
      ...all,
      accounts: [{ ...a, agentSecretKey: `0OIl${a?.agentSecretKey.slice(4)}` }, ...rest],
    }),
    2,
    'KEY_INVALID',
    'account a1: the secret key is not base58',
  ],
  [
    'with a key that is too short',
    (all, [a, ...rest]) => ({
      ...all,
      accounts: [{ ...a, agentSecretKey: a?.agentSecretKey.slice(4) }, ...rest],
    }),
    2,
    'KEY_INVALID',
    'account a1: the secret key is not the base58 of 64 bytes (seed and public key)',
  ],
  [
    "with an owner's key",
    (all, [a, ...rest]) => ({
      ...all,
      accounts: [{ ...a, agentSecretKey: a?.secretKey }, ...rest],
    }),
    2,
    'KEY_INVALID',
    "account a1: this is the key of the account's owner, which could withdraw its funds: bind an agent key and use that",
  ],
  [
    'of an exchange that refuses the connection',
    (all) => ({ ...all, rest: 'http://127.0.0.1:1/api/v1' }),
    3,
    'EXCHANGE_UNREACHABLE',
    'cannot reach the exchange at http://127.0.0.1:1/api/v1: connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    'of a server that is no exchange',
    (all) => ({ ...all, rest: 'http://127.0.0.1:$WEB/api/v1' }),
    3,
    'EXCHANGE_REFUSED',
    'the exchange at http://127.0.0.1:$WEB/api/v1 does not list its markets: status 404: <html> nothing </html>',
  ],
];

describe.each(['check', 'run'])('CLI-2 %s refuses an exchange file', (command) => {
  test.each(EXCHANGE_FILES)('%s', async (_given, change, code, name, sentence) => {
    write(folder, 'bad.json', filled(change(line, line.accounts)));
    const config = busyConfig({ venue: { kind: 'simulated', exchangeFile: 'bad.json' } });
    const path = write(folder, 'desk.json', config);
    await expectRefusal([command, path], code, name, filled(sentence));
  });
});

const COMMANDS: [args: string, code: number, name: string, sentence: string][] = [
  [
    'check $DIR/nothing.json',
    2,
    'CONFIG_INVALID',
    '$DIR/nothing.json: cannot read the configuration: there is no such file',
  ],
  ['run $DIR', 2, 'CONFIG_INVALID', '$DIR: cannot read the configuration: it is a folder'],
  [
    'run $DIR/elsewhere.json',
    2,
    'CONFIG_INVALID',
    '$DIR/nothing.json: cannot read the exchange file: there is no such file',
  ],
  [
    'run $DIR/damaged.json',
    1,
    'LOG_INVALID',
    'the audit log $DIR/damaged.jsonl is not continued, because it was damaged or changed: line 1: the line is not an audit record',
  ],
  [
    'audit verify $DIR/nothing.jsonl',
    2,
    'USAGE',
    '$DIR/nothing.jsonl: cannot read the log: there is no such file',
  ],
  [
    'audit verify $DIR/desk.json/audit.jsonl',
    2,
    'USAGE',
    '$DIR/desk.json/audit.jsonl: cannot read the log: there is no such file',
  ],
  [
    'exchange --port $PORT',
    2,
    'PORT_BUSY',
    'cannot listen on 127.0.0.1 port $PORT: it is in use by another program',
  ],
  [
    'demo --port $PORT',
    2,
    'PORT_BUSY',
    'cannot listen on 127.0.0.1 port $PORT: it is in use by another program',
  ],
  [
    'exchange --tape $DIR/nothing',
    2,
    'TAPE_INVALID',
    "tape $DIR/nothing cannot be read (ENOENT: no such file or directory, scandir '$DIR/nothing')",
  ],
  [
    'exchange --tape $DIR/gap',
    2,
    'TAPE_INVALID',
    'tape $DIR/gap/ETHUSDT-1m.csv line 4 leaves a gap: 2 minutes are missing between 1736676960000 and 1736677140000',
  ],
  [
    'demo --tape $DIR/gap',
    2,
    'TAPE_INVALID',
    'tape $DIR/gap/ETHUSDT-1m.csv line 4 leaves a gap: 2 minutes are missing between 1736676960000 and 1736677140000',
  ],
  [
    'exchange --tape $DIR/unsorted',
    2,
    'TAPE_INVALID',
    'tape $DIR/unsorted/ETHUSDT-1m.csv line 3 is out of order: minute 1736676900000 comes after 1736676960000',
  ],
  [
    'exchange --tape $DIR/cut',
    2,
    'TAPE_INVALID',
    'tape $DIR/cut/ETHUSDT-1m.csv.gz is damaged or cut short (unexpected end of file)',
  ],
];

test.each(COMMANDS)('%s', async (args, code, name, sentence) => {
  write(folder, 'desk.json', busyConfig());
  write(
    folder,
    'elsewhere.json',
    busyConfig({ venue: { kind: 'simulated', exchangeFile: 'nothing.json' } }),
  );
  write(folder, 'damaged.json', busyConfig({ log: 'damaged.jsonl' }));
  write(folder, 'damaged.jsonl', '{"a":1}\n');
  writeTape('gap', ([head = '', ...rows]) => [head, ...rows.slice(0, 2), ...rows.slice(4)]);
  writeTape('unsorted', ([head = '', first = '', second = '', ...rows]) => [
    head,
    second,
    first,
    ...rows,
  ]);
  writeTape('cut', (lines) => gzipSync(lines.join('\n')).subarray(0, 20_000));
  await expectRefusal(filled(args.split(' ')), code, name, filled(sentence));
});

/** The tape that ships, with its ETH file changed. */
function writeTape(name: string, change: (lines: string[]) => string[] | Uint8Array): void {
  const sample = join(ROOT, 'tapes/sample');
  const target = join(folder, name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'BTCUSDT-1m.csv.gz'), readFileSync(join(sample, 'BTCUSDT-1m.csv.gz')));
  const text = gunzipSync(readFileSync(join(sample, 'ETHUSDT-1m.csv.gz'))).toString();
  const changed = change(text.split('\n'));
  if (Array.isArray(changed)) write(target, 'ETHUSDT-1m.csv', changed.join('\n'));
  else writeFileSync(join(target, 'ETHUSDT-1m.csv.gz'), changed);
}
