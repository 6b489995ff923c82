import { describe, expect, test } from '@jest/globals';
import { Floor, idOf, MAIN, SUB, saidOf } from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';

type Fields = Readonly<Record<string, unknown>>;

function edit(floor: Floor, fields: Fields, account = MAIN): ReturnType<Floor['send']> {
  return floor.send('edit_order', floor.body(account, { symbol: 'BTC', ...fields }));
}

function resting(options = {}): { floor: Floor; id: number } {
  const floor = new Floor(options);
  floor.crowd.btc.add('ask', 100_010, 10_000, 'GTC');
  const over = { tif: 'ALO', client_order_id: ID_A };
  const id = idOf(floor.limit(MAIN, 'bid', '99000', '0.01', over));
  floor.events();
  return { floor, id };
}

describe('edits', () => {
  test('EX-102 cancel the order and enter another at once', () => {
    const { floor, id } = resting();
    const result = edit(floor, { order_id: id, price: '99500', amount: '0.002' });
    expect(result).toEqual({
      ok: true,
      value: { of: 'order', orderId: id + 1, clientOrderId: ID_A, symbol: 'BTC' },
    });
    expect(floor.events()).toEqual([
      [id, 'cancel', 'cancelled', 0, 1000],
      [id + 1, 'make', 'open', 0, 0],
    ]);
    const account = floor.account(MAIN);
    expect([...account.open.values()]).toMatchObject([
      { side: 'bid', tif: 'ALO', ticks: 99_500, initialLots: 200, clientOrderId: ID_A },
    ]);
    expect(account.holdings[0]?.bidsMicro).toBe(199_000_000);
    expect(edit(floor, { client_order_id: ID_A, price: '99400' }).ok).toBe(true);
    const cancel = { symbol: 'BTC', client_order_id: ID_A };
    expect(floor.send('cancel_order', floor.body(MAIN, cancel)).ok).toBe(true);
  });

  test('EX-102 one that would match is rejected, and nothing is left', () => {
    const { floor, id } = resting();
    expect(edit(floor, { order_id: id, price: '100010' }).ok).toBe(true);
    expect(floor.events()).toEqual([
      [id, 'cancel', 'cancelled', 0, 1000],
      [id + 1, 'post_only_rejected', 'rejected', 0, 1000],
    ]);
    expect(floor.account(MAIN).open.size).toBe(0);
  });

  test.each([
    ['total', '0.006', 200, '0.004'],
    ['remaining', '0.006', 600, '0'],
  ] as const)('EX-103 amounts are of the %s', (editAmount, amount, lots, tooLittle) => {
    const { floor, id } = resting({ settings: { editAmount } });
    floor.crowd.btc.add('ask', 99_000, 400, 'IOC');
    expect(saidOf(edit(floor, { order_id: id, price: '99000', amount: tooLittle }))[2]).toContain(
      'Order amount too low',
    );
    const next = idOf(edit(floor, { order_id: id, price: '99000', amount }));
    expect(floor.account(MAIN).open.get(next)).toMatchObject({ initialLots: lots, filledLots: 0 });
    expect(floor.account(MAIN).orderLog.page(2, undefined, () => true).rows[1]).toMatchObject({
      status: 'cancelled',
      filledLots: 400,
      cancelledLots: 600,
    });
  });

  test('EX-103 without an amount it keeps what is left', () => {
    const { floor, id } = resting();
    floor.crowd.btc.add('ask', 99_000, 400, 'IOC');
    const next = idOf(edit(floor, { order_id: id, price: '99100' }));
    expect(floor.account(MAIN).open.get(next)?.initialLots).toBe(600);
  });

  test('EX-104 only what rests in the book, in this market, of this account', () => {
    const { floor, id } = resting();
    const stop = { stop_price: '101000', amount: '0.001' };
    const fields = { symbol: 'BTC', side: 'bid', reduce_only: false, stop_order: stop };
    const waiting = idOf(floor.send('create_stop_order', floor.body(MAIN, fields)));
    for (const [account, over] of [
      [MAIN, { order_id: 999 }],
      [MAIN, { order_id: waiting }],
      [MAIN, { order_id: id, symbol: 'ETH' }],
      [SUB, { order_id: id }],
      [SUB, { client_order_id: ID_A }],
    ] as const) {
      expect(saidOf(edit(floor, { price: '99000', ...over }, account))).toEqual([
        422,
        5,
        'Order not found',
      ]);
    }
    expect(floor.account(MAIN).open.size).toBe(1);
  });

  test.each([
    [{ price: '99000.5' }, [400, 'not a multiple of tick size 1']],
    [{ price: '99000', amount: '0.000001' }, [400, 'not a multiple of lot size 0.00001']],
    [{ price: '9000' }, [422, 'Price too far from mark: 9000 100000']],
    [{ price: '99000', amount: '0.0001' }, [422, 'Order amount too low']],
    [{ price: '99000', amount: '50' }, [422, 'Insufficient balance']],
    [{ price: '99000', client_order_id: ID_A }, [400, 'exactly one of order_id']],
    [{}, [400, 'missing field `price`']],
    [{ price: '99000', symbol: 'DOGE' }, [422, 'Book not found: DOGE']],
    [{ price: '2000000' }, [422, 'Invalid tick level: 2000000']],
  ])('EX-104 refused, the order stays: %j', (fields, [status, words]) => {
    const { floor, id } = resting();
    const said = saidOf(edit(floor, { order_id: id, ...fields }));
    expect([said[0], said[2]]).toEqual([status, expect.stringContaining(String(words))]);
    expect([...floor.account(MAIN).open.keys()]).toEqual([id]);
    expect(floor.events()).toEqual([]);
  });

  test('EX-104 the old order makes room: margin, names and places', () => {
    const { floor, id } = resting({ settings: { openOrderLimit: 1 } });
    // Of $10,000 at fiftyfold, 5 BTC at 99,000 take nearly all.
    const next = idOf(edit(floor, { order_id: id, price: '99000', amount: '5' }));
    expect(edit(floor, { order_id: next, price: '98000', amount: '5.05' }).ok).toBe(true);
  });

  test('EX-111 take-profit and stop-loss go with the edited order', () => {
    const floor = new Floor();
    const legs = { take_profit: { stop_price: '101000' } };
    const id = idOf(floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO', ...legs }));
    floor.events();
    edit(floor, { order_id: id, price: '99100' });
    expect(floor.events()).toEqual([
      [id, 'cancel', 'cancelled', 0, 1000],
      [id + 1, 'force_cancel', 'cancelled', 0, 1000],
      [id + 2, 'make', 'open', 0, 0],
    ]);
  });

  test('EX-102 reduce-only stays reduce-only', () => {
    const { floor } = resting();
    floor.market(MAIN, 'bid', '0.01');
    const over = { tif: 'ALO', reduce_only: true };
    const id = idOf(floor.limit(MAIN, 'ask', '100500', '0.01', over));
    const next = idOf(edit(floor, { order_id: id, price: '100600' }));
    expect(floor.account(MAIN).open.get(next)?.reduceOnly).toBe(true);
  });

  test('EX-102 not even a refused ALO leaves the order in the book, by setting it stays', () => {
    const { floor, id } = resting({ settings: { aloCross: 'refuse' } });
    expect(saidOf(edit(floor, { order_id: id, price: '100010' }))[2]).toContain('Post-only');
    expect([...floor.account(MAIN).open.keys()]).toEqual([id]);
  });

  test('EX-102 an address without an account', () => {
    const floor = new Floor({ seeds: [] });
    expect(saidOf(edit(floor, { order_id: 1, price: '99000' }))[2]).toContain('Account not found');
  });
});

test.each(['FOK', 'RFQ', 'gtc', 'GTT'])('EX-100 no such time in force: %s', (tif) => {
  expect(saidOf(new Floor().limit(MAIN, 'bid', '99000', '0.01', { tif }))).toEqual([
    400,
    400,
    `Json deserialize error: unknown variant \`${tif}\`, expected one of \`GTC\`, \`IOC\`, \`ALO\`, \`TOB\``,
  ]);
});

test('EX-23 TOB moves by one tick only where it would match, on both sides', () => {
  const floor = new Floor();
  floor.crowd.btc.add('ask', 100_010, 100, 'GTC');
  floor.crowd.btc.add('bid', 99_990, 100, 'GTC');
  const at = (side: 'bid' | 'ask', price: string): number | undefined => {
    const id = idOf(floor.limit(MAIN, side, price, '0.001', { tif: 'TOB' }));
    return floor.account(MAIN).open.get(id)?.ticks;
  };
  expect([at('bid', '100010'), at('bid', '99000')]).toEqual([100_009, 99_000]);
  expect([at('ask', '100000'), at('ask', '101000')]).toEqual([100_010, 101_000]);
});
