// The typed client of an account: every operation and read, against the exchange over its sockets on
// this machine and in a virtual world, and against an exchange that says what a test wants.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { Market } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import {
  ADD_ISOLATED_MARGIN,
  addIsolatedMarginData,
} from '../../src/protocol/operations/account/addIsolatedMargin.ts';
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
import { NO_DATA } from '../../src/protocol/operations/operation.ts';
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
import {
  CREATE_ORDER,
  createOrderData,
  type LimitOrder,
} from '../../src/protocol/operations/orders/createOrder.ts';
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
import type { Outcome } from '../../src/protocol/outcome.ts';
import type { Page } from '../../src/protocol/reads/read.ts';
import {
  type AnswerOf,
  type ParamsOf,
  READS,
  type ReadName,
} from '../../src/protocol/reads/reads.ts';
import { AccountClient, type AccountKey } from '../../src/venue/accountClient.ts';
import { RestClient } from '../../src/venue/restClient.ts';
import { Outsider } from '../conformance/support/outsider.ts';
import { realStage, virtualStage } from '../conformance/support/stage.ts';
import { type Party, Visit } from '../conformance/support/visit.ts';
import { BTC, MARKETS } from '../protocol/support/protocol.ts';
import { FakeExchange, json } from './support/fakeExchange.ts';
import { Trader, type TraderAction } from './support/trader.ts';

jest.setTimeout(60_000);

const CLOID = 'a9b1f3d2-0000-4000-8000-00000000000';

function agentOf(party: Party): AccountKey {
  const { account, agent } = party;
  return { account, agentWallet: agent.address, sign: (message) => agent.over(message) };
}

function ownerOf(owner: Outsider): AccountKey {
  return { account: owner.address, agentWallet: null, sign: (message) => owner.over(message) };
}

describe.each([
  ['on this machine', realStage],
  ['in a virtual world', virtualStage],
])('%s', (_, stage) => {
  let visit: Visit;
  let rest: RestClient;
  let client: AccountClient;
  let trader: Trader;
  const problems: string[] = [];
  const readOnce = new Set<string>();

  beforeAll(async () => {
    visit = await Visit.begin(stage());
    rest = new RestClient(visit.stage.client.transport, visit.startup.rest, 5000, {
      markets: MARKETS,
      onBadRow: ({ message }) => problems.push(message),
    });
    const clock = { wallMs: (): number => visit.nowMs };
    const family = rest.family(visit.party(0).apiKey);
    client = new AccountClient(family, clock);
    trader = new Trader(family, clock);
  });
  afterAll(async () => {
    await visit.stage.settle(rest.close());
    await visit.end();
  });

  /** The value of a success. */
  async function done<T>(work: Promise<Outcome<T>>): Promise<T> {
    const outcome = await visit.stage.settle(work);
    if (outcome.kind !== 'ok') throw new Error(`${outcome.kind}: ${outcome.message}`);
    return outcome.value;
  }

  function read<Name extends ReadName>(
    name: Name,
    params: ParamsOf<Name>,
  ): Promise<AnswerOf<Name>> {
    readOnce.add(name);
    return done(client.read(name, params));
  }

  function limit(over: Partial<LimitOrder> = {}): string {
    return createOrderData({
      market: BTC,
      side: 'bid',
      priceTicks: 99_000,
      lots: 1000,
      tif: 'ALO',
      reduceOnly: false,
      clientOrderId: `${CLOID}1`,
      ...over,
    });
  }

  test('VENUE-40: places, edits and cancels orders by either name', async () => {
    const key = agentOf(visit.party(0));
    const { account } = key;
    const first = await done(trader.trade(key, CREATE_ORDER, limit()));
    const order = { clientOrderId: `${CLOID}1` };
    const edit = editOrderData({ market: BTC, priceTicks: 98_000, lots: 2000, order });
    const second = await done(trader.trade(key, EDIT_ORDER, edit));
    expect(second.orderId).toBeGreaterThan(first.orderId);
    const open = await read('orders', { account });
    expect(open.rows).toEqual([
      expect.objectContaining({ orderId: second.orderId, priceTicks: 98_000, lots: 2000 }),
    ]);
    const events = await read('orderEvents', { orderId: first.orderId });
    expect(events.rows.map(({ event }) => event)).toEqual(['make', 'cancel']);
    await done(client.perform(key, CANCEL_ORDER, cancelByClientIdData('BTC', `${CLOID}1`)));
    await done(trader.trade(key, CREATE_ORDER, limit({ clientOrderId: `${CLOID}2` })));
    expect(await done(client.perform(key, CANCEL_ALL_ORDERS, cancelAllData(false)))).toBe(1);
    const gone = client.perform(key, CANCEL_ORDER, cancelByIdData('BTC', second.orderId));
    expect(await visit.stage.settle(gone)).toMatchObject({ kind: 'refused', reason: 'not-found' });
    const history = await read('orderHistory', { account, limit: 10 });
    expect(history.rows.map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  test('VENUE-40: takes a position, guards it, reads all of it, closes it', async () => {
    const key = agentOf(visit.party(0));
    const { account } = key;
    await done(client.perform(key, UPDATE_LEVERAGE, updateLeverageData('BTC', 10)));
    await done(client.perform(key, UPDATE_MARGIN_MODE, updateMarginModeData('BTC', true)));
    const bought = await done(
      trader.trade(
        key,
        CREATE_MARKET_ORDER,
        createMarketOrderData({
          market: BTC,
          side: 'bid',
          lots: 1000,
          slippageBps: 100,
          reduceOnly: false,
          clientOrderId: `${CLOID}3`,
        }),
      ),
    );
    await done(client.perform(key, ADD_ISOLATED_MARGIN, addIsolatedMarginData('BTC', 5_000_000)));
    const takeProfit = { stopTicks: 120_000, trigger: 'mark_price' } as const;
    const stopLoss = { stopTicks: 90_000, limitTicks: 89_000, trigger: 'mark_price' } as const;
    const legs = setPositionTpslData({ market: BTC, side: 'ask', takeProfit, stopLoss });
    await done(trader.trade(key, SET_POSITION_TPSL, legs));
    const stop = await done(
      trader.trade(
        key,
        CREATE_STOP_ORDER,
        createStopOrderData({
          market: BTC,
          side: 'ask',
          reduceOnly: true,
          stop: { stopTicks: 91_000, lots: 1000, trigger: 'last_trade_price' },
        }),
      ),
    );
    await done(client.perform(key, CANCEL_STOP_ORDER, cancelByIdData('BTC', stop.orderId)));
    const position = (await read('positions', { account })).rows[0];
    expect(position).toMatchObject({ market: 0, lots: 1000, isolated: true });
    expect(position?.marginMicro).toBeGreaterThan(5_000_000);
    expect(position?.liquidationMicro).toBeGreaterThan(0);
    expect((await read('orders', { account })).rows.map(({ stopTicks }) => stopTicks)).toEqual(
      expect.arrayContaining([120_000, 90_000]),
    );
    expect(await read('settings', { account })).toMatchObject({
      markets: [{ symbol: 'BTC', isolated: true, leverage: 10 }],
      unread: 0,
    });
    const figures = await read('account', { account });
    expect(figures).toMatchObject({ feeLevel: 7, positionsCount: 1, makerFeeNano: 0 });
    const fills = (await read('tradeHistory', { account, symbol: 'BTC' })).rows;
    expect(fills[0]).toMatchObject({ orderId: bought.orderId, lots: 1000, side: 'open_long' });
    await done(client.perform(key, CANCEL_ALL_ORDERS, cancelAllData(false)));
    const close = limit({
      side: 'ask',
      tif: 'IOC',
      reduceOnly: true,
      clientOrderId: `${CLOID}4`,
    });
    await done(trader.trade(key, CREATE_ORDER, close));
    expect((await read('positions', { account })).rows).toEqual([]);
    expect((await read('balanceHistory', { account, includeTrades: true })).rows[0]).toMatchObject({
      event: 'trade',
    });
  });

  test('VENUE-40: lets the exchange work an order over time, and calls it off', async () => {
    const key = agentOf(visit.party(0));
    const { account } = key;
    const twap = createTwapOrderData({
      market: BTC,
      side: 'bid',
      lots: 10_000,
      reduceOnly: false,
      slippageBps: 100,
      durationS: 300,
      clientOrderId: `${CLOID}5`,
    });
    const { orderId } = await done(trader.trade(key, CREATE_TWAP_ORDER, twap));
    expect((await read('twapOrders', { account })).rows).toEqual([
      expect.objectContaining({ orderId, lots: 10_000, clientOrderId: `${CLOID}5` }),
    ]);
    await done(client.perform(key, CANCEL_TWAP_ORDER, cancelByIdData('BTC', orderId)));
    expect((await read('twapHistory', { account })).rows[0]).toMatchObject({ orderId });
    expect((await read('twapEvents', { orderId })).rows.length).toBeGreaterThan(1);
  });

  test('PROTO-64: sends a batch, each action with an outcome of its own', async () => {
    const key = agentOf(visit.party(1));
    const create = (at: number): TraderAction => ({
      type: 'Create',
      operation: CREATE_ORDER,
      data: limit({ clientOrderId: `${CLOID}${at}`, priceTicks: 90_000 + at }),
    });
    const cancel = {
      type: 'Cancel',
      operation: CANCEL_ORDER,
      data: cancelByClientIdData('BTC', `${CLOID}1`),
    } as const;
    const results = await done(trader.batch(key, [create(1), create(1), cancel, cancel]));
    expect(results).toEqual([
      { kind: 'ok', value: expect.objectContaining({ orderId: expect.any(Number) }) },
      expect.objectContaining({ kind: 'refused', reason: 'duplicate' }),
      { kind: 'ok', value: expect.anything() },
      expect.objectContaining({ kind: 'refused', reason: 'not-found' }),
    ]);
  });

  test('VENUE-40: manages keys with the key of the owner', async () => {
    const party = visit.party(2);
    const owner = ownerOf(party.owner);
    const agent = Outsider.named('a second agent').address;
    await done(client.perform(owner, BIND_AGENT_WALLET, agentWalletData(agent)));
    expect(await done(client.perform(owner, LIST_AGENT_WALLETS, NO_DATA))).toContain(agent);
    const ip = agentIpData(agent, '192.0.2.7');
    await done(client.perform(owner, ADD_AGENT_WHITELISTED_IP, ip));
    const enable = agentIpWhitelistData(agent, true);
    await done(client.perform(owner, SET_AGENT_IP_WHITELIST_ENABLED, enable));
    const list = listAgentIpWhitelistData(agent);
    expect(await done(client.perform(owner, LIST_AGENT_IP_WHITELIST, list))).toMatchObject({
      addresses: ['192.0.2.7'],
    });
    await done(client.perform(owner, REMOVE_AGENT_WHITELISTED_IP, ip));
    await done(client.perform(owner, REVOKE_AGENT_WALLET, agentWalletData(agent)));
    await done(client.perform(owner, REVOKE_ALL_AGENT_WALLETS, NO_DATA));
    expect(await done(client.perform(owner, LIST_AGENT_WALLETS, NO_DATA))).toEqual([]);
    const refused = trader.trade(agentOf(party), CREATE_ORDER, limit());
    expect(await visit.stage.settle(refused)).toMatchObject({
      kind: 'refused',
      reason: 'signature',
    });
    const apiKey = await done(client.perform(owner, CREATE_API_KEY, NO_DATA));
    expect((await done(client.perform(owner, LIST_API_KEYS, NO_DATA))).active).not.toEqual([]);
    await done(client.perform(owner, REVOKE_API_KEY, revokeApiKeyData(apiKey)));
  });

  test('VENUE-40: makes a subaccount, lists it, moves money to it and back', async () => {
    const main = visit.startup.accounts[0];
    const sub = Outsider.named('a new subaccount');
    const owner = visit.party(0).owner;
    expect(main?.account).toBe(owner.address);
    expect(await done(client.createSubaccount(ownerOf(owner), ownerOf(sub)))).toBeUndefined();
    const list = (): Promise<readonly { address: string; balanceMicro: number }[]> =>
      done(client.perform(ownerOf(owner), LIST_SUBACCOUNTS, NO_DATA));
    expect(await list()).toContainEqual(
      expect.objectContaining({ address: sub.address, balanceMicro: 0 }),
    );
    const there = transferFundsData(sub.address, 25_000_000);
    await done(client.perform(ownerOf(owner), TRANSFER_FUNDS, there));
    expect(await list()).toContainEqual(
      expect.objectContaining({ address: sub.address, balanceMicro: 25_000_000 }),
    );
    const back = transferFundsData(owner.address, 25_000_000);
    await done(client.perform(ownerOf(sub), TRANSFER_FUNDS, back));
    const tooMuch = client.perform(ownerOf(sub), TRANSFER_FUNDS, back);
    expect(await visit.stage.settle(tooMuch)).toMatchObject({ kind: 'refused', reason: 'balance' });
  });

  test('VENUE-40: reads everything else', async () => {
    const { account } = visit.party(0);
    const { rows } = await read('markets', undefined);
    expect(rows.map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(['BTC', 'ETH']));
    expect((await read('prices', undefined)).rows[0]).toMatchObject({ market: 0 });
    expect((await read('feeTiers', undefined)).rows).toHaveLength(8);
    expect(await read('book', { symbol: 'BTC' })).toMatchObject({ market: 0 });
    expect((await read('recentTrades', { symbol: 'BTC' })).rows.length).toBeGreaterThan(0);
    const span = { symbol: 'BTC', interval: '1m', startMs: visit.nowMs - 600_000 };
    expect((await read('candles', span)).unread).toBe(0);
    expect((await read('markCandles', span)).unread).toBe(0);
    const lines = (await read('sparklines', { symbols: ['BTC'] })).rows;
    expect(lines).toEqual([expect.objectContaining({ market: 0 })]);
    expect((await read('fundingRates', { symbol: 'BTC' })).unread).toBe(0);
    expect((await read('aggregatedFunding', undefined)).unread).toBe(0);
    expect((await read('liquidationPrices', { account })).unread).toBe(0);
    expect((await read('fundingHistory', { account })).unread).toBe(0);
    expect((await read('portfolio', { account, timeRange: '1d' })).unread).toBe(0);
    expect((await read('depositHistory', { account })).unread).toBe(0);
    expect((await read('withdrawHistory', { account })).rows).toEqual([]);
    expect(await read('orderEvents', { orderId: 1 })).toMatchObject({ rows: [] });
  });

  test('VENUE-41: walks a history page by page', async () => {
    const { account } = visit.party(0);
    const walk = async (limitRows: number): Promise<number[]> => {
      const ids: number[] = [];
      const pages = client.pages('orderHistory', { account, limit: limitRows });
      for (;;) {
        const next = await visit.stage.settle(pages.next());
        if (next.done) return ids;
        if (next.value.kind === 'ok') ids.push(...next.value.value.rows.map((row) => row.orderId));
      }
    };
    const whole = await walk(100);
    expect(whole.length).toBeGreaterThan(4);
    expect(await walk(2)).toEqual(whole);
  });

  test('VENUE-40: every read was asked, and every row could be read', () => {
    expect([...readOnce].sort()).toEqual(Object.keys(READS).sort());
    expect(problems).toEqual([]);
  });
});

describe('against an exchange that says what a test wants', () => {
  const host = createNodeHost({ unrefTimers: true });
  const exchange = new FakeExchange(host);
  const key: AccountKey = { account: 'a', agentWallet: 'b', sign: () => 's' };
  const problems: string[] = [];
  let rest: RestClient;
  let client: AccountClient;

  beforeAll(async () => {
    await exchange.open();
    rest = new RestClient(host.transport, exchange.restUrl, 5000, {
      markets: MARKETS,
      onBadRow: ({ message }) => problems.push(message),
    });
    client = new AccountClient(rest.family(undefined), host.clock);
  });
  afterAll(async () => {
    await rest.close();
    await exchange.close();
  });

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

  async function walked(): Promise<Outcome<Page<unknown>>[]> {
    const all: Outcome<Page<unknown>>[] = [];
    for await (const page of client.pages('tradeHistory', { account: 'a' })) all.push(page);
    return all;
  }

  test('VENUE-41: pages end at the last, at a cursor that was followed, at what is no success', async () => {
    const cursors: (string | null)[] = [];
    const script = (next: (cursor: string | null) => object): void => {
      exchange.onRequest = ({ path }) => {
        const cursor = new URL(path, 'http://x').searchParams.get('cursor');
        cursors.push(cursor);
        return json({ success: true, data: [fill], ...next(cursor) });
      };
    };
    script((cursor) => (cursor === null ? { next_cursor: 'b', has_more: true } : {}));
    expect(await walked()).toHaveLength(2);
    script((cursor) => ({ next_cursor: cursor === 'b' ? 'c' : 'b', has_more: true }));
    expect(await walked()).toHaveLength(3);
    expect(cursors).toEqual([null, 'b', null, 'b', 'c']);
    script(() => ({ next_cursor: 'here', has_more: true }));
    const first = client.pages('tradeHistory', { account: 'a', cursor: 'here' });
    expect([(await first.next()).done, (await first.next()).done]).toEqual([false, true]);
    exchange.onRequest = () => json('Request timed out', 504);
    expect(await walked()).toEqual([{ kind: 'unknown', message: 'status 504: Request timed out' }]);
  });

  test('VENUE-42: a row that cannot be read is reported, the others arrive', async () => {
    exchange.onRequest = () => json({ success: true, data: [{ ...fill, price: 'x' }, fill] });
    const outcome = await client.read('tradeHistory', { account: 'a' });
    expect(outcome).toMatchObject({ kind: 'ok', value: { rows: [{ historyId: 1 }], unread: 1 } });
    expect(problems).toEqual(['BTC price: expected a multiple of 1e-0, got "x"']);
  });

  test('VENUE-40: a 404 of an order that is not known is an empty answer, of an account it is not', async () => {
    exchange.onRequest = () =>
      json(
        {
          success: false,
          data: null,
          error: 'Order history not found for order ID: 28416222569',
          code: 404,
        },
        404,
      );
    expect(await client.read('orderEvents', { orderId: 28_416_222_569 })).toMatchObject({
      kind: 'ok',
      value: { rows: [] },
    });
    expect(await client.read('account', { account: 'a' })).toMatchObject({
      kind: 'refused',
      reason: 'not-found',
    });
  });

  test('VENUE-40: nothing is sent twice, whatever comes of it', async () => {
    exchange.requests.length = 0;
    for (const [status, body] of [
      [500, 'Internal server error'],
      [200, '{"success":true,"da'],
      [200, { success: true, data: { canceled: 1 } }],
      [503, ''],
    ] as const) {
      exchange.onRequest = () => json(body, status);
      const outcome = await client.perform(key, CANCEL_ALL_ORDERS, cancelAllData(false));
      expect(outcome.kind).toBe('unknown');
    }
    exchange.onRequest = () => json({ success: true, data: { success: false, error: 'no' } });
    expect(await client.perform(key, TRANSFER_FUNDS, NO_DATA)).toMatchObject({ kind: 'refused' });
    expect(exchange.requests).toHaveLength(5);
    expect(exchange.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/orders/cancel_all',
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
    });
  });

  test('VENUE-43: what trades or may come to trade is not sent', async () => {
    exchange.requests.length = 0;
    for (const operation of [
      CREATE_ORDER,
      CREATE_MARKET_ORDER,
      CREATE_STOP_ORDER,
      CREATE_TWAP_ORDER,
      EDIT_ORDER,
      SET_POSITION_TPSL,
    ]) {
      const work = (): unknown => client.perform(key, operation as never, NO_DATA);
      expect(work).toThrow(`${operation.type} needs the gate`);
    }
    // @ts-expect-error The types say so too.
    expect(() => client.perform(key, CREATE_ORDER, NO_DATA)).toThrow('needs the gate');
    expect(exchange.requests).toEqual([]);
  });

  test('PROTO-64: a batch that breaks a limit is not sent', async () => {
    const trader = new Trader(rest.family(undefined), host.clock);
    const data = cancelByIdData('BTC', 1);
    const action = { type: 'Cancel', operation: CANCEL_ORDER, data } as const;
    exchange.requests.length = 0;
    for (const count of [0, 11]) {
      expect(await trader.batch(key, new Array(count).fill(action))).toMatchObject({
        kind: 'refused',
        status: 0,
        reason: 'invalid',
      });
    }
    expect(exchange.requests).toEqual([]);
  });

  test('VENUE-40: markets that the client does not hold are skipped', async () => {
    const none = new RestClient(host.transport, exchange.restUrl, 5000, {
      markets: new MarketIndex([] as Market[]),
      onBadRow: () => undefined,
    });
    exchange.onRequest = () => json({ success: true, data: [fill] });
    const bare = new AccountClient(none.family('key'), host.clock);
    expect(await bare.read('tradeHistory', { account: 'a' })).toMatchObject({
      value: { rows: [], unread: 0 },
    });
    expect(exchange.requests.at(-1)?.headers).toMatchObject({ 'pf-api-key': 'key' });
    await none.close();
  });
});
