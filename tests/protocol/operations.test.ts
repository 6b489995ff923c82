// Every operation: what is signed (held against another program), what is sent, what is answered.
import { spawnSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { encodeBase58 } from '../../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import {
  ADD_ISOLATED_MARGIN,
  addIsolatedMarginData,
} from '../../src/protocol/operations/account/addIsolatedMargin.ts';
import {
  CREATE_SUBACCOUNT,
  confirmData,
  createSubaccountSchema,
  initiateData,
} from '../../src/protocol/operations/account/createSubaccount.ts';
import { LIST_SUBACCOUNTS } from '../../src/protocol/operations/account/listSubaccounts.ts';
import {
  TRANSFER_FUNDS,
  transferFundsData,
} from '../../src/protocol/operations/account/transferFunds.ts';
import {
  UPDATE_LEVERAGE,
  updateLeverageData,
} from '../../src/protocol/operations/account/updateLeverage.ts';
import {
  UPDATE_MARGIN_MODE,
  updateMarginModeData,
} from '../../src/protocol/operations/account/updateMarginMode.ts';
import {
  ADD_AGENT_WHITELISTED_IP,
  agentIpData,
} from '../../src/protocol/operations/keys/addAgentWhitelistedIp.ts';
import {
  agentWalletData,
  BIND_AGENT_WALLET,
} from '../../src/protocol/operations/keys/bindAgentWallet.ts';
import { CREATE_API_KEY } from '../../src/protocol/operations/keys/createApiKey.ts';
import {
  LIST_AGENT_IP_WHITELIST,
  listAgentIpWhitelistData,
} from '../../src/protocol/operations/keys/listAgentIpWhitelist.ts';
import { LIST_AGENT_WALLETS } from '../../src/protocol/operations/keys/listAgentWallets.ts';
import { LIST_API_KEYS } from '../../src/protocol/operations/keys/listApiKeys.ts';
import { REMOVE_AGENT_WHITELISTED_IP } from '../../src/protocol/operations/keys/removeAgentWhitelistedIp.ts';
import { REVOKE_AGENT_WALLET } from '../../src/protocol/operations/keys/revokeAgentWallet.ts';
import { REVOKE_ALL_AGENT_WALLETS } from '../../src/protocol/operations/keys/revokeAllAgentWallets.ts';
import {
  REVOKE_API_KEY,
  revokeApiKeyData,
} from '../../src/protocol/operations/keys/revokeApiKey.ts';
import {
  agentIpWhitelistData,
  SET_AGENT_IP_WHITELIST_ENABLED,
} from '../../src/protocol/operations/keys/setAgentIpWhitelistEnabled.ts';
import { NO_DATA, type Operation } from '../../src/protocol/operations/operation.ts';
import {
  BATCH_ACTIONS,
  batchAnswer,
  batchBody,
  batchRefusal,
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
import { CANCEL_STOP_ORDER } from '../../src/protocol/operations/orders/cancelStopOrder.ts';
import { CANCEL_TWAP_ORDER } from '../../src/protocol/operations/orders/cancelTwapOrder.ts';
import {
  CREATE_MARKET_ORDER,
  createMarketOrderData,
} from '../../src/protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER, createOrderData } from '../../src/protocol/operations/orders/createOrder.ts';
import {
  CREATE_STOP_ORDER,
  createStopOrderData,
} from '../../src/protocol/operations/orders/createStopOrder.ts';
import {
  CREATE_TWAP_ORDER,
  createTwapOrderData,
} from '../../src/protocol/operations/orders/createTwapOrder.ts';
import { EDIT_ORDER, editOrderData } from '../../src/protocol/operations/orders/editOrder.ts';
import {
  SET_POSITION_TPSL,
  setPositionTpslData,
} from '../../src/protocol/operations/orders/setPositionTpsl.ts';
import type { Trigger } from '../../src/protocol/operations/orders/stopOrderInfo.ts';
import { readAnswer } from '../../src/protocol/operations/readAnswer.ts';
import {
  canonicalMessage,
  hardwareBytes,
  type SigningHeader,
  signedBody,
} from '../../src/protocol/signing.ts';
import { fixture } from './fixture.ts';
import { BTC, fault } from './support/protocol.ts';

interface Vector {
  readonly type: string;
  readonly signer: 'MAIN' | 'AGENT' | 'SUB';
  readonly data: { readonly [key: string]: Json };
  readonly message: string;
  readonly signature: string;
}
interface Key {
  readonly seed: string;
  readonly account: string;
}

const { timestamp, expiry_window, vectors } = fixture<{
  readonly timestamp: number;
  readonly expiry_window: number;
  readonly vectors: readonly Vector[];
}>('vectors');
const {
  keys,
  hardware,
  vectors: published,
} = fixture<{
  readonly keys: Readonly<Record<Vector['signer'], Key>>;
  readonly hardware: { readonly prefix: string; readonly bytes: number; readonly value: string };
  readonly vectors: readonly { id: string; message: string; signature: string; body?: unknown }[];
}>('signing');

const AGENT = keys.AGENT.account;
const CLOID = '12345678-1234-1234-1234-123456789abc';
const STOP_CLOID = 'e36ac10b-58cc-4372-a567-0e02b2c3d479';
const takeProfit: Trigger = {
  stopTicks: 120_000,
  limitTicks: 119_500,
  lots: 5000,
  clientOrderId: STOP_CLOID,
  trigger: 'mark_price',
};
const stopLoss: Trigger = { stopTicks: 90_000, trigger: 'last_trade_price' };

/** Each operation with the data that its builder makes of the same wishes as the other program's. */
const BUILT: readonly (readonly [Operation<unknown>, string])[] = [
  [
    CREATE_ORDER,
    createOrderData({
      market: BTC,
      side: 'bid',
      priceTicks: 100_000,
      lots: 10_000,
      tif: 'TOB',
      reduceOnly: false,
      clientOrderId: CLOID,
      takeProfit,
      stopLoss,
    }),
  ],
  [
    CREATE_MARKET_ORDER,
    createMarketOrderData({
      market: BTC,
      side: 'ask',
      lots: 10_000,
      slippageBps: 50,
      reduceOnly: true,
      clientOrderId: CLOID,
      takeProfit,
      stopLoss,
    }),
  ],
  [
    CREATE_STOP_ORDER,
    createStopOrderData({
      market: BTC,
      side: 'ask',
      reduceOnly: true,
      stop: {
        stopTicks: 95_000,
        limitTicks: 94_900,
        lots: 10_000,
        clientOrderId: STOP_CLOID,
        trigger: 'mid_price',
      },
    }),
  ],
  [SET_POSITION_TPSL, setPositionTpslData({ market: BTC, side: 'ask', takeProfit, stopLoss })],
  [
    EDIT_ORDER,
    editOrderData({
      market: BTC,
      priceTicks: 99_500,
      lots: 200,
      order: { clientOrderId: CLOID },
    }),
  ],
  [CANCEL_ORDER, cancelByClientIdData('BTC', CLOID)],
  [CANCEL_ALL_ORDERS, cancelAllData(true, 'kBONK')],
  [CANCEL_STOP_ORDER, cancelByIdData('BTC', 42_069)],
  [
    CREATE_TWAP_ORDER,
    createTwapOrderData({
      market: BTC,
      side: 'bid',
      lots: 150_000,
      reduceOnly: false,
      slippageBps: 25,
      durationS: 600,
      clientOrderId: CLOID,
    }),
  ],
  [CANCEL_TWAP_ORDER, cancelByIdData('BTC', 42_070)],
  [ADD_ISOLATED_MARGIN, addIsolatedMarginData('BTC', 5_250_000)],
  [UPDATE_LEVERAGE, updateLeverageData('BTC', 7)],
  [UPDATE_MARGIN_MODE, updateMarginModeData('BTC', true)],
  [LIST_SUBACCOUNTS, NO_DATA],
  [TRANSFER_FUNDS, transferFundsData(keys.SUB.account, 1_234_567_891)],
  [BIND_AGENT_WALLET, agentWalletData(AGENT)],
  [LIST_AGENT_WALLETS, NO_DATA],
  [REVOKE_AGENT_WALLET, agentWalletData(AGENT)],
  [REVOKE_ALL_AGENT_WALLETS, NO_DATA],
  [LIST_AGENT_IP_WHITELIST, listAgentIpWhitelistData(AGENT)],
  [ADD_AGENT_WHITELISTED_IP, agentIpData(AGENT, '192.0.2.7')],
  [REMOVE_AGENT_WHITELISTED_IP, agentIpData(AGENT, '2001:db8::7')],
  [SET_AGENT_IP_WHITELIST_ENABLED, agentIpWhitelistData(AGENT, true)],
  [CREATE_API_KEY, NO_DATA],
  [LIST_API_KEYS, NO_DATA],
  [REVOKE_API_KEY, revokeApiKeyData('AbCdEfGh_2mT8x')],
];

function headerOf(agentWallet: string | null): SigningHeader {
  return {
    account: keys.MAIN.account,
    agentWallet,
    timestampMs: timestamp,
    expiryWindowMs: expiry_window,
  };
}

function keyOf(signer: Vector['signer']): KeyObject {
  const der = Buffer.from(`302e020100300506032b657004220420${keys[signer].seed}`, 'hex');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function vectorOf(type: string): Vector {
  const found = vectors.find((vector) => vector.type === type);
  if (found === undefined) throw new Error(`no vector for ${type}`);
  return found;
}

describe('what is signed', () => {
  test('PROTO-60: the vectors are what the other program makes, whenever it is asked', () => {
    const folder = fileURLToPath(new URL('fixtures/', import.meta.url));
    const made = spawnSync('python3', [`${folder}make_vectors.py`], { encoding: 'utf8' });
    if (made.error !== undefined) {
      // Without Python the file that it made is all there is.
      expect((made.error as NodeJS.ErrnoException).code).toBe('ENOENT');
      return;
    }
    expect(made.stderr).toBe('');
    expect(made.stdout).toBe(readFileSync(`${folder}vectors.json`, 'utf8'));
  });

  test('PROTO-60: every operation is among them', () => {
    const folder = new URL('../../src/protocol/operations/', import.meta.url);
    const files = ['orders', 'account', 'keys'].flatMap((room) =>
      readdirSync(new URL(room, folder)).map((file) => `${room}/${file}`),
    );
    const types = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:t|T)ype: '(\w+)',/g)].map(
        ([, type]) => type,
      ),
    );
    expect(types.length).toBeGreaterThan(25);
    expect([...new Set(vectors.map(({ type }) => type))].sort()).toEqual([...types].sort());
  });

  test.each(BUILT.map(([operation, data]) => [operation.type, operation, data] as const))(
    'PROTO-60: %s from its builder',
    (type, operation, data) => {
      const vector = vectorOf(type);
      expect(data).toBe(canonicalJson(vector.data));
      const message = canonicalMessage(type, data, headerOf(AGENT));
      expect(message).toBe(vector.message);
      const signature = encodeBase58(sign(null, Buffer.from(message), keyOf(vector.signer)));
      expect(signature).toBe(vector.signature);
      expect(operation.schema.parse(JSON.parse(data))).toEqual(vector.data);
    },
  );

  test('PROTO-60: the two steps of a new subaccount', () => {
    const initiate = vectorOf('subaccount_initiate');
    const confirm = vectorOf('subaccount_confirm');
    const { initiateType, confirmType } = CREATE_SUBACCOUNT;
    expect(canonicalMessage(initiateType, initiateData(keys.MAIN.account), headerOf(null))).toBe(
      initiate.message,
    );
    expect(canonicalMessage(confirmType, confirmData(initiate.signature), headerOf(null))).toBe(
      confirm.message,
    );
  });

  test('PROTO-10: what is absent stays out', () => {
    const bare = { market: BTC, side: 'bid', lots: 1, reduceOnly: false } as const;
    expect(createTwapOrderData({ ...bare, slippageBps: 50, durationS: 60 })).toBe(
      '{"amount":"0.00001","duration_in_seconds":60,"reduce_only":false,"side":"bid","slippage_percent":"0.5","symbol":"BTC"}',
    );
    expect(setPositionTpslData({ market: BTC, side: 'bid', takeProfit: stopLoss })).toBe(
      '{"side":"bid","symbol":"BTC","take_profit":{"stop_price":"90000","trigger_price_type":"last_trade_price"}}',
    );
    expect(editOrderData({ market: BTC, priceTicks: 5, lots: 1, order: { orderId: 7 } })).toBe(
      '{"amount":"0.00001","order_id":7,"price":"5","symbol":"BTC"}',
    );
  });

  test("PROTO-61: a body that the account's own key signed is the example of the reference", () => {
    const v1 = published.find(({ id }) => id === 'V1');
    const vector = vectorOf('bind_agent_wallet');
    const body = signedBody(
      '{"amount":"0.1","client_order_id":"12345678-1234-1234-1234-123456789abc","price":"100000","reduce_only":false,"side":"bid","symbol":"BTC","tif":"GTC"}',
      { ...headerOf(null), timestampMs: 1748970123456 },
      v1?.signature ?? '',
    );
    expect(JSON.parse(body)).toEqual(v1?.body);
    expect(JSON.parse(signedBody(agentWalletData(AGENT), headerOf(null), 's'))).toEqual({
      account: keys.MAIN.account,
      agent_wallet: AGENT,
      signature: 's',
      timestamp,
      expiry_window,
    });
    expect(vector.data).toEqual({ agent_wallet: AGENT });
  });

  test('PROTO-61: a hardware wallet signs the off-chain form and says so', () => {
    const v3 = published.find(({ id }) => id === 'V3')?.message ?? '';
    const bytes = hardwareBytes(v3);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      hardware.prefix + Buffer.from(v3).toString('hex'),
    );
    expect(bytes).toHaveLength(hardware.bytes);
    const value = encodeBase58(sign(null, bytes, keyOf('MAIN')));
    expect(value).toBe(hardware.value);
    const body = signedBody(NO_DATA, headerOf(null), { type: 'hardware', value });
    expect(JSON.parse(body)).toMatchObject({ signature: { type: 'hardware', value } });
    expect(hardwareBytes('x'.repeat(300)).subarray(18, 20)).toEqual(Uint8Array.of(44, 1));
  });
});

describe('what is answered', () => {
  const sub = {
    address: keys.SUB.account,
    balance: '4970.000323',
    pending_balance: '0.5',
    fee_level: 1,
    fee_mode: 'auto',
    use_ltp_for_stop_orders: true,
    created_at: 1765017049008,
  };
  const cases: [string, Operation<unknown>, unknown, unknown][] = [
    [
      'an order over REST',
      CREATE_ORDER,
      { order_id: 12345 },
      { orderId: 12345, clientOrderId: null },
    ],
    [
      'an order over the WebSocket',
      CREATE_MARKET_ORDER,
      { I: CLOID, i: '645953', s: 'BTC' },
      { orderId: 645_953, clientOrderId: CLOID },
    ],
    [
      'an edit with both names',
      EDIT_ORDER,
      { order_id: 7, client_order_id: CLOID, i: null, I: null },
      { orderId: 7, clientOrderId: CLOID },
    ],
    ['a cancel', CANCEL_ORDER, null, undefined],
    ['a cancel over the WebSocket', CANCEL_ORDER, { I: null, i: 7, s: 'BTC' }, undefined],
    ['a cancel-all', CANCEL_ALL_ORDERS, { cancelled_count: 10 }, 10],
    ['a leverage change', UPDATE_LEVERAGE, null, undefined],
    ['a transfer', TRANSFER_FUNDS, { success: true, error: null }, undefined],
    ['agent keys', LIST_AGENT_WALLETS, { agent_wallets: [AGENT] }, [AGENT]],
    ['a new API config key', CREATE_API_KEY, { api_key: 'AbCdEfGh_2mT8x' }, 'AbCdEfGh_2mT8x'],
    [
      'API config keys',
      LIST_API_KEYS,
      { active_api_keys: ['2fFZuXXX_CXB5'], api_key_limit: 5 },
      { active: ['2fFZuXXX_CXB5'], limit: 5 },
    ],
    ['no keys, without a limit', LIST_API_KEYS, { active_api_keys: [] }, { active: [] }],
    [
      'subaccounts',
      LIST_SUBACCOUNTS,
      { subaccounts: [sub, { address: 'x', balance: 5 }] },
      [
        {
          address: keys.SUB.account,
          balanceMicro: 4_970_000_323,
          pendingMicro: 500_000,
          feeLevel: 1,
          feeMode: 'auto',
          stopsOnLastTrade: true,
          createdMs: 1765017049008,
        },
        { address: 'x', balanceMicro: 5_000_000 },
      ],
    ],
    ['a whitelist as a list', LIST_AGENT_IP_WHITELIST, ['192.0.2.7'], { addresses: ['192.0.2.7'] }],
    [
      'a whitelist as an object',
      LIST_AGENT_IP_WHITELIST,
      { ip_addresses: ['192.0.2.7'], enabled: true },
      { addresses: ['192.0.2.7'], enabled: true },
    ],
    [
      'a whitelist by another name',
      LIST_AGENT_IP_WHITELIST,
      { ip_whitelist: [], ip_whitelist_enabled: false },
      { addresses: [], enabled: false },
    ],
    [
      'a whitelist by a third name',
      LIST_AGENT_IP_WHITELIST,
      { whitelisted_ips: ['::1'] },
      { addresses: ['::1'] },
    ],
    ['a whitelist that is not there', LIST_AGENT_IP_WHITELIST, {}, { addresses: [] }],
  ];

  test.each(cases)('PROTO-62: %s', (_, operation, data, expected) => {
    expect(readAnswer(operation, data)).toEqual({ kind: 'ok', value: expected });
  });

  test.each<[string, Operation<unknown>, unknown]>([
    ['an order without an id', CREATE_ORDER, { s: 'BTC' }],
    ['an order with an id that no number holds', CREATE_ORDER, { order_id: '9007199254740993' }],
    ['a cancel-all that counts nothing', CANCEL_ALL_ORDERS, null],
    ['agent keys that are no list', LIST_AGENT_WALLETS, { agent_wallets: 'x' }],
    ['a subaccount without money', LIST_SUBACCOUNTS, { subaccounts: [{ address: 'x' }] }],
    ['a balance that is no number', LIST_SUBACCOUNTS, { subaccounts: [{ ...sub, balance: 'a' }] }],
  ])('PROTO-16, PROTO-62: %s is a fault', (_, operation, data) => {
    expect(() => readAnswer(operation, data)).toThrow(fault(''));
  });

  test('PROTO-63: a failure inside a success is a refusal', () => {
    const error = 'Insufficient balance for AwX6321: 420.69 (account value: 336.91)';
    expect(readAnswer(TRANSFER_FUNDS, { success: false, error })).toEqual({
      kind: 'refused',
      status: 422,
      reason: 'balance',
      message: error,
    });
    expect(readAnswer(TRANSFER_FUNDS, { success: false, error: null })).toMatchObject({
      kind: 'refused',
      reason: 'other',
    });
    const named = { success: false, error: 'no', error_id: 'invalid_transfer_relationship' };
    expect(readAnswer(TRANSFER_FUNDS, named)).toMatchObject({ reason: 'forbidden' });
  });
});

describe('a batch', () => {
  const body = signedBody(cancelByIdData('BTC', 42_069), headerOf(AGENT), 's'.repeat(88));

  test('PROTO-64: holds all six kinds of action, each signed on its own', () => {
    const actions = BATCH_ACTIONS.map((type) => ({ type, body }));
    expect(BATCH_ACTIONS).toEqual([
      'Create',
      'CreateMarket',
      'Cancel',
      'SetPositionTpsl',
      'CancelStopOrder',
      'Edit',
    ]);
    expect(batchRefusal(actions)).toBeUndefined();
    const sent = batchSchema.parse(JSON.parse(batchBody(actions)));
    expect(sent.actions.map(({ type }) => type)).toEqual(BATCH_ACTIONS);
    expect(sent.actions[5]?.data).toEqual(JSON.parse(body));
  });

  test('PROTO-64: of none, of eleven, or of more than 4 kB is refused before it is sent', () => {
    const of = (count: number, text = '{}'): ReturnType<typeof batchRefusal> =>
      batchRefusal(Array.from({ length: count }, () => ({ type: 'Cancel', body: text })));
    expect(of(10)).toBeUndefined();
    for (const count of [0, 11]) {
      expect(of(count)).toEqual({
        kind: 'refused',
        status: 0,
        reason: 'invalid',
        message: `a batch holds 1 to 10 actions, not ${count}`,
      });
    }
    // A whole frame of the WebSocket must fit: 75 characters stand around the body.
    const room =
      4096 - '{"id":"00000000-0000-4000-8000-000000000000","params":{"batch_orders":}}'.length;
    const frame = '{"actions":[{"type":"Cancel","data":}]}'.length;
    expect(of(1, 'x'.repeat(room - frame))).toBeUndefined();
    expect(of(1, 'x'.repeat(room - frame + 1))).toMatchObject({
      kind: 'refused',
      message: 'a batch holds at most 4096 bytes, not 4097',
    });
  });

  test('PROTO-64: is answered one by one', () => {
    const results = [
      { success: true, order_id: 645953, client_order_id: CLOID, symbol: 'BTC' },
      { success: true, order_id: 470506, error: null },
      { success: true },
      { success: false, error: 'Failed to cancel order' },
      { success: false },
      { success: false, error: 'x', error_id: 'response_dropped' },
    ];
    const expected = [
      { kind: 'ok', value: { orderId: 645_953, clientOrderId: CLOID } },
      { kind: 'ok', value: { orderId: 470_506, clientOrderId: undefined } },
      { kind: 'ok', value: { orderId: undefined, clientOrderId: undefined } },
      { kind: 'refused', status: 422, reason: 'not-found', message: 'Failed to cancel order' },
      { kind: 'refused', status: 422, reason: 'other', message: '' },
      { kind: 'unknown', message: 'status 422: x' },
    ];
    expect(batchAnswer.parse({ results })).toEqual(expected);
    expect(batchAnswer.parse(results)).toEqual(expected);
  });
});

test('PROTO-62: the body of a new subaccount', () => {
  const signatures = { main_signature: 'm', sub_signature: { type: 'hardware', value: 's' } };
  const body = {
    main_account: 'a',
    subaccount: 'b',
    ...signatures,
    timestamp: 1,
    expiry_window: 2,
  };
  expect(createSubaccountSchema.parse(body)).toEqual(body);
  expect(readAnswer(CREATE_SUBACCOUNT, null)).toEqual({ kind: 'ok', value: undefined });
});
