import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Account } from '../../../src/exchange/core/accounts/account.ts';
import { type Order, openLots } from '../../../src/exchange/core/orders/order.ts';
import { notionalMicro } from '../../../src/protocol/market.ts';
import { type Floor, MAIN, STRANGER, SUB } from './floor.ts';

export const ACCOUNTS = [MAIN, SUB, STRANGER];
type Fields = Readonly<Record<string, unknown>>;

/** Something that a client, the crowd or the clock does. */
export const step = fc.record({
  kind: fc.constantFrom(
    'limit',
    'limit',
    'market',
    'stop',
    'tpsl',
    'twap',
    'edit',
    'cancel',
    'cancel_all',
    'crowd',
    'price',
    'wait',
  ),
  who: fc.nat(2),
  side: fc.constantFrom('bid' as const, 'ask' as const),
  tif: fc.constantFrom('GTC', 'IOC', 'ALO', 'TOB'),
  at: fc.integer({ min: -8, max: 8 }),
  amount: fc.integer({ min: 0, max: 30 }),
  reduce: fc.boolean(),
  legs: fc.boolean(),
  pick: fc.nat(9),
  source: fc.constantFrom('mark_price', 'last_trade_price', 'mid_price', undefined),
});
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one step as a client, or as the crowd, would. */
export function take(
  floor: Floor,
  { amount, at, kind, legs, pick, reduce, side, source, tif, who }: Step,
): void {
  const address = ACCOUNTS[who] as string;
  const ticks = 100_000 + at * 50;
  const size = String(amount / 1000);
  const of = (fields: Fields): Fields => floor.body(address, { symbol: 'BTC', ...fields });
  const away = (by: number): string => String(ticks + (side === 'bid' ? by : -by));
  const trigger = source === undefined ? {} : { trigger_price_type: source };
  const bracket = legs
    ? {
        take_profit: { stop_price: away(150), limit_price: away(100), ...trigger },
        stop_loss: { stop_price: away(-150), ...trigger },
      }
    : {};
  const orders = [...floor.account(address).open.keys(), ...floor.account(address).stops.keys()];
  const order_id = orders[pick % (orders.length || 1)] ?? 1;
  const base = { side, amount: size, reduce_only: reduce };
  switch (kind) {
    case 'limit':
      floor.send('create_order', of({ ...base, price: String(ticks), tif, ...bracket }));
      return;
    case 'market':
      floor.send('create_market_order', of({ ...base, slippage_percent: '1', ...bracket }));
      return;
    case 'stop': {
      const limit = legs ? { limit_price: String(ticks + at * 20) } : {};
      const stop_order = { stop_price: String(ticks), amount: size, ...limit, ...trigger };
      floor.send('create_stop_order', of({ side, reduce_only: reduce, stop_order }));
      return;
    }
    case 'tpsl': {
      const loss = { stop_price: String(ticks), ...trigger };
      floor.send('set_position_tpsl', of({ side, stop_loss: loss, take_profit: loss }));
      return;
    }
    case 'twap':
      floor.send(
        'create_twap_order',
        of({ ...base, slippage_percent: '1', duration_in_seconds: 30 * (1 + pick) }),
      );
      return;
    case 'edit':
      floor.send(
        'edit_order',
        of({ order_id, price: String(ticks), ...(legs ? { amount: size } : {}) }),
      );
      return;
    case 'cancel':
      floor.send(legs ? 'cancel_order' : 'cancel_stop_order', of({ order_id }));
      floor.send('cancel_twap_order', of({ order_id }));
      return;
    case 'cancel_all':
      if (pick === 0) {
        floor.send('cancel_all_orders', of({ all_symbols: true, exclude_reduce_only: reduce }));
      }
      return;
    case 'crowd':
      floor.crowd.btc.add(side, ticks, amount * 100 + 1, reduce ? 'IOC' : 'GTC');
      return;
    case 'price':
      floor.pass(3000);
      floor.crowd.btc.setPrice(ticks);
      return;
    case 'wait':
      floor.pass(amount * 1000);
      return;
  }
}

/** Whether an account's orders, its reserves and the book say the same. */
export function checkOrders(floor: Floor, account: Account): void {
  const [btc] = floor.exchange.state.markets;
  if (btc === undefined) throw new Error('no market');
  const reserved = { bid: 0, ask: 0 };
  for (const order of account.open.values()) {
    expect(btc.engine.remaining(order.id)).toBe(openLots(order));
    expect([openLots(order) > 0, account.stops.has(order.id)]).toEqual([true, false]);
    expect(['open', 'partially_filled']).toContain(order.status);
    reserved[order.side] += notionalMicro(order.market, order.ticks, openLots(order));
  }
  expect(account.holdings[0]).toMatchObject({ bidsMicro: reserved.bid, asksMicro: reserved.ask });
  for (const order of account.stops.values()) {
    expect([order.status, order.filledLots, btc.engine.remaining(order.id)]).toEqual([
      'open',
      0,
      0,
    ]);
    const parent = account.open.get(order.trigger?.parentId ?? 0);
    if (parent !== undefined) expect(parent.legs).toContain(order);
  }
  for (const order of account.orderLog.page(1000, undefined, () => true).rows) {
    checkEnd(order, account);
  }
}

function checkEnd(order: Order, account: Account): void {
  const isOpen = account.open.has(order.id) || account.stops.has(order.id);
  expect([order.id, ['open', 'partially_filled'].includes(order.status)]).toEqual([
    order.id,
    isOpen,
  ]);
  if (!isOpen) expect(order.filledLots + order.cancelledLots).toBe(order.initialLots);
  expect(order.events.at(-1)).toMatchObject({ status: order.status });
}
