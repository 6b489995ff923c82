// Every field, word and branch of every schema has been seen in a literal payload.
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  accountInfoSchema,
  accountOrderSchema,
  accountPositionSchema,
  fillSchema,
  orderUpdateSchema,
} from '../../src/protocol/frames/accountFrames.ts';
import { ackSchema, envelopeSchema as frameSchema } from '../../src/protocol/frames/decodeFrame.ts';
import {
  bboSchema,
  bookSchema,
  candleSchema,
  priceSchema,
  tradeSchema,
} from '../../src/protocol/frames/marketFrames.ts';
import {
  leverageSchema,
  marginModeSchema,
  transferSchema,
} from '../../src/protocol/frames/settingFrames.ts';
import { twapOrderSchema, twapUpdateSchema } from '../../src/protocol/frames/twapFrames.ts';
import { createSubaccountSchema } from '../../src/protocol/operations/account/createSubaccount.ts';
import { LIST_SUBACCOUNTS } from '../../src/protocol/operations/account/listSubaccounts.ts';
import { headerSchema } from '../../src/protocol/operations/header.ts';
import { CREATE_API_KEY } from '../../src/protocol/operations/keys/createApiKey.ts';
import { LIST_AGENT_IP_WHITELIST } from '../../src/protocol/operations/keys/listAgentIpWhitelist.ts';
import { LIST_AGENT_WALLETS } from '../../src/protocol/operations/keys/listAgentWallets.ts';
import { LIST_API_KEYS } from '../../src/protocol/operations/keys/listApiKeys.ts';
import { batchAnswer, batchSchema } from '../../src/protocol/operations/orders/batchOrders.ts';
import { CANCEL_ALL_ORDERS } from '../../src/protocol/operations/orders/cancelAllOrders.ts';
import { CANCEL_ORDER } from '../../src/protocol/operations/orders/cancelOrder.ts';
import { CANCEL_STOP_ORDER } from '../../src/protocol/operations/orders/cancelStopOrder.ts';
import { CANCEL_TWAP_ORDER } from '../../src/protocol/operations/orders/cancelTwapOrder.ts';
import { CREATE_MARKET_ORDER } from '../../src/protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER } from '../../src/protocol/operations/orders/createOrder.ts';
import { CREATE_STOP_ORDER } from '../../src/protocol/operations/orders/createStopOrder.ts';
import { CREATE_TWAP_ORDER } from '../../src/protocol/operations/orders/createTwapOrder.ts';
import { EDIT_ORDER } from '../../src/protocol/operations/orders/editOrder.ts';
import { SET_POSITION_TPSL } from '../../src/protocol/operations/orders/setPositionTpsl.ts';
import { accountSchema } from '../../src/protocol/reads/accounts/account.ts';
import {
  accountSettingsSchema,
  marketSettingSchema,
} from '../../src/protocol/reads/accounts/accountSettings.ts';
import { balanceChangeSchema } from '../../src/protocol/reads/accounts/balanceHistory.ts';
import { cashMoveSchema } from '../../src/protocol/reads/accounts/cashHistory.ts';
import { fundingPaymentSchema } from '../../src/protocol/reads/accounts/fundingHistory.ts';
import { liquidationPriceSchema } from '../../src/protocol/reads/accounts/liquidationPrices.ts';
import { portfolioPointSchema } from '../../src/protocol/reads/accounts/portfolio.ts';
import { positionSchema } from '../../src/protocol/reads/accounts/positions.ts';
import { aggregatedFundingSchema } from '../../src/protocol/reads/markets/aggregatedFunding.ts';
import { feeTierSchema } from '../../src/protocol/reads/markets/feeTiers.ts';
import { fundingRateSchema } from '../../src/protocol/reads/markets/fundingRates.ts';
import { marketListingSchema } from '../../src/protocol/reads/markets/marketList.ts';
import { recentTradeSchema } from '../../src/protocol/reads/markets/recentTrades.ts';
import { sparklineSchema } from '../../src/protocol/reads/markets/sparklines.ts';
import { openOrderSchema } from '../../src/protocol/reads/orders/openOrders.ts';
import { orderEventSchema } from '../../src/protocol/reads/orders/orderEvents.ts';
import { orderHistorySchema } from '../../src/protocol/reads/orders/orderHistory.ts';
import { tradeHistorySchema } from '../../src/protocol/reads/orders/tradeHistory.ts';
import { twapHistorySchema, twapSchema } from '../../src/protocol/reads/orders/twapOrders.ts';
import { fixture } from './fixture.ts';
import { unreadKeys, unseen } from './support/schemaCoverage.ts';

type Row = { readonly [key: string]: unknown };
interface RawFrame extends Row {
  readonly channel?: string;
  readonly data?: unknown;
}

const frames = Object.values({
  ...fixture<Record<string, RawFrame>>('frames'),
  ...Object.fromEntries(
    Object.entries(fixture<Record<string, RawFrame>>('channels')).map(([k, v]) => [`${k}2`, v]),
  ),
});
const reads = fixture<Record<string, unknown>>('reads');
const replies = fixture<Record<string, unknown>>('replies');

function rowsOf(...data: readonly unknown[]): unknown[] {
  return data.flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : [each]));
}

/** All rows of our markets that a channel has sent. */
function channel(name: string): unknown[] {
  return rowsOf(...frames.filter((frame) => frame.channel === name).map(({ data }) => data));
}

/** All rows of a read, in both files. */
function read(...names: readonly string[]): unknown[] {
  return rowsOf(...names.flatMap((name) => [reads[name], replies[name]].filter((x) => x)));
}

const requests = fixture<Readonly<Record<string, readonly unknown[]>>>('requests');
const answers = fixture<Readonly<Record<string, readonly unknown[]>>>('answers');

/** What is sent, and what is answered to it. */
const OPERATIONS: readonly (readonly [string, z.ZodType, readonly unknown[]])[] = [
  ...[
    CREATE_ORDER,
    CREATE_MARKET_ORDER,
    CREATE_STOP_ORDER,
    SET_POSITION_TPSL,
    EDIT_ORDER,
    CANCEL_ORDER,
    CANCEL_STOP_ORDER,
    CANCEL_TWAP_ORDER,
    CANCEL_ALL_ORDERS,
    CREATE_TWAP_ORDER,
  ].map(({ type, schema }) => [type, schema, requests[type] ?? []] as const),
  ['a header', headerSchema, answers.headers ?? []],
  ['a batch', batchSchema, answers.batches ?? []],
  ['a new subaccount', createSubaccountSchema, answers.newSubaccounts ?? []],
  ['the answer to an order', CREATE_ORDER.answer, answers.placed ?? []],
  ['the answer to a cancel-all', CANCEL_ALL_ORDERS.answer, answers.cancelled ?? []],
  ['the answer to a batch', batchAnswer, answers.batch ?? []],
  ['agent keys', LIST_AGENT_WALLETS.answer, answers.agentWallets ?? []],
  ['a new API config key', CREATE_API_KEY.answer, answers.apiKey ?? []],
  ['API config keys', LIST_API_KEYS.answer, answers.apiKeys ?? []],
  ['subaccounts', LIST_SUBACCOUNTS.answer, answers.subaccounts ?? []],
  ['a whitelist', LIST_AGENT_IP_WHITELIST.answer, answers.whitelist ?? []],
];

const SCHEMAS: readonly (readonly [string, z.ZodType, readonly unknown[]])[] = [
  ['book', bookSchema, channel('book')],
  ['bbo', bboSchema, channel('bbo')],
  ['prices', priceSchema, channel('prices')],
  ['trades', tradeSchema, channel('trades')],
  ['candle', candleSchema, [...channel('candle'), ...channel('mark_price_candle')]],
  ['account_info', accountInfoSchema, channel('account_info')],
  ['account_positions', accountPositionSchema, channel('account_positions')],
  ['account_orders', accountOrderSchema, channel('account_orders')],
  ['account_order_updates', orderUpdateSchema, channel('account_order_updates')],
  ['account_trades', fillSchema, channel('account_trades')],
  ['account_margin', marginModeSchema, channel('account_margin')],
  ['account_leverage', leverageSchema, channel('account_leverage')],
  ['account_transfers', transferSchema, channel('account_transfers')],
  ['account_twap_orders', twapOrderSchema, channel('account_twap_orders')],
  ['account_twap_order_updates', twapUpdateSchema, channel('account_twap_order_updates')],
  ['a frame', frameSchema, frames],
  ['an ack', ackSchema, [...channel('subscribe'), ...channel('unsubscribe')]],
  ['info', marketListingSchema, read('markets', 'info')],
  ['info/prices', priceSchema, read('prices')],
  ['info/fees', feeTierSchema, read('feeTiers')],
  ['kline', candleSchema, [...read('candles'), ...channel('candle')]],
  ['kline/sparklines', sparklineSchema, read('sparklines')],
  ['trades over REST', recentTradeSchema, read('recentTrades')],
  ['funding_rate/history', fundingRateSchema, read('fundingRates')],
  ['account', accountSchema, read('account', 'accountOld', 'accountBare')],
  [
    'account/settings',
    accountSettingsSchema,
    [reads.settings, reads.settingsOff, { margin_settings: [] }],
  ],
  [
    'account/settings, a row',
    marketSettingSchema,
    rowsOf((reads.settings as { margin_settings: unknown }).margin_settings, reads.settingsOld),
  ],
  ['positions', positionSchema, read('positions')],
  ['position_liquidation_prices', liquidationPriceSchema, read('liquidationPrices')],
  ['funding_rate/aggregated', aggregatedFundingSchema, read('aggregatedFunding')],
  ['portfolio', portfolioPointSchema, read('portfolio')],
  ['account/balance/history', balanceChangeSchema, read('balanceHistory')],
  ['account/deposit/history', cashMoveSchema, read('cashHistory')],
  ['funding/history', fundingPaymentSchema, read('fundingHistory')],
  ['orders', openOrderSchema, read('orders')],
  ['orders/history', orderHistorySchema, read('orderHistory')],
  ['orders/history_by_id', orderEventSchema, read('orderEvents')],
  ['trades/history', tradeHistorySchema, read('tradeHistory')],
  ['orders/twap', twapSchema, read('twapOrders')],
  ['orders/twap/history', twapHistorySchema, read('twapHistory', 'twapEvents')],
];

describe('what the schemas know and the payloads show', () => {
  test.each([...SCHEMAS, ...OPERATIONS])('PROTO-75: %s', (_, schema, payloads) => {
    expect(payloads.length).toBeGreaterThan(0);
    expect(unseen(schema, payloads)).toEqual([]);
  });
});

/** What payloads hold and we do not read; the market's name is read beside the schema. */
const NOT_READ: Readonly<Record<string, readonly string[]>> = {
  // `it` is documented nowhere, `e` was dropped by the exchange.
  trades: ['e', 'it'],
  'a frame': ['t'],
  // The rest of a subscription names no account or market.
  'an ack': ['agg_level'],
};

describe('what payloads hold and no schema reads', () => {
  const shown = SCHEMAS.map(([name, schema, payloads]) => [name, unreadKeys(schema, payloads)]);
  test.each(shown as [string, string[]][])('PROTO-75: %s', (name, keys) => {
    const beside = keys.filter((key) => key !== 's' && key !== 'symbol');
    expect(beside).toEqual(NOT_READ[name] ?? []);
  });
});

describe('the check itself', () => {
  const word = z.union([z.enum(['a', 'b']), z.string().transform(() => 'other' as const)]);
  const schema = z.object({
    word,
    cause: z.enum(['x']).catch('x'),
    more: z.object({ deep: z.number() }).nullish(),
    list: z.array(z.object({ n: z.number() })),
    pair: z.tuple([z.array(z.object({ p: z.number() })), z.number()]),
  });

  test('PROTO-75: names every key, word and branch that was never seen', () => {
    const little = { word: 'a', cause: 'x', list: [], pair: [[], 1] };
    expect(unseen(schema, [little]).sort()).toEqual([
      '.cause unknown',
      '.list[].n',
      '.more',
      '.more.deep',
      '.pair[0][].p',
      '.word option 1',
      '.word=b',
    ]);
  });

  test('PROTO-75: is content once all have been', () => {
    const payloads = [
      { word: 'a', cause: 'x', more: { deep: 1 }, list: [{ n: 1 }], pair: [[{ p: 1 }], 1] },
      { word: 'b', cause: 'y', more: null, list: [], pair: [[], 1] },
      { word: 'c', cause: 'x', list: [], pair: [[], 1] },
    ];
    expect(unseen(schema, payloads)).toEqual([]);
  });
});
