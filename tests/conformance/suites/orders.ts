import { describe, expect, test } from '@jest/globals';
import { ACTIONS } from '../support/documented.ts';
import type { Fields } from '../support/outsider.ts';
import { misfits } from '../support/shape.ts';
import { FILL, OPEN_ORDER, ORDER_EVENT, ORDER_HISTORY } from '../support/shapes.ts';
import { limit, type Party, type Visit } from '../support/visit.ts';

const CLIENT_ID = '0d9f1c1e-7a11-4f0b-9f57-5a3a1d0c2b41';

/** Limit and market orders, edits, cancels, batches, and what is read of them. */
export function orderSuite(here: () => Visit): void {
  describe('orders', () => {
    const me = (): Party => here().party(0);

    test.each(['GTC', 'ALO', 'TOB'])('%s rests, is read back, and is cancelled', async (tif) => {
      const id = await here().rest(me(), { tif });
      const { body, data } = await here().read(`/orders?account=${me().account}`);
      expect(body.last_order_id).toBeGreaterThanOrEqual(id);
      expect(misfits(data[0], OPEN_ORDER)).toEqual([]);
      expect(data[0]).toMatchObject({
        order_id: id,
        side: 'bid',
        price: '90000',
        initial_amount: '0.01',
        filled_amount: '0',
        order_type: 'limit',
      });
      const cancel = { symbol: 'BTC', order_id: id };
      const { body: answer } = await here().post(me(), '/orders/cancel', cancel);
      expect(answer).toMatchObject({ success: true, data: null });
      expect((await here().read(`/orders?account=${me().account}`)).data).toEqual([]);
    });

    test('IOC takes what it meets, and its fill and history say so', async () => {
      const order = limit({ price: '100010', tif: 'IOC', amount: '0.02' });
      const { data } = await here().post(me(), '/orders/create', order);
      const fills = await here().read(`/trades/history?account=${me().account}&symbol=BTC`);
      expect(misfits(fills.data[0], FILL)).toEqual([]);
      expect(fills.data[0]).toMatchObject({
        order_id: data.order_id,
        amount: '0.02',
        price: '100010',
        event_type: 'fulfill_taker',
        side: 'open_long',
        cause: 'normal',
      });
      // On openings the profit is the fee.
      expect(fills.data[0].pnl).toBe(`-${fills.data[0].fee}`);
      const { data: orders } = await here().read(`/orders/history?account=${me().account}`);
      for (const row of orders) expect(misfits(row, ORDER_HISTORY)).toEqual([]);
      expect(orders[0]).toMatchObject({ order_id: data.order_id, order_status: 'filled' });
      const events = await here().read(`/orders/history_by_id?order_id=${data.order_id}`);
      for (const row of events.data) expect(misfits(row, ORDER_EVENT)).toEqual([]);
      expect(events.data[0]).toMatchObject({ event_type: 'fulfill_market', price: '100010' });
    });

    test('a market order trades within its slippage', async () => {
      const fields = { symbol: 'ETH', amount: '0.1', side: 'ask', slippage_percent: '0.5' };
      const order = { ...fields, reduce_only: false };
      const { data } = await here().post(me(), '/orders/create_market', order);
      const { data: fills } = await here().read(`/trades/history?account=${me().account}`);
      expect(fills[0]).toMatchObject({ order_id: data.order_id, side: 'open_short' });
    });

    test('a client order id names an order once', async () => {
      const order = limit({ client_order_id: CLIENT_ID });
      await here().post(me(), '/orders/create', order);
      const twice = await here().tryPost(me(), '/orders/create', order);
      expect(twice.status).toBe(422);
      expect(twice.body.error).toBe(`Duplicate client order id: ${CLIENT_ID}`);
      const cancel = { symbol: 'BTC', client_order_id: CLIENT_ID };
      await here().post(me(), '/orders/cancel', cancel);
    });

    test('an edit replaces the order under a new id', async () => {
      const id = await here().rest(me());
      const edit = { symbol: 'BTC', order_id: id, price: '90001', amount: '0.03' };
      const { data } = await here().post(me(), '/orders/edit', edit);
      expect(data.order_id).toBeGreaterThan(id);
      const { data: open } = await here().read(`/orders?account=${me().account}`);
      expect(open).toMatchObject([
        { order_id: data.order_id, price: '90001', initial_amount: '0.03' },
      ]);
    });

    test('cancel-all counts what it cancelled', async () => {
      const left = (await here().read(`/orders?account=${me().account}`)).data.length;
      await here().rest(me());
      await here().rest(me(), { symbol: 'ETH', price: '3000', amount: '0.1' });
      const all = { all_symbols: true, exclude_reduce_only: false };
      const { data } = await here().post(me(), '/orders/cancel_all', all);
      expect(data).toEqual({ cancelled_count: left + 2 });
    });

    test('a batch does six kinds of things in their order, each for itself', async () => {
      const sign = (type: string, fields: Fields) => ({
        type,
        data: here().signed(me(), ACTIONS[type] as string, fields),
      });
      const stop = { stop_price: '120000', trigger_price_type: 'mark_price' };
      const id = await here().rest(me(), { tif: 'ALO' });
      const market = { symbol: 'BTC', amount: '0.01', side: 'bid', slippage_percent: '1' };
      const answer = await here().send(me(), '/orders/batch', {
        actions: [
          sign('Create', limit({ client_order_id: CLIENT_ID.replace('0d', '0e') })),
          sign('Cancel', { symbol: 'BTC', client_order_id: CLIENT_ID.replace('0d', '0e') }),
          sign('Cancel', { symbol: 'BTC', order_id: 999_999_999 }),
          sign('CreateMarket', { ...market, reduce_only: false }),
          sign('Edit', { symbol: 'BTC', order_id: id, price: '90002', amount: '0.02' }),
          sign('SetPositionTpsl', { symbol: 'BTC', side: 'ask', take_profit: stop }),
          sign('CancelStopOrder', { symbol: 'BTC', order_id: 999_999_998 }),
        ],
      });
      expect(answer.status).toBe(200);
      here().met.add('/orders/batch');
      const { results } = answer.data;
      expect(results.map((row: { success: boolean }) => row.success)).toEqual([
        true,
        true,
        false,
        true,
        true,
        true,
        false,
      ]);
      expect(results[0]).toMatchObject({ success: true, order_id: expect.any(Number) });
      expect(results[2]).toMatchObject({ success: false, error: 'Failed to cancel order' });
    });

    test('one bad signature refuses the whole batch', async () => {
      const open = async () => (await here().read(`/orders?account=${me().account}`)).data.length;
      const before = await open();
      const good = here().signed(me(), 'create_order', limit());
      const bad = { ...here().signed(me(), 'create_order', limit()), price: '90003' };
      const actions = [good, bad].map((data) => ({ type: 'Create', data }));
      const answer = await here().send(me(), '/orders/batch', { actions });
      expect(answer.status).toBe(400);
      expect(await open()).toBe(before);
    });

    test('histories are read in pages to their end', async () => {
      const seen: number[] = [];
      let cursor = '';
      for (;;) {
        const path = `/orders/history?account=${me().account}&limit=3${cursor}`;
        const { body, data } = await here().read(path);
        seen.push(...data.map((row: { order_id: number }) => row.order_id));
        if (body.has_more !== true) break;
        cursor = `&cursor=${encodeURIComponent(String(body.next_cursor))}`;
      }
      expect(seen.length).toBeGreaterThan(6);
      expect(new Set(seen).size).toBe(seen.length);
    });
  });
}
