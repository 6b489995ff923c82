import { describe, expect, test } from '@jest/globals';
import { misfits, type Shape } from '../support/shape.ts';
import {
  BBO_ROW,
  BOOK_FRAME,
  CANDLE,
  FILL_ROW,
  INFO_FRAME,
  LEVERAGE_FRAME,
  MARGIN_FRAME,
  ORDER_ROW,
  POSITION_ROW,
  PRICE,
  TWAP_ROW,
  UPDATE_ROW,
} from '../support/shapes.ts';
import { type Line, limit, type Party, type Visit } from '../support/visit.ts';

/** Every channel, with what makes it speak. */
export function channelSuite(here: () => Visit): void {
  describe('channels', () => {
    const me = (): Party => here().party(6);
    const take = (over = {}) =>
      here().post(me(), '/orders/create', limit({ price: '100010', tif: 'IOC', ...over }));

    async function listen(source: string, params = {}): Promise<Line> {
      const line = await here().connect();
      await line.subscribe({ source, ...params });
      return line;
    }
    const own = (source: string) => listen(source, { account: me().account });

    test('prices lists every market', async () => {
      const line = await listen('prices');
      await take();
      const { data } = await line.heard('prices');
      for (const row of data) expect(misfits(row, PRICE)).toEqual([]);
    });

    test.each<[string, Shape, Record<string, unknown>]>([
      ['book', BOOK_FRAME, { symbol: 'BTC', agg_level: 1 }],
      ['bbo', BBO_ROW, { symbol: 'BTC' }],
      ['candle', CANDLE, { symbol: 'BTC', interval: '1m' }],
      ['mark_price_candle', CANDLE, { symbol: 'BTC', interval: '1m' }],
    ])('%s speaks of its market', async (source, shape, params) => {
      const line = await listen(source, params);
      await take();
      const { data } = await line.heard(source);
      expect(misfits(data, shape)).toEqual([]);
      expect(data.s).toBe('BTC');
    });

    test('trades prints what takers do', async () => {
      const line = await listen('trades', { symbol: 'BTC' });
      await take({ amount: '0.013' });
      const { data } = await line.heard('trades');
      expect(data[0]).toMatchObject({ s: 'BTC', a: '0.013', p: '100010', d: 'open_long' });
      expect(data[0]).toMatchObject({ tc: 'normal', li: expect.any(Number) });
    });

    test('account_order_updates and account_trades tell an order from end to end', async () => {
      const updates = await own('account_order_updates');
      const fills = await own('account_trades');
      const { data: answer } = await take({ amount: '0.015' });
      const { data } = await updates.heard('account_order_updates', (rows) =>
        rows.some((row: { os: string }) => row.os === 'filled'),
      );
      for (const row of data) expect(misfits(row, UPDATE_ROW)).toEqual([]);
      expect(data.at(-1)).toMatchObject({ i: answer.order_id, oe: 'fulfill_market', f: '0.015' });
      const fill = await fills.heard('account_trades');
      for (const row of fill.data) expect(misfits(row, FILL_ROW)).toEqual([]);
      expect(fill.data[0]).toMatchObject({ i: answer.order_id, te: 'fulfill_taker', a: '0.015' });
    });

    test('the three snapshots come with the subscription and after each change', async () => {
      const info = await own('account_info');
      expect(misfits((await info.heard('account_info')).data, INFO_FRAME)).toEqual([]);
      const positions = await own('account_positions');
      const first = await positions.heard('account_positions');
      expect(first.li).toEqual(expect.any(Number));
      for (const row of first.data) expect(misfits(row, POSITION_ROW)).toEqual([]);
      const orders = await own('account_orders');
      await orders.heard('account_orders');
      const id = await here().rest(me());
      const has = (rows: { i: number }[]) => rows.some(({ i }) => i === id);
      const { data, li } = await orders.heard('account_orders', has);
      for (const row of data) expect(misfits(row, ORDER_ROW)).toEqual([]);
      expect(li).toBeGreaterThanOrEqual(id);
    });

    test('account_leverage and account_margin tell changed settings', async () => {
      const leverage = await own('account_leverage');
      const margin = await own('account_margin');
      await here().post(me(), '/account/leverage', { symbol: 'ETH', leverage: 12 });
      await here().post(me(), '/account/margin', { symbol: 'ETH', is_isolated: true });
      const { data } = await leverage.heard('account_leverage');
      expect(misfits(data, LEVERAGE_FRAME)).toEqual([]);
      expect(data).toMatchObject({ u: me().account, s: 'ETH', l: '12' });
      const mode = (await margin.heard('account_margin')).data;
      expect(misfits(mode, MARGIN_FRAME)).toEqual([]);
      expect(mode).toMatchObject({ u: me().account, s: 'ETH', i: true });
    });

    test('account_transfers tells both sides of a transfer', async () => {
      const line = await own('account_transfers');
      const main = here().party(4);
      const transfer = { to_account: me().account, amount: '75' };
      await here().post(main, '/account/subaccount/transfer', transfer, main.owner);
      const { data } = await line.heard('account_transfers');
      const row = Array.isArray(data) ? data[0] : data;
      expect(row).toMatchObject({ u: me().account, e: 'subaccount_transfer', am: '75' });
    });

    test('the two TWAP channels tell its list and its events', async () => {
      const list = await own('account_twap_orders');
      const updates = await own('account_twap_order_updates');
      const fields = { symbol: 'BTC', amount: '0.04', side: 'bid', reduce_only: false };
      const twap = { ...fields, slippage_percent: '1', duration_in_seconds: 90 };
      const { data: made } = await here().post(me(), '/orders/twap/create', twap);
      const { data } = await list.heard('account_twap_orders', (rows) => rows.length > 0);
      expect(misfits(data[0], TWAP_ROW)).toEqual([]);
      const update = (await updates.heard('account_twap_order_updates')).data;
      const row = Array.isArray(update) ? update[0] : update;
      expect(row).toMatchObject({ i: made.order_id, u: me().account, s: 'BTC', os: 'open' });
      const cancel = { symbol: 'BTC', order_id: made.order_id };
      await here().post(me(), '/orders/twap/cancel', cancel);
    });

    test('an unsubscribed channel is acknowledged and falls silent', async () => {
      const params = { source: 'book', symbol: 'ETH', agg_level: 1 };
      const line = await listen('book', { symbol: 'ETH', agg_level: 1 });
      await line.heard('book');
      line.say({ method: 'unsubscribe', params });
      const { data } = await line.next(({ channel }) => channel === 'unsubscribe');
      expect(data).toEqual(params);
    });
  });
}
