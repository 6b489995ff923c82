import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AccountSeed } from '../../src/exchange/core/accounts/account.ts';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { Floor, MAIN, NOW, SUB, saidOf } from './support/floor.ts';
import { Hall } from './support/hall.ts';
import { createSubaccount, DONE, payIn, post, Wallet } from './support/wallet.ts';

const crypto = createNodeCrypto();

/** Vector V6 of the reference. */
const V6 = {
  main_account: MAIN,
  subaccount: SUB,
  sub_signature:
    '4LCsFgRdhaq2PAuLWexe4Ngwo13NnNyBXGCzrWqLPd3t4fiFVKKAtvBJnwdX7RjDZrKaZiGkW2soiTNeWpFTqrvA',
  main_signature:
    '4Y2Kz5BRFjg1y35FTVEyzsrfuQWJ2qtxGN7GdQyvciBnRVbXngz6eDwW45LjedpBcYyBvcci58r1VA5PQxJDUhaT',
  timestamp: NOW,
  expiry_window: 5000,
};

const MAIN_ONLY: AccountSeed = {
  address: MAIN,
  agents: [],
  family: 0,
  owner: 1,
  balanceMicro: 1_000_000_000,
  feeLevel: 3,
};

function floor(seeds: readonly AccountSeed[] = [MAIN_ONLY]): Floor {
  return new Floor({
    seeds,
    verify: (message, signature, key) => crypto.verify(message, signature, key),
  });
}

const create = (here: Floor, over: object = {}) =>
  here.send('create_subaccount', { ...V6, ...over });

describe('the two signatures', () => {
  test('EX-200 the published vector makes a subaccount of the main account', () => {
    const here = floor();
    expect(create(here)).toEqual({ ok: true, value: { of: 'done' } });
    const sub = here.account(SUB);
    const { address, balanceMicro, createdMs, family, feeLevel, owner } = sub;
    expect({ address, balanceMicro, createdMs, family, feeLevel, owner }).toEqual({
      address: SUB,
      balanceMicro: 0,
      createdMs: NOW,
      family: 0,
      feeLevel: 3,
      owner: 1,
    });
    expect(here.exchange.state.accounts.familyOf(sub).main.address).toBe(MAIN);
  });

  test('EX-202 it has the fee level that its main account has earned, and can lose it too', () => {
    const here = floor();
    here.account(MAIN).feeLevel = 5;
    create(here);
    const { feeFloor, feeLevel } = here.account(SUB);
    expect([feeLevel, feeFloor]).toEqual([5, 3]);
  });

  test.each([
    ['a bad subaccount signature', { sub_signature: V6.main_signature }, 'Verification failed'],
    ['a bad main signature', { main_signature: V6.sub_signature }, 'Verification failed'],
    ['the two the other way round', { main_account: SUB, subaccount: MAIN }, 'Verification failed'],
    ['another window', { expiry_window: 6000 }, 'Verification failed'],
    ['no key as main account', { main_account: 'x' }, 'Invalid public key'],
    ['no key as subaccount', { subaccount: 'x' }, 'Invalid public key'],
    ['no signature', { sub_signature: 'x' }, 'Invalid signature'],
  ])('EX-200 %s is refused', (_, over, words) => {
    expect(saidOf(create(floor(), over))).toEqual([400, 400, words]);
  });

  test('EX-200 shape goes first, time comes after the signatures', () => {
    const here = floor();
    expect(saidOf(create(here, { subaccount: undefined }))).toEqual([
      400,
      400,
      'Json deserialize error: missing field `subaccount`',
    ]);
    here.pass(5001);
    expect(saidOf(create(here))).toEqual([400, 400, 'Invalid message']);
  });

  test.each([
    ['value', (value: string) => `"${value}"`],
    ['object', (value: string) => `{"type":"hardware","value":"${value}"}`],
  ])('EX-200 a hardware wallet may sign either part, one the other by its %s', (_, form) => {
    const here = floor();
    const sub = Wallet.from(0x40);
    const main = Wallet.from(0);
    const offChain = (text: string): Uint8Array =>
      Buffer.concat([
        Buffer.from('ff736f6c616e61206f6666636861696e0000', 'hex'),
        Buffer.from([text.length & 0xff, text.length >> 8]),
        Buffer.from(text),
      ]);
    const subValue = sub.sign(
      offChain(
        `{"data":{"account":"${MAIN}"},"expiry_window":5000,"timestamp":${NOW},"type":"subaccount_initiate"}`,
      ),
    );
    const mainValue = main.sign(
      offChain(
        `{"data":{"signature":${form(subValue)}},"expiry_window":5000,"timestamp":${NOW},"type":"subaccount_confirm"}`,
      ),
    );
    const result = create(here, {
      sub_signature: { type: 'hardware', value: subValue },
      main_signature: { type: 'hardware', value: mainValue },
    });
    expect(result).toEqual({ ok: true, value: { of: 'done' } });
  });
});

describe('over the wire', () => {
  let hall: Hall;
  const main = Wallet.from(0);
  const sub = Wallet.from(0x40);

  beforeEach(async () => {
    hall = await Hall.open();
    await payIn(hall, main.address, '1000');
  });
  afterEach(() => hall.server.close());

  const list = (wallet: Wallet): Promise<[number, unknown]> =>
    post(hall, '/account/subaccount/list', wallet.body('list_subaccounts', {}, hall.nowMs));

  test('EX-201 created, listed, and no account before', async () => {
    const before = await hall.request('GET', `/api/v1/account?account=${sub.address}`);
    expect([before.status, JSON.parse(before.body)]).toEqual([
      404,
      {
        success: false,
        data: null,
        error: `Account not found: ${sub.address}`,
        code: 404,
      },
    ]);
    expect(await createSubaccount(hall, main, sub)).toEqual(DONE);
    expect(await list(main)).toEqual([
      200,
      {
        success: true,
        data: {
          subaccounts: [
            {
              address: sub.address,
              balance: '0',
              pending_balance: '0',
              fee_level: 0,
              fee_mode: 'auto',
              use_ltp_for_stop_orders: false,
              created_at: expect.any(Number),
            },
          ],
        },
        error: null,
        code: null,
      },
    ]);
    expect((await list(sub))[1]).toMatchObject({ data: { subaccounts: [] } });
    expect((await hall.read(`/account?account=${sub.address}`)).data).toMatchObject({
      balance: '0',
    });
  });

  const refusal = (error: string, code: number) => [
    400,
    { success: false, data: null, error, code },
  ];

  test('EX-201 an address with an account is none that can become a subaccount', async () => {
    await createSubaccount(hall, main, sub);
    const said = refusal(`Account already exists: ${sub.address}`, 2);
    expect(await createSubaccount(hall, main, sub)).toEqual(said);
    const other = Wallet.from(7);
    await payIn(hall, other.address, 10);
    expect(await createSubaccount(hall, other, sub)).toEqual(said);
    expect(await createSubaccount(hall, main, main)).toEqual(
      refusal(`Account already exists: ${main.address}`, 2),
    );
  });

  test('EX-201 subaccounts have none of their own, nor has an address without an account', async () => {
    await createSubaccount(hall, main, sub);
    const other = Wallet.from(7);
    expect(await createSubaccount(hall, sub, other)).toEqual(
      refusal(`Subaccounts cannot create other subaccounts: ${sub.address}`, 35),
    );
    expect(await createSubaccount(hall, other, Wallet.from(8))).toEqual(
      refusal(`Account not found: ${other.address}`, 1),
    );
  });

  test('EX-201 ten of them at most', async () => {
    for (let i = 1; i <= 10; i += 1) {
      expect(await createSubaccount(hall, main, Wallet.from(100 + i))).toEqual(DONE);
    }
    expect(await createSubaccount(hall, main, sub)).toEqual(
      refusal(`Subaccount limit reached for ${main.address}: 10`, 0),
    );
  });

  test('EX-202 a new subaccount trades, with credits and truth of its family', async () => {
    await createSubaccount(hall, main, sub);
    const key = main.body('create_api_key', {}, hall.nowMs);
    const made = await post(hall, '/account/api_keys/create', key);
    const { api_key: apiKey } = (made[1] as { data: { api_key: string } }).data;
    const move = { amount: '500', to_account: sub.address };
    await post(hall, '/account/subaccount/transfer', main.body('transfer_funds', move, hall.nowMs));
    const order = {
      amount: '0.001',
      price: '100000',
      reduce_only: false,
      side: 'ask',
      symbol: 'BTC',
      tif: 'ALO',
    };
    const headers = { 'pf-api-key': apiKey };
    const placed = sub.body('create_order', order, hall.nowMs);
    expect((await post(hall, '/orders/create', placed, headers))[0]).toBe(200);
    const meets = main.body('create_order', { ...order, side: 'bid', tif: 'IOC' }, hall.nowMs);
    const answer = await hall.request(
      'POST',
      '/api/v1/orders/create',
      JSON.stringify(meets),
      headers,
    );
    expect(answer.headers.ratelimit).toMatch(/^"credits";r=2980;/);
    const truth = JSON.parse((await hall.request('GET', '/admin/truth')).body);
    expect(truth.selfMatches).toBe(1);
  });
});
