import { describe, expect, test } from '@jest/globals';
import { limit, type Party, type Visit } from '../support/visit.ts';

/** How requests are turned down: status, form and words. */
export function refusalSuite(here: () => Visit): void {
  describe('refusals', () => {
    const me = (): Party => here().party(3);

    test.each<[string, number, object, Record<string, unknown>]>([
      ['a price off the tick', 400, { code: 400 }, { price: '90000.5' }],
      ['a size off the lot', 400, { code: 400 }, { amount: '0.000001' }],
      ['an unknown market', 422, { success: false, data: null, code: 2 }, { symbol: 'btc' }],
      ['a notional too low', 422, { code: 0, error_id: 'invalid_amount' }, { amount: '0.0001' }],
      ['an unknown time in force', 400, { code: 400 }, { tif: 'FOK' }],
      ['a missing side', 400, { code: 400 }, { side: undefined }],
    ])('%s', async (_, status, body, over) => {
      const answer = await here().tryPost(me(), '/orders/create', limit(over));
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ error: expect.any(String), ...body });
    });

    test('a body that its signer did not sign', async () => {
      const body = { ...here().signed(me(), 'create_order', limit()), amount: '0.02' };
      const changed = await here().send(me(), '/orders/create', body);
      expect([changed.status, changed.body.text]).toEqual([400, 'Verification failed']);
      const old = here().signed(me(), 'create_order', limit());
      const late = await here().send(me(), '/orders/create', { ...old, timestamp: 1 });
      expect(late.status).toBe(400);
    });

    test('unknown paths, accounts and orders', async () => {
      expect((await here().tryRead('/no/such/path')).status).toBe(404);
      const nobody = '11111111111111111111111111111111';
      expect(await here().tryRead(`/account?account=${nobody}`)).toMatchObject({
        status: 404,
        body: { success: false, data: null, error: `Account not found: ${nobody}`, code: 404 },
      });
      expect(await here().tryRead('/orders/history_by_id?order_id=28416222569')).toMatchObject({
        status: 404,
        body: { error: 'Order history not found for order ID: 28416222569' },
      });
      expect((await here().tryRead(`/portfolio?account=${me().account}`)).status).toBe(400);
    });

    test('answers say what is left of the credits', async () => {
      const { headers } = await here().request('GET', '/info');
      expect(headers.ratelimit).toMatch(/^"credits";r=\d+;t=\d+$/);
      expect(headers['ratelimit-policy']).toMatch(/^"credits";q=\d+;w=60$/);
    });
  });
}
