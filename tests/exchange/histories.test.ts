import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Account } from '../../src/exchange/core/accounts/account.ts';
import type { ExchangeState } from '../../src/exchange/core/exchangeState.ts';
import { type Frame, Hall } from './support/hall.ts';
import { createSubaccount, payIn, post, Wallet } from './support/wallet.ts';

let hall: Hall;
const main = Wallet.from(0);
const sub = Wallet.from(0x40);
const of = (wallet: Wallet): string => `account=${wallet.address}`;
const DAY = 86_400_000;

beforeEach(async () => {
  hall = await Hall.open();
});
afterEach(() => hall.server.close());

const rows = async (path: string): Promise<Frame[]> => (await hall.read(path)).data as Frame[];

async function refused(path: string): Promise<[number, unknown]> {
  const response = await hall.request('GET', `/api/v1${path}`);
  return [response.status, JSON.parse(response.body)];
}

const problem = (text: string) => [400, { error: `Query deserialize error: ${text}`, code: 400 }];

/** Works on the exchange and the main account in it. */
function inside(work: (state: ExchangeState, account: Account) => void): void {
  hall.server.run((state) => {
    const account = state.accounts.byAddress(main.address);
    if (account !== undefined) work(state, account);
  });
}

/** Buys and sells BTC back at 100,000, as a taker: two fills. */
async function roundTrip(): Promise<void> {
  hall.crowd.btc.add('ask', 100_000, 100, 'GTC');
  hall.crowd.btc.add('bid', 99_990, 100, 'GTC');
  for (const side of ['bid', 'ask']) {
    const fields = {
      amount: '0.001',
      reduce_only: false,
      side,
      slippage_percent: '1',
      symbol: 'BTC',
    };
    const body = main.body('create_market_order', fields, hall.nowMs);
    expect((await post(hall, '/orders/create_market', body))[0]).toBe(200);
  }
}

describe('balances', () => {
  test('EX-240 deposits and transfers, newest first, each with the balance after it', async () => {
    await payIn(hall, main.address, '1000');
    await createSubaccount(hall, main, sub);
    const fields = { amount: '50.5', to_account: sub.address };
    const body = main.body('transfer_funds', fields, hall.nowMs);
    await post(hall, '/account/subaccount/transfer', body);
    expect(await hall.read(`/account/balance/history?${of(main)}`)).toEqual({
      success: true,
      data: [
        {
          amount: '-50.5',
          balance: '949.5',
          pending_balance: '0',
          event_type: 'subaccount_transfer',
          created_at: expect.any(Number),
        },
        {
          amount: '1000',
          balance: '1000',
          pending_balance: '0',
          event_type: 'deposit',
          created_at: expect.any(Number),
        },
      ],
      next_cursor: null,
      has_more: false,
    });
    expect(await rows(`/account/balance/history?${of(sub)}`)).toEqual([
      expect.objectContaining({
        amount: '50.5',
        balance: '50.5',
        event_type: 'subaccount_transfer',
      }),
    ]);
  });

  test('EX-240 trades on request, in pages that fit together', async () => {
    await payIn(hall, main.address, '1000');
    await roundTrip();
    await payIn(hall, main.address, '10');
    expect(await rows(`/account/balance/history?${of(main)}`)).toHaveLength(2);
    const path = `/account/balance/history?${of(main)}&include_trades=true`;
    const all = await rows(path);
    expect(all.map(({ amount, balance, event_type: event }) => [event, amount, balance])).toEqual([
      ['deposit', '10', '1009.910004'],
      ['trade', '-0.049996', '999.910004'],
      ['trade', '-0.04', '999.96'],
      ['deposit', '1000', '1000'],
    ]);
    const paged: Frame[] = [];
    let cursor = '';
    for (let pages = 1; pages <= 4; pages += 1) {
      const page = await hall.read(`${path}&limit=1${cursor}`);
      paged.push(...(page.data as Frame[]));
      expect(page.has_more).toBe(pages < 4);
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(all);
    expect(await refused(`/account/balance/history?${of(main)}&include_trades=1`)).toEqual(
      problem('include_trades: provided string was not `true` or `false`'),
    );
  });

  test('EX-240 deposits have a history of their own', async () => {
    await payIn(hall, main.address, '1000');
    await roundTrip();
    await payIn(hall, main.address, '10');
    const page = await hall.read(`/account/deposit/history?${of(main)}&limit=1`);
    expect(page).toEqual({
      success: true,
      data: [
        {
          amount: '10',
          transaction_id: expect.stringMatching(/^simulated-\d+$/),
          created_at: expect.any(Number),
        },
      ],
      next_cursor: expect.any(String),
      has_more: true,
    });
    const next = `/account/deposit/history?${of(main)}&cursor=${page.next_cursor}`;
    expect(await rows(next)).toEqual([expect.objectContaining({ amount: '1000' })]);
  });

  test('EX-240 the accounts of the start have paid in what they have', async () => {
    const { account } = hall.account(2);
    expect(await rows(`/account/balance/history?account=${account}`)).toEqual([
      expect.objectContaining({ amount: '10000', balance: '10000', event_type: 'deposit' }),
    ]);
  });

  test.each(['withdraw/history', 'payout/history'])(
    'EX-240 nothing was ever paid out: %s',
    async (what) => {
      expect(await hall.read(`/account/${what}?${of(main)}`)).toEqual({
        success: true,
        data: [],
        next_cursor: null,
        has_more: false,
      });
      expect(await refused(`/account/${what}`)).toEqual(problem('missing field `account`'));
    },
  );
});

test('EX-240 nothing waits to be paid out', async () => {
  expect(await hall.read(`/account/withdraw/pending?${of(main)}`)).toEqual({
    success: true,
    data: [],
    error: null,
    code: null,
  });
  expect((await refused('/account/withdraw/pending'))[0]).toBe(400);
});

describe('funding', () => {
  test('EX-241 what an account got and paid, newest first, in pages', async () => {
    await payIn(hall, main.address, '1000');
    inside(({ markets }, account) => {
      const { market } = markets[0] as (typeof markets)[0];
      const record = { market, payoutMicro: 2_617_000, rateNano: 12_500, timeMs: 1000 };
      account.fundingLog.append({ ...record, historyId: 1, lots: -39_033 });
      account.fundingLog.append({ ...record, historyId: 2, lots: 5, payoutMicro: -7 });
    });
    const page = await hall.read(`/funding/history?${of(main)}&limit=1`);
    expect(page).toEqual({
      success: true,
      data: [
        {
          history_id: 2,
          symbol: 'BTC',
          side: 'bid',
          amount: '0.00005',
          payout: '-0.000007',
          rate: '0.0000125',
          created_at: 1000,
        },
      ],
      next_cursor: '2',
      has_more: true,
    });
    expect(await rows(`/funding/history?${of(main)}&cursor=2`)).toEqual([
      {
        history_id: 1,
        symbol: 'BTC',
        side: 'ask',
        amount: '0.39033',
        payout: '2.617',
        rate: '0.0000125',
        created_at: 1000,
      },
    ]);
    expect(await rows(`/funding/history?${of(sub)}`)).toEqual([]);
  });
});

describe('portfolio', () => {
  beforeEach(async () => {
    await payIn(hall, main.address, '1000');
    inside(({ nowMs }, account) => {
      for (const days of [40, 20, 10, 5, 0.5]) {
        account.equityLog.append({
          equityMicro: 1_000_000 * days,
          pnlMicro: -1_500_000,
          timeMs: nowMs - days * DAY,
        });
      }
    });
  });

  test.each([
    ['1d', 1],
    ['7d', 2],
    ['14d', 3],
    ['30d', 4],
    ['all', 5],
  ])('EX-242 of %s: %i samples', async (range, count) => {
    const found = await rows(`/portfolio?${of(main)}&time_range=${range}`);
    const ours = found.filter(({ pnl }) => pnl === '-1.5');
    expect(ours).toHaveLength(count);
    expect(ours[0]).toEqual({
      account_equity: '0.5',
      pnl: '-1.5',
      timestamp: expect.any(Number),
    });
  });

  test('EX-242 within times, up to a limit', async () => {
    const base = `/portfolio?${of(main)}&time_range=all`;
    const from = hall.nowMs - 25 * DAY;
    const to = hall.nowMs - 4 * DAY;
    expect(await rows(`${base}&start_time=${from}&end_time=${to}`)).toHaveLength(3);
    expect(await rows(`${base}&limit=2`)).toHaveLength(2);
    expect(await rows(`/portfolio?${of(sub)}&time_range=1d`)).toEqual([]);
  });

  test('EX-242 a time range must be given, of the documented ones', async () => {
    expect(await refused(`/portfolio?${of(main)}`)).toEqual(problem('missing field `time_range`'));
    expect(await refused(`/portfolio?${of(main)}&time_range=2d`)).toEqual(
      problem('time_range: unknown variant `2d`, expected one of `1d`, `7d`, `14d`, `30d`, `all`'),
    );
    const base = `/portfolio?${of(main)}&time_range=1d`;
    expect((await refused(`${base}&start_time=x`))[0]).toBe(400);
    expect((await refused(`${base}&limit=x`))[0]).toBe(400);
  });
});

describe('trades', () => {
  test('EX-243 of at most 30 days', async () => {
    await payIn(hall, main.address, '1000');
    await roundTrip();
    const path = `/trades/history?${of(main)}`;
    const from = hall.nowMs - 30 * DAY;
    expect(await rows(`${path}&start_time=${from + 60_000}`)).toHaveLength(2);
    const said = problem('start_time: range must not exceed 30 days');
    expect(await refused(`${path}&start_time=${from - 60_000}`)).toEqual(said);
    expect(await rows(`${path}&start_time=${from - DAY}&end_time=${from + 29 * DAY}`)).toHaveLength(
      0,
    );
    expect(await refused(`${path}&start_time=1&end_time=${31 * DAY}`)).toEqual(said);
    expect(await rows(path)).toHaveLength(2);
  });

  test('EX-243 by day of UTC: fees and volume', async () => {
    await payIn(hall, main.address, '1000');
    await roundTrip();
    const date = new Date(hall.nowMs).toISOString().slice(0, 10);
    const path = `/account/activity/daily?${of(main)}&start_time=0&end_time=${2 * hall.nowMs}`;
    const day = { date, points: '0', fees_paid: '0.079996', volume: '199.99' };
    expect(await hall.read(path)).toEqual({
      success: true,
      data: [day],
      error: null,
      code: null,
    });
    const within = (from: number, to: number): Promise<Frame[]> =>
      rows(`/account/activity/daily?${of(main)}&start_time=${from}&end_time=${to}`);
    expect(await within(hall.nowMs + 1, hall.nowMs + 2)).toEqual([]);
    expect(await within(0, hall.nowMs)).toEqual([day]);
    const nobody = `/account/activity/daily?${of(sub)}&start_time=0`;
    expect(await rows(`${nobody}&end_time=1`)).toEqual([]);
    expect(await refused(nobody)).toEqual(problem('missing field `end_time`'));
    expect((await refused(`${nobody}&end_time=x`))[0]).toBe(400);
    expect(await refused(`/account/activity/daily?${of(sub)}&end_time=1`)).toEqual(
      problem('missing field `start_time`'),
    );
  });
});

describe('pages', () => {
  test.each([
    ['', 100],
    ['&limit=0', 1],
    ['&limit=1', 1],
    ['&limit=4000', 4000],
    ['&limit=9999', 4000],
  ])('EX-42 %s gives %i rows', async (limit, count) => {
    await payIn(hall, main.address, '1000');
    inside(({ markets }, account) => {
      const { market } = markets[0] as (typeof markets)[0];
      for (let historyId = 1; historyId <= 5000; historyId += 1) {
        account.fundingLog.append({
          historyId,
          market,
          lots: 1,
          payoutMicro: 1,
          rateNano: 1,
          timeMs: historyId,
        });
      }
    });
    expect(await rows(`/funding/history?${of(main)}${limit}`)).toHaveLength(count);
  });

  test.each(['funding', 'account/balance', 'account/deposit', 'trades', 'orders'])(
    'EX-42 limits and cursors of %s that are none are refused',
    async (history) => {
      const path = `/${history}/history?${of(main)}`;
      expect(await refused(`${path}&limit=-1`)).toEqual(
        problem('limit: invalid digit found in string'),
      );
      expect(await refused(`${path}&cursor=A!`)).toEqual(problem('cursor: invalid cursor'));
      expect(await refused(`/${history}/history`)).toEqual(problem('missing field `account`'));
    },
  );
});

describe('histories without a row', () => {
  test('EX-244 are an empty page, or time out by setting', async () => {
    const paths = ['funding', 'account/balance', 'trades', 'orders', 'account/withdraw'];
    for (const path of paths) {
      expect((await hall.read(`/${path}/history?${of(main)}`)).data).toEqual([]);
    }
    await hall.server.close();
    hall = await Hall.open({ settings: { emptyHistory: 'timeout' } });
    for (const path of paths) {
      expect(await refused(`/${path}/history?${of(main)}`)).toEqual([
        504,
        { error: 'Request timed out', code: 504 },
      ]);
    }
    expect((await hall.read(`/positions?${of(main)}`)).data).toEqual([]);
    await payIn(hall, main.address, '1000');
    expect(await rows(`/account/balance/history?${of(main)}`)).toHaveLength(1);
    expect(await rows(`/account/balance/history?${of(main)}&cursor=1`)).toEqual([]);
  });
});
