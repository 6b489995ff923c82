import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isWorking, type Order, remainingLots } from '../../src/accounts/order.ts';
import { ExposureMeter } from '../../src/orders/exposureMeter.ts';
import { PairOrder, type PairResult, type PairSettings } from '../../src/orders/pairOrder.ts';
import { type LegState, type PairPlan, planPair } from '../../src/orders/pairPlan.ts';
import { noPairs, PairTrader } from '../../src/orders/pairTrader.ts';
import { notionalMicro } from '../../src/protocol/market.ts';
import type { PairIntent } from '../../src/strategy/intent.ts';
import { BTC, ETH, FakeDealer } from './support/fakeDealer.ts';

const DOLLAR = 1_000_000;
const SETTINGS: PairSettings = {
  legTimeoutMs: 1500,
  chaseAttempts: 3,
  chaseSlippageBps: 20,
  unwindSlippageBps: 50,
};

/** BTC at $100,000 (a lot is a dollar) and ETH at $4,000 (a lot is forty cents). */
function legs(btcLots: number, ethLots: number): [LegState, LegState] {
  return [
    { market: BTC, doubleMidTicks: 200_000, lots: btcLots },
    { market: ETH, doubleMidTicks: 80_000, lots: ethLots },
  ];
}

/** A plan in short: `open BTC +100, ETH -250 to $100`. */
function planned(
  btcLots: number,
  ethLots: number,
  heldUsd: number,
  wantedUsd: number,
  rebalanceBps = 100,
): string {
  const [a, b] = legs(btcLots, ethLots);
  const plan = planPair(a, b, heldUsd * DOLLAR, wantedUsd * DOLLAR, rebalanceBps);
  if (plan === undefined) return 'nothing';
  const parts = plan.legs.map(({ market, lots, reduceOnly }) => {
    const sign = lots > 0 ? '+' : '';
    return `${market.symbol} ${sign}${lots}${reduceOnly ? ' reduce-only' : ''}`;
  });
  const levels = `$${plan.fromMicro / DOLLAR} to $${plan.levelMicro / DOLLAR}`;
  return `${plan.purpose} ${parts.join(', ')}: ${levels}`;
}

describe('what brings a pair to its level', () => {
  test('PAIR-1 opening: equal notional, the second leg against the first', () => {
    expect(planned(0, 0, 0, 1500)).toBe('open BTC +1500, ETH -3750: $0 to $1500');
    expect(planned(0, 0, 0, -1500)).toBe('open BTC -1500, ETH +3750: $0 to $-1500');
    expect(planned(1500, -3750, 1500, 3000)).toBe('open BTC +1500, ETH -3750: $1500 to $3000');
    expect(planned(-1500, 3750, -1500, -3000)).toBe('open BTC -1500, ETH +3750: $-1500 to $-3000');
  });

  test('PAIR-1 an imbalance is mended on the way', () => {
    expect(planned(1500, -3650, 1500, 3000)).toBe('open BTC +1500, ETH -3850: $1500 to $3000');
    // So much too short already that the second leg is bought back in part.
    expect(planned(1500, -9000, 1500, 3000)).toBe(
      'open BTC +1500, ETH +1500 reduce-only: $1500 to $3000',
    );
    // All of it, where the first leg comes to nothing.
    expect(planned(-1000, 500, 0, 1000)).toBe('open BTC +1000, ETH -500 reduce-only: $0 to $1000');
  });

  test('PAIR-2 closing: the same share of both', () => {
    expect(planned(3000, -7500, 3000, 1500)).toBe(
      'close BTC -1500 reduce-only, ETH +3750 reduce-only: $3000 to $1500',
    );
    expect(planned(-3001, 7501, -3000, -2000)).toBe(
      'close BTC +1000 reduce-only, ETH -2500 reduce-only: $-3000 to $-2000',
    );
    expect(planned(3000, -7500, 3000, 0)).toBe(
      'close BTC -3000 reduce-only, ETH +7500 reduce-only: $3000 to $0',
    );
  });

  test('PAIR-2 a change of sign closes first', () => {
    expect(planned(1500, -3750, 1500, -1500)).toBe(
      'close BTC -1500 reduce-only, ETH +3750 reduce-only: $1500 to $0',
    );
    expect(planned(-1500, 3750, -1500, 3000)).toBe(
      'close BTC +1500 reduce-only, ETH -3750 reduce-only: $-1500 to $0',
    );
  });

  test('PAIR-3 a leg below the minimum is carried', () => {
    expect(planned(0, 0, 0, 10)).toBe('nothing');
    expect(planned(0, 0, 0, 11)).toBe('open BTC +11, ETH -27: $0 to $11');
    expect(planned(1500, -20, 1500, 0)).toBe('close BTC -1500 reduce-only: $1500 to $0');
    expect(planned(8, -3750, 1500, 0)).toBe('close ETH +3750 reduce-only: $1500 to $0');
    expect(planned(11, 0, 1500, 0)).toBe('close BTC -11 reduce-only: $1500 to $0');
    expect(planned(1500, -3750, 1500, 1495)).toBe('nothing');
  });

  test('PAIR-3 of a pair of dust nothing is held, whatever was said', () => {
    expect(planned(8, -20, 5, 0)).toBe('nothing');
    expect(planned(8, -20, 5, -1500)).toBe('open BTC -1500, ETH +3750: $0 to $-1500');
    expect(planned(8, -20, 5, 1500)).toBe('open BTC +1500, ETH -3750: $0 to $1500');
    expect(planned(0, 0, 1500, 1500)).toBe('open BTC +1500, ETH -3750: $0 to $1500');
  });

  test("PAIR-3 a closing leg stays within the venue's maximum", () => {
    expect(planned(9_000_000, -22_500_000, 9_000_000, 0)).toBe(
      'close BTC -4500000 reduce-only, ETH +11250000 reduce-only: $9000000 to $4500000',
    );
    expect(planned(4_000_000, -22_500_000, 9_000_000, 0)).toBe(
      'close BTC -2000000 reduce-only, ETH +11250000 reduce-only: $9000000 to $4500000',
    );
  });

  test('PAIR-4 the larger leg is cut when they have drifted apart', () => {
    expect(planned(1500, -3750, 1500, 1500)).toBe('nothing');
    expect(planned(1530, -3750, 1500, 1500)).toBe('nothing'); // $30 of $3030: 99 basis points
    expect(planned(2020, -4950, 1500, 1500)).toBe('nothing'); // $40 of $4000: 100
    expect(planned(1531, -3750, 1500, 1500)).toBe('trim BTC -31 reduce-only: $1500 to $1500');
    expect(planned(1500, -3850, 1500, 1500)).toBe('trim ETH +100 reduce-only: $1500 to $1500');
    expect(planned(-1531, 3750, -1500, -1500)).toBe('trim BTC +31 reduce-only: $-1500 to $-1500');
    expect(planned(1508, -3750, 1500, 1500, 1)).toBe('nothing'); // eight dollars are dust
  });

  test('PAIR-4 what stands alone or on the same side is closed, not turned', () => {
    expect(planned(1500, 0, 0, 0)).toBe('trim BTC -1500 reduce-only: $0 to $0');
    expect(planned(1500, 2500, 0, 0)).toBe('trim BTC -1500 reduce-only: $0 to $0');
    expect(planned(1500, 3750, 0, 0)).toBe('trim ETH -3750 reduce-only: $0 to $0');
    expect(planned(0, 2500, 0, 0)).toBe('trim ETH -2500 reduce-only: $0 to $0');
  });

  test('PAIR-4 a step too small to trade does not keep the legs from being trimmed', () => {
    expect(planned(1600, -3750, 1500, 1505)).toBe('trim BTC -100 reduce-only: $1500 to $1500');
  });

  test('nothing is planned without both prices', () => {
    const [a, b] = legs(0, 0);
    const blind = { ...a, doubleMidTicks: 0 };
    expect(planPair(blind, b, 0, 1500 * DOLLAR, 100)).toBeUndefined();
    expect(planPair(a, { ...b, doubleMidTicks: 0 }, 0, 1500 * DOLLAR, 100)).toBeUndefined();
  });

  test('PAIR-1 PAIR-2 PAIR-3 PAIR-4 whatever is held and wanted', () => {
    const mids = fc.tuple(
      fc.integer({ min: 20_000, max: 400_000 }),
      fc.integer({ min: 10_000, max: 120_000 }),
    );
    const lots = fc.integer({ min: -60_000, max: 60_000 });
    const level = fc.integer({ min: -40_000, max: 40_000 }).map((usd) => usd * DOLLAR);
    const held = fc.tuple(lots, lots, level);
    fc.assert(
      fc.property(mids, held, level, ([x, y], [btc, eth, heldMicro], wanted) => {
        const a: LegState = { market: BTC, doubleMidTicks: x, lots: btc };
        const b: LegState = { market: ETH, doubleMidTicks: y, lots: eth };
        const plan = planPair(a, b, heldMicro, wanted, 60);
        if (plan === undefined) return;
        const after = [a, b].map((state) => {
          const leg = plan.legs.find(({ market }) => market === state.market);
          if (leg === undefined) return { state, lots: state.lots };
          expect(Number.isInteger(leg.lots)).toBe(true);
          expect(Math.abs(microOf(state, leg.lots))).toBeGreaterThanOrEqual(10 * DOLLAR);
          if (leg.reduceOnly) {
            expect(Math.sign(leg.lots)).toBe(-Math.sign(state.lots));
            expect(Math.abs(leg.lots)).toBeLessThanOrEqual(Math.abs(state.lots));
          }
          return { state, lots: state.lots + leg.lots };
        });
        const values = after.map(({ state, lots: all }) => microOf(state, all));
        const net = Math.abs((values[0] as number) + (values[1] as number));
        const before = Math.abs(microOf(a, btc) + microOf(b, eth));
        const lotMicro = Math.max(microOf(a, 1), microOf(b, 1));
        const [first, second] = plan.legs;
        switch (plan.purpose) {
          case 'open':
            expect(plan.legs).toHaveLength(2);
            // Equal to the lot; less where the second leg may only be closed.
            if (second?.reduceOnly === false) expect(net).toBeLessThanOrEqual(lotMicro);
            expect(Math.sign(first?.lots ?? 0)).toBe(Math.sign(plan.levelMicro));
            break;
          case 'close':
            for (const [i, leg] of plan.legs.entries()) {
              const state = leg.market === BTC ? a : b;
              const share = 1 - plan.levelMicro / plan.fromMicro;
              expect([i, Math.abs(Math.abs(leg.lots) - Math.abs(state.lots) * share) < 1]).toEqual([
                i,
                true,
              ]);
            }
            expect(Math.abs(plan.levelMicro)).toBeLessThan(Math.abs(plan.fromMicro));
            break;
          case 'trim':
            expect(plan.legs).toHaveLength(1);
            expect(first?.reduceOnly).toBe(true);
            expect(net).toBeLessThan(before);
            expect(plan.levelMicro).toBe(plan.fromMicro);
            break;
        }
      }),
      { numRuns: 500 },
    );
  });
});

function microOf({ market, doubleMidTicks }: LegState, lots: number): number {
  return notionalMicro(market, doubleMidTicks, lots) / 2;
}

test('PAIR-12 the meter sums dollars over seconds', () => {
  const meter = new ExposureMeter(1000);
  meter.set(1500, 200 * DOLLAR); // nothing was naked so far
  meter.set(2500, 50 * DOLLAR); // $200 for a second
  meter.set(2700, 0); // $50 for a fifth
  meter.set(9000, 0);
  expect(meter.dollarSeconds).toBeCloseTo(210, 9);
  expect(meter.peakMicro).toBe(200 * DOLLAR);
});

/** Opens BTC +100 and ETH -250, a hundred dollars each. */
const OPENING: PairPlan = {
  purpose: 'open',
  legs: [
    { market: BTC, lots: 100, reduceOnly: false },
    { market: ETH, lots: -250, reduceOnly: false },
  ],
  fromMicro: 0,
  levelMicro: 100 * DOLLAR,
};

/** Closes BTC +100 and ETH -250. */
const CLOSING: PairPlan = {
  purpose: 'close',
  legs: [
    { market: BTC, lots: -100, reduceOnly: true },
    { market: ETH, lots: 250, reduceOnly: true },
  ],
  fromMicro: 100 * DOLLAR,
  levelMicro: 0,
};

class Scene {
  readonly dealer: FakeDealer = new FakeDealer();
  readonly results: PairResult[] = [];
  readonly pair: PairOrder;

  constructor(plan: PairPlan, settings: Partial<PairSettings> = {}) {
    const context = {
      strategy: 1,
      account: 0,
      parent: 5,
      slippageBps: 10,
      onConflict: 'BLOCK_NEW',
    } as const;
    for (const { market, lots, reduceOnly } of plan.legs) {
      if (reduceOnly) this.dealer.hold(0, market.id, -lots);
    }
    this.pair = new PairOrder(this.dealer, context, { ...SETTINGS, ...settings }, plan, (result) =>
      this.results.push(result),
    );
  }

  /** Deals the pair; the orders of its legs. */
  start(): [Order, Order] {
    this.pair.start();
    const [first, second] = this.dealer.orders;
    return [first as Order, second as Order];
  }

  /** The result in short: `hedged 50 % chases 1`. */
  get ended(): string {
    if (this.results.length === 0) return 'under way';
    const { outcome, share, chases, unwound } = this.results[0] as PairResult;
    const extras = `${chases > 0 ? ` chases ${chases}` : ''}${unwound ? ' unwound' : ''}`;
    return `${outcome} ${Math.round(share * 100)} %${extras}`;
  }
}

function opening(settings?: Partial<PairSettings>): {
  scene: Scene;
  dealer: FakeDealer;
  btc: Order;
  eth: Order;
} {
  const scene = new Scene(OPENING, settings);
  const [btc, eth] = scene.start();
  return { scene, dealer: scene.dealer, btc, eth };
}

describe('an opening pair', () => {
  test('PAIR-5 both legs together, at their slippage', () => {
    const { scene, dealer } = opening();
    expect(dealer.deals).toHaveLength(1);
    expect(dealer.asked).toEqual(['BTC +100 @100102 IOC parent', 'ETH -250 @39959 IOC parent']);
    expect(dealer.deals[0]?.drafts[1]).toMatchObject({
      account: 0,
      onConflict: 'BLOCK_NEW',
      strategy: 1,
      parent: 5,
      leg: 'ETH',
      attempt: 1,
    });
    expect(scene.ended).toBe('under way');
  });

  test('PAIR-11 both filled', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    expect(scene.ended).toBe('under way');
    dealer.complete(eth);
    expect(scene.ended).toBe('hedged 100 %');
    expect(scene.results).toHaveLength(1);
    expect(scene.results[0]).toMatchObject({ denial: undefined, orders: [btc, eth] });
    expect(dealer.timers).toBe(0);
  });

  test('PAIR-5 denied', () => {
    const scene = new Scene(OPENING);
    scene.dealer.answers.push({ code: 'SELF_TRADE', retryAtMs: 77 });
    scene.pair.start();
    expect(scene.ended).toBe('denied 0 %');
    expect(scene.results[0]?.denial).toMatchObject({ code: 'SELF_TRADE', retryAtMs: 77 });
    expect([scene.dealer.orders, scene.dealer.timers]).toEqual([[], 0]);
  });

  test('PAIR-5 deferred, then denied or reserved', () => {
    for (const outcome of ['denied 0 %', 'hedged 100 %']) {
      const scene = new Scene(OPENING);
      const { dealer } = scene;
      dealer.answers.push('defer');
      scene.pair.start();
      dealer.pass(2000);
      expect([scene.ended, dealer.timers]).toEqual(['under way', 0]);
      if (outcome === 'denied 0 %') dealer.deny(dealer.lastDeal, 'DEFERRAL_EXPIRED');
      else {
        dealer.reserve(dealer.lastDeal);
        for (const order of dealer.working) dealer.complete(order);
      }
      expect(scene.ended).toBe(outcome);
    }
  });

  test('PAIR-11 neither filled: flat', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.end(btc, 'cancelled');
    dealer.end(eth, 'rejected');
    expect(scene.ended).toBe('flat 0 %');
    expect(dealer.deals).toHaveLength(1);
  });

  test('PAIR-11 both filled to the same share: hedged, and nothing is chased', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.fill(btc, 40);
    dealer.fill(eth, 100);
    dealer.end(btc, 'cancelled');
    dealer.end(eth, 'cancelled');
    expect(scene.ended).toBe('hedged 40 %');
  });

  test('PAIR-6 one rejected: the other leg is chased at once', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.end(eth, 'rejected');
    expect(dealer.asked.slice(2)).toEqual(['ETH -250 @39919 IOC hedge']);
    expect(dealer.lastDeal.drafts[0]).toMatchObject({ attempt: 2, reduceOnly: false });
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 1');
    expect(dealer.timers).toBe(0);
  });

  test('PAIR-6 partly filled: what is missing to the same share is chased, further each time', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.fill(btc, 80);
    dealer.end(btc, 'cancelled');
    dealer.fill(eth, 50);
    dealer.end(eth, 'cancelled');
    dealer.fill(dealer.only, 50);
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.working).toEqual([]);
    dealer.pass(24);
    expect(dealer.working).toEqual([]);
    dealer.pass(1);
    dealer.end(dealer.only, 'not-admitted');
    dealer.pass(49);
    expect(dealer.working).toEqual([]);
    dealer.pass(1);
    expect(dealer.asked.slice(2)).toEqual([
      'ETH -150 @39919 IOC hedge',
      'ETH -100 @39839 IOC hedge',
      'ETH -100 @39759 IOC hedge',
    ]);
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 80 % chases 3');
  });

  test('PAIR-6 the first leg lags', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(eth);
    dealer.end(btc, 'cancelled');
    expect(dealer.asked.at(-1)).toBe('BTC +100 @100202 IOC hedge');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 1');
  });

  test('PAIR-11 less than the minimum is carried, not chased', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.fill(eth, 226);
    dealer.end(eth, 'cancelled'); // 24 lots, $9.60
    expect(scene.ended).toBe('hedged 90 %');
    expect(dealer.deals).toHaveLength(1);
  });

  test('PAIR-11 what a sale at its limit would take below the minimum is carried', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.fill(eth, 225);
    dealer.book(1, 40_500, 40_502);
    dealer.end(eth, 'cancelled'); // 25 lots, $10.12 at the best price, $9.97 at 150 basis points
    expect(scene.ended).toBe('hedged 90 %');
  });

  test('PAIR-6 what a purchase at the best price takes to the minimum is chased', () => {
    const { dealer, btc, eth } = opening();
    dealer.complete(eth);
    dealer.fill(btc, 90);
    dealer.book(0, 99_999, 100_000);
    dealer.end(btc, 'cancelled');
    expect(dealer.asked.at(-1)).toBe('BTC +10 @100200 IOC hedge');
  });

  test('PAIR-11 dust of one leg alone is flat', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.fill(btc, 9);
    dealer.end(btc, 'cancelled');
    dealer.end(eth, 'cancelled');
    expect(scene.ended).toBe('flat 0 %');
  });

  test('PAIR-11 without a price nothing is small: the chase waits for one', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.book(1, 0, 0);
    dealer.end(eth, 'cancelled');
    expect([scene.ended, dealer.lastDeal.answer]).toEqual(['under way', 'denied']);
    dealer.mark(1, 0);
    dealer.pass(25);
    expect([scene.ended, dealer.lastDeal.answer]).toEqual(['under way', 'denied']);
    dealer.book(1, 39_999, 40_001);
    dealer.pass(50);
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 3');
  });

  test('PAIR-7 the chases fail: the leading leg is unwound, further each time', () => {
    const { scene, dealer, btc, eth } = opening({ chaseAttempts: 2 });
    dealer.complete(btc);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(25);
    dealer.end(dealer.only, 'rejected');
    dealer.fill(dealer.only, 60);
    dealer.end(dealer.only, 'cancelled');
    dealer.pass(49);
    expect(dealer.working).toEqual([]);
    dealer.pass(1);
    dealer.complete(dealer.only);
    expect(dealer.asked.slice(2)).toEqual([
      'ETH -250 @39919 IOC hedge',
      'ETH -250 @39839 IOC hedge',
      'BTC -100 @99499 IOC hedge reduce-only',
      'BTC -40 @98999 IOC hedge reduce-only',
    ]);
    expect(scene.ended).toBe('flat 0 % chases 2 unwound');
    expect([dealer.positionLots(0, 0), dealer.timers]).toEqual([0, 0]);
  });

  test('PAIR-7 unwound to the share of the leg that lags', () => {
    const { scene, dealer, btc, eth } = opening({ chaseAttempts: 1 });
    dealer.complete(btc);
    dealer.fill(eth, 100);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.asked.at(-1)).toBe('BTC -60 @99499 IOC hedge reduce-only');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 40 % chases 1 unwound');
  });

  test('PAIR-7 unwinding does not give up', () => {
    const { scene, dealer, btc, eth } = opening({ chaseAttempts: 1 });
    dealer.complete(btc);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    for (let i = 0; i < 20; i += 1) {
      dealer.end(dealer.only, 'cancelled');
      dealer.pass(1000);
    }
    expect(dealer.asked.at(-1)).toBe('BTC -100 @98499 IOC hedge reduce-only');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('flat 0 % chases 1 unwound');
  });

  test('PAIR-7 unwinding goes through what was held on the other side before', () => {
    const scene = new Scene(OPENING, { chaseAttempts: 1 });
    const { dealer } = scene;
    dealer.hold(0, 0, -5);
    const [btc, eth] = scene.start();
    dealer.complete(btc);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.asked.at(-1)).toBe('BTC -100 @99499 IOC hedge');
    dealer.complete(dealer.only);
    expect([scene.ended, dealer.positionLots(0, 0)]).toEqual(['flat 0 % chases 1 unwound', -5]);
  });

  test('PAIR-7 a leader with less than the minimum too much is carried', () => {
    const { scene, dealer, btc, eth } = opening({ chaseAttempts: 1 });
    // Short of 26 lots of ETH ($10.40), ahead by 9.4 lots of BTC.
    dealer.fill(btc, 90);
    dealer.end(btc, 'cancelled');
    dealer.fill(eth, 199);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    expect(scene.ended).toBe('hedged 80 % chases 1');
    expect(dealer.timers).toBe(0);
  });

  test('PAIR-6 PAIR-7 denied in the chase: asked again, then unwound', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    const denied = { code: 'SELF_TRADE' };
    dealer.answers.push(denied, denied, denied, denied);
    dealer.end(eth, 'cancelled');
    for (const [i, wait] of [25, 50, 100, 200].entries()) {
      dealer.pass(wait - 1);
      expect(dealer.deals).toHaveLength(2 + i);
      dealer.pass(1);
      expect(dealer.deals).toHaveLength(3 + i);
    }
    expect(dealer.asked.slice(2)).toEqual([
      'ETH -250 @39919 IOC hedge',
      'ETH -250 @39839 IOC hedge',
      'ETH -250 @39759 IOC hedge',
      'BTC -100 @99499 IOC hedge reduce-only',
      'BTC -100 @98999 IOC hedge reduce-only',
    ]);
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('flat 0 % chases 3 unwound');
  });

  test('PAIR-9 an unknown leg is waited for: found filled, nothing is hedged twice', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.lose(eth);
    dealer.pass(10_000);
    expect(dealer.deals).toHaveLength(1);
    dealer.complete(eth);
    expect(scene.ended).toBe('hedged 100 %');
  });

  test('PAIR-9 an unknown leg that is proven absent is chased', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.lose(eth);
    dealer.pass(5000);
    dealer.end(eth, 'not-admitted');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 1');
  });

  test('PAIR-10 a leg without an ending is cancelled and looked up, again and again', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.send(eth);
    dealer.pass(1499);
    expect([dealer.cancels, dealer.inquiries]).toEqual([[], []]);
    dealer.pass(1);
    expect([dealer.cancels, dealer.inquiries]).toEqual([[eth], [0]]);
    dealer.pass(3000);
    expect(dealer.inquiries).toEqual([0, 0, 0]);
    dealer.end(eth, 'cancelled');
    dealer.complete(dealer.only);
    expect([scene.ended, dealer.timers]).toEqual(['hedged 100 % chases 1', 0]);
  });

  test('PAIR-10 a chase has its own time-out', () => {
    const { dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.pass(1000);
    dealer.end(eth, 'cancelled');
    const chase = dealer.only;
    dealer.send(chase);
    dealer.pass(1499);
    expect(dealer.cancels).toEqual([]);
    dealer.pass(1);
    expect(dealer.cancels).toEqual([chase]);
  });

  test('PAIR-10 PAIR-11 legs that never left end with their cancel, and the pair with them', () => {
    const { scene, dealer } = opening();
    dealer.pass(1500);
    expect([scene.ended, dealer.timers, dealer.inquiries]).toEqual(['flat 0 %', 0, [0]]);
    dealer.pass(10_000);
    expect(dealer.inquiries).toEqual([0]);
  });

  test('PAIR-9 the time-out does not cancel the chase that its own cancel brought about', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.fill(eth, 250);
    dealer.end(eth, 'filled');
    expect(btc.state).toBe('RESERVED');
    dealer.pass(1500);
    expect(dealer.cancels).toEqual([btc]);
    dealer.complete(dealer.only);
    expect([scene.ended, dealer.timers]).toEqual(['hedged 100 % chases 1', 0]);
  });

  test('PAIR-9 the venue counts before the fills come: counted lots are not chased', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.count(eth, 250);
    dealer.end(eth, 'filled');
    expect(scene.ended).toBe('hedged 100 %');
    expect(scene.results[0]?.orders).toEqual([btc, eth]);
  });

  test('PAIR-7 unwinding what is counted but not yet in the position asks for no reduction', () => {
    const { scene, dealer, btc, eth } = opening({ chaseAttempts: 1 });
    dealer.count(btc, 100);
    dealer.end(btc, 'filled');
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    expect(dealer.asked.at(-1)).toBe('BTC -100 @99499 IOC hedge');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('flat 0 % chases 1 unwound');
  });

  test('PAIR-16 stopped before anything left, it is taken back', () => {
    const { scene, dealer, btc, eth } = opening();
    scene.pair.stop();
    expect([scene.ended, dealer.timers]).toEqual(['flat 0 %', 0]);
    expect([btc.ending, eth.ending]).toEqual(['not-sent', 'not-sent']);
  });

  test('PAIR-16 stopped while it waits at the gate, it is taken back when it comes through', () => {
    const scene = new Scene(OPENING);
    scene.dealer.answers.push('defer');
    scene.pair.start();
    scene.pair.stop();
    expect(scene.ended).toBe('under way');
    scene.dealer.reserve(scene.dealer.lastDeal);
    expect(scene.ended).toBe('flat 0 %');
  });

  test('PAIR-16 stopped once a leg has left, it ends as any other', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.send(btc);
    scene.pair.stop();
    dealer.complete(btc);
    scene.pair.stop();
    expect([dealer.cancels, eth.state]).toEqual([[], 'RESERVED']);
    dealer.end(eth, 'cancelled');
    expect(dealer.only.state).toBe('RESERVED');
    scene.pair.stop();
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 1');
  });

  test('an order of another market is an error of ours', () => {
    const scene = new Scene({ ...OPENING, legs: OPENING.legs.slice(0, 1) });
    scene.start();
    const stray = { ...scene.dealer.only, request: { ...scene.dealer.only.request, market: 1 } };
    expect(() => scene.pair.onEnded(stray)).toThrow(/belongs to no leg/);
  });
});

describe('a closing pair', () => {
  test('PAIR-8 is chased for ever, and never unwound', () => {
    const scene = new Scene(CLOSING);
    const { dealer } = scene;
    const [btc, eth] = scene.start();
    expect(dealer.asked).toEqual([
      'BTC -100 @99899 IOC parent reduce-only',
      'ETH +250 @40042 IOC parent reduce-only',
    ]);
    dealer.complete(btc);
    dealer.end(eth, 'cancelled');
    for (let i = 0; i < 30; i += 1) {
      dealer.end(dealer.only, i % 2 === 0 ? 'cancelled' : 'rejected');
      dealer.pass(1000);
    }
    expect(dealer.asked.at(-1)).toBe('ETH +250 @40242 IOC hedge reduce-only');
    dealer.complete(dealer.only);
    expect(scene.ended).toBe('hedged 100 % chases 31');
    expect([dealer.positionLots(0, 0), dealer.positionLots(0, 1)]).toEqual([0, 0]);
  });

  test('PAIR-8 asks for no more than is held, and ends when nothing is', () => {
    for (const [held, asked] of [
      [-100, 'ETH +100 @40082 IOC hedge reduce-only'],
      [-20, undefined],
      [0, undefined],
      [40, undefined],
    ] as const) {
      const scene = new Scene(CLOSING);
      const { dealer } = scene;
      const [btc, eth] = scene.start();
      dealer.complete(btc);
      dealer.hold(0, 1, held);
      dealer.end(eth, 'cancelled');
      expect(dealer.asked[2]).toBe(asked);
      if (asked !== undefined) {
        dealer.complete(dealer.only);
        expect(scene.ended).toBe('hedged 40 % chases 1');
      } else expect(scene.ended).toBe('hedged 0 %');
    }
  });

  test('PAIR-8 a single leg, trimmed or closed, is done with what it gets', () => {
    for (const purpose of ['trim', 'close'] as const) {
      const one = { ...CLOSING, purpose, legs: CLOSING.legs.slice(0, 1) };
      const scene = new Scene(one);
      scene.start();
      scene.dealer.fill(scene.dealer.only, 60);
      scene.dealer.pass(400);
      scene.dealer.end(scene.dealer.only, 'cancelled');
      expect(scene.ended).toBe('hedged 60 %');
      expect(scene.results[0]?.naked.dollarSeconds).toBe(0);
      expect(scene.dealer.deals).toHaveLength(1);
    }
  });
});

describe('naked exposure', () => {
  test('PAIR-12 a literal example', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.pass(100);
    dealer.fill(btc, 100); // $100 naked
    dealer.end(btc, 'filled');
    dealer.pass(200);
    dealer.fill(eth, 125); // $50 naked
    dealer.pass(60);
    dealer.end(eth, 'cancelled');
    dealer.pass(40);
    dealer.complete(dealer.only);
    const result = scene.results[0] as PairResult;
    expect(result.naked.dollarSeconds).toBeCloseTo(100 * 0.2 + 50 * 0.1, 9);
    expect(result.naked.peakMicro).toBe(100 * DOLLAR);
    expect(result.budgetDollarSeconds).toBeCloseTo(150, 9);
  });

  test('PAIR-12 after a lost answer the budget is larger', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.lose(eth);
    dealer.complete(eth);
    expect(scene.results[0]?.budgetDollarSeconds).toBeCloseTo(500, 9);
  });

  test('PAIR-12 what the plan itself leaves open is not naked', () => {
    const plan: PairPlan = {
      ...OPENING,
      legs: [
        { market: BTC, lots: 100, reduceOnly: false },
        { market: ETH, lots: -200, reduceOnly: false },
      ],
    };
    const scene = new Scene(plan);
    const { dealer } = scene;
    const [btc, eth] = scene.start();
    dealer.complete(eth); // $80 short, $20 of them less than the plan's own net
    dealer.pass(1000);
    dealer.complete(btc);
    const result = scene.results[0] as PairResult;
    expect(result.naked.dollarSeconds).toBeCloseTo(60, 9);
    expect(result.budgetDollarSeconds).toBeCloseTo(150, 9);
  });

  test('PAIR-12 what the venue counts is exposed, though its fills have not come', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.count(btc, 100);
    dealer.end(btc, 'filled');
    dealer.pass(200);
    dealer.complete(eth);
    expect(scene.results[0]?.naked.dollarSeconds).toBeCloseTo(20, 9);
  });

  test('PAIR-12 the time in which the pair waits to end counts', () => {
    const scene = new Scene(CLOSING);
    const { dealer } = scene;
    const [btc, eth] = scene.start();
    dealer.complete(btc);
    dealer.answers.push({ code: 'SELF_TRADE' });
    dealer.end(eth, 'cancelled');
    dealer.hold(0, 1, 0); // somebody else has closed it
    dealer.pass(25);
    expect(scene.ended).toBe('hedged 0 % chases 1');
    expect(scene.results[0]?.naked.dollarSeconds).toBeCloseTo(2.5, 9);
  });

  test('PAIR-12 the exposure ends with the pair', () => {
    const { scene, dealer, btc, eth } = opening();
    dealer.complete(btc);
    dealer.pass(1000);
    dealer.fill(eth, 230); // $8 are left as dust
    dealer.end(eth, 'cancelled');
    const result = scene.results[0] as PairResult;
    expect(result.naked.dollarSeconds).toBeCloseTo(100, 9);
    expect(scene.ended).toBe('hedged 92 %');
  });
});

/** What becomes of an order, or of the next deal. */
type Fate =
  | {
      readonly of: 'fill';
      readonly percent: number;
      readonly ends: boolean;
      readonly seen: boolean;
    }
  | { readonly of: 'end'; readonly ending: 'cancelled' | 'rejected' }
  | { readonly of: 'lose'; readonly percent: number }
  | { readonly of: 'absent' }
  | { readonly of: 'wait'; readonly ms: number }
  | { readonly of: 'deny' };

const aFate: fc.Arbitrary<Fate> = fc.oneof(
  fc.record({
    of: fc.constant('fill' as const),
    percent: fc.integer({ min: 1, max: 100 }),
    ends: fc.boolean(),
    seen: fc.boolean(),
  }),
  fc.record({
    of: fc.constant('end' as const),
    ending: fc.constantFrom('cancelled' as const, 'rejected' as const),
  }),
  fc.record({ of: fc.constant('lose' as const), percent: fc.integer({ min: 0, max: 100 }) }),
  fc.constant({ of: 'absent' } as const),
  fc.record({ of: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2000 }) }),
  fc.constant({ of: 'deny' } as const),
);

/** Lets one fate befall one working order, or time pass when there is none. */
function befall(dealer: FakeDealer, fate: Fate | undefined, pick: number): void {
  const order = dealer.working[pick % Math.max(1, dealer.working.length)];
  if (order === undefined) {
    if (fate?.of === 'deny') dealer.answers.push({ code: 'SELF_TRADE' });
    if (!dealer.passToTimer()) throw new Error('nothing is under way and nothing will be');
    return;
  }
  const part = (percent: number): number => Math.floor((remainingLots(order) * percent) / 100);
  switch (fate?.of) {
    case undefined:
      dealer.complete(order);
      break;
    case 'fill': {
      if (fate.seen) dealer.fill(order, part(fate.percent));
      else dealer.count(order, part(fate.percent));
      const full = remainingLots(order) === 0;
      if (full || fate.ends) dealer.end(order, full ? 'filled' : 'cancelled');
      break;
    }
    case 'end':
      dealer.end(order, fate.ending);
      break;
    case 'lose':
      dealer.lose(order);
      dealer.pass(3000);
      if (!isWorking(order)) break;
      dealer.fill(order, part(fate.percent));
      dealer.end(order, remainingLots(order) === 0 ? 'filled' : 'cancelled');
      break;
    case 'absent':
      if (remainingLots(order) < order.request.lots) break;
      dealer.lose(order);
      dealer.pass(4000);
      if (isWorking(order)) dealer.end(order, 'not-admitted');
      break;
    case 'wait':
      dealer.send(order);
      dealer.pass(fate.ms);
      break;
    case 'deny':
      dealer.answers.push({ code: 'SELF_TRADE' });
      break;
  }
}

/** What lots of either market are worth, dollars. */
function usd(lotsOf: (market: number) => number): [number, number] {
  return [lotsOf(0), lotsOf(1) * 0.4];
}

describe('whatever becomes of its orders', () => {
  const run = (plan: PairPlan, fates: readonly Fate[], picks: readonly number[]): Scene => {
    const scene = new Scene(plan);
    const { dealer } = scene;
    if (fates[0]?.of === 'deny') dealer.answers.push('defer');
    scene.pair.start();
    for (let i = 0; scene.results.length === 0; i += 1) {
      expect(i).toBeLessThan(500);
      if (dealer.lastDeal.answer === 'waiting') dealer.reserve(dealer.lastDeal);
      befall(dealer, fates[i], picks[i % picks.length] ?? 0);
      for (const leg of plan.legs) {
        const working = dealer.working.filter(({ request }) => request.market === leg.market.id);
        expect(working.length).toBeLessThanOrEqual(1);
        const filled = dealer.filled(leg.market.id);
        const open = working.reduce((sum, each) => {
          const lots = remainingLots(each);
          return sum + (each.request.side === 'bid' ? lots : -lots);
        }, 0);
        const forward = Math.sign(leg.lots);
        for (const sum of [filled, filled + open]) {
          expect(sum * forward).toBeGreaterThanOrEqual(0);
          expect(sum * forward).toBeLessThanOrEqual(Math.abs(leg.lots));
        }
      }
    }
    return scene;
  };
  const fates = fc.array(aFate, { maxLength: 25 });
  const picks = fc.array(fc.nat(9), { minLength: 1, maxLength: 10 });

  test.each([
    ['an opening', OPENING],
    ['a closing', CLOSING],
    [
      'a large opening with an older imbalance',
      {
        ...OPENING,
        legs: [
          { market: BTC, lots: -7001, reduceOnly: false },
          { market: ETH, lots: 16_003, reduceOnly: true },
        ],
      } as PairPlan,
    ],
  ])('PAIR-9 PAIR-11 %s pair ends once, hedged or flat, and never hedges twice', (_name, plan) => {
    fc.assert(
      fc.property(fates, picks, (script, order) => {
        const scene = run(plan, script, order);
        const { dealer, results } = scene;
        const result = results[0] as PairResult;
        const [a, b] = plan.legs.map(({ market, lots }) => dealer.filled(market.id) / lots);
        const lag = Math.min(a as number, b as number);
        const lead = Math.max(a as number, b as number);
        expect(result.share).toBeCloseTo(lag, 12);
        // The lagging leg lacks, or the leading one has too much, less than the venue takes.
        const [x, y] = usd((market) => plan.legs[market]?.lots ?? 0).map(Math.abs);
        expect((lead - lag) * Math.min(x as number, y as number)).toBeLessThan(10.7);
        if (result.outcome === 'flat') expect(lead * (x as number)).toBeLessThan(10.7);
        if (plan.purpose === 'open') expect(result.chases).toBeLessThanOrEqual(3);
        if (plan.purpose === 'close') expect(result.unwound).toBe(false);
        expect(result.orders).toEqual(dealer.orders);
        expect([dealer.timers, dealer.working]).toEqual([0, []]);
        dealer.pass(60_000);
        expect(results).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });
});

describe("one account's pair", () => {
  function make(settings: Partial<PairSettings> = {}): {
    dealer: FakeDealer;
    trader: PairTrader;
    totals: ReturnType<typeof noPairs>;
    want: (usd: number, changes?: Partial<PairIntent>) => void;
  } {
    const dealer = new FakeDealer();
    const totals = noPairs();
    const intent = (usd: number, changes: Partial<PairIntent> = {}): PairIntent => ({
      kind: 'pair',
      strategy: 2,
      account: 0,
      signal: `wants $${usd}`,
      onConflict: 'BLOCK_NEW',
      markets: [0, 1],
      notionalMicro: usd * DOLLAR,
      slippageBps: 10,
      rebalanceBps: 100,
      ...changes,
    });
    const trader = new PairTrader(dealer, { ...SETTINGS, ...settings }, totals, intent(0));
    return { dealer, trader, totals, want: (usd, changes) => trader.want(intent(usd, changes)) };
  }

  function completeAll(dealer: FakeDealer): void {
    for (const order of dealer.working) dealer.complete(order);
  }

  test('PAIR-13 up, down and through zero, one pair order at a time', () => {
    const { dealer, trader, totals, want } = make();
    want(0);
    expect(dealer.deals).toEqual([]);
    want(1500);
    want(3000);
    expect(dealer.deals).toHaveLength(1);
    expect(trader.idle).toBe(false);
    completeAll(dealer);
    expect([trader.idle, trader.heldMicro]).toEqual([true, 1500 * DOLLAR]);
    want(3000);
    completeAll(dealer);
    want(3000);
    expect(dealer.deals).toHaveLength(2);
    want(-1500);
    completeAll(dealer);
    expect(trader.heldMicro).toBe(0);
    want(-1500);
    completeAll(dealer);
    expect(trader.heldMicro).toBe(-1500 * DOLLAR);
    expect(dealer.asked.map((asked) => asked.replace(/ @\d+ IOC parent/, ''))).toEqual([
      'BTC +1500',
      'ETH -3750',
      'BTC +1500',
      'ETH -3750',
      'BTC -3000 reduce-only',
      'ETH +7500 reduce-only',
      'BTC -1500',
      'ETH +3750',
    ]);
    expect(totals).toMatchObject({
      pairs: 4,
      hedged: 4,
      flat: 0,
      denied: 0,
      chases: 0,
      unwinds: 0,
    });
  });

  test('PAIR-13 the level moves by what every leg has done', () => {
    const { dealer, trader, want } = make();
    want(1000);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.fill(btc, 400);
    dealer.end(btc, 'cancelled');
    dealer.fill(eth, 1000);
    dealer.end(eth, 'cancelled');
    expect(trader.heldMicro).toBe(400 * DOLLAR);
    want(1000);
    expect(dealer.asked.slice(2)).toEqual([
      'BTC +600 @100102 IOC parent',
      'ETH -1500 @39959 IOC parent',
    ]);
  });

  test('PAIR-13 a trim does not move the level', () => {
    const { dealer, trader, want } = make();
    want(1500);
    completeAll(dealer);
    dealer.hold(0, 0, 1600);
    want(1500);
    expect(dealer.asked.at(-1)).toBe('BTC -100 @99899 IOC parent reduce-only');
    completeAll(dealer);
    expect(trader.heldMicro).toBe(1500 * DOLLAR);
    expect(dealer.signals.map(({ signal }) => signal)).toEqual([
      'wants $1500',
      'trim: the legs drifted apart',
    ]);
  });

  test('PAIR-3 PAIR-13 dust left by a closing does not keep the pair from turning', () => {
    const { dealer, trader, want } = make();
    want(1500);
    completeAll(dealer);
    want(0);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.fill(eth, 3740);
    dealer.end(eth, 'cancelled');
    expect(trader.heldMicro).toBe(4 * DOLLAR);
    want(0);
    want(-1500);
    expect(dealer.asked.slice(4)).toEqual([
      'BTC -1500 @99899 IOC parent',
      'ETH +3760 @40042 IOC parent',
    ]);
    completeAll(dealer);
    expect(trader.heldMicro).toBe(-1500 * DOLLAR);
  });

  test('PAIR-14 a denied pair waits longer each time, and as long as the denial says', () => {
    const { dealer, trader, totals, want } = make();
    dealer.script = () => ({ code: 'SELF_TRADE' });
    want(1500);
    const waits = Array.from({ length: 7 }, () => {
      const before = dealer.nowMs();
      const count = dealer.deals.length;
      while (dealer.deals.length === count) {
        dealer.pass(50);
        want(1500);
      }
      return dealer.nowMs() - before;
    });
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000]);
    expect(trader.idle).toBe(true);
    expect(totals.pairs).toBe(0);
    dealer.pass(10_000);
    dealer.answers.push({ code: 'MIRROR', retryAtMs: dealer.nowMs() + 60_000 });
    want(1500);
    const count = dealer.deals.length;
    dealer.pass(59_999);
    want(1500);
    expect(dealer.deals).toHaveLength(count);
    dealer.pass(1);
    want(1500);
    expect(dealer.deals).toHaveLength(count + 1);
  });

  test('PAIR-14 an unwound pair waits too, a success forgets the failures', () => {
    const { dealer, totals, want } = make({ chaseAttempts: 1 });
    want(1500);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.end(eth, 'cancelled');
    dealer.end(dealer.only, 'cancelled');
    dealer.complete(dealer.only);
    expect(totals).toMatchObject({ pairs: 1, flat: 1, hedged: 0, chases: 1, unwinds: 1 });
    const count = dealer.deals.length;
    want(1500);
    expect(dealer.deals).toHaveLength(count);
    dealer.pass(250);
    want(1500);
    expect(dealer.deals).toHaveLength(count + 1);
    completeAll(dealer);
    dealer.answers.push({ code: 'SELF_TRADE' });
    want(3000);
    dealer.pass(250);
    want(3000);
    expect(dealer.deals).toHaveLength(count + 3);
  });

  test('PAIR-15 no plan on positions that lack fills', () => {
    const { dealer, trader, want } = make();
    want(1500);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.count(eth, 3750);
    dealer.end(eth, 'filled');
    expect([trader.heldMicro, trader.idle]).toEqual([1500 * DOLLAR, false]);
    want(1500);
    want(0);
    expect(dealer.deals).toHaveLength(1);
    dealer.fill(eth, 3750);
    want(1500);
    expect([dealer.deals.length, trader.idle]).toEqual([1, true]);
  });

  test('PAIR-15 after five seconds the position counts as it is', () => {
    const { dealer, want } = make();
    want(1500);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.count(eth, 3750);
    dealer.end(eth, 'filled');
    dealer.pass(4999);
    want(1500);
    expect(dealer.deals).toHaveLength(1);
    dealer.pass(1);
    want(1500);
    expect(dealer.asked.at(-1)).toBe('BTC -1500 @99899 IOC parent reduce-only');
  });

  test('PAIR-16 stopped, it starts nothing; what has left is hedged', () => {
    const { dealer, trader, want } = make();
    want(1500);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.send(btc);
    dealer.send(eth);
    trader.stop();
    expect(trader.idle).toBe(false);
    dealer.complete(btc);
    dealer.end(eth, 'rejected');
    dealer.complete(dealer.only);
    expect([trader.idle, trader.heldMicro]).toEqual([true, 1500 * DOLLAR]);
    want(0);
    want(3000);
    expect(dealer.deals).toHaveLength(2);
  });

  test('PAIR-16 stopped before it left, it is taken back', () => {
    const { dealer, trader, want } = make();
    want(1500);
    trader.stop();
    expect([trader.idle, trader.heldMicro, dealer.working]).toEqual([true, 0, []]);
    trader.stop();
  });

  test('PAIR-17 beginning and end in the log, and the totals', () => {
    const { dealer, totals, want } = make();
    want(100);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.lose(eth);
    dealer.pass(6000); // $100 naked for 6 s, 5 s are allowed
    dealer.end(eth, 'not-admitted');
    dealer.complete(dealer.only);
    expect(dealer.notesOf('pair_start')).toEqual([
      {
        parent: 1,
        account: 0,
        strategy: 2,
        purpose: 'open',
        signal: 'wants $100',
        legs: [
          { symbol: 'BTC', lots: 100 },
          { symbol: 'ETH', lots: -250 },
        ],
      },
    ]);
    expect(dealer.notesOf('pair_end')).toEqual([
      {
        parent: 1,
        account: 0,
        outcome: 'hedged',
        chases: 1,
        unwound: false,
        sharePercent: 100,
        denial: null,
        nakedMilliDollarSeconds: 600_000,
        budgetMilliDollarSeconds: 500_000,
      },
    ]);
    expect(totals).toMatchObject({ pairs: 1, hedged: 1, chases: 1, overBudget: 1 });
    expect(totals.nakedDollarSeconds).toBeCloseTo(600, 9);
    expect(totals.worstBudgetShare).toBeCloseTo(1.2, 9);
    dealer.answers.push({ code: 'MIRROR' });
    want(200);
    expect(dealer.notesOf('pair_end')[1]).toMatchObject({ outcome: 'denied', denial: 'MIRROR' });
    expect(totals).toMatchObject({ pairs: 1, denied: 1 });
  });

  test('PAIR-17 a budget just used up is not exceeded, and the worst share is kept', () => {
    const { dealer, totals, want } = make();
    for (const [usd, ms] of [
      [100, 5000],
      [200, 1000],
    ] as const) {
      want(usd);
      const [btc, eth] = dealer.working as [Order, Order];
      dealer.complete(btc);
      dealer.lose(eth);
      dealer.pass(ms);
      dealer.complete(eth);
    }
    expect(totals).toMatchObject({ pairs: 2, overBudget: 0, worstBudgetShare: 1 });
  });

  test('PAIR-17 a pair whose worth is not known used nothing of its budget', () => {
    const { dealer, totals, want } = make();
    want(100);
    const [btc, eth] = dealer.working as [Order, Order];
    dealer.complete(btc);
    dealer.pass(1000);
    for (const market of [0, 1]) {
      dealer.book(market, 0, 0);
      dealer.mark(market, 0);
    }
    dealer.complete(eth);
    expect(totals.nakedDollarSeconds).toBeCloseTo(100, 9);
    expect(totals).toMatchObject({ pairs: 1, overBudget: 0, worstBudgetShare: 0 });
  });

  test('PAIR-11 PAIR-13 whatever is wanted and whatever happens, it comes to what is wanted', () => {
    const wishes = fc.array(
      fc.record({
        usd: fc.constantFrom(0, 1500, 3000, 4500, -1500, -3000),
        fates: fc.array(aFate, { maxLength: 6 }),
        pick: fc.nat(9),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(wishes, (plot) => {
        const { dealer, trader, want } = make();
        const settle = (wanted: number, fates: readonly Fate[], pick: number): void => {
          for (let i = 0; !trader.idle; i += 1) {
            expect(i).toBeLessThan(200);
            if (dealer.working.length === 0 && dealer.timers === 0) dealer.pass(1000);
            else befall(dealer, fates[i], pick);
            arrive(dealer);
            want(wanted);
          }
        };
        for (const { usd: wanted, fates, pick } of plot) {
          dealer.answers.length = 0;
          want(wanted);
          settle(wanted, fates, pick);
        }
        // From now on all goes well.
        dealer.answers.length = 0;
        const last = plot.at(-1)?.usd ?? 0;
        for (let i = 0; i < 12; i += 1) {
          dealer.pass(16_000);
          want(last);
          settle(last, [], 0);
        }
        const [btc, eth] = usd((market) => dealer.positionLots(0, market));
        expect(Math.abs(btc + eth)).toBeLessThan(Math.max(11, Math.abs(last) * 0.021));
        expect(Math.abs(btc - last)).toBeLessThan(60);
        expect(Math.abs(trader.heldMicro / DOLLAR - last)).toBeLessThan(11);
      }),
      { numRuns: 100 },
    );
  });

  /** Fills that the venue has counted come in. */
  function arrive(dealer: FakeDealer): void {
    for (const order of dealer.orders) {
      const late = order.reportedLots - order.filledLots;
      if (late > 0) dealer.fill(order, late);
    }
  }
});
