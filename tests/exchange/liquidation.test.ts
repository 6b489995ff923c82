import { describe, expect, test } from '@jest/globals';
import { balancePage } from '../../src/exchange/core/money/balanceHistory.ts';
import {
  liquidationChunkLots,
  liquidationFeeNano,
} from '../../src/exchange/core/money/liquidationTerms.ts';
import { truthReport } from '../../src/exchange/gateway/truthReport.ts';
import { accountRow, positionRows } from '../../src/exchange/payloads/accountPayloads.ts';
import { tradeRow } from '../../src/exchange/payloads/marketPayloads.ts';
import { fillRow, fillUpdate, orderHistoryRow } from '../../src/exchange/payloads/orderPayloads.ts';
import { DEFAULT_SETTINGS } from '../../src/exchange/settings.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { Floor, MAIN, STRANGER, SUB } from './support/floor.ts';
import { Hall } from './support/hall.ts';
import { missingMoney } from './support/missingMoney.ts';

type Side = 'bid' | 'ask';

/** The mark price goes to `ticks`, and everything follows that it causes. */
function moveTo(floor: Floor, ticks: number): void {
  floor.pass(3000);
  floor.crowd.btc.setPrice(ticks);
  floor.pass(0);
  expect(floor.exchange.state.markets[0]?.markTicks()).toBe(ticks);
}

/** `account` trades `amount` with the crowd at `price`. */
function hold(floor: Floor, account: string, side: Side, price: number, amount: string): void {
  floor.crowd.btc.add(side === 'bid' ? 'ask' : 'bid', price, Number(amount) * 100_000, 'GTC');
  expect(floor.limit(account, side, String(price), amount, { tif: 'IOC' }).ok).toBe(true);
}

function lotsOf(floor: Floor, account: string): number {
  return floor.account(account).holdings[0]?.position.lots ?? 0;
}

function market(maxLeverage: number): ReturnType<typeof makeMarket> {
  return makeMarket(0, {
    symbol: 'X',
    tickSize: '1',
    lotSize: '0.001',
    maxLeverage,
    minOrderSize: '10',
    maxOrderSize: '1000',
  });
}

describe('EX-180 market liquidation', () => {
  test('a small position goes in one piece, at 0.75 %, and all orders with it', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '0.9');
    floor.limit(MAIN, 'bid', '89000', '0.01', { tif: 'ALO' });
    floor.limit(MAIN, 'ask', '101000', '0.9', { tif: 'ALO', reduce_only: true });
    floor.limit(MAIN, 'bid', '3000', '0.1', { tif: 'ALO', symbol: 'ETH' });
    floor.crowd.btc.add('bid', 89_790, 200_000, 'GTC');
    floor.events();
    floor.fills.length = 0;
    floor.trades.length = 0;
    moveTo(floor, 89_828);
    expect(floor.account(MAIN).open.size).toBe(3);
    // Equity 784, maintenance margin 808.2, two thirds of it 538.8.
    moveTo(floor, 89_800);
    const { state } = floor.exchange;
    expect(floor.events().map((row) => row.slice(1))).toEqual([
      ['force_cancel', 'cancelled', 0, 1000],
      ['force_cancel', 'cancelled', 0, 90_000],
      ['force_cancel', 'cancelled', 0, 1000],
      ['fulfill_market', 'filled', 90_000, 0],
    ]);
    const fee = 80_811_000_000 * 0.0075;
    expect(floor.fills.map(fillUpdate)).toEqual([
      {
        h: expect.any(Number),
        i: state.lastOrderId,
        I: null,
        u: MAIN,
        s: 'BTC',
        p: '89790',
        o: '100000',
        a: '0.9',
        te: 'fulfill_taker',
        ts: 'close_long',
        tc: 'market_liquidation',
        f: '606.0825',
        n: '-9795.0825',
        t: floor.nowMs,
        li: state.lastOrderId,
      },
    ]);
    expect(fillRow(floor.fills[0] as never)).toMatchObject({ cause: 'market_liquidation' });
    const btc = state.markets[0] as NonNullable<(typeof state.markets)[0]>;
    expect(tradeRow(btc.market, floor.trades[0] as never)).toMatchObject({
      side: 'close_long',
      cause: 'market_liquidation',
    });
    const main = floor.account(MAIN);
    expect(main.balanceMicro).toBe(10_000_000_000 - 36_000_000 - 9_189_000_000 - fee);
    expect(balancePage(main, 1, undefined, false).rows[0]).toMatchObject({
      amountMicro: -9_795_082_500,
      balanceMicro: main.balanceMicro,
      event: 'market_liquidation',
    });
    expect(orderHistoryRow(floor.fills[0]?.order as never)).toMatchObject({
      order_type: 'market',
      initial_price: '89527',
      order_status: 'filled',
      reduce_only: true,
    });
    expect(accountRow(state, main)).toMatchObject({ positions_count: 0, orders_count: 0 });
    expect(truthReport(state)).toMatchObject({ liquidations: 1, backstops: 0, selfMatches: 0 });
    expect(missingMoney(state)).toBe('');
  });

  test('a larger one in fifths, 200 ms apart, until the margin is restored', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '2');
    floor.crowd.btc.add('bid', 95_890, 1_000_000, 'GTC');
    // Equity 1,720, maintenance margin 1,918; a fifth costs 291.67 and frees 383.6.
    moveTo(floor, 95_900);
    const left: number[] = [lotsOf(floor, MAIN)];
    for (let turn = 0; turn < 5; turn += 1) {
      floor.pass(199);
      left.push(lotsOf(floor, MAIN));
      floor.pass(1);
    }
    left.push(lotsOf(floor, MAIN));
    expect(left).toEqual([160_000, 160_000, 120_000, 80_000, 80_000, 80_000, 80_000]);
    expect(floor.exchange.state.truth.liquidations).toBe(1);
    expect(floor.exchange.state.money.cuts.size).toBe(0);
    // It may happen again.
    moveTo(floor, 95_700);
    expect(floor.exchange.state.truth.liquidations).toBe(2);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('a short is bought back, never above its own limit', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'ask', 100_000, '0.9');
    // The backstop price is 99,964 ÷ 0.9 ÷ (1 + 1/150), which is 110,335.5.
    floor.crowd.btc.add('ask', 110_335, 100_000, 'GTC');
    moveTo(floor, 110_100);
    const { lastOrderId } = floor.exchange.state;
    floor.pass(1000);
    expect([lotsOf(floor, MAIN), floor.exchange.state.lastOrderId]).toEqual([-90_000, lastOrderId]);
    floor.crowd.btc.add('ask', 110_334, 50_000, 'GTC');
    floor.pass(200);
    expect(lotsOf(floor, MAIN)).toBe(-40_000);
    expect(floor.fills.at(-1)).toMatchObject({ ticks: 110_334, side: 'close_short' });
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('waits while the market is halted', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '0.9');
    floor.crowd.btc.add('bid', 89_790, 200_000, 'GTC');
    const btc = floor.exchange.state.markets[0] as { halted: boolean };
    btc.halted = true;
    moveTo(floor, 89_800);
    floor.pass(1000);
    expect(lotsOf(floor, MAIN)).toBe(90_000);
    btc.halted = false;
    floor.pass(200);
    expect(lotsOf(floor, MAIN)).toBe(0);
  });

  test('of several positions the largest goes first', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '0.9');
    floor.crowd.eth.add('ask', 33_000, 100_000, 'GTC');
    floor.limit(MAIN, 'bid', '3300', '10', { symbol: 'ETH', tif: 'IOC' });
    floor.crowd.btc.add('bid', 90_000, 1_000_000, 'GTC');
    floor.crowd.eth.add('bid', 32_990, 1_000_000, 'GTC');
    moveTo(floor, 90_150);
    expect(floor.fills.at(-1)?.order.market.symbol).toBe('BTC');
    expect(lotsOf(floor, MAIN)).toBe(0);
    expect(floor.account(MAIN).holdings[1]?.position.lots).toBe(100_000);
    floor.pass(200);
    expect(floor.account(MAIN).holdings[1]?.position.lots).toBe(100_000);
  });

  test('its terms: the fee, and one chunk or five', () => {
    expect(liquidationFeeNano(market(50))).toBe(7_500_000);
    expect(liquidationFeeNano(market(20))).toBe(10_000_000);
    expect(liquidationFeeNano(market(3))).toBe(66_666_667);
    const lots = (micro: number): number =>
      liquidationChunkLots(DEFAULT_SETTINGS, market(20), -101, micro);
    expect(lots(39_999_999_999)).toBe(101);
    expect(lots(40_000_000_000)).toBe(21);
  });
});

describe('EX-181 the backstop', () => {
  test('takes over everything below two thirds of the maintenance margin', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '2');
    floor.limit(MAIN, 'bid', '90000', '0.01', { tif: 'ALO' });
    const lastPrice = floor.exchange.state.markets[0]?.lastTradeTicks;
    // Equity 520, two thirds of the maintenance margin 1,270.7.
    moveTo(floor, 95_300);
    const { state } = floor.exchange;
    const main = floor.account(MAIN);
    expect([main.balanceMicro, lotsOf(floor, MAIN), main.open.size]).toEqual([0, 0, 0]);
    expect([state.money.backstopMicro, state.markets[0]?.backstopLots]).toEqual([
      520_000_000, 200_000,
    ]);
    expect(fillRow(floor.fills.at(-1) as never)).toMatchObject({
      price: '95300',
      entry_price: '100000',
      amount: '2',
      fee: '0',
      pnl: '-9400',
      side: 'close_long',
      cause: 'backstop_liquidation',
    });
    expect(floor.trades.at(-1)).toMatchObject({ cause: 'backstop_liquidation', lots: 200_000 });
    expect(state.markets[0]?.recentTrades()[0]).toBe(floor.trades.at(-1));
    expect(state.markets[0]?.lastTradeTicks).toBe(lastPrice);
    expect(
      balancePage(main, 2, undefined, false).rows.map(({ amountMicro, balanceMicro, event }) => [
        event,
        amountMicro,
        balanceMicro,
      ]),
    ).toEqual([
      ['backstop_liquidation', -520_000_000, 0],
      ['backstop_liquidation', -9_400_000_000, 520_000_000],
    ]);
    expect(state.truth).toMatchObject({ liquidations: 0, backstops: 1 });
    expect(missingMoney(state)).toBe('');
    // What the backstop holds pays funding as well.
    floor.pass(3_600_000);
    floor.pass(3_600_000);
    expect(state.markets[0]?.backstopCashMicro).toBeLessThan(-190_600_000_000);
    expect(missingMoney(state)).toBe('');
  });

  test('also out of the middle of a market liquidation', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '2');
    moveTo(floor, 95_900);
    expect(lotsOf(floor, MAIN)).toBe(200_000);
    moveTo(floor, 95_300);
    expect(lotsOf(floor, MAIN)).toBe(0);
    floor.pass(200);
    expect(floor.exchange.state.money.cuts.size).toBe(0);
    expect(floor.exchange.state.truth).toMatchObject({ liquidations: 1, backstops: 1 });
  });
});

describe('EX-182 deleveraging', () => {
  test('closes the riskiest profitable opposite position first, at the price that leaves nothing', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '2');
    hold(floor, STRANGER, 'ask', 99_000, '1.5');
    hold(floor, SUB, 'ask', 100_000, '0.4');
    const before = [STRANGER, SUB].map((address) => floor.account(address).balanceMicro);
    // Equity 9,920 − 12,000: a price of 95,040 leaves nothing.
    moveTo(floor, 94_000);
    const { state } = floor.exchange;
    expect([MAIN, STRANGER, SUB].map((address) => lotsOf(floor, address))).toEqual([0, 0, 0]);
    expect(floor.account(MAIN).balanceMicro).toBe(0);
    const settled = floor.fills.filter(({ cause }) => cause === 'settlement');
    expect(settled.map(({ lots, order, ticks }) => [order.account.address, lots, ticks])).toEqual([
      [MAIN, 150_000, 95_040],
      [STRANGER, 150_000, 95_040],
      [MAIN, 40_000, 95_040],
      [SUB, 40_000, 95_040],
      [MAIN, 10_000, 95_040],
    ]);
    expect(settled.every(({ feeMicro }) => feeMicro === 0)).toBe(true);
    const [stranger, sub] = [STRANGER, SUB].map(
      (address, i) => floor.account(address).balanceMicro - (before[i] as number),
    );
    expect([stranger, sub]).toEqual([5_940_000_000, 1_984_000_000]);
    expect(balancePage(floor.account(SUB), 1, undefined, false).rows[0]).toMatchObject({
      event: 'adl_liquidation',
      amountMicro: 1_984_000_000,
    });
    // One public trade for each closing, not one for each side.
    expect(floor.trades.filter(({ cause }) => cause === 'settlement')).toHaveLength(3);
    expect(state.markets[0]?.backstopLots).toBe(10_000);
    expect(state.truth).toMatchObject({
      backstops: 0,
      deleveraged: 2,
      liquidationMatches: 1,
      selfMatches: 0,
    });
    expect(missingMoney(state)).toBe('');
  });

  test('spares who loses or holds the same side; other positions go at the mark price', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '2');
    floor.crowd.eth.add('ask', 33_000, 10_000, 'GTC');
    floor.limit(MAIN, 'bid', '3300', '1', { symbol: 'ETH', tif: 'IOC' });
    hold(floor, STRANGER, 'ask', 93_000, '0.1');
    hold(floor, SUB, 'bid', 93_500, '0.1');
    moveTo(floor, 94_000);
    const { state } = floor.exchange;
    expect([STRANGER, SUB].map((address) => lotsOf(floor, address))).toEqual([-10_000, 10_000]);
    expect(state.markets.map(({ backstopLots }) => backstopLots)).toEqual([200_000, 10_000]);
    expect(state.truth.deleveraged).toBe(0);
    expect(floor.account(MAIN).balanceMicro).toBe(0);
    expect(missingMoney(state)).toBe('');
  });

  test('a debt that no price covers is the backstop’s', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'ask', 100_000, '2');
    moveTo(floor, 999_999);
    const { state } = floor.exchange;
    expect(floor.account(MAIN).balanceMicro).toBe(0);
    expect(missingMoney(state)).toBe('');
  });
});

describe('EX-183 an isolated position', () => {
  function isolated(): Floor {
    const floor = new Floor();
    const body = { symbol: 'BTC', is_isolated: true };
    floor.send('update_margin_mode', floor.body(MAIN, body));
    hold(floor, MAIN, 'bid', 100_000, '0.5');
    floor.limit(MAIN, 'bid', '90000', '0.01', { tif: 'ALO' });
    floor.limit(MAIN, 'bid', '3000', '0.1', { tif: 'ALO', symbol: 'ETH' });
    return floor;
  }

  test('goes on its own margin, with the orders of its market', () => {
    const floor = isolated();
    floor.crowd.btc.add('bid', 98_945, 1_000_000, 'GTC');
    expect(positionRows(floor.exchange.state, floor.account(MAIN))[0]).toMatchObject({
      liquidation_price: '98989.89899',
    });
    moveTo(floor, 98_990);
    expect(lotsOf(floor, MAIN)).toBe(50_000);
    moveTo(floor, 98_989);
    expect(lotsOf(floor, MAIN)).toBe(0);
    const main = floor.account(MAIN);
    expect([...main.open.values()].map((order) => order.market.symbol)).toEqual(['ETH']);
    // 8,980, and of the margin of 1,000 what loss (527.5) and fee (0.75 % of 49,472.5) left.
    expect(main.balanceMicro).toBe(8_980_000_000 + 1_000_000_000 - 527_500_000 - 371_043_750);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('is cut in fifths as well when it is large, and keeps its margin together', () => {
    const floor = new Floor();
    floor.send('update_margin_mode', floor.body(MAIN, { symbol: 'BTC', is_isolated: true }));
    hold(floor, MAIN, 'bid', 100_000, '2');
    floor.crowd.btc.add('bid', 98_945, 1_000_000, 'GTC');
    moveTo(floor, 98_950);
    const left = [lotsOf(floor, MAIN)];
    for (let turn = 0; turn < 5; turn += 1) {
      floor.pass(200);
      left.push(lotsOf(floor, MAIN));
    }
    // Equity 1,900 of 1,979; a chunk costs 298.8 and frees 395.8.
    expect(left).toEqual([160_000, 160_000, 160_000, 160_000, 160_000, 160_000]);
    expect(floor.exchange.state.money.cuts.size).toBe(0);
    expect(floor.account(MAIN).balanceMicro).toBe(5_920_000_000);
    expect(positionRows(floor.exchange.state, floor.account(MAIN))[0]).toMatchObject({
      amount: '1.6',
      margin: '3281.165',
    });
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('is taken over with what is left of its margin; the balance stays', () => {
    const floor = isolated();
    moveTo(floor, 98_600);
    const main = floor.account(MAIN);
    expect([lotsOf(floor, MAIN), main.balanceMicro]).toEqual([0, 8_980_000_000]);
    expect(floor.exchange.state.money.backstopMicro).toBe(300_000_000);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('is deleveraged when it owes; the balance stays', () => {
    const floor = isolated();
    hold(floor, STRANGER, 'ask', 100_000, '0.2');
    moveTo(floor, 97_000);
    const main = floor.account(MAIN);
    expect([lotsOf(floor, MAIN), lotsOf(floor, STRANGER)]).toEqual([0, 0]);
    expect(main.balanceMicro).toBe(8_980_000_000);
    expect(floor.fills.at(-1)).toMatchObject({ ticks: 98_000, cause: 'settlement' });
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('stands when the rest of the account falls', () => {
    const floor = new Floor();
    const body = { symbol: 'ETH', is_isolated: true };
    floor.send('update_margin_mode', floor.body(MAIN, body));
    floor.crowd.eth.add('ask', 33_000, 100_000, 'GTC');
    floor.limit(MAIN, 'bid', '3300', '1', { symbol: 'ETH', tif: 'IOC' });
    hold(floor, MAIN, 'bid', 100_000, '2');
    moveTo(floor, 95_300);
    const main = floor.account(MAIN);
    expect(main.holdings.map(({ position }) => position.lots)).toEqual([0, 10_000]);
    expect([main.balanceMicro, main.holdings[1]?.isolatedMicro]).toEqual([0, 66_000_000]);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });
});

describe('EX-184 EX-185 the other side', () => {
  test('a sibling’s quotes that a liquidation meets are no self-match of the desk', () => {
    const floor = new Floor();
    hold(floor, MAIN, 'bid', 100_000, '0.9');
    floor.limit(SUB, 'bid', '89790', '0.9', { tif: 'ALO' });
    floor.fills.length = 0;
    moveTo(floor, 89_800);
    expect(floor.fills.map(({ cause, order }) => [order.account.address, cause])).toEqual([
      [MAIN, 'market_liquidation'],
      [SUB, 'normal'],
    ]);
    expect(floor.exchange.state.truth).toMatchObject({ liquidationMatches: 1, selfMatches: 0 });
    expect(lotsOf(floor, SUB)).toBe(90_000);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });
});

describe('a liquidation over real sockets', () => {
  test('EX-184 is told on every channel of the account, and to everybody', async () => {
    const hall = await Hall.open();
    const { account } = hall.account(0);
    const line = await hall.connect(0);
    for (const source of ['account_trades', 'account_order_updates', 'account_positions']) {
      await line.subscribe({ source, account });
    }
    await line.subscribe({ source: 'trades', symbol: 'BTC' });
    hall.crowd.btc.add('ask', 100_000, 90_000, 'GTC');
    const order = hall.limit(0, 'bid', '100000', '0.9', { tif: 'IOC' });
    const { index: _, ...fields } = order;
    expect((await hall.post(0, '/orders/create', 'create_order', fields))[0]).toBe(200);
    hall.crowd.btc.add('bid', 89_790, 200_000, 'GTC');
    await hall.world.run(3000);
    line.frames = [];
    hall.crowd.btc.setPrice(89_800);
    await hall.world.run(1500);
    const heard = (channel: string): unknown[] =>
      line.frames.filter((frame) => frame.channel === channel).map(({ data }) => data);
    expect(heard('account_order_updates')).toEqual([
      [expect.objectContaining({ oe: 'fulfill_market', os: 'filled', ot: 'market', r: true })],
    ]);
    expect(heard('account_trades')).toEqual([
      [expect.objectContaining({ tc: 'market_liquidation', ts: 'close_long', f: '606.0825' })],
    ]);
    expect(heard('trades')).toEqual([
      [expect.objectContaining({ tc: 'market_liquidation', d: 'close_long', a: '0.9' })],
    ]);
    expect(heard('account_positions').at(-1)).toEqual([]);
    const history = await hall.read(`/account/balance/history?account=${account}&limit=1`);
    expect(history.data).toEqual([
      {
        amount: '-9795.0825',
        balance: '168.9175',
        pending_balance: '0',
        event_type: 'market_liquidation',
        created_at: expect.any(Number),
      },
    ]);
    await hall.server.close();
  });
});

describe('EX-186 who is looked at', () => {
  test('nobody, as long as no price comes near and nothing changes', () => {
    const floor = new Floor();
    const { accounts, money } = floor.exchange.state;
    const due = (btc: number): string[] =>
      money.watch.due([btc, 33_000], accounts.all).map(({ address }) => address);
    hold(floor, MAIN, 'bid', 100_000, '0.9');
    hold(floor, SUB, 'ask', 100_000, '0.5');
    floor.pass(0);
    expect(due(100_000)).toEqual([]);
    expect(due(90_100)).toEqual([]);
    expect(due(118_000)).toEqual([]);
    expect(due(89_900)).toEqual([MAIN]);
    expect(due(119_900)).toEqual([SUB]);
    // Until it is looked at, it stays due.
    expect(due(89_000)).toEqual([MAIN]);
    floor.market(SUB, 'bid', '0.5', { slippage_percent: '0.1' });
    floor.limit(SUB, 'bid', '100000', '0.5', { tif: 'ALO' });
    expect(due(119_900)).toEqual([SUB]);
    hold(floor, SUB, 'bid', 100_000, '0.5');
    floor.pass(0);
    expect(due(119_900)).toEqual([]);
    money.watch.touch(floor.account(STRANGER));
    expect(due(100_000)).toEqual([STRANGER]);
    expect(due(100_000)).toEqual([]);
  });
});
