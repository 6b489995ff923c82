import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  isIpPattern,
  makeAgentKey,
  maySignFrom,
} from '../../src/exchange/core/accounts/agentKey.ts';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { AGENT, Floor, MAIN, NOW, saidOf } from './support/floor.ts';
import { type Fields, type Frame, Hall } from './support/hall.ts';
import { DONE, payIn, post, Wallet } from './support/wallet.ts';

let hall: Hall;
const main = Wallet.from(0);
const agent = Wallet.from(0x20);

beforeEach(async () => {
  hall = await Hall.open();
  await payIn(hall, main.address, '1000');
});
afterEach(() => hall.server.close());

const manage = (
  what: string,
  type: string,
  data: Fields = {},
  by: Wallet = main,
  over: Fields = {},
): Promise<[number, unknown]> =>
  post(hall, `/agent/${what}`, by.body(type, data, hall.nowMs, over));

const bind = (key: string): Promise<[number, unknown]> =>
  manage('bind', 'bind_agent_wallet', { agent_wallet: key });

const LEVERAGE = { leverage: 10, symbol: 'BTC' };

/** A request that the agent key signs for the main account. */
const act = (by: Wallet = agent): Promise<[number, unknown]> => {
  const over = { account: main.address, agent_wallet: by.address };
  const body = by.body('update_leverage', LEVERAGE, hall.nowMs, over);
  return post(hall, '/account/leverage', body);
};

const NOT_AUTHORIZED = [400, { error: 'Agent not authorized for account', code: 400 }];
const unknownAgent = [
  422,
  {
    success: false,
    data: null,
    error: `Agent wallet not found: ${agent.address}`,
    code: 0,
  },
];

describe('binding', () => {
  test('EX-210 bound, listed, used, revoked', async () => {
    expect(await act()).toEqual(NOT_AUTHORIZED);
    expect(await bind(agent.address)).toEqual(DONE);
    expect(await act()).toEqual(DONE);
    const list = () => manage('list', 'list_agent_wallets');
    expect(await list()).toEqual([
      200,
      { success: true, data: { agent_wallets: [agent.address] }, error: null, code: null },
    ]);
    const revoke = () => manage('revoke', 'revoke_agent_wallet', { agent_wallet: agent.address });
    expect(await revoke()).toEqual(DONE);
    expect(await act()).toEqual(NOT_AUTHORIZED);
    expect(await revoke()).toEqual(unknownAgent);
    expect((await list())[1]).toMatchObject({ data: { agent_wallets: [] } });
  });

  test('EX-210 twenty at most, the same one counts once, all go at once', async () => {
    for (let i = 1; i <= 20; i += 1) {
      expect(await bind(Wallet.from(100 + i).address)).toEqual(DONE);
    }
    expect(await bind(Wallet.from(120).address)).toEqual(DONE);
    expect(await bind(agent.address)).toEqual([
      422,
      {
        success: false,
        data: null,
        error: `Agent wallet limit reached for ${main.address}: 20`,
        code: 0,
      },
    ]);
    expect(await manage('revoke_all', 'revoke_all_agent_wallets')).toEqual(DONE);
    expect((await manage('list', 'list_agent_wallets'))[1]).toMatchObject({
      data: { agent_wallets: [] },
    });
    expect(await bind(agent.address)).toEqual(DONE);
  });

  test('EX-210 only a key can be bound, and only to an account', async () => {
    expect(await bind('not-a-key')).toEqual([400, 'Invalid public key']);
    const nobody = Wallet.from(9);
    const data = { agent_wallet: agent.address };
    expect(await manage('bind', 'bind_agent_wallet', data, nobody)).toMatchObject([
      422,
      { error: `Account not found: ${nobody.address}`, code: 1 },
    ]);
  });

  test('EX-210 a key of the main account does not act for its subaccounts', async () => {
    // Accounts 0 and 1 are one family.
    const over = { account: hall.account(1).account, agent_wallet: hall.account(0).agentWallet };
    const body = { ...hall.signed(0, 'update_leverage', LEVERAGE), ...over };
    expect(await post(hall, '/account/leverage', body)).toEqual(NOT_AUTHORIZED);
  });

  test.each([
    ['bind', 'bind_agent_wallet', { agent_wallet: Wallet.from(5).address }],
    ['list', 'list_agent_wallets', {}],
    ['revoke', 'revoke_agent_wallet', { agent_wallet: agent.address }],
    ['revoke_all', 'revoke_all_agent_wallets', {}],
    ['ip_whitelist/list', 'list_agent_ip_whitelist', { api_agent_key: agent.address }],
    [
      'ip_whitelist/add',
      'add_agent_whitelisted_ip',
      { agent_wallet: agent.address, ip_address: '1.2.3.4' },
    ],
    [
      'ip_whitelist/remove',
      'remove_agent_whitelisted_ip',
      { agent_wallet: agent.address, ip_address: '1.2.3.4' },
    ],
    [
      'ip_whitelist/toggle',
      'set_agent_ip_whitelist_enabled',
      { agent_wallet: agent.address, enabled: false },
    ],
  ])('EX-211 /agent/%s takes no signature of an agent key', async (what, type, data) => {
    await bind(agent.address);
    const over = { account: main.address };
    const bare = await manage(what, type, data, agent, over);
    expect(bare).toEqual([400, 'Verification failed']);
    if ('agent_wallet' in data) return;
    const named = { ...over, agent_wallet: agent.address };
    expect(await manage(what, type, data, agent, named)).toEqual([400, 'Verification failed']);
  });
});

describe('whitelist', () => {
  const ip = (what: string, type: string, data: Fields): Promise<[number, unknown]> =>
    manage(`ip_whitelist/${what}`, type, { agent_wallet: agent.address, ...data });
  const add = (address: string) => ip('add', 'add_agent_whitelisted_ip', { ip_address: address });
  const remove = (address: string) =>
    ip('remove', 'remove_agent_whitelisted_ip', { ip_address: address });
  const enforce = (enabled: boolean) => ip('toggle', 'set_agent_ip_whitelist_enabled', { enabled });
  const list = async (): Promise<unknown> => {
    const data = { api_agent_key: agent.address };
    const [, body] = await manage('ip_whitelist/list', 'list_agent_ip_whitelist', data);
    return (body as Frame).data;
  };
  const NOT_WHITELISTED = [403, { error: 'IP address not whitelisted for agent', code: 403 }];

  test('EX-212 enforced when it is switched on, for the peer that sends', async () => {
    await bind(agent.address);
    expect(await list()).toEqual({
      agent_wallet: agent.address,
      enabled: false,
      ip_addresses: [],
    });
    expect(await add('203.0.113.7')).toEqual(DONE);
    expect(await act()).toEqual(DONE);
    expect(await enforce(true)).toEqual(DONE);
    expect(await act()).toEqual(NOT_WHITELISTED);
    expect(await add('127.0.0.0/8')).toEqual(DONE);
    expect(await act()).toEqual(DONE);
    expect(await list()).toEqual({
      agent_wallet: agent.address,
      enabled: true,
      ip_addresses: ['203.0.113.7', '127.0.0.0/8'],
    });
    expect(await remove('127.0.0.0/8')).toEqual(DONE);
    expect(await act()).toEqual(NOT_WHITELISTED);
    expect(await enforce(false)).toEqual(DONE);
    expect(await act()).toEqual(DONE);
  });

  test('EX-212 also over the WebSocket, and in a batch', async () => {
    await bind(agent.address);
    await enforce(true);
    const over = { account: main.address, agent_wallet: agent.address };
    const data = { order_id: 1, symbol: 'BTC' };
    const cancel = agent.body('cancel_order', data, hall.nowMs, over);
    const line = await hall.connect();
    const [frame] = await line.say({ id: 'x', params: { cancel_order: cancel } });
    expect(frame).toMatchObject({ code: 403, err: 'IP address not whitelisted for agent' });
    const batch = { actions: [{ type: 'Cancel', data: cancel }] };
    expect(await post(hall, '/orders/batch', batch)).toEqual(NOT_WHITELISTED);
  });

  test('EX-212 the older name of the key is read too, beside a null that is none', async () => {
    await bind(agent.address);
    const old = (what: string, type: string, data: Fields): Promise<[number, unknown]> => {
      const fields = { api_agent_key: agent.address, ...data };
      return manage(`ip_whitelist/${what}`, type, fields, main, { agent_wallet: null });
    };
    expect(await old('add', 'add_agent_whitelisted_ip', { ip_address: '9.9.9.9' })).toEqual(DONE);
    expect(await old('toggle', 'set_agent_ip_whitelist_enabled', { enabled: true })).toEqual(DONE);
    expect(await act()).toEqual(NOT_WHITELISTED);
    const gone = await old('remove', 'remove_agent_whitelisted_ip', { ip_address: '9.9.9.9' });
    expect(gone).toEqual(DONE);
    const missing = await manage('ip_whitelist/add', 'add_agent_whitelisted_ip', {
      ip_address: '9.9.9.9',
    });
    expect(missing).toEqual([
      400,
      { error: 'Json deserialize error: missing field `agent_wallet`', code: 400 },
    ]);
  });

  test('EX-212 the owner needs no whitelist', async () => {
    await bind(agent.address);
    await enforce(true);
    const body = main.body('update_leverage', LEVERAGE, hall.nowMs);
    expect(await post(hall, '/account/leverage', body)).toEqual(DONE);
  });

  test('EX-212 addresses only, known keys only, and so many', async () => {
    await hall.server.close();
    hall = await Hall.open({ settings: { agentIpLimit: 3 } });
    await payIn(hall, main.address, '1000');
    expect(await add('1.2.3.4')).toEqual(unknownAgent);
    await bind(agent.address);
    expect(await add('1.2.3.400')).toEqual([
      400,
      { error: 'Invalid IP address: 1.2.3.400', code: 400 },
    ]);
    expect((await remove('1.2.3.4'))[1]).toMatchObject({
      error: 'IP address not whitelisted: 1.2.3.4',
    });
    for (let i = 0; i < 3; i += 1) expect(await add(`10.0.0.${i}`)).toEqual(DONE);
    expect(await add('10.0.0.2')).toEqual(DONE);
    expect((await add('10.0.1.0'))[1]).toMatchObject({
      error: `IP whitelist limit reached for ${agent.address}: 3`,
    });
  });

  test.each([
    ['1.2.3.4', true],
    ['1.2.3.0/24', true],
    ['0.0.0.0/0', true],
    ['::1', true],
    ['2001:db8::1', true],
    ['1.2.3', false],
    ['1.2.3.4/33', false],
    ['1.2.3.4/', false],
    ['1.2.3.4/8/8', false],
    ['2001:db8::/32', false],
    ['example.org', false],
    ['', false],
  ])('EX-212 %s is an address or a range: %s', (text, expected) => {
    expect(isIpPattern(text)).toBe(expected);
  });

  test.each([
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '1.2.3.5', false],
    ['1.2.3.4', '::ffff:1.2.3.4', true],
    ['1.2.3.0/24', '1.2.3.255', true],
    ['1.2.3.0/24', '1.2.4.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['255.255.255.255/32', '255.255.255.255', true],
    ['1.2.3.0/24', '::1', false],
    ['2001:DB8::1', '2001:db8::1', true],
    ['1.2.3.4', '', false],
  ])('EX-212 %s covers %s: %s', (pattern, peer, expected) => {
    const key = makeAgentKey(agent.address);
    key.isWhitelistEnforced = true;
    key.ips.add(pattern);
    expect(maySignFrom(key, peer)).toBe(expected);
  });
});

describe('hardware wallets', () => {
  const crypto = createNodeCrypto();
  /** Vector V9 of the reference. */
  const V9 = {
    account: MAIN,
    signature: {
      type: 'hardware',
      value:
        '3G8YUZB9tQTTxq2f5ZkuvW1m26gsHFGgSqEG9es9vNZmNNv1WsRVgYSfFWagpoNTrBFEnXE4QJMVjj7ynmW7eq7W',
    },
    timestamp: NOW,
    expiry_window: 5000,
    order_id: 42069,
    symbol: 'BTC',
  };
  const V3 =
    '3QYCRL8VYXTEFZrcinczERzqVdfgebUBkT3VwLtKKoZrbK67Mt9RtaNMx3yizYBbAbgPvftbdRcaPR1em8Jbbio8';
  const words = (over: Fields): string => {
    const floor = new Floor({ verify: (...all) => crypto.verify(...all) });
    return saidOf(floor.send('cancel_order', { ...V9, ...over }))[2];
  };

  test('EX-213 the published vector is good: only the order is missing', () => {
    expect(words({})).toBe('Failed to cancel order');
  });

  test('EX-213 the two kinds of signature do not stand for each other', () => {
    expect(words({ signature: V9.signature.value })).toBe('Verification failed');
    expect(words({ signature: { type: 'hardware', value: V3 } })).toBe('Verification failed');
    expect(words({ signature: { type: 'raw', value: V3 } })).toBe('Failed to cancel order');
    expect(words({ order_id: 42070 })).toBe('Verification failed');
  });

  test('EX-213 an unknown kind is malformed', () => {
    expect(words({ signature: { type: 'paper', value: V3 } })).toBe(
      'Json deserialize error: unknown variant `paper`, expected `raw` or `hardware`',
    );
    expect(words({ agent_wallet: AGENT })).toBe('Verification failed');
  });
});
