import { describe, expect, test } from '@jest/globals';
import { LISTED } from '../../src/exchange/core/markets/listing.ts';
import { balancePage } from '../../src/exchange/core/money/balanceHistory.ts';
import {
  accountInfo,
  accountRow,
  positionRows,
  positionUpdates,
  settingsRow,
} from '../../src/exchange/payloads/accountPayloads.ts';
import { infoRow } from '../../src/exchange/payloads/marketPayloads.ts';
import { applyIsolated } from '../../src/ledger/isolated.ts';
import { backstopMicro, isolatedLiquidationMicro } from '../../src/ledger/margin.ts';
import { FLAT, type Position } from '../../src/ledger/position.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { Floor, MAIN, NOW, STRANGER, SUB, saidOf } from './support/floor.ts';
import { Hall } from './support/hall.ts';
import { missingMoney } from './support/missingMoney.ts';

const BTC = makeMarket(0, {
  symbol: 'BTC',
  tickSize: '1',
  lotSize: '0.00001',
  maxLeverage: 50,
  minOrderSize: '10',
  maxOrderSize: '5000000',
});
const long: Position = { lots: 100_000, costMicro: 100_000_000_000 };
const short: Position = { lots: -100_000, costMicro: -100_000_000_000 };

function isolate(floor: Floor, account: string, symbol = 'BTC', is_isolated = true): unknown {
  return floor.send('update_margin_mode', floor.body(account, { symbol, is_isolated }));
}

function addMargin(floor: Floor, account: string, amount: string): ReturnType<Floor['send']> {
  return floor.send('add_isolated_margin', floor.body(account, { symbol: 'BTC', amount }));
}

/** A crowd that buys and sells 10 BTC around 100,000. */
function openBook(floor: Floor): void {
  floor.crowd.btc.add('ask', 100_000, 1_000_000, 'GTC');
  floor.crowd.btc.add('bid', 99_999, 1_000_000, 'GTC');
}

describe('EX-150 the margin mode', () => {
  test('changes per market, is told on its channel and listed in the settings', () => {
    const floor = new Floor();
    expect(isolate(floor, MAIN)).toEqual({ ok: true, value: { of: 'done' } });
    const main = floor.account(MAIN);
    expect(floor.marginModes).toEqual([[main, expect.objectContaining({ symbol: 'BTC' }), true]]);
    expect(settingsRow(floor.exchange.state, main)).toEqual({
      auto_lend_disabled: null,
      margin_settings: [
        { symbol: 'BTC', isolated: true, leverage: 50, created_at: NOW, updated_at: NOW },
      ],
      spot_settings: [],
    });
    floor.pass(10);
    isolate(floor, MAIN, 'BTC', false);
    expect(settingsRow(floor.exchange.state, main)).toMatchObject({ margin_settings: [] });
    expect(floor.account(SUB).holdings[0]?.isolated).toBe(false);
  });

  test('stays while a position is open', () => {
    const floor = new Floor();
    openBook(floor);
    floor.market(MAIN, 'bid', '0.1');
    const body = floor.body(MAIN, { symbol: 'BTC', is_isolated: true });
    expect(saidOf(floor.send('update_margin_mode', body))).toEqual([
      422,
      8,
      `Cannot update margin with open position for ${MAIN}: isolated true`,
    ]);
    const unknown = floor.body(MAIN, { symbol: 'XYZ', is_isolated: true });
    expect(saidOf(floor.send('update_margin_mode', unknown))[2]).toBe('Book not found: XYZ');
  });

  test('a market may allow isolated margin only', () => {
    const listed = LISTED.map((market) => ({ ...market, isolatedOnly: market.symbol === 'ETH' }));
    const floor = new Floor({ listed });
    const { state } = floor.exchange;
    expect(state.markets.map((here) => infoRow(here).isolated_only)).toEqual([false, true]);
    expect(floor.account(MAIN).holdings.map(({ isolated }) => isolated)).toEqual([false, true]);
    const body = floor.body(MAIN, { symbol: 'ETH', is_isolated: false });
    expect(saidOf(floor.send('update_margin_mode', body))).toEqual([
      422,
      8,
      `Cannot update margin for ${MAIN}: isolated false`,
    ]);
    expect(settingsRow(state, floor.account(MAIN))).toMatchObject({ margin_settings: [] });
  });

  test('the frame of the channel account_margin, over a real socket', async () => {
    const hall = await Hall.open();
    const line = await hall.connect(0);
    const { account } = hall.account(0);
    await line.subscribe({ source: 'account_margin', account });
    const fields = { symbol: 'ETH', is_isolated: true };
    const said = await hall.post(0, '/account/margin', 'update_margin_mode', fields);
    expect(said).toEqual([200, expect.objectContaining({ success: true, data: null })]);
    expect(line.frames.filter(({ channel }) => channel === 'account_margin')).toEqual([
      {
        channel: 'account_margin',
        data: { u: account, s: 'ETH', i: true, t: expect.any(Number) },
      },
    ]);
    await hall.server.close();
  });
});

describe('EX-151 isolated margin', () => {
  test('leaves the balance when the position opens and comes back when it closes', () => {
    const floor = new Floor();
    openBook(floor);
    isolate(floor, MAIN);
    floor.market(MAIN, 'bid', '0.5');
    const main = floor.account(MAIN);
    const { state } = floor.exchange;
    // Fee 20, initial margin 50,000 ÷ 50; mark 100,000.
    expect(accountRow(state, main)).toMatchObject({
      balance: '8980',
      account_equity: '9980',
      cross_account_equity: '8980',
      available_to_spend: '8980',
      available_to_withdraw: '8980',
      total_margin_used: '1000',
      cross_mmr: '0',
    });
    expect(accountInfo(state, main)).toMatchObject({ ae: '9980', b: '8980', mu: '1000', cm: '0' });
    // (50,000 − 1,000) ÷ 0.5 ÷ 0.99, as the reference's formula has it.
    expect(positionRows(state, main)).toEqual([
      {
        symbol: 'BTC',
        side: 'bid',
        amount: '0.5',
        entry_price: '100000',
        margin: '1000',
        funding: '0',
        isolated: true,
        liquidation_price: '98989.89899',
        created_at: NOW + 200,
        updated_at: NOW + 200,
      },
    ]);
    expect(positionUpdates(state, main)).toEqual([
      {
        s: 'BTC',
        d: 'bid',
        a: '0.5',
        p: '100000',
        m: '1000',
        f: '0',
        i: true,
        l: '98989.89899',
        t: NOW + 200,
      },
    ]);
    floor.market(MAIN, 'ask', '0.25');
    expect(main.holdings[0]?.isolatedMicro).toBe(500_000_000);
    floor.market(MAIN, 'ask', '0.25');
    expect(main.holdings[0]?.isolatedMicro).toBe(0);
    // Paid: 0.5 on the spread, fees on 50,000 and 2 × 24,999.75.
    expect(main.balanceMicro).toBe(10_000_000_000 - 500_000 - 20_000_000 - 2 * 9_999_900);
    expect(missingMoney(state)).toBe('');
  });

  test('fills say what they did to the balance, margin included', () => {
    const floor = new Floor();
    openBook(floor);
    isolate(floor, MAIN);
    floor.market(MAIN, 'bid', '0.5');
    expect(balancePage(floor.account(MAIN), 9, undefined, true).rows).toEqual([
      {
        historyId: expect.any(Number),
        amountMicro: -1_020_000_000,
        balanceMicro: 8_980_000_000,
        event: 'trade',
        timeMs: NOW + 200,
      },
      {
        historyId: 0,
        amountMicro: 10_000_000_000,
        balanceMicro: 10_000_000_000,
        event: 'deposit',
        timeMs: NOW,
      },
    ]);
  });

  test('can be added and moves the liquidation price; there must be a position', () => {
    const floor = new Floor();
    openBook(floor);
    expect(saidOf(addMargin(floor, MAIN, '5'))).toEqual([422, 9, 'PositionNotFound']);
    isolate(floor, MAIN);
    expect(saidOf(addMargin(floor, MAIN, '5'))).toEqual([422, 9, 'PositionNotFound']);
    floor.market(MAIN, 'bid', '0.5');
    expect(addMargin(floor, MAIN, '500.5').ok).toBe(true);
    const { state } = floor.exchange;
    expect(positionRows(state, floor.account(MAIN))).toMatchObject([
      { margin: '1500.5', liquidation_price: '97978.787879' },
    ]);
    expect(floor.account(MAIN).balanceMicro).toBe(8_479_500_000);
    expect(saidOf(addMargin(floor, MAIN, '8479.500001'))).toEqual([
      422,
      5,
      `Insufficient balance for ${MAIN}: 8479.500001 (account value: 8479.5)`,
    ]);
    for (const amount of ['0', '-1', 'much', '0.0000001']) {
      expect(saidOf(addMargin(floor, MAIN, amount))).toEqual([
        400,
        400,
        `Invalid amount: ${amount}`,
      ]);
    }
    const body = floor.body(MAIN, { symbol: 'XYZ', amount: '5' });
    expect(saidOf(floor.send('add_isolated_margin', body))[2]).toBe('Book not found: XYZ');
    expect(missingMoney(state)).toBe('');
  });

  test('a cross position has none to add to', () => {
    const floor = new Floor();
    openBook(floor);
    floor.market(MAIN, 'bid', '0.5');
    expect(saidOf(addMargin(floor, MAIN, '5'))[2]).toBe('PositionNotFound');
  });

  test('orders reserve their margin on the balance until they fill', () => {
    const floor = new Floor();
    openBook(floor);
    isolate(floor, MAIN);
    floor.market(MAIN, 'bid', '0.5');
    floor.limit(MAIN, 'bid', '99000', '1', { tif: 'ALO' });
    const { state } = floor.exchange;
    expect(accountRow(state, floor.account(MAIN))).toMatchObject({
      balance: '8980',
      available_to_spend: '7000',
      total_margin_used: '2980',
    });
    // What closes the position reserves nothing.
    floor.limit(MAIN, 'ask', '101000', '0.5', { tif: 'ALO' });
    expect(accountRow(state, floor.account(MAIN))).toMatchObject({ available_to_spend: '7000' });
  });

  test('a fill through zero lets the old margin go and takes the new', () => {
    const same = { market: BTC, ticks: 90_000, leverage: 10, isLiquidation: false };
    const fill = { ...same, resultMicro: -1_000_000 };
    const before: Position = { lots: 100, costMicro: 100_000_000 };
    const after: Position = { lots: -50, costMicro: -45_000_000 };
    expect(applyIsolated(before, after, 20_000_000, fill)).toEqual({
      isolatedMicro: 4_500_000,
      balanceChangeMicro: 20_000_000 - 1_000_000 - 4_500_000,
    });
    expect(applyIsolated(FLAT, after, 0, { ...fill, resultMicro: -7 })).toEqual({
      isolatedMicro: 4_500_000,
      balanceChangeMicro: -4_500_007,
    });
  });

  test('a loss takes the margin of what is left before it takes the balance', () => {
    const before: Position = { lots: 100, costMicro: 100_000_000 };
    const half: Position = { lots: 50, costMicro: 50_000_000 };
    const same = { market: BTC, ticks: 90_000, leverage: 10, isLiquidation: false };
    const fill = { ...same, resultMicro: -5_000_000 };
    expect(applyIsolated(before, half, 8_000_000, fill)).toEqual({
      isolatedMicro: 3_000_000,
      balanceChangeMicro: 0,
    });
    expect(applyIsolated(before, half, 4_000_000, fill)).toEqual({
      isolatedMicro: 0,
      balanceChangeMicro: -1_000_000,
    });
    expect(applyIsolated(before, FLAT, 4_000_000, fill)).toEqual({
      isolatedMicro: 0,
      balanceChangeMicro: -1_000_000,
    });
  });
});

describe('EX-152 leverage', () => {
  const set = (floor: Floor, account: string, leverage: number): ReturnType<Floor['send']> =>
    floor.send('update_leverage', floor.body(account, { symbol: 'BTC', leverage }));

  test('goes up with a position, not down, and not beyond the market', () => {
    const floor = new Floor();
    openBook(floor);
    expect(set(floor, MAIN, 10).ok).toBe(true);
    floor.market(MAIN, 'bid', '0.1');
    expect(set(floor, MAIN, 20).ok).toBe(true);
    expect(saidOf(set(floor, MAIN, 19))).toEqual([
      422,
      7,
      'Cannot decrease leverage with open position.: 19',
    ]);
    expect(saidOf(set(floor, MAIN, 51))).toEqual([400, 7, 'Invalid leverage']);
    expect(floor.leverages.map(([, , leverage]) => leverage)).toEqual([10, 20]);
  });

  test('not below what the orders need, isolated as well', () => {
    const floor = new Floor();
    isolate(floor, MAIN);
    floor.limit(MAIN, 'bid', '100000', '1', { tif: 'ALO' });
    expect(set(floor, MAIN, 10).ok).toBe(true);
    expect(saidOf(set(floor, MAIN, 9))).toEqual([
      422,
      5,
      `Insufficient balance for ${MAIN}: 11111.111112 (account value: 10000)`,
    ]);
    expect(floor.account(MAIN).holdings[0]?.leverage).toBe(10);
  });

  test('sets the margin that an isolated position takes along', () => {
    const floor = new Floor();
    openBook(floor);
    isolate(floor, MAIN);
    set(floor, MAIN, 5);
    floor.market(MAIN, 'ask', '0.1');
    expect(positionRows(floor.exchange.state, floor.account(MAIN))).toMatchObject([
      { margin: '1999.98', liquidation_price: expect.any(String) },
    ]);
  });
});

describe('EX-153 the figures of the reference', () => {
  test('liquidation prices 90909.0909 and 108910.8911, isolated as cross', () => {
    expect(isolatedLiquidationMicro(long, BTC, 10_000_000_000)).toBe(90_909_090_909);
    expect(isolatedLiquidationMicro(short, BTC, 10_000_000_000)).toBe(108_910_891_089);
    expect(isolatedLiquidationMicro(FLAT, BTC, 1)).toBeUndefined();
  });

  test('the backstop price is the same formula with two thirds of the maintenance margin', () => {
    // (100,000 − 10,000) ÷ (1 − 1/150), and the mirror of it.
    expect(backstopMicro(long, BTC, 100_000, 10_000_000_000, 0)).toBe(90_604_026_846);
    expect(backstopMicro(short, BTC, 100_000, 10_000_000_000, 0)).toBe(109_271_523_179);
    expect(backstopMicro(long, BTC, 100_000, 11_000_000_000, 1_500_000_000)).toBe(90_604_026_846);
  });

  test('an account of one long, as published, and its mirror', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 100_000, 'GTC');
    floor.limit(STRANGER, 'bid', '100000', '1');
    const stranger = floor.account(STRANGER);
    stranger.balanceMicro = 10_000_000_000;
    expect(positionRows(floor.exchange.state, stranger)).toMatchObject([
      { side: 'bid', liquidation_price: '90909.090909' },
    ]);
    floor.crowd.btc.add('bid', 100_000, 100_000, 'GTC');
    floor.limit(SUB, 'ask', '100000', '1');
    const sub = floor.account(SUB);
    sub.balanceMicro = 10_000_000_000;
    expect(positionRows(floor.exchange.state, sub)).toMatchObject([
      { side: 'ask', liquidation_price: '108910.891089' },
    ]);
  });
});

describe('EX-154 what may be withdrawn', () => {
  test('balance and profit less the larger of initial margin and a tenth of the positions', () => {
    const floor = new Floor();
    openBook(floor);
    floor.market(MAIN, 'bid', '0.5');
    const { state } = floor.exchange;
    const withdrawable = (): unknown =>
      accountRow(state, floor.account(MAIN)).available_to_withdraw;
    expect(withdrawable()).toBe('4980');
    floor.send('update_leverage', floor.body(MAIN, { symbol: 'ETH', leverage: 2 }));
    floor.limit(MAIN, 'bid', '3300', '4', { symbol: 'ETH', tif: 'ALO' });
    // 1,000 for the position and 6,600 for the order are more than 5,000.
    expect(withdrawable()).toBe('2380');
  });
});

describe('EX-155 immediate liquidation', () => {
  /** An ask 3 % above the mark price, and nothing nearer. */
  function thinBook(): Floor {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 103_000, 1_000_000, 'GTC');
    floor.crowd.btc.add('bid', 97_000, 1_000_000, 'GTC');
    return floor;
  }

  test('an order that would be liquidated when it fills is refused', () => {
    const floor = thinBook();
    // Mark 100,000: 3 BTC there cost 9,000 more than they are worth; 7,000 are above maintenance.
    expect(saidOf(floor.limit(MAIN, 'bid', '103000', '3'))).toEqual([
      422,
      0,
      'Immediate liquidation for BTC: size 3 tick level 103000 safe tick level 102333',
    ]);
    expect(saidOf(floor.limit(MAIN, 'ask', '97000', '3'))).toEqual([
      422,
      0,
      'Immediate liquidation for BTC: size 3 tick level 97000 safe tick level 97667',
    ]);
    expect(floor.limit(MAIN, 'bid', '103000', '1').ok).toBe(true);
  });

  test('what it would pay counts, not its limit', () => {
    const floor = thinBook();
    floor.crowd.btc.add('ask', 100_010, 1_000_000, 'GTC');
    floor.crowd.btc.add('bid', 99_990, 1_000_000, 'GTC');
    expect(floor.limit(MAIN, 'bid', '103000', '3').ok).toBe(true);
    expect(floor.limit(SUB, 'ask', '97000', '3').ok).toBe(true);
  });

  test('an isolated position has no more than its own margin', () => {
    const floor = thinBook();
    isolate(floor, MAIN);
    expect(saidOf(floor.limit(MAIN, 'bid', '103000', '0.1'))[2]).toMatch(/^Immediate liquidation/);
    floor.send('update_leverage', floor.body(MAIN, { symbol: 'BTC', leverage: 5 }));
    expect(floor.limit(MAIN, 'bid', '103000', '0.1').ok).toBe(true);
  });

  test('what closes a position is never refused for it', () => {
    const floor = thinBook();
    floor.limit(MAIN, 'bid', '103000', '1');
    expect(floor.limit(MAIN, 'ask', '97000', '1').ok).toBe(true);
  });
});

describe('EX-156 a mark price that sticks, a market that is halted', () => {
  test('the mark price stays until it is let go', () => {
    const floor = new Floor();
    const btc = floor.exchange.state.markets[0];
    btc?.freezeMark(true);
    floor.pass(3000);
    floor.crowd.btc.setPrice(90_000);
    expect([btc?.oracleTicks, btc?.markTicks()]).toEqual([90_000, 100_000]);
    btc?.freezeMark(false);
    expect(btc?.markTicks()).toBe(90_000);
  });

  test('a halted market takes no order and lets them be cancelled', () => {
    const floor = new Floor();
    floor.limit(MAIN, 'bid', '99000', '0.1', { tif: 'ALO' });
    const btc = floor.exchange.state.markets[0] as { halted: boolean };
    btc.halted = true;
    expect(floor.limit(MAIN, 'bid', '99000', '0.1', { tif: 'ALO' }).ok).toBe(false);
    const all = { all_symbols: true, exclude_reduce_only: false };
    expect(floor.send('cancel_all_orders', floor.body(MAIN, all))).toEqual({
      ok: true,
      value: { of: 'cancel_all', count: 1 },
    });
  });
});
