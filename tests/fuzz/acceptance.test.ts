// The judge of the fuzzing is tested itself: on the documented vectors and on what differs from them.
import { expect, test } from '@jest/globals';
import { whyUnacceptable } from './acceptance.ts';

const MAIN = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const AGENT = '3ogUn1GNXoASaRbxPNeVJnVv5rG4EPBtmQmX61jVorUe';
const SUB = '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut';
const AT = 1_748_970_123_456;
const HEADER = { account: MAIN, timestamp: AT, expiry_window: 5000 };
const never = (): boolean => false;

const ORDER = {
  ...HEADER,
  agent_wallet: null,
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
const CANCEL = {
  ...HEADER,
  signature:
    '3QYCRL8VYXTEFZrcinczERzqVdfgebUBkT3VwLtKKoZrbK67Mt9RtaNMx3yizYBbAbgPvftbdRcaPR1em8Jbbio8',
  symbol: 'BTC',
  order_id: 42069,
};
const HARDWARE = {
  ...CANCEL,
  signature: {
    type: 'hardware',
    value:
      '3G8YUZB9tQTTxq2f5ZkuvW1m26gsHFGgSqEG9es9vNZmNNv1WsRVgYSfFWagpoNTrBFEnXE4QJMVjj7ynmW7eq7W',
  },
};
const PAIR = {
  main_account: MAIN,
  subaccount: SUB,
  sub_signature:
    '4LCsFgRdhaq2PAuLWexe4Ngwo13NnNyBXGCzrWqLPd3t4fiFVKKAtvBJnwdX7RjDZrKaZiGkW2soiTNeWpFTqrvA',
  main_signature:
    '4Y2Kz5BRFjg1y35FTVEyzsrfuQWJ2qtxGN7GdQyvciBnRVbXngz6eDwW45LjedpBcYyBvcci58r1VA5PQxJDUhaT',
  timestamp: AT,
  expiry_window: 5000,
};
const BY_AGENT = {
  account: MAIN,
  agent_wallet: AGENT,
  signature:
    '5PMbyVASWc2EvaSPdZSEaC2W199UxihQgu3WLtoQZSV2Td38pekXfe7BD3UxWb2GSCYA6UVMjfa8ayf7oZvKhN8',
  timestamp: 1_765_017_049_008,
  expiry_window: 30_000,
  symbol: 'ETH',
  amount: '1.25',
  side: 'ask',
  slippage_percent: '0.5',
  reduce_only: true,
  client_order_id: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  stop_loss: { stop_price: '3600' },
  take_profit: {
    stop_price: '2500',
    limit_price: '2495',
    trigger_price_type: 'mark_price',
    client_order_id: 'e36ac10b-58cc-4372-a567-0e02b2c3d479',
  },
};

test.each<[string, string, unknown]>([
  ['an order', 'create_order', ORDER],
  ['a cancel', 'cancel_order', CANCEL],
  ['a cancel by a hardware wallet', 'cancel_order', HARDWARE],
  ['a new subaccount', 'create_subaccount', PAIR],
  ['a batch', 'batch', { actions: [{ type: 'Create', data: ORDER }] }],
])('%s as documented may be accepted', (_, type, body) => {
  expect(whyUnacceptable(type, body, AT, never)).toBeUndefined();
  expect(whyUnacceptable(type, body, AT + 5000, never)).toBeUndefined();
  expect(whyUnacceptable(type, body, AT + 5001, never)).toBe('expired');
  expect(whyUnacceptable(type, body, AT - 5001, never)).toBe('from the future');
});

test('an agent key must be bound', () => {
  const at = BY_AGENT.timestamp;
  expect(whyUnacceptable('create_market_order', BY_AGENT, at, () => true)).toBeUndefined();
  expect(whyUnacceptable('create_market_order', BY_AGENT, at, never)).toBe(
    'the agent key is not bound',
  );
});

const WRONG = 'the signature is not of this body';

test.each<[string, string, unknown, string]>([
  ['another amount', 'create_order', { ...ORDER, amount: '0.2' }, WRONG],
  ['the same amount in other digits', 'create_order', { ...ORDER, amount: '0.10' }, WRONG],
  ['one field more', 'create_order', { ...ORDER, builder_code: 'x' }, WRONG],
  ['null for a field that was not there', 'cancel_order', { ...CANCEL, x: null }, WRONG],
  ['an id as text', 'cancel_order', { ...CANCEL, order_id: '42069' }, WRONG],
  ['another operation', 'cancel_stop_order', CANCEL, WRONG],
  ['another account', 'cancel_order', { ...CANCEL, account: SUB }, WRONG],
  ['no key', 'cancel_order', { ...CANCEL, account: 'x' }, WRONG],
  ['no signature', 'cancel_order', { ...CANCEL, signature: null }, WRONG],
  ['a plain signature called hardware', 'cancel_order', plainAsHardware(), WRONG],
  ['no number for a time', 'cancel_order', { ...CANCEL, timestamp: '1' }, 'header'],
  ['a list', 'cancel_order', [CANCEL], 'no object'],
  ['a batch of nothing', 'batch', { actions: [] }, 'actions'],
  ['an unknown action', 'batch', { actions: [{ type: 'create', data: ORDER }] }, 'unknown action'],
  ['one bad action', 'batch', { actions: [{ type: 'Cancel', data: ORDER }] }, WRONG],
  ['another subaccount', 'create_subaccount', { ...PAIR, subaccount: AGENT }, 'sub_signature'],
  ['another main account', 'create_subaccount', { ...PAIR, main_account: AGENT }, 'sub_signature'],
  [
    'a confirmation of something else',
    'create_subaccount',
    { ...PAIR, main_signature: PAIR.sub_signature },
    'main_signature',
  ],
])('%s may not', (_, type, body, why) => {
  expect(whyUnacceptable(type, body, AT, never)).toBe(why);
});

function plainAsHardware(): unknown {
  return { ...CANCEL, signature: { type: 'hardware', value: CANCEL.signature } };
}
