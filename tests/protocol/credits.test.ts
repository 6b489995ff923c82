// The credit bucket of a family, held against a naive one that remembers everything.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CREDIT_WINDOW_MS,
  CreditBucket,
  DEFAULT_QUOTA_TENTHS,
} from '../../src/protocol/credits.ts';

/** Keeps every spend for ever and counts afresh each time. */
class Ledger {
  quota: number;
  readonly reserve: number;
  readonly spends: { readonly at: number; readonly tenths: number }[] = [];
  learnt = Number.POSITIVE_INFINITY;
  learntUntil = 0;

  constructor(quota: number, reserve: number) {
    this.quota = quota;
    this.reserve = reserve;
  }

  /** What was spent in the 60 s before `at`, the moment itself included. */
  spentBefore(at: number): number {
    let sum = 0;
    for (const spend of this.spends) {
      if (spend.at <= at && at - spend.at < 60_000) sum += spend.tenths;
    }
    return sum;
  }

  available(at: number, urgent: boolean): number {
    const own = this.quota - this.spentBefore(at);
    const left = at < this.learntUntil ? Math.min(own, this.learnt) : own;
    return urgent ? left : left - this.reserve;
  }

  spend(at: number, tenths: number): void {
    this.spends.push({ at, tenths });
    this.learnt -= tenths;
  }

  /** The first moment at which `tenths` are there, if nothing else is spent. */
  availableAt(now: number, tenths: number, urgent: boolean): number | undefined {
    const moments = [now, this.learntUntil, ...this.spends.map(({ at }) => at + 60_000)];
    return moments
      .filter((at) => at >= now && this.available(at, urgent) >= tenths)
      .sort((a, b) => a - b)[0];
  }
}

type Step =
  | {
      readonly kind: 'spend';
      readonly afterMs: number;
      readonly tenths: number;
      readonly urgent: boolean;
    }
  | {
      readonly kind: 'learn';
      readonly afterMs: number;
      readonly remaining: number;
      readonly quota: number;
      readonly refreshS: number;
      readonly inFlight: number;
    };

const afterMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 500 }),
  fc.constantFrom(59_999, 60_000, 60_001, 30_000),
);
const spend: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('spend' as const),
  afterMs,
  tenths: fc.constantFrom(5, 10, 40, 100),
  urgent: fc.boolean(),
});
const learn: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('learn' as const),
  afterMs,
  remaining: fc.integer({ min: 0, max: 1500 }),
  quota: fc.constantFrom(200, 1000, 1250),
  refreshS: fc.integer({ min: 0, max: 90 }),
  inFlight: fc.constantFrom(0, 5, 10, 40),
});

test('PROTO-27, PROTO-28, PROTO-29, PROTO-30: like the naive ledger in every life', () => {
  const life = fc.array(
    fc.oneof({ weight: 6, arbitrary: spend }, { weight: 1, arbitrary: learn }),
    {
      maxLength: 120,
    },
  );
  const property = fc.property(life, fc.constantFrom(0, 50, 300), (steps, reserve) => {
    const bucket = new CreditBucket(1000, reserve);
    const ledger = new Ledger(1000, reserve);
    let now = 1_000_000;
    let total = 0;
    for (const step of steps) {
      now += step.afterMs;
      if (step.kind === 'learn') {
        const { remaining, quota, refreshS, inFlight } = step;
        bucket.learn(now, remaining, quota, refreshS, inFlight);
        ledger.quota = quota;
        ledger.learnt = remaining - inFlight;
        ledger.learntUntil = now + Math.min(60, Math.max(1, refreshS)) * 1000;
        expect(bucket.quotaTenths).toBe(quota);
      } else {
        const { tenths, urgent } = step;
        expect(bucket.availableAt(now, tenths, urgent)).toBe(
          ledger.availableAt(now, tenths, urgent) ?? now + 60_000,
        );
        if (bucket.available(now, urgent) >= tenths) {
          bucket.spend(now, tenths);
          ledger.spend(now, tenths);
          total += tenths;
          // The law itself, in words of its own.
          const spent = ledger.spentBefore(now);
          expect(spent).toBeLessThanOrEqual(ledger.quota - (urgent ? 0 : reserve));
        }
      }
      for (const urgent of [true, false]) {
        expect(bucket.available(now, urgent)).toBe(ledger.available(now, urgent));
      }
      expect(bucket.spentInWindow(now)).toBe(ledger.spentBefore(now));
      expect(bucket.totalTenths).toBe(total);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

describe('credits', () => {
  test('PROTO-27: come back 60 s after they were spent, not earlier', () => {
    const bucket = new CreditBucket(100, 0);
    bucket.spend(1000, 60);
    bucket.spend(2000, 40);
    expect(bucket.available(60_999, true)).toBe(0);
    expect(bucket.available(61_000, true)).toBe(60);
    expect(bucket.available(61_999, true)).toBe(60);
    expect(bucket.available(62_000, true)).toBe(100);
    expect(bucket.totalTenths).toBe(100);
  });

  test('PROTO-27, PROTO-30: old spends are forgotten by whichever question comes first', () => {
    const spent = (): CreditBucket => {
      const bucket = new CreditBucket(100, 0);
      bucket.spend(0, 100);
      return bucket;
    };
    expect(spent().availableAt(60_000, 100, true)).toBe(60_000);
    expect([59_999, 60_000].map((at) => spent().spentInWindow(at))).toEqual([100, 0]);
    expect(spent().available(60_000, true)).toBe(100);
  });

  test('PROTO-28: the reserve is there when the rest is gone', () => {
    const bucket = new CreditBucket(DEFAULT_QUOTA_TENTHS, 300);
    expect(bucket.reserveTenths).toBe(300);
    bucket.spend(0, 2700);
    expect(bucket.available(0, false)).toBe(0);
    expect(bucket.available(0, true)).toBe(300);
    bucket.spend(0, 5);
    expect(bucket.available(0, false)).toBe(-5);
  });

  test('PROTO-29: another spender shows at once, and only for the time that the exchange named', () => {
    const bucket = new CreditBucket(3000, 0);
    bucket.learn(0, 120, 3000, 32, 20);
    expect(bucket.available(0, true)).toBe(100);
    bucket.spend(10, 40);
    expect(bucket.available(10, true)).toBe(60);
    expect(bucket.available(31_999, true)).toBe(60);
    expect(bucket.available(32_000, true)).toBe(2960);
  });

  test('PROTO-29: an old and generous answer gives nothing back', () => {
    const bucket = new CreditBucket(1000, 0);
    bucket.spend(0, 900);
    bucket.learn(10, 1000, 1000, 60, 0);
    expect(bucket.available(10, true)).toBe(100);
  });

  test('PROTO-29: a lower quota holds from now on, also over what was spent before', () => {
    const bucket = new CreditBucket(3000, 0);
    bucket.spend(0, 1500);
    bucket.learn(1, 0, 1000, 1, 0);
    expect(bucket.quotaTenths).toBe(1000);
    expect(bucket.available(59_999, true)).toBe(-500);
    expect(bucket.available(60_000, true)).toBe(1000);
  });

  test('PROTO-30: waits for the exchange when the exchange says that nothing is left', () => {
    const bucket = new CreditBucket(3000, 300);
    bucket.learn(0, 0, 3000, 20, 0);
    expect(bucket.availableAt(0, 10, true)).toBe(20_000);
    bucket.learn(5, 5, 3000, 20, 0);
    expect(bucket.availableAt(5, 10, true)).toBe(20_005);
    expect(bucket.availableAt(5, 5, true)).toBe(5);
    expect(bucket.availableAt(5, 5, false)).toBe(20_005);
  });

  test('PROTO-30: waits for as many of our own as it takes, and for the later of both', () => {
    const bucket = new CreditBucket(100, 0);
    bucket.spend(0, 50);
    bucket.spend(100, 50);
    expect(bucket.availableAt(200, 10, true)).toBe(60_000);
    expect(bucket.availableAt(200, 51, true)).toBe(60_100);
    bucket.learn(200, 0, 100, 60, 0);
    expect(bucket.availableAt(200, 10, true)).toBe(60_200);
  });

  test('PROTO-30: for what can never be, the time to ask again is a window away', () => {
    const bucket = new CreditBucket(100, 50);
    expect(bucket.availableAt(7, 51, false)).toBe(7 + CREDIT_WINDOW_MS);
    expect(bucket.availableAt(7, 101, true)).toBe(7 + CREDIT_WINDOW_MS);
    expect(bucket.availableAt(7, 100, true)).toBe(7);
  });
});
