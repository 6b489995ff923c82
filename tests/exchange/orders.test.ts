import { describe, expect, test } from '@jest/globals';
import {
  AGENT,
  Floor,
  idOf,
  MAIN,
  NOW,
  SIGNATURE,
  STRANGER,
  SUB,
  saidOf,
} from './support/floor.ts';

const ID_A = '12345678-1234-1234-1234-123456789abc';
const ID_B = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

describe('taker delay', () => {
  test('EX-8 GTC, IOC and market orders wait 200 ms, whatever they would do', () => {
    for (const [key, over] of [
      ['create_order', { price: '99000', tif: 'GTC' }],
      ['create_order', { price: '99000', tif: 'IOC' }],
      ['create_market_order', { slippage_percent: '1' }],
    ] as const) {
      const floor = new Floor();
      floor.crowd.btc.add('ask', 100_001, 100_000, 'GTC');
      let answered = 0;
      const body = { ...floor.limitBody(MAIN, 'bid', '99000', '0.01'), ...over };
      floor.exchange.submit(key, body, () => {
        answered += 1;
      });
      expect(floor.exchange.dueMs()).toBe(NOW + 200);
      floor.pass(199);
      expect([answered, floor.records.length]).toEqual([0, 0]);
      floor.pass(1);
      expect(answered).toBe(1);
      expect(floor.records[0]?.timeMs).toBe(NOW + 200);
    }
  });

  test('EX-8 ALO, TOB, cancels and leverage do not wait, and overtake', () => {
    const floor = new Floor();
    const answers: string[] = [];
    const submit = (name: string, key: 'create_order' | 'cancel_all_orders', body: object): void =>
      floor.exchange.submit(key, body, () => answers.push(name));
    submit('gtc', 'create_order', floor.limitBody(MAIN, 'bid', '99000', '0.01'));
    submit('alo', 'create_order', floor.limitBody(SUB, 'bid', '99000', '0.01', { tif: 'ALO' }));
    submit('tob', 'create_order', floor.limitBody(SUB, 'bid', '98000', '0.01', { tif: 'TOB' }));
    const all = floor.body(MAIN, { all_symbols: true, exclude_reduce_only: false });
    submit('cancel', 'cancel_all_orders', all);
    expect(answers).toEqual(['alo', 'tob', 'cancel']);
    floor.pass(200);
    expect(answers).toEqual(['alo', 'tob', 'cancel', 'gtc']);
  });

  test('EX-8 an order that waits cannot be cancelled', () => {
    const floor = new Floor();
    floor.exchange.submit(
      'create_order',
      floor.limitBody(MAIN, 'bid', '99000', '0.01', { client_order_id: ID_A }),
      () => {},
    );
    const cancel = floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_A });
    expect(saidOf(floor.send('cancel_order', cancel))[2]).toBe('Failed to cancel order');
    floor.pass(200);
    expect(floor.send('cancel_order', cancel).ok).toBe(true);
  });

  test('EX-8 many waiting orders run in the order in which they came', () => {
    const floor = new Floor();
    const ids: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      floor.exchange.submit(
        'create_order',
        floor.limitBody(MAIN, 'bid', '99000', '0.001'),
        (result) => ids.push(idOf(result)),
      );
      floor.pass(3);
    }
    floor.pass(200);
    expect(ids).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(floor.exchange.dueMs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('EX-8 no delay, by setting', () => {
    const floor = new Floor({ settings: { takerDelayMs: 0 } });
    let answered = false;
    floor.exchange.submit('create_order', floor.limitBody(MAIN, 'bid', '99000', '0.01'), () => {
      answered = true;
    });
    expect(answered).toBe(true);
  });
});

describe('batches', () => {
  const floor = new Floor();
  const alo = (price: string, over = {}): object =>
    floor.limitBody(MAIN, 'bid', price, '0.01', { tif: 'ALO', ...over });

  test('EX-7 actions run in order, and each stands for itself', () => {
    const before = floor.nowMs;
    const result = floor.send('batch_orders', {
      actions: [
        { type: 'Create', data: alo('99000', { client_order_id: ID_A }) },
        { type: 'Create', data: alo('99000.5') },
        { type: 'Create', data: alo('98000', { amount: '0.00001' }) },
        { type: 'Cancel', data: floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_A }) },
        { type: 'Cancel', data: floor.body(MAIN, { symbol: 'BTC', order_id: 999 }) },
        { type: 'Create', data: alo('97000') },
      ],
    });
    expect(floor.nowMs).toBe(before);
    if (!result.ok || result.value.of !== 'batch') throw new Error('refused');
    expect(
      result.value.results.map((each) => (each.ok ? each.value.of : each.refusal.error)),
    ).toEqual([
      'order',
      'Invalid price: 99000.5 is not a multiple of tick size 1',
      `Order amount too low for ${MAIN}: 0.98 < 10`,
      'cancel',
      'Failed to cancel order',
      'order',
    ]);
    expect([...floor.account(MAIN).open.keys()]).toEqual([2]);
  });

  test.each([
    ['Create', { tif: 'GTC' }],
    ['Create', { tif: 'IOC' }],
    ['CreateMarket', { slippage_percent: '1' }],
  ])('EX-9 one %s with %j makes the whole batch wait', (type, over) => {
    const hall = new Floor();
    let answered = false;
    const first = {
      type: 'Create',
      data: hall.limitBody(MAIN, 'bid', '99000', '0.01', { tif: 'ALO' }),
    };
    const second = { type, data: { ...hall.limitBody(MAIN, 'bid', '98000', '0.01'), ...over } };
    hall.exchange.submit('batch_orders', { actions: [first, second] }, () => {
      answered = true;
    });
    hall.pass(199);
    expect([answered, hall.records.length]).toEqual([false, 0]);
    hall.pass(1);
    expect(answered).toBe(true);
  });

  test('EX-7 one bad signature or shape refuses all of it', () => {
    const hall = new Floor({
      verify: (message) => !new TextDecoder().decode(message).includes('97000'),
    });
    const good = {
      type: 'Create',
      data: hall.limitBody(MAIN, 'bid', '99000', '0.01', {
        tif: 'ALO',
        timestamp: 1_748_900_123_456,
        expiry_window: 90_000_000,
      }),
    };
    const bad = { ...good, data: { ...good.data, price: '97000' } };
    expect(hall.send('batch_orders', { actions: [good] }).ok).toBe(true);
    expect(saidOf(hall.send('batch_orders', { actions: [good, bad] }))[2]).toBe(
      'Verification failed',
    );
    const odd = { type: 'Create', data: { ...good.data, tif: 'FOK' } };
    expect(saidOf(hall.send('batch_orders', { actions: [good, odd] }))[2]).toContain('FOK');
    expect(hall.account(MAIN).open.size).toBe(1);
  });

  test.each([
    [null, 'expected object'],
    [{}, 'missing field `actions`'],
    [{ actions: [] }, 'actions: '],
    [{ actions: Array.from({ length: 11 }, () => ({ type: 'Cancel', data: {} })) }, 'actions: '],
    [{ actions: [{ type: 'Twap', data: {} }] }, 'unknown variant `Twap`'],
    [{ actions: [{ type: 'Cancel' }] }, 'missing field `data`'],
  ])('EX-7 one to ten known actions: %j', (body, words) => {
    expect(saidOf(floor.send('batch_orders', body))[2]).toContain(words);
  });

  test('EX-7 accounts may mix, or not, by setting', () => {
    const actions = [MAIN, SUB].map((account) => ({
      type: 'Create',
      data: floor.limitBody(account, 'bid', '99000', '0.01', { tif: 'ALO' }),
    }));
    expect(new Floor().send('batch_orders', { actions }).ok).toBe(true);
    const strict = new Floor({ settings: { batchMixedAccounts: false } });
    expect(saidOf(strict.send('batch_orders', { actions }))[2]).toContain('one account');
    expect(strict.send('batch_orders', { actions: actions.slice(1) }).ok).toBe(true);
  });
});

describe('checks of the engine', () => {
  test('EX-10 a client order id is good once, in one account', () => {
    const floor = new Floor();
    const named = { tif: 'ALO', client_order_id: ID_A };
    expect(floor.limit(MAIN, 'bid', '99000', '0.01', named).ok).toBe(true);
    expect(saidOf(floor.limit(MAIN, 'bid', '98000', '0.01', named))).toEqual([
      422,
      0,
      `Duplicate client order id: ${ID_A}`,
    ]);
    expect(floor.limit(SUB, 'bid', '99000', '0.01', named).ok).toBe(true);
    floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_A }));
    expect(floor.limit(MAIN, 'bid', '98000', '0.01', named).ok).toBe(false);
  });

  test('EX-10 good again once its order has ended, by setting', () => {
    const floor = new Floor({ settings: { clientIdScope: 'open' } });
    const named = { tif: 'ALO', client_order_id: ID_A };
    floor.limit(MAIN, 'bid', '99000', '0.01', named);
    expect(floor.limit(MAIN, 'bid', '98000', '0.01', named).ok).toBe(false);
    floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_A }));
    expect(floor.limit(MAIN, 'bid', '98000', '0.01', named).ok).toBe(true);
  });

  test('EX-10 two waiting orders of one name: the second finds it taken', () => {
    const floor = new Floor();
    const results: boolean[] = [];
    for (let i = 0; i < 2; i += 1) {
      const body = floor.limitBody(MAIN, 'bid', '99000', '0.01', { client_order_id: ID_A });
      floor.exchange.submit('create_order', body, ({ ok }) => results.push(ok));
    }
    floor.pass(200);
    expect(results).toEqual([true, false]);
  });

  test('EX-11 resting orders are limited, taking ones are not', () => {
    const floor = new Floor({ settings: { openOrderLimit: 2 } });
    floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    floor.limit(MAIN, 'bid', '99000', '0.001', { tif: 'ALO' });
    floor.limit(MAIN, 'bid', '99001', '0.001', { tif: 'ALO' });
    expect(saidOf(floor.limit(MAIN, 'bid', '99002', '0.001', { tif: 'ALO' }))[2]).toBe(
      `Open order limit reached for ${MAIN}: 2`,
    );
    expect(floor.limit(MAIN, 'bid', '100000', '0.001', { tif: 'IOC' }).ok).toBe(true);
    expect(floor.limit(SUB, 'bid', '99000', '0.001', { tif: 'ALO' }).ok).toBe(true);
  });

  test('EX-12 notional at the limit price, or at the mark for market orders', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_001, 100_000_000, 'GTC');
    expect(saidOf(floor.limit(MAIN, 'bid', '99999', '0.0001'))).toEqual([
      422,
      0,
      `Order amount too low for ${MAIN}: 9.9999 < 10`,
    ]);
    expect(floor.limit(MAIN, 'bid', '100000', '0.0001').ok).toBe(true);
    expect(floor.market(MAIN, 'bid', '0.0001').ok).toBe(true);
    expect(floor.market(MAIN, 'bid', '0.00009').ok).toBe(false);
    const [status, code, words] = saidOf(floor.limit(MAIN, 'bid', '100000', '50.00001'));
    expect([status, code, words]).toEqual([
      422,
      0,
      `Order amount too high for ${MAIN}: 5000001 > 5000000`,
    ]);
    expect(saidOf(floor.limit(MAIN, 'bid', '100000', '90000000000'))[2]).toContain('too high');
    expect(saidOf(floor.limit(MAIN, 'bid', '100000', '-1'))[2]).toContain('too low');
  });

  test('EX-12 market orders at the end of their band, by setting', () => {
    const floor = new Floor({ settings: { marketNotionalAt: 'band' } });
    floor.crowd.btc.add('bid', 99_999, 100_000, 'GTC');
    expect(saidOf(floor.market(MAIN, 'ask', '0.0001', { slippage_percent: '1' }))[2]).toContain(
      '9.9 < 10',
    );
  });

  test('EX-13 bids from 10 % to 130 % of the mark, asks from 70 % to 190 %', () => {
    const floor = new Floor();
    const fits = (side: 'bid' | 'ask', price: string): boolean =>
      floor.limit(MAIN, side, price, '0.002', { tif: 'ALO' }).ok;
    expect([fits('bid', '10000'), fits('bid', '9999')]).toEqual([true, false]);
    expect([fits('bid', '130000'), fits('bid', '130001')]).toEqual([true, false]);
    floor.exchange.submit(
      'cancel_all_orders',
      floor.body(MAIN, { all_symbols: true, exclude_reduce_only: false }),
      () => {},
    );
    expect([fits('ask', '70000'), fits('ask', '69999')]).toEqual([true, false]);
    expect([fits('ask', '190000'), fits('ask', '190001')]).toEqual([true, false]);
    expect(saidOf(floor.limit(MAIN, 'ask', '190001', '0.002'))[2]).toBe(
      'Price too far from mark: 190001 100000',
    );
  });

  test('EX-14 reduce-only needs a position, the other side, and no more than it', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_001, 1000, 'GTC');
    floor.crowd.btc.add('bid', 99_999, 1000, 'GTC');
    const reduce = { reduce_only: true };
    expect(saidOf(floor.market(MAIN, 'ask', '0.01', reduce))[2]).toBe(
      `No position found for reduce-only order: ${MAIN} BTC`,
    );
    floor.market(MAIN, 'bid', '0.005');
    expect(saidOf(floor.market(MAIN, 'bid', '0.005', reduce))[2]).toContain('must be opposite');
    expect(saidOf(floor.market(MAIN, 'ask', '0.006', reduce))[2]).toBe(
      'Invalid reduce-only order amount: 0.006 exceeds position amount 0.005',
    );
    expect(floor.market(MAIN, 'ask', '0.005', reduce).ok).toBe(true);
    expect(floor.account(MAIN).holdings[0]?.position.lots).toBe(0);
  });

  test('EX-15 margin of positions and orders together, at the chosen leverage', () => {
    const floor = new Floor();
    expect(floor.limit(MAIN, 'bid', '100000', '4', { tif: 'ALO' }).ok).toBe(true);
    expect(saidOf(floor.limit(MAIN, 'bid', '100000', '1.01', { tif: 'ALO' }))).toEqual([
      422,
      5,
      `Insufficient balance for ${MAIN}: 2020 (account value: 2000)`,
    ]);
    expect(floor.limit(MAIN, 'bid', '100000', '1', { tif: 'ALO' }).ok).toBe(true);
    // The other side is no larger than what is reserved already.
    expect(floor.limit(MAIN, 'ask', '100001', '4.9', { tif: 'ALO' }).ok).toBe(true);
    expect(floor.limit(MAIN, 'bid', '3300', '1', { symbol: 'ETH', tif: 'ALO' }).ok).toBe(false);
  });

  test('EX-15 what reduces a position needs nothing, even under water', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 450_000, 'GTC');
    expect(floor.market(MAIN, 'bid', '4.5').ok).toBe(true);
    floor.crowd.btc.add('bid', 99_000, 450_000, 'GTC');
    floor.crowd.btc.add('ask', 99_001, 450_000, 'GTC');
    floor.pass(3000);
    floor.crowd.btc.setPrice(99_000);
    expect(floor.market(MAIN, 'bid', '0.1').ok).toBe(false);
    expect(floor.market(MAIN, 'ask', '4.5').ok).toBe(true);
  });
});

describe('market orders', () => {
  test('EX-16 fill inside the band around the mark, drop the rest', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_400, 100, 'GTC');
    floor.crowd.btc.add('ask', 100_500, 100, 'GTC');
    floor.crowd.btc.add('ask', 100_501, 100, 'GTC');
    const id = idOf(floor.market(MAIN, 'bid', '0.003', { slippage_percent: '0.5' }));
    expect(floor.events()).toEqual([
      [id, 'fulfill_market', 'partially_filled', 100, 0],
      [id, 'fulfill_market', 'partially_filled', 200, 0],
      [id, 'cancel', 'cancelled', 200, 100],
    ]);
  });

  test('EX-16 nobody inside the band: no order at all', () => {
    const floor = new Floor();
    expect(saidOf(floor.market(MAIN, 'ask', '0.01'))).toEqual([
      422,
      0,
      'No reasonable price found',
    ]);
    floor.crowd.btc.add('bid', 99_499, 100, 'GTC');
    expect(saidOf(floor.market(MAIN, 'ask', '0.01'))[2]).toBe('No reasonable price found');
    expect(floor.records).toEqual([]);
    expect(floor.market(MAIN, 'ask', '0.01', { slippage_percent: '0.501' }).ok).toBe(true);
  });

  test('EX-16 a band wider than the market ends at its edges', () => {
    const floor = new Floor();
    floor.crowd.btc.add('bid', 10, 1_000_000, 'GTC');
    expect(floor.market(MAIN, 'ask', '0.001', { slippage_percent: '100' }).ok).toBe(true);
    floor.crowd.eth.add('ask', 33_001, 1_000_000, 'GTC');
    floor.crowd.eth.setPrice(9_000_000);
    floor.pass(5000);
    floor.crowd.eth.setPrice(9_000_000);
    const wide = { symbol: 'ETH', slippage_percent: '100' };
    expect(floor.market(MAIN, 'bid', '0.01', wide).ok).toBe(true);
  });
});

describe('matching', () => {
  test('EX-20 EX-27 a limit order takes, then rests; the maker fills at its price', () => {
    const floor = new Floor();
    const maker = idOf(floor.limit(STRANGER, 'ask', '100000', '0.01', { tif: 'ALO' }));
    const taker = idOf(floor.limit(MAIN, 'bid', '100100', '0.015'));
    expect(floor.events()).toEqual([
      [maker, 'make', 'open', 0, 0],
      [taker, 'fulfill_market', 'partially_filled', 1000, 0],
      [maker, 'fulfill_limit', 'filled', 1000, 0],
      [taker, 'make', 'partially_filled', 1000, 0],
    ]);
    expect(floor.trades).toEqual([
      expect.objectContaining({
        ticks: 100_000,
        lots: 1000,
        side: 'open_long',
        lastOrderId: taker,
      }),
    ]);
  });

  test('EX-21 IOC drops what is left; which event says so is a setting', () => {
    const floor = new Floor();
    const id = idOf(floor.limit(MAIN, 'bid', '100000', '0.01', { tif: 'IOC' }));
    expect(floor.events()).toEqual([[id, 'cancel', 'cancelled', 0, 1000]]);
    const other = new Floor({ settings: { remainderEvent: 'expired' } });
    other.limit(MAIN, 'bid', '100000', '0.01', { tif: 'IOC' });
    expect(other.events()).toEqual([[1, 'expired', 'cancelled', 0, 1000]]);
  });

  test('EX-22 ALO that crosses gets an id and then a rejection; or a refusal, by setting', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 100, 'GTC');
    const id = idOf(floor.limit(MAIN, 'bid', '100000', '0.01', { tif: 'ALO' }));
    expect(floor.events()).toEqual([[id, 'post_only_rejected', 'rejected', 0, 1000]]);
    const strict = new Floor({ settings: { aloCross: 'refuse' } });
    strict.crowd.btc.add('ask', 100_000, 100, 'GTC');
    expect(strict.limit(MAIN, 'bid', '100000', '0.01', { tif: 'ALO' }).ok).toBe(false);
    expect(strict.records).toEqual([]);
  });

  test('EX-23 TOB rests one tick inside', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 100, 'GTC');
    const id = idOf(floor.limit(MAIN, 'bid', '100500', '0.01', { tif: 'TOB' }));
    expect(floor.account(MAIN).open.get(id)?.ticks).toBe(99_999);
    expect(floor.account(MAIN).holdings[0]?.bidsMicro).toBe(999_990_000);
  });

  test('EX-24 an own resting order goes whole, siblings and strangers trade', () => {
    const floor = new Floor();
    const own = idOf(floor.limit(MAIN, 'ask', '100000', '0.01', { tif: 'ALO' }));
    const sibling = idOf(floor.limit(SUB, 'ask', '100000', '0.01', { tif: 'ALO' }));
    const stranger = idOf(floor.limit(STRANGER, 'ask', '100001', '0.01', { tif: 'ALO' }));
    floor.events();
    const taker = idOf(floor.limit(MAIN, 'bid', '100001', '0.015'));
    expect(floor.events()).toEqual([
      [own, 'self_trade_prevented', 'rejected', 0, 1000],
      [taker, 'fulfill_market', 'partially_filled', 1000, 0],
      [sibling, 'fulfill_limit', 'filled', 1000, 0],
      [taker, 'fulfill_market', 'filled', 1500, 0],
      [stranger, 'fulfill_limit', 'partially_filled', 500, 0],
    ]);
    const { truth } = floor.exchange.state;
    expect([truth.stpEvents, truth.selfMatches, truth.familyStpEvents]).toEqual([1, 1, 0]);
    expect(truth.examples).toEqual([
      {
        timeMs: floor.nowMs,
        symbol: 'BTC',
        makerOrderId: sibling,
        takerOrderId: taker,
        makerAccount: SUB,
        takerAccount: MAIN,
        lots: 1000,
      },
    ]);
    expect(floor.account(MAIN).holdings[0]?.asksMicro).toBe(0);
  });

  test('EX-24 the whole family, by setting', () => {
    const floor = new Floor({ settings: { stpScope: 'family' } });
    const sibling = idOf(floor.limit(SUB, 'ask', '100000', '0.01', { tif: 'ALO' }));
    floor.limit(MAIN, 'bid', '100000', '0.01', { tif: 'IOC' });
    expect(floor.events().slice(1)).toEqual([
      [sibling, 'self_trade_prevented', 'rejected', 0, 1000],
      [2, 'cancel', 'cancelled', 0, 1000],
    ]);
    const { truth } = floor.exchange.state;
    expect([truth.stpEvents, truth.selfMatches, truth.familyStpEvents]).toEqual([0, 0, 1]);
  });

  test('EX-25 an own order does not stand in the way of post-only, by setting', () => {
    for (const [postOnlyFirst, expected] of [
      [true, 'post_only_rejected'],
      [false, 'make'],
    ] as const) {
      const floor = new Floor({ settings: { postOnlyFirst } });
      floor.limit(MAIN, 'ask', '100000', '0.01', { tif: 'ALO' });
      floor.limit(MAIN, 'bid', '100000', '0.01', { tif: 'ALO' });
      expect(floor.records.at(-1)?.event).toBe(expected);
      expect(floor.exchange.state.truth.stpEvents).toBe(postOnlyFirst ? 0 : 1);
    }
  });

  test('EX-26 resting reduce-only orders follow the position down', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    floor.crowd.btc.add('bid', 99_000, 10_000, 'GTC');
    floor.market(MAIN, 'bid', '0.01');
    const reduce = { tif: 'ALO', reduce_only: true };
    const far = idOf(floor.limit(MAIN, 'ask', '100300', '0.01', reduce));
    const near = idOf(floor.limit(MAIN, 'ask', '100200', '0.003', reduce));
    const plain = idOf(floor.limit(MAIN, 'ask', '100100', '0.01', { tif: 'ALO' }));
    floor.limit(MAIN, 'bid', '98000', '0.001', { tif: 'ALO', symbol: 'BTC' });
    floor.events();
    floor.market(MAIN, 'ask', '0.006', { slippage_percent: '2' });
    expect(floor.events().slice(1)).toEqual([[far, 'adjust', 'open', 0, 600]]);
    expect(floor.account(MAIN).holdings[0]?.asksMicro).toBe(
      401_200_000 + 300_600_000 + 1_001_000_000,
    );
    floor.crowd.btc.add('bid', 100_100, 400, 'IOC');
    expect(floor.events()).toEqual([
      [plain, 'fulfill_limit', 'partially_filled', 400, 0],
      [far, 'force_cancel', 'cancelled', 0, 1000],
      [near, 'force_cancel', 'cancelled', 0, 300],
    ]);
    expect([...floor.account(MAIN).open.keys()]).toHaveLength(2);
  });
});

describe('cancels', () => {
  const setUp = (): { floor: Floor; id: number } => {
    const floor = new Floor();
    const id = idOf(
      floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO', client_order_id: ID_B }),
    );
    floor.events();
    return { floor, id };
  };

  test('EX-17 by id and by client id', () => {
    const { floor, id } = setUp();
    expect(
      floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_B })),
    ).toEqual({
      ok: true,
      value: { of: 'cancel', orderId: null, clientOrderId: ID_B, symbol: 'BTC' },
    });
    expect(floor.events()).toEqual([[id, 'cancel', 'cancelled', 0, 1000]]);
    expect(floor.account(MAIN).holdings[0]?.bidsMicro).toBe(0);
    expect(floor.exchange.state.truth.cancels).toBe(1);
    const next = idOf(floor.limit(MAIN, 'bid', '99000', '0.01', { tif: 'ALO' }));
    expect(floor.send('cancel_order', floor.body(MAIN, { symbol: 'BTC', order_id: next })).ok).toBe(
      true,
    );
  });

  test('EX-17 unknown, gone, of another account, in another market: the same words', () => {
    const { floor, id } = setUp();
    for (const [account, fields] of [
      [MAIN, { symbol: 'BTC', order_id: 12345 }],
      [MAIN, { symbol: 'ETH', order_id: id }],
      [SUB, { symbol: 'BTC', order_id: id }],
      [SUB, { symbol: 'BTC', client_order_id: ID_B }],
      [MAIN, { symbol: 'BTC', client_order_id: ID_A }],
    ] as const) {
      expect(saidOf(floor.send('cancel_order', floor.body(account, fields)))).toEqual([
        422,
        5,
        'Failed to cancel order',
      ]);
    }
    const cancel = floor.body(MAIN, { symbol: 'BTC', client_order_id: ID_B });
    expect(floor.send('cancel_order', cancel).ok).toBe(true);
    expect(floor.send('cancel_order', cancel).ok).toBe(false);
  });

  test('EX-18 all, one market, or all but what only reduces', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    floor.market(MAIN, 'bid', '0.01');
    const post = { tif: 'ALO' };
    floor.limit(MAIN, 'bid', '99000', '0.01', post);
    floor.limit(MAIN, 'ask', '100500', '0.01', { ...post, reduce_only: true });
    floor.limit(MAIN, 'bid', '3200', '1', { ...post, symbol: 'ETH' });
    floor.limit(SUB, 'bid', '99000', '0.01', post);
    const cancelAll = (fields: object): unknown => {
      const result = floor.send('cancel_all_orders', floor.body(MAIN, { ...fields }));
      return result.ok ? result.value : result.refusal;
    };
    expect(cancelAll({ all_symbols: false, symbol: 'ETH', exclude_reduce_only: false })).toEqual({
      of: 'cancel_all',
      count: 1,
    });
    expect(cancelAll({ all_symbols: true, exclude_reduce_only: true })).toEqual({
      of: 'cancel_all',
      count: 1,
    });
    expect(cancelAll({ all_symbols: true, exclude_reduce_only: false })).toEqual({
      of: 'cancel_all',
      count: 1,
    });
    expect(floor.account(MAIN).open.size).toBe(0);
    expect(floor.account(SUB).open.size).toBe(1);
  });
});

describe('leverage', () => {
  const set = (floor: Floor, leverage: unknown, symbol = 'BTC'): unknown => {
    const result = floor.send('update_leverage', floor.body(MAIN, { symbol, leverage }));
    return result.ok ? result.value.of : saidOf(result);
  };

  test('EX-19 from 1 to the maximum, whole numbers', () => {
    const floor = new Floor();
    expect(set(floor, 51)).toEqual([400, 7, 'Invalid leverage']);
    expect(set(floor, 0)).toEqual([400, 400, expect.stringContaining('leverage')]);
    expect(set(floor, 2.5)).toEqual([400, 400, expect.stringContaining('leverage')]);
    expect(set(floor, 5, 'DOGE')).toEqual([422, 2, 'Book not found: DOGE']);
    expect(set(floor, 5)).toBe('done');
    expect(floor.leverages).toEqual([[floor.account(MAIN), expect.anything(), 5]]);
    expect(saidOf(floor.limit(MAIN, 'bid', '100000', '0.51', { tif: 'ALO' }))[2]).toContain(
      '10200',
    );
  });

  test('EX-19 up at any time, down only when flat', () => {
    const floor = new Floor();
    floor.crowd.btc.add('ask', 100_000, 1000, 'GTC');
    set(floor, 10);
    floor.market(MAIN, 'bid', '0.01');
    expect(set(floor, 9)).toEqual([422, 7, 'Cannot decrease leverage with open position.: 9']);
    expect(set(floor, 20)).toBe('done');
    expect(floor.account(MAIN).holdings[0]).toMatchObject({ leverage: 20, leverageSetMs: NOW });
  });

  test('EX-19 not below what the resting orders need', () => {
    const floor = new Floor();
    floor.limit(MAIN, 'bid', '100000', '1', { tif: 'ALO' });
    expect(set(floor, 9)).toEqual([422, 5, expect.stringContaining('Insufficient balance')]);
    expect(floor.account(MAIN).holdings[0]?.leverage).toBe(50);
    expect(set(floor, 10)).toBe('done');
  });
});

describe('the crowd', () => {
  test('is told of its fills, and braced before others enter', () => {
    const floor = new Floor();
    const { btc } = floor.crowd;
    const { orderId } = btc.add('ask', 100_000, 1000, 'GTC');
    floor.limit(MAIN, 'bid', '100000', '0.004');
    floor.limit(MAIN, 'bid', '99000', '0.004', { tif: 'ALO' });
    expect(floor.crowd.braced).toEqual([
      [0, 'bid', 100_000, 400],
      [0, 'bid', 99_000, 1],
    ]);
    expect(floor.crowd.fills).toEqual([[0, orderId, 100_000, 400, 600]]);
    expect(btc.remaining(orderId)).toBe(600);
    expect(btc.add('bid', 100_000, 100, 'IOC')).toMatchObject({
      filledLots: 100,
      status: 'filled',
    });
    expect(floor.crowd.fills.at(-1)).toEqual([0, orderId, 100_000, 100, 500]);
    expect([btc.bestBid(), btc.bestAsk(), btc.levelLots(100_000)]).toEqual([99_000, 100_000, 500]);
    expect(btc.nextPrice('bid', 99_000)).toBe(0);
    expect(btc.cancel(orderId)).toBe(500);
    expect(floor.trades.map(({ side }) => side)).toEqual(['open_long', 'open_long']);
  });

  test('may not cancel what is not its own', () => {
    const floor = new Floor();
    const id = idOf(floor.limit(MAIN, 'bid', '99000', '0.004', { tif: 'ALO' }));
    expect(() => floor.crowd.btc.cancel(id)).toThrow("is not the crowd's");
  });
});

test('the harness has the vectors of the reference', () => {
  expect(SIGNATURE).toHaveLength(88);
  expect(AGENT).not.toBe(MAIN);
});
