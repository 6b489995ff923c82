import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Frame, Hall } from './support/hall.ts';
import { createSubaccount, DONE, payIn, post, Wallet } from './support/wallet.ts';

let hall: Hall;
const main = Wallet.from(0);
const sub = Wallet.from(0x40);

beforeEach(async () => {
  hall = await Hall.open();
  await payIn(hall, main.address, '1000');
});
afterEach(() => hall.server.close());

const create = async (by: Wallet = main): Promise<string> => {
  const body = by.body('create_api_key', {}, hall.nowMs);
  const [, answer] = await post(hall, '/account/api_keys/create', body);
  return ((answer as Frame).data as { api_key: string }).api_key;
};
const list = async (by: Wallet = main): Promise<[number, unknown]> =>
  post(hall, '/account/api_keys', by.body('list_api_keys', {}, hall.nowMs));
const revoke = (apiKey: string, by: Wallet = main): Promise<[number, unknown]> =>
  post(
    hall,
    '/account/api_keys/revoke',
    by.body('revoke_api_key', { api_key: apiKey }, hall.nowMs),
  );
const quota = async (apiKey: string): Promise<string | undefined> => {
  const headers = { 'pf-api-key': apiKey };
  return (await hall.request('GET', '/api/v1/info', undefined, headers)).headers[
    'ratelimit-policy'
  ];
};

const UNIDENTIFIED = '"credits";q=1000;w=60';
const TIER_1 = '"credits";q=3000;w=60';

describe('API config keys', () => {
  test('EX-220 created in the documented form, listed, revoked', async () => {
    const body = main.body('create_api_key', {}, hall.nowMs);
    expect(await post(hall, '/account/api_keys/create', body)).toEqual([
      200,
      {
        success: true,
        data: {
          api_key: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{22}$/),
        },
        error: null,
        code: null,
      },
    ]);
    const second = await create();
    const [status, answer] = await list();
    expect(status).toBe(200);
    expect(answer).toEqual({
      success: true,
      data: { active_api_keys: [expect.any(String), second], api_key_limit: 5 },
      error: null,
      code: null,
    });
    expect(await revoke(second)).toEqual(DONE);
    expect(await revoke(second)).toEqual([
      422,
      { success: false, data: null, error: `API key not found: ${second}`, code: 0 },
    ]);
  });

  test('EX-220 five of an account, all different; a place is free after a revocation', async () => {
    const keys = [];
    for (let i = 0; i < 5; i += 1) keys.push(await create());
    expect(new Set(keys).size).toBe(5);
    const body = main.body('create_api_key', {}, hall.nowMs);
    expect(await post(hall, '/account/api_keys/create', body)).toEqual([
      422,
      {
        success: false,
        data: null,
        error: `API key limit reached for ${main.address}: 5`,
        code: 0,
      },
    ]);
    await revoke(keys[2] as string);
    expect(await create()).toMatch(/^.{8}_.{22}$/);
  });

  test('EX-220 a key stands for the whole family, however many keys and accounts', async () => {
    await createSubaccount(hall, main, sub);
    const ofMain = await create();
    const ofSub = await create(sub);
    expect(await quota(ofMain)).toBe(TIER_1);
    const { headers } = await hall.request('GET', '/api/v1/info', undefined, {
      'pf-api-key': ofSub,
    });
    expect(headers.ratelimit).toMatch(/^"credits";r=2980;/);
    expect((await list(sub))[1]).toMatchObject({ data: { active_api_keys: [ofSub] } });
    expect((await revoke(ofMain, sub))[0]).toBe(422);
  });

  test('EX-220 a revoked key identifies nobody', async () => {
    const key = await create();
    await revoke(key);
    expect(await quota(key)).toBe(UNIDENTIFIED);
  });

  test('EX-220 on the upgrade too: rl only with a key', async () => {
    const key = await create();
    const frameWith = async (apiKey: string): Promise<Frame> =>
      new Promise((resolve) => {
        const socket = hall.host.transport.openSocket(
          hall.startup.ws,
          { 'pf-api-key': apiKey },
          {
            onOpen: () => socket.send('{"id":"x","params":{"cancel_order":{}}}'),
            onMessage: (text) => resolve(JSON.parse(text)),
            onClose: () => undefined,
          },
        );
      });
    const told = await hall.world.until(frameWith(key));
    expect(told).toMatchObject({ code: 400, rl: { q: 3000 } });
    await revoke(key);
    expect(await hall.world.until(frameWith(key))).not.toHaveProperty('rl');
  });

  test('EX-220 an agent key may make them, unless the setting says the owner', async () => {
    const [status] = await hall.post(0, '/account/api_keys/create', 'create_api_key', {});
    expect(status).toBe(200);
    await hall.server.close();
    hall = await Hall.open({ settings: { apiKeySigner: 'owner' } });
    for (const [path, type, data] of [
      ['/account/api_keys/create', 'create_api_key', {}],
      ['/account/api_keys', 'list_api_keys', {}],
      ['/account/api_keys/revoke', 'revoke_api_key', { api_key: hall.account(0).apiKey }],
    ] as const) {
      const body = hall.signed(0, type, data);
      expect(await post(hall, path, body)).toEqual([400, 'Verification failed']);
    }
  });

  test('EX-220 the keys of the start-up line are keys like all others', async () => {
    const first = Wallet.of(hall, 0);
    const { apiKey } = hall.account(0);
    expect((await list(first))[1]).toMatchObject({ data: { active_api_keys: [apiKey] } });
    expect(await quota(apiKey)).toBe(TIER_1);
    expect(await revoke(apiKey, first)).toEqual(DONE);
    expect(await quota(apiKey)).toBe(UNIDENTIFIED);
  });
});

describe('quotas', () => {
  test.each([
    [0, 3_000],
    [1, 6_000],
    [2, 12_000],
    [3, 24_000],
    [4, 60_000],
    [5, 120_000],
    [6, 240_000],
    [7, 300_000],
  ])('EX-221 of fee level %i: %i tenths a minute', async (feeLevel, tenths) => {
    await hall.server.close();
    hall = await Hall.open({ feeLevel });
    expect(await quota(hall.account(0).apiKey)).toBe(`"credits";q=${tenths};w=60`);
  });

  test('EX-221 follow a fee level that changes, also on open connections', async () => {
    const key = hall.account(0).apiKey;
    const line = await hall.connect(0);
    expect(await quota(key)).toBe(TIER_1);
    hall.server.run((state) => {
      const account = state.accounts.byAddress(hall.account(0).account);
      if (account !== undefined) account.feeLevel = 1;
    });
    expect(await quota(key)).toBe('"credits";q=6000;w=60');
    const [frame] = await line.say({ id: 'x', params: { cancel_order: {} } });
    expect(frame).toMatchObject({ rl: { q: 6000 } });
  });
});
