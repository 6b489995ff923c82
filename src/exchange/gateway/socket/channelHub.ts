import type { Market } from '../../../protocol/market.ts';
import type { Account, FillRecord } from '../../core/accounts/account.ts';
import type { ExchangeListener, ExchangeState } from '../../core/exchangeState.ts';
import type { MarketState, PublicTrade } from '../../core/markets/marketState.ts';
import type { Transfer } from '../../core/money/transfers.ts';
import { type OrderRecord, openOrdersOf } from '../../core/orders/order.ts';
import type { TwapRecord } from '../../core/orders/twap.ts';
import { accountInfo, positionUpdates, transferUpdate } from '../../payloads/accountPayloads.ts';
import { bbo, book, candleRow, priceRow, tradeUpdate } from '../../payloads/marketPayloads.ts';
import { fillUpdate, openOrderUpdate, orderUpdate } from '../../payloads/orderPayloads.ts';
import { twapOrdersFrame, twapUpdate } from '../../payloads/twapPayloads.ts';
import {
  type AccountChannel,
  type AccountSource,
  accountKey,
  accountOf,
  type CandleChannel,
  type Channel,
  type MarketChannel,
  marketKey,
} from './channels.ts';
import type { SocketSession } from './socketSession.ts';

/** Channels whose frames hold one event; the others hold a list. */
const ONE_BY_ONE: ReadonlySet<string> = new Set([
  'account_leverage',
  'account_margin',
  'account_transfers',
]);

/** One channel that somebody listens to. */
interface Feed {
  readonly channel: Channel;
  readonly sessions: Set<SocketSession>;
  /** Rows of this step that are not sent yet. */
  pending: unknown[];
  /** What was sent last: a state to compare with, and for candles the start of the newest one. */
  lastSent: string;
  lastStartMs: number;
}

/**
 * Who listens to what. Events go out at the end of the step in which they happened, snapshots at a
 * fixed rhythm; a frame is encoded once for all who listen, and not at all when nobody does.
 */
export class ChannelHub implements ExchangeListener {
  readonly #feeds: Map<string, Feed> = new Map();
  readonly #withPending: Set<Feed> = new Set();
  readonly #bboFeeds: Set<Feed> = new Set();
  /** Accounts that changed since the last snapshots. */
  #changed: Set<Account> = new Set();
  #infoSentMs = 0;
  #state: ExchangeState | undefined;

  /** Connects the hub with the exchange that it listens to. */
  attach(state: ExchangeState): void {
    this.#state = state;
  }

  join(session: SocketSession, channel: Channel): void {
    let feed = this.#feeds.get(channel.key);
    if (feed === undefined) {
      feed = { channel, sessions: new Set(), pending: [], lastSent: '', lastStartMs: -1 };
      this.#feeds.set(channel.key, feed);
      if (channel.source === 'bbo') this.#bboFeeds.add(feed);
    }
    feed.sessions.add(session);
  }

  leave(session: SocketSession, channel: Channel): void {
    const feed = this.#feeds.get(channel.key);
    feed?.sessions.delete(session);
    if (feed === undefined || feed.sessions.size > 0) return;
    this.#feeds.delete(channel.key);
    this.#bboFeeds.delete(feed);
    this.#withPending.delete(feed);
  }

  /** The frame that a new listener gets at once, on channels that have one. */
  snapshot(channel: Channel): string | undefined {
    switch (channel.source) {
      case 'account_info':
      case 'account_orders':
      case 'account_positions':
        return this.#accountSnapshot(channel);
      default:
        return undefined;
    }
  }

  orderChanged(record: OrderRecord): void {
    const { account } = record.order;
    this.#changed.add(account);
    this.#queue('account_order_updates', account, () => orderUpdate(record));
  }

  twapChanged(record: TwapRecord): void {
    const { account } = record.twap;
    this.#queue('account_twap_order_updates', account, () => twapUpdate(record));
    // One frame with the whole list, whatever happened in the step.
    this.#queue('account_twap_orders', account, () => undefined);
  }

  filled(fill: FillRecord): void {
    const { account } = fill.order;
    this.#changed.add(account);
    this.#queue('account_trades', account, () => fillUpdate(fill));
  }

  traded({ market }: MarketState, trade: PublicTrade): void {
    const feed = this.#feeds.get(marketKey('trades', market.symbol));
    if (feed !== undefined) this.#add(feed, tradeUpdate(market, trade));
  }

  leverageChanged(account: Account, market: Market, leverage: number): void {
    this.#changed.add(account);
    this.#queue('account_leverage', account, () => ({
      u: account.address,
      s: market.symbol,
      l: String(leverage),
      t: this.#now().nowMs,
    }));
  }

  marginModeChanged(account: Account, market: Market, isolated: boolean): void {
    this.#changed.add(account);
    this.#queue('account_margin', account, () => ({
      u: account.address,
      s: market.symbol,
      i: isolated,
      t: this.#now().nowMs,
    }));
  }

  accountChanged(account: Account): void {
    this.#changed.add(account);
  }

  transferred(transfer: Transfer): void {
    const { account } = transfer;
    this.#changed.add(account);
    this.#queue('account_transfers', account, () => transferUpdate(transfer));
  }

  /** Sends what happened in the step that ends. */
  endStep(): void {
    for (const feed of this.#withPending) {
      const { pending } = feed;
      feed.pending = [];
      const { source } = feed.channel;
      if (ONE_BY_ONE.has(source)) {
        for (const row of pending) send(feed, frame(source, row));
      } else if (source === 'account_twap_orders') {
        this.#sendTwapOrders(feed);
      } else send(feed, frame(source, pending));
    }
    this.#withPending.clear();
    for (const feed of this.#bboFeeds) this.#sendBbo(feed, feed.channel as MarketChannel);
  }

  /** Sends every snapshot that is due. */
  push(): void {
    const state = this.#now();
    const infoDue = state.nowMs - this.#infoSentMs >= state.settings.accountInfoPushMs;
    if (infoDue) this.#infoSentMs = state.nowMs;
    for (const feed of [...this.#feeds.values()]) this.#pushFeed(state, feed, infoDue);
    this.#changed = new Set();
  }

  #pushFeed(state: ExchangeState, feed: Feed, infoDue: boolean): void {
    const { channel } = feed;
    switch (channel.source) {
      case 'book':
        if (channel.aggLevel === 0) return;
        send(
          feed,
          frame('book', { ...book(state, channel.here, channel.aggLevel), li: state.lastOrderId }),
        );
        return;
      case 'prices':
        this.#sendPrices(state, feed);
        return;
      case 'candle':
      case 'mark_price_candle':
        this.#sendCandles(feed, channel);
        return;
      case 'account_info':
        this.#sendAccount(feed, channel, infoDue);
        return;
      case 'account_orders':
      case 'account_positions':
        this.#sendAccount(feed, channel, false);
        return;
      default:
        return;
    }
  }

  #sendPrices(state: ExchangeState, feed: Feed): void {
    const version = state.markets
      .map((here) => `${here.markCandles.changes} ${here.candles.changes} ${here.twiceMidTicks()}`)
      .join();
    if (version === feed.lastSent) return;
    feed.lastSent = version;
    send(
      feed,
      frame(
        'prices',
        state.markets.map((here) => priceRow(state, here)),
      ),
    );
  }

  /** Every candle from the one that was sent last, so that its close is seen, to the newest. */
  #sendCandles(feed: Feed, channel: CandleChannel): void {
    const { here, interval, minutes, source } = channel;
    const series = source === 'candle' ? here.candles : here.markCandles;
    const version = String(series.changes);
    const latest = series.latestStart(minutes);
    if (version === feed.lastSent || latest < 0) return;
    const from = feed.lastStartMs < 0 ? latest : feed.lastStartMs;
    for (const candle of series.between(minutes, from, latest, Number.POSITIVE_INFINITY)) {
      send(feed, frame(source, candleRow(here.market, interval, candle)));
    }
    feed.lastSent = version;
    feed.lastStartMs = latest;
  }

  #sendBbo(feed: Feed, { here }: MarketChannel): void {
    const { engine } = here;
    const bid = engine.bestBid();
    const ask = engine.bestAsk();
    const version = `${bid} ${engine.levelLots(bid)} ${ask} ${engine.levelLots(ask)}`;
    if (version === feed.lastSent) return;
    feed.lastSent = version;
    send(feed, frame('bbo', bbo(this.#now(), here)));
  }

  #sendAccount(feed: Feed, channel: AccountChannel, isDue: boolean): void {
    const account = this.#now().accounts.byAddress(channel.address);
    if (account === undefined || !(isDue || this.#changed.has(account))) return;
    send(feed, this.#accountSnapshot(channel) as string);
  }

  #sendTwapOrders(feed: Feed): void {
    const account = this.#now().accounts.byAddress((feed.channel as AccountChannel).address);
    if (account !== undefined) send(feed, JSON.stringify(twapOrdersFrame(account)));
  }

  /** An address without an account has no orders and no positions, and nothing to say of itself. */
  #accountSnapshot({ address, source }: AccountChannel): string | undefined {
    const state = this.#now();
    const account = state.accounts.byAddress(address);
    const named = state.settings.snapshotsNameAccount ? { account: address } : {};
    if (source === 'account_info') {
      if (account === undefined) return undefined;
      return JSON.stringify({ channel: source, data: accountInfo(state, account), ...named });
    }
    const data = account === undefined ? [] : listOf(state, account, source);
    return JSON.stringify({ channel: source, data, li: state.lastOrderId, ...named });
  }

  #queue(source: AccountSource, account: Account, row: () => unknown): void {
    const feed = this.#feeds.get(accountKey(source, account.address));
    if (feed !== undefined) this.#add(feed, row());
  }

  #add(feed: Feed, row: unknown): void {
    feed.pending.push(row);
    this.#withPending.add(feed);
  }

  #now(): ExchangeState {
    return this.#state as ExchangeState;
  }
}

function listOf(state: ExchangeState, account: Account, source: AccountSource): unknown[] {
  return source === 'account_orders'
    ? openOrdersOf(account).map(openOrderUpdate)
    : positionUpdates(state, account);
}

function frame(channel: string, data: unknown): string {
  return JSON.stringify({ channel, data });
}

/** A session that is cut while sending leaves the set; the rest still get the frame. */
function send(feed: Feed, text: string): void {
  const { channel, sessions } = feed;
  const account = accountOf(channel);
  for (const session of [...sessions]) session.send(text, channel.source, account);
}
