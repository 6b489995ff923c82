import {
  doneLots,
  type Ending,
  isWorking,
  type Order,
  openOrder,
  signedDoneLots,
} from '../../../src/accounts/order.ts';
import { advance, end } from '../../../src/accounts/orderLife.ts';
import { MarketView } from '../../../src/book/marketView.ts';
import type { ChildWatcher, Dealer, Denial, Draft } from '../../../src/orders/dealer.ts';
import type { Json } from '../../../src/protocol/canonicalJson.ts';
import { type Market, makeMarket, notionalMicro } from '../../../src/protocol/market.ts';

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
/** A lot is worth a dollar. */
export const BTC: Market = makeMarket(0, {
  symbol: 'BTC',
  tickSize: '1',
  lotSize: '0.00001',
  ...FIGURES,
});
/** A lot is worth forty cents. */
export const ETH: Market = makeMarket(1, {
  symbol: 'ETH',
  tickSize: '0.1',
  lotSize: '0.0001',
  ...FIGURES,
});

/** One call of `deal`, and what became of it. */
export interface Deal {
  readonly drafts: readonly Draft[];
  readonly watcher: ChildWatcher;
  /** Empty while it is deferred, and when it was denied. */
  readonly orders: Order[];
  answer: 'waiting' | 'reserved' | 'denied';
}

export type Answer =
  | 'reserve'
  | 'defer'
  | { readonly code: string; readonly retryAtMs?: number }
  /** As the gate and the dealer do; denied with these words of theirs. */
  | undefined;

interface Timer {
  readonly id: number;
  readonly atMs: number;
  readonly fire: () => void;
}

/**
 * A dealer without gate, venue or clock: time passes only when told, every deal is answered as the
 * script says (reserved unless it says otherwise) and every order is filled, ended or lost by hand.
 * Books at $99,999 to $100,001 and $3,999.9 to $4,000.1.
 */
export class FakeDealer implements Dealer {
  readonly deals: Deal[] = [];
  readonly cancels: Order[] = [];
  readonly notes: { type: string; body: { readonly [key: string]: Json } }[] = [];
  readonly signals: { parent: number; strategy: number; signal: string }[] = [];
  readonly inquiries: number[] = [];
  readonly views: readonly MarketView[] = [new MarketView(0), new MarketView(1)];
  /** Answers of the next deals; `script` decides when it is empty. */
  readonly answers: Answer[] = [];
  script: (drafts: readonly Draft[]) => Answer = () => 'reserve';
  capLots = 1_000_000_000;
  readonly #positions = new Map<string, number>();
  #timers: Timer[] = [];
  #now = 10_000;
  #lastId = 0;
  #soon: (() => void)[] = [];

  constructor() {
    this.book(0, 99_999, 100_001);
    this.book(1, 39_999, 40_001);
    this.mark(0, 100_000);
    this.mark(1, 40_000);
  }

  nowMs(): number {
    return this.#now;
  }

  market(id: number): Market {
    return id === 0 ? BTC : ETH;
  }

  view(market: number): MarketView {
    return this.views[market] as MarketView;
  }

  positionLots(account: number, market: number): number {
    return this.#positions.get(`${account}/${market}`) ?? 0;
  }

  openingCapLots(): number {
    return this.capLots;
  }

  deal(drafts: readonly Draft[], watcher: ChildWatcher): void {
    const deal: Deal = { drafts, watcher, orders: [], answer: 'waiting' };
    this.deals.push(deal);
    const answer = this.answers.length > 0 ? this.answers.shift() : this.script(drafts);
    const refusal = this.#refusal(drafts);
    if (answer === 'defer') return;
    if (refusal !== undefined) this.deny(deal, refusal);
    else if (answer === 'reserve' || answer === undefined) this.reserve(deal);
    else this.deny(deal, answer.code, answer.retryAtMs);
  }

  /** As the desk does: what has not left is taken back here and now. */
  cancel(order: Order): void {
    if (!isWorking(order) || order.cancelAsked) return;
    this.cancels.push(order);
    if (order.state === 'RESERVED') this.end(order, 'not-sent');
    else {
      order.cancelAsked = true;
      advance(order, 'cancel-asked');
    }
  }

  inquire(account: number): void {
    this.inquiries.push(account);
  }

  newParent(strategy: number, signal: string): number {
    const parent = this.signals.length + 1;
    this.signals.push({ parent, strategy, signal });
    return parent;
  }

  soon(work: () => void): void {
    this.#soon.push(work);
  }

  after(delayMs: number, fire: () => void): number {
    this.#lastId += 1;
    const atMs = this.#now + Math.max(1, Math.ceil(delayMs));
    this.#timers.push({ id: this.#lastId, atMs, fire });
    return this.#lastId;
  }

  clear(timer: number): void {
    this.#timers = this.#timers.filter(({ id }) => id !== timer);
  }

  jitter(): number {
    return 0;
  }

  note(type: string, body: { readonly [key: string]: Json }): void {
    this.notes.push({ type, body });
  }

  // What a test does.

  /** Fires every timer up to then, in order. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= until);
      const next = due.sort((x, y) => x.atMs - y.atMs || x.id - y.id)[0];
      if (next === undefined) break;
      this.#now = next.atMs;
      this.clear(next.id);
      next.fire();
    }
    this.#now = until;
  }

  /** Lets the next timer fire; false when there is none. */
  passToTimer(): boolean {
    if (this.#timers.length === 0) return false;
    this.pass(Math.min(...this.#timers.map(({ atMs }) => atMs)) - this.#now);
    return true;
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Work left for a moment of its own. */
  runSoon(): void {
    while (this.#soon.length > 0) this.#soon.shift()?.();
  }

  book(market: number, bid: number, ask: number): void {
    const sides = {
      bids: bid > 0 ? [bid, 1_000_000] : [],
      asks: ask > 0 ? [ask, 1_000_000] : [],
    };
    this.view(market).onBook({ channel: 'book', market, ...sides, timeMs: 0, li: 0 }, this.#now);
  }

  mark(market: number, ticks: number): void {
    const row = { market, markTicks: ticks, midTicks: 0, oracleTicks: 0, timeMs: 0 };
    this.view(market).onPrice(row, this.#now);
  }

  hold(account: number, market: number, lots: number): void {
    this.#positions.set(`${account}/${market}`, lots);
  }

  reserve(deal: Deal): void {
    deal.answer = 'reserved';
    for (const { leg, attempt, ...draft } of deal.drafts) {
      this.#lastId += 1;
      const name = `${draft.parent}|${leg}|${attempt}`;
      const request = {
        ...draft,
        orderId: this.#lastId,
        kind: 'limit',
        clientOrderId: name,
      } as const;
      deal.orders.push(openOrder(request, this.#now));
    }
    deal.watcher.onReserved(deal.orders);
  }

  deny(deal: Deal, code: string, retryAtMs?: number): void {
    deal.answer = 'denied';
    const denial: Denial = { code, sentence: `denied: ${code}`, retryAtMs };
    deal.watcher.onDenied(denial);
  }

  /** The bytes leave. */
  send(order: Order): void {
    advance(order, 'sent');
  }

  /** The reply is lost. */
  lose(order: Order): void {
    this.#sent(order);
    if (advance(order, 'lost')) this.#watcherOf(order).onProgress(order);
  }

  rest(order: Order): void {
    this.#sent(order);
    advance(order, 'resting');
  }

  /** A fill arrives, and the position moves. */
  fill(order: Order, lots: number): void {
    this.#sent(order);
    order.filledLots += lots;
    const { account, market, side } = order.request;
    this.hold(
      account,
      market,
      this.positionLots(account, market) + (side === 'bid' ? lots : -lots),
    );
    if (isWorking(order)) this.#watcherOf(order).onProgress(order);
  }

  /** The venue counts so many lots as filled, whose fills have not come. */
  count(order: Order, lots: number): void {
    this.#sent(order);
    order.reportedLots += lots;
  }

  end(order: Order, ending: Ending): void {
    if (ending !== 'not-sent') this.#sent(order);
    if (end(order, ending, '')) this.#watcherOf(order).onEnded(order);
  }

  /** Fills an order whole and ends it. */
  complete(order: Order): void {
    this.fill(order, order.request.lots - doneLots(order));
    this.end(order, 'filled');
  }

  get orders(): Order[] {
    return this.deals.flatMap((deal) => deal.orders);
  }

  get working(): Order[] {
    return this.orders.filter((order) => isWorking(order));
  }

  /** The only order that works. */
  get only(): Order {
    const [order, ...others] = this.working;
    if (order === undefined || others.length > 0) {
      throw new Error(`${this.working.length} orders work`);
    }
    return order;
  }

  get lastDeal(): Deal {
    const deal = this.deals.at(-1);
    if (deal === undefined) throw new Error('nothing was dealt');
    return deal;
  }

  /** Drafts in short: `BTC +100 @100001 IOC parent`. */
  get asked(): string[] {
    return this.deals.flatMap((deal) => deal.drafts.map(shortOf));
  }

  /** Sum of all that was filled, signed. */
  filled(market: number): number {
    return this.orders
      .filter((order) => order.request.market === market)
      .reduce((sum, order) => sum + signedDoneLots(order), 0);
  }

  notesOf(type: string): { readonly [key: string]: Json }[] {
    return this.notes.filter((note) => note.type === type).map(({ body }) => body);
  }

  // What the gate would refuse for its shape, its amount or its price.
  #refusal(drafts: readonly Draft[]): string | undefined {
    for (const { account, market, side, priceTicks, lots, reduceOnly } of drafts) {
      if (!Number.isInteger(priceTicks) || priceTicks < 1) return 'TICK';
      if (!Number.isInteger(lots) || lots < 1) return 'LOT';
      const spec = this.market(market);
      const notional = notionalMicro(spec, priceTicks, lots);
      if (notional < spec.minOrderMicro) return 'MIN_NOTIONAL';
      if (notional > spec.maxOrderMicro) return 'MAX_NOTIONAL';
      const held = this.positionLots(account, market);
      const closable = side === 'bid' ? -held : held;
      if (reduceOnly && lots > closable) return 'REDUCE_ONLY';
    }
    return undefined;
  }

  #sent(order: Order): void {
    if (order.state === 'RESERVED') this.send(order);
  }

  #watcherOf(order: Order): ChildWatcher {
    const deal = this.deals.find((each) => each.orders.includes(order));
    if (deal === undefined) throw new Error(`order ${order.id} is not of a deal`);
    return deal.watcher;
  }
}

function shortOf(draft: Draft): string {
  const { market, side, lots, priceTicks, tif, precedence, reduceOnly } = draft;
  const sign = side === 'bid' ? '+' : '-';
  const symbol = market === 0 ? 'BTC' : 'ETH';
  const reduces = reduceOnly ? ' reduce-only' : '';
  return `${symbol} ${sign}${lots} @${priceTicks} ${tif} ${precedence}${reduces}`;
}
