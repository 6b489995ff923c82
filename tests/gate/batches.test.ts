// A batch is not all or nothing at the venue: it runs in order, and each of its actions can fail by
// itself. Whatever part of it happens, the real matching engine sees no two own accounts meet.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { MatchingEngine } from '../../src/matching/matchingEngine.ts';
import { answer, Desk, request } from './desk.ts';

const P = 100_000;

const anOrder = fc.record({
  account: fc.integer({ min: 1, max: 3 }),
  side: fc.constantFrom('bid' as const, 'ask' as const),
  tif: fc.constantFrom<OrderRequest['tif']>('GTC', 'IOC', 'ALO', 'TOB'),
  priceTicks: fc.integer({ min: P - 2, max: P + 2 }),
  lots: fc.constantFrom(100, 200),
  onConflict: fc.constantFrom('BLOCK_NEW' as const, 'CLAMP' as const),
});
const aBatch = fc.array(anOrder, { minLength: 2, maxLength: 5 });
const QUIET = { strategy: 0, precedence: 'hedge' } as const;

/** Trades between two accounts of ours when only these orders of the batch are carried out. */
function selfMatches(resting: readonly OrderRequest[], carried: readonly OrderRequest[]): number {
  const engine = new MatchingEngine({ maxTicks: 2 ** 17 - 1 });
  let trades = 0;
  for (const { orderId, account, side, priceTicks, lots, tif } of [...resting, ...carried]) {
    engine.add(orderId, account, side, priceTicks, lots, tif);
    const { count, traded } = engine.events;
    for (let i = 0; i < count; i += 1) trades += traded[i] as number;
  }
  return trades;
}

/** Every part of a batch: all prefixes, every single failure, and every other choice. */
function parts(batch: readonly OrderRequest[]): OrderRequest[][] {
  const choices = Array.from({ length: 2 ** batch.length }, (_, bits) => bits);
  return choices.map((bits) => batch.filter((_, i) => bits & (1 << i)));
}

/** Orders at rest on a book of ours, as the venue would have taken them. */
function settle(desk: Desk, asked: readonly Partial<OrderRequest>[]): OrderRequest[] {
  const resting: OrderRequest[] = [];
  for (const each of asked) {
    const decision = desk.submit({ ...each, ...QUIET, tif: 'ALO', onConflict: 'BLOCK_NEW' });
    const [order] = decision.kind === 'reserved' ? decision.orders : [];
    if (order === undefined) continue;
    const { orderId } = order.request;
    desk.gate.sent(orderId, desk.nowMs + 2000);
    const crossed = resting.some(
      ({ side, priceTicks }) =>
        side !== order.request.side &&
        (side === 'bid'
          ? priceTicks >= order.request.priceTicks
          : priceTicks <= order.request.priceTicks),
    );
    // Post-only: the venue does not take it.
    if (crossed) desk.gate.release(orderId);
    else {
      desk.gate.live(orderId);
      resting.push(order.request);
    }
  }
  return resting;
}

test('GATE-46 I14 no part of a batch that passed meets anything of ours, and without the gate it would', () => {
  let passed = 0;
  let prevented = 0;
  const property = fc.property(fc.array(anOrder, { maxLength: 3 }), aBatch, (before, asked) => {
    const desk = new Desk();
    const resting = settle(desk, before);
    const batch = asked.map((each) => request({ ...each, ...QUIET }));
    const decision = desk.gate.submit(batch, desk.nowMs);
    if (decision.kind !== 'reserved') {
      if (parts(batch).some((part) => selfMatches(resting, part) > 0)) prevented += 1;
      return;
    }
    passed += 1;
    const reserved = decision.orders.map((order) => order.request);
    for (const part of parts(reserved)) expect(selfMatches(resting, part)).toBe(0);
  });
  fc.assert(property, { numRuns: 400 });
  expect(passed).toBeGreaterThan(40);
  expect(prevented).toBeGreaterThan(40);
});

test('GATE-46 GATE-10 the orders of a batch are reserved together and end one by one', () => {
  const desk = new Desk();
  const bids = [P, P - 1, P - 2].map((priceTicks) => ({ priceTicks, tif: 'ALO' }) as const);
  const decision = desk.submit(...bids);
  const ids = decision.kind === 'reserved' ? decision.orders.map((o) => o.request.orderId) : [];
  expect(ids).toHaveLength(3);
  const sale = { account: 2, side: 'ask', tif: 'IOC' } as const;
  // The second one fails, the others may be there.
  desk.gate.release(ids[1] ?? 0);
  expect(answer(desk.submit({ ...sale, priceTicks: P }))).toBe('SELF_TRADE');
  desk.gate.release(ids[0] ?? 0);
  expect(answer(desk.submit({ ...sale, priceTicks: P - 1 }))).toBe('reserved');
  expect(answer(desk.submit({ ...sale, priceTicks: P - 2 }))).toBe('SELF_TRADE');
});
