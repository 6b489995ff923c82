import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { takeMint } from '../../src/gate/reservedOrder.ts';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { nodeEd25519 } from '../../src/host/nodeEd25519.ts';
import { decodeBase58 } from '../../src/protocol/base58.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { AgentSigner } from '../../src/vault/agentSigner.ts';
import { parseAgentKey } from '../../src/vault/parseAgentKey.ts';
import { memoryHost } from '../support/memoryHost.ts';
import { AGENT, MAIN, SUB } from '../support/throwawayKeys.ts';

const { crypto } = memoryHost();
const mint = takeMint();

const SIZES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const BTC = makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...SIZES });
const ETH = makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...SIZES });
const BONK = makeMarket(2, { symbol: 'kBONK', tickSize: '0.000001', lotSize: '1', ...SIZES });
const MARKETS = new MarketIndex([BTC, ETH, BONK]);

/** The time and the window of the vectors in §2.5 of the reference. */
const AT = 1_748_970_123_456;
const WINDOW = 5000;
const NAME = '12345678-1234-1234-1234-123456789abc';

interface Vector {
  readonly id: string;
  readonly signature: string;
}
const fixture = new URL('../protocol/fixtures/signing.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(fixture, 'utf8')).vectors;

function signatureOf(id: string): string {
  return vectors.find((vector) => vector.id === id)?.signature ?? 'no such vector';
}

/** Account 0 is SUB, for which the key of MAIN signs; account 1 is MAIN, for which AGENT signs. */
function newSigner(ed25519 = crypto): AgentSigner {
  const accounts = [
    [SUB, MAIN],
    [MAIN, AGENT],
  ] as const;
  const loaded = accounts.map(([account, agent]) => {
    const text = { account: account.publicKey, secretKey: agent.secretKey };
    const key = parseAgentKey(text, 'test', ed25519);
    const signing = key.load(ed25519);
    key.wipe();
    return { address: account.publicKey, key: signing };
  });
  return new AgentSigner(loaded, MARKETS, WINDOW);
}

function request(change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    orderId: 1,
    clientOrderId: NAME,
    account: 0,
    market: 0,
    side: 'bid',
    kind: 'limit',
    tif: 'GTC',
    priceTicks: 100_000,
    lots: 10_000,
    reduceOnly: false,
    precedence: 'parent',
    onConflict: 'BLOCK_NEW',
    strategy: 1,
    parent: 1,
    ...change,
  };
}

function reserved(change: Partial<OrderRequest> = {}, atMs = AT): ReturnType<typeof mint> {
  return mint(1, request(change), true, atMs);
}

/** Whether a body verifies the way the exchange verifies: sorted again from what arrived. */
function verifies(body: string, type: string, publicKey: string): boolean {
  const {
    account: _,
    agent_wallet,
    signature,
    timestamp,
    expiry_window,
    ...data
  } = JSON.parse(body);
  expect(agent_wallet).toBe(publicKey);
  const message = canonicalJson({ data, expiry_window, timestamp, type } as Json);
  return crypto.verify(
    Buffer.from(message, 'utf8'),
    decodeBase58(signature, 64) ?? new Uint8Array(),
    decodeBase58(publicKey, 32) ?? new Uint8Array(),
  );
}

describe.each([
  ['the host’s library', crypto],
  ['OpenSSL', createNodeCrypto(nodeEd25519)],
])('SIGN-4 the vectors of the reference, signed by %s', (_name, ed25519) => {
  const signer = newSigner(ed25519);

  test('V1 a limit order', () => {
    expect(signer.order(7, reserved(), AT)).toEqual({
      requestId: 7,
      account: 0,
      path: '/orders/create',
      wsKey: 'create_order',
      timestampMs: AT,
      expiryWindowMs: WINDOW,
      body: `{"account":"${SUB.publicKey}","agent_wallet":"${MAIN.publicKey}","signature":"${signatureOf('V1')}","timestamp":${AT},"expiry_window":5000,"amount":"0.1","client_order_id":"${NAME}","price":"100000","reduce_only":false,"side":"bid","symbol":"BTC","tif":"GTC"}`,
    });
  });

  test('V3 a cancel by the exchange’s id', () => {
    const command = { account: 0, market: BTC, clientOrderId: undefined, venueOrderId: 42_069 };
    expect(signer.cancel(8, command, AT)).toMatchObject({
      requestId: 8,
      path: '/orders/cancel',
      wsKey: 'cancel_order',
      body: expect.stringContaining(`"signature":"${signatureOf('V3')}"`),
    });
  });

  test('V4 a cancel of everything', () => {
    const signed = signer.cancelAll(9, { account: 0, excludeReduceOnly: false }, AT);
    expect(signed).toMatchObject({ path: '/orders/cancel_all', wsKey: 'cancel_all_orders' });
    expect(JSON.parse(signed.body)).toEqual({
      account: SUB.publicKey,
      agent_wallet: MAIN.publicKey,
      signature: signatureOf('V4'),
      timestamp: AT,
      expiry_window: WINDOW,
      all_symbols: true,
      exclude_reduce_only: false,
    });
  });

  test('V7 a leverage change', () => {
    const signed = signer.leverage(10, { account: 0, market: BONK, leverage: 5 }, AT);
    expect(signed).toMatchObject({ path: '/account/leverage', wsKey: undefined });
    expect(JSON.parse(signed.body)).toMatchObject({
      signature: signatureOf('V7'),
      leverage: 5,
      symbol: 'kBONK',
    });
  });
});

describe('the signer', () => {
  const signer = newSigner();

  test('SIGN-4 its orders verify from the body alone, whatever they are', () => {
    const changes = fc.record({
      account: fc.constantFrom(0, 1),
      market: fc.constantFrom(0, 1, 2),
      side: fc.constantFrom('bid' as const, 'ask' as const),
      kind: fc.constantFrom('limit' as const, 'market' as const),
      tif: fc.constantFrom('GTC' as const, 'IOC' as const, 'ALO' as const, 'TOB' as const),
      priceTicks: fc.integer({ min: 1, max: 10_000_000 }),
      lots: fc.integer({ min: 1, max: 1_000_000_000 }),
      reduceOnly: fc.boolean(),
      clientOrderId: fc.uuid(),
    });
    fc.assert(
      fc.property(changes, fc.nat(500), (change, laterMs) => {
        const order = reserved(change);
        const body = signer.order(1, order, AT + laterMs)?.body ?? '{}';
        const agent = change.account === 0 ? MAIN : AGENT;
        expect(verifies(body, 'create_order', agent.publicKey)).toBe(true);
        expect(verifies(body, 'create_market_order', agent.publicKey)).toBe(false);
        expect(JSON.parse(body)).toMatchObject({
          account: (change.account === 0 ? SUB : MAIN).publicKey,
          timestamp: AT + laterMs,
          symbol: MARKETS.byId(change.market).symbol,
          side: change.side,
          tif: change.kind === 'market' ? 'IOC' : change.tif,
          reduce_only: change.reduceOnly,
          client_order_id: change.clientOrderId,
        });
      }),
      { numRuns: 60 },
    );
  });

  test('SIGN-2 SIGN-3 stamps the time of signing and refuses once sendByMs has passed', () => {
    const order = reserved();
    expect(order.sendByMs).toBe(AT + 500);
    expect(signer.order(1, order, AT + 500)?.timestampMs).toBe(AT + 500);
    expect(signer.order(1, order, AT + 501)).toBeUndefined();
    expect(signer.order(1, order, AT + 499)?.body).toContain(`"timestamp":${AT + 499},`);
  });

  test('cancels by our name where there is one, by the exchange’s id where it is no name', () => {
    const cancel = (clientOrderId: string | undefined, venueOrderId: number | undefined): string =>
      signer.cancel(1, { account: 1, market: ETH, clientOrderId, venueOrderId }, AT).body;
    expect(JSON.parse(cancel(NAME, 5))).toMatchObject({ client_order_id: NAME, symbol: 'ETH' });
    expect(cancel(NAME, 5)).not.toContain('order_id":5');
    const strange = cancel('","symbol":"BTC', 5);
    expect(JSON.parse(strange)).toMatchObject({ order_id: 5, symbol: 'ETH' });
    expect(strange).not.toContain('client_order_id');
    expect(verifies(strange, 'cancel_order', AGENT.publicKey)).toBe(true);
    expect(() => cancel('strange', undefined)).toThrow('not a positive integer: undefined');
    expect(() => cancel(undefined, 1.5)).toThrow('not a positive integer: 1.5');
  });

  test('SIGN-1 crashes on what only a bug can ask for', () => {
    const name = { clientOrderId: '","price":"1' };
    expect(() => signer.order(1, reserved(name), AT)).toThrow('must be a UUID');
    expect(() => signer.order(1, reserved({ account: 2 }), AT)).toThrow('no key for account 2');
    const stop = { kind: 'stop-limit', triggerTicks: 99_000 } as const;
    for (const other of [stop, { replaces: 7 }, { attached: [] }]) {
      expect(() => signer.order(1, reserved(other), AT)).toThrow('only plain limit and market');
    }
    const long: Market = { ...BTC, symbol: 'B'.repeat(5000) };
    const command = { account: 0, market: long, clientOrderId: NAME, venueOrderId: undefined };
    expect(() => signer.cancel(1, command, AT)).toThrow('a message of 51');
    const leverage = { account: 0, market: BTC, leverage: 0 };
    expect(() => signer.leverage(1, leverage, AT)).toThrow('not a positive integer: 0');
  });

  test('SIGN-1 has no method that takes bytes or text to sign', () => {
    const methods = Object.getOwnPropertyNames(AgentSigner.prototype).sort();
    expect(methods).toEqual(['cancel', 'cancelAll', 'constructor', 'destroy', 'leverage', 'order']);
    expect(Object.keys(signer)).toEqual([]);
  });

  test('VAULT-9 takes no owner’s key', () => {
    const key = crypto.loadKey(Buffer.from(MAIN.seed, 'hex'));
    const make = (): AgentSigner =>
      new AgentSigner([{ address: MAIN.publicKey, key }], MARKETS, WINDOW);
    expect(make).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    expect(make).toThrow(`account 0 (${MAIN.publicKey}): this is the key of the account's owner`);
  });

  test('VAULT-7 VAULT-10 shows no key, and signs nothing once destroyed', () => {
    const doomed = newSigner();
    const shown = `${inspect(doomed, { showHidden: true, getters: true, depth: 9 })}${JSON.stringify(doomed)}`;
    expect(shown).toContain('AgentSigner');
    for (const { seed, secretKey } of [MAIN, AGENT]) {
      const bytes = Buffer.from(seed, 'hex');
      for (const canary of [secretKey, seed, inspect(bytes).slice(8, -1), [...bytes].join(',')]) {
        expect(shown).not.toContain(canary);
      }
    }
    doomed.destroy();
    expect(() => doomed.order(1, reserved(), AT)).toThrow('destroyed key');
  });
});

describe('an agent key as people paste it', () => {
  const parse = (change: object): string => {
    const text = { account: MAIN.publicKey, secretKey: AGENT.secretKey, ...change };
    try {
      return parseAgentKey(text, 'accounts[3]', crypto).publicKey;
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'KEY_INVALID' });
      return (thrown as Error).message;
    }
  };
  const swappedHalves = `${MAIN.secretKey.slice(0, 40)}${AGENT.secretKey.slice(40)}`;
  const cases: [name: string, change: object, sentence: string][] = [
    ['a key', {}, AGENT.publicKey],
    [
      'a key with a leading zero',
      { account: SUB.publicKey, secretKey: MAIN.secretKey },
      MAIN.publicKey,
    ],
    ['no base58', { secretKey: 'sk_0OIl' }, 'the secret key is not base58'],
    ['nothing', { secretKey: '' }, 'the secret key is not base58'],
    ['a public key', { secretKey: AGENT.publicKey }, 'not the base58 of 64 bytes'],
    [
      'a key with a letter lost',
      { secretKey: AGENT.secretKey.slice(9) },
      'the secret key is not the base58 of 64 bytes',
    ],
    ['halves of two keys', { secretKey: swappedHalves }, 'do not belong together'],
    [
      'an owner’s key',
      { account: AGENT.publicKey },
      "this is the key of the account's owner, which could withdraw its funds",
    ],
    [
      'an account that is none',
      { account: 'abc' },
      'the account is not a base58 address of 32 bytes, got "abc"',
    ],
    ['a main account that is none', { main: 'abc' }, 'the main account is not a base58 address'],
  ];
  test.each(cases)('VAULT-8 VAULT-9 %s', (_name, change, sentence) => {
    const answer = parse(change);
    expect(answer).toContain(sentence);
    if (answer !== sentence) expect(answer).toMatch(/^accounts\[3\]: [^.]+$/);
  });
});
