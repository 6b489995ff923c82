import { describe, expect, test } from '@jest/globals';
import { Gate } from '../../src/gate/gate.ts';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { ReservedOrder, takeMint } from '../../src/gate/reservedOrder.ts';
import {
  answer,
  Desk,
  deferred,
  FakeFacts,
  MARKETS,
  NOW_MS,
  refused,
  request,
  reserved,
  WIDE,
} from './desk.ts';

const P = 100_000;
const A = { account: 1 } as const;
const B = { account: 2, side: 'ask' } as const;
const MARKET = { kind: 'market', tif: 'IOC' } as const;

/** What the gate says to `second` while `first` is in flight, and once it rests. */
function meet(first: Partial<OrderRequest>, second: Partial<OrderRequest>): [string, string] {
  const one = new Desk();
  one.send(first);
  const other = new Desk();
  other.rest(first);
  return [answer(one.submit(second)), answer(other.submit(second))];
}

const BLOCKED = ['SELF_TRADE', 'SELF_TRADE'];
const PASSED = ['reserved', 'reserved'];

describe('the conflict rule', () => {
  test('GATE-1 GATE-2 case 1: a bid at 100, a sibling asks 100 [block]', () => {
    expect(meet({ ...A, priceTicks: P }, { ...B, priceTicks: P })).toEqual(BLOCKED);
  });

  test('GATE-2 case 2: the sibling asks 101 [allow]', () => {
    expect(meet({ ...A, priceTicks: P }, { ...B, priceTicks: P + 1 })).toEqual(PASSED);
  });

  test('GATE-2 case 3: the sibling asks 99 [block]', () => {
    expect(meet({ ...A, priceTicks: P }, { ...B, priceTicks: P - 1 })).toEqual(BLOCKED);
  });

  test('GATE-1 case 4: both sides of one account [block]', () => {
    expect(meet(A, { ...A, side: 'ask' })).toEqual(BLOCKED);
  });

  test('GATE-2 case 5: different markets [allow]', () => {
    expect(meet({ ...A, market: 0 }, { ...B, market: 1 })).toEqual(PASSED);
  });

  test('GATE-2 case 6: the same side [allow]', () => {
    expect(meet(A, { account: 2 })).toEqual(PASSED);
  });

  test('GATE-1 GATE-14 case 7: of three accounts only C conflicts [block, lists C only]', () => {
    const desk = new Desk();
    desk.rest({ account: 1, priceTicks: P - 10 });
    const c = desk.rest({ account: 3, priceTicks: P });
    const { code, opponents, request: asked } = refused(desk.submit(B));
    expect(code).toBe('SELF_TRADE');
    expect(asked.account).toBe(2);
    expect(opponents.map(({ orderId, account, state }) => ({ orderId, account, state }))).toEqual([
      { orderId: c, account: 3, state: 'LIVE' },
    ]);
  });

  test('GATE-6 case 8: nothing remains, but the end is not confirmed [block]', () => {
    const desk = new Desk();
    const bid = desk.rest(A);
    desk.gate.remaining(bid, 0);
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
    desk.gate.release(bid);
    expect(answer(desk.submit(B))).toBe('reserved');
  });

  test('GATE-4 case 9: ALO against ALO [allow: the venue rejects a post-only order that crosses]', () => {
    expect(meet({ ...A, tif: 'ALO' }, { ...B, tif: 'ALO', priceTicks: P - 5 })).toEqual(PASSED);
  });

  test('GATE-4 case 10: ALO while a sibling IOC is in flight [block]', () => {
    const desk = new Desk();
    const taker = desk.send({ ...A, tif: 'IOC' });
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('SELF_TRADE');
    desk.fill(taker);
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('reserved');
  });

  test('GATE-4 case 11: ALO while a sibling GTC is in flight [block], at rest [allow]', () => {
    expect(meet({ ...A, tif: 'GTC' }, { ...B, tif: 'ALO' })).toEqual(['SELF_TRADE', 'reserved']);
  });

  test('GATE-4 case 12: TOB crossing an own order at rest [allow]', () => {
    expect(meet({ ...A, tif: 'ALO' }, { ...B, tif: 'TOB', priceTicks: P - 5 })).toEqual(PASSED);
    expect(meet({ ...A, tif: 'GTC' }, { ...B, tif: 'TOB' })).toEqual(['SELF_TRADE', 'reserved']);
  });

  test('GATE-2 case 13: IOC against a sibling at rest [block]', () => {
    expect(meet({ ...A, tif: 'ALO' }, { ...B, tif: 'IOC' })).toEqual(BLOCKED);
    expect(meet({ ...A, tif: 'TOB' }, { ...B, tif: 'IOC' })).toEqual(BLOCKED);
  });

  test('GATE-4 case 14: IOC against an IOC in flight [allow]', () => {
    const desk = new Desk();
    desk.send({ ...A, tif: 'IOC' });
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('reserved');
    expect(answer(desk.submit({ ...B, ...MARKET }))).toBe('reserved');
  });

  test('GATE-3 case 15: market order against any sibling at rest, however far [block]', () => {
    expect(meet({ ...B, tif: 'ALO', priceTicks: 2 * P }, { ...A, ...MARKET })).toEqual(BLOCKED);
    expect(meet({ ...A, tif: 'ALO', priceTicks: 99_900 }, { ...B, ...MARKET })).toEqual(BLOCKED);
  });

  test('GATE-3 case 16: a slippage cap short of the sibling does not help [block]', () => {
    const sibling = { ...B, tif: 'ALO', priceTicks: P + 10 } as const;
    expect(meet(sibling, { ...A, ...MARKET, priceTicks: P + 9 })).toEqual(BLOCKED);
    const desk = new Desk();
    desk.send({ ...A, ...MARKET, priceTicks: P + 9 });
    expect(answer(desk.submit(sibling))).toBe('SELF_TRADE');
  });

  test('GATE-2 cases 18 and 19: reduce-only orders count like any other, at full size', () => {
    const desk = new Desk();
    desk.facts.positions.set('1/0', -100);
    desk.rest({ ...A, reduceOnly: true });
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
  });

  test('GATE-5 case 28: two that cross in the same millisecond: the second [block]', () => {
    const desk = new Desk();
    reserved(desk.submit(A));
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
  });

  test('GATE-4 case 29: the rest of a sibling in flight may come to rest [block]', () => {
    expect(meet({ ...A, tif: 'GTC' }, { ...B, tif: 'IOC' })).toEqual(BLOCKED);
  });

  test('GATE-5 cases 30 and 37: cancelled or silent orders count until they are released', () => {
    const desk = new Desk();
    const bid = desk.send(A);
    desk.nowMs += 3_600_000;
    desk.facts.referenceTime = desk.nowMs;
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
    desk.gate.release(bid);
    expect(answer(desk.submit(B))).toBe('reserved');
  });

  test('GATE-6 case 34: what remains shrinks on evidence only, and never grows', () => {
    const desk = new Desk();
    const bid = desk.send(A);
    desk.gate.remaining(bid, 60);
    desk.gate.remaining(bid, 80);
    expect(desk.gate.entry(bid)).toMatchObject({ remainingLots: 60, state: 'SENT' });
    desk.gate.remaining(bid, -1);
    expect(desk.gate.entry(bid)?.remainingLots).toBe(0);
  });

  test('GATE-7 cases 35 and 36: late and repeated evidence', () => {
    const desk = new Desk();
    const bid = desk.send(A);
    desk.gate.live(bid);
    desk.gate.live(bid);
    expect(desk.gate.entry(bid)).toMatchObject({ state: 'LIVE', validUntilMs: NOW_MS + 2000 });
    desk.fill(bid);
    expect(desk.gate.release(bid)).toEqual([]);
    desk.gate.live(bid);
    desk.gate.remaining(bid, 5);
    expect(desk.gate.entry(bid)).toBeUndefined();
    expect(() => desk.gate.sent(bid, NOW_MS)).toThrow('without a reservation');
  });

  test('GATE-7 an IOC that the venue shows at rest counts as resting', () => {
    const desk = new Desk();
    const ioc = desk.send({ ...A, tif: 'IOC' });
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('reserved');
    desk.gate.live(ioc);
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('SELF_TRADE');
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('reserved');
  });

  test('GATE-2 case 69: prices at both ends of the range', () => {
    const desk = new Desk({ default: { ...WIDE.default } });
    desk.facts.reference = 2 ** 31 - 2;
    desk.facts.equities.set(1, 10 ** 15);
    desk.facts.equities.set(2, 10 ** 15);
    const top = { lots: 100, priceTicks: 2 ** 31 - 2 } as const;
    expect(answer(desk.submit({ ...A, ...top, tif: 'ALO' }))).toBe('reserved');
    expect(answer(desk.submit({ ...B, ...top, tif: 'IOC' }))).toBe('SELF_TRADE');
    expect(answer(desk.submit({ ...A, ...top, priceTicks: 2 ** 31 - 1 }))).toBe('TICK');
    desk.facts.reference = 1;
    const bottom = { tif: 'ALO', lots: 10 ** 6, priceTicks: 1 } as const;
    const low = new Desk();
    low.facts.reference = 1;
    expect(answer(low.submit({ ...B, ...bottom }))).toBe('reserved');
    expect(answer(low.submit({ ...A, ...bottom, tif: 'IOC', lots: 10 ** 6 + 1 }))).toBe(
      'SELF_TRADE',
    );
  });

  test('GATE-8 case 63: an order found at the venue is counted, and its conflict reported', () => {
    const desk = new Desk();
    const bid = desk.rest({ ...A, tif: 'ALO' });
    expect(desk.gate.adoptForeign(request({ ...B, priceTicks: P + 1 }), true)).toEqual([]);
    const stray = request({ ...B, precedence: 'quote' });
    const unsettled = desk.gate.adoptForeign(stray, false);
    expect(unsettled.map(({ orderId }) => orderId)).toEqual([bid]);
    expect(desk.gate.entry(stray.orderId)?.state).toBe('FOREIGN');
    // It may still arrive, so it counts as a taker until it is seen at rest.
    expect(answer(desk.submit({ account: 3, tif: 'ALO', precedence: 'quote' }))).toBe('SELF_TRADE');
    desk.gate.live(stray.orderId);
    expect(desk.gate.entry(stray.orderId)?.state).toBe('FOREIGN');
    expect(answer(desk.submit({ account: 3, tif: 'ALO', precedence: 'quote' }))).toBe('reserved');
    expect(desk.gate.release(stray.orderId)).toEqual([]);
    expect(desk.gate.counters().liveEntries).toBe(3);
  });

  test('GATE-8 an adopted IOC at rest counts as resting, not as taking', () => {
    const desk = new Desk();
    desk.gate.adoptForeign(request({ ...A, tif: 'IOC' }), true);
    expect(answer(desk.submit({ ...B, tif: 'ALO' }))).toBe('reserved');
    expect(answer(desk.submit({ ...B, tif: 'IOC' }))).toBe('SELF_TRADE');
  });
});

describe('decisions', () => {
  test('GATE-9 only the gate makes reserved orders', () => {
    const [order] = reserved(new Desk().submit(A));
    expect(order).toBeInstanceOf(ReservedOrder);
    expect(() => takeMint()).toThrow('only the gate');
    const forge = ReservedOrder as unknown as new (...values: unknown[]) => object;
    expect(() => new forge(Symbol('mint'), 1, request(), false, NOW_MS)).toThrow('only the gate');
    const copy = { ...order, request: order?.request };
    expect(ReservedOrder.isReserved(copy)).toBe(false);
    expect(ReservedOrder.isReserved(Object.create(ReservedOrder.prototype))).toBe(false);
    expect(ReservedOrder.isReserved(order as ReservedOrder)).toBe(true);
  });

  test('GATE-9 a reserved order carries what was asked, for 500 ms, and cannot be changed', () => {
    const desk = new Desk();
    const asked = request({ ...A, tif: 'IOC' });
    const [order] = reserved(desk.gate.submit([asked], NOW_MS));
    expect(order).toMatchObject({
      request: asked,
      number: 1,
      opening: true,
      reservedAtMs: NOW_MS,
      sendByMs: NOW_MS + 500,
    });
    expect(() => Object.assign(order?.request ?? {}, { priceTicks: 1 })).toThrow(TypeError);
    const [next] = reserved(desk.submit({ ...A, tif: 'ALO' }));
    expect(next).toMatchObject({ number: 2, opening: false });
  });

  test('GATE-10 a pair is reserved all or none', () => {
    const desk = new Desk();
    const far = desk.rest({ ...B, market: 1 });
    const pair = [
      { ...A, market: 0 },
      { ...A, market: 1 },
    ] as const;
    expect(refused(desk.submit(...pair)).opponents[0]?.orderId).toBe(far);
    expect(desk.gate.counters().liveEntries).toBe(1);
    desk.gate.release(far);
    expect(reserved(desk.submit(...pair)).map(({ request: { market } }) => market)).toEqual([0, 1]);
  });

  test('GATE-10 the requests of one decision are judged against each other', () => {
    for (const onConflict of ['BLOCK_NEW', 'CANCEL_RESTING', 'CANCEL_BOTH'] as const) {
      const desk = new Desk();
      const { code, withdraw, opponents } = refused(desk.submit(A, { ...B, onConflict }));
      expect([code, withdraw, opponents[0]?.state]).toEqual(['SELF_TRADE', [], 'TRIAL']);
      // Not even a stronger one can withdraw the other.
      const stronger = refused(desk.submit(A, { ...B, onConflict, precedence: 'hedge' }));
      expect(stronger.code).toBe('SELF_TRADE');
      expect(desk.gate.counters().liveEntries).toBe(0);
    }
    const [, clamped] = reserved(new Desk().submit(A, { ...B, onConflict: 'CLAMP' }));
    expect(clamped?.request.priceTicks).toBe(P + 1);
  });

  test('GATE-10 an order number is used once', () => {
    const desk = new Desk();
    const asked = request(A);
    desk.gate.submit([asked], NOW_MS);
    expect(() => desk.gate.submit([asked], NOW_MS)).toThrow('in the book already');
    expect(() => desk.gate.submit([], NOW_MS)).toThrow('needs a request');
    expect(() => desk.submit({ account: -1 })).toThrow('account -1');
    expect(() => desk.submit({ account: 65_536 })).toThrow('account 65536');
  });

  test('GATE-11 a refused decision leaves no trace', () => {
    const desk = new Desk();
    expect(answer(desk.submit({ ...A, lots: 1 }))).toBe('MIN_NOTIONAL');
    expect(desk.gate.counters()).toMatchObject({ liveEntries: 0, decisions: 1, refused: 1 });
    expect(answer(desk.submit(B))).toBe('reserved');
  });

  test('GATE-14 counters say how much work the gate had', () => {
    const desk = new Desk();
    desk.rest({ ...A, tif: 'ALO', precedence: 'quote' });
    desk.submit(B);
    desk.submit({ ...B, precedence: 'quote' });
    desk.submit({ ...B, precedence: 'quote' });
    desk.submit({ ...B, lots: 0 });
    expect(desk.gate.counters()).toEqual({
      decisions: 5,
      reserved: 1,
      deferred: 1,
      refused: 3,
      refusedByCode: { SELF_TRADE: 2, LOT: 1 },
      liveEntries: 1,
      openClaims: 1,
    });
  });
});

describe('precedence', () => {
  test('GATE-15 a quote makes way for a parent order', () => {
    const desk = new Desk();
    const quote = desk.rest({ ...A, tif: 'ALO', precedence: 'quote' });
    const other = desk.rest({ ...A, tif: 'ALO', precedence: 'quote', priceTicks: P + 3 });
    desk.rest({ ...A, tif: 'ALO', precedence: 'quote', priceTicks: P - 1 });
    const decision = deferred(desk.submit(B));
    expect([...decision.withdraw].sort()).toEqual([quote, other].sort());
    expect(decision.waitingFor).toEqual(decision.withdraw);
    expect(decision.conflicts).toHaveLength(2);
    expect(desk.gate.release(quote)).toEqual([]);
    expect(desk.gate.release(other)).toEqual([decision.claim]);
    const [order] = reserved(desk.gate.retry(decision.claim, NOW_MS + 50));
    expect(order).toMatchObject({ reservedAtMs: NOW_MS + 50, request: { account: 2 } });
    expect(desk.gate.counters().openClaims).toBe(0);
  });

  test('GATE-15 every class makes way for every higher one, and for no other', () => {
    const classes = ['kill', 'reduction', 'hedge', 'parent', 'quote'] as const;
    for (const [i, resting] of classes.entries()) {
      for (const [j, precedence] of classes.entries()) {
        const desk = new Desk();
        desk.rest({ ...A, tif: 'ALO', precedence: resting });
        expect(answer(desk.submit({ ...B, precedence }))).toBe(j < i ? 'deferred' : 'SELF_TRADE');
      }
    }
  });

  test('GATE-15 what never rests is waited for and not cancelled', () => {
    const desk = new Desk();
    const ioc = desk.send({ ...A, tif: 'IOC', precedence: 'quote' });
    const decision = deferred(desk.submit({ ...B, tif: 'ALO' }));
    expect(decision).toMatchObject({ withdraw: [], waitingFor: [ioc] });
    expect(desk.gate.release(ioc)).toEqual([decision.claim]);
  });

  test('GATE-15 an order in the way of both legs is named once', () => {
    const desk = new Desk();
    const quote = desk.rest({ ...A, tif: 'ALO', precedence: 'quote' });
    const decision = deferred(desk.submit(B, { ...B, account: 3 }));
    expect(decision).toMatchObject({ withdraw: [quote], waitingFor: [quote] });
    expect(decision.conflicts).toHaveLength(2);
  });

  test('GATE-16 BLOCK_NEW names at most 8 of the orders in the way', () => {
    const desk = new Desk();
    for (let i = 0; i < 20; i += 1) desk.rest({ ...A, tif: 'ALO' });
    expect(refused(desk.submit(B)).opponents).toHaveLength(8);
    const inFlight = new Desk();
    for (let i = 0; i < 20; i += 1) inFlight.send({ ...A, tif: 'IOC' });
    expect(refused(inFlight.submit({ ...B, tif: 'ALO' })).opponents).toHaveLength(8);
  });

  test('GATE-17 CLAMP goes one tick short of the best own order, on either side', () => {
    const desk = new Desk();
    desk.rest({ ...A, tif: 'ALO', priceTicks: P });
    desk.rest({ ...A, tif: 'ALO', priceTicks: P - 2 });
    const [sell] = reserved(desk.submit({ ...B, onConflict: 'CLAMP', priceTicks: P - 3 }));
    expect(sell?.request).toMatchObject({ kind: 'limit', tif: 'GTC', priceTicks: P + 1 });
    const other = new Desk();
    other.rest({ ...B, tif: 'ALO', priceTicks: P + 2 });
    const [buy] = reserved(other.submit({ ...A, onConflict: 'CLAMP', priceTicks: P + 4 }));
    expect(buy?.request.priceTicks).toBe(P + 1);
  });

  test('GATE-17 a clamped order still makes lower ones give way', () => {
    const desk = new Desk();
    desk.rest({ ...B, tif: 'ALO', priceTicks: P + 2 });
    const quote = desk.rest({ ...B, tif: 'ALO', precedence: 'quote', priceTicks: P });
    const clamped = { ...A, onConflict: 'CLAMP', priceTicks: P + 4 } as const;
    const decision = deferred(desk.submit(clamped));
    expect(decision.waitingFor).toEqual([quote]);
    expect(decision.conflicts[0]?.request.priceTicks).toBe(P + 1);
    desk.gate.release(quote);
    const [order] = reserved(desk.gate.retry(decision.claim, NOW_MS));
    expect(order?.request.priceTicks).toBe(P + 1);
  });

  test('GATE-17 case 15: a clamped market order becomes a limit IOC within its own worst price', () => {
    const desk = new Desk();
    desk.rest({ ...B, tif: 'ALO', priceTicks: P + 20 });
    const market = { ...A, ...MARKET, onConflict: 'CLAMP' } as const;
    const [near] = reserved(desk.submit({ ...market, priceTicks: P + 50 }));
    expect(near?.request).toMatchObject({ kind: 'limit', tif: 'IOC', priceTicks: P + 19 });
    const [capped] = reserved(desk.submit({ ...market, priceTicks: P + 10 }));
    expect(capped?.request).toMatchObject({ kind: 'limit', tif: 'IOC', priceTicks: P + 10 });
  });

  test('GATE-17 where a market order in flight leaves no price, the order is refused', () => {
    for (const side of ['bid', 'ask'] as const) {
      const desk = new Desk();
      desk.send({ ...MARKET, side });
      const opposite = side === 'bid' ? 'ask' : 'bid';
      const quote = { tif: 'ALO', side: opposite, onConflict: 'CLAMP', account: 2 } as const;
      expect(answer(desk.submit(quote))).toBe('SELF_TRADE');
    }
    const edge = new Desk();
    edge.facts.reference = 1;
    edge.rest({ ...B, tif: 'ALO', priceTicks: 1, lots: 10 ** 6 });
    const at = { priceTicks: 1, lots: 2 * 10 ** 6, onConflict: 'CLAMP' } as const;
    expect(answer(edge.submit({ ...A, ...at }))).toBe('SELF_TRADE');
  });

  test('GATE-17 GATE-37 a clamp that ends outside the collar is refused', () => {
    const desk = new Desk();
    desk.facts.reference = P;
    desk.rest({ ...B, tif: 'ALO', priceTicks: P - 5000 });
    const clamped = { ...A, onConflict: 'CLAMP', priceTicks: P } as const;
    expect(answer(desk.submit(clamped))).toBe('PRICE_COLLAR');
    // The same price is fine for one who asks for it.
    expect(answer(desk.submit({ ...A, priceTicks: P - 5001 }))).toBe('reserved');
  });

  test('GATE-18 CANCEL_RESTING withdraws equals, and waits', () => {
    const desk = new Desk();
    const parent = desk.rest({ ...A, tif: 'ALO' });
    const quote = desk.rest({ ...A, tif: 'ALO', precedence: 'quote' });
    const decision = deferred(desk.submit({ ...B, onConflict: 'CANCEL_RESTING' }));
    expect([...decision.withdraw].sort()).toEqual([parent, quote].sort());
    expect(desk.gate.counters().liveEntries).toBe(2);
  });

  test('GATE-18 GATE-19 neither CANCEL_RESTING nor CANCEL_BOTH withdraws a stronger order', () => {
    for (const onConflict of ['CANCEL_RESTING', 'CANCEL_BOTH'] as const) {
      const desk = new Desk();
      const parent = desk.rest({ ...A, tif: 'ALO' });
      const hedge = desk.rest({ ...A, tif: 'ALO', precedence: 'hedge' });
      const { code, withdraw, opponents } = refused(desk.submit({ ...B, onConflict }));
      expect(code).toBe('SELF_TRADE');
      expect(opponents.map(({ orderId }) => orderId)).toContain(hedge);
      expect(withdraw).toEqual(onConflict === 'CANCEL_BOTH' ? [parent] : []);
    }
  });

  test('GATE-19 CANCEL_BOTH withdraws what is in the way and refuses the new order', () => {
    const desk = new Desk();
    const parent = desk.rest({ ...A, tif: 'ALO' });
    const quote = desk.rest({ ...A, tif: 'ALO', precedence: 'quote' });
    desk.send({ ...A, tif: 'IOC' });
    const { code, withdraw } = refused(desk.submit({ ...B, onConflict: 'CANCEL_BOTH' }));
    expect(code).toBe('SELF_TRADE');
    expect([...withdraw].sort()).toEqual([parent, quote].sort());
  });
});

describe('claims', () => {
  const quote = { ...A, tif: 'ALO', precedence: 'quote' } as const;

  test('GATE-20 equal and lower orders cannot take a claimed place; a higher one can', () => {
    const desk = new Desk();
    const resting = desk.rest(quote);
    const claim = deferred(desk.submit(B));
    desk.gate.release(resting);
    const again = refused(desk.submit({ ...quote, account: 3 }));
    expect(again).toMatchObject({ code: 'CLAIMED', opponents: [{ account: 2, state: 'CLAIM' }] });
    expect(answer(desk.submit({ ...A, account: 3 }))).toBe('CLAIMED');
    expect(answer(desk.submit({ ...A, account: 3, onConflict: 'CANCEL_RESTING' }))).toBe('CLAIMED');
    expect(answer(desk.submit({ ...A, account: 3, onConflict: 'CANCEL_BOTH' }))).toBe('CLAIMED');
    expect(answer(desk.submit({ ...quote, priceTicks: P - 1 }))).toBe('reserved');
    const [step] = reserved(desk.submit({ ...A, account: 3, onConflict: 'CLAMP' }));
    expect(step?.request.priceTicks).toBe(P - 1);
    expect(answer(desk.submit({ ...A, account: 3, precedence: 'hedge' }))).toBe('reserved');
    // Now the higher order stands in the way of the claim.
    expect(answer(desk.gate.retry(claim.claim, NOW_MS))).toBe('SELF_TRADE');
    expect(desk.gate.counters().openClaims).toBe(0);
  });

  test('GATE-20 a claim blocks only what conflicts with it', () => {
    const desk = new Desk();
    desk.rest(quote);
    deferred(desk.submit(B));
    expect(answer(desk.submit({ ...B, account: 3 }))).toBe('deferred');
    expect(answer(desk.submit({ ...quote, market: 1 }))).toBe('reserved');
  });

  test('GATE-21 a retry that meets another order is deferred again under the same claim', () => {
    const desk = new Desk();
    const first = desk.rest(quote);
    const { claim } = deferred(desk.submit(B));
    const stray = request({ ...quote, account: 4 });
    desk.gate.adoptForeign(stray, true);
    expect(desk.gate.release(first)).toEqual([claim]);
    const again = deferred(desk.gate.retry(claim, NOW_MS));
    expect(again).toMatchObject({ claim, waitingFor: [stray.orderId] });
    expect(desk.gate.release(stray.orderId)).toEqual([claim]);
    expect(answer(desk.gate.retry(claim, NOW_MS))).toBe('reserved');
    expect(() => desk.gate.retry(claim, NOW_MS)).toThrow('no claim');
  });

  test('GATE-21 dropping a claim frees its place, once', () => {
    const desk = new Desk();
    desk.gate.release(desk.rest(quote));
    const resting = desk.rest(quote);
    const { claim } = deferred(desk.submit(B));
    desk.gate.dropClaim(claim);
    desk.gate.dropClaim(claim);
    expect(desk.gate.release(resting)).toEqual([]);
    expect(answer(desk.submit(quote))).toBe('reserved');
  });

  test('GATE-21 one order can hold up several claims', () => {
    const desk = new Desk();
    const resting = desk.rest(quote);
    const one = deferred(desk.submit(B)).claim;
    const two = deferred(desk.submit({ ...B, account: 3 })).claim;
    expect(one).not.toBe(two);
    expect(desk.gate.release(resting)).toEqual([one, two]);
  });

  test('GATE-11 a deferred order counts as no order', () => {
    const desk = new Desk();
    desk.rest(quote);
    const asked = request(B);
    deferred(desk.gate.submit([asked], NOW_MS));
    expect(desk.gate.entry(asked.orderId)).toBeUndefined();
    expect(desk.gate.counters()).toMatchObject({ liveEntries: 1, openClaims: 1 });
  });
});

describe('coverage', () => {
  test('GATE-22 a new gate is closed until it is reconciled', () => {
    const gate = new Gate({ markets: MARKETS, facts: new FakeFacts(), limits: WIDE });
    const { code, note } = refused(gate.submit([request()], NOW_MS));
    expect([code, note]).toEqual(['MARKET_CLOSED', expect.stringContaining('not known yet')]);
  });

  test('GATE-22 a market is open when no reason is left, and closed even for kills', () => {
    const desk = new Desk();
    desk.gate.closeMarket(0, 'a gap in the log');
    desk.gate.closeMarket(0, 'an unexplained order');
    expect(answer(desk.submit({ precedence: 'kill' }))).toBe('MARKET_CLOSED');
    expect(answer(desk.submit({ market: 1 }))).toBe('reserved');
    desk.gate.openMarket(0, 'a gap in the log');
    expect(refused(desk.submit({})).note).toBe('an unexplained order');
    desk.gate.openMarket(0, 'an unexplained order');
    expect(answer(desk.submit({}))).toBe('reserved');
  });

  test('GATE-23 case 55: a frozen account sends nothing, its orders count, its siblings go on', () => {
    const desk = new Desk();
    desk.rest({ ...A, tif: 'ALO' });
    desk.gate.freezeAccount(1);
    expect(answer(desk.submit({ ...A, precedence: 'kill' }))).toBe('ACCOUNT_STALE');
    expect(answer(desk.submit(B))).toBe('SELF_TRADE');
    expect(answer(desk.submit({ ...B, priceTicks: P + 1 }))).toBe('reserved');
    desk.gate.thawAccount(1);
    expect(answer(desk.submit(A))).toBe('reserved');
  });
});
