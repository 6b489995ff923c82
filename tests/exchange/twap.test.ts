import { describe, expect, test } from '@jest/globals';
import { Floor, idOf, MAIN, NOW, SUB, saidOf } from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';

type Fields = Readonly<Record<string, unknown>>;
type Sent = ReturnType<Floor['send']>;

/** A deep book of the crowd's around 100,000. */
function deep(options = {}): Floor {
  const floor = new Floor(options);
  floor.crowd.btc.add('ask', 100_010, 1_000_000, 'GTC');
  floor.crowd.btc.add('bid', 99_990, 1_000_000, 'GTC');
  return floor;
}

function twap(floor: Floor, fields: Fields = {}): Sent {
  const all = {
    symbol: 'BTC',
    side: 'bid',
    amount: '0.01',
    reduce_only: false,
    slippage_percent: '0.5',
    duration_in_seconds: 120,
    ...fields,
  };
  return floor.send('create_twap_order', floor.body(MAIN, all));
}

function cancel(floor: Floor, fields: Fields, account = MAIN): Sent {
  return floor.send('cancel_twap_order', floor.body(account, { symbol: 'BTC', ...fields }));
}

/** TWAP events so far: event, status, filled lots, market orders sent. */
function told(floor: Floor): unknown[] {
  return floor.twaps
    .splice(0)
    .map(({ event, figures }) => [event, figures.status, figures.filledLots, figures.pastCount]);
}

/** Lots filled, with the second in which they were. */
const fills = (floor: Floor): unknown[] =>
  floor.fills.map(({ lots, timeMs }) => [(timeMs - NOW) / 1000, lots]);

/** Lets so many seconds pass, one by one. */
function wait(floor: Floor, seconds: number): void {
  for (let i = 0; i < seconds; i += 1) floor.pass(1000);
}

describe('TWAP orders', () => {
  test('EX-130 one market order at once and each 30 s, even shares', () => {
    const floor = deep();
    const id = idOf(twap(floor));
    expect(floor.account(MAIN).twaps.get(id)).toMatchObject({
      plannedCount: 5,
      plannedLots: 200,
      pastCount: 1,
      filledLots: 200,
      expiresMs: NOW + 150_000,
    });
    wait(floor, 200);
    expect(fills(floor)).toEqual([0, 30, 60, 90, 120].map((second) => [second, 200]));
    expect(told(floor)).toEqual([
      ['make', 'open', 0, 0],
      ['sub_order_filled', 'partially_filled', 200, 1],
      ['sub_order_filled', 'partially_filled', 400, 2],
      ['sub_order_filled', 'partially_filled', 600, 3],
      ['sub_order_filled', 'partially_filled', 800, 4],
      ['sub_order_filled', 'filled', 1000, 5],
    ]);
    expect([floor.account(MAIN).twaps.size, floor.exchange.dueMs()]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('EX-136 its market orders have ids of their own and begin with twap_triggered', () => {
    const floor = deep();
    const id = idOf(twap(floor));
    expect(floor.events()).toEqual([
      [id + 1, 'twap_triggered', 'open', 0, 0],
      [id + 1, 'fulfill_market', 'filled', 200, 0],
    ]);
    const [order] = floor.account(MAIN).orderLog.page(1, undefined, () => true).rows;
    expect(order).toMatchObject({ id: id + 1, type: 'market', clientOrderId: null });
    expect(floor.crowd.braced.at(-1)).toEqual([0, 'bid', 100_500, 200]);
  });

  test.each([
    ['0.01003', 149, 5, 200, [200, 200, 201, 201, 201]],
    ['0.00013', 59, 2, 6, [6, 7]],
    ['0.00013', 3600, 13, 1, Array.from({ length: 13 }, () => 1)],
  ])('EX-130 %s BTC in %i s: %i of %i', (amount, seconds, count, size, sizes) => {
    const floor = deep();
    twap(floor, { amount, duration_in_seconds: seconds });
    const [made] = [...floor.account(MAIN).twaps.values()];
    expect(made).toMatchObject({ plannedCount: count, plannedLots: size });
    wait(floor, seconds);
    expect(floor.fills.map(({ lots }) => lots)).toEqual(sizes);
  });

  test('EX-131 what was missed is caught up, three times the plan at most', () => {
    const floor = new Floor();
    twap(floor);
    wait(floor, 80);
    expect(fills(floor)).toEqual([]);
    floor.crowd.btc.add('ask', 100_010, 500, 'GTC');
    wait(floor, 15);
    expect(fills(floor)).toEqual([[90, 500]]);
    floor.crowd.btc.add('ask', 100_010, 5000, 'GTC');
    wait(floor, 30);
    expect(fills(floor)).toEqual([
      [90, 500],
      [120, 500],
    ]);
    const late = new Floor();
    twap(late);
    wait(late, 110);
    late.crowd.btc.add('ask', 100_010, 5000, 'GTC');
    wait(late, 60);
    expect(fills(late)).toEqual([[120, 600]]);
  });

  test('EX-132 expires 30 s after its nominal end', () => {
    const floor = new Floor();
    twap(floor, { duration_in_seconds: 70 });
    wait(floor, 99);
    expect(told(floor)).toEqual([['make', 'open', 0, 0]]);
    wait(floor, 1);
    expect(told(floor)).toEqual([['expired', 'cancelled', 0, 3]]);
    expect([floor.account(MAIN).twaps.size, floor.nowMs]).toEqual([0, NOW + 100_000]);
  });

  test('EX-132 cancelled by id and by client id, it sends no more', () => {
    const floor = deep();
    const id = idOf(twap(floor, { client_order_id: ID_A }));
    expect(saidOf(twap(floor, { client_order_id: ID_A }))[2]).toBe(
      `Duplicate client order id: ${ID_A}`,
    );
    expect(cancel(floor, { client_order_id: ID_A })).toMatchObject({
      ok: true,
      value: { of: 'cancel', orderId: null, clientOrderId: ID_A, symbol: 'BTC' },
    });
    expect(told(floor).at(-1)).toEqual(['cancel', 'cancelled', 200, 1]);
    const next = idOf(twap(floor));
    cancel(floor, { order_id: next });
    wait(floor, 200);
    expect(floor.fills.map(({ order }) => order.id)).toEqual([id + 1, next + 1]);
  });

  test('EX-134 a cancel succeeds whatever it names', () => {
    const floor = deep();
    const id = idOf(twap(floor, { client_order_id: ID_A }));
    for (const [account, fields] of [
      [MAIN, { order_id: 12345 }],
      [SUB, { order_id: id }],
      [SUB, { client_order_id: ID_A }],
      [MAIN, { order_id: id, symbol: 'ETH' }],
    ] as const) {
      expect(cancel(floor, fields, account).ok).toBe(true);
    }
    expect([...floor.account(MAIN).twaps.keys()]).toEqual([id]);
    expect(cancel(floor, { order_id: id }).ok).toBe(true);
    expect(cancel(floor, { client_order_id: ID_A }).ok).toBe(true);
    expect(told(floor).filter((row) => (row as string[])[0] === 'cancel')).toHaveLength(1);
  });

  test('EX-133 client ids are a namespace of their own', () => {
    const floor = deep({ settings: { clientIdScope: 'open' } });
    expect(floor.limit(MAIN, 'bid', '99000', '0.01', { client_order_id: ID_A }).ok).toBe(true);
    expect(twap(floor, { client_order_id: ID_A }).ok).toBe(true);
    cancel(floor, { client_order_id: ID_A });
    expect(twap(floor, { client_order_id: ID_A }).ok).toBe(true);
  });

  test.each([
    [{ duration_in_seconds: 29 }, [422, 'duration of twap order 29 is too short']],
    [{ duration_in_seconds: 0 }, [400, 'duration_in_seconds']],
    [{ duration_in_seconds: '60' }, [400, 'duration_in_seconds']],
    [{ amount: '0.00009' }, [422, `Order amount too low for ${MAIN}: 9 < 10`]],
    [{ amount: '0' }, [422, 'Order amount too low']],
    [{ amount: '51' }, [422, 'Order amount too high']],
    [{ amount: '0.000001' }, [400, 'multiple of lot size']],
    [{ slippage_percent: '101' }, [400, 'Invalid slippage percent: 101']],
    [{ client_order_id: 'x' }, [400, 'UUID']],
    [{ symbol: 'DOGE' }, [422, 'Book not found: DOGE']],
    [{ reduce_only: true }, [422, 'No position found for reduce-only order']],
  ])('EX-133 refused: %j', (fields, [status, words]) => {
    const floor = deep();
    const said = saidOf(twap(floor, fields));
    expect([said[0], said[2]]).toEqual([status, expect.stringContaining(String(words))]);
    expect([floor.twaps, floor.records]).toEqual([[], []]);
  });

  test('EX-133 so many in one market, and none in a halted one', () => {
    const floor = deep({ settings: { twapsPerSymbol: 1 } });
    const [btc] = floor.exchange.state.markets;
    twap(floor);
    expect(saidOf(twap(floor))[2]).toBe('TWAP order limit reached for BTC: 1');
    expect(twap(floor, { symbol: 'ETH', amount: '1' }).ok).toBe(true);
    if (btc !== undefined) btc.halted = true;
    expect(saidOf(twap(floor))[2]).toBe('Trading is disabled for BTC');
  });

  test('EX-135 reduce-only sends no more than the position', () => {
    const floor = deep();
    floor.market(MAIN, 'bid', '0.01');
    floor.fills.splice(0);
    const start = (floor.nowMs - NOW) / 1000;
    twap(floor, { side: 'ask', reduce_only: true });
    floor.market(MAIN, 'ask', '0.007');
    wait(floor, 160);
    expect(fills(floor).map((row) => (row as number[])[1])).toEqual([200, 700, 100]);
    expect(fills(floor)[0]).toEqual([start, 200]);
    expect(told(floor).at(-1)).toEqual(['expired', 'cancelled', 300, 5]);
    expect(floor.account(MAIN).holdings[0]?.position.lots).toBe(0);
  });

  test('EX-133 an address without an account', () => {
    const floor = deep({ seeds: [] });
    expect(saidOf(twap(floor))[2]).toContain('Account not found');
    expect(saidOf(cancel(floor, { order_id: 1 }))[2]).toContain('Account not found');
  });

  test('EX-42 the oldest are forgotten, and their names free again', () => {
    const floor = deep({ settings: { historyRows: 2 } });
    const first = idOf(twap(floor, { client_order_id: ID_A }));
    const second = idOf(twap(floor));
    expect(floor.exchange.state.accounts.twaps.has(first)).toBe(true);
    const third = idOf(twap(floor));
    expect([...floor.exchange.state.accounts.twaps.keys()]).toEqual([second, third]);
    expect(twap(floor, { client_order_id: ID_A }).ok).toBe(true);
  });
});
