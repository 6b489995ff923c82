import { describe, expect, test } from '@jest/globals';
import { misfits } from '../support/shape.ts';
import { TWAP } from '../support/shapes.ts';
import { limit, type Party, type Visit } from '../support/visit.ts';

/** Orders that wait: stops, take-profit and stop-loss, TWAP. */
export function stopSuite(here: () => Visit): void {
  describe('waiting orders', () => {
    const me = (): Party => here().party(1);
    const stopOf = (price: string) => ({
      stop_price: price,
      amount: '0.01',
      trigger_price_type: 'mark_price',
    });

    test('a stop order rests off the book until it is cancelled', async () => {
      const fields = { symbol: 'BTC', side: 'ask', reduce_only: false };
      const stop = { ...fields, stop_order: { ...stopOf('80000'), limit_price: '79990' } };
      const { data } = await here().post(me(), '/orders/stop/create', stop);
      const { data: open } = await here().read(`/orders?account=${me().account}`);
      expect(open).toMatchObject([
        { order_id: data.order_id, stop_price: '80000', order_type: 'stop_limit' },
      ]);
      const { data: figures } = await here().read(`/account?account=${me().account}`);
      expect(figures).toMatchObject({ orders_count: 0, stop_orders_count: 1 });
      const cancel = { symbol: 'BTC', order_id: data.order_id };
      const { body } = await here().post(me(), '/orders/stop/cancel', cancel);
      expect(body).toMatchObject({ success: true });
      expect((await here().read(`/orders?account=${me().account}`)).data).toEqual([]);
    });

    test('take-profit and stop-loss guard a position with its closing side', async () => {
      await here().post(me(), '/orders/create', limit({ price: '100010', tif: 'IOC' }));
      const { amount: _, ...profit } = stopOf('120000');
      const { amount: __, ...loss } = stopOf('80000');
      const guard = { symbol: 'BTC', side: 'ask', take_profit: profit, stop_loss: loss };
      await here().post(me(), '/positions/tpsl', guard);
      const { data } = await here().read(`/orders?account=${me().account}`);
      const types = data.map((row: { order_type: string }) => row.order_type);
      expect(types.sort()).toEqual(['stop_loss_market', 'take_profit_market']);
      const wrong = await here().tryPost(me(), '/positions/tpsl', { ...guard, side: 'bid' });
      expect([wrong.status, wrong.body.error]).toEqual([422, 'Invalid stop order side']);
    });

    test('an order brings its own take-profit and stop-loss', async () => {
      const over = { symbol: 'ETH', price: '3301', amount: '0.1', tif: 'IOC' };
      const legs = { take_profit: { stop_price: '4000' }, stop_loss: { stop_price: '2600' } };
      const { data } = await here().post(me(), '/orders/create', limit({ ...over, ...legs }));
      const { data: open } = await here().read(`/orders?account=${me().account}`);
      const own = open.filter(({ symbol }: { symbol: string }) => symbol === 'ETH');
      expect(own).toHaveLength(2);
      expect(own[0]).toMatchObject({ stop_parent_order_id: data.order_id, side: 'ask' });
    });

    test('a TWAP order is listed, read by its id, and cancelled', async () => {
      const fields = { symbol: 'BTC', amount: '0.04', side: 'bid', reduce_only: false };
      const twap = { ...fields, slippage_percent: '1', duration_in_seconds: 90 };
      const { data } = await here().post(me(), '/orders/twap/create', twap);
      const id = data.order_id;
      const open = await here().read(`/orders/twap?account=${me().account}`);
      expect(misfits(open.data[0], TWAP)).toEqual([]);
      expect(open.data[0]).toMatchObject({ order_id: id, planned_sub_order_count: 4 });
      await here().post(me(), '/orders/twap/cancel', { symbol: 'BTC', order_id: id });
      expect((await here().read(`/orders/twap?account=${me().account}`)).data).toEqual([]);
      const history = await here().read(`/orders/twap/history?account=${me().account}`);
      expect(history.data[0]).toMatchObject({ order_id: id, order_status: 'cancelled' });
      const events = await here().read(`/orders/twap/history_by_id?order_id=${id}`);
      expect(events.data[0]).toMatchObject({ order_id: id, event_type: 'cancel' });
      const unknown = { symbol: 'BTC', order_id: 999_999_999 };
      await here().post(me(), '/orders/twap/cancel', unknown);
    });
  });
}
