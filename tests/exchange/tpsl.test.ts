import { describe, expect, test } from '@jest/globals';
import { Floor, idOf, MAIN, saidOf } from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';
const ID_B = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

type Fields = Readonly<Record<string, unknown>>;
type Sent = ReturnType<Floor['send']>;

const BRACKET = { take_profit: { stop_price: '101000' }, stop_loss: { stop_price: '99000' } };

function floorWithBook(options: ConstructorParameters<typeof Floor>[0] = {}): Floor {
  const floor = new Floor(options);
  floor.crowd.btc.add('ask', 100_010, 10_000, 'GTC');
  floor.crowd.btc.add('bid', 99_990, 10_000, 'GTC');
  return floor;
}

function tpsl(floor: Floor, fields: Fields): Sent {
  const all = { symbol: 'BTC', side: 'ask', ...fields };
  return floor.send('set_position_tpsl', floor.body(MAIN, all));
}

const held = (floor: Floor): number => floor.account(MAIN).holdings[0]?.position.lots ?? 0;
const waiting = (floor: Floor): unknown[] => [...floor.account(MAIN).stops.keys()];

/** Takes the book away and puts one around `ticks`, with the mark price there. */
function move(floor: Floor, ticks: number): void {
  floor.crowd.btc.add('ask', 1, 1_000_000, 'IOC');
  floor.crowd.btc.add('bid', 1_000_000, 1_000_000, 'IOC');
  floor.crowd.btc.add('ask', ticks + 10, 10_000, 'GTC');
  floor.crowd.btc.add('bid', ticks - 10, 10_000, 'GTC');
  floor.pass(3000);
  floor.crowd.btc.setPrice(ticks);
  floor.pass(0);
}

describe('take-profit and stop-loss of an order', () => {
  test('EX-111 wait until their parent is filled', () => {
    const floor = floorWithBook();
    const parent = idOf(floor.limit(MAIN, 'bid', '99995', '0.01', { tif: 'ALO', ...BRACKET }));
    const [profit, loss] = [parent + 1, parent + 2];
    expect(floor.events()).toEqual([
      [parent, 'make', 'open', 0, 0],
      [profit, 'stop_created', 'open', 0, 0],
      [loss, 'stop_created', 'open', 0, 0],
    ]);
    const orders = [profit, loss].map((id) => floor.account(MAIN).stops.get(id));
    expect(orders).toMatchObject([
      { side: 'ask', type: 'take_profit_market', reduceOnly: true, initialLots: 1000 },
      { side: 'ask', type: 'stop_loss_market', reduceOnly: true, initialLots: 1000 },
    ]);
    expect(orders.map((order) => order?.trigger?.parentId)).toEqual([parent, parent]);
    floor.crowd.btc.add('ask', 99_995, 400, 'IOC');
    floor.pass(0);
    expect(floor.events()).toEqual([[parent, 'fulfill_limit', 'partially_filled', 400, 0]]);
    floor.crowd.btc.add('ask', 99_995, 600, 'IOC');
    floor.pass(0);
    expect(floor.events()).toEqual([
      [parent, 'fulfill_limit', 'filled', 1000, 0],
      [profit, 'stop_parent_order_filled', 'open', 0, 0],
      [loss, 'stop_parent_order_filled', 'open', 0, 0],
    ]);
    move(floor, 101_000);
    expect(floor.events()).toEqual([
      [profit, 'stop_triggered', 'open', 0, 0],
      [profit, 'fulfill_market', 'filled', 1000, 0],
      [loss, 'force_cancel', 'cancelled', 0, 1000],
    ]);
    expect([held(floor), waiting(floor)]).toEqual([0, []]);
  });

  test('EX-111 nothing filled: they go with their parent', () => {
    const floor = floorWithBook();
    const parent = idOf(floor.limit(MAIN, 'bid', '99995', '0.01', { tif: 'ALO', ...BRACKET }));
    floor.events();
    floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', order_id: parent }));
    expect(floor.events()).toEqual([
      [parent, 'cancel', 'cancelled', 0, 1000],
      [parent + 1, 'force_cancel', 'cancelled', 0, 1000],
      [parent + 2, 'force_cancel', 'cancelled', 0, 1000],
    ]);
    expect(waiting(floor)).toEqual([]);
  });

  test('EX-111 a part filled: they stay for it, or go, by setting', () => {
    for (const partialParent of ['arm', 'cancel'] as const) {
      const floor = floorWithBook({ settings: { partialParent } });
      const legs = {
        take_profit: { stop_price: '101000', amount: '0.008' },
        stop_loss: BRACKET.stop_loss,
      };
      const parent = idOf(floor.limit(MAIN, 'bid', '99995', '0.01', { tif: 'ALO', ...legs }));
      floor.crowd.btc.add('ask', 99_995, 400, 'IOC');
      floor.events();
      floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', order_id: parent }));
      expect(floor.events().slice(1)).toEqual(
        partialParent === 'arm'
          ? [
              [parent + 1, 'stop_parent_order_filled', 'open', 0, 400],
              [parent + 2, 'stop_parent_order_filled', 'open', 0, 0],
            ]
          : [
              [parent + 1, 'force_cancel', 'cancelled', 0, 800],
              [parent + 2, 'force_cancel', 'cancelled', 0, 1000],
            ],
      );
      if (partialParent === 'cancel') continue;
      move(floor, 99_000);
      expect(floor.fills.at(-1)).toMatchObject({ lots: 400, order: { type: 'stop_loss_market' } });
      expect([held(floor), waiting(floor)]).toEqual([0, []]);
    }
  });

  test('EX-111 of a market order, whose remainder counts for nothing', () => {
    const floor = floorWithBook();
    const over = {
      take_profit: { stop_price: '99000', limit_price: '98900' },
      stop_loss: { stop_price: '101000' },
    };
    const parent = idOf(floor.market(MAIN, 'ask', '0.15', over));
    expect(floor.events()).toEqual([
      [parent, 'fulfill_market', 'partially_filled', 10_000, 0],
      [parent, 'cancel', 'cancelled', 10_000, 5000],
      [parent + 1, 'stop_created', 'open', 0, 0],
      [parent + 2, 'stop_created', 'open', 0, 0],
      [parent + 1, 'stop_parent_order_filled', 'open', 0, 0],
      [parent + 2, 'stop_parent_order_filled', 'open', 0, 0],
    ]);
    move(floor, 98_990);
    // The take-profit has become a limit order; the stop-loss goes when that one has closed all.
    expect(floor.account(MAIN).open.get(parent + 1)?.type).toBe('take_profit_limit');
    expect(waiting(floor)).toEqual([parent + 2]);
    floor.crowd.btc.add('ask', 98_900, 30_000, 'IOC');
    expect([held(floor), waiting(floor)]).toEqual([0, []]);
  });

  test('EX-111 an order that comes to nothing at once gets none', () => {
    const floor = floorWithBook();
    const crossing = { tif: 'ALO', ...BRACKET };
    const id = idOf(floor.limit(MAIN, 'bid', '100010', '0.01', crossing));
    expect(floor.events()).toEqual([[id, 'post_only_rejected', 'rejected', 0, 1000]]);
    expect([waiting(floor), floor.exchange.state.lastOrderId]).toEqual([[], id]);
  });

  test.each([
    ['bid', { take_profit: { stop_price: '99995' } }, 'Invalid stop tick: 99995'],
    ['bid', { stop_loss: { stop_price: '99995' } }, 'Invalid stop tick: 99995'],
    ['ask', { take_profit: { stop_price: '100005' } }, 'Invalid stop tick: 100005'],
    ['ask', { stop_loss: { stop_price: '100004' } }, 'Invalid stop tick: 100004'],
    [
      'bid',
      { take_profit: { stop_price: '101000', amount: '0.02' } },
      'Invalid stop order amount: 0.02',
    ],
    ['bid', { take_profit: { stop_price: '101000', amount: '0' } }, 'Invalid stop order amount: 0'],
    ['bid', { take_profit: { stop_price: '101000.5' } }, 'tick size'],
    [
      'bid',
      { stop_loss: { stop_price: '99000', client_order_id: 'x' } },
      'stop_loss.client_order_id',
    ],
    ['bid', { take_profit: {} }, 'missing field `stop_price`'],
  ] as const)('EX-112 the whole order is refused: %s %j', (side, legs, words) => {
    const floor = floorWithBook();
    const at = side === 'bid' ? '99995' : '100005';
    expect(saidOf(floor.limit(MAIN, side, at, '0.01', { tif: 'ALO', ...legs }))[2]).toContain(
      words,
    );
    expect(floor.records).toEqual([]);
  });

  test('EX-10 legs have client ids of their own', () => {
    const floor = floorWithBook();
    const leg = (id: string): Fields => ({ stop_price: '101000', client_order_id: id });
    const order = (own: string, id: string): Sent =>
      floor.limit(MAIN, 'bid', '99000', '0.01', {
        tif: 'ALO',
        client_order_id: own,
        take_profit: leg(id),
      });
    expect(saidOf(order(ID_A, ID_A))[2]).toBe(`Duplicate client order id: ${ID_A}`);
    expect(order(ID_A, ID_B).ok).toBe(true);
    expect(floor.limit(MAIN, 'bid', '99000', '0.01', { client_order_id: ID_B }).ok).toBe(false);
    const cancel = floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_B });
    expect(floor.send('cancel_stop_order', cancel).ok).toBe(true);
    floor.crowd.btc.add('ask', 99_000, 100_000, 'IOC');
    expect(floor.records.at(-1)?.event).toBe('fulfill_limit');
  });

  test('EX-109 legs need room among the open orders', () => {
    const floor = floorWithBook({ settings: { openOrderLimit: 2 } });
    const over = { tif: 'IOC', ...BRACKET };
    expect(floor.limit(MAIN, 'bid', '99995', '0.01', { ...over, tif: 'ALO' }).ok).toBe(false);
    expect(floor.limit(MAIN, 'bid', '100010', '0.01', over).ok).toBe(true);
    expect(waiting(floor)).toHaveLength(2);
  });
});

describe('take-profit and stop-loss of a position', () => {
  const long = (options = {}): Floor => {
    const floor = floorWithBook(options);
    floor.market(MAIN, 'bid', '0.01');
    floor.events();
    return floor;
  };

  test('EX-113 a position, and the side that closes it', () => {
    expect(saidOf(tpsl(floorWithBook(), BRACKET))).toEqual([422, 9, 'Position not found']);
    expect(saidOf(tpsl(long(), { side: 'bid', ...BRACKET }))).toEqual([
      422,
      0,
      'Invalid stop order side',
    ]);
    expect(saidOf(tpsl(long(), {}))[2]).toContain('expected take_profit, stop_loss or both');
    expect(saidOf(tpsl(long(), { symbol: 'DOGE', ...BRACKET }))[2]).toBe('Book not found: DOGE');
    const odd = { take_profit: { stop_price: 'x' } };
    expect(saidOf(tpsl(long(), odd))[0]).toBe(400);
  });

  test('EX-113 EX-118 as large as the position when it is triggered', () => {
    const floor = long();
    expect(tpsl(floor, BRACKET)).toMatchObject({ ok: true, value: { of: 'done' } });
    expect(floor.records.map(({ event, order }) => [event, order.type])).toEqual([
      ['stop_created', 'take_profit_market'],
      ['stop_created', 'stop_loss_market'],
    ]);
    floor.market(MAIN, 'bid', '0.005');
    floor.events();
    move(floor, 99_000);
    expect(floor.fills.at(-1)).toMatchObject({ lots: 1500, side: 'close_long' });
    expect(floor.events().map(([, event]) => event)).toEqual([
      'stop_triggered',
      'fulfill_market',
      'force_cancel',
    ]);
    expect([held(floor), waiting(floor)]).toEqual([0, []]);
  });

  test('EX-105 of a short position, the other way round', () => {
    const floor = floorWithBook();
    floor.market(MAIN, 'ask', '0.01');
    const legs = { take_profit: { stop_price: '99000' }, stop_loss: { stop_price: '101000' } };
    expect(tpsl(floor, { side: 'bid', ...legs }).ok).toBe(true);
    move(floor, 99_000);
    expect(floor.fills.at(-1)?.order.type).toBe('take_profit_market');
    expect(held(floor)).toBe(0);
  });

  test('EX-114 the take-profit waits although the stop-loss is refused', () => {
    const floor = long();
    const result = tpsl(floor, { ...BRACKET, stop_loss: { stop_price: '100500' } });
    expect(saidOf(result)).toEqual([422, 0, 'Invalid stop tick: 100500']);
    expect(waiting(floor)).toHaveLength(1);
    const other = long();
    const both = { take_profit: { stop_price: '99000' }, stop_loss: { stop_price: '99000' } };
    expect(saidOf(tpsl(other, both))[2]).toBe('Invalid stop tick: 99000');
    expect(other.records.map(({ order }) => order.type)).toEqual(['stop_loss_market']);
  });

  test('EX-115 on an empty book the mid price is 0', () => {
    const floor = long();
    floor.crowd.btc.add('bid', 100_010, 1_000_000, 'IOC');
    const by = { trigger_price_type: 'mid_price' };
    const legs = {
      take_profit: { ...BRACKET.take_profit, ...by },
      stop_loss: { ...BRACKET.stop_loss, ...by },
    };
    expect(saidOf(tpsl(floor, legs))[2]).toBe('Invalid stop tick: 99000');
    floor.pass(0);
    expect(waiting(floor)).toHaveLength(1);
  });

  test('EX-114 amounts and names are checked as well', () => {
    const floor = long();
    const much = { take_profit: { stop_price: '101000', amount: '0.02' } };
    expect(saidOf(tpsl(floor, much))[2]).toBe('Invalid stop order amount: 0.02');
    const named = { stop_price: '101000', amount: '0.004', client_order_id: ID_A };
    expect(tpsl(floor, { take_profit: named }).ok).toBe(true);
    expect(saidOf(tpsl(floor, { take_profit: named }))[2]).toContain('Duplicate');
  });

  test('EX-116 only so many', () => {
    const floor = long({ settings: { positionTpslLimit: 3 } });
    floor.limit(MAIN, 'bid', '99995', '0.01', { tif: 'ALO', ...BRACKET });
    expect(tpsl(floor, BRACKET).ok).toBe(true);
    expect(saidOf(tpsl(floor, BRACKET))).toEqual([
      422,
      10,
      `Position TP/SL limit reached for ${MAIN}: 3`,
    ]);
    expect(waiting(floor)).toHaveLength(5);
  });

  test('EX-117 gone with their position, or kept, by setting', () => {
    for (const closedPositionTpsl of ['cancel', 'keep'] as const) {
      const floor = long({ settings: { closedPositionTpsl } });
      tpsl(floor, BRACKET);
      const own = { stop_price: '98000', amount: '0.01' };
      const fields = { symbol: 'BTC', side: 'ask', reduce_only: true, stop_order: own };
      const id = idOf(floor.send('create_stop_order', floor.body(MAIN, fields)));
      floor.market(MAIN, 'ask', '0.004');
      expect(waiting(floor)).toHaveLength(3);
      floor.market(MAIN, 'ask', '0.006');
      expect(waiting(floor).at(-1)).toBe(id);
      expect(waiting(floor)).toHaveLength(closedPositionTpsl === 'cancel' ? 1 : 3);
    }
  });

  test('EX-117 gone when it is turned; those of the order that turned it stay', () => {
    const floor = long();
    tpsl(floor, BRACKET);
    const legs = { take_profit: { stop_price: '99000' }, stop_loss: { stop_price: '101000' } };
    const parent = idOf(floor.market(MAIN, 'ask', '0.03', legs));
    expect(held(floor)).toBe(-2000);
    expect(waiting(floor)).toEqual([parent + 1, parent + 2]);
    move(floor, 101_000);
    // The order was of three hundredths, the position is of two.
    expect(held(floor)).toBe(0);
    expect(floor.fills.at(-1)).toMatchObject({ lots: 2000, order: { cancelledLots: 1000 } });
  });
});
