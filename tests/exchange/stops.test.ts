import { describe, expect, test } from '@jest/globals';
import { Floor, idOf, MAIN, NOW, STRANGER, SUB, saidOf } from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';
const ID_B = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

type Fields = Readonly<Record<string, unknown>>;
type Sent = ReturnType<Floor['send']>;

/** A book of the crowd's around 100,000, and time standing still. */
function floorWithBook(options: ConstructorParameters<typeof Floor>[0] = {}): Floor {
  const floor = new Floor(options);
  floor.crowd.btc.add('ask', 100_010, 10_000, 'GTC');
  floor.crowd.btc.add('bid', 99_990, 10_000, 'GTC');
  return floor;
}

function stop(floor: Floor, side: 'bid' | 'ask', stopOrder: Fields, over: Fields = {}): Sent {
  const fields = { symbol: 'BTC', side, reduce_only: false, stop_order: stopOrder, ...over };
  return floor.send('create_stop_order', floor.body(MAIN, fields));
}

/** Moves oracle, tape and so the mark price. */
function price(floor: Floor, ticks: number): void {
  floor.pass(3000);
  floor.crowd.btc.setPrice(ticks);
  floor.pass(0);
}

function cancelStop(floor: Floor, fields: Fields, account = MAIN): Sent {
  return floor.send('cancel_stop_order', floor.body(account, { symbol: 'BTC', ...fields }));
}

const waiting = (floor: Floor): number[] => [...floor.account(MAIN).stops.keys()];

describe('stop orders', () => {
  test('EX-105 EX-108 a bid waits for a rise, then takes like a market order', () => {
    const floor = floorWithBook();
    const id = idOf(stop(floor, 'bid', { stop_price: '100100', amount: '0.001' }));
    expect(floor.events()).toEqual([[id, 'stop_created', 'open', 0, 0]]);
    price(floor, 100_099);
    expect(floor.events()).toEqual([]);
    floor.crowd.btc.add('ask', 100_100, 100, 'GTC');
    floor.crowd.btc.add('bid', 100_010, 10_000, 'IOC');
    floor.crowd.btc.add('bid', 100_099, 1, 'GTC');
    price(floor, 100_100);
    expect(floor.exchange.state.markets[0]?.markTicks()).toBe(100_100);
    expect(floor.events()).toEqual([
      [id, 'stop_triggered', 'open', 0, 0],
      [id, 'fulfill_market', 'filled', 100, 0],
    ]);
    expect(floor.account(MAIN).orderLog.page(1, undefined, () => true).rows[0]).toMatchObject({
      id,
      type: 'stop_market',
      status: 'filled',
    });
  });

  test('EX-105 an ask waits for a fall; EX-108 with a limit price it rests', () => {
    const floor = floorWithBook();
    const terms = { stop_price: '99900', limit_price: '99995', amount: '0.001' };
    const id = idOf(stop(floor, 'ask', terms, { stop_order: { ...terms, client_order_id: ID_A } }));
    price(floor, 99_901);
    expect(waiting(floor)).toEqual([id]);
    floor.crowd.btc.add('ask', 99_990, 10_000, 'IOC');
    floor.crowd.btc.add('bid', 99_800, 100, 'GTC');
    floor.events();
    price(floor, 99_900);
    expect(floor.events()).toEqual([
      [id, 'stop_triggered', 'open', 0, 0],
      [id, 'stop_upgrade', 'open', 0, 0],
      [id, 'make', 'open', 0, 0],
    ]);
    expect(floor.account(MAIN).open.get(id)).toMatchObject({ ticks: 99_995, type: 'stop_limit' });
    const cancel = floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_A });
    expect(cancelStop(floor, { order_id: id }).ok).toBe(false);
    expect(floor.send('cancel_order', cancel).ok).toBe(true);
  });

  test.each([
    ['mark_price', 100_000],
    ['last_trade_price', 100_010],
    ['mid_price', 100_005],
  ])('EX-106 triggered by %s', (trigger_price_type, at) => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_010, 10_000, 'GTC');
    const order = (ticks: number): Sent =>
      stop(floor, 'bid', { stop_price: String(ticks), amount: '0.001', trigger_price_type });
    // Neither a last price nor a mid price exists yet; the mark price is the tape's.
    order(at + 1);
    const id = idOf(order(at));
    expect(waiting(floor)).toHaveLength(2);
    floor.crowd.btc.add('bid', 100_000, 100, 'GTC');
    floor.crowd.btc.add('bid', 100_010, 100, 'IOC');
    floor.pass(0);
    expect(waiting(floor)).toEqual([id - 1]);
  });

  test('EX-106 whose default is a setting', () => {
    for (const [defaultTrigger, left] of [
      ['mark_price', 1],
      ['mid_price', 0],
    ] as const) {
      const floor = floorWithBook({ settings: { defaultTrigger } });
      floor.crowd.btc.add('ask', 99_990, 10_000, 'IOC');
      floor.crowd.btc.add('bid', 99_900, 10_000, 'GTC');
      stop(floor, 'ask', { stop_price: '99960', amount: '0.001' });
      floor.pass(0);
      expect(waiting(floor)).toHaveLength(left);
    }
  });

  test('EX-107 an amount of 0 waits, and fails when its time has come', () => {
    for (const triggerFailureEvent of ['force_cancel', 'expired'] as const) {
      const floor = floorWithBook({ settings: { triggerFailureEvent } });
      const id = idOf(stop(floor, 'bid', { stop_price: '100000', amount: '0' }));
      floor.pass(0);
      expect(floor.events()).toEqual([
        [id, 'stop_created', 'open', 0, 0],
        [id, 'stop_triggered', 'open', 0, 0],
        [id, triggerFailureEvent, 'cancelled', 0, 0],
      ]);
    }
  });

  test.each([
    ['too small', { amount: '0.00001' }, {}],
    ['beyond the margin', { amount: '9' }, {}],
    ['beyond the band', { amount: '0.001', limit_price: '140000' }, {}],
    ['nothing to reduce', { amount: '0.001' }, { reduce_only: true }],
  ])('EX-107 %s is found out when it is triggered', (_, terms, over) => {
    const floor = floorWithBook();
    const id = idOf(stop(floor, 'bid', { stop_price: '100000', ...terms }, over));
    expect(waiting(floor)).toEqual([id]);
    floor.pass(0);
    expect(floor.records.at(-1)).toMatchObject({ event: 'force_cancel', status: 'cancelled' });
    expect([floor.account(MAIN).stops.size, floor.fills.length]).toEqual([0, 0]);
  });

  test('EX-107 nobody within its slippage', () => {
    const floor = floorWithBook({ settings: { stopSlippagePercent: 0.009 } });
    stop(floor, 'bid', { stop_price: '100000', amount: '0.001' });
    floor.pass(0);
    expect(floor.records.at(-1)?.event).toBe('force_cancel');
    const wide = floorWithBook({ settings: { stopSlippagePercent: 0.01 } });
    stop(wide, 'bid', { stop_price: '100000', amount: '0.001' });
    wide.pass(0);
    expect(wide.records.at(-1)?.event).toBe('fulfill_market');
  });

  test('EX-108 the taker delay, by setting; a cancel overtakes it', () => {
    const floor = floorWithBook({ settings: { triggeredDelay: true } });
    const first = idOf(stop(floor, 'bid', { stop_price: '100000', amount: '0.001' }));
    const second = idOf(stop(floor, 'bid', { stop_price: '100000', amount: '0.002' }));
    floor.pass(0);
    expect(floor.events().slice(2)).toEqual([
      [first, 'stop_triggered', 'open', 0, 0],
      [second, 'stop_triggered', 'open', 0, 0],
    ]);
    expect(cancelStop(floor, { order_id: second }).ok).toBe(true);
    floor.pass(200);
    expect(floor.events()).toEqual([
      [second, 'cancel', 'cancelled', 0, 200],
      [first, 'fulfill_market', 'filled', 100, 0],
    ]);
    expect(floor.fills[0]?.timeMs).toBe(NOW + 200);
  });

  test('EX-109 stops are open orders with a count of their own', () => {
    const floor = floorWithBook({ settings: { openOrderLimit: 2 } });
    stop(floor, 'bid', { stop_price: '101000', amount: '0.001' });
    stop(floor, 'bid', { stop_price: '102000', amount: '0.001' });
    const words = `Open order limit reached for ${MAIN}: 2`;
    expect(saidOf(stop(floor, 'bid', { stop_price: '1', amount: '1' }))[2]).toBe(words);
    expect(saidOf(floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO' }))[2]).toBe(words);
    expect(floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'IOC' }).ok).toBe(true);
  });

  test('EX-109 by their own cancel and by cancel-all, not by the other', () => {
    const floor = floorWithBook();
    const named = { stop_price: '101000', amount: '0.001', client_order_id: ID_A };
    const id = idOf(stop(floor, 'bid', named));
    expect(saidOf(stop(floor, 'bid', named))[2]).toBe(`Duplicate client order id: ${ID_A}`);
    expect(floor.limit(MAIN, 'bid', '99000', '0.01', { client_order_id: ID_A }).ok).toBe(false);
    const by = { symbol: 'BTC', order_id: id };
    expect(saidOf(floor.send('cancel_order', floor.body(MAIN, by)))[2]).toBe(
      'Failed to cancel order',
    );
    for (const [account, fields] of [
      [SUB, { order_id: id }],
      [MAIN, { order_id: id, symbol: 'ETH' }],
      [MAIN, { order_id: 12345 }],
      [MAIN, { client_order_id: ID_B }],
    ] as const) {
      expect(saidOf(cancelStop(floor, fields, account))).toEqual([
        422,
        5,
        'Failed to cancel order',
      ]);
    }
    expect(cancelStop(floor, { client_order_id: ID_A })).toMatchObject({
      ok: true,
      value: { of: 'cancel', orderId: null, clientOrderId: ID_A, symbol: 'BTC' },
    });
    stop(floor, 'bid', { stop_price: '101000', amount: '0.001' });
    stop(floor, 'ask', { stop_price: '91000', amount: '0.001' }, { reduce_only: true });
    floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO' });
    const all = { all_symbols: true, exclude_reduce_only: true };
    expect(floor.send('cancel_all_orders', floor.body(MAIN, all))).toMatchObject({
      value: { count: 2 },
    });
    const rest = { ...all, exclude_reduce_only: false };
    expect(floor.send('cancel_all_orders', floor.body(MAIN, rest))).toMatchObject({
      value: { count: 1 },
    });
    expect(waiting(floor)).toEqual([]);
    price(floor, 102_000);
    expect(floor.fills).toEqual([]);
  });

  test('EX-110 the nearer price first, then the older order', () => {
    const floor = new Floor();
    floor.crowd.btc.add('bid', 99_990, 1, 'GTC');
    floor.crowd.btc.add('ask', 110_000, 10_000, 'GTC');
    const at = (ticks: string): number =>
      idOf(stop(floor, 'bid', { stop_price: ticks, amount: '0.001' }));
    const ids = ['100300', '100100', '100200', '100100', '100300'].map(at);
    const gone = at('100150');
    cancelStop(floor, { order_id: gone });
    floor.events();
    price(floor, 100_300);
    const order = floor.events().filter(([, event]) => event === 'stop_triggered');
    expect(order.map(([id]) => id)).toEqual([1, 3, 2, 0, 4].map((i) => ids[i]));
    const falling = floorWithBook();
    const low = idOf(stop(falling, 'ask', { stop_price: '99800', amount: '0.001' }));
    const high = idOf(stop(falling, 'ask', { stop_price: '99900', amount: '0.001' }));
    falling.events();
    falling.crowd.btc.add('ask', 99_990, 10_000, 'IOC');
    falling.crowd.btc.add('ask', 99_700, 1, 'GTC');
    falling.crowd.btc.add('bid', 99_600, 1000, 'GTC');
    price(falling, 99_700);
    const fallen = falling.events().filter(([, event]) => event === 'stop_triggered');
    expect(fallen.map(([id]) => id)).toEqual([high, low]);
  });

  test('EX-110 what one stop does to the price pulls the next', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_100, 100, 'GTC');
    floor.crowd.btc.add('ask', 100_200, 100, 'GTC');
    const last = { trigger_price_type: 'last_trade_price', amount: '0.001' };
    const first = idOf(stop(floor, 'bid', { stop_price: '100100', ...last }));
    stop(floor, 'bid', { stop_price: '100201', ...last });
    floor.crowd.btc.add('bid', 100_100, 50, 'IOC');
    floor.pass(0);
    // The first takes 50 at 100,100 and 50 at 100,200: not far enough for the second.
    expect(floor.fills.map(({ order, ticks }) => [order.id, ticks])).toEqual([
      [first, 100_100],
      [first, 100_200],
    ]);
    stop(floor, 'bid', { stop_price: '100200', ...last });
    floor.crowd.btc.add('ask', 100_300, 150, 'GTC');
    floor.pass(0);
    expect(floor.fills.slice(2).map(({ lots, ticks }) => [ticks, lots])).toEqual([
      [100_200, 50],
      [100_300, 50],
      [100_300, 100],
    ]);
  });

  test.each([
    [{ stop_price: '100000.5', amount: '1' }, {}, [400, 'not a multiple of tick size 1']],
    [{ stop_price: '0', amount: '1' }, {}, [422, 'Invalid stop tick: 0']],
    [{ stop_price: '1000001', amount: '1' }, {}, [422, 'Invalid stop tick: 1000001']],
    [{ stop_price: '1', amount: '1', limit_price: '0.1' }, {}, [400, 'multiple of tick size']],
    [{ stop_price: '1', amount: '0.000001' }, {}, [400, 'multiple of lot size 0.00001']],
    [{ stop_price: '1', amount: '-1' }, {}, [422, 'Invalid stop order amount: -1']],
    [{ stop_price: '1', amount: '1', client_order_id: 'x' }, {}, [400, 'stop.client_order_id']],
    [{ amount: '1' }, {}, [400, 'missing field `stop_price`']],
    [{ stop_price: '1', amount: '1' }, { symbol: 'DOGE' }, [422, 'Book not found: DOGE']],
    [{ stop_price: '1', amount: '1' }, { side: 'long' }, [400, 'unknown variant `long`']],
    [{ stop_price: '1', amount: '1', trigger_price_type: 'index' }, {}, [400, '`mark_price`']],
  ])('EX-105 refused: %j %j', (terms, over, [status, words]) => {
    const said = saidOf(stop(floorWithBook(), 'bid', terms, over));
    expect([said[0], said[2]]).toEqual([status, expect.stringContaining(String(words))]);
  });

  test('EX-119 without an amount: as large as the position, or refused, by setting', () => {
    const strict = floorWithBook({ settings: { stopWithoutAmount: 'refuse' } });
    expect(saidOf(stop(strict, 'ask', { stop_price: '1' }))).toEqual([
      400,
      400,
      'Json deserialize error: missing field `amount`',
    ]);
    const floor = floorWithBook();
    const id = idOf(stop(floor, 'ask', { stop_price: '100000' }, { reduce_only: true }));
    floor.market(MAIN, 'bid', '0.003');
    expect(floor.fills.at(-1)?.order).toMatchObject({ id, initialLots: 300, filledLots: 300 });
    stop(floor, 'ask', { stop_price: '100000' });
    floor.pass(0);
    expect(floor.records.at(-1)?.event).toBe('force_cancel');
  });

  test('EX-118 a reduce-only stop is cut to the position', () => {
    const floor = floorWithBook();
    floor.market(MAIN, 'bid', '0.003');
    const id = idOf(
      stop(floor, 'ask', { stop_price: '100000', amount: '0.01' }, { reduce_only: true }),
    );
    floor.events();
    floor.pass(0);
    expect(floor.events()).toEqual([
      [id, 'stop_triggered', 'open', 0, 0],
      [id, 'adjust', 'open', 0, 700],
      [id, 'fulfill_market', 'filled', 300, 700],
    ]);
    expect(floor.account(MAIN).holdings[0]?.position.lots).toBe(0);
  });

  test('EX-106 a halted market pulls nothing until it is open again', () => {
    const floor = floorWithBook();
    stop(floor, 'bid', { stop_price: '100000', amount: '0.001' });
    const [btc] = floor.exchange.state.markets;
    if (btc !== undefined) btc.halted = true;
    floor.pass(0);
    expect(waiting(floor)).toHaveLength(1);
    if (btc !== undefined) btc.halted = false;
    floor.pass(0);
    expect(waiting(floor)).toHaveLength(0);
  });

  test('EX-105 an address without an account', () => {
    const floor = floorWithBook({ seeds: [] });
    expect(saidOf(stop(floor, 'bid', { stop_price: '1', amount: '1' }))[2]).toContain(
      'Account not found',
    );
    expect(STRANGER).not.toBe(MAIN);
  });
});
