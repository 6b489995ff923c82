import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AccountManager } from '../../src/accounts/accountManager.ts';
import {
  awaitsFills,
  doneLots,
  type Ending,
  isWorking,
  type Order,
  type OrderState,
  openOrder,
  remainingLots,
  signedDoneLots,
} from '../../src/accounts/order.ts';
import { advance, end, nextState, type OrderInput } from '../../src/accounts/orderLife.ts';
import { NOT_RECONCILED } from '../../src/gate/coverage.ts';
import { Gate } from '../../src/gate/gate.ts';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { applyFill, FLAT } from '../../src/ledger/position.ts';
import type { FillRow, OrderUpdateRow } from '../../src/protocol/frames/frame.ts';
import { type Market, makeMarket } from '../../src/protocol/market.ts';
import {
  type OrderEvent,
  type OrderStatus,
  type Side,
  sideOfTrade,
} from '../../src/protocol/terms.ts';

const FIGURES = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const BTC = makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...FIGURES });
const ETH = makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...FIGURES });
const MARKETS: readonly Market[] = [BTC, ETH];
const NOW_MS = 1_800_000_000_000;

const INPUTS = [
  'sent',
  'admitted',
  'resting',
  'cancel-asked',
  'cancel-failed',
  'lost',
  'ended',
] as const satisfies readonly OrderInput[];

// One row a state, one column an input, as in INPUTS; a dot says nothing new.
const TABLE: Readonly<Record<OrderState, string>> = {
  RESERVED: 'SENT . . . . . TERMINAL',
  SENT: '. PENDING LIVE CANCELLING . UNKNOWN TERMINAL',
  PENDING: '. . LIVE CANCELLING . UNKNOWN TERMINAL',
  LIVE: '. . . CANCELLING . UNKNOWN TERMINAL',
  CANCELLING: '. . . . SENT UNKNOWN TERMINAL',
  AMENDING: '. . LIVE CANCELLING . UNKNOWN TERMINAL',
  UNKNOWN: '. . LIVE . . . TERMINAL',
  TERMINAL: '. . . . . . .',
};
const STATES = Object.keys(TABLE) as OrderState[];

describe('the life of an order', () => {
  const cases = STATES.flatMap((state) =>
    (TABLE[state].split(' ') as (OrderState | '.')[]).map(
      (to, i) => [state, INPUTS[i] as OrderInput, to === '.' ? state : to] as const,
    ),
  );
  test.each(cases)('ACC-1 %s and %s: %s', (state, input, expected) => {
    expect(nextState(state, input)).toBe(expected);
    if (input === 'ended') return;
    const order = orderIn(state);
    expect(advance(order, input)).toBe(expected !== state);
    expect(order.state).toBe(expected);
  });

  test('ACC-2 a terminal order keeps its ending and its words', () => {
    for (const ending of ['filled', 'cancelled', 'rejected', 'not-admitted'] as const) {
      const order = orderIn('LIVE');
      expect(end(order, ending, 'first')).toBe(true);
      for (const input of INPUTS) if (input !== 'ended') expect(advance(order, input)).toBe(false);
      expect(end(order, 'rejected', 'second')).toBe(false);
      expect(order).toMatchObject({ state: 'TERMINAL', ending, message: 'first', rested: false });
      expect(isWorking(order)).toBe(false);
    }
  });

  test('ACC-2 an ending without words keeps the words before it', () => {
    const order = orderIn('UNKNOWN');
    order.message = 'connection lost';
    end(order, 'filled', '');
    expect(order.message).toBe('connection lost');
  });

  test('ACC-3 only an order that never left ends as not sent', () => {
    for (const state of STATES) {
      const order = orderIn(state);
      if (state === 'TERMINAL') expect(end(order, 'not-sent', '')).toBe(false);
      else if (state === 'RESERVED') expect(end(order, 'not-sent', '')).toBe(true);
      else {
        expect(() => end(order, 'not-sent', '')).toThrow(
          `order 1 cannot end unsent in state ${state}`,
        );
        expect(order).toMatchObject({ state, ending: undefined });
      }
    }
  });

  test('ACC-4 a refused cancel and a late acceptance leave an unknown order unknown', () => {
    const order = orderIn('LIVE');
    order.rested = true;
    order.venueId = 7;
    advance(order, 'cancel-asked');
    advance(order, 'lost');
    expect(advance(order, 'cancel-failed')).toBe(false);
    expect(advance(order, 'admitted')).toBe(false);
    expect(advance(order, 'cancel-asked')).toBe(false);
    expect(order.state).toBe('UNKNOWN');
    advance(order, 'resting');
    expect(order.state).toBe('LIVE');
  });

  test.each([
    ['SENT', 0, false],
    ['PENDING', 9, false],
    ['LIVE', 9, true],
    ['LIVE', 0, true],
  ] as const)('ACC-5 after a refused cancel it is %s again', (before, venueId, rested) => {
    const order = orderIn(before);
    order.venueId = venueId;
    order.rested = rested;
    advance(order, 'cancel-asked');
    expect(order.state).toBe('CANCELLING');
    expect(advance(order, 'cancel-failed')).toBe(true);
    expect(order.state).toBe(before);
  });

  test('ACC-5 shown at rest while its cancel is on the way, it is live when that is refused', () => {
    const order = orderIn('SENT');
    advance(order, 'cancel-asked');
    expect(advance(order, 'resting')).toBe(false);
    expect(order).toMatchObject({ state: 'CANCELLING', rested: true });
    advance(order, 'cancel-failed');
    expect(order.state).toBe('LIVE');
  });

  test('ACC-6 only an order that left and has not ended can be shown at rest', () => {
    for (const state of STATES) {
      const order = orderIn(state);
      advance(order, 'resting');
      expect([state, order.rested]).toEqual([state, state !== 'RESERVED' && state !== 'TERMINAL']);
      expect(order.state === 'LIVE').toBe(!['RESERVED', 'CANCELLING', 'TERMINAL'].includes(state));
    }
  });

  test('ACC-7 what is done is what either source says, whichever is ahead', () => {
    const order = orderIn('LIVE', { lots: 100, side: 'ask' });
    expect([doneLots(order), remainingLots(order)]).toEqual([0, 100]);
    order.reportedLots = 40;
    expect([doneLots(order), remainingLots(order), awaitsFills(order)]).toEqual([40, 60, true]);
    order.filledLots = 40;
    expect(awaitsFills(order)).toBe(false);
    order.filledLots = 70;
    expect([doneLots(order), remainingLots(order), awaitsFills(order)]).toEqual([70, 30, false]);
    expect(signedDoneLots(order)).toBe(-70);
    expect(signedDoneLots({ ...order, request: { ...order.request, side: 'bid' } })).toBe(70);
  });

  test('a fresh order has nothing behind it', () => {
    expect(openOrder(request({ orderId: 5 }), NOW_MS)).toEqual({
      id: 5,
      request: request({ orderId: 5 }),
      reservedAtMs: NOW_MS,
      state: 'RESERVED',
      ending: undefined,
      venueId: 0,
      signedAtMs: 0,
      validUntilMs: 0,
      reportedLots: 0,
      reportedLi: 0,
      settledLots: 0,
      filledLots: 0,
      filledMicro: 0,
      rested: false,
      message: '',
      cancelAsked: false,
    });
    expect(isWorking(openOrder(request(), NOW_MS))).toBe(true);
  });
});

describe('one account', () => {
  test('ACC-6 a resting order: the gate hears of it once, and again never', () => {
    const desk = new Desk();
    const order = desk.send();
    expect(desk.gate.entry(order.id)).toMatchObject({ state: 'SENT' });
    expect(order).toMatchObject({ state: 'SENT', signedAtMs: NOW_MS, validUntilMs: NOW_MS + 3000 });
    desk.manager.admitted(order, 71);
    desk.manager.onOrderUpdate(update(order, 'open', 'make'));
    desk.manager.onOrderUpdate(update(order, 'open', 'make'));
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'fulfill_limit', 10));
    expect(order).toMatchObject({ state: 'LIVE', venueId: 900, rested: true });
    expect(desk.calls).toEqual(['sent 1', 'live 1', 'remaining 1 90']);
    expect(desk.gate.entry(order.id)).toMatchObject({ state: 'LIVE' });
    expect(desk.changes).toEqual(['SENT', 'PENDING', 'LIVE']);
  });

  test("ACC-6 a taker's own partial fill does not say that the rest is at rest", () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'fulfill_market', 10));
    expect(order).toMatchObject({ state: 'SENT', rested: false, reportedLots: 10 });
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'make', 10));
    expect(order).toMatchObject({ state: 'LIVE', rested: true });
  });

  test('ACC-1 an acceptance without a number keeps the number that is known', () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.admitted(order, 71);
    desk.manager.admitted(order, 0);
    expect(order).toMatchObject({ state: 'PENDING', venueId: 71 });
  });

  test('ACC-5 asking for a cancel, being refused, asking again', () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.admitted(order, 71);
    desk.manager.cancelAsked(order);
    expect(order).toMatchObject({ state: 'CANCELLING', cancelAsked: true });
    desk.manager.cancelFailed(order);
    expect(order).toMatchObject({ state: 'PENDING', cancelAsked: false });
    desk.manager.cancelAsked(order);
    desk.manager.onOrderUpdate(update(order, 'cancelled', 'cancel', 0));
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'cancelled', message: 'cancel' });
  });

  test('ACC-4 a lost answer, then found at rest; lost after the end it changes nothing', () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.lost(order, 'connection lost');
    expect(order).toMatchObject({ state: 'UNKNOWN', message: 'connection lost' });
    expect(desk.gate.entry(order.id)).toBeDefined();
    desk.manager.onOrderUpdate(update(order, 'open', 'other'));
    expect(order.state).toBe('LIVE');
    desk.manager.end(order, 'cancelled', 'operator');
    desk.manager.lost(order, 'too late');
    expect(order).toMatchObject({ state: 'TERMINAL', message: 'operator' });
  });

  test('ACC-8 the end comes once, and takes the order out of those that work', () => {
    const desk = new Desk();
    const order = desk.send();
    expect([...desk.manager.working.values()]).toEqual([order]);
    desk.manager.onOrderUpdate(update(order, 'filled', 'fulfill_market', 100));
    desk.manager.onOrderUpdate(update(order, 'filled', 'fulfill_market', 100));
    desk.manager.end(order, 'not-admitted', 'again');
    expect(desk.ended).toEqual([order]);
    expect(desk.manager.working.size).toBe(0);
    expect(desk.manager.order(order.request.clientOrderId)).toBe(order);
    expect(desk.gate.entry(order.id)).toBeUndefined();
    expect(desk.calls).toEqual(['sent 1', 'remaining 1 0', 'release 1']);
  });

  test('ACC-3 what never left ends as not sent', () => {
    const desk = new Desk();
    const order = desk.open();
    desk.manager.end(order, 'not-sent', 'withdrawn');
    expect(order).toMatchObject({ state: 'TERMINAL', ending: 'not-sent', message: 'withdrawn' });
    expect(desk.calls).toEqual(['release 1']);
  });

  test('ACC-9 ACC-10 updates first, then the fills, even after the end', () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'fulfill_market', 60));
    expect(desk.gate.entry(order.id)).toMatchObject({ remainingLots: 40 });
    desk.manager.onOrderUpdate(update(order, 'cancelled', 'cancel', 60));
    expect(desk.manager.awaitsFills(order)).toBe(true);
    expect(desk.manager.position(0)).toEqual(FLAT);
    desk.manager.onFill(fill(order, 1, 25));
    expect(desk.manager.awaitsFills(order)).toBe(true);
    desk.manager.onFill(fill(order, 2, 35, { ticks: 90_002 }));
    expect(desk.manager.awaitsFills(order)).toBe(false);
    expect(order).toMatchObject({ filledLots: 60, filledMicro: 54_000_700, state: 'TERMINAL' });
    expect(desk.manager.position(0)).toEqual({ lots: 60, costMicro: 54_000_700 });
    expect(desk.calls).toEqual(['sent 1', 'remaining 1 40', 'release 1']);
    expect(desk.fills).toEqual([
      [1, order],
      [2, order],
    ]);
  });

  test('ACC-9 fills first, then the updates, each fill once', () => {
    const desk = new Desk();
    const order = desk.send({ side: 'ask' });
    desk.manager.onFill(fill(order, 1, 100, { feeMicro: 36_000, pnlMicro: -36_000 }));
    desk.manager.onFill(fill(order, 1, 100, { feeMicro: 36_000, pnlMicro: -36_000 }));
    expect(desk.gate.entry(order.id)).toMatchObject({ remainingLots: 0 });
    expect(order.state).toBe('SENT');
    desk.manager.onOrderUpdate(update(order, 'filled', 'fulfill_market', 100));
    expect(order).toMatchObject({ filledLots: 100, filledMicro: -90_000_000, ending: 'filled' });
    expect(desk.manager).toMatchObject({
      balanceMicro: -36_000,
      feesMicro: 36_000,
      volumeMicro: 90_000_000,
      fills: 1,
    });
    expect(desk.manager.position(0)).toEqual({ lots: -100, costMicro: -90_000_000 });
    expect(desk.fills).toHaveLength(1);
  });

  test('ACC-7 an older count is not believed', () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'fulfill_limit', 60));
    desk.manager.onOrderUpdate(update(order, 'partially_filled', 'fulfill_limit', 20));
    expect(order.reportedLots).toBe(60);
    desk.manager.onFill(fill(order, 1, 20));
    expect(desk.gate.entry(order.id)).toMatchObject({ remainingLots: 40 });
  });

  test('ACC-11 ACC-9 what the desk did not send is foreign, and its fills count all the same', () => {
    const desk = new Desk();
    const order = openOrder(request({ orderId: 77, clientOrderId: 'someone' }), NOW_MS);
    const named = update(order, 'open', 'make');
    const unnamed = { ...named, clientOrderId: null };
    desk.manager.onOrderUpdate(named);
    desk.manager.onOrderUpdate(unnamed);
    expect(desk.foreign).toEqual([named, unnamed]);
    desk.manager.onFill(fill(order, 1, 30));
    desk.manager.onFill({ ...fill(order, 2, 20), clientOrderId: null, side: 'close_long' });
    expect(desk.fills).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    expect(desk.manager.position(0)).toEqual({ lots: 10, costMicro: 9_000_000 });
  });

  test('ACC-9 a fill in a market that the desk does not know changes nothing', () => {
    const desk = new Desk();
    desk.manager.onFill({ ...fill(openOrder(request(), NOW_MS), 1, 30), market: 9 });
    expect(desk.manager).toMatchObject({ fills: 0, volumeMicro: 0 });
    expect(desk.fills).toEqual([]);
  });

  test('ACC-12 equity', () => {
    const desk = new Desk();
    desk.manager.balanceMicro = 1_000_000_000;
    desk.manager.setPosition(0, { lots: 100, costMicro: 90_000_000 });
    desk.manager.setPosition(1, { lots: -50, costMicro: -20_000_000 });
    const marks = [91_000, 0];
    const equity = (): number => desk.manager.equityMicro((market) => marks[market] ?? 0);
    expect(equity()).toBe(1_001_000_000);
    marks[1] = 41_000;
    expect(equity()).toBe(1_000_500_000);
    expect(desk.manager.position(5)).toEqual(FLAT);
  });

  test("ACC-14 a fill from before the venue's positions is in them already", () => {
    const desk = new Desk();
    const order = desk.send();
    desk.manager.setPosition(0, { lots: 70, costMicro: 63_000_000 });
    desk.manager.balanceMicro = 500;
    desk.manager.positionsAsOf(40);
    const paid = { feeMicro: 10, pnlMicro: -10 };
    desk.manager.onFill(fill(order, 1, 30, { li: 39, ...paid }));
    desk.manager.onFill(fill(order, 2, 40, { li: 40, ...paid }));
    expect(desk.manager.position(0)).toEqual({ lots: 70, costMicro: 63_000_000 });
    expect(desk.manager).toMatchObject({ balanceMicro: 500, feesMicro: 20, fills: 2 });
    expect(desk.manager.volumeMicro).toBe(63_000_000);
    expect(order.filledLots).toBe(70);
    desk.manager.onFill(fill(order, 3, 10, { li: 41, ...paid }));
    expect(desk.manager.position(0).lots).toBe(80);
    // A row of the trade history carries no counter.
    desk.manager.onFill(fill(order, 4, 10, { li: 0, ...paid }));
    expect(desk.manager.position(0).lots).toBe(90);
    expect(desk.manager.balanceMicro).toBe(480);
    // A restarted exchange counts anew.
    desk.manager.positionsAsOf(3);
    desk.manager.onFill(fill(order, 5, 10, { li: 4 }));
    expect(desk.manager.position(0).lots).toBe(100);
  });

  test('ACC-13 the oldest of 4000 ended orders and of 20,000 fills are forgotten', () => {
    const desk = new Desk();
    const first = desk.send();
    desk.manager.end(first, 'cancelled', '');
    for (let i = 2; i <= 4000; i += 1) desk.manager.end(bare(desk, i), 'cancelled', '');
    expect(desk.manager.order(first.request.clientOrderId)).toBe(first);
    desk.manager.end(bare(desk, 4001), 'cancelled', '');
    expect(desk.manager.order(first.request.clientOrderId)).toBeUndefined();
    expect(desk.manager.order('client-2')).toBeDefined();

    for (let id = 1; id <= 20_000; id += 1) desk.manager.onFill(fill(first, id, 1));
    desk.manager.onFill(fill(first, 1, 1));
    expect(desk.manager.position(0).lots).toBe(20_000);
    desk.manager.onFill(fill(first, 20_001, 1));
    desk.manager.onFill(fill(first, 2, 1));
    expect(desk.manager.position(0).lots).toBe(20_001);
    desk.manager.onFill(fill(first, 1, 1));
    expect(desk.manager.position(0).lots).toBe(20_002);
  });

  test('knows who it is and that it is not ready', () => {
    const { manager } = new Desk();
    expect(manager).toMatchObject({
      identity: { index: 1, name: 'north', address: 'address', family: 0 },
      status: 'syncing',
      figures: undefined,
    });
  });
});

/** What the venue does with an order, and so what it can tell of it. */
interface Story {
  readonly side: Side;
  readonly market: number;
  readonly lots: number;
  readonly parts: readonly number[];
  readonly rests: boolean;
  readonly ending: OrderStatus | 'lives';
}

const aStory: fc.Arbitrary<Story> = fc.record({
  side: fc.constantFrom<Side>('bid', 'ask'),
  market: fc.integer({ min: 0, max: 1 }),
  lots: fc.integer({ min: 50, max: 400 }),
  parts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
  rests: fc.boolean(),
  ending: fc.constantFrom<Story['ending']>('filled', 'cancelled', 'rejected', 'lives'),
});

describe('whatever is told in whatever order', () => {
  const told = fc.record({
    story: aStory,
    /** Which piece of evidence, or which act of the desk, comes next. */
    picks: fc.array(fc.nat(), { minLength: 10, maxLength: 60 }),
  });

  test('ACC-1 ACC-2 ACC-7 ACC-8 ACC-9 the account only learns, and ends where the venue is', () => {
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 3 }), (plots) => {
        const desk = new Desk();
        for (const [i, { story, picks }] of plots.entries()) {
          const { side, market, lots } = story;
          // Apart, so that the gate sees no conflict between the stories.
          const order = desk.send({
            side,
            market,
            lots,
            priceTicks: side === 'bid' ? 89_000 : 91_000,
          });
          const { evidence, filled } = tellings(desk, order, story, i * 1000);
          const acts = [...evidence, ...actsOf(desk, order)];
          for (const pick of picks) {
            const before = snapshot(order);
            (acts[pick % acts.length] as () => void)();
            learnt(desk, order, before, story);
          }
          // In the end everything has been told at least once.
          for (const tell of evidence) tell();
          expect(order.filledLots).toBe(filled);
          expect(desk.manager.awaitsFills(order)).toBe(false);
          expect(order.ending).toBe(story.ending === 'lives' ? undefined : story.ending);
        }
        for (const market of MARKETS) {
          const rows = desk.rows.filter((row) => row.market === market.id);
          expect(desk.manager.position(market.id)).toEqual(
            rows.reduce(
              (held, { side, lots, ticks }) =>
                applyFill(held, market, sideOfTrade(side), lots, ticks).position,
              FLAT,
            ),
          );
        }
        expect(new Set(desk.ended).size).toBe(desk.ended.length);
        expect(desk.gate.counters().liveEntries).toBe(desk.manager.working.size);
      }),
      { numRuns: 150 },
    );
  });
});

interface Known {
  readonly state: OrderState;
  readonly ending: Ending | undefined;
  readonly message: string;
  readonly remaining: number;
  readonly filled: number;
}

function snapshot(order: Order): Known {
  const { state, ending, message, filledLots } = order;
  return { state, ending, message, remaining: remainingLots(order), filled: filledLots };
}

function learnt(desk: Desk, order: Order, before: Known, story: Story): void {
  expect(order.filledLots).toBeGreaterThanOrEqual(before.filled);
  expect(remainingLots(order)).toBeLessThanOrEqual(before.remaining);
  expect(remainingLots(order)).toBeGreaterThanOrEqual(0);
  if (before.state === 'TERMINAL') {
    expect(order).toMatchObject({
      state: 'TERMINAL',
      ending: before.ending,
      message: before.message,
    });
  }
  if (order.rested) expect(story.rests).toBe(true);
  const entry = desk.gate.entry(order.id);
  expect(entry === undefined).toBe(order.state === 'TERMINAL');
  if (entry !== undefined) expect(entry.remainingLots).toBe(remainingLots(order));
  expect(desk.manager.working.has(order.id)).toBe(order.state !== 'TERMINAL');
}

function tellings(
  desk: Desk,
  order: Order,
  story: Story,
  base: number,
): { evidence: (() => void)[]; filled: number } {
  const evidence: (() => void)[] = [];
  let trades = 0;
  const tell = (row: OrderUpdateRow): void => {
    evidence.push(() => desk.manager.onOrderUpdate(row));
  };
  let done = 0;
  const trade = (lots: number, event: OrderEvent): void => {
    done += lots;
    trades += 1;
    const row = fill(order, base + trades, lots, { ticks: 90_000 + trades });
    evidence.push(() => desk.manager.onFill(row));
    const status = done === story.lots ? 'filled' : 'partially_filled';
    tell(update(order, status, event, done));
  };
  if (story.rests) tell(update(order, 'open', 'make', 0));
  const event = story.rests ? 'fulfill_limit' : 'fulfill_market';
  for (const lots of story.parts) if (done + lots < story.lots) trade(lots, event);
  if (story.ending === 'filled') trade(story.lots - done, event);
  else if (story.ending !== 'lives') tell(update(order, story.ending, 'cancel', done));
  return { evidence, filled: done };
}

function actsOf(desk: Desk, order: Order): (() => void)[] {
  return [
    () => desk.manager.admitted(order, 900),
    () => desk.manager.cancelAsked(order),
    () => desk.manager.cancelFailed(order),
    () => desk.manager.lost(order, 'connection lost'),
  ];
}

/** An account behind a real gate that writes down what it is told. */
class Desk {
  readonly gate: Gate;
  readonly manager: AccountManager;
  readonly calls: string[] = [];
  readonly changes: OrderState[] = [];
  readonly ended: Order[] = [];
  readonly fills: [number, Order | undefined][] = [];
  readonly rows: FillRow[] = [];
  readonly foreign: OrderUpdateRow[] = [];
  #orders = 0;

  constructor() {
    const facts = {
      equityMicro: () => 10 ** 12,
      positionLots: () => 0,
      unseenLots: () => 0,
      referenceTicks: () => 90_000,
      referenceAtMs: () => NOW_MS,
    };
    const limits = { orderShareBps: 1000, collarBps: 500, reductionCollarBps: 500 };
    this.gate = new Gate({
      markets: MARKETS,
      facts,
      limits: { default: { ...limits, maxReferenceAgeMs: 60_000 } },
    });
    for (const { id } of MARKETS) this.gate.openMarket(id, NOT_RECONCILED);
    this.#spy();
    const identity = { index: 1, name: 'north', address: 'address', family: 0 };
    this.manager = new AccountManager(identity, MARKETS, this.gate, {
      orderEnded: (_account, order) => {
        this.ended.push(order);
        this.gate.release(order.id);
      },
      orderChanged: (_account, order) => this.changes.push(order.state),
      filled: (_account, order, row) => {
        this.fills.push([row.historyId, order]);
        this.rows.push(row);
      },
      foreignOrder: (_account, row) => this.foreign.push(row),
    });
  }

  /** Reserves an order, 100 lots of BTC bid at 90,000 unless said otherwise. */
  open(changes: Partial<OrderRequest> = {}): Order {
    this.#orders += 1;
    const asked = request({ orderId: this.#orders, ...changes });
    const decision = this.gate.submit([asked], NOW_MS);
    expect(decision.kind).toBe('reserved');
    const order = openOrder(asked, NOW_MS);
    this.manager.open(order);
    return order;
  }

  send(changes: Partial<OrderRequest> = {}): Order {
    const order = this.open(changes);
    this.manager.sent(order, NOW_MS, NOW_MS + 3000);
    return order;
  }

  #spy(): void {
    const { gate, calls } = this;
    const { sent, live, remaining, release } = {
      sent: gate.sent.bind(gate),
      live: gate.live.bind(gate),
      remaining: gate.remaining.bind(gate),
      release: gate.release.bind(gate),
    };
    gate.sent = (id, until) => {
      calls.push(`sent ${id}`);
      sent(id, until);
    };
    gate.live = (id) => {
      calls.push(`live ${id}`);
      live(id);
    };
    gate.remaining = (id, lots) => {
      calls.push(`remaining ${id} ${lots}`);
      remaining(id, lots);
    };
    gate.release = (id) => {
      calls.push(`release ${id}`);
      return release(id);
    };
  }
}

/** An order that the gate knows nothing of: only its name matters. */
function bare(desk: Desk, id: number): Order {
  const order = openOrder(request({ orderId: id, clientOrderId: `client-${id}` }), NOW_MS);
  desk.manager.open(order);
  return order;
}

function orderIn(state: OrderState, changes: Partial<OrderRequest> = {}): Order {
  return Object.assign(openOrder(request(changes), NOW_MS), { state });
}

function request(changes: Partial<OrderRequest> = {}): OrderRequest {
  const orderId = changes.orderId ?? 1;
  return {
    orderId,
    clientOrderId: `client-${orderId}`,
    account: 1,
    market: 0,
    side: 'bid',
    kind: 'limit',
    tif: 'GTC',
    priceTicks: 90_000,
    lots: 100,
    reduceOnly: false,
    precedence: 'hedge',
    onConflict: 'BLOCK_NEW',
    strategy: 1,
    parent: 0,
    ...changes,
  };
}

function update(
  { request: asked }: Order,
  status: OrderStatus,
  event: OrderEvent | 'other',
  filledLots = 0,
): OrderUpdateRow {
  const { clientOrderId, market, side, priceTicks, lots, reduceOnly } = asked;
  const figures = { market, side, priceTicks, lots, filledLots, reduceOnly };
  return {
    orderId: 900,
    clientOrderId,
    account: 'address',
    ...figures,
    event,
    status,
    timeMs: 0,
    li: 0,
  };
}

function fill(
  { request: asked }: Order,
  historyId: number,
  lots: number,
  changes: Partial<FillRow> = {},
): FillRow {
  return {
    historyId,
    orderId: 900,
    clientOrderId: asked.clientOrderId,
    account: 'address',
    market: asked.market,
    ticks: 90_000,
    lots,
    role: 'fulfill_taker',
    side: asked.side === 'bid' ? 'open_long' : 'open_short',
    cause: 'normal',
    feeMicro: 0,
    pnlMicro: 0,
    timeMs: NOW_MS,
    li: 0,
    ...changes,
  };
}
