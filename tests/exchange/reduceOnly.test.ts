import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { signOf } from '../../src/protocol/terms.ts';
import { Floor, idOf, MAIN, STRANGER, SUB, saidOf } from './support/floor.ts';

const held = (floor: Floor, account = MAIN): number =>
  floor.account(account).holdings[0]?.position.lots ?? 0;

/** MAIN long 0.01 BTC, nobody else in the book. */
function longFloor(over = {}): Floor {
  const floor = new Floor(over);
  floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
  floor.market(MAIN, 'bid', '0.01');
  floor.events();
  return floor;
}

describe('one sweep over several orders of one account', () => {
  const reduce = { tif: 'ALO', reduce_only: true };

  test('EX-101 two reduce-only orders of the whole position: the second goes before it trades', () => {
    const floor = longFloor();
    const first = idOf(floor.limit(MAIN, 'ask', '100100', '0.01', reduce));
    const second = idOf(floor.limit(MAIN, 'ask', '100100', '0.01', reduce));
    floor.events();
    const taker = idOf(floor.limit(STRANGER, 'bid', '100100', '0.03'));
    expect(held(floor)).toBe(0);
    expect(floor.events()).toEqual([
      [taker, 'fulfill_market', 'partially_filled', 1000, 0],
      [first, 'fulfill_limit', 'filled', 1000, 0],
      [second, 'force_cancel', 'cancelled', 0, 1000],
      [taker, 'make', 'partially_filled', 1000, 0],
    ]);
  });

  test('EX-101 a plain order in front of a reduce-only one: the latter is cut before it trades', () => {
    const floor = longFloor();
    const plain = idOf(floor.limit(MAIN, 'ask', '100100', '0.004', { tif: 'ALO' }));
    const last = idOf(floor.limit(MAIN, 'ask', '100200', '0.01', reduce));
    floor.events();
    floor.crowd.btc.add('bid', 100_200, 2000, 'IOC');
    expect(held(floor)).toBe(0);
    expect(floor.events()).toEqual([
      [plain, 'fulfill_limit', 'filled', 400, 0],
      [last, 'adjust', 'open', 0, 400],
      [last, 'fulfill_limit', 'filled', 600, 400],
    ]);
  });

  test('EX-101 the crowd is told the whole of what its order traded', () => {
    const floor = longFloor();
    floor.limit(MAIN, 'ask', '100100', '0.006', reduce);
    floor.limit(MAIN, 'ask', '100100', '0.004', reduce);
    floor.crowd.btc.add('ask', 100_100, 500, 'GTC');
    expect(floor.crowd.btc.add('bid', 100_100, 2000, 'IOC')).toMatchObject({
      status: 'cancelled',
      filledLots: 1500,
      restingLots: 0,
    });
    expect(floor.crowd.btc.add('bid', 100_100, 2000, 'GTC')).toMatchObject({
      status: 'resting',
      filledLots: 0,
      restingLots: 2000,
    });
  });

  test('EX-101 an own order in the way is removed before anything is counted', () => {
    const floor = longFloor();
    const own = idOf(floor.limit(MAIN, 'ask', '100100', '0.01', reduce));
    floor.limit(MAIN, 'bid', '100100', '0.005');
    expect(floor.events()).toContainEqual([own, 'self_trade_prevented', 'rejected', 0, 1000]);
    expect(held(floor)).toBe(1000);
  });
});

describe('the crowd may trade with an account before its order enters', () => {
  test.each([
    [400, ['adjust', 'fulfill_market'], 600],
    [1000, ['force_cancel'], 0],
  ])(
    'EX-101 after %i lots are gone, a reduce-only order fits what is left',
    (lots, events, filled) => {
      const floor = longFloor();
      floor.limit(MAIN, 'ask', '100200', '0.01', { tif: 'ALO' });
      floor.crowd.btc.add('bid', 99_900, 5000, 'GTC');
      floor.events();
      floor.crowd.brace = () => void floor.crowd.btc.add('bid', 100_200, lots, 'IOC');
      const id = idOf(floor.market(MAIN, 'ask', '0.01', { reduce_only: true }));
      const own = floor.records.filter(({ order }) => order.id === id);
      expect(own.map(({ event }) => event)).toEqual(events);
      expect([own[0]?.order.filledLots, held(floor)]).toEqual([filled, 0]);
    },
  );
});

describe('limits of reduce-only', () => {
  test('EX-12 below the minimum notional: refused, or not, by setting', () => {
    const amount = '0.00009';
    const over = { reduce_only: true, tif: 'ALO' };
    expect(saidOf(longFloor().limit(MAIN, 'ask', '100100', amount, over))[2]).toContain('too low');
    const lax = longFloor({ settings: { reduceOnlyMinimum: 'none' } });
    expect(lax.limit(MAIN, 'ask', '100100', amount, over).ok).toBe(true);
    expect(saidOf(lax.limit(MAIN, 'ask', '100100', '0', over))[2]).toContain('too low');
    expect(saidOf(lax.limit(MAIN, 'ask', '100100', amount, { tif: 'ALO' }))[2]).toContain(
      'too low',
    );
  });
});

const ACCOUNTS = [MAIN, SUB, STRANGER];
const step = fc.record({
  account: fc.nat(2),
  side: fc.constantFrom('bid' as const, 'ask' as const),
  offset: fc.integer({ min: -3, max: 3 }),
  amount: fc.integer({ min: 1, max: 9 }),
  reduce: fc.boolean(),
  kind: fc.constantFrom('ALO', 'ALO', 'GTC', 'IOC', 'market', 'sweep', 'sweep', 'stop'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One order. Those that reduce have the side and about the size of their position. */
function enter(floor: Floor, { account, amount, kind, offset, reduce, side }: Step): void {
  const who = ACCOUNTS[account] as string;
  const lots = held(floor, who);
  const way = reduce && lots !== 0 ? (lots > 0 ? 'ask' : 'bid') : side;
  const most = reduce && lots !== 0 ? Math.abs(lots) : 900;
  const size = String(Math.min(amount * 100, most) / 100_000);
  const price = String(100_000 + offset);
  if (kind === 'sweep') floor.crowd.btc.add(side, 100_000 + offset, amount * 500, 'IOC');
  else if (kind === 'market') floor.market(who, way, size, { reduce_only: reduce });
  else if (kind === 'stop') {
    const stop_order = { stop_price: price, amount: size };
    const fields = { symbol: 'BTC', side: way, reduce_only: reduce, stop_order };
    floor.send('create_stop_order', floor.body(who, fields));
  } else floor.limit(who, way, price, size, { tif: kind, reduce_only: reduce });
  floor.pass(0);
}

test('EX-101 no reduce-only order ever opens or turns a position', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const floor = new Floor({ settings: { takerDelayMs: 0 } });
      const lots = new Map(ACCOUNTS.map((who) => [who, 0]));
      for (const each of steps) {
        enter(floor, each);
        for (const fill of floor.fills.splice(0)) {
          const { account, reduceOnly, side } = fill.order;
          const was = lots.get(account.address) as number;
          const is = was + signOf(side) * fill.lots;
          lots.set(account.address, is);
          if (!reduceOnly) continue;
          expect([was * is >= 0, Math.abs(is) < Math.abs(was)]).toEqual([true, true]);
        }
        for (const who of ACCOUNTS) expect(held(floor, who)).toBe(lots.get(who));
      }
    }),
    { numRuns: 150 },
  );
});
