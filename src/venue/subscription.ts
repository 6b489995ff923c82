import type { AckFrame } from '../protocol/frames/frame.ts';
import type { Market } from '../protocol/market.ts';

/** `params` of a subscription; the exchange's ack repeats them. */
export interface Subscription {
  readonly source: string;
  readonly account?: string;
  readonly symbol?: string;
  readonly interval?: string;
  readonly agg_level?: number;
}

/** Channels whose rows name their account, so that one connection can carry them for a family. */
const EVENT_CHANNELS = ['account_order_updates', 'account_trades'];

/** Channels whose payload names nobody: one account per connection. */
const SNAPSHOT_CHANNELS = ['account_info', 'account_positions', 'account_orders'];

export type PublicChannel = 'prices' | 'book' | 'bbo' | 'trades' | 'candle';

export function eventSubscriptions(account: string): Subscription[] {
  return EVENT_CHANNELS.map((source) => ({ source, account }));
}

export function snapshotSubscriptions(account: string): Subscription[] {
  return SNAPSHOT_CHANNELS.map((source) => ({ source, account }));
}

/** Public channels of all markets; candles by the minute. */
export function publicSubscriptions(
  channels: readonly PublicChannel[],
  markets: readonly Market[],
): Subscription[] {
  return channels.flatMap((source): Subscription[] => {
    if (source === 'prices') return [{ source }];
    return markets.map(({ symbol }) => {
      if (source === 'candle') return { source, symbol, interval: '1m' };
      // Without a level nothing is ever pushed.
      return source === 'book' ? { source, symbol, agg_level: 1 } : { source, symbol };
    });
  });
}

/**
 * Spreads subscriptions over as few connections as the exchange's limit of subscriptions of one
 * channel on one connection allows, in order.
 */
export function connectionLoads(
  subscriptions: readonly Subscription[],
  perChannel: number,
): Subscription[][] {
  const loads: Subscription[][] = [[]];
  const counts = new Map<string, number>();
  for (const subscription of subscriptions) {
    const before = counts.get(subscription.source) ?? 0;
    counts.set(subscription.source, before + 1);
    const at = Math.floor(before / perChannel);
    while (loads.length <= at) loads.push([]);
    loads[at]?.push(subscription);
  }
  return loads;
}

export function subscribeText(subscription: Subscription): string {
  return `{"method":"subscribe","params":${JSON.stringify(subscription)}}`;
}

/** What an ack and its subscription have in common. */
export function ackKey(of: Subscription | AckFrame): string {
  return `${of.source} ${of.account ?? of.symbol ?? ''}`.trimEnd();
}
