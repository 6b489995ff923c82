// What stops, edits, batches and TWAP orders look like on the wire, literally as documented.
import { afterEach, describe, expect, test } from '@jest/globals';
import { cancelEverything } from '../../src/exchange/core/orders/cancelling.ts';
import { enterSystemOrder } from '../../src/exchange/core/orders/orderEntry.ts';
import { Floor, idOf, MAIN, STRANGER } from './support/floor.ts';
import { type Fields, type Frame, Hall, type HallOptions } from './support/hall.ts';

let hall: Hall;

async function open(options: HallOptions = {}): Promise<Hall> {
  hall = await Hall.open(options);
  hall.crowd.btc.add('ask', 100_010, 1_000_000, 'GTC');
  hall.crowd.btc.add('bid', 99_990, 1_000_000, 'GTC');
  return hall;
}

afterEach(() => hall?.server.close());

const ID = '12345678-1234-1234-1234-123456789abc';
const T = expect.any(Number);
const DONE = [200, { success: true, data: null, error: null, code: null }];

const taken = (id: unknown): unknown[] => [
  200,
  { success: true, data: { order_id: id }, error: null, code: null },
];

const STOP = {
  symbol: 'BTC',
  side: 'ask',
  reduce_only: true,
  stop_order: { stop_price: '95000', limit_price: '94950', amount: '0.2', client_order_id: ID },
};

function createStop(over: Fields = {}): Promise<[number, unknown]> {
  return hall.post(0, '/orders/stop/create', 'create_stop_order', { ...STOP, ...over });
}

function buy(amount = '0.01', over: Fields = {}): Promise<[number, unknown]> {
  const fields = {
    symbol: 'BTC',
    amount,
    side: 'bid',
    slippage_percent: '0.5',
    reduce_only: false,
  };
  return hall.post(0, '/orders/create_market', 'create_market_order', { ...fields, ...over });
}

describe('stops over REST', () => {
  test('EX-109 in GET /orders, GET /account and cancelled', async () => {
    await open();
    const { account } = hall.account(0);
    expect(await createStop()).toEqual(taken(3));
    expect(await hall.read(`/orders?account=${account}`)).toEqual({
      success: true,
      data: [
        {
          order_id: 3,
          client_order_id: ID,
          symbol: 'BTC',
          side: 'ask',
          price: '94950',
          initial_amount: '0.2',
          filled_amount: '0',
          cancelled_amount: '0',
          stop_price: '95000',
          order_type: 'stop_limit',
          stop_parent_order_id: null,
          reduce_only: true,
          created_at: T,
          updated_at: T,
        },
      ],
      error: null,
      code: null,
      last_order_id: 3,
    });
    expect((await hall.read(`/account?account=${account}`)).data).toMatchObject({
      orders_count: 0,
      stop_orders_count: 1,
    });
    const cancel = { symbol: 'BTC', order_id: 3 };
    expect(await hall.post(0, '/orders/stop/cancel', 'cancel_stop_order', cancel)).toEqual(DONE);
    expect(await hall.post(0, '/orders/stop/cancel', 'cancel_stop_order', cancel)).toEqual([
      422,
      { success: false, data: null, error: 'Failed to cancel order', code: 5 },
    ]);
    expect((await hall.read(`/orders/history?account=${account}`)).data).toEqual([
      {
        order_id: 3,
        client_order_id: ID,
        symbol: 'BTC',
        side: 'ask',
        initial_price: '94950',
        average_filled_price: '0',
        amount: '0.2',
        filled_amount: '0',
        order_status: 'cancelled',
        order_type: 'stop_limit',
        stop_price: '95000',
        stop_parent_order_id: null,
        reduce_only: true,
        reason: 'cancel',
        created_at: T,
        updated_at: T,
      },
    ]);
    expect((await hall.read('/orders/history_by_id?order_id=3')).data).toEqual(
      [
        ['cancel', 'cancelled', '0.2'],
        ['stop_created', 'open', '0'],
      ].map(([event_type, order_status, cancelled_amount]) => ({
        history_id: T,
        order_id: 3,
        client_order_id: ID,
        symbol: 'BTC',
        side: 'ask',
        price: '94950',
        initial_amount: '0.2',
        filled_amount: '0',
        cancelled_amount,
        event_type,
        order_type: 'stop_limit',
        order_status,
        stop_price: '95000',
        stop_parent_order_id: null,
        reduce_only: true,
        created_at: T,
      })),
    );
  });

  test('EX-111 EX-113 legs name their parent, those of a position none', async () => {
    await open();
    const { account } = hall.account(0);
    const leg = { stop_price: '101000' };
    const order = { ...hall.limit(0, 'bid', '99000', '0.01'), take_profit: leg };
    expect(await hall.post(0, '/orders/create', 'create_order', order)).toEqual(taken(3));
    const tpsl = { symbol: 'BTC', side: 'ask', stop_loss: { stop_price: '95000' } };
    const set = (): Promise<unknown> => hall.post(0, '/positions/tpsl', 'set_position_tpsl', tpsl);
    expect(await set()).toEqual([
      422,
      { success: false, data: null, error: 'Position not found', code: 9 },
    ]);
    await buy();
    expect(await set()).toEqual(DONE);
    const { data } = await hall.read(`/orders?account=${account}`);
    expect(data).toMatchObject([
      { order_id: 3, order_type: 'limit', stop_price: null, stop_parent_order_id: null },
      {
        order_id: 4,
        order_type: 'take_profit_market',
        stop_price: '101000',
        stop_parent_order_id: 3,
        price: '0',
        initial_amount: '0.01',
        reduce_only: true,
      },
      { order_id: 6, order_type: 'stop_loss_market', initial_amount: '0', side: 'ask' },
    ]);
  });

  test('EX-102 an edit answers the new id', async () => {
    await open();
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    const fields = { symbol: 'BTC', order_id: 3, price: '98000', amount: '0.02' };
    expect(await hall.post(0, '/orders/edit', 'edit_order', fields)).toEqual(taken(4));
    expect(await hall.post(0, '/orders/edit', 'edit_order', fields)).toEqual([
      422,
      { success: false, data: null, error: 'Order not found', code: 5 },
    ]);
  });

  test('EX-120 rows of a batch', async () => {
    await open();
    const create = hall.limit(0, 'bid', '99000', '0.01', { client_order_id: ID });
    const by = { symbol: 'BTC', client_order_id: ID };
    const actions = [
      { type: 'Create', data: hall.signed(0, 'create_order', create) },
      { type: 'Edit', data: hall.signed(0, 'edit_order', { ...by, price: '98000' }) },
      { type: 'Cancel', data: hall.signed(0, 'cancel_order', by) },
      { type: 'Cancel', data: hall.signed(0, 'cancel_order', by) },
      {
        type: 'SetPositionTpsl',
        data: hall.signed(0, 'set_position_tpsl', {
          symbol: 'BTC',
          side: 'ask',
          stop_loss: { stop_price: '95000' },
        }),
      },
    ];
    const response = await hall.request(
      'POST',
      '/api/v1/orders/batch',
      JSON.stringify({ actions }),
    );
    expect([response.status, JSON.parse(response.body)]).toEqual([
      200,
      {
        success: true,
        data: {
          results: [
            { success: true, order_id: 3, error: null },
            { success: true, order_id: 4, error: null },
            { success: true },
            { success: false, error: 'Failed to cancel order' },
            { success: false, error: 'Position not found' },
          ],
        },
        error: null,
        code: null,
      },
    ]);
  });
});

describe('stops over the WebSocket', () => {
  test('EX-108 EX-109 updates, snapshots and counts', async () => {
    await open();
    const { account } = hall.account(0);
    await buy('0.2');
    const line = await hall.connect(0);
    await line.subscribe({ source: 'account_order_updates', account });
    const fields = hall.signed(0, 'create_stop_order', {
      ...STOP,
      stop_order: { stop_price: '99000', amount: '0.2', trigger_price_type: 'last_trade_price' },
    });
    const frames = await line.say({ id: 'a', params: { create_stop_order: fields } });
    expect(frames.find(({ id }) => id === 'a')).toEqual({
      code: 200,
      data: { I: null, i: 4, s: 'BTC' },
      id: 'a',
      t: T,
      type: 'create_stop_order',
      rl: { r: T, q: T, t: T },
    });
    const update = {
      i: 4,
      I: null,
      u: account,
      s: 'BTC',
      d: 'ask',
      p: '0',
      ip: '0',
      lp: '0',
      a: '0.2',
      f: '0',
      oe: 'stop_created',
      os: 'open',
      ot: 'stop_market',
      sp: '99000',
      si: null,
      tp: 'last_trade_price',
      r: true,
      ct: T,
      ut: T,
      li: 4,
    };
    expect(frames.find(({ channel }) => channel === 'account_order_updates')).toEqual({
      channel: 'account_order_updates',
      data: [update],
    });
    const other = await hall.connect();
    expect((await other.subscribe({ source: 'account_orders', account }))[1]).toEqual({
      channel: 'account_orders',
      data: [
        {
          i: 4,
          I: null,
          s: 'BTC',
          d: 'ask',
          p: '0',
          a: '0.2',
          f: '0',
          c: '0',
          t: T,
          st: 'stop_market',
          ot: 'stop_market',
          sp: '99000',
          ro: true,
        },
      ],
      li: 4,
    });
    const info = await other.subscribe({ source: 'account_info', account });
    expect(info.find(({ channel }) => channel === 'account_info')?.data).toMatchObject({
      oc: 0,
      sc: 1,
    });
    hall.crowd.plan.push([
      hall.nowMs,
      () => {
        hall.crowd.btc.add('ask', 99_990, 1_000_000, 'IOC');
        hall.crowd.btc.add('bid', 99_000, 1000, 'GTC');
        hall.crowd.btc.add('ask', 99_000, 1000, 'IOC');
        hall.crowd.btc.add('bid', 98_990, 1_000_000, 'GTC');
      },
    ]);
    const rows = (await line.heard(2000, 'account_order_updates')).flatMap(
      ({ data }) => data as Frame[],
    );
    expect(rows.slice(-2)).toMatchObject([
      { oe: 'stop_triggered', os: 'open', ot: 'stop_market', sp: '99000' },
      { oe: 'fulfill_market', os: 'filled', f: '0.2', p: '98990', lp: '98990', i: 4 },
    ]);
  });

  test('EX-102 EX-113 edits and position stops; a cancelled stop only over REST', async () => {
    await open();
    await buy();
    await hall.post(0, '/orders/create', 'create_order', hall.limit(0, 'bid', '99000', '0.01'));
    const line = await hall.connect(0);
    const said = async (type: string, fields: Fields): Promise<Frame | undefined> => {
      const params = { [type]: hall.signed(0, type, fields) };
      return (await line.say({ id: type, params }))[0];
    };
    const edit = { symbol: 'BTC', order_id: 4, price: '98000' };
    expect(await said('edit_order', edit)).toMatchObject({
      code: 200,
      type: 'edit_order',
      data: { I: null, i: 5, s: 'BTC' },
    });
    expect(await said('edit_order', edit)).toMatchObject({ code: 420, err: 'Order not found' });
    const legs = { symbol: 'BTC', side: 'ask', stop_loss: { stop_price: '95000' } };
    expect(await said('set_position_tpsl', legs)).toMatchObject({ code: 200, data: null });
    expect(await said('set_position_tpsl', { ...legs, side: 'bid' })).toMatchObject({
      code: 420,
      err: 'Invalid stop order side',
    });
    const cancel = { symbol: 'BTC', order_id: 6 };
    expect(await said('cancel_stop_order', cancel)).toMatchObject({ code: 400 });
  });
});

test('EX-56 EX-120 a batch over the WebSocket, with or without its name around it', async () => {
  await open();
  const line = await hall.connect(0);
  const cancel = hall.signed(0, 'cancel_order', { symbol: 'BTC', order_id: 3 });
  const actions = [
    { type: 'Create', data: hall.signed(0, 'create_order', hall.limit(0, 'bid', '99000', '0.01')) },
    { type: 'Cancel', data: cancel },
    { type: 'Cancel', data: cancel },
  ];
  const results = (id: number): unknown[] => [
    { success: true, order_id: id, client_order_id: null, symbol: 'BTC' },
    id === 3 ? { success: true } : { success: false, error: 'Failed to cancel order' },
    { success: false, error: 'Failed to cancel order' },
  ];
  const [named] = await line.say({ id: 'a', params: { batch_orders: { actions } } });
  expect(named).toMatchObject({ code: 200, type: 'batch_orders', data: { results: results(3) } });
  const [bare] = await line.say({ id: 'b', params: { actions } });
  expect(bare).toMatchObject({ id: 'b', code: 200, data: { results: results(4) } });
});

describe('TWAP orders', () => {
  const TWAP = {
    symbol: 'BTC',
    amount: '0.001',
    side: 'bid',
    reduce_only: false,
    slippage_percent: '0.5',
    duration_in_seconds: 60,
    client_order_id: ID,
  };

  test('EX-137 the three reads', async () => {
    await open();
    const { account } = hall.account(0);
    const create = (): Promise<unknown> =>
      hall.post(0, '/orders/twap/create', 'create_twap_order', TWAP);
    expect(await create()).toEqual(taken(3));
    const row = {
      order_id: 3,
      client_order_id: ID,
      symbol: 'BTC',
      side: 'bid',
      initial_amount: '0.001',
      filled_amount: '0.00033',
      reduce_only: false,
      slippage_percent: '0.5',
      planned_sub_order_amount: '0.00033',
      planned_sub_order_count: 3,
      past_sub_order_count: 1,
      total_filled_value: '33.0033',
      expiration: T,
      created_at: T,
      updated_at: T,
    };
    expect(await hall.read(`/orders/twap?account=${account}`)).toEqual({
      success: true,
      data: [row],
      error: null,
      code: null,
    });
    const ended = {
      ...row,
      order_status: 'partially_filled',
      average_price_of_last_filled_sub_order: '100010',
      value_of_last_filled_sub_order: '33.0033',
    };
    expect(await hall.read(`/orders/twap/history?account=${account}`)).toEqual({
      success: true,
      data: [ended],
      next_cursor: null,
      has_more: false,
    });
    expect(await hall.read('/orders/twap/history_by_id?order_id=3')).toEqual({
      success: true,
      data: [
        { ...ended, history_id: T, event_type: 'sub_order_filled' },
        {
          ...ended,
          history_id: T,
          event_type: 'make',
          order_status: 'open',
          filled_amount: '0',
          past_sub_order_count: 0,
          total_filled_value: '0',
          average_price_of_last_filled_sub_order: null,
          value_of_last_filled_sub_order: null,
        },
      ],
      error: null,
      code: null,
    });
    expect(await hall.read('/orders/twap/history_by_id?order_id=99')).toEqual({
      success: true,
      data: [],
      error: null,
      code: null,
    });
    expect(await hall.read('/orders/twap/history_by_id?order_id=x')).toMatchObject({ code: 400 });
    expect(await hall.read(`/orders/twap?account=${MAIN}`)).toMatchObject({ data: [] });
    expect(await hall.read(`/orders/twap/history?account=${MAIN}`)).toMatchObject({ data: [] });
    const cancel = { symbol: 'BTC', client_order_id: ID };
    const post = (): Promise<unknown> =>
      hall.post(0, '/orders/twap/cancel', 'cancel_twap_order', cancel);
    expect([await post(), await post()]).toEqual([DONE, DONE]);
  });

  test('EX-137 the two channels', async () => {
    await open();
    const { account } = hall.account(0);
    const line = await hall.connect(0);
    for (const source of ['account_twap_orders', 'account_twap_order_updates']) {
      expect(await line.subscribe({ source, account })).toEqual([
        { channel: 'subscribe', data: { source, account } },
      ]);
    }
    line.frames = [];
    await hall.post(0, '/orders/twap/create', 'create_twap_order', TWAP);
    await hall.world.run(20);
    const twap = {
      i: 3,
      I: ID,
      s: 'BTC',
      d: 'bid',
      a: '0.001',
      f: '0.00033',
      tv: '33.0033',
      ro: false,
      sp: '0.5',
      psa: '0.00033',
      psc: 3,
      poc: 1,
      e: T,
      t: T,
    };
    const update = {
      i: 3,
      I: ID,
      u: account,
      s: 'BTC',
      d: 'bid',
      ta: '0.001',
      fa: '0',
      lp: null,
      lv: null,
      tv: '0',
      oe: 'make',
      os: 'open',
      r: false,
      sp: '0.5',
      psa: '0.00033',
      psc: 3,
      pasc: 0,
      et: T,
      ct: T,
      ut: T,
    };
    const filled = { fa: '0.00033', lp: '100010', lv: '33.0033', tv: '33.0033', pasc: 1 };
    expect(line.frames).toEqual(
      expect.arrayContaining([
        { channel: 'account_twap_orders', data: [twap], li: 3 },
        {
          channel: 'account_twap_order_updates',
          data: [update, { ...update, ...filled, oe: 'sub_order_filled', os: 'partially_filled' }],
        },
      ]),
    );
    expect(line.frames).toHaveLength(2);
    const cancel = { symbol: 'BTC', order_id: 3 };
    line.frames = [];
    await hall.post(0, '/orders/twap/cancel', 'cancel_twap_order', cancel);
    await hall.world.run(20);
    expect(line.frames).toContainEqual({ channel: 'account_twap_orders', data: [], li: 3 });
  });

  test('EX-130 slices run on the clock of the server', async () => {
    await open();
    await hall.post(0, '/orders/twap/create', 'create_twap_order', TWAP);
    await hall.world.run(61_000);
    const { account } = hall.account(0);
    const { data } = await hall.read(`/orders/twap/history?account=${account}`);
    expect(data).toMatchObject([{ order_status: 'filled', filled_amount: '0.001' }]);
    const orders = await hall.read(`/orders/history?account=${account}`);
    expect((orders.data as Frame[]).map(({ amount }) => amount)).toEqual([
      '0.00034',
      '0.00033',
      '0.00033',
    ]);
  });
});

describe('orders of the system', () => {
  test('EX-140 everything is taken away, whatever it is', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_010, 1_000_000, 'GTC');
    const legs = { take_profit: { stop_price: '101000' } };
    floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO', ...legs });
    const stop = { stop_price: '105000', amount: '0.001' };
    const fields = { symbol: 'BTC', side: 'bid', reduce_only: false, stop_order: stop };
    floor.send('create_stop_order', floor.body(MAIN, fields));
    const twap = {
      ...{ symbol: 'BTC', amount: '0.01', side: 'bid', reduce_only: false },
      ...{ slippage_percent: '0.5', duration_in_seconds: 60 },
    };
    floor.send('create_twap_order', floor.body(MAIN, twap));
    floor.limit(STRANGER, 'bid', '99000', '0.01', { tif: 'ALO' });
    floor.events();
    const account = floor.account(MAIN);
    expect(cancelEverything(floor.exchange.state, account, 'force_cancel')).toBe(4);
    expect(floor.events().map(([id, event, status]) => [id, event, status])).toEqual([
      [2, 'force_cancel', 'cancelled'],
      [3, 'force_cancel', 'cancelled'],
      [4, 'force_cancel', 'cancelled'],
    ]);
    expect(floor.twaps.at(-1)).toMatchObject({ event: 'force_cancel' });
    expect([account.open.size, account.stops.size, account.twaps.size]).toEqual([0, 0, 0]);
    expect(account.holdings[0]?.bidsMicro).toBe(0);
  });

  test('EX-140 no check turns them down, and the cause is told', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_010, 1500, 'GTC');
    floor.market(MAIN, 'bid', '0.015');
    floor.trades.splice(0);
    floor.fills.splice(0);
    const maker = idOf(floor.limit(STRANGER, 'bid', '99000', '0.01', { tif: 'ALO' }));
    const [market] = floor.exchange.state.markets;
    if (market === undefined) throw new Error('no market');
    const order = enterSystemOrder(floor.exchange.state, {
      account: floor.account(MAIN),
      market,
      side: 'ask',
      ticks: 50_000,
      lots: 1500,
      cause: 'market_liquidation',
    });
    expect(order).toMatchObject({ filledLots: 1000, cancelledLots: 500, status: 'cancelled' });
    expect(floor.trades).toMatchObject([{ cause: 'market_liquidation' }]);
    expect(floor.fills.map(({ cause, order: { id } }) => [id, cause])).toEqual([
      [order.id, 'market_liquidation'],
      [maker, 'normal'],
    ]);
  });
});
