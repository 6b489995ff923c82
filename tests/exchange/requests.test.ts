import { createPrivateKey, sign as edSign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { OperationKey } from '../../src/exchange/core/exchange.ts';
import type { Reply } from '../../src/exchange/core/requests/prepared.ts';
import type { Result } from '../../src/exchange/core/requests/refusal.ts';
import { refusalBody } from '../../src/exchange/payloads/replyPayloads.ts';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { encodeBase58 } from '../../src/protocol/base58.ts';
import { AGENT, Floor, MAIN, NOW, SUB, saidOf } from './support/floor.ts';

const crypto = createNodeCrypto();
const HEADER = { account: MAIN, agent_wallet: null, timestamp: NOW, expiry_window: 5000 };

/** The vectors of the reference: operation, fields, header, signature. */
const V1 = {
  ...HEADER,
  signature:
    '44hTdxjK2fdyLA8ABqLWswGAUYewSH6pZhFAYxMt9owf4hV5iBqPMp2q7QoZ7jM658pMKfVpyHJ2Sjh2D812Dcnz',
  symbol: 'BTC',
  price: '100000',
  amount: '0.1',
  side: 'bid',
  tif: 'GTC',
  reduce_only: false,
  client_order_id: '12345678-1234-1234-1234-123456789abc',
};
const V2 = {
  account: MAIN,
  agent_wallet: AGENT,
  signature:
    '5PMbyVASWc2EvaSPdZSEaC2W199UxihQgu3WLtoQZSV2Td38pekXfe7BD3UxWb2GSCYA6UVMjfa8ayf7oZvKhN8',
  timestamp: 1_765_017_049_008,
  expiry_window: 30_000,
  take_profit: {
    stop_price: '2500',
    limit_price: '2495',
    client_order_id: 'e36ac10b-58cc-4372-a567-0e02b2c3d479',
    trigger_price_type: 'mark_price',
  },
  stop_loss: { stop_price: '3600' },
  symbol: 'ETH',
  amount: '1.25',
  side: 'ask',
  slippage_percent: '0.5',
  reduce_only: true,
  client_order_id: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
};
const V3 = {
  ...HEADER,
  signature:
    '3QYCRL8VYXTEFZrcinczERzqVdfgebUBkT3VwLtKKoZrbK67Mt9RtaNMx3yizYBbAbgPvftbdRcaPR1em8Jbbio8',
  order_id: 42069,
  symbol: 'BTC',
};
const V4 = {
  ...HEADER,
  signature:
    'wF6gWCnYNjEDDvjsNb9hZ7zaPRstnq4hrYgc8dTJmcEuhxFVZSxeLF4xbh2N1aosCaSKjWEZJHC4XK9XhwYrNff',
  exclude_reduce_only: false,
  all_symbols: true,
};
const V7 = {
  ...HEADER,
  signature:
    '4b3bAusnfR8ciUS7oB2PurJNj4JZcz4HrVbfnpF7JLVKJGUW84gkwvHbT48coNJwUoESW4SFVcZUU2HKSHUQY77t',
  symbol: 'kBONK',
  leverage: 5,
};

describe('signatures', () => {
  const vectors: [string, OperationKey, { timestamp: number }, string][] = [
    ['V1', 'create_order', V1, 'ok'],
    ['V2', 'create_market_order', V2, 'No position found for reduce-only order'],
    ['V3', 'cancel_order', V3, 'Failed to cancel order'],
    ['V4', 'cancel_all_orders', V4, 'ok'],
    ['V7', 'update_leverage', V7, 'Book not found: kBONK'],
  ];
  test.each(vectors)('EX-2 %s is verified, and the engine answers', (_, key, body, outcome) => {
    expect(answer(key, body)).toContain(outcome);
  });

  test.each(vectors)('EX-2 %s with one value changed is not', (_, key, body) => {
    const { floor, send } = strict(body.timestamp);
    expect(saidOf(send(key, { ...body, timestamp: body.timestamp + 1 }))).toEqual([
      400,
      400,
      'Verification failed',
    ]);
    expect(floor.exchange.state.truth.refused).toBe(1);
  });

  test('EX-2 the order of the keys of the body does not matter', () => {
    const reversed = Object.fromEntries(Object.entries(V2).reverse());
    expect(answer('create_market_order', reversed)).toContain('No position found');
  });

  test('EX-2 an unsorted message signs to something that is refused', () => {
    const signature =
      '3nMPnRkNZJiyJAtWZQ8xc6EYoexZf2a1458yorGkmM2rjoQm5pFcu53mRGVEQv5TPgP8jqyHDsWt5obH1vurd2wz';
    expect(answer('create_order', { ...V1, signature })).toBe('Verification failed');
  });

  test('EX-2 the signature of one operation is none for another', () => {
    expect(answer('cancel_all_orders', { ...V3, ...V4, signature: V3.signature })).toBe(
      'Verification failed',
    );
  });

  test('EX-2 EX-301 a key of any name that was not signed breaks the signature, in a batch as well', () => {
    const text = JSON.stringify(V1).replace('{', '{"__proto__":"x",');
    expect(answer('create_order', JSON.parse(text))).toBe('Verification failed');
    const batch = (data: string): object =>
      JSON.parse(`{"actions":[{"type":"Create","data":${data}}]}`);
    expect(strict(NOW).send('batch_orders', batch(text))).toMatchObject({
      ok: false,
      refusal: { error: 'Verification failed' },
    });
    expect(strict(NOW).send('batch_orders', batch(JSON.stringify(V1)))).toMatchObject({ ok: true });
  });

  test('EX-2 a field that was not signed breaks the signature', () => {
    expect(answer('create_order', { ...V1, builder_code: 'x' })).toBe('Verification failed');
  });

  test('EX-2 an omitted window is signed as 30000', () => {
    const data = { order_id: 7, symbol: 'BTC' };
    const text = `{"data":{"order_id":7,"symbol":"BTC"},"expiry_window":30000,"timestamp":${NOW},"type":"cancel_order"}`;
    const body = { account: MAIN, timestamp: NOW, ...data, signature: signedByMain(text) };
    expect(answer('cancel_order', body)).toBe('Failed to cancel order');
  });

  test.each([
    ['signature', 'abc', 'Invalid signature'],
    ['signature', { type: 'hardware', value: V1.signature }, 'Verification failed'],
    ['account', 'not-a-key', 'Invalid public key'],
    ['agent_wallet', '0OIl', 'Invalid public key'],
  ])('EX-2 %s %s', (field, value, words) => {
    expect(answer('create_order', { ...V1, [field]: value })).toBe(words);
  });

  test('EX-2 the newer form of the failure, by setting', () => {
    const { send } = strict(NOW, { signatureFailure: 'envelope' });
    const result = send('create_order', { ...V1, amount: '0.2' });
    expect(bodyOf(result)).toBe(
      '{"success":false,"data":null,"error":"Verification failed: signature does not match signer and canonical payload.","code":400,"error_id":"signature_verification_failed"}',
    );
  });

  test('EX-40 a failure is the bare text', () => {
    expect(bodyOf(strict(NOW).send('create_order', { ...V1, amount: '0.2' }))).toBe(
      'Verification failed',
    );
  });
});

describe('agents', () => {
  test('EX-5 a key that is not bound to the account is turned away', () => {
    const { send } = strict(V2.timestamp);
    const result = send('create_market_order', signedByAgent({ ...V2, account: SUB }));
    expect(bodyOf(result)).toBe('{"error":"Agent not authorized for account","code":400}');
  });

  test('EX-5 without naming the agent its signature is none', () => {
    expect(answer('create_market_order', { ...V2, agent_wallet: null })).toBe(
      'Verification failed',
    );
  });

  test('EX-5 an account may name itself', () => {
    expect(answer('create_order', { ...V1, agent_wallet: MAIN })).toBe('ok');
  });

  function signedByAgent(body: typeof V2): typeof V2 {
    // The agent's signature does not cover the account, so V2's own stays good.
    return body;
  }
});

describe('shape', () => {
  const floor = new Floor();
  const good = floor.limitBody(MAIN, 'bid', '99000', '0.01');
  const without = (name: string): object =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

  test.each([
    ['a string', 'expected a JSON object'],
    [['array'], 'expected a JSON object'],
    [null, 'expected a JSON object'],
    [without('price'), 'missing field `price`'],
    [without('account'), 'missing field `account`'],
    [without('signature'), 'missing field `signature`'],
    [{ ...good, tif: 'FOK' }, 'unknown variant `FOK`, expected one of `GTC`, `IOC`, `ALO`, `TOB`'],
    [{ ...good, side: 'buy' }, 'unknown variant `buy`, expected one of `bid`, `ask`'],
    [{ ...good, client_order_id: 'not-a-uuid' }, 'client_order_id: UUID parsing failed'],
  ])('EX-1 %j', (body, problem) => {
    expect(saidOf(floor.send('create_order', body))).toEqual([
      400,
      400,
      `Json deserialize error: ${problem}`,
    ]);
  });

  test('EX-1 a number where a string belongs', () => {
    const [status, , words] = saidOf(floor.send('create_order', { ...good, price: 99_000 }));
    expect(status).toBe(400);
    expect(words).toMatch(/^Json deserialize error: price: /);
  });

  test('EX-1 null is the same as absent', () => {
    expect(floor.send('create_order', { ...good, client_order_id: null }).ok).toBe(true);
  });

  test.each([
    [{ symbol: 'BTC' }],
    [{ symbol: 'BTC', order_id: 1, client_order_id: '12345678-1234-1234-1234-123456789abc' }],
  ])('EX-1 a cancel names exactly one id: %j', (fields) => {
    expect(saidOf(floor.send('cancel_order', floor.body(MAIN, fields)))[2]).toContain(
      'expected exactly one of',
    );
  });

  test('EX-1 a cancel-all of one market names it', () => {
    const body = floor.body(MAIN, { all_symbols: false, exclude_reduce_only: false });
    expect(saidOf(floor.send('cancel_all_orders', body))[2]).toContain('expected a symbol');
  });
});

describe('order of the checks', () => {
  test('EX-3 shape goes before the signature', () => {
    const { price: _, ...body } = { ...V1, signature: 'abc' };
    expect(answer('create_order', body)).toContain('missing field `price`');
  });

  test('EX-3 the signature goes before the tick', () => {
    expect(answer('create_order', { ...V1, price: '100000.5' })).toBe('Verification failed');
  });

  test('EX-3 expiry goes before the tick, the tick before the engine', () => {
    const floor = new Floor();
    const stale = { ...floor.limitBody(MAIN, 'bid', '0.5', '0'), timestamp: NOW - 6000 };
    expect(saidOf(floor.send('create_order', stale))[2]).toBe('Invalid message');
    expect(saidOf(floor.limit(MAIN, 'bid', '99999.5', '0'))[2]).toContain('tick size 1');
    expect(saidOf(floor.limit(MAIN, 'bid', '99999', '0'))[2]).toContain('amount too low');
  });

  test('EX-3 an address without an account fails in the engine, after the tick', () => {
    const floor = new Floor();
    const unknown = 'So11111111111111111111111111111111111111112';
    expect(saidOf(floor.limit(unknown, 'bid', '99999.5', '1'))[0]).toBe(400);
    expect(saidOf(floor.limit(unknown, 'bid', '99999', '1'))).toEqual([
      422,
      1,
      `Account not found: ${unknown}`,
    ]);
  });
});

describe('time', () => {
  const at = (timestamp: number, settings = {}): string => {
    const floor = new Floor({ settings });
    const body = {
      ...floor.body(MAIN, { all_symbols: true, exclude_reduce_only: false }),
      timestamp,
    };
    const result = floor.send('cancel_all_orders', body);
    return result.ok ? 'ok' : result.refusal.error;
  };

  test('EX-4 good until timestamp plus window, from window ahead', () => {
    expect(at(NOW - 5000)).toBe('ok');
    expect(at(NOW - 5001)).toBe('Invalid message');
    expect(at(NOW + 5000)).toBe('ok');
    expect(at(NOW + 5001)).toBe('Invalid message');
  });

  test('EX-4 no future at all, by setting', () => {
    expect(at(NOW, { futureTimestamps: 'refuse' })).toBe('ok');
    expect(at(NOW + 1, { futureTimestamps: 'refuse' })).toBe('Invalid message');
  });
});

describe('grids', () => {
  const floor = new Floor();
  test('EX-6 price and amount', () => {
    expect(saidOf(floor.limit(MAIN, 'bid', '99999.5', '0.01'))).toEqual([
      400,
      400,
      'Invalid price: 99999.5 is not a multiple of tick size 1',
    ]);
    expect(saidOf(floor.limit(MAIN, 'bid', '99999', '0.000011'))[2]).toBe(
      'Invalid amount: 0.000011 is not a multiple of lot size 0.00001',
    );
    expect(saidOf(floor.limit(MAIN, 'bid', '3000.05', '1', { symbol: 'ETH' }))[2]).toContain('0.1');
    expect(saidOf(floor.market(MAIN, 'bid', '1e3'))[2]).toContain('lot size');
    expect(floor.limit(MAIN, 'bid', '99000.00', '0.010000').ok).toBe(true);
  });

  test('EX-6 price outside the market, unknown market, odd slippage', () => {
    expect(saidOf(floor.limit(MAIN, 'bid', '0', '1'))).toEqual([422, 3, 'Invalid tick level: 0']);
    expect(saidOf(floor.limit(MAIN, 'bid', '1000001', '1'))[2]).toContain('Invalid tick level');
    expect(saidOf(floor.limit(MAIN, 'bid', '1', '1', { symbol: 'btc' }))).toEqual([
      422,
      2,
      'Book not found: btc',
    ]);
    expect(saidOf(floor.market(MAIN, 'bid', '1', { symbol: 'DOGE' }))[2]).toContain(
      'Book not found',
    );
    for (const slippage_percent of ['-1', '101', 'x']) {
      expect(saidOf(floor.market(MAIN, 'bid', '1', { slippage_percent }))[2]).toContain('slippage');
    }
  });
});

/** What a body that was really signed leads to: `ok`, or the words of the refusal. */
function answer(key: OperationKey, body: object): string {
  const timestamp = 'timestamp' in body ? Number(body.timestamp) : NOW;
  const result = strict(timestamp).send(key, body);
  return result.ok ? 'ok' : result.refusal.error;
}

function strict(
  nowMs: number,
  settings = {},
): { floor: Floor; send: (key: OperationKey, body: object) => Result<Reply> } {
  const floor = new Floor({ settings, verify: (...signed) => crypto.verify(...signed) });
  floor.nowMs = nowMs;
  floor.pass(0);
  return { floor, send: (key, body) => floor.send(key, body) };
}

function bodyOf(result: Result<Reply>): string {
  return result.ok ? 'ok' : refusalBody(result.refusal);
}

function signedByMain(text: string): string {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({
    key: Buffer.concat([prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  return encodeBase58(new Uint8Array(edSign(null, Buffer.from(text), key)));
}
