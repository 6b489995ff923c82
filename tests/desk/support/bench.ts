import { createHash } from 'node:crypto';
import type { Order } from '../../../src/accounts/order.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import type { DeskConfigInput } from '../../../src/config/sampleConfig.ts';
import type { DeskCommand, SendAction } from '../../../src/desk/deskCommand.ts';
import type { DeskEvent, OperatorCommand } from '../../../src/desk/deskEvent.ts';
import { Kernel } from '../../../src/desk/kernel.ts';
import type { AuditRecord, RequestReply, SessionState } from '../../../src/desk/ports.ts';
import type {
  CandleRow,
  FillRow,
  OpenOrderRow,
  OrderUpdateRow,
  PositionRow,
} from '../../../src/protocol/frames/frame.ts';
import { type Market, makeMarket } from '../../../src/protocol/market.ts';
import type { Outcome } from '../../../src/protocol/outcome.ts';
import type { Query, QueryResult } from '../../../src/protocol/queries.ts';
import type { OrderHistoryRow } from '../../../src/protocol/reads/orders/orderHistory.ts';
import type { Intent, PairIntent, QuoteIntent, WorkIntent } from '../../../src/strategy/intent.ts';

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
export const BTC: Market = makeMarket(0, {
  symbol: 'BTC',
  tickSize: '1',
  lotSize: '0.00001',
  ...figures,
});
export const ETH: Market = makeMarket(1, {
  symbol: 'ETH',
  tickSize: '0.1',
  lotSize: '0.0001',
  ...figures,
});

export const START_WALL_MS = 1_800_000_000_000;

/** What the venue of a bench would answer to reads of one account. */
export interface Tables {
  balanceMicro: number;
  positions: PositionRow[];
  orders: OpenOrderRow[];
  history: OrderHistoryRow[];
  trades: FillRow[];
  lastOrderId: number;
}

export type Mark = DeskCommand | { readonly kind: 'durable'; readonly seq: number };
export type Sent = Extract<DeskCommand, { kind: 'send' }>;
export type Asked = Extract<DeskCommand, { kind: 'query' }>;

export interface BenchOptions {
  /** Family of each account; default two accounts of one family. */
  readonly families?: readonly number[];
  readonly config?: Partial<DeskConfigInput>;
  readonly epoch?: number;
}

/**
 * The kernel alone, driven step by step: time passes only when told, the disk and the venue's reads
 * answer by themselves unless `disk` or `reads` say otherwise, requests are answered by the test.
 */
export class Bench {
  readonly kernel: Kernel;
  readonly tables: readonly Tables[];
  /** Every command in order, and when records became durable. */
  readonly trace: Mark[] = [];
  /** What the venue knows of minutes, by market. */
  readonly candles: readonly CandleRow[][] = [[], []];
  disk: 'quick' | 'slow' = 'quick';
  reads: 'quick' | 'slow' = 'quick';
  #nowUs = 5_000_000;
  #durable = 0;
  #appended = 0;
  #left = 0;
  readonly #timers = new Map<number, number>();
  readonly #asked: Asked[] = [];
  #historyId = 0;

  constructor(options: BenchOptions = {}) {
    const families = options.families ?? [0, 0];
    const config = parseConfig(
      JSON.stringify({
        desk: 'bench',
        venue: { kind: 'simulated' },
        markets: ['BTC', 'ETH'],
        accounts: families.map((_, i) => ({ name: nameOf(i) })),
        strategies: [],
        ...options.config,
      }),
      'bench',
    );
    this.tables = families.map(() => ({
      balanceMicro: 100_000_000_000,
      positions: [],
      orders: [],
      history: [],
      trades: [],
      lastOrderId: 100,
    }));
    this.kernel = new Kernel({
      config,
      markets: [BTC, ETH],
      accounts: families.map((family, index) => ({
        index,
        name: nameOf(index),
        address: addressOf(index),
        family,
      })),
      families: new Set(families).size,
      epoch: options.epoch ?? 1,
      jitterSeed: 1,
      nextSeq: 1,
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
    });
  }

  /** A bench whose accounts are all reconciled and whose markets have books and marks. */
  static ready(options: BenchOptions = {}): Bench {
    const bench = new Bench(options);
    bench.open();
    return bench;
  }

  open(): void {
    this.books();
    const families = new Set(this.kernel.accounts.map(({ identity }) => identity.family));
    const credits = { remainingTenths: 3000, quotaTenths: 3000, refreshS: 60 };
    for (const family of families) {
      this.step({ kind: 'credits', family, credits });
      this.session(family, 'up');
    }
    this.books();
  }

  get nowMs(): number {
    return this.#nowUs / 1000;
  }

  get wallMs(): number {
    return START_WALL_MS + Math.floor(this.#nowUs / 1000);
  }

  /** One event, then what the step left over, then the disk and the reads. */
  step(event: DeskEvent): DeskCommand[] {
    const done = this.#step(event);
    this.#settle();
    return done;
  }

  /** Something that a strategy or the operator would do inside a step. */
  during(work: () => void): void {
    this.#step({ kind: 'continue' });
    work();
    this.step({ kind: 'continue' });
  }

  want(...intents: Intent[]): void {
    this.during(() => {
      for (const intent of intents) this.kernel.coordinator.take(intent);
    });
  }

  /** Lets time pass, firing every timer at its time. */
  pass(ms: number): void {
    const untilUs = this.#nowUs + ms * 1000;
    for (;;) {
      const due = [...this.#timers].sort(([a, x], [b, y]) => x - y || a - b)[0];
      if (due === undefined || due[1] * 1000 > untilUs) break;
      this.#nowUs = Math.max(this.#nowUs, due[1] * 1000);
      this.#timers.delete(due[0]);
      this.step({ kind: 'timer', id: due[0] });
    }
    this.#nowUs = untilUs;
  }

  /** Lets time pass in which nothing happens, as on a machine that was asleep. */
  sleep(ms: number): void {
    this.#nowUs += ms * 1000;
  }

  /** Everything appended so far reaches the disk. */
  sync(): void {
    this.#flush();
    this.#settle();
  }

  session(family: number, state: SessionState): void {
    this.step({ kind: 'session', family, state });
  }

  operate(command: OperatorCommand): void {
    this.step({ kind: 'operator', command });
  }

  /** Books of both markets around BTC 100,000 and ETH 4,000.0, and marks at their mids. */
  books(btc = 100_000, eth = 40_000, li = 0): void {
    const levels = (ticks: number): number[] => [ticks, 100_000, ticks - 5, 1_000_000];
    const asks = (ticks: number): number[] => [ticks + 2, 100_000, ticks + 7, 1_000_000];
    for (const [market, bid] of [btc - 1, eth - 1].entries()) {
      const frame = { market, bids: levels(bid), asks: asks(bid), timeMs: this.wallMs, li };
      this.step({ kind: 'frame', account: undefined, frame: { channel: 'book', ...frame } });
    }
    const rows = [btc, eth].map((ticks, market) => ({
      market,
      markTicks: ticks,
      midTicks: ticks,
      oracleTicks: ticks,
      timeMs: this.wallMs,
    }));
    this.step({ kind: 'frame', account: undefined, frame: { channel: 'prices', rows } });
  }

  candle(market: number, minute: number, closeTicks: number): void {
    const row = candleRow(market, minute, closeTicks);
    this.step({ kind: 'frame', account: undefined, frame: { channel: 'candle', row } });
  }

  reply(requestId: number, outcome: Outcome<RequestReply>): void {
    this.step({ kind: 'reply', requestId, outcome });
  }

  /** The venue took the request. */
  accept(requestId: number, orderId = 0): void {
    this.reply(requestId, { kind: 'ok', value: { orderId, overSocket: true } });
  }

  refuse(
    requestId: number,
    reason: Extract<Outcome<never>, { kind: 'refused' }>['reason'],
    message = 'no',
  ): void {
    this.reply(requestId, { kind: 'refused', status: 400, reason, message });
  }

  lose(requestId: number, message = 'connection lost'): void {
    this.reply(requestId, { kind: 'unknown', message });
  }

  update(order: Order, over: Partial<OrderUpdateRow>): void {
    this.step({
      kind: 'frame',
      account: undefined,
      frame: { channel: 'account_order_updates', rows: [updateRow(order, over)] },
    });
  }

  /** A fill of the order as the stream tells it: its update first, then the trade. */
  fill(order: Order, lots: number, over: Partial<FillRow> = {}): FillRow {
    const filledLots = order.reportedLots + lots;
    const status = filledLots === order.request.lots ? 'filled' : 'partially_filled';
    this.update(order, {
      filledLots,
      status,
      event: order.request.tif === 'ALO' ? 'fulfill_limit' : 'fulfill_market',
    });
    const row = this.fillRow(order, lots, over);
    this.trade(row);
    return row;
  }

  fillRow(order: Order, lots: number, over: Partial<FillRow> = {}): FillRow {
    this.#historyId += 1;
    const { request } = order;
    return {
      historyId: this.#historyId,
      orderId: 1000 + order.id,
      clientOrderId: request.clientOrderId,
      account: addressOf(request.account),
      market: request.market,
      ticks: request.priceTicks,
      lots,
      role: request.tif === 'ALO' ? 'fulfill_maker' : 'fulfill_taker',
      side: request.side === 'bid' ? 'open_long' : 'open_short',
      cause: 'normal',
      feeMicro: 0,
      pnlMicro: 0,
      timeMs: this.wallMs,
      li: 1000 + order.id,
      ...over,
    };
  }

  trade(row: FillRow): void {
    this.step({
      kind: 'frame',
      account: undefined,
      frame: { channel: 'account_trades', rows: [row] },
    });
  }

  snapshot(account: number, rows: readonly PositionRow[], li = 0): void {
    this.step({
      kind: 'frame',
      account,
      frame: { channel: 'account_positions', account: null, rows, li },
    });
  }

  /** Queries that wait for their answers, oldest first. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  /** Answers the oldest waiting query, from the tables unless an outcome is given. */
  answer(outcome?: Outcome<QueryResult>): Query {
    const asked = this.#asked.shift();
    if (asked === undefined) throw new Error('no query waits');
    const value = outcome ?? { kind: 'ok', value: this.#read(asked) };
    this.step({ kind: 'answer', requestId: asked.requestId, outcome: value });
    return asked.query;
  }

  get sends(): Sent[] {
    return this.trace.filter((mark) => mark.kind === 'send');
  }

  sendsOf<D extends SendAction['do']>(
    what: D,
  ): (Sent & { action: Extract<SendAction, { do: D }> })[] {
    return this.sends.filter(({ action }) => action.do === what) as never;
  }

  /** The last request of that kind that was handed out. */
  lastSend<D extends SendAction['do']>(what: D): Sent & { action: Extract<SendAction, { do: D }> } {
    const send = this.sendsOf(what).at(-1);
    if (send === undefined) throw new Error(`no ${what} was sent`);
    return send;
  }

  get records(): AuditRecord[] {
    return this.trace.flatMap((mark) => (mark.kind === 'append' ? [mark.record] : []));
  }

  recordsOf(type: string): AuditRecord[] {
    return this.records.filter((record) => record.type === type);
  }

  get notices(): Extract<DeskCommand, { kind: 'notify' }>['event'][] {
    return this.trace.flatMap((mark) => (mark.kind === 'notify' ? [mark.event] : []));
  }

  get alarms(): string[] {
    return this.notices.flatMap((event) => (event.of === 'alarm' ? [event.sentence] : []));
  }

  queries(of: Query['of']): Asked[] {
    return this.trace.filter((mark) => mark.kind === 'query' && mark.query.of === of) as Asked[];
  }

  /** Working orders of an account, oldest first. */
  working(account = 0): Order[] {
    return [...(this.kernel.accounts[account]?.working.values() ?? [])];
  }

  order(account = 0): Order {
    const [order] = this.working(account);
    if (order === undefined) throw new Error(`account ${account} has no working order`);
    return order;
  }

  #step(event: DeskEvent): DeskCommand[] {
    this.#nowUs += 1;
    const stamp = { wallMs: this.wallMs, monoUs: this.#nowUs };
    const commands = this.kernel.step(event, stamp);
    for (const command of commands) this.#take(command);
    while (this.#left > 0) {
      this.#left -= 1;
      commands.push(...this.#step({ kind: 'continue' }));
    }
    return commands;
  }

  #take(command: DeskCommand): void {
    this.trace.push(command);
    switch (command.kind) {
      case 'append':
        this.#appended = command.record.seq;
        break;
      case 'query':
        this.#asked.push(command);
        break;
      case 'arm':
        this.#timers.set(command.id, command.atMs);
        break;
      case 'disarm':
        this.#timers.delete(command.id);
        break;
      case 'continue':
        this.#left += 1;
        break;
      default:
        break;
    }
  }

  #settle(): void {
    for (;;) {
      if (this.disk === 'quick' && this.#appended > this.#durable) this.#flush();
      else if (this.reads === 'quick' && this.#asked.length > 0) {
        const asked = this.#asked.shift() as Asked;
        const outcome = { kind: 'ok', value: this.#read(asked) } as const;
        this.#step({ kind: 'answer', requestId: asked.requestId, outcome });
      } else return;
    }
  }

  #flush(): void {
    const seq = this.#appended;
    this.#durable = seq;
    this.trace.push({ kind: 'durable', seq });
    this.#step({ kind: 'durable', seq });
  }

  #read({ account, query }: Asked): QueryResult {
    const { balanceMicro, positions, orders, history, trades, lastOrderId } = this.tables[
      account
    ] as Tables;
    switch (query.of) {
      case 'account':
        return { of: 'account', account: accountReply(balanceMicro) };
      case 'positions':
        return { of: 'positions', rows: positions, lastOrderId };
      case 'orders':
        return { of: 'orders', rows: orders, lastOrderId };
      case 'orderHistory':
        return { of: 'orderHistory', rows: history, nextCursor: undefined, lastOrderId };
      case 'tradeHistory':
        return { of: 'tradeHistory', rows: trades, nextCursor: undefined };
      case 'candles': {
        const { symbol, startMs, endMs } = query;
        const rows = this.candles[symbol === 'BTC' ? 0 : 1] ?? [];
        return {
          of: 'candles',
          rows: rows.filter((row) => row.startMs >= startMs && row.startMs <= endMs),
        };
      }
      default:
        throw new Error(`the bench has no ${query.of}`);
    }
  }
}

function nameOf(account: number): string {
  return `a${account}`;
}

export function addressOf(account: number): string {
  return `address${account}`;
}

function accountReply(balanceMicro: number): Extract<QueryResult, { of: 'account' }>['account'] {
  return {
    balanceMicro,
    equityMicro: balanceMicro,
    availableMicro: balanceMicro,
    marginUsedMicro: 0,
    maintenanceMicro: 0,
    feeLevel: 0,
    ordersCount: 0,
    positionsCount: 0,
    makerFeeNano: 150_000,
    takerFeeNano: 400_000,
  };
}

function updateRow(order: Order, over: Partial<OrderUpdateRow>): OrderUpdateRow {
  const { request } = order;
  return {
    orderId: 1000 + order.id,
    clientOrderId: request.clientOrderId,
    account: addressOf(request.account),
    market: request.market,
    side: request.side,
    priceTicks: request.priceTicks,
    lots: request.lots,
    filledLots: order.reportedLots,
    event: 'make',
    status: 'open',
    reduceOnly: request.reduceOnly,
    timeMs: 0,
    li: 0,
    ...over,
  };
}

/** An order of ours as `GET /orders` shows it. */
export function openRow(order: Order, filledLots = 0): OpenOrderRow {
  const { request } = order;
  return {
    orderId: 1000 + order.id,
    clientOrderId: request.clientOrderId,
    market: request.market,
    side: request.side,
    priceTicks: request.priceTicks,
    lots: request.lots,
    filledLots,
    cancelledLots: 0,
    reduceOnly: request.reduceOnly,
    type: 'limit',
    timeMs: 0,
  };
}

/** An order of ours as `GET /orders/history` shows it. */
export function historyRow(order: Order, over: Partial<OrderHistoryRow>): OrderHistoryRow {
  const { request } = order;
  return {
    orderId: 1000 + order.id,
    clientOrderId: request.clientOrderId,
    market: request.market,
    side: request.side,
    lots: request.lots,
    filledLots: 0,
    status: 'cancelled',
    reason: null,
    timeMs: START_WALL_MS,
    ...over,
  };
}

/** The candle of a minute, counted from any moment. */
export function candleRow(market: number, minute: number, closeTicks: number): CandleRow {
  return {
    market,
    interval: '1m',
    startMs: START_WALL_MS + minute * 60_000,
    openTicks: closeTicks,
    highTicks: closeTicks,
    lowTicks: closeTicks,
    closeTicks,
    lots: 1,
  };
}

export function positionRow(
  market: number,
  lots: number,
  over: Partial<PositionRow> = {},
): PositionRow {
  const entryMicro = market === 0 ? 100_000_000_000 : 4_000_000_000;
  return { market, lots, entryMicro, isolated: false, timeMs: 0, ...over };
}

/** A quote of 0.01 BTC one dollar behind the best price, unless `over` says otherwise. */
export function quote(over: Partial<QuoteIntent> = {}): QuoteIntent {
  return {
    kind: 'quote',
    strategy: 1,
    account: 0,
    signal: 'a test quotes',
    onConflict: 'BLOCK_NEW',
    market: 0,
    side: 'bid',
    quote: { ticks: 99_998, lots: 1000 },
    ...over,
  };
}

export function work(over: Partial<WorkIntent> = {}): WorkIntent {
  return {
    kind: 'work',
    strategy: 2,
    account: 1,
    signal: 'a test works',
    onConflict: 'BLOCK_NEW',
    market: 0,
    side: 'bid',
    totalLots: 1000,
    dueLots: 1000,
    slippageBps: 10,
    ...over,
  };
}

export function pair(over: Partial<PairIntent> = {}): PairIntent {
  return {
    kind: 'pair',
    strategy: 3,
    account: 0,
    signal: 'a test pairs',
    onConflict: 'BLOCK_NEW',
    markets: [0, 1],
    notionalMicro: 1_000_000_000,
    slippageBps: 10,
    rebalanceBps: 100,
    ...over,
  };
}
