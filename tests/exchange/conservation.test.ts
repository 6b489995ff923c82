import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Account } from '../../src/exchange/core/accounts/account.ts';
import { markPrices } from '../../src/exchange/core/exchangeState.ts';
import { balancePage } from '../../src/exchange/core/money/balanceHistory.ts';
import { crossGroup, isolatedGroup, stageOf } from '../../src/exchange/core/money/marginGroup.ts';
import type { Side } from '../../src/protocol/terms.ts';
import { Floor, MAIN, STRANGER, SUB } from './support/floor.ts';
import { missingMoney } from './support/missingMoney.ts';

const ACCOUNTS = [MAIN, SUB, STRANGER];

const step = fc.record({
  kind: fc.constantFrom(
    'limit',
    'limit',
    'open',
    'open',
    'market',
    'cancel',
    'crowd',
    'crowd',
    'price',
    'crash',
    'crash',
    'mode',
    'leverage',
    'margin',
    'transfer',
    'hour',
    'day',
    'pass',
  ),
  account: fc.constantFrom(...ACCOUNTS),
  symbol: fc.constantFrom('BTC', 'ETH'),
  side: fc.constantFrom<Side>('bid', 'ask'),
  offset: fc.integer({ min: -300, max: 300 }),
  lots: fc.integer({ min: 100, max: 300_000 }),
  tif: fc.constantFrom('GTC', 'IOC', 'ALO', 'TOB'),
  flag: fc.boolean(),
});
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & object;

/** Prices that the crowd and the tape are at, ticks. */
interface Prices {
  BTC: number;
  ETH: number;
}

function act(floor: Floor, prices: Prices, at: Step): void {
  const { account, flag, kind, lots, offset, side, symbol, tif } = at;
  const isBtc = symbol === 'BTC';
  const door = isBtc ? floor.crowd.btc : floor.crowd.eth;
  const middle = prices[symbol as 'BTC'];
  const ticks = middle + Math.round((offset * middle) / 100_000);
  const price = isBtc ? String(ticks) : (ticks / 10).toFixed(1);
  const amount = (lots / (isBtc ? 100_000 : 10_000)).toFixed(5);
  const dollars = String(lots / 1000);
  const over = { symbol, tif, reduce_only: flag };
  switch (kind) {
    case 'open':
      door.add(side === 'bid' ? 'ask' : 'bid', ticks, lots, 'GTC');
      floor.limit(account, side, price, amount, { ...over, tif: 'IOC', reduce_only: false });
      return;
    case 'limit':
      floor.limit(account, side, price, amount, over);
      return;
    case 'market':
      floor.market(account, side, amount, over);
      return;
    case 'cancel':
      floor.send(
        'cancel_all_orders',
        floor.body(account, { all_symbols: flag, symbol, exclude_reduce_only: false }),
      );
      return;
    case 'crowd':
      door.add(side, ticks, lots, tif as 'GTC');
      return;
    case 'price':
    case 'crash': {
      const moved =
        kind === 'crash' ? Math.round(middle * (1 + offset / (flag ? 2000 : 8000))) : ticks;
      prices[symbol as 'BTC'] = moved;
      floor.pass(3000);
      door.setPrice(moved);
      return;
    }
    case 'mode':
      floor.send('update_margin_mode', floor.body(account, { symbol, is_isolated: flag }));
      return;
    case 'leverage':
      floor.send('update_leverage', floor.body(account, { symbol, leverage: 1 + (lots % 50) }));
      return;
    case 'margin':
      floor.send('add_isolated_margin', floor.body(account, { symbol, amount: dollars }));
      return;
    case 'transfer': {
      const to_account = ACCOUNTS[lots % 3];
      floor.send('transfer_funds', floor.body(account, { to_account, amount: dollars }));
      return;
    }
    case 'hour':
      floor.pass(3_600_000);
      return;
    case 'day':
      floor.pass(86_400_000);
      return;
    case 'pass':
      floor.pass(200);
  }
}

/** Who stands below the maintenance margin and is not being liquidated: nobody. */
function missed({ exchange: { state } }: Floor): string[] {
  const marks = markPrices(state);
  return state.accounts.all.flatMap((account) => {
    const isolated = state.markets
      .filter(({ market }) => account.holdings[market.id]?.isolated)
      .map((here) => isolatedGroup(account, here, marks));
    return [crossGroup(account, state.markets, marks), ...isolated]
      .map((group) => ({
        stage: stageOf(group),
        key: `${account.index} ${group.isolatedIn?.market.id ?? 'cross'}`,
      }))
      .filter(({ key, stage }) => stage !== 'safe' && !(stage === 'market' && isCut(state, key)))
      .map(({ key, stage }) => `${key}: ${stage}`);
  });
}

function isCut({ money }: Floor['exchange']['state'], key: string): boolean {
  return money.cuts.has(key);
}

function expectOwnBooks(account: Account): void {
  const { rows } = balancePage(account, Number.MAX_SAFE_INTEGER, undefined, true);
  expect(rows.reduce((sum, { amountMicro }) => sum + amountMicro, 0)).toBe(account.balanceMicro);
  let balance = 0;
  for (const { amountMicro, balanceMicro } of [...rows].reverse()) {
    balance += amountMicro;
    expect(balanceMicro).toBe(balance);
  }
  for (const { isolated, isolatedMicro, position } of account.holdings) {
    if (!isolated || position.lots === 0) expect(isolatedMicro).toBe(0);
  }
}

describe('EX-190 EX-32 conservation', () => {
  test('over random histories of trading, funding, liquidation and transfers', () => {
    const seen = { liquidations: 0, backstops: 0, deleveraged: 0, isolated: 0, funding: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const floor = new Floor({ settings: { takerDelayMs: 0 } });
        const prices: Prices = { BTC: 100_000, ETH: 33_000 };
        floor.pass(0);
        for (const at of steps) {
          act(floor, prices, at);
          floor.pass(0);
          const wrong = [missingMoney(floor.exchange.state), ...missed(floor)].join('');
          if (wrong !== '') throw new Error(wrong);
        }
        const { accounts, truth } = floor.exchange.state;
        for (const account of accounts.all) {
          expectOwnBooks(account);
          seen.isolated += account.holdings.filter(({ isolatedMicro }) => isolatedMicro > 0).length;
          seen.funding += account.fundingLog.page(1, undefined, () => true).rows.length;
        }
        seen.liquidations += truth.liquidations;
        seen.backstops += truth.backstops;
        seen.deleveraged += truth.deleveraged;
      }),
      { numRuns: 100, seed: 3 },
    );
    // The histories did reach what they are about.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});

describe('EX-191 the balance history', () => {
  test('comes in pages, newest first, with trades for those who ask', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    floor.market(MAIN, 'bid', '0.001');
    floor.pass(0);
    floor.pass(3_600_000);
    floor.market(MAIN, 'bid', '0.002');
    const main = floor.account(MAIN);
    const events = (count: number, before: number | undefined, trades: boolean): unknown[] => {
      const { next, rows } = balancePage(main, count, before, trades);
      return [rows.map(({ event }) => event), next === undefined];
    };
    expect(events(10, undefined, true)).toEqual([['trade', 'funding', 'trade', 'deposit'], true]);
    expect(events(10, undefined, false)).toEqual([['funding', 'deposit'], true]);
    expect(events(4, undefined, true)).toEqual([['trade', 'funding', 'trade', 'deposit'], true]);
    expect(events(3, undefined, true)).toEqual([['trade', 'funding', 'trade'], false]);
    const first = balancePage(main, 2, undefined, true);
    expect(events(2, first.next, true)).toEqual([['trade', 'deposit'], true]);
    expect(first.rows.at(-1)?.historyId).toBe(first.next);
  });
});

describe('EX-192 equity', () => {
  test('is kept once a minute, with the profit since the account was opened', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 100_000, 'GTC');
    floor.pass(0);
    floor.market(MAIN, 'bid', '0.1');
    floor.pass(60_000);
    floor.pass(59_999);
    const all = (): boolean => true;
    expect(floor.account(MAIN).equityLog.page(9, undefined, all).rows).toEqual([
      { equityMicro: 9_996_000_000, pnlMicro: -4_000_000, timeMs: floor.nowMs - 59_999 },
      { equityMicro: 10_000_000_000, pnlMicro: 0, timeMs: expect.any(Number) },
    ]);
  });
});
