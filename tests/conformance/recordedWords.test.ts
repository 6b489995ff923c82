// What a program of the exchange's own recorded on its test network: status and words, one by one.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OperationPath } from './support/documented.ts';
import type { Fields } from './support/outsider.ts';
import { virtualStage } from './support/stage.ts';
import { limit, Visit } from './support/visit.ts';

let visit: Visit;

beforeAll(async () => {
  visit = await Visit.begin(virtualStage());
});
afterAll(() => visit.end());

const take = { stop_price: '120000' };
const market = { symbol: 'BTC', amount: '0.01', side: 'bid', reduce_only: false };

test.each<[string, OperationPath, Fields, number, RegExp]>([
  [
    'a market order with nobody within its slippage',
    '/orders/create_market',
    { ...market, slippage_percent: '0.001' },
    422,
    /No reasonable price found/,
  ],
  [
    'an edit of no order',
    '/orders/edit',
    { symbol: 'BTC', price: '90000', order_id: 999_999_999_999 },
    422,
    /Order not found/,
  ],
  [
    'a take-profit for no position',
    '/positions/tpsl',
    { symbol: 'BTC', side: 'bid', take_profit: take },
    422,
    /Position not found/,
  ],
  [
    'margin for no position',
    '/positions/add_isolated_margin',
    { symbol: 'BTC', amount: '1' },
    422,
    /PositionNotFound/,
  ],
  [
    'a cancel of no order',
    '/orders/cancel',
    { symbol: 'BTC', order_id: 42_069 },
    422,
    /Failed to cancel order/,
  ],
  [
    'a TWAP order that is over too soon',
    '/orders/twap/create',
    { ...market, slippage_percent: '1', duration_in_seconds: 1 },
    422,
    /duration of twap order .* too short/,
  ],
  [
    'a price off the tick',
    '/orders/create',
    limit({ price: '90000.5' }),
    400,
    /not a multiple of tick size 1/,
  ],
  [
    'an order without a price',
    '/orders/create',
    limit({ price: undefined }),
    400,
    /missing field `price`/,
  ],
])('EX-302 %s', async (_, path, fields, status, words) => {
  const answer = await visit.tryPost(visit.party(0), path, fields);
  expect(String(answer.body.error)).toMatch(words);
  expect(answer.status).toBe(status);
  expect((await visit.read(`/orders?account=${visit.party(0).account}`)).data).toEqual([]);
});

test('EX-302 a missing field is named before a bad signature is, a bad signature before a bad tick', async () => {
  const { account } = visit.party(0);
  const body = visit.signed(visit.party(0), 'create_order', limit({ price: '90000.5' }));
  const other = visit.party(1).agent.signature('create_order', {}, {});
  const forged = { ...body, signature: other };
  const badTick = await visit.send(visit.party(0), '/orders/create', forged);
  expect([badTick.status, badTick.body.text]).toEqual([400, 'Verification failed']);
  const { price: _, ...without } = forged as { price?: string };
  const missing = await visit.send(visit.party(0), '/orders/create', without);
  expect(String(missing.body.error)).toContain('missing field `price`');
  expect((await visit.read(`/orders?account=${account}`)).data).toEqual([]);
});

test('EX-302 a stop of amount 0 is accepted, rests, and is taken away by cancel-all', async () => {
  const party = visit.party(2);
  const stop = { stop_price: '80000', amount: '0', trigger_price_type: 'mark_price' };
  const fields = { symbol: 'BTC', side: 'ask', reduce_only: true, stop_order: stop };
  const { data } = await visit.post(party, '/orders/stop/create', fields);
  const { data: open } = await visit.read(`/orders?account=${party.account}`);
  expect(open).toMatchObject([{ order_id: data.order_id, stop_price: '80000' }]);
  const all = { all_symbols: true, exclude_reduce_only: false };
  const { data: count } = await visit.post(party, '/orders/cancel_all', all);
  expect(count).toEqual({ cancelled_count: 1 });
});

test('EX-302 an edit without an amount keeps the size', async () => {
  const party = visit.party(3);
  const id = await visit.rest(party, { amount: '0.02' });
  const edit = { symbol: 'BTC', price: '90001', order_id: id };
  await visit.post(party, '/orders/edit', edit);
  const { data } = await visit.read(`/orders?account=${party.account}`);
  expect(data).toMatchObject([{ price: '90001', initial_amount: '0.02' }]);
});

test('EX-302 in a batch a cancel by client id finds the order created before it', async () => {
  const party = visit.party(4);
  const client_order_id = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
  const order = visit.signed(party, 'create_order', limit({ client_order_id }));
  const cancel = visit.signed(party, 'cancel_order', { symbol: 'BTC', client_order_id });
  const actions = [
    { type: 'Create', data: order },
    { type: 'Cancel', data: cancel },
  ];
  const { data } = await visit.send(party, '/orders/batch', { actions });
  expect(data.results).toMatchObject([{ success: true }, { success: true }]);
});

test('EX-302 too little money has the same words and number for orders and transfers', async () => {
  const party = visit.party(4);
  await visit.post(party, '/account/leverage', { symbol: 'BTC', leverage: 5 });
  const order = limit({ amount: '40', price: '99000' });
  const orders = await visit.tryPost(party, '/orders/create', order);
  const fields = { to_account: visit.party(5).account, amount: '1000000' };
  const path = '/account/subaccount/transfer';
  const transfers = await visit.tryPost(party, path, fields, party.owner);
  expect([orders.status, transfers.status]).toEqual([422, 400]);
  for (const { body } of [orders, transfers]) {
    expect(body.code).toBe(5);
    expect(String(body.error)).toMatch(/^Insufficient balance for \w+: [\d.]+ \(account value: /);
  }
});
