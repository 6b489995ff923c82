import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FEE_TIERS, feeMicro } from '../../src/ledger/fees.ts';
import {
  type Exposure,
  initialMarginMicro,
  liquidationMicro,
  maintenanceMarginMicro,
  summariseMargin,
} from '../../src/ledger/margin.ts';
import {
  applyFill,
  entryMicro,
  entryPrice,
  FLAT,
  type Position,
  unrealisedMicro,
} from '../../src/ledger/position.ts';
import { type Market, makeMarket, notionalMicro } from '../../src/protocol/market.ts';
import type { Side } from '../../src/protocol/terms.ts';

const BTC = market(0, 'BTC', '1', '0.00001');
const ETH = market(1, 'ETH', '0.1', '0.0001');

describe('position', () => {
  test('averages what is bought and realises what is sold', () => {
    const first = applyFill(FLAT, BTC, 'bid', 100, 90_000);
    expect(first).toEqual({ position: { lots: 100, costMicro: 90_000_000 }, realisedMicro: 0 });
    const second = applyFill(first.position, BTC, 'bid', 100, 92_000);
    expect(entryPrice(second.position, BTC)).toBe('91000');
    const third = applyFill(second.position, BTC, 'ask', 50, 93_000);
    expect(third).toEqual({
      position: { lots: 150, costMicro: 136_500_000 },
      realisedMicro: 1_000_000,
    });
    expect(unrealisedMicro(third.position, BTC, 90_000)).toBe(-1_500_000);
  });

  test('the published trade: closing 0.00036 BTC at 89477, entered at 89505', () => {
    const open = applyFill(FLAT, BTC, 'bid', 36, 89_505).position;
    const close = applyFill(open, BTC, 'ask', 36, 89_477);
    const fee = feeMicro(notionalMicro(BTC, 89_477, 36), 400_000);
    expect(close.realisedMicro).toBe(-10_080);
    expect(fee).toBe(12_885);
    expect(close.realisedMicro - fee).toBe(-22_965);
    expect(close.position).toEqual(FLAT);
  });

  test('a fill through zero closes one side and opens the other', () => {
    const short = applyFill(FLAT, ETH, 'ask', 30, 40_000).position;
    expect(short).toEqual({ lots: -30, costMicro: -12_000_000 });
    const flipped = applyFill(short, ETH, 'bid', 50, 39_000);
    expect(flipped).toEqual({
      position: { lots: 20, costMicro: 7_800_000 },
      realisedMicro: 300_000,
    });
    expect(entryPrice(flipped.position, ETH)).toBe('3900');
  });

  test('what does not divide evenly stays in the cost of the rest', () => {
    const open = applyFill(applyFill(FLAT, BTC, 'bid', 2, 100).position, BTC, 'bid', 1, 101);
    expect(open.position).toEqual({ lots: 3, costMicro: 3010 });
    expect(entryPrice(open.position, BTC)).toBe('100.333333');
    const one = applyFill(open.position, BTC, 'ask', 1, 100);
    expect(one).toEqual({ position: { lots: 2, costMicro: 2007 }, realisedMicro: -3 });
    const rest = applyFill(one.position, BTC, 'ask', 2, 100);
    expect(rest).toEqual({ position: FLAT, realisedMicro: -7 });
  });

  test('a flat position has no entry price', () => {
    expect([entryMicro(FLAT, BTC), entryPrice(FLAT, BTC)]).toEqual([0, '0']);
  });

  test('money is conserved to the micro-dollar over random trading', () => {
    const trade = fc.record({
      buyer: fc.integer({ min: 0, max: 3 }),
      seller: fc.integer({ min: 0, max: 3 }),
      lots: fc.integer({ min: 1, max: 500_000 }),
      ticks: fc.integer({ min: 1, max: 400_000 }),
      rate: fc.integer({ min: 0, max: 600_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(trade, { maxLength: 60 }),
        fc.integer({ min: 1, max: 400_000 }),
        (trades, markTicks) => {
          const balances = [0, 0, 0, 0];
          const positions: Position[] = [FLAT, FLAT, FLAT, FLAT];
          let fees = 0;
          for (const { buyer, seller, lots, ticks, rate } of trades) {
            for (const [who, side] of [
              [buyer, 'bid'],
              [seller, 'ask'],
            ] as [number, Side][]) {
              const effect = applyFill(positions[who] ?? FLAT, ETH, side, lots, ticks);
              const fee = feeMicro(notionalMicro(ETH, ticks, lots), rate);
              positions[who] = effect.position;
              balances[who] = (balances[who] ?? 0) + effect.realisedMicro - fee;
              fees += fee;
            }
          }
          const equity = positions.reduce(
            (sum, position, i) =>
              sum + (balances[i] ?? 0) + unrealisedMicro(position, ETH, markTicks),
            0,
          );
          expect(equity + fees).toBe(0);
          expect(positions.reduce((sum, position) => sum + position.lots, 0)).toBe(0);
          for (const position of positions) {
            expect(Math.sign(position.costMicro)).toBe(Math.sign(position.lots));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('fees', () => {
  test('eight levels as published, no rebate', () => {
    expect(FEE_TIERS.map((tier) => [tier.makerNano / 1e9, tier.takerNano / 1e9])).toEqual([
      [0.00015, 0.0004],
      [0.00012, 0.00038],
      [0.00009, 0.00036],
      [0.00006, 0.00034],
      [0.00003, 0.00032],
      [0, 0.0003],
      [0, 0.00029],
      [0, 0.00028],
    ]);
    expect(FEE_TIERS.map((tier) => tier.volumeMicro / 1e12)).toEqual([
      0, 5, 10, 25, 50, 100, 250, 500,
    ]);
  });

  test('six decimals, half up by default', () => {
    expect(feeMicro(1_250, 400_000)).toBe(1);
    expect(feeMicro(1_249, 400_000)).toBe(0);
    expect(feeMicro(1, 400_000, 'up')).toBe(1);
    expect(feeMicro(5_000_000_000_000, 400_000)).toBe(2_000_000_000);
  });
});

describe('margin', () => {
  const long: Position = { lots: 100_000, costMicro: 100_000_000_000 };
  const exposure = (over: Partial<Exposure>): Exposure => ({
    market: BTC,
    position: FLAT,
    markTicks: 100_000,
    bidsMicro: 0,
    asksMicro: 0,
    leverage: 50,
    isolated: false,
    isolatedMicro: 0,
    ...over,
  });

  test('position and the worse side of the resting orders', () => {
    expect(initialMarginMicro(exposure({ position: long }))).toBe(2_000_000_000);
    expect(initialMarginMicro(exposure({ position: long, bidsMicro: 50_000_000_000 }))).toBe(
      3_000_000_000,
    );
    expect(initialMarginMicro(exposure({ position: long, asksMicro: 150_000_000_000 }))).toBe(
      2_000_000_000,
    );
    expect(initialMarginMicro(exposure({ position: long, asksMicro: 250_000_000_000 }))).toBe(
      3_000_000_000,
    );
    expect(initialMarginMicro(exposure({ bidsMicro: 101, leverage: 3 }))).toBe(34);
  });

  test('summary of an account', () => {
    const exposures = [
      exposure({ position: long, markTicks: 101_000, leverage: 20, bidsMicro: 1_000_000_000 }),
      exposure({
        market: ETH,
        position: { lots: -1000, costMicro: -330_000_000 },
        markTicks: 32_000,
      }),
    ];
    expect(summariseMargin(20_000_000_000, exposures)).toEqual({
      unrealisedMicro: 1_000_000_000 + 10_000_000,
      equityMicro: 21_010_000_000,
      crossEquityMicro: 21_010_000_000,
      usedMicro: 5_050_000_000 + 6_600_000,
      freeMicro: 21_010_000_000 - 5_056_600_000,
      availableMicro: 21_010_000_000 - 5_056_600_000,
      maintenanceMicro: 1_010_000_000 + 3_200_000,
      withdrawableMicro: 21_010_000_000 - (101_000_000_000 + 320_000_000) / 10,
    });
  });

  test('nothing below zero, no more than the balance to withdraw', () => {
    const lost = summariseMargin(1_000_000, [exposure({ position: long, markTicks: 90_000 })]);
    expect([lost.availableMicro, lost.withdrawableMicro]).toEqual([0, 0]);
    const won = summariseMargin(1_000_000, [exposure({ position: long, markTicks: 150_000 })]);
    expect(won.withdrawableMicro).toBe(1_000_000);
    const debt = summariseMargin(-5, [exposure({ position: long, markTicks: 150_000 })]);
    expect(debt.withdrawableMicro).toBe(0);
  });

  test('liquidation prices of the reference', () => {
    const short: Position = { lots: -100_000, costMicro: -100_000_000_000 };
    expect(liquidationMicro(long, BTC, 100_000, 10_000_000_000, 0)).toBe(90_909_090_909);
    expect(liquidationMicro(short, BTC, 100_000, 10_000_000_000, 0)).toBe(108_910_891_089);
    expect(liquidationMicro(long, BTC, 100_000, 10_000_000_000, 1_000_000_000)).toBe(
      91_919_191_919,
    );
    expect(liquidationMicro(long, BTC, 100_000, 200_000_000_000, 0)).toBeLessThan(0);
    expect(liquidationMicro(FLAT, BTC, 100_000, 1, 0)).toBeUndefined();
  });

  test('maintenance follows from the maximum of the market', () => {
    expect(maintenanceMarginMicro(long, BTC, 100_000)).toBe(1_000_000_000);
    expect(maintenanceMarginMicro({ lots: -1, costMicro: -1 }, BTC, 1)).toBe(1);
  });
});

function market(id: number, symbol: string, tickSize: string, lotSize: string): Market {
  return makeMarket(id, {
    symbol,
    tickSize,
    lotSize,
    maxLeverage: 50,
    minOrderSize: '10',
    maxOrderSize: '5000000',
  });
}
