import { describe, expect, test } from '@jest/globals';
import { FamilyVolumes } from '../../src/exchange/core/money/familyVolumes.ts';
import { accountInfo, accountRow } from '../../src/exchange/payloads/accountPayloads.ts';
import { Floor, type FloorOptions, MAIN, STRANGER, SUB } from './support/floor.ts';
import { missingMoney } from './support/missingMoney.ts';

const DAY_MS = 86_400_000;
const MILLION = 1_000_000_000_000;

/** MAIN buys and sells `millions` of dollars, half of them each way. */
function trade(floor: Floor, account: string, millions: number): void {
  floor.account(account).balanceMicro += MILLION;
  floor.account(account).depositedMicro += MILLION;
  for (const [maker, taker] of [
    ['ask', 'bid'],
    ['bid', 'ask'],
  ] as const) {
    floor.crowd.btc.add(maker, 100_000, millions * 500_000, 'GTC');
    for (let i = 0; i < millions; i += 1) {
      floor.limit(account, taker, '100000', '5', { tif: 'IOC' });
    }
  }
}

describe('EX-170 fee levels', () => {
  test('follow from what the whole family traded, once a day', () => {
    const floor = new Floor();
    floor.pass(0);
    trade(floor, MAIN, 3);
    trade(floor, SUB, 3);
    const { state } = floor.exchange;
    expect(accountRow(state, floor.account(MAIN))).toMatchObject({ fee_level: 0 });
    floor.pass(DAY_MS);
    expect(accountRow(state, floor.account(MAIN))).toMatchObject({
      fee_level: 1,
      maker_fee: '0.00012',
      taker_fee: '0.00038',
    });
    expect(accountInfo(state, floor.account(SUB))).toMatchObject({ f: 1 });
    floor.fills.length = 0;
    trade(floor, SUB, 1);
    expect(floor.fills[0]?.feeMicro).toBe(190_000_000);
    // Fourteen days later only that is left of it, and then nothing.
    floor.pass(14 * DAY_MS);
    expect(floor.account(MAIN).feeLevel).toBe(0);
    expect(missingMoney(state)).toBe('');
  });

  test('never fall below what the account began with', () => {
    const floor = new Floor();
    floor.pass(DAY_MS);
    floor.pass(DAY_MS);
    expect(floor.account(STRANGER).feeLevel).toBe(5);
  });

  test('a subaccount shares the level as long as the volume lasts', () => {
    const floor = new Floor();
    floor.pass(0);
    trade(floor, MAIN, 6);
    floor.pass(DAY_MS);
    const { accounts, nowMs } = floor.exchange.state;
    const sub = accounts.openSubaccount('sub', floor.account(MAIN), nowMs);
    expect(sub.feeLevel).toBe(1);
    floor.pass(14 * DAY_MS);
    expect([floor.account(MAIN).feeLevel, sub.feeLevel]).toEqual([0, 0]);
  });

  test('turn with the days of the tape, by setting', () => {
    const options: FloorOptions = { settings: { feeTierClock: 'tape' } };
    const floor = new Floor(options);
    floor.crowd.speed = 86_400;
    floor.pass(0);
    trade(floor, MAIN, 6);
    floor.pass(1000);
    expect(floor.account(MAIN).feeLevel).toBe(1);
    expect(floor.account(SUB).feeLevel).toBe(1);
  });

  test('begin above their volume, not at it', () => {
    const volumes = new FamilyVolumes();
    volumes.add(7, 5 * MILLION);
    expect([volumes.volumeMicro(7), volumes.level(7)]).toEqual([0, 0]);
    volumes.turn(1);
    expect([volumes.volumeMicro(7), volumes.level(7)]).toEqual([5 * MILLION, 0]);
    volumes.add(7, 1);
    volumes.turn(1);
    expect(volumes.level(7)).toBe(1);
    expect([6, 8].map((family) => volumes.level(family))).toEqual([0, 0]);
    volumes.add(7, 600 * MILLION);
    volumes.turn(1);
    expect(volumes.level(7)).toBe(7);
  });

  test('forget what is older than fourteen days', () => {
    const volumes = new FamilyVolumes();
    volumes.add(1, 10);
    volumes.turn(1);
    volumes.add(1, 20);
    volumes.turn(13);
    expect(volumes.volumeMicro(1)).toBe(30);
    volumes.turn(1);
    expect(volumes.volumeMicro(1)).toBe(20);
    volumes.turn(1);
    expect(volumes.volumeMicro(1)).toBe(0);
    volumes.add(1, 5);
    volumes.turn(1000);
    expect(volumes.volumeMicro(1)).toBe(0);
  });
});
