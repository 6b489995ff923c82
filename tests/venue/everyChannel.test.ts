// One of our connections hears every channel of the exchange, over sockets of this machine and in a
// virtual world, and reads all that it says.
import { describe, expect, jest, test } from '@jest/globals';
import type { Frame } from '../../src/protocol/frames/frame.ts';
import { Connection } from '../../src/venue/connection.ts';
import { RenewalSlots } from '../../src/venue/renewalSlots.ts';
import type { Subscription } from '../../src/venue/subscription.ts';
import { DEFAULT_VENUE_SETTINGS } from '../../src/venue/venueSettings.ts';
import { realStage, virtualStage } from '../conformance/support/stage.ts';
import { limit, type Party, Visit } from '../conformance/support/visit.ts';
import { MARKETS } from '../protocol/support/protocol.ts';

jest.setTimeout(60_000);

const ACCOUNT_CHANNELS = [
  'account_info',
  'account_positions',
  'account_orders',
  'account_order_updates',
  'account_trades',
  'account_margin',
  'account_leverage',
  'account_transfers',
  'account_twap_orders',
  'account_twap_order_updates',
] as const;

function everything(account: string): Subscription[] {
  return [
    { source: 'prices' },
    { source: 'book', symbol: 'BTC', agg_level: 1 },
    { source: 'bbo', symbol: 'BTC' },
    { source: 'trades', symbol: 'BTC' },
    { source: 'candle', symbol: 'BTC', interval: '1m' },
    { source: 'mark_price_candle', symbol: 'BTC', interval: '1m' },
    ...ACCOUNT_CHANNELS.map((source) => ({ source, account })),
  ];
}

/** Does a bit of everything that an account can do. */
async function act(visit: Visit, me: Party): Promise<void> {
  const symbol = 'BTC';
  await visit.post(me, '/account/leverage', { symbol, leverage: 10 });
  await visit.post(me, '/account/margin', { symbol, is_isolated: true });
  await visit.post(me, '/orders/create', limit({ price: '100010', tif: 'IOC' }));
  await visit.post(me, '/orders/create', limit({ price: '99000', tif: 'ALO' }));
  await visit.post(me, '/orders/stop/create', {
    symbol,
    side: 'ask',
    reduce_only: true,
    stop_order: { stop_price: '90000', amount: '0.01', trigger_price_type: 'mark_price' },
  });
  await visit.post(me, '/orders/twap/create', {
    symbol,
    amount: '0.02',
    side: 'bid',
    reduce_only: false,
    slippage_percent: '1',
    duration_in_seconds: 60,
  });
  const sibling = visit.party(5).account;
  const transfer = { to_account: sibling, amount: '25' };
  await visit.tryPost(me, '/account/subaccount/transfer', transfer, me.owner);
}

describe.each([
  ['on this machine', realStage],
  ['in a virtual world', virtualStage],
])('%s', (_, stage) => {
  test('PROTO-71: every channel is heard and read', async () => {
    const visit = await Visit.begin(stage());
    const me = visit.party(4);
    const heard = new Map<string, Frame[]>();
    const notices: string[] = [];
    const ready = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    const wanted = everything(me.account).map(({ source }) => source);
    const connection = new Connection(
      visit.stage.client,
      {
        url: visit.startup.ws,
        headers: { 'pf-api-key': me.apiKey },
        subscriptions: everything(me.account),
        markets: MARKETS,
        settings: DEFAULT_VENUE_SETTINGS,
        renewals: new RenewalSlots(1),
        notice: (sentence) => notices.push(sentence),
      },
      {
        onReady: () => ready.resolve(),
        onFrame: (_connection, frame) => {
          heard.set(frame.channel, [...(heard.get(frame.channel) ?? []), frame]);
          if (wanted.every((source) => heard.has(source))) all.resolve();
        },
        onStale: () => undefined,
        onClosed: (_connection, reason) => ready.reject(new Error(reason)),
      },
    );
    await visit.stage.settle(ready.promise);
    await act(visit, me);
    await visit.stage.settle(all.promise);
    expect(notices).toEqual([]);
    expect([...heard.keys()].sort()).toEqual([...wanted].sort());
    connection.close();
    await visit.end();
  });
});
