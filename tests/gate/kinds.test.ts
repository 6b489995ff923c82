// What each kind of order may do at the venue, beyond plain limit and market orders.
import { describe, expect, test } from '@jest/globals';
import type { AttachedStop, OrderRequest } from '../../src/gate/orderRequest.ts';
import { answer, Desk, deferred, refused, request, reserved } from './desk.ts';

const P = 100_000;
const A = { account: 1 } as const;
const B = { account: 2, side: 'ask' } as const;

/** A long position of account 1 and a stop that sells it. */
const STOP = {
  ...A,
  side: 'ask',
  kind: 'stop-market',
  tif: 'IOC',
  priceTicks: P - 1200,
  triggerTicks: P - 1000,
  lots: 100,
  reduceOnly: true,
} as const;
const STOP_LIMIT = { ...STOP, kind: 'stop-limit', tif: 'GTC' } as const;
const QUOTE = { account: 2, tif: 'ALO', precedence: 'quote' } as const;

function deskWithLong(): Desk {
  const desk = new Desk();
  desk.facts.positions.set('1/0', 100);
  return desk;
}

describe('stops', () => {
  test.each([P - 50_000, P - 1000, P + 1000])(
    'GATE-40 a stop-market order excludes a sibling bid at %d, armed or in flight',
    (priceTicks) => {
      const desk = deskWithLong();
      desk.facts.reference = priceTicks;
      const stop = desk.send(STOP);
      expect(answer(desk.submit({ ...QUOTE, priceTicks, lots: 1000 }))).toBe('SELF_TRADE');
      desk.gate.live(stop);
      expect(desk.gate.entry(stop)?.state).toBe('ARMED');
      const { opponents } = refused(desk.submit({ ...QUOTE, priceTicks, lots: 1000 }));
      expect(opponents[0]).toMatchObject({ orderId: stop, state: 'ARMED', triggerTicks: P - 1000 });
    },
  );

  test('GATE-40 it excludes neither asks nor bids that never rest', () => {
    const desk = deskWithLong();
    desk.gate.live(desk.send(STOP));
    const ioc = { account: 2, tif: 'IOC', lots: 1000, strategy: 0 } as const;
    expect(answer(desk.submit(ioc))).toBe('reserved');
    expect(answer(desk.submit({ ...QUOTE, side: 'ask', priceTicks: P + 1 }))).toBe('reserved');
  });

  test('GATE-40 a stop-limit order reaches to its limit, and is passive once it has fired and rests', () => {
    const desk = deskWithLong();
    const stop = desk.rest(STOP_LIMIT);
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 1201 }))).toBe('reserved');
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 1200 }))).toBe('SELF_TRADE');
    desk.gate.triggered(stop, desk.nowMs);
    expect(desk.gate.entry(stop)?.state).toBe('TRIGGERED');
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 1200 }))).toBe('SELF_TRADE');
    desk.gate.live(stop);
    expect(desk.gate.entry(stop)?.state).toBe('LIVE');
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 1200 }))).toBe('reserved');
    expect(answer(desk.submit({ ...QUOTE, tif: 'GTC', priceTicks: P }))).toBe('SELF_TRADE');
  });

  test('GATE-40 a quote in the way of a stop is withdrawn first', () => {
    const desk = deskWithLong();
    const quote = desk.rest({ ...QUOTE, priceTicks: P - 10 });
    const decision = deferred(desk.submit({ ...STOP, precedence: 'reduction' }));
    expect(decision.withdraw).toEqual([quote]);
    expect(desk.gate.explain(decision)).toMatch(
      /^Order \d+ \(account 1, sell 0.001 BTC at market, worst 98800 once 99000 is reached\) waits /,
    );
  });

  test('GATE-40 a stop in the way is withdrawn, although it does not rest on the book', () => {
    const desk = deskWithLong();
    const stop = desk.rest({ ...STOP, precedence: 'quote' });
    expect(deferred(desk.submit({ ...QUOTE, precedence: 'parent' })).withdraw).toEqual([stop]);
  });

  test('GATE-40 GATE-17 a stop is not clamped: elsewhere it would protect something else', () => {
    const desk = deskWithLong();
    desk.rest({ ...QUOTE, precedence: 'hedge' });
    expect(answer(desk.submit({ ...STOP_LIMIT, onConflict: 'CLAMP' }))).toBe('SELF_TRADE');
  });

  test('GATE-40 a foreign stop counts as armed', () => {
    const desk = deskWithLong();
    const stray = request({ ...STOP, precedence: 'quote' });
    const quote = desk.rest(QUOTE);
    expect(desk.gate.adoptForeign(stray, true)[0]?.orderId).toBe(quote);
    desk.gate.live(stray.orderId);
    desk.gate.triggered(stray.orderId, desk.nowMs);
    expect(desk.gate.entry(stray.orderId)?.state).toBe('FOREIGN');
    expect(answer(desk.submit({ ...QUOTE, account: 3 }))).toBe('SELF_TRADE');
  });

  test.each([
    ['UNSUPPORTED', { ...STOP, reduceOnly: false }],
    ['UNSUPPORTED', { ...STOP, tif: 'GTC' }],
    ['UNSUPPORTED', { ...STOP_LIMIT, tif: 'IOC' }],
    ['UNSUPPORTED', { ...A, triggerTicks: P }],
    ['TICK', { ...STOP, triggerTicks: 0 }],
    ['TICK', { ...A, side: 'ask', kind: 'stop-limit', reduceOnly: true, lots: 100 }],
    ['REDUCE_ONLY', { ...STOP, lots: 101 }],
    ['REDUCE_ONLY', { ...STOP, side: 'bid', priceTicks: P + 10 }],
  ] as const)('GATE-41 %s: %j', (code, changes) => {
    expect(answer(deskWithLong().submit(changes as Partial<OrderRequest>))).toBe(code);
  });

  test('GATE-51 far from the market, a stop is judged by its trigger', () => {
    const desk = deskWithLong();
    const far = { ...STOP, triggerTicks: P - 50_000 } as const;
    expect(answer(desk.submit({ ...far, priceTicks: P - 51_000 }))).toBe('reserved');
    expect(answer(desk.submit({ ...far, priceTicks: P - 70_000 }))).toBe('PRICE_COLLAR');
  });

  test('GATE-41 a stop that fires late counts as taking then', () => {
    const desk = deskWithLong();
    const stop = desk.send(STOP);
    desk.gate.live(stop);
    desk.nowMs += 3_600_000;
    desk.facts.referenceTime = desk.nowMs;
    const opposite = { account: 2, tif: 'IOC', lots: 100, strategy: 0 } as const;
    desk.gate.triggered(stop, desk.nowMs);
    expect(answer(desk.submit(opposite))).toBe('MIRROR');
    desk.nowMs += 60_000;
    desk.facts.referenceTime = desk.nowMs;
    // Saying it again does not count it again.
    desk.gate.triggered(stop, desk.nowMs);
    expect(answer(desk.submit(opposite))).toBe('reserved');
  });
});

describe('attached stops', () => {
  const stop: AttachedStop = {
    orderId: 900_001,
    clientOrderId: 'stop',
    kind: 'stop-market',
    priceTicks: P - 1200,
    triggerTicks: P - 1000,
    lots: 100,
  };
  const profit: AttachedStop = {
    ...stop,
    orderId: 900_002,
    kind: 'stop-limit',
    priceTicks: P + 900,
    triggerTicks: P + 900,
  };
  const BRACKET = { ...A, attached: [stop, profit] } as const;

  test('GATE-42 case 25: they count before their order has filled, and after it has ended', () => {
    const desk = new Desk();
    const [order, ...more] = reserved(desk.submit(BRACKET));
    expect(more).toEqual([]);
    const parent = order?.request.orderId ?? 0;
    desk.gate.sent(parent, desk.nowMs + 2000);
    expect(desk.gate.counters().liveEntries).toBe(3);
    desk.fill(parent);
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 500 }))).toBe('SELF_TRADE');
    desk.gate.release(stop.orderId);
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 500 }))).toBe('reserved');
    expect(desk.gate.counters().liveEntries).toBe(2);
  });

  test('GATE-42 they end with an order that never left', () => {
    const desk = new Desk();
    const [order] = reserved(desk.submit(BRACKET));
    desk.gate.release(order?.request.orderId ?? 0);
    expect(desk.gate.counters().liveEntries).toBe(0);
  });

  test('GATE-42 they are judged against siblings, and make lower ones give way', () => {
    const desk = new Desk();
    const quote = desk.rest({ ...QUOTE, priceTicks: P - 500 });
    expect(deferred(desk.submit(BRACKET)).waitingFor).toEqual([quote]);
    expect(desk.gate.counters().liveEntries).toBe(1);
    const strong = new Desk();
    strong.rest({ ...QUOTE, precedence: 'kill', priceTicks: P - 500 });
    expect(answer(strong.submit(BRACKET))).toBe('SELF_TRADE');
    expect(strong.gate.counters().liveEntries).toBe(1);
  });

  test('GATE-42 GATE-10 and against the other orders of their batch', () => {
    const desk = new Desk();
    expect(answer(desk.submit(BRACKET, { ...QUOTE, priceTicks: P - 500 }))).toBe('SELF_TRADE');
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 500 }, BRACKET))).toBe('SELF_TRADE');
  });

  test('GATE-42 a deferred order keeps the place of its stops', () => {
    const desk = new Desk();
    const quote = desk.rest({ ...QUOTE, priceTicks: P - 500 });
    const { claim } = deferred(desk.submit(BRACKET));
    expect(answer(desk.submit({ ...QUOTE, account: 3, priceTicks: P - 400 }))).toBe('CLAIMED');
    expect(desk.gate.release(quote)).toEqual([claim]);
    expect(answer(desk.gate.retry(claim, desk.nowMs))).toBe('reserved');
    expect(desk.gate.counters().liveEntries).toBe(3);
  });

  test.each([
    ['UNSUPPORTED', { attached: [{ ...stop, kind: 'market' as 'stop-market' }] }],
    ['UNSUPPORTED', { reduceOnly: true, attached: [stop] }],
    ['TICK', { attached: [{ ...stop, triggerTicks: 0.5 }] }],
    ['TICK', { attached: [{ ...stop, priceTicks: 0 }] }],
    ['LOT', { attached: [{ ...stop, lots: 101 }] }],
    ['PRICE_COLLAR', { attached: [{ ...stop, priceTicks: P - 50_000 }] }],
    ['MIN_NOTIONAL', { attached: [{ ...stop, lots: 1 }] }],
  ] as const)('GATE-42 %s: %j', (code, changes) => {
    const desk = new Desk();
    expect(answer(desk.submit({ ...A, ...changes }))).toBe(code);
    expect(desk.gate.counters().liveEntries).toBe(0);
  });
});

describe('edits', () => {
  function edit(of: number, changes: Partial<OrderRequest>): Partial<OrderRequest> {
    const same = { clientOrderId: `client-${of}`, tif: 'ALO', replaces: of } as const;
    return { ...A, ...same, ...changes };
  }

  test('GATE-43 case 46: toward a sibling [conflict on the union]', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO', priceTicks: P - 10 });
    const ask = desk.rest({ ...B, tif: 'ALO', priceTicks: P });
    const decision = refused(desk.submit(edit(bid, { priceTicks: P })));
    expect(decision.opponents[0]?.orderId).toBe(ask);
    expect(desk.gate.explain({ kind: 'refused', refusal: decision })).toContain(
      `at 100000 ALO in place of order ${bid}) was refused (SELF_TRADE)`,
    );
    expect(answer(desk.submit(edit(bid, { priceTicks: P - 1 })))).toBe('reserved');
  });

  test('GATE-43 case 48: away and rejected, the old one stays', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO', priceTicks: P });
    const moved = desk.send(edit(bid, { priceTicks: P - 10 }));
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('SELF_TRADE');
    desk.gate.release(moved);
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('SELF_TRADE');
    desk.gate.release(bid);
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('reserved');
  });

  test('GATE-43 case 51: it may take until it is seen at rest', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO', priceTicks: P - 10 });
    const moved = desk.send(edit(bid, { priceTicks: P }));
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('SELF_TRADE');
    desk.gate.live(moved);
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('reserved');
  });

  test('GATE-43 case 52: two queued edits, all three count', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO', priceTicks: P - 20 });
    const first = desk.send(edit(bid, { priceTicks: P - 10 }));
    const second = edit(first, { priceTicks: P - 30, clientOrderId: `client-${bid}` });
    desk.send(second);
    for (const priceTicks of [P - 10, P - 20, P - 30]) {
      const { code } = refused(desk.submit({ ...B, tif: 'IOC', priceTicks }));
      expect(code).toBe('SELF_TRADE');
    }
    expect(desk.gate.counters().liveEntries).toBe(3);
  });

  test('GATE-43 an edit waits for what makes way, and the old order counts meanwhile', () => {
    const desk = new Desk();
    const quote = desk.rest({ ...B, tif: 'ALO', precedence: 'quote' });
    const bid = desk.rest({ ...A, tif: 'ALO', priceTicks: P - 10 });
    const { claim, withdraw } = deferred(desk.submit(edit(bid, { priceTicks: P })));
    expect(withdraw).toEqual([quote]);
    desk.gate.release(quote);
    desk.gate.release(bid);
    // Meanwhile the order has ended: there is nothing to edit any more.
    expect(answer(desk.gate.retry(claim, desk.nowMs))).toBe('NOT_EDITABLE');
  });

  test.each([
    ['NOT_EDITABLE', { account: 3 }],
    ['NOT_EDITABLE', { market: 1 }],
    ['NOT_EDITABLE', { side: 'ask' }],
    ['NOT_EDITABLE', { clientOrderId: 'another' }],
    ['NOT_EDITABLE', { reduceOnly: true }],
    ['NOT_EDITABLE', { replaces: 123_456_789 }],
    ['UNSUPPORTED', { tif: 'GTC' }],
    ['UNSUPPORTED', { kind: 'market', tif: 'IOC' }],
    ['UNSUPPORTED', { attached: [] }],
  ] as const)('GATE-44 %s: %j', (code, changes) => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO' });
    expect(answer(desk.submit(edit(bid, changes)))).toBe(code);
  });

  test('GATE-44 neither a taker, a stop nor a foreign order is edited', () => {
    const desk = deskWithLong();
    const ioc = desk.send({ ...A, tif: 'IOC' });
    expect(answer(desk.submit(edit(ioc, {})))).toBe('NOT_EDITABLE');
    desk.gate.release(ioc);
    const stop = desk.rest(STOP_LIMIT);
    const moved = edit(stop, { side: 'ask', reduceOnly: true });
    expect(answer(desk.submit(moved))).toBe('NOT_EDITABLE');
    const stray = request(A);
    desk.gate.adoptForeign(stray, true);
    expect(answer(desk.submit(edit(stray.orderId, {})))).toBe('NOT_EDITABLE');
  });
});

describe('what the venue would run by itself', () => {
  test.each([
    'twap',
    'trailing_stop',
    'auto_chase',
    'swarm',
    'trigger_swarm',
    'conditional',
    'oco',
  ])('GATE-45 %s', (kind) => {
    const desk = new Desk();
    const refusal = refused(desk.submit({ kind: kind as 'limit' }));
    expect(refusal).toMatchObject({ code: 'RUN_BY_VENUE', note: kind });
    expect(desk.gate.explain({ kind: 'refused', refusal })).toContain('let the desk cut it up');
  });
});

describe('the group', () => {
  test('GATE-47 case 62: an account added with orders that nobody knows closes every market', () => {
    const desk = new Desk();
    desk.gate.addAccount(7, false);
    const { code, note } = refused(desk.submit(A));
    expect([code, note]).toEqual([
      'MARKET_CLOSED',
      'the orders of account 7, which was added, are not known yet',
    ]);
    const stray = request({ account: 7, side: 'ask' });
    desk.gate.adoptForeign(stray, true);
    desk.gate.accountKnown(7);
    expect(answer(desk.submit({ ...A, precedence: 'quote' }))).toBe('SELF_TRADE');
    expect(answer(desk.submit({ account: 7, priceTicks: P - 1 }))).toBe('reserved');
  });

  test('GATE-47 case 61: the orders of a removed account count until they have ended', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO' });
    desk.gate.removeAccount(1);
    expect(answer(desk.submit({ ...A, tif: 'ALO' }))).toBe('ACCOUNT_REMOVED');
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
    desk.gate.release(bid);
    expect(answer(desk.submit(B))).toBe('reserved');
    desk.gate.addAccount(1, false);
    desk.gate.accountKnown(1);
    expect(answer(desk.submit({ ...A, tif: 'ALO', priceTicks: P - 1 }))).toBe('reserved');
  });

  test('GATE-48 an outside account never sends, and its orders count', () => {
    const desk = new Desk();
    desk.gate.addAccount(9, true);
    desk.gate.accountKnown(9);
    expect(answer(desk.submit({ account: 9 }))).toBe('ACCOUNT_OUTSIDE');
    const bid = desk.rest({ ...A, tif: 'ALO' });
    const theirs = request({ account: 9, side: 'ask' });
    expect(desk.gate.adoptForeign(theirs, false).map(({ orderId }) => orderId)).toEqual([bid]);
    desk.gate.live(theirs.orderId);
    expect(answer(desk.submit({ account: 2, tif: 'IOC', precedence: 'quote' }))).toBe('SELF_TRADE');
    desk.gate.release(theirs.orderId);
    expect(answer(desk.submit({ account: 2, tif: 'IOC', precedence: 'quote' }))).toBe('reserved');
  });

  test('GATE-49 case 65: quotes that a liquidation would take are withdrawn, and no new ones rest', () => {
    const desk = deskWithLong();
    desk.facts.positions.set('1/1', -50);
    const bid = desk.rest({ ...QUOTE, priceTicks: P - 10 });
    const ask = desk.rest({ ...QUOTE, side: 'ask', market: 1, lots: 1000 });
    desk.rest({ ...QUOTE, side: 'ask', lots: 1000 });
    const inTheWay = desk.gate.guardLiquidation(1).map(({ orderId }) => orderId);
    expect(inTheWay.sort()).toEqual([bid, ask].sort());
    const refusal = refused(desk.submit({ ...QUOTE, priceTicks: P - 5000 }));
    expect(refusal).toMatchObject({ code: 'LIQUIDATION', opponents: [{ account: 1 }] });
    expect(desk.gate.explain({ kind: 'refused', refusal })).toMatch(
      /near its liquidation.*order \(account 1, sell 0.001 BTC at market, worst 100000, LIQUIDATION\)/,
    );
    // What cannot be taken may go, the account's own reduction first of all.
    const ioc = { account: 2, tif: 'IOC', priceTicks: P - 50, lots: 1000, strategy: 0 } as const;
    expect(answer(desk.submit(ioc))).toBe('reserved');
    const sale = { ...A, side: 'ask', tif: 'IOC', reduceOnly: true, lots: 100 } as const;
    expect(answer(desk.submit({ ...sale, precedence: 'kill', priceTicks: P + 5 }))).toBe(
      'reserved',
    );
  });

  test('GATE-49 the guard follows the positions, and ends', () => {
    const desk = deskWithLong();
    desk.gate.guardLiquidation(1);
    desk.facts.positions.set('1/0', -100);
    expect(desk.gate.guardLiquidation(1)).toEqual([]);
    expect(answer(desk.submit({ ...QUOTE, priceTicks: P - 10 }))).toBe('reserved');
    const ask = { ...QUOTE, side: 'ask', lots: 1000 } as const;
    expect(answer(desk.submit(ask))).toBe('LIQUIDATION');
    desk.gate.endLiquidationGuard(1);
    expect(answer(desk.submit(ask))).toBe('reserved');
    desk.gate.endLiquidationGuard(1);
  });

  test('GATE-49 no precedence and no action takes the guarded place', () => {
    const desk = deskWithLong();
    desk.gate.guardLiquidation(1);
    for (const onConflict of ['BLOCK_NEW', 'CLAMP', 'CANCEL_RESTING', 'CANCEL_BOTH'] as const) {
      const bid = { ...QUOTE, precedence: 'kill', onConflict } as const;
      const { code, withdraw } = refused(desk.submit(bid));
      expect([code, withdraw]).toEqual(['LIQUIDATION', []]);
    }
  });
});

test('GATE-50 what was reported as filled does not close a second time', () => {
  const desk = deskWithLong();
  const sale = { ...A, side: 'ask', tif: 'IOC', lots: 100, strategy: 0 } as const;
  expect(reserved(desk.submit({ ...sale, priceTicks: P + 1 }))[0]?.opening).toBe(false);
  const other = deskWithLong();
  other.facts.unseen.set('1/0/ask', 100);
  expect(reserved(other.submit(sale))[0]?.opening).toBe(true);
  // What was bought and not seen yet does not make room for more.
  other.facts.unseen.set('1/0/bid', 500);
  expect(reserved(other.submit({ ...sale, lots: 50 }))[0]?.opening).toBe(true);
});
