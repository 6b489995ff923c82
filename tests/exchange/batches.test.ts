import { describe, expect, test } from '@jest/globals';
import type { Reply } from '../../src/exchange/core/requests/prepared.ts';
import type { Result } from '../../src/exchange/core/requests/refusal.ts';
import { Floor, idOf, MAIN, STRANGER } from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';
const ID_B = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

type Fields = Readonly<Record<string, unknown>>;

/** Results as what they are of, or the words of the refusal. */
function results(answer: Result<Reply>): unknown[] {
  if (!answer.ok || answer.value.of !== 'batch') throw new Error(JSON.stringify(answer));
  return answer.value.results.map((each) => (each.ok ? each.value.of : each.refusal.error));
}

function floorWithBook(): Floor {
  const floor = new Floor();
  floor.crowd.btc.add('ask', 100_010, 10_000, 'GTC');
  floor.crowd.btc.add('bid', 99_990, 10_000, 'GTC');
  return floor;
}

describe('batches', () => {
  test('EX-120 all six kinds, each standing for itself', () => {
    const floor = floorWithBook();
    const of = (fields: Fields): Fields => floor.body(MAIN, { symbol: 'BTC', ...fields });
    const stop = idOf(
      floor.send(
        'create_stop_order',
        of({
          side: 'bid',
          reduce_only: false,
          stop_order: { stop_price: '105000', amount: '0.001' },
        }),
      ),
    );
    const create = { price: '99000', amount: '0.01', side: 'bid', tif: 'ALO', reduce_only: false };
    const market = { amount: '0.01', side: 'bid', slippage_percent: '0.5', reduce_only: false };
    const loss = { stop_price: '95000' };
    const actions = [
      { type: 'SetPositionTpsl', data: of({ side: 'ask', stop_loss: loss }) },
      { type: 'CreateMarket', data: of(market) },
      { type: 'SetPositionTpsl', data: of({ side: 'ask', stop_loss: loss }) },
      { type: 'Create', data: of({ ...create, client_order_id: ID_A }) },
      { type: 'Edit', data: of({ client_order_id: ID_A, price: '98000', amount: '0.02' }) },
      { type: 'Edit', data: of({ client_order_id: ID_B, price: '98000' }) },
      { type: 'Cancel', data: of({ client_order_id: ID_A }) },
      { type: 'Cancel', data: of({ client_order_id: ID_A }) },
      { type: 'CancelStopOrder', data: of({ order_id: stop }) },
      { type: 'CancelStopOrder', data: of({ order_id: stop }) },
    ];
    expect(results(floor.send('batch_orders', { actions }))).toEqual([
      'Position not found',
      'order',
      'done',
      'order',
      'order',
      'Order not found',
      'cancel',
      'Failed to cancel order',
      'cancel',
      'Failed to cancel order',
    ]);
    expect(floor.account(MAIN).holdings[0]?.position.lots).toBe(1000);
    expect([...floor.account(MAIN).stops.values()].map(({ type }) => type)).toEqual([
      'stop_loss_market',
    ]);
  });

  test('EX-9 edits, stops and cancels alone do not make a batch wait', () => {
    const floor = floorWithBook();
    const id = idOf(floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO' }));
    const of = (fields: Fields): Fields => floor.body(MAIN, { symbol: 'BTC', ...fields });
    let answered = false;
    const actions = [
      { type: 'Edit', data: of({ order_id: id, price: '98000' }) },
      { type: 'SetPositionTpsl', data: of({ side: 'ask', stop_loss: { stop_price: '95000' } }) },
      { type: 'CancelStopOrder', data: of({ order_id: id }) },
      { type: 'Cancel', data: of({ order_id: id }) },
    ];
    floor.exchange.submit('batch_orders', { actions }, () => {
      answered = true;
    });
    expect(answered).toBe(true);
  });

  test('EX-120 nothing comes between two actions, not even a trigger or another order', () => {
    const floor = floorWithBook();
    const last = { trigger_price_type: 'last_trade_price', stop_price: '100010', amount: '0.001' };
    const stop = { symbol: 'BTC', side: 'bid', reduce_only: false, stop_order: last };
    const waiting = idOf(floor.send('create_stop_order', floor.body(STRANGER, stop)));
    floor.events();
    const take = floor.limitBody(MAIN, 'bid', '100010', '0.01', { tif: 'IOC' });
    const batch = { actions: [0, 1].map(() => ({ type: 'Create', data: take })) };
    floor.exchange.submit('batch_orders', batch, () => {});
    floor.exchange.submit(
      'create_order',
      floor.limitBody(STRANGER, 'bid', '99000', '0.01'),
      () => {},
    );
    floor.pass(200);
    expect(floor.events().map(([id, event]) => [id, event])).toEqual([
      [waiting + 1, 'fulfill_market'],
      [waiting + 2, 'fulfill_market'],
      [waiting + 3, 'make'],
      [waiting, 'stop_triggered'],
      [waiting, 'fulfill_market'],
    ]);
  });
});
