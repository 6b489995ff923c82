import { describe, expect, test } from '@jest/globals';
import { misfits, type Shape } from '../support/shape.ts';
import {
  BOOK,
  CANDLE,
  FEE,
  FUNDING,
  FUNDING_RATE,
  INFO,
  LEVEL,
  PRICE,
  TRADE,
} from '../support/shapes.ts';
import { limit, type Visit } from '../support/visit.ts';

const TAPE_MS = 1_736_640_000_000;

/** Reads that need no account. */
export function marketSuite(here: () => Visit): void {
  describe('markets', () => {
    test.each<[string, Shape]>([
      ['/info', INFO],
      ['/info/prices', PRICE],
      ['/info/fees', FEE],
    ])('%s lists rows of the documented shape', async (path, shape) => {
      const { body, data } = await here().read(path);
      expect(body).toMatchObject({ success: true, error: null, code: null });
      expect(data.length).toBeGreaterThan(1);
      for (const row of data) expect(misfits(row, shape)).toEqual([]);
    });

    test('/info names tick and lot as every client rounds by them', async () => {
      const { data } = await here().read('/info');
      expect(data[0]).toMatchObject({ symbol: 'BTC', tick_size: '1', lot_size: '0.00001' });
      expect(data[1]).toMatchObject({ symbol: 'ETH', tick_size: '0.1', lot_size: '0.0001' });
    });

    test.each(['/kline', '/kline/mark'])('%s has candles', async (path) => {
      const query = `symbol=BTC&interval=1m&start_time=${TAPE_MS - 600_000}&end_time=${TAPE_MS}`;
      const { data } = await here().read(`${path}?${query}`);
      expect(data.length).toBeGreaterThan(5);
      for (const row of data) expect(misfits(row, CANDLE)).toEqual([]);
      expect(data[0].T - data[0].t).toBe(60_000);
    });

    test('/book has bids that fall and asks that rise', async () => {
      const { data } = await here().read('/book?symbol=BTC&agg_level=1');
      expect(misfits(data, BOOK)).toEqual([]);
      const [bids, asks] = data.l;
      for (const level of [...bids, ...asks]) expect(misfits(level, LEVEL)).toEqual([]);
      expect(bids[0].p).toBe('99990');
      expect(asks[0].p).toBe('100010');
      for (const level of [10, 100, 1000, 10000]) {
        expect((await here().read(`/book?symbol=BTC&agg_level=${level}`)).data.s).toBe('BTC');
      }
    });

    test('/trades has what was traded', async () => {
      const order = limit({ side: 'bid', price: '100010', tif: 'IOC' });
      await here().post(here().party(7), '/orders/create', order);
      const { body, data } = await here().read('/trades?symbol=BTC');
      expect(misfits(data[0], TRADE)).toEqual([]);
      expect(data[0]).toMatchObject({ price: '100010', amount: '0.01', side: 'open_long' });
      expect(body.last_order_id).toEqual(expect.any(Number));
    });

    test('/funding_rate/history and /funding/history have the hour that ended', async () => {
      const { account } = here().party(7);
      // An hour of the tape passes at once.
      here().crowd.tapeStartMs += 3_600_000;
      const path = '/funding_rate/history?symbol=BTC&limit=10';
      const rates = await here().readUntil(path, ({ data }) => data.length > 0);
      expect(misfits(rates.data[0], FUNDING_RATE)).toEqual([]);
      expect(rates.body).toMatchObject({ next_cursor: null, has_more: false });
      const paid = await here().readUntil(
        `/funding/history?account=${account}`,
        ({ data }) => data.length > 0,
      );
      expect(misfits(paid.data[0], FUNDING)).toEqual([]);
      expect(paid.data[0]).toMatchObject({ symbol: 'BTC', side: 'bid', amount: '0.01' });
      expect(Number(paid.data[0].payout)).toBeLessThan(0);
    });
  });
}
