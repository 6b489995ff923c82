// Requests as other programs write them, body by body: the exchange's own Python examples, a
// market-making bot's connector, a tool for assistants. None of them can be installed here.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Fields, Outsider } from './support/outsider.ts';
import { virtualStage } from './support/stage.ts';
import { limit, type Party, Visit } from './support/visit.ts';

let visit: Visit;
const me = (): Party => visit.party(0);

beforeAll(async () => {
  visit = await Visit.begin(virtualStage());
});
afterAll(() => visit.end());

/** As the Python examples do it: signed by the owner, with `agent_wallet` null or left out. */
async function example(path: string, type: string, fields: Fields, head: Fields = {}) {
  const header = { timestamp: visit.nowMs, expiry_window: 5000 };
  const signature = me().owner.signature(type, header, fields);
  return visit.send(me(), path, {
    account: me().account,
    ...head,
    signature,
    ...header,
    ...fields,
  });
}

test('EX-302 the examples in Python: keys of two names, and null for no agent', async () => {
  const nobody = { agent_wallet: null };
  const agent = Outsider.named('agent of an example').address;
  const bind = await example('/agent/bind', 'bind_agent_wallet', { agent_wallet: agent });
  expect(bind.status).toBe(200);
  const listed = await example('/agent/list', 'list_agent_wallets', {}, nobody);
  expect(listed.data.agent_wallets).toContain(agent);
  const ip = '192.0.2.7';
  const add = { agent_wallet: agent, ip_address: ip };
  const named = { api_agent_key: agent };
  for (const [path, type, fields, head] of [
    ['add', 'add_agent_whitelisted_ip', add, {}],
    ['list', 'list_agent_ip_whitelist', named, nobody],
    ['toggle', 'set_agent_ip_whitelist_enabled', { ...named, enabled: true }, nobody],
    ['remove', 'remove_agent_whitelisted_ip', { ...named, ip_address: ip }, nobody],
  ] as const) {
    const { status } = await example(`/agent/ip_whitelist/${path}`, type, fields, head);
    expect([path, status]).toEqual([path, 200]);
  }
  const revoke = await example('/agent/revoke', 'revoke_agent_wallet', { agent_wallet: agent });
  expect(revoke.status).toBe(200);
  const created = await example('/account/api_keys/create', 'create_api_key', {}, nobody);
  const gone = { api_key: created.data.api_key };
  const revoked = await example('/account/api_keys/revoke', 'revoke_api_key', gone, nobody);
  expect(revoked.status).toBe(200);
});

test('EX-302 the examples in Python: orders', async () => {
  const id = '57a5efb1-bb96-49a5-8bfd-f25d5f22bc7e';
  const market = { symbol: 'BTC', reduce_only: false, amount: '0.1', side: 'bid' };
  const taken = await example('/orders/create_market', 'create_market_order', {
    ...market,
    slippage_percent: '0.5',
    client_order_id: id,
  });
  expect(taken.status).toBe(200);
  const guarded = await example('/positions/tpsl', 'set_position_tpsl', {
    symbol: 'BTC',
    side: 'ask',
    take_profit: {
      stop_price: '120000',
      limit_price: '120300',
      amount: '0.1',
      client_order_id: '67a5efb1-bb96-49a5-8bfd-f25d5f22bc7e',
    },
    stop_loss: { stop_price: '99800' },
  });
  expect(guarded.body).toMatchObject({ success: true });
  const twap = await example('/orders/twap/create', 'create_twap_order', {
    ...market,
    amount: '1',
    slippage_percent: '0.5',
    duration_in_seconds: 30 * 6,
    client_order_id: id,
  });
  expect(twap.data.order_id).toEqual(expect.any(Number));
  const twapCancel = { symbol: 'BTC', client_order_id: id };
  const stopped = await example('/orders/twap/cancel', 'cancel_twap_order', twapCancel);
  expect(stopped.status).toBe(200);
  const everything = { all_symbols: true, exclude_reduce_only: false };
  const cancelled = await example('/orders/cancel_all', 'cancel_all_orders', everything);
  expect(cancelled.data.cancelled_count).toBe(2);
});

test('EX-302 a subaccount whose main key lies in a hardware wallet', async () => {
  const main = visit.party(4);
  const sub = Outsider.named('subaccount of a hardware wallet');
  const header = { timestamp: visit.nowMs, expiry_window: 200_000 };
  const subSignature = sub.signature('subaccount_initiate', header, { account: main.account });
  const text =
    `{"data":{"signature":"${subSignature}"},"expiry_window":200000,` +
    `"timestamp":${header.timestamp},"type":"subaccount_confirm"}`;
  const length = Buffer.from([text.length & 255, text.length >> 8]);
  const head = Buffer.concat([
    Buffer.from('ff', 'hex'),
    Buffer.from('solana offchain\0\0'),
    length,
  ]);
  const value = main.owner.over(Buffer.concat([head, Buffer.from(text)]));
  const answer = await visit.send(main, '/account/subaccount/create', {
    main_account: main.account,
    subaccount: sub.address,
    main_signature: { type: 'hardware', value },
    sub_signature: subSignature,
    ...header,
  });
  expect([answer.status, answer.body.success]).toEqual([200, true]);
});

test('EX-302 a connector that trades with its agent key and follows exchange ids', async () => {
  // It makes its API config key with the agent key, and asks with a form's content type.
  const keys = await visit.post(me(), '/account/api_keys', {});
  expect(keys.data).toEqual({ active_api_keys: expect.any(Array), api_key_limit: 5 });
  const made = await visit.post(me(), '/account/api_keys/create', {});
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'pf-api-key': made.data.api_key,
  };
  const info = await visit.request('GET', '/info', undefined, headers);
  expect(JSON.parse(info.body)).toMatchObject({ success: true });

  const { order_id: id } = (await visit.post(me(), '/orders/create', limit())).data;
  const cancel = { order_id: id, symbol: 'BTC' };
  await visit.post(me(), '/orders/cancel', cancel);
  const again = await visit.tryPost(me(), '/orders/cancel', cancel);
  // It looks for this text to see that the order is gone.
  expect(JSON.stringify(again.body)).toContain('"code":5');
  const window = `start_time=${visit.nowMs - 60_000}&end_time=${visit.nowMs + 2000}&limit=100`;
  const fills = await visit.read(`/trades/history?account=${me().account}&${window}`);
  expect(fills.data.length).toBeGreaterThan(0);
  const life = await visit.read(`/orders/history_by_id?order_id=${id}`);
  expect(life.data[0]).toMatchObject({ order_status: 'cancelled' });
  const unknown = await visit.tryRead('/orders/history_by_id?order_id=28416222569');
  expect(String(unknown.body.error)).toContain('not found');
});

test('EX-302 a batch over the WebSocket with its actions at the top', async () => {
  const line = await visit.connect();
  const data = visit.signed(me(), 'create_order', limit());
  line.say({ id: 'top', params: { actions: [{ type: 'Create', data }] } });
  const answer = await line.next(({ id }) => id === 'top');
  expect(answer).toMatchObject({
    code: 200,
    type: 'batch_orders',
    data: { results: [{ success: true, order_id: expect.any(Number) }] },
  });
});
