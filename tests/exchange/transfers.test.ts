import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Floor } from './support/floor.ts';
import { type Frame, Hall, type Line } from './support/hall.ts';
import { createSubaccount, payIn, post, Wallet } from './support/wallet.ts';

let hall: Hall;
const main = Wallet.from(0);
const sub = Wallet.from(0x40);
const other = Wallet.from(0x50);
const DONE = [
  200,
  { success: true, data: { success: true, error: null }, error: null, code: null },
];

beforeEach(async () => {
  hall = await Hall.open();
  await payIn(hall, main.address, '1000');
  await createSubaccount(hall, main, sub);
  await createSubaccount(hall, main, other);
});
afterEach(() => hall.server.close());

const move = (from: Wallet, to: string, amount: string): Promise<[number, unknown]> =>
  post(
    hall,
    '/account/subaccount/transfer',
    from.body('transfer_funds', { amount, to_account: to }, hall.nowMs),
  );

const balance = async (wallet: Wallet): Promise<unknown> =>
  ((await hall.read(`/account?account=${wallet.address}`)).data as Frame).balance;

const said = async (answer: Promise<[number, unknown]>): Promise<unknown[]> => {
  const [status, body] = await answer;
  const { code, error } = body as Frame;
  return [status, code, error];
};

describe('transfers within a family', () => {
  test('EX-203 from the main account to a subaccount and back', async () => {
    expect(await move(main, sub.address, '420.69')).toEqual(DONE);
    expect([await balance(main), await balance(sub)]).toEqual(['579.31', '420.69']);
    expect(await move(sub, main.address, '20.69')).toEqual(DONE);
    expect([await balance(main), await balance(sub)]).toEqual(['600', '400']);
  });

  test('EX-203 nowhere else: not to oneself, a sibling, a stranger or nobody', async () => {
    await move(main, sub.address, '100');
    const stranger = hall.account(0).account;
    for (const [from, to] of [
      [main, main.address],
      [sub, other.address],
      [main, stranger],
      [main, Wallet.from(9).address],
      [main, 'nobody'],
    ] as const) {
      const words = `Invalid transfer relationship: ${from.address} -> ${to}`;
      expect(await said(move(from, to, '10'))).toEqual([400, 33, words]);
    }
  });

  test('EX-203 siblings, by setting', async () => {
    await hall.server.close();
    hall = await Hall.open({ settings: { siblingTransfers: true } });
    await payIn(hall, main.address, '1000');
    await createSubaccount(hall, main, sub);
    await createSubaccount(hall, main, other);
    await move(main, sub.address, '100');
    expect(await move(sub, other.address, '10')).toEqual(DONE);
  });

  test('EX-203 ten dollars at least, to the micro-dollar, above zero', async () => {
    expect(await said(move(main, sub.address, '9.999999'))).toEqual([
      400,
      29,
      'Withdraw amount too low: 9.999999',
    ]);
    expect(await move(main, sub.address, '10.00')).toEqual(DONE);
    for (const amount of ['0', '-10', '10.0000001', 'ten', '']) {
      expect(await said(move(main, sub.address, amount))).toEqual([
        400,
        400,
        `Invalid amount: ${amount}`,
      ]);
    }
  });

  test('EX-203 no more than there is', async () => {
    expect(await said(move(main, sub.address, '1000.000001'))).toEqual([
      400,
      5,
      `Insufficient balance for ${main.address}: 1000.000001 (account value: 1000)`,
    ]);
    expect(await move(main, sub.address, '1000')).toEqual(DONE);
  });

  test('EX-203 no more than positions and resting orders leave free', async () => {
    const order = (fields: Frame) =>
      post(hall, '/orders/create', main.body('create_order', fields, hall.nowMs));
    const bid = {
      amount: '0.1',
      price: '100000',
      reduce_only: false,
      side: 'bid',
      symbol: 'BTC',
      tif: 'ALO',
    };
    expect((await order(bid))[0]).toBe(200);
    // 10,000 of notional at 50x reserve 200.
    expect(await said(move(main, sub.address, '800.000001'))).toEqual([
      400,
      5,
      `Insufficient balance for ${main.address}: 800.000001 (account value: 800)`,
    ]);
    hall.crowd.btc.add('ask', 100_000, 10_000, 'IOC');
    // A tenth of the position's notional stays, and so does the maker's fee of 1.5.
    expect(await said(move(main, sub.address, '0.1'))).toEqual([
      400,
      29,
      'Withdraw amount too low: 0.1',
    ]);
    const words = 'Insufficient balance';
    expect((await said(move(main, sub.address, '10')))[2]).toContain(words);
  });

  test('EX-203 an agent key may move money, unless the setting says the owner', async () => {
    const fields = { amount: '10', to_account: hall.account(1).account };
    const [status] = await hall.post(0, '/account/subaccount/transfer', 'transfer_funds', fields);
    expect(status).toBe(200);
    await hall.server.close();
    hall = await Hall.open({ settings: { transferSigner: 'owner' } });
    const body = hall.signed(0, 'transfer_funds', fields);
    expect(await post(hall, '/account/subaccount/transfer', body)).toEqual([
      400,
      'Verification failed',
    ]);
  });
});

describe('whatever moves', () => {
  test('EX-32 EX-203 money is neither made nor lost, and no balance falls below zero', () => {
    const step = fc.record({
      from: fc.constantFrom(main, sub, other),
      to: fc.constantFrom(main, sub, other),
      cents: fc.integer({ min: -100, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const floor = familyOfThree();
        for (const { cents, from, to } of steps) {
          const fields = { amount: (cents / 100).toFixed(2), to_account: to.address };
          floor.send('transfer_funds', floor.body(from.address, fields));
        }
        const accounts = floor.exchange.state.accounts.all;
        const sum = accounts.reduce((total, { balanceMicro }) => total + balanceMicro, 0);
        expect(sum).toBe(3_000_000_000);
        for (const { balanceLog, balanceMicro, depositedMicro } of accounts) {
          expect(balanceMicro).toBeGreaterThanOrEqual(0);
          expect(depositedMicro).toBe(balanceMicro);
          const { rows } = balanceLog.page(100, undefined, () => true);
          const moved = rows.reduce((total, { amountMicro }) => total + amountMicro, 0);
          expect(moved).toBe(balanceMicro);
        }
      }),
    );
  });

  function familyOfThree(): Floor {
    const seeds = [main, sub, other].map(({ address }) => ({
      address,
      agents: [],
      family: 0,
      owner: 1,
      balanceMicro: 1_000_000_000,
      feeLevel: 0,
    }));
    return new Floor({ seeds });
  }
});

describe('what is told', () => {
  let line: Line;
  const heardBy = async (wallet: Wallet, act: () => Promise<unknown>): Promise<Frame[]> => {
    line = await hall.connect();
    const params = { source: 'account_transfers', account: wallet.address };
    expect(await line.subscribe(params)).toEqual([{ channel: 'subscribe', data: params }]);
    line.frames = [];
    await act();
    await hall.world.run(20);
    return line.frames;
  };

  test('EX-204 both sides of a transfer hear of it', async () => {
    const expected = (wallet: Wallet) => [
      {
        channel: 'account_transfers',
        data: {
          u: wallet.address,
          e: 'subaccount_transfer',
          a: 'USDC',
          am: '50',
          t: expect.any(Number),
          s: main.address,
          r: sub.address,
        },
      },
    ];
    const act = () => move(main, sub.address, '50');
    expect(await heardBy(main, act)).toEqual(expected(main));
    expect(await heardBy(sub, act)).toEqual(expected(sub));
    expect(await heardBy(other, act)).toEqual([]);
  });

  test('EX-204 EX-205 a deposit, with the name of its transaction', async () => {
    expect(await heardBy(main, () => payIn(hall, main.address, '12.5'))).toEqual([
      {
        channel: 'account_transfers',
        data: {
          u: main.address,
          e: 'deposit',
          a: 'USDC',
          am: '12.5',
          t: expect.any(Number),
          tx: expect.stringMatching(/^simulated-\d+$/),
        },
      },
    ]);
  });

  test('EX-204 the account snapshot follows', async () => {
    line = await hall.connect();
    await line.subscribe({ source: 'account_info', account: sub.address });
    line.frames = [];
    await move(main, sub.address, '50');
    const frames = await line.heard(600, 'account_info');
    expect(frames.map(({ data }) => (data as Frame).b)).toContain('50');
  });
});

describe('deposits on loopback', () => {
  test('EX-205 open a family of its own for an address that has none', async () => {
    const fresh = Wallet.from(33);
    expect(await payIn(hall, fresh.address, 25.5)).toEqual({
      account: fresh.address,
      balance: '25.5',
    });
    expect(await payIn(hall, fresh.address, '4.5')).toEqual({
      account: fresh.address,
      balance: '30',
    });
    expect(await createSubaccount(hall, fresh, Wallet.from(34))).toMatchObject([200, {}]);
    expect((await move(fresh, main.address, '10'))[1]).toMatchObject({ code: 33 });
  });

  test.each([
    [{ account: 'x', amount: '10' }, 'account: expected a base58 public key, got "x"'],
    [{ amount: '10' }, 'account: expected a base58 public key, got undefined'],
    [{ account: main.address }, 'amount: expected dollars above 0, got undefined'],
    [{ account: main.address, amount: '-1' }, 'amount: expected dollars above 0, got "-1"'],
    [{ account: main.address, amount: 0 }, 'amount: expected dollars above 0, got 0'],
    ['nothing', 'account: expected a base58 public key, got undefined'],
  ])('EX-205 %j is refused', async (body, error) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await hall.request('POST', '/admin/deposit', text);
    expect([response.status, JSON.parse(response.body)]).toEqual([400, { error }]);
  });
});
