import { describe, expect, test } from '@jest/globals';
import { fundingPrices } from '../../src/exchange/core/markets/impactPrices.ts';
import { LISTED } from '../../src/exchange/core/markets/listing.ts';
import {
  hourlyRateNano,
  MarketFunding,
  premiumNano,
} from '../../src/exchange/core/markets/marketFunding.ts';
import { balancePage } from '../../src/exchange/core/money/balanceHistory.ts';
import { positionRows } from '../../src/exchange/payloads/accountPayloads.ts';
import { fundingRow } from '../../src/exchange/payloads/historyPayloads.ts';
import { infoRow, priceRow } from '../../src/exchange/payloads/marketPayloads.ts';
import { DEFAULT_SETTINGS } from '../../src/exchange/settings.ts';
import { Floor, MAIN, STRANGER, SUB } from './support/floor.ts';
import { missingMoney } from './support/missingMoney.ts';

const HOUR_MS = 3_600_000;
const all = (): boolean => true;

/** MAIN is long 0.1 BTC at 100,000, SUB short 0.04 of it; the crowd holds the rest. */
function held(floor: Floor): void {
  floor.crowd.btc.add('ask', 100_000, 100_000, 'GTC');
  floor.crowd.btc.add('bid', 99_999, 100_000, 'GTC');
  floor.market(MAIN, 'bid', '0.1');
  floor.limit(SUB, 'ask', '99999', '0.04');
}

describe('EX-160 the rate', () => {
  test('is 0.00125 % an hour between premiums of −0.04 % and 0.06 %, as published', () => {
    for (const premium of [-400_000, 0, 100_000, 600_000]) {
      expect(hourlyRateNano(premium)).toBe(12_500);
    }
    // Beyond: (premium ∓ 0.05 %) ÷ 8.
    expect(hourlyRateNano(1_000_000)).toBe(62_500);
    expect(hourlyRateNano(-1_000_000)).toBe(-62_500);
    expect(hourlyRateNano(600_008)).toBe(12_501);
  });

  test('costs at most 4 % an hour, either way', () => {
    expect(hourlyRateNano(900_000_000)).toBe(40_000_000);
    expect(hourlyRateNano(-900_000_000)).toBe(-40_000_000);
    const funding = new MarketFunding(10);
    funding.sample(900_000_000);
    expect(funding.nextRateNano).toBe(40_000_000);
  });

  test('follows from how far the impact prices lie beyond the oracle', () => {
    const at = (bidImpactMicro: number, askImpactMicro: number): number =>
      premiumNano({ oracleMicro: 100_000_000_000, bidImpactMicro, askImpactMicro });
    expect(at(99_990_000_000, 100_010_000_000)).toBe(0);
    expect(at(100_100_000_000, 100_200_000_000)).toBe(1_000_000);
    expect(at(99_800_000_000, 99_900_000_000)).toBe(-1_000_000);
    expect(at(0, 0)).toBe(0);
    expect(premiumNano({ oracleMicro: 0, bidImpactMicro: 5, askImpactMicro: 5 })).toBe(0);
  });

  test('averages the samples of the hour and begins anew', () => {
    const funding = new MarketFunding(10);
    expect([funding.lastRateNano, funding.nextRateNano]).toEqual([12_500, 12_500]);
    funding.sample(1_000_000, 3);
    funding.sample(0);
    expect(funding.nextRateNano).toBe((3 * 62_500 + 12_500) / 4);
    expect(funding.endHour()).toBe(50_000);
    expect([funding.lastRateNano, funding.nextRateNano]).toEqual([50_000, 12_500]);
  });
});

describe('EX-161 impact prices', () => {
  test('are what an order of the impact notional would get, $20,000 in BTC and ETH', () => {
    const floor = new Floor();
    const { btc } = floor.crowd;
    btc.add('ask', 100_000, 10_000, 'GTC');
    btc.add('ask', 100_200, 10_000, 'GTC');
    btc.add('bid', 99_000, 20_000, 'GTC');
    const here = floor.exchange.state.markets[0] as never;
    // $10,000 at 100,000, and $10,000 more at 100,200, to the next whole lot.
    expect(fundingPrices(here, DEFAULT_SETTINGS)).toEqual({
      oracleMicro: 100_000_000_000,
      bidImpactMicro: 0,
      askImpactMicro: 100_099_904_910,
    });
    expect(fundingPrices(here, { ...DEFAULT_SETTINGS, impactDollarsMajor: 10_000 })).toEqual({
      oracleMicro: 100_000_000_000,
      bidImpactMicro: 99_000_000_000,
      askImpactMicro: 100_000_000_000,
    });
  });
});

describe('EX-162 payment', () => {
  test('longs pay shorts at the end of the hour, on the oracle price', () => {
    const floor = new Floor();
    held(floor);
    const before = [MAIN, SUB].map((address) => floor.account(address).balanceMicro);
    floor.pass(HOUR_MS / 2);
    expect(floor.account(MAIN).fundingLog.page(9, undefined, all).rows).toEqual([]);
    floor.pass(HOUR_MS / 2);
    // 0.1 × 100,000 × 0.0000125 and 0.04 of it.
    const [main, sub] = [MAIN, SUB].map((address, i) => {
      const { balanceMicro } = floor.account(address);
      return balanceMicro - (before[i] as number);
    });
    expect([main, sub]).toEqual([-125_000, 50_000]);
    expect(missingMoney(floor.exchange.state)).toBe('');
    const { rows } = floor.account(SUB).fundingLog.page(9, undefined, all);
    expect(rows).toEqual([
      {
        historyId: expect.any(Number),
        market: expect.objectContaining({ symbol: 'BTC' }),
        lots: -4000,
        payoutMicro: 50_000,
        rateNano: 12_500,
        timeMs: floor.nowMs,
      },
    ]);
    expect(balancePage(floor.account(MAIN), 9, undefined, false).rows[0]).toEqual({
      historyId: expect.any(Number),
      amountMicro: -125_000,
      balanceMicro: floor.account(MAIN).balanceMicro,
      event: 'funding',
      timeMs: floor.nowMs,
    });
    expect(positionRows(floor.exchange.state, floor.account(MAIN))[0]).toMatchObject({
      funding: '-0.125',
    });
    expect(floor.account(STRANGER).fundingLog.page(9, undefined, all).rows).toEqual([]);
  });

  test('the published example: a short of 39,033,804 PUMP at 0.005364 gets 2.617', () => {
    const pump = { symbol: 'PUMP', tickSize: '0.000001', lotSize: '1', maxTicks: 1_000_000 };
    const listed = LISTED.map((market, id) => (id === 0 ? { ...market, ...pump } : market));
    const floor = new Floor({ listed });
    floor.account(SUB).balanceMicro = 100_000_000_000;
    floor.pass(3000);
    floor.crowd.btc.setPrice(5364);
    floor.crowd.btc.add('bid', 5364, 40_000_000, 'GTC');
    const over = { symbol: 'PUMP', tif: 'IOC' };
    expect(floor.limit(SUB, 'ask', '0.005364', '39033804', over).ok).toBe(true);
    floor.pass(3_600_000);
    const { rows } = floor.account(SUB).fundingLog.page(1, undefined, all);
    expect(rows.map(fundingRow)).toEqual([
      {
        history_id: expect.any(Number),
        symbol: 'PUMP',
        side: 'ask',
        amount: '39033804',
        payout: '2.617217',
        rate: '0.0000125',
        created_at: floor.nowMs,
      },
    ]);
  });

  test('on the mark price, and told as what was paid, by setting', () => {
    const settings = { fundingPrice: 'mark', positionFunding: 'paid' } as const;
    const floor = new Floor({ settings });
    held(floor);
    floor.exchange.state.markets[0]?.freezeMark(true);
    floor.pass(4000);
    floor.crowd.btc.setPrice(99_990);
    floor.pass(HOUR_MS);
    const { state } = floor.exchange;
    expect(state.markets[0]?.oracleTicks).toBe(99_990);
    expect(positionRows(state, floor.account(MAIN))[0]).toMatchObject({ funding: '0.125' });
    expect(positionRows(state, floor.account(SUB))[0]).toMatchObject({ funding: '-0.05' });
  });

  test('a book above the oracle makes it dearer; both rates are shown', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_102, 100_000, 'GTC');
    floor.crowd.btc.add('bid', 100_100, 100_000, 'GTC');
    floor.pass(0);
    floor.pass(5000);
    const { state } = floor.exchange;
    const btc = state.markets[0] as never;
    expect(infoRow(btc)).toMatchObject({
      funding_rate: '0.0000125',
      next_funding_rate: '0.0000625',
    });
    floor.pass(HOUR_MS);
    expect(infoRow(btc)).toMatchObject({
      funding_rate: '0.0000625',
      next_funding_rate: expect.any(String),
    });
    expect(priceRow(state, btc)).toMatchObject({ funding: '0.0000625' });
    expect(state.markets[0]?.funding.log.page(9, undefined, all).rows).toEqual([
      {
        historyId: expect.any(Number),
        oracleMicro: 100_000_000_000,
        bidImpactMicro: 100_100_000_000,
        askImpactMicro: 100_102_000_000,
        rateNano: 62_500,
        nextRateNano: 12_500,
        timeMs: floor.nowMs,
      },
    ]);
  });

  test('an isolated position pays of its own margin, and its liquidation price moves', () => {
    const floor = new Floor();
    floor.send('update_margin_mode', floor.body(MAIN, { symbol: 'BTC', is_isolated: true }));
    held(floor);
    const { balanceMicro } = floor.account(MAIN);
    const [before] = positionRows(floor.exchange.state, floor.account(MAIN));
    floor.pass(HOUR_MS);
    const [after] = positionRows(floor.exchange.state, floor.account(MAIN));
    expect(floor.account(MAIN).balanceMicro).toBe(balanceMicro);
    expect([before?.margin, after?.margin]).toEqual(['200', '199.875']);
    expect(Number(after?.liquidation_price)).toBeGreaterThan(Number(before?.liquidation_price));
    expect(floor.account(MAIN).balanceLog.page(9, undefined, all).rows).toHaveLength(1);
    expect(missingMoney(floor.exchange.state)).toBe('');
  });

  test('hours that one step leaps over are all paid; the hours are those of the tape', () => {
    const floor = new Floor();
    floor.crowd.speed = 60;
    held(floor);
    floor.pass(3 * 60_000);
    expect(floor.account(MAIN).fundingLog.page(9, undefined, all).rows).toHaveLength(3);
  });

  test('a position that was closed and opened anew counts from there', () => {
    const floor = new Floor();
    held(floor);
    floor.pass(HOUR_MS);
    floor.market(MAIN, 'ask', '0.1');
    floor.market(MAIN, 'bid', '0.1');
    expect(positionRows(floor.exchange.state, floor.account(MAIN))[0]).toMatchObject({
      funding: '0',
    });
  });
});
