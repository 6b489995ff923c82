import { describe, expect, test } from '@jest/globals';
import { limit, type Party, type Visit } from '../support/visit.ts';

/** Trading over the WebSocket. */
export function socketSuite(here: () => Visit): void {
  describe('operations over a WebSocket', () => {
    const me = (): Party => here().party(3);

    test('an order is placed, edited and cancelled', async () => {
      const line = await here().connect(me());
      const placed = await line.operate('1', 'create_order', signed('create_order', limit()));
      expect(placed).toMatchObject({
        code: 200,
        id: '1',
        type: 'create_order',
        data: { I: null, i: expect.any(Number), s: 'BTC' },
        t: expect.any(Number),
        rl: { r: expect.any(Number), q: expect.any(Number), t: expect.any(Number) },
      });
      const edit = { symbol: 'BTC', order_id: placed.data.i, price: '90004', amount: '0.01' };
      const edited = await line.operate('2', 'edit_order', signed('edit_order', edit));
      expect(edited).toMatchObject({ code: 200, type: 'edit_order' });
      expect(edited.data.i).toBeGreaterThan(placed.data.i);
      const cancel = { symbol: 'BTC', order_id: edited.data.i };
      const gone = await line.operate('3', 'cancel_order', signed('cancel_order', cancel));
      expect(gone).toMatchObject({ code: 200, data: { i: edited.data.i, s: 'BTC' } });
      const again = await line.operate('4', 'cancel_order', signed('cancel_order', cancel));
      expect(again).toMatchObject({
        id: '4',
        type: 'cancel_order',
        code: 420,
        err: 'Failed to cancel order',
      });
    });

    test('market orders, batches and cancel-all', async () => {
      const line = await here().connect(me());
      const fields = { symbol: 'BTC', amount: '0.01', side: 'bid', slippage_percent: '1' };
      const market = signed('create_market_order', { ...fields, reduce_only: false });
      expect(await line.operate('m', 'create_market_order', market)).toMatchObject({ code: 200 });
      const data = signed('create_order', limit());
      const actions = [{ type: 'Create', data }];
      const batch = await line.operate('b', 'batch_orders', { actions });
      expect(batch.data.results).toMatchObject([
        { success: true, order_id: expect.any(Number), symbol: 'BTC' },
      ]);
      const all = { all_symbols: true, exclude_reduce_only: false };
      const cancelled = await line.operate(
        'c',
        'cancel_all_orders',
        signed('cancel_all_orders', all),
      );
      expect(cancelled).toMatchObject({ code: 200, data: { cancelled_count: 1 } });
    });

    test('EX-303 what is not understood is answered with the id that it came with', async () => {
      const line = await here().connect();
      expect(await line.operate('x', 'no_such_operation', {})).toMatchObject({ code: 400 });
      line.say({ op: 'ping' });
      expect(await line.next(({ code }) => code !== undefined)).toMatchObject({ code: 400 });
      line.say({ method: 'ping' });
      expect(await line.next(({ channel }) => channel === 'pong')).toEqual({ channel: 'pong' });
    });

    test('without a key a connection hears nothing of credits', async () => {
      const line = await here().connect();
      const answer = await line.operate('k', 'create_order', signed('create_order', limit()));
      expect(answer.code).toBe(200);
      expect(answer).not.toHaveProperty('rl');
    });

    function signed(type: string, fields: Record<string, unknown>): unknown {
      return here().signed(me(), type, fields);
    }
  });
}
