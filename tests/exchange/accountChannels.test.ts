import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Fields, type Frame, Hall, type Line } from './support/hall.ts';
import { payIn, post, Wallet } from './support/wallet.ts';

let hall: Hall;
let line: Line;
const main = Wallet.from(0);
const MS = expect.any(Number);

beforeEach(async () => {
  hall = await Hall.open();
  line = await hall.connect();
});
afterEach(() => hall.server.close());

const listen = (source: string): Promise<Frame[]> =>
  line.subscribe({ source, account: main.address });

const act = async (path: string, type: string, data: Fields): Promise<void> => {
  const [status] = await post(hall, path, main.body(type, data, hall.nowMs));
  expect(status).toBe(200);
};

/** Buys a hundredth of a BTC at 100,000 with a market order. */
async function buy(): Promise<void> {
  hall.crowd.btc.add('ask', 100_000, 1000, 'GTC');
  await act('/orders/create_market', 'create_market_order', {
    amount: '0.01',
    reduce_only: false,
    side: 'bid',
    slippage_percent: '1',
    symbol: 'BTC',
  });
}

const rest = (): Promise<void> =>
  act('/orders/create', 'create_order', {
    amount: '0.001',
    client_order_id: '12345678-1234-1234-1234-123456789abc',
    price: '90000',
    reduce_only: false,
    side: 'bid',
    symbol: 'BTC',
    tif: 'ALO',
  });

describe('an address that is no account yet', () => {
  test('EX-245 can be listened to, and its first deposit is heard', async () => {
    const ack = (source: string) => ({
      channel: 'subscribe',
      data: { source, account: main.address },
    });
    expect(await listen('account_transfers')).toEqual([ack('account_transfers')]);
    expect(await listen('account_info')).toEqual([ack('account_info')]);
    expect(await listen('account_positions')).toEqual([
      ack('account_positions'),
      { channel: 'account_positions', data: [], li: MS },
    ]);
    expect(await listen('account_orders')).toEqual([
      ack('account_orders'),
      { channel: 'account_orders', data: [], li: MS },
    ]);
    expect(await listen('account_twap_orders')).toContainEqual(ack('account_twap_orders'));
    expect(await line.heard(4000, 'account_info')).toEqual([]);
    line.frames = [];
    await payIn(hall, main.address, '77');
    await hall.world.run(300);
    const heard = line.frames;
    expect(heard[0]).toMatchObject({ channel: 'account_transfers', data: { am: '77' } });
    expect(heard).toContainEqual(
      expect.objectContaining({
        channel: 'account_info',
        data: expect.objectContaining({ b: '77' }),
      }),
    );
  });

  test('EX-245 what is no key is met with silence', async () => {
    for (const account of ['nobody', '', 7, null, undefined, ['x']]) {
      expect(await line.subscribe({ source: 'account_transfers', account })).toEqual([]);
    }
  });
});

describe('snapshots', () => {
  beforeEach(() => payIn(hall, main.address, '1000'));

  test('EX-54 account_info', async () => {
    await buy();
    await rest();
    const [, frame] = await listen('account_info');
    expect(frame).toEqual({
      channel: 'account_info',
      data: {
        ae: '999.6',
        as: '977.8',
        aw: '899.6',
        b: '999.6',
        f: 0,
        mu: '21.8',
        cm: '10',
        oc: 1,
        pb: '0',
        pc: 1,
        sc: 0,
        sb: [],
        t: MS,
      },
    });
  });

  test('EX-54 account_positions', async () => {
    await buy();
    const [, frame] = await listen('account_positions');
    expect(frame).toEqual({
      channel: 'account_positions',
      data: [
        {
          s: 'BTC',
          d: 'bid',
          a: '0.01',
          p: '100000',
          m: '0',
          f: '0',
          i: false,
          l: expect.stringMatching(/^-?\d+(\.\d+)?$/),
          t: MS,
        },
      ],
      li: MS,
    });
  });

  test('EX-54 account_orders', async () => {
    await rest();
    const [, frame] = await listen('account_orders');
    expect(frame).toEqual({
      channel: 'account_orders',
      data: [
        {
          i: MS,
          I: '12345678-1234-1234-1234-123456789abc',
          s: 'BTC',
          d: 'bid',
          p: '90000',
          a: '0.001',
          f: '0',
          c: '0',
          t: MS,
          st: null,
          ot: 'limit',
          sp: null,
          ro: false,
        },
      ],
      li: MS,
    });
  });
});

describe('events', () => {
  beforeEach(() => payIn(hall, main.address, '1000'));

  const heard = async (source: string, cause: () => Promise<void>): Promise<Frame[]> => {
    expect(await listen(source)).toEqual([
      { channel: 'subscribe', data: { source, account: main.address } },
    ]);
    line.frames = [];
    await cause();
    await hall.world.run(20);
    return line.frames;
  };

  test('EX-55 account_order_updates', async () => {
    expect(await heard('account_order_updates', rest)).toEqual([
      {
        channel: 'account_order_updates',
        data: [
          {
            i: MS,
            I: '12345678-1234-1234-1234-123456789abc',
            u: main.address,
            s: 'BTC',
            d: 'bid',
            p: '0',
            ip: '90000',
            lp: '0',
            a: '0.001',
            f: '0',
            oe: 'make',
            os: 'open',
            ot: 'limit',
            sp: null,
            si: null,
            tp: null,
            r: false,
            ct: MS,
            ut: MS,
            li: MS,
          },
        ],
      },
    ]);
  });

  test('EX-55 account_trades', async () => {
    expect(await heard('account_trades', buy)).toEqual([
      {
        channel: 'account_trades',
        data: [
          {
            h: MS,
            i: MS,
            I: null,
            u: main.address,
            s: 'BTC',
            p: '100000',
            o: '100000',
            a: '0.01',
            te: 'fulfill_taker',
            ts: 'open_long',
            tc: 'normal',
            f: '0.4',
            n: '-0.4',
            t: MS,
            li: MS,
          },
        ],
      },
    ]);
  });

  test('EX-55 account_leverage, an integer as text', async () => {
    const cause = () =>
      act('/account/leverage', 'update_leverage', { leverage: 12, symbol: 'BTC' });
    expect(await heard('account_leverage', cause)).toEqual([
      { channel: 'account_leverage', data: { u: main.address, s: 'BTC', l: '12', t: MS } },
    ]);
  });

  test('EX-55 account_margin', async () => {
    const cause = () =>
      act('/account/margin', 'update_margin_mode', { is_isolated: true, symbol: 'BTC' });
    expect(await heard('account_margin', cause)).toEqual([
      { channel: 'account_margin', data: { u: main.address, s: 'BTC', i: true, t: MS } },
    ]);
  });

  test('EX-52 nothing more after it was unsubscribed', async () => {
    await listen('account_transfers');
    const params = { source: 'account_transfers', account: main.address };
    expect(await line.say({ method: 'unsubscribe', params })).toEqual([
      { channel: 'unsubscribe', data: params },
    ]);
    line.frames = [];
    await payIn(hall, main.address, '10');
    expect(await line.heard(100, 'account_transfers')).toEqual([]);
  });
});
