import { describe, expect, test } from '@jest/globals';
import type { GateLimits, LimitSet } from '../../src/gate/gateLimits.ts';
import type { OrderRequest } from '../../src/gate/orderRequest.ts';
import { REFUSALS } from '../../src/gate/refusal.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';
import { answer, Desk, deferred, NOW_MS, refused, request, WIDE } from './desk.ts';

const P = 100_000;

describe('shape', () => {
  test.each([
    ['TICK', { priceTicks: 0 }],
    ['TICK', { priceTicks: 100.5 }],
    ['TICK', { priceTicks: 2 ** 31 - 1 }],
    ['LOT', { lots: 0 }],
    ['LOT', { lots: 1.5 }],
    ['LOT', { lots: 2 ** 46 }],
    ['UNSUPPORTED', { market: 2 }],
    ['UNSUPPORTED', { market: -1 }],
    ['UNSUPPORTED', { market: 0.5 }],
    ['UNSUPPORTED', { kind: 'market', tif: 'GTC' }],
    ['UNSUPPORTED', { tif: 'RFQ' as 'GTC' }],
    ['UNSUPPORTED', { kind: 'iceberg' as 'limit' }],
    ['UNSUPPORTED', { side: 'buy' as 'bid' }],
  ] as const)('GATE-33 %s: %j', (code, changes) => {
    expect(answer(new Desk().submit(changes))).toBe(code);
  });
});

describe('notional and size', () => {
  test('GATE-34 the bounds of the market, at the given price', () => {
    const desk = new Desk();
    // BTC at 100,000: one lot is $1.
    for (const [lots, code] of [
      [9, 'MIN_NOTIONAL'],
      [10, 'reserved'],
      [100_000, 'reserved'],
      [5_000_001, 'MAX_NOTIONAL'],
      [2 ** 45, 'MAX_NOTIONAL'],
    ] as const) {
      expect([lots, answer(desk.submit({ lots, account: lots % 100 }))]).toEqual([lots, code]);
    }
    const { measure } = refused(desk.submit({ lots: 9 }));
    expect(measure).toEqual({ unit: 'micro-dollars', actual: 9_000_000, bound: 10_000_000 });
    desk.facts.positions.set('7/0', -6_000_000);
    const closing = { account: 7, reduceOnly: true } as const;
    expect(answer(desk.submit({ ...closing, lots: 5_000_000 }))).toBe('reserved');
    expect(answer(desk.submit({ ...closing, lots: 5_000_001 }))).toBe('MAX_NOTIONAL');
  });

  test('GATE-35 an opening is at most a tenth of the equity, at its worst price', () => {
    const desk = new Desk();
    desk.facts.equities.set(1, 10_000_000_000);
    expect(answer(desk.submit({ lots: 1000 }))).toBe('reserved');
    expect(refused(desk.submit({ lots: 1001 }))).toMatchObject({
      code: 'ORDER_SIZE',
      measure: { unit: 'micro-dollars', actual: 1_001_000_000, bound: 1_000_000_000 },
    });
    const market = { kind: 'market', tif: 'IOC', lots: 1000 } as const;
    expect(answer(desk.submit({ ...market, priceTicks: P + 100 }))).toBe('ORDER_SIZE');
    expect(answer(desk.submit({ tif: 'ALO', lots: 1001 }))).toBe('ORDER_SIZE');
  });

  test('GATE-35 without equity nothing is opened', () => {
    const desk = new Desk();
    for (const [equity, code] of [
      [undefined, 'EQUITY_UNKNOWN'],
      [0, 'ORDER_SIZE'],
      [-5_000_000, 'ORDER_SIZE'],
    ] as const) {
      desk.facts.equities.set(1, equity);
      expect(answer(desk.submit({}))).toBe(code);
    }
  });

  test('GATE-35 GATE-36 limits on openings never trap a position', () => {
    const desk = new Desk();
    desk.facts.equities.set(1, 1_000_000);
    desk.facts.positions.set('1/0', -5000);
    expect(answer(desk.submit({ lots: 5001 }))).toBe('ORDER_SIZE');
    expect(answer(desk.submit({ lots: 5000 }))).toBe('reserved');
    // The first could close it all, so a second may open.
    expect(answer(desk.submit({ lots: 100 }))).toBe('ORDER_SIZE');
    expect(answer(desk.submit({ lots: 5000, reduceOnly: true, precedence: 'kill' }))).toBe(
      'reserved',
    );
  });

  test('GATE-36 a reduce-only order is capped by the position', () => {
    const desk = new Desk();
    desk.facts.positions.set('1/0', -500);
    const closing = { reduceOnly: true } as const;
    expect(refused(desk.submit({ ...closing, lots: 501 }))).toMatchObject({
      code: 'REDUCE_ONLY',
      measure: { unit: 'lots', actual: 501, bound: 500 },
    });
    expect(answer(desk.submit({ ...closing, lots: 500 }))).toBe('reserved');
    const wrongWay = { ...closing, side: 'ask', priceTicks: P + 1 } as const;
    expect(refused(desk.submit(wrongWay)).measure).toMatchObject({ bound: 0 });
    expect(answer(desk.submit({ ...closing, account: 2 }))).toBe('REDUCE_ONLY');
  });
});

describe('price', () => {
  const collar: GateLimits = {
    default: { ...WIDE.default, collarBps: 50, reductionCollarBps: 300 },
  };

  test('GATE-37 an opening reaches at most the collar through the reference', () => {
    for (const [side, priceTicks, code] of [
      ['bid', 100_500, 'reserved'],
      ['bid', 100_501, 'PRICE_COLLAR'],
      ['bid', 50_000, 'reserved'],
      ['ask', 99_500, 'reserved'],
      ['ask', 99_499, 'PRICE_COLLAR'],
      ['ask', 150_000, 'reserved'],
    ] as const) {
      const desk = new Desk(collar);
      expect([priceTicks, answer(desk.submit({ side, priceTicks }))]).toEqual([priceTicks, code]);
    }
  });

  test('GATE-37 a reduction may reach further', () => {
    const desk = new Desk(collar);
    desk.facts.positions.set('1/0', -500);
    const closing = { reduceOnly: true, kind: 'market', tif: 'IOC' } as const;
    expect(answer(desk.submit({ ...closing, priceTicks: 103_000 }))).toBe('reserved');
    expect(answer(desk.submit({ ...closing, priceTicks: 103_001 }))).toBe('PRICE_COLLAR');
  });

  test('GATE-38 the reference must be there and recent', () => {
    const desk = new Desk({ default: { ...WIDE.default, maxReferenceAgeMs: 2000 } });
    desk.nowMs = NOW_MS + 2000;
    expect(answer(desk.submit({}))).toBe('reserved');
    desk.nowMs = NOW_MS + 2001;
    expect(refused(desk.submit({}))).toMatchObject({
      code: 'REFERENCE_STALE',
      measure: { unit: 'ms', actual: 2001, bound: 2000 },
    });
    desk.facts.referenceTime = undefined;
    expect(answer(desk.submit({}))).toBe('REFERENCE_STALE');
    desk.facts.referenceTime = desk.nowMs;
    desk.facts.reference = undefined;
    expect(answer(desk.submit({}))).toBe('REFERENCE_STALE');
  });

  test('GATE-38 kills and reductions go without it, if they cannot increase a position', () => {
    const desk = new Desk();
    desk.facts.positions.set('1/0', -5000);
    const closing = { kind: 'market', tif: 'IOC', priceTicks: 2 * P } as const;
    const blind = (changes: Partial<OrderRequest>): string =>
      answer(desk.submit({ ...closing, ...changes }));
    for (const reference of [P, undefined]) {
      desk.facts.reference = reference;
      desk.facts.referenceTime = 0;
      expect(blind({ precedence: 'kill' })).toBe('reserved');
      expect(blind({ precedence: 'reduction' })).toBe('reserved');
      expect(blind({ precedence: 'hedge' })).toBe('REFERENCE_STALE');
      expect(blind({ precedence: 'kill', lots: 5000 })).toBe('REFERENCE_STALE');
    }
  });
});

describe('limits', () => {
  const without = (name: keyof LimitSet): GateLimits => {
    const { [name]: _, ...rest } = WIDE.default;
    return { default: rest };
  };

  test.each(['orderShareBps', 'collarBps', 'maxReferenceAgeMs'] as const)(
    'GATE-39 no opening without %s',
    (name) => {
      const { code, note } = refused(new Desk(without(name)).submit({}));
      expect([code, note]).toEqual(['LIMIT_UNSET', name]);
    },
  );

  test('GATE-39 no reduction without its collar; it needs no size limit', () => {
    const closing = { reduceOnly: true } as const;
    for (const [name, code] of [
      ['reductionCollarBps', 'LIMIT_UNSET'],
      ['orderShareBps', 'reserved'],
    ] as const) {
      const desk = new Desk(without(name));
      desk.facts.positions.set('1/0', -500);
      expect(answer(desk.submit(closing))).toBe(code);
    }
  });

  test('GATE-39 of the scopes the tightest wins', () => {
    const limits: GateLimits = {
      default: { ...WIDE.default, orderShareBps: 100 },
      accounts: new Map([
        [1, { orderShareBps: 50 }],
        [2, { orderShareBps: 1000 }],
      ]),
      markets: new Map([[1, { orderShareBps: 10 }]]),
    };
    // $1,000,000 of equity: one basis point is $100, or 100 lots of BTC at 100,000.
    for (const [account, market, lots] of [
      [1, 0, 5000],
      [2, 0, 10_000],
      [3, 0, 10_000],
      [1, 1, 1000],
    ] as const) {
      const desk = new Desk(limits);
      expect(answer(desk.submit({ account, market, lots }))).toBe('reserved');
      expect(answer(desk.submit({ account, market, lots: lots + 1 }))).toBe('ORDER_SIZE');
    }
  });

  test.each([
    ['default', { default: { ...WIDE.default, orderShareBps: 1001 } }, 'from 1 to 1000'],
    ['default', { default: { ...WIDE.default, collarBps: 0 } }, 'from 1 to 500'],
    ['account 3', { ...WIDE, accounts: new Map([[3, { collarBps: 501 }]]) }, 'from 1 to 500'],
    ['market 1', { ...WIDE, markets: new Map([[1, { reductionCollarBps: 2.5 }]]) }, '1 to 2000'],
  ] as const)('GATE-39 a limit of %s that is too loose or no number stops the start', (...row) => {
    const [scope, limits, range] = row;
    let thrown: unknown;
    try {
      new Desk(limits);
    } catch (error) {
      thrown = error;
    }
    expect(isBreakwaterError(thrown) && thrown.code).toBe('CONFIG_INVALID');
    expect(String(thrown)).toContain(`limits of ${scope}:`);
    expect(String(thrown)).toContain(range);
  });
});

describe('the order of the checks', () => {
  test('GATE-12 each cause hides those after it', () => {
    const desk = new Desk();
    desk.rest({ account: 9, side: 'ask', tif: 'ALO', priceTicks: P + 100 });
    desk.fill(desk.send({ account: 8, side: 'ask', tif: 'IOC', lots: 100, priceTicks: P }));
    desk.gate.closeMarket(0, 'closed');
    desk.gate.freezeAccount(1);
    desk.gate.haltStrategy(1);
    desk.facts.equities.set(1, 1_000_000);
    desk.facts.reference = undefined;
    const wrong = { tif: 'IOC', lots: 100, priceTicks: P + 100 } as const;
    expect(answer(desk.submit({ ...wrong, priceTicks: 0.5 }))).toBe('TICK');
    expect(answer(desk.submit(wrong))).toBe('MARKET_CLOSED');
    desk.gate.openMarket(0, 'closed');
    expect(answer(desk.submit(wrong))).toBe('ACCOUNT_STALE');
    desk.gate.thawAccount(1);
    expect(answer(desk.submit(wrong))).toBe('STRATEGY_HALTED');
    desk.gate.rearm(1);
    expect(answer(desk.submit(wrong))).toBe('SELF_TRADE');
    const clear = { ...wrong, priceTicks: P } as const;
    expect(answer(desk.submit(clear))).toBe('MIRROR');
    const small = { ...clear, lots: 9 } as const;
    expect(answer(desk.submit(small))).toBe('MIN_NOTIONAL');
    const other = { ...clear, lots: 50 } as const;
    expect(answer(desk.submit(other))).toBe('ORDER_SIZE');
    desk.facts.equities.delete(1);
    expect(answer(desk.submit(other))).toBe('REFERENCE_STALE');
    desk.facts.reference = P - 5000;
    expect(answer(desk.submit(other))).toBe('PRICE_COLLAR');
    desk.facts.reference = P;
    expect(answer(desk.submit(other))).toBe('reserved');
  });

  test('GATE-11 GATE-12 an order that would be refused anyway withdraws nobody', () => {
    const desk = new Desk();
    desk.rest({ account: 9, side: 'ask', tif: 'ALO', precedence: 'quote' });
    expect(answer(desk.submit({ lots: 200_000 }))).toBe('ORDER_SIZE');
    expect(desk.gate.counters().openClaims).toBe(0);
  });
});

describe('explanations', () => {
  test('GATE-14 a self-trade names both orders', () => {
    const desk = new Desk();
    const own = desk.rest({ account: 2, side: 'ask', tif: 'ALO', lots: 2000, priceTicks: P });
    const asked = request({ tif: 'IOC', lots: 1000 });
    const decision = desk.gate.submit([asked], NOW_MS);
    expect(desk.gate.explain({ kind: 'refused', refusal: refused(decision) })).toBe(
      `Order ${asked.orderId} (account 1, buy 0.01 BTC at 100000 IOC) was refused (SELF_TRADE): ` +
        `it could trade with the owner's own orders, order ${own} (account 2, sell 0.02 BTC at ` +
        '100000 ALO, LIVE); wait until they have ended, or let the strategy clamp or cancel.',
    );
  });

  test('GATE-14 more than three orders are counted', () => {
    const desk = new Desk();
    const ids = [0, 1, 2, 3, 4].map(() => desk.rest({ tif: 'ALO', precedence: 'quote' }));
    const decision = deferred(desk.submit({ account: 2, side: 'ask', kind: 'market', tif: 'IOC' }));
    const sentence = desk.gate.explain(decision);
    expect(sentence).toMatch(
      /^Order \d+ \(account 2, sell 0.01 BTC at market, worst 100000\) waits until own orders in its way have ended: orders \d+ \(.*, 2 more\.$/,
    );
    expect(ids.filter((id) => sentence.includes(`${id} (`))).toHaveLength(3);
  });

  test.each([
    ['$50000.00 against $10.00', { lots: 50_000 }, 'ORDER_SIZE'],
    ['0.001 BTC against 0 BTC', { reduceOnly: true }, 'REDUCE_ONLY'],
    ['106000 against 100000, 500 basis points', { priceTicks: 106_000 }, 'PRICE_COLLAR'],
    ['100 lots market 9 at 100000 ticks GTC', { market: 9 }, 'UNSUPPORTED'],
  ] as const)('GATE-14 figures are in the units of the market: %s', (figures, changes, code) => {
    const desk = new Desk();
    if (code === 'ORDER_SIZE') desk.facts.equities.set(1, 100_000_000);
    const refusal = refused(desk.submit(changes));
    expect(refusal.code).toBe(code);
    const sentence = desk.gate.explain({ kind: 'refused', refusal });
    expect(sentence).toContain(figures);
    expect(sentence).toContain(`; ${REFUSALS[code].remedy}.`);
  });

  test('GATE-14 a mirror tells the other account and when to ask again; a stale price its age', () => {
    const desk = new Desk();
    desk.fill(desk.send({ account: 4, side: 'ask', tif: 'IOC', lots: 100 }));
    const mirror = refused(desk.submit({ tif: 'IOC' }));
    expect(desk.gate.explain({ kind: 'refused', refusal: mirror })).toContain(
      `the other account is 4, 0.001 BTC against -0.001 BTC, from ${NOW_MS + 60_000} ms;`,
    );
    desk.nowMs += 60_001;
    const stale = refused(desk.submit({ tif: 'IOC' }));
    expect(desk.gate.explain({ kind: 'refused', refusal: stale })).toContain(
      '60001 ms against 60000 ms;',
    );
  });

  test('GATE-14 every code has a cause and a remedy in plain words', () => {
    for (const { cause, remedy } of Object.values(REFUSALS)) {
      expect(cause).toMatch(/^[a-z].*[a-z]$/);
      expect(remedy).toMatch(/^[a-z].*[a-z)]$/);
    }
  });
});
