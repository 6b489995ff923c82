// What is signed and what is sent: the vectors of the reference, the templates, the schemas.
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { decodeBase58, encodeBase58 } from '../../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import {
  UPDATE_LEVERAGE,
  updateLeverageData,
} from '../../src/protocol/operations/account/updateLeverage.ts';
import { HEADER_KEYS, headerSchema } from '../../src/protocol/operations/header.ts';
import {
  BATCH_ORDERS,
  batchBody,
  batchSchema,
} from '../../src/protocol/operations/orders/batchOrders.ts';
import {
  CANCEL_ALL_ORDERS,
  cancelAllData,
} from '../../src/protocol/operations/orders/cancelAllOrders.ts';
import {
  CANCEL_ORDER,
  cancelByClientIdData,
  cancelByIdData,
} from '../../src/protocol/operations/orders/cancelOrder.ts';
import {
  CREATE_MARKET_ORDER,
  createMarketOrderData,
} from '../../src/protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER, createOrderData } from '../../src/protocol/operations/orders/createOrder.ts';
import {
  canonicalMessage,
  DEFAULT_EXPIRY_WINDOW_MS,
  type SigningHeader,
  signedBody,
} from '../../src/protocol/signing.ts';
import type { Side, TimeInForce } from '../../src/protocol/terms.ts';
import { fixture } from './fixture.ts';

type Fields = { readonly [key: string]: Json };

interface Vector {
  readonly id: string;
  readonly signer: string;
  readonly type: string;
  readonly timestamp: number;
  readonly expiry_window: number;
  readonly data: Fields;
  readonly message: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly signature: string;
  readonly body?: Fields;
}

interface Key {
  readonly seed: string;
  readonly account: string;
  readonly secret: string;
}

const { keys, vectors, unsorted, signatureHexOfV1 } = fixture<{
  keys: { readonly MAIN: Key; readonly AGENT: Key; readonly SUB: Key };
  vectors: readonly Vector[];
  unsorted: { readonly message: string; readonly signature: string };
  signatureHexOfV1: string;
}>('signing');

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const BTC: Market = makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...figures });
const ETH: Market = makeMarket(1, {
  symbol: 'ETH',
  tickSize: '0.1',
  lotSize: '0.0001',
  ...figures,
});
const ODD: Market = makeMarket(2, { symbol: 'kBONK', tickSize: '0.5', lotSize: '100', ...figures });

function keyOf(name: string): KeyObject {
  // A seed as PKCS #8: the fixed prefix of RFC 8410, then the 32 bytes.
  const prefix = '302e020100300506032b657004220420';
  const der = Buffer.from(prefix + keys[name as keyof typeof keys].seed, 'hex');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function signatureOf(message: string, signer: string): string {
  return encodeBase58(sign(null, Buffer.from(message), keyOf(signer)));
}

/** The same value with the keys of every object in the opposite order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, reversed(field)]);
  return Object.fromEntries(entries.reverse()) as Json;
}

function headerOf(vector: Vector): SigningHeader {
  return {
    account: keys.MAIN.account,
    agentWallet: keys.AGENT.account,
    timestampMs: vector.timestamp,
    expiryWindowMs: vector.expiry_window,
  };
}

function vectorOf(id: string): Vector {
  const found = vectors.find((vector) => vector.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

describe.each(vectors)('vector $id', (vector) => {
  const { type, timestamp, expiry_window } = vector;
  const data = canonicalJson(reversed(vector.data));

  test('PROTO-7, PROTO-8: canonical text, whatever the order of the keys', () => {
    const whole = reversed({ timestamp, expiry_window, type, data: vector.data });
    expect(canonicalJson(whole)).toBe(vector.message);
    expect(canonicalMessage(type, data, headerOf(vector))).toBe(vector.message);
    expect(Buffer.byteLength(vector.message)).toBe(vector.bytes);
    expect(createHash('sha256').update(vector.message).digest('hex')).toBe(vector.sha256);
  });

  test('PROTO-11: signature', () => {
    expect(signatureOf(vector.message, vector.signer)).toBe(vector.signature);
  });

  // The two steps of a new subaccount share one body of their own shape.
  if (type.startsWith('subaccount_')) return;

  test('PROTO-9: body', () => {
    const header = headerOf(vector);
    const body: unknown = JSON.parse(signedBody(data, header, vector.signature));
    // The desk always names its agent key, the example of the reference does not use one.
    expect(body).toEqual({
      account: header.account,
      signature: vector.signature,
      timestamp,
      expiry_window,
      ...vector.data,
      ...vector.body,
      agent_wallet: header.agentWallet,
    });
    expect(headerSchema.safeParse(body).success).toBe(true);
    const fields = Object.entries(body as object).filter(([key]) => !HEADER_KEYS.has(key));
    expect(Object.fromEntries(fields)).toEqual(vector.data);
  });
});

describe('vectors of operations that the desk sends', () => {
  const uuid = '12345678-1234-1234-1234-123456789abc';
  test.each([
    [
      'V1',
      CREATE_ORDER.type,
      createOrderData({
        market: BTC,
        side: 'bid',
        priceTicks: 100_000,
        lots: 10_000,
        tif: 'GTC',
        reduceOnly: false,
        clientOrderId: uuid,
      }),
    ],
    ['V3', CANCEL_ORDER.type, cancelByIdData('BTC', 42_069)],
    ['V4', CANCEL_ALL_ORDERS.type, cancelAllData(false)],
    ['V7', UPDATE_LEVERAGE.type, updateLeverageData('kBONK', 5)],
  ])('PROTO-10, PROTO-11: %s from its template', (id, type, data) => {
    const vector = vectorOf(id);
    const message = canonicalMessage(type, data, headerOf(vector));
    expect(message).toBe(vector.message);
    expect(signatureOf(message, 'MAIN')).toBe(vector.signature);
  });

  test('PROTO-11: V1 in raw bytes, and the keys with their addresses', () => {
    const raw = decodeBase58(vectorOf('V1').signature, 64) ?? new Uint8Array();
    expect(Buffer.from(raw).toString('hex')).toBe(signatureHexOfV1);
    for (const { seed, account, secret } of Object.values(keys)) {
      const bytes = decodeBase58(secret, 64) ?? new Uint8Array(64);
      expect(Buffer.from(bytes.subarray(0, 32)).toString('hex')).toBe(seed);
      expect(encodeBase58(bytes.subarray(32))).toBe(account);
      expect(encodeBase58(bytes)).toBe(secret);
    }
  });

  test('PROTO-11: the unsorted message is another message', () => {
    const { message, signature } = unsorted;
    expect(signatureOf(message, 'MAIN')).toBe(signature);
    expect(signature).not.toBe(vectorOf('V1').signature);
    expect(canonicalJson(JSON.parse(message) as Json)).toBe(vectorOf('V1').message);
  });

  test('the window of the desk is two seconds', () => {
    expect(DEFAULT_EXPIRY_WINDOW_MS).toBe(2000);
  });
});

describe('templates', () => {
  const market = fc.constantFrom(BTC, ETH, ODD);
  const side = fc.constantFrom<Side>('bid', 'ask');
  const tif = fc.constantFrom<TimeInForce>('GTC', 'IOC', 'ALO', 'TOB');
  const lots = fc.integer({ min: 1, max: 500_000_000 });
  const ticks = fc.integer({ min: 1, max: 10_000_000 });
  const limit = fc.record({
    market,
    side,
    priceTicks: ticks,
    lots,
    tif,
    reduceOnly: fc.boolean(),
    clientOrderId: fc.uuid(),
  });
  const atMarket = fc.record({
    market,
    side,
    lots,
    slippageBps: fc.integer({ min: 1, max: 10_000 }),
    reduceOnly: fc.boolean(),
    clientOrderId: fc.uuid(),
  });

  /** The fields as another program would write them: by division, without our grids. */
  function decimalOf(units: number, size: number, decimals: number): string {
    const text = (BigInt(units) * BigInt(Math.round(size * 10 ** decimals)))
      .toString()
      .padStart(decimals + 1, '0');
    const cut = text.length - decimals;
    return `${text.slice(0, cut)}.${text.slice(cut)}`.replace(/\.?0*$/, '');
  }
  const tickSizes: Readonly<Record<string, number>> = { BTC: 1, ETH: 0.1, kBONK: 0.5 };
  const lotSizes: Readonly<Record<string, number>> = { BTC: 0.00001, ETH: 0.0001, kBONK: 100 };

  test('PROTO-10: limit order', () => {
    fc.assert(
      fc.property(limit, (order) => {
        const { symbol } = order.market;
        const fields = {
          symbol,
          price: decimalOf(order.priceTicks, tickSizes[symbol] ?? 0, 6),
          amount: decimalOf(order.lots, lotSizes[symbol] ?? 0, 6),
          side: order.side,
          tif: order.tif,
          reduce_only: order.reduceOnly,
          client_order_id: order.clientOrderId,
        };
        const data = createOrderData(order);
        expect(data).toBe(canonicalJson(fields));
        expect(CREATE_ORDER.schema.parse(JSON.parse(data))).toEqual(fields);
      }),
    );
  });

  test('PROTO-10: market order', () => {
    fc.assert(
      fc.property(atMarket, (order) => {
        const { symbol } = order.market;
        const fields = {
          symbol,
          amount: decimalOf(order.lots, lotSizes[symbol] ?? 0, 6),
          side: order.side,
          slippage_percent: decimalOf(order.slippageBps, 0.01, 2),
          reduce_only: order.reduceOnly,
          client_order_id: order.clientOrderId,
        };
        const data = createMarketOrderData(order);
        expect(data).toBe(canonicalJson(fields));
        expect(CREATE_MARKET_ORDER.schema.parse(JSON.parse(data))).toEqual(fields);
      }),
    );
  });

  test('PROTO-10: cancels and leverage', () => {
    const property = fc.property(
      fc.constantFrom('BTC', 'ETH', 'kBONK'),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.uuid(),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      (symbol, order_id, client_order_id, exclude_reduce_only, leverage) => {
        const cancel = { symbol, order_id };
        expect(cancelByIdData(symbol, order_id)).toBe(canonicalJson(cancel));
        expect(CANCEL_ORDER.schema.parse(cancel)).toEqual(cancel);
        const byName = { symbol, client_order_id };
        expect(cancelByClientIdData(symbol, client_order_id)).toBe(canonicalJson(byName));
        expect(CANCEL_ORDER.schema.parse(byName)).toEqual(byName);
        const everywhere = { all_symbols: true, exclude_reduce_only };
        expect(cancelAllData(exclude_reduce_only)).toBe(canonicalJson(everywhere));
        expect(CANCEL_ALL_ORDERS.schema.parse(everywhere)).toEqual(everywhere);
        const here = { all_symbols: false, exclude_reduce_only, symbol };
        expect(cancelAllData(exclude_reduce_only, symbol)).toBe(canonicalJson(here));
        expect(CANCEL_ALL_ORDERS.schema.parse(here)).toEqual(here);
        const change = { symbol, leverage };
        expect(updateLeverageData(symbol, leverage)).toBe(canonicalJson(change));
        expect(UPDATE_LEVERAGE.schema.parse(change)).toEqual(change);
      },
    );
    fc.assert(property);
  });
});

test('PROTO-26: names, paths and costs of the operations', () => {
  const operations = [
    CREATE_ORDER,
    CREATE_MARKET_ORDER,
    CANCEL_ORDER,
    CANCEL_ALL_ORDERS,
    UPDATE_LEVERAGE,
  ];
  expect(operations.map((o) => [o.type, o.path, o.wsKey, o.costTenths])).toEqual([
    ['create_order', '/orders/create', 'create_order', 10],
    ['create_market_order', '/orders/create_market', 'create_market_order', 10],
    ['cancel_order', '/orders/cancel', 'cancel_order', 5],
    ['cancel_all_orders', '/orders/cancel_all', 'cancel_all_orders', 5],
    ['update_leverage', '/account/leverage', undefined, 10],
  ]);
  expect(BATCH_ORDERS).toEqual({
    path: '/orders/batch',
    wsKey: 'batch_orders',
    maxActions: 10,
    maxBytes: 4096,
  });
});

describe('batch', () => {
  const v3 = vectorOf('V3');
  const body = signedBody(canonicalJson(v3.data), headerOf(v3), v3.signature);

  test('PROTO-13: whole bodies in their order', () => {
    const text = batchBody([
      { type: 'Cancel', body },
      { type: 'Create', body: '{"a":1}' },
      { type: 'CreateMarket', body: '{"b":2}' },
    ]);
    expect(text).toBe(
      `{"actions":[{"type":"Cancel","data":${body}},{"type":"Create","data":{"a":1}},{"type":"CreateMarket","data":{"b":2}}]}`,
    );
    expect(batchSchema.parse(JSON.parse(text)).actions[0]).toEqual({
      type: 'Cancel',
      data: JSON.parse(body) as unknown,
    });
  });

  test('PROTO-13: one to ten actions of known types', () => {
    const actions = (count: number, type: string): unknown => ({
      actions: new Array(count).fill({ type, data: {} }),
    });
    expect([0, 1, 10, 11].map((n) => batchSchema.safeParse(actions(n, 'Create')).success)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(batchSchema.safeParse(actions(1, 'create')).success).toBe(false);
    expect(batchSchema.safeParse(actions(1, 'Edit')).success).toBe(true);
    expect(batchSchema.safeParse(actions(1, 'Withdraw')).success).toBe(false);
    expect(batchSchema.safeParse({ actions: [{ type: 'Cancel', data: 'x' }] }).success).toBe(false);
  });
});

describe('schemas', () => {
  const v1 = vectorOf('V1').data;
  const order = {
    symbol: 'BTC',
    amount: '1',
    side: 'ask',
    slippage_percent: '0.5',
    reduce_only: true,
  };
  const header = { account: 'a', signature: 's', timestamp: 1 };
  const hardware = { ...header, signature: { type: 'hardware', value: 's' } };
  const cancelAll = { all_symbols: true, exclude_reduce_only: false };

  test.each<[string, z.ZodType, unknown]>([
    ['limit order', CREATE_ORDER.schema, v1],
    ['limit order without a name', CREATE_ORDER.schema, { ...v1, client_order_id: undefined }],
    ['limit order with more', CREATE_ORDER.schema, { ...v1, builder_code: 'x' }],
    ['market order', CREATE_MARKET_ORDER.schema, order],
    ['market order with nested legs', CREATE_MARKET_ORDER.schema, vectorOf('V2').data],
    ['header', headerSchema, header],
    [
      'header with an agent key and a window',
      headerSchema,
      { ...header, agent_wallet: 'b', expiry_window: 1 },
    ],
    ['header with a null agent key', headerSchema, { ...header, agent_wallet: null }],
    ['header of a hardware wallet', headerSchema, hardware],
    ['cancel by id', CANCEL_ORDER.schema, { symbol: 'BTC', order_id: 1 }],
    ['cancel-all', CANCEL_ALL_ORDERS.schema, cancelAll],
    [
      'cancel-all of a market',
      CANCEL_ALL_ORDERS.schema,
      { ...cancelAll, all_symbols: false, symbol: 'BTC' },
    ],
  ])('PROTO-15: takes a %s', (_, schema, fields) => {
    expect(schema.safeParse(fields).success).toBe(true);
  });

  test.each<[string, z.ZodType, unknown]>([
    ['limit order without price', CREATE_ORDER.schema, { ...v1, price: undefined }],
    ['limit order with a price as a number', CREATE_ORDER.schema, { ...v1, price: 100_000 }],
    ['limit order with FOK', CREATE_ORDER.schema, { ...v1, tif: 'FOK' }],
    ['limit order to buy', CREATE_ORDER.schema, { ...v1, side: 'buy' }],
    ['limit order without reduce_only', CREATE_ORDER.schema, { ...v1, reduce_only: undefined }],
    [
      'market order without slippage',
      CREATE_MARKET_ORDER.schema,
      { ...order, slippage_percent: undefined },
    ],
    ['market order that is long', CREATE_MARKET_ORDER.schema, { ...order, side: 'long' }],
    ['header without account', headerSchema, { ...header, account: undefined }],
    ['header without signature', headerSchema, { ...header, signature: null }],
    ['header with a time as text', headerSchema, { ...header, timestamp: '1' }],
    ['header with a fraction of time', headerSchema, { ...header, timestamp: 1.5 }],
    ['header with a window of zero', headerSchema, { ...header, expiry_window: 0 }],
    ['leverage of zero', UPDATE_LEVERAGE.schema, { symbol: 'BTC', leverage: 0 }],
    ['leverage as text', UPDATE_LEVERAGE.schema, { symbol: 'BTC', leverage: '5' }],
    ['cancel with an id as text', CANCEL_ORDER.schema, { symbol: 'BTC', order_id: '1' }],
    ['cancel-all without exclude_reduce_only', CANCEL_ALL_ORDERS.schema, { all_symbols: true }],
  ])('PROTO-15: refuses a %s', (_, schema, fields) => {
    expect(schema.safeParse(fields).success).toBe(false);
  });

  test.each<[string, z.ZodType, unknown]>([
    ['cancel of nothing', CANCEL_ORDER.schema, { symbol: 'BTC' }],
    [
      'cancel with both ids',
      CANCEL_ORDER.schema,
      { symbol: 'BTC', order_id: 1, client_order_id: 'x' },
    ],
    ['cancel-all of no market', CANCEL_ALL_ORDERS.schema, { ...cancelAll, all_symbols: false }],
  ])('PROTO-14: refuses a %s', (_, schema, fields) => {
    expect(schema.safeParse(fields).success).toBe(false);
  });
});
