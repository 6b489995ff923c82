import { expect, test } from '@jest/globals';
import { Floor, idOf, MAIN } from './support/floor.ts';
import { missingMoney } from './support/missingMoney.ts';

const ID = '12345678-1234-1234-1234-123456789abc';

test('EX-43 an order that is open is known, however many came after it', () => {
  const floor = new Floor({ settings: { historyRows: 2 } });
  const over = { tif: 'ALO', client_order_id: ID };
  const resting = idOf(floor.limit(MAIN, 'bid', '99000', '0.01', over));
  const terms = { stop_price: '105000', amount: '0.01' };
  const stop = { symbol: 'BTC', side: 'bid', reduce_only: false, stop_order: terms };
  const waiting = idOf(floor.send('create_stop_order', floor.body(MAIN, stop)));
  for (let i = 0; i < 9; i += 1) floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'IOC' });
  const { orders } = floor.exchange.state.accounts;
  expect([orders.has(resting), orders.has(waiting)]).toEqual([true, true]);
  expect(floor.limit(MAIN, 'bid', '98000', '0.01', over).ok).toBe(false);
  floor.crowd.btc.add('ask', 99_000, 400, 'IOC');
  expect(floor.account(MAIN).holdings[0]?.position.lots).toBe(400);
  expect(missingMoney(floor.exchange.state)).toBe('');
  const cancel = { symbol: 'BTC', client_order_id: ID };
  expect(floor.send('cancel_order', floor.body(MAIN, cancel)).ok).toBe(true);
  expect(orders.has(resting)).toBe(false);
  expect(floor.limit(MAIN, 'bid', '98000', '0.01', over).ok).toBe(true);
});
