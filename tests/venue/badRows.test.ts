// Rows that cannot be read: what the sessions hand on all the same.
import { expect, test } from '@jest/globals';
import { World } from '../../src/simulation/world.ts';
import { makeVenue } from './support/desk.ts';
import { FakeExchange, json } from './support/fakeExchange.ts';

const FILL = {
  h: 80063441,
  i: 1559912767,
  I: null,
  u: 'address0',
  s: 'BTC',
  p: '89477',
  a: '0.00036',
  te: 'fulfill_taker',
  ts: 'close_long',
  tc: 'normal',
  f: '0.012885',
  n: '-0.022965',
  t: 1765018588190,
  li: 1559912767,
};
const POSITION = { s: 'BTC', d: 'bid', a: '0.00022', p: '87185', i: false, t: 1764133203991 };

test('VENUE-42 a bad event is reported and the others arrive; a snapshot says how many it lost', async () => {
  const world = new World({ seed: 1, latencyUs: [1000, 1000] });
  const exchange = new FakeExchange(world.host('exchange'));
  await exchange.open();
  const { venue, desk } = makeVenue(world.host('desk'), exchange);
  venue.start();
  await world.run(100);
  exchange.push({ channel: 'account_trades', data: [{ ...FILL, ts: 'sideways' }, FILL] });
  const odd = { ...POSITION, d: 'flat' };
  exchange.push({ channel: 'account_positions', data: [odd, POSITION], li: 4 });
  exchange.push({ channel: 'account_orders', data: [{ s: 'BTC' }], li: 5 });
  exchange.push({ channel: 'account_positions', data: [POSITION], li: 6 });
  await world.run(100);
  expect(desk.frames).toMatchObject([
    [{ channel: 'account_trades', rows: [{ historyId: 80_063_441 }] }, undefined],
    [{ channel: 'account_positions', rows: [{ lots: 22 }], li: 4, unread: 1 }, 0],
    [{ channel: 'account_orders', rows: [], li: 5, unread: 1 }, 0],
    [{ channel: 'account_positions', rows: [{ lots: 22 }], li: 6 }, 0],
  ]);
  expect(desk.notices).toEqual([
    expect.stringMatching(/^family 0: dropped a row: account_trades\.ts: /),
    expect.stringMatching(/^family 0: dropped a row: account_positions\.d: /),
    expect.stringMatching(/^family 0: dropped a row: account_orders\./),
  ]);
  await world.until(venue.close());
  await world.until(exchange.close());
});

test('VENUE-42 an answer in which absence means something is whole or unknown', async () => {
  const world = new World({ seed: 1, latencyUs: [1000, 1000] });
  const exchange = new FakeExchange(world.host('exchange'));
  await exchange.open();
  const { venue, desk } = makeVenue(world.host('desk'), exchange);
  const fill = {
    history_id: 1,
    order_id: 2,
    symbol: 'BTC',
    amount: '1',
    price: '5',
    fee: '0',
    pnl: '0',
    event_type: 'fulfill_taker',
    side: 'open_long',
    cause: 'normal',
    created_at: 3,
  };
  exchange.onRequest = ({ path }) =>
    json({ success: true, data: path.includes('/positions') ? [{ symbol: 'BTC' }] : [{}, fill] });
  venue.query(1, 0, { of: 'positions', account: 'address0' });
  venue.query(2, 0, { of: 'tradeHistory', account: 'address0' });
  await world.run(100);
  expect(desk.answers.get(1)).toMatchObject({ kind: 'unknown' });
  expect(desk.answers.get(2)).toMatchObject({ kind: 'ok', value: { rows: [{ historyId: 1 }] } });
  expect(desk.notices).toEqual([expect.stringMatching(/^dropped a row: trades\/history: /)]);
  await world.until(venue.close());
  await world.until(exchange.close());
});
