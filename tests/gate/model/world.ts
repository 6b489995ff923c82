// The real gate and accounts on one side, the real matching engine on the other, and between them
// everything that can be late, lost or crossed.
import { AccountManager, type AccountSink } from '../../../src/accounts/accountManager.ts';
import { type Order, openOrder } from '../../../src/accounts/order.ts';
import { NOT_RECONCILED } from '../../../src/gate/coverage.ts';
import type { Decision } from '../../../src/gate/decision.ts';
import { Gate } from '../../../src/gate/gate.ts';
import type { OrderRequest } from '../../../src/gate/orderRequest.ts';
import { MatchingEngine } from '../../../src/matching/matchingEngine.ts';
import type { OrderUpdateRow } from '../../../src/protocol/frames/frame.ts';
import { makeMarket } from '../../../src/protocol/market.ts';
import { type Planned, type Program, reaches } from './programs.ts';

const P = 100;
const LOTS = 1_000_000;
/** Longer than the mirror rule looks back: it has its own tests. */
const STEP_MS = 60_001;
const RANKS = { hedge: 0, parent: 1, quote: 2 } as const;

/**
 * Where an order is. `wire`: on its way or waiting at the venue. `armed`: a stop that has not fired.
 * `fired`: it waits at the venue to take. `lost`: it never arrives.
 */
const PLACES = [
  ...(['idea', 'claim', 'refused', 'reserved', 'wire', 'lost', 'armed', 'fired'] as const),
  ...(['book', 'ended'] as const),
];
type Place = (typeof PLACES)[number];

const ENTRY_STATES = ['RESERVED', 'SENT', 'LIVE', 'ARMED', 'TRIGGERED'];
const ORDER_STATES = ['RESERVED', 'SENT', 'PENDING', 'LIVE', 'CANCELLING', 'UNKNOWN', 'TERMINAL'];

type Act =
  | 'submit'
  | 'retry'
  | 'give up'
  | 'send'
  | 'arrive'
  | 'lose'
  | 'time out'
  | 'prove lost'
  | 'fire'
  | 'tell'
  | 'cancel'
  | 'cancel arrives'
  | 'fill'
  | 'fill half';
export type Step = readonly [Act, number];

/** What is played beyond arriving, getting lost, filling, cancelling and being told of it. */
export interface Bound {
  /** An order is reserved in one step and sent in another. */
  readonly sends: boolean;
  /** Others fill half of an order. */
  readonly halves: boolean;
  /** The desk gives up waiting for an answer. */
  readonly timeOuts: boolean;
  /** A cancel arrives before its order and finds nothing. */
  readonly overtakes: boolean;
}

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const MARKETS = [makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...FIGURES })];
const LIMITS = {
  default: {
    orderShareBps: 1000,
    collarBps: 500,
    reductionCollarBps: 2000,
    maxReferenceAgeMs: 60_000,
  },
};

const IDENTITIES = [0, 1].map((index) => ({
  ...{ index, name: `a${index}`, address: `address ${index}`, family: 0 },
}));

/** What lasts from one history to the next; each history leaves it empty. */
class Stage {
  nowMs = 1_800_000_000_000;
  lastId = 0;
  readonly positions: number[] = [0, 0];
  readonly engine: MatchingEngine = new MatchingEngine({ maxTicks: 255 });
  readonly gate: Gate;

  constructor() {
    this.gate = new Gate({
      markets: MARKETS,
      limits: LIMITS,
      facts: {
        equityMicro: () => 10 ** 12,
        positionLots: (account) => this.positions[account] ?? 0,
        unseenLots: () => 0,
        referenceTicks: () => P,
        referenceAtMs: () => Infinity,
      },
    });
    this.gate.openMarket(0, NOT_RECONCILED);
  }
}

export class World {
  static readonly stage: Stage = new Stage();
  /** Two accounts of the owner traded with each other. */
  matched = false;
  /** An order took the place that a deferred one of its rank or a stronger one keeps. */
  overtaken = false;
  readonly places: Place[];
  readonly #plan: readonly Planned[];
  readonly #bound: Bound;
  readonly #editsTake: boolean;
  readonly #requests: OrderRequest[];
  readonly #accounts: readonly AccountManager[];
  readonly #orders: (Order | undefined)[] = [];
  readonly #told: boolean[];
  readonly #filled: number[];
  /** 0 none, 1 on its way, 2 has arrived. */
  readonly #cancels: number[];
  readonly #timedOut: boolean[];
  readonly #claims: number[];
  readonly #isReady: boolean[];
  /** In the order in which they came to the book. */
  readonly #queue: number[] = [];

  constructor({ orders, editsTake }: Program, bound: Bound) {
    const { stage } = World;
    this.#plan = orders;
    this.#bound = bound;
    this.#editsTake = editsTake;
    this.places = orders.map(() => 'idea');
    this.#told = orders.map(() => true);
    this.#filled = orders.map(() => 0);
    this.#cancels = orders.map(() => 0);
    this.#timedOut = orders.map(() => false);
    this.#claims = orders.map(() => 0);
    this.#isReady = orders.map(() => false);
    stage.positions.fill(0);
    for (const { kind, side, account } of orders) {
      if (kind.startsWith('STOP')) stage.positions[account] = side === 'ask' ? LOTS : -LOTS;
    }
    const firstId = stage.lastId + 1;
    stage.lastId += orders.length;
    this.#requests = orders.map((planned, i) => requestOf(planned, firstId + i, firstId));
    const sink: AccountSink = {
      orderEnded: (_account, order) => this.#release(order.id),
      orderChanged: () => undefined,
      filled: () => undefined,
      foreignOrder: () => undefined,
    };
    this.#accounts = IDENTITIES.map(
      (identity) => new AccountManager(identity, MARKETS, stage.gate, sink),
    );
  }

  /** Leaves the stage as it was. */
  close(): void {
    const { gate, engine } = World.stage;
    for (const [i, { orderId }] of this.#requests.entries()) {
      gate.dropClaim(this.#claims[i] ?? 0);
      gate.release(orderId);
      engine.cancel(orderId);
    }
    gate.reviewed(0);
  }

  /** Everything that what happens from here on depends on, as few characters. */
  key(): string {
    let key = '';
    for (let i = 0; i < this.places.length; i += 1) key += this.#keyOf(i);
    for (const i of this.#queue) key += i;
    return this.matched || this.overtaken ? `${key}!` : key;
  }

  #keyOf(i: number): string {
    if (this.#isOver(i)) return '-';
    const order = this.#orders[i];
    const entry = World.stage.gate.entry(this.#request(i).orderId);
    const entryState = entry === undefined ? 0 : 1 + ENTRY_STATES.indexOf(entry.state);
    const flags =
      (this.#told[i] ? 1 : 0) + (this.#timedOut[i] ? 2 : 0) + (this.#isReady[i] ? 4 : 0);
    // What the gate believes to remain is what was filled when it was told last.
    const half = (this.#filled[i] === 0 ? 0 : 1) + (entry?.remainingLots === LOTS ? 2 : 0);
    const one = PLACES.indexOf(this.places[i] as Place) * 3 + (this.#cancels[i] as number);
    const state = order === undefined ? 0 : 1 + ORDER_STATES.indexOf(order.state);
    return String.fromCharCode(one * 8 + flags, (entryState * 9 + state) * 4 + half);
  }

  steps(): Step[] {
    const steps: Step[] = [];
    if (this.matched || this.overtaken) return steps;
    for (const [i, place] of this.places.entries()) {
      if (place === 'idea' && this.#isDue(i)) steps.push(['submit', i]);
      if (place === 'claim') {
        if (this.#isReady[i]) steps.push(['retry', i]);
        steps.push(['give up', i]);
      }
      if (place === 'reserved') steps.push(['send', i]);
      if (place === 'wire') steps.push(['arrive', i], ['lose', i]);
      if (place === 'armed') steps.push(['fire', i]);
      if (place === 'fired') steps.push(['arrive', i]);
      if (place === 'book') steps.push(['fill', i]);
      if (place === 'book' && this.#bound.halves && this.#filled[i] === 0) {
        steps.push(['fill half', i]);
      }
      this.#deskSteps(i, place, steps);
    }
    return steps;
  }

  do([act, i]: Step): void {
    const { gate } = World.stage;
    World.stage.nowMs += STEP_MS;
    const account = this.#accounts[this.#request(i).account] as AccountManager;
    const order = this.#orders[i] as Order;
    if (act === 'submit') this.#answer(gate.submit([this.#request(i)], World.stage.nowMs), i);
    if (act === 'retry') {
      this.#answer(gate.retry(this.#claims[i] ?? 0, World.stage.nowMs), i);
    }
    if (act === 'give up') {
      gate.dropClaim(this.#claims[i] ?? 0);
      this.places[i] = 'refused';
    }
    if (act === 'send') {
      account.sent(order, World.stage.nowMs, World.stage.nowMs + 2000);
      this.places[i] = 'wire';
    }
    if (act === 'arrive') this.#arrive(i);
    if (act === 'lose') this.places[i] = 'lost';
    if (act === 'time out') {
      this.#timedOut[i] = true;
      account.lost(order, 'no answer');
    }
    if (act === 'prove lost') {
      account.end(order, 'not-admitted', '');
      this.places[i] = 'ended';
    }
    if (act === 'fire') this.#move(i, 'fired');
    if (act === 'tell') this.#tell(i, account, order);
    if (act === 'cancel') this.#cancel(i);
    if (act === 'cancel arrives') this.#cancelArrives(i, account, order);
    if (act === 'fill') this.#fill(i, LOTS);
    if (act === 'fill half') this.#fill(i, LOTS / 2);
  }

  /** What the desk may do or hear at any time. */
  #deskSteps(i: number, place: Place, steps: Step[]): void {
    const state = this.#orders[i]?.state;
    if (!this.#told[i]) steps.push(['tell', i]);
    if (place === 'lost' && state !== 'TERMINAL') steps.push(['prove lost', i]);
    const isUnderWay = place === 'wire' || place === 'book' || place === 'armed';
    if (!isUnderWay || state === 'TERMINAL') {
      // Nothing that is done to it now can change what happens; a cancel of it may still arrive.
      if (isUnderWay && this.#cancels[i] === 1) this.#cancelSteps(i, place, steps);
      return;
    }
    const waits = state === 'SENT' && !this.#timedOut[i];
    if (this.#bound.timeOuts && waits) steps.push(['time out', i]);
    if (this.#plan[i]?.kind !== 'IOC' && this.#cancels[i] === 0) steps.push(['cancel', i]);
    this.#cancelSteps(i, place, steps);
  }

  #cancelSteps(i: number, place: Place, steps: Step[]): void {
    if (this.#cancels[i] !== 1) return;
    if (place !== 'wire' || this.#bound.overtakes) steps.push(['cancel arrives', i]);
  }

  /** Nothing can happen to it or because of it any more. */
  #isOver(i: number): boolean {
    const place = this.places[i];
    if (place === 'refused') return true;
    const isGone = place === 'ended' && this.#told[i] === true;
    return isGone && this.#orders[i]?.state === 'TERMINAL';
  }

  /** An edit needs an order that has been sent. */
  #isDue(i: number): boolean {
    if (this.#plan[i]?.kind !== 'EDIT') return true;
    const first = this.places[0];
    return first === 'wire' || first === 'book';
  }

  #answer(decision: Decision, i: number): void {
    const { nowMs } = World.stage;
    const request = this.#request(i);
    this.#isReady[i] = false;
    if (decision.kind === 'refused') this.places[i] = 'refused';
    if (decision.kind === 'reserved') {
      this.places[i] = 'reserved';
      const order = openOrder(request, nowMs);
      this.#orders[i] = order;
      this.#accounts[request.account]?.open(order);
      this.overtaken ||= this.#plan.some((_, j) => this.#keepsPlaceFrom(j, i));
      if (!this.#bound.sends) this.do(['send', i]);
    }
    if (decision.kind !== 'deferred') return;
    this.places[i] = 'claim';
    this.#claims[i] = decision.claim;
    for (const orderId of decision.withdraw) {
      this.#cancel(this.#requests.findIndex((each) => each.orderId === orderId));
    }
  }

  /** `j` is deferred, no weaker than `i`, and could meet it. By the model's own lights. */
  #keepsPlaceFrom(j: number, i: number): boolean {
    const [one, other] = [this.#plan[j] as Planned, this.#plan[i] as Planned];
    if (this.places[j] !== 'claim' || RANKS[one.rank] > RANKS[other.rank]) return false;
    if (one.side === other.side) return false;
    const [bid, ask] = one.side === 'bid' ? [one, other] : [other, one];
    const takes = one.kind !== 'ALO' || other.kind !== 'ALO';
    const rests = one.kind !== 'IOC' || other.kind !== 'IOC';
    return takes && rests && reaches(bid, ask);
  }

  #release(orderId: number): void {
    for (const claim of World.stage.gate.release(orderId)) {
      this.#isReady[this.#claims.indexOf(claim)] = true;
    }
  }

  #cancel(i: number): void {
    const order = this.#orders[i] as Order;
    const account = this.#accounts[this.#request(i).account] as AccountManager;
    if (order.state === 'RESERVED') {
      account.end(order, 'not-sent', '');
      this.places[i] = 'ended';
      this.#told[i] = true;
      return;
    }
    if (this.#cancels[i] !== 0 || this.#plan[i]?.kind === 'IOC') return;
    this.#cancels[i] = 1;
    account.cancelAsked(order);
  }

  #cancelArrives(i: number, account: AccountManager, order: Order): void {
    this.#cancels[i] = 2;
    if (this.places[i] === 'armed') this.#move(i, 'ended');
    else if (this.places[i] === 'book') {
      this.#leave(i);
      this.#move(i, 'ended');
    } else account.cancelFailed(order);
  }

  #arrive(i: number): void {
    const { kind, price } = this.#plan[i] as Planned;
    const isStop = kind === 'STOP-MARKET' || kind === 'STOP-LIMIT';
    if (isStop && this.places[i] === 'wire') {
      this.#move(i, 'armed');
      return;
    }
    if (kind === 'EDIT') {
      // It finds the order on the book, or nothing is changed.
      if (this.places[0] !== 'book') {
        this.#move(i, 'ended');
        return;
      }
      this.#leave(0);
      this.#move(0, 'ended');
    }
    const { side } = this.#request(i);
    const far = side === 'bid' ? P + 50 : P - 50;
    this.#enter(i, kind === 'STOP-MARKET' ? far : P + price);
  }

  #enter(i: number, ticks: number): void {
    const { engine } = World.stage;
    const { orderId, account, side } = this.#request(i);
    const { kind } = this.#plan[i] as Planned;
    const takesOnly = kind === 'IOC' || kind === 'STOP-MARKET';
    const postOnly = kind === 'ALO' || (kind === 'EDIT' && !this.#editsTake);
    const tif = takesOnly ? 'IOC' : postOnly ? 'ALO' : 'GTC';
    const outcome = engine.add(orderId, account + 1, side, ticks, LOTS, tif);
    const { count, traded, makerId, makerRemaining } = engine.events;
    for (let k = 0; k < count; k += 1) {
      // Whatever rests here is ours: a trade is one between two accounts of the owner.
      if (traded[k] === 1) this.matched = true;
      const maker = this.#requests.findIndex((each) => each.orderId === makerId[k]);
      if (makerRemaining[k] !== 0) continue;
      this.#queue.splice(this.#queue.indexOf(maker), 1);
      this.#move(maker, 'ended');
    }
    const rests = outcome.status === 'resting';
    if (rests) this.#queue.push(i);
    this.#move(i, rests ? 'book' : 'ended');
  }

  /** Somebody else trades with it. */
  #fill(i: number, lots: number): void {
    this.#filled[i] = (this.#filled[i] ?? 0) + lots;
    if (lots < LOTS && (this.#filled[i] ?? 0) < LOTS) {
      World.stage.engine.reduce(this.#request(i).orderId, LOTS - lots);
      this.#move(i, 'book');
      return;
    }
    this.#filled[i] = LOTS;
    this.#leave(i);
    this.#move(i, 'ended');
  }

  #leave(i: number): void {
    World.stage.engine.cancel(this.#request(i).orderId);
    this.#queue.splice(this.#queue.indexOf(i), 1);
  }

  #move(i: number, place: Place): void {
    this.places[i] = place;
    this.#told[i] = false;
  }

  /** The desk hears how the order stands now. */
  #tell(i: number, account: AccountManager, order: Order): void {
    const { gate, nowMs } = World.stage;
    this.#told[i] = true;
    const place = this.places[i];
    if (place === 'fired') gate.triggered(order.id, nowMs);
    const isOpen = place === 'book' || place === 'armed' || place === 'fired';
    const filledLots = this.#filled[i] ?? 0;
    // An edit has its order's name, so what is said of the two is told apart here.
    if (this.#plan.some(({ kind }) => kind === 'EDIT')) {
      gate.remaining(order.id, LOTS - filledLots);
      if (place === 'book') gate.live(order.id);
      if (!isOpen) account.end(order, filledLots === LOTS ? 'filled' : 'cancelled', '');
      return;
    }
    const { request } = order;
    const row: OrderUpdateRow = {
      orderId: order.id,
      clientOrderId: request.clientOrderId,
      account: account.identity.address,
      market: 0,
      side: request.side,
      priceTicks: request.priceTicks,
      lots: LOTS,
      filledLots,
      event: place === 'fired' ? 'stop_triggered' : 'other',
      status: isOpen ? 'open' : filledLots === LOTS ? 'filled' : 'cancelled',
      reduceOnly: request.reduceOnly,
      timeMs: 0,
      li: 0,
    };
    // A stop that has fired waits to take: nothing shows it at rest.
    if (place !== 'fired') account.onOrderUpdate(row);
  }

  #request(i: number): OrderRequest {
    return this.#requests[i] as OrderRequest;
  }
}

function requestOf(planned: Planned, orderId: number, firstId: number): OrderRequest {
  const { kind, side, price, account, rank } = planned;
  const isStop = kind === 'STOP-MARKET' || kind === 'STOP-LIMIT';
  const isEdit = kind === 'EDIT';
  return {
    orderId,
    clientOrderId: `model ${isEdit ? firstId : orderId}`,
    account,
    market: 0,
    side,
    kind: kind === 'STOP-MARKET' ? 'stop-market' : kind === 'STOP-LIMIT' ? 'stop-limit' : 'limit',
    tif: isEdit
      ? 'ALO'
      : kind === 'STOP-LIMIT'
        ? 'GTC'
        : kind === 'STOP-MARKET'
          ? 'IOC'
          : (kind as 'GTC'),
    priceTicks: P + price,
    lots: LOTS,
    reduceOnly: isStop,
    precedence: rank,
    onConflict: 'BLOCK_NEW',
    strategy: 0,
    parent: 0,
    ...(isStop ? { triggerTicks: P + price } : {}),
    ...(isEdit ? { replaces: firstId } : {}),
  };
}
