import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TapeCrowd } from '../../src/exchange/crowd/tapeCrowd.ts';
import { signOf } from '../../src/protocol/terms.ts';
import { BTC, drawRows, ETH, tapeOf } from './crowd/tapes.ts';
import { Floor } from './support/floor.ts';
import { missingMoney } from './support/missingMoney.ts';
import { ACCOUNTS, checkOrders, step, take } from './support/orderKinds.ts';

test('EX-32 EX-105 EX-111 EX-130 whatever is done in whatever order, orders, reserves, book and money agree', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const floor = new Floor();
      floor.crowd.btc.add('ask', 100_050, 20_000, 'GTC');
      floor.crowd.btc.add('bid', 99_950, 20_000, 'GTC');
      for (const each of steps) {
        take(floor, each);
        floor.pass(0);
        expect(missingMoney(floor.exchange.state)).toBe('');
        for (const address of ACCOUNTS) checkOrders(floor, floor.account(address));
      }
      floor.pass(1_000_000);
      for (const address of ACCOUNTS) expect(floor.account(address).twaps.size).toBe(0);
      const stops = ACCOUNTS.flatMap((address) => [...floor.account(address).stops.values()]);
      for (const { account } of stops) {
        const all = { all_symbols: true, exclude_reduce_only: false };
        floor.send('cancel_all_orders', floor.body(account.address, all));
      }
      expect(floor.exchange.state.markets[0]?.stops.isEmpty).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('EX-32 EX-101 so do they among the traders of a tape, and no reduce-only order turns a position', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), fc.nat(9), (steps, seed) => {
      const tape = tapeOf([
        [BTC, drawRows(seed, 30, 100_000)],
        [ETH, drawRows(seed, 30, 33_000)],
      ]);
      const crowd = new TapeCrowd({ tape, seed, speed: 1, warmUpMinutes: 5 });
      const floor = new Floor({ crowd });
      for (const each of steps) {
        if (['crowd', 'price', 'wait'].includes(each.kind)) {
          floor.nowMs += 1000 * each.pick;
          floor.pass(0);
          crowd.act(floor.nowMs);
        } else take(floor, each);
        floor.pass(0);
        expect(missingMoney(floor.exchange.state)).toBe('');
        for (const address of ACCOUNTS) checkOrders(floor, floor.account(address));
      }
      const lots = new Map(ACCOUNTS.map((address) => [address, 0]));
      for (const fill of floor.fills) {
        const { account, reduceOnly, side } = fill.order;
        const was = lots.get(account.address) as number;
        const is = was + signOf(side) * fill.lots;
        lots.set(account.address, is);
        if (reduceOnly) expect([was * is >= 0, Math.abs(is) < Math.abs(was)]).toEqual([true, true]);
      }
    }),
    { numRuns: 10 },
  );
});
