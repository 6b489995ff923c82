// The credit bucket of a family, held against a naive one that remembers everything.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CREDIT_WINDOW_MS,
  CreditBucket,
  DEFAULT_QUOTA_TENTHS,
  type Spend,
} from '../../src/protocol/credits.ts';

interface Entry {
  readonly leftAt: number;
  readonly tenths: number;
  answeredAt: number | undefined;
}

/** A bucket of which the exchange has told the quota. */
function known(quota: number, reserve: number): CreditBucket {
  const bucket = new CreditBucket(quota, reserve);
  bucket.learn(0, quota, quota);
  return bucket;
}

/** Keeps every spend for ever and counts afresh each time. */
class Ledger {
  readonly quota: number;
  readonly share: number;
  readonly entries: Entry[] = [];
  foreign = 0;
  foreignUntil = 0;

  constructor(quota: number, reserve: number) {
    this.quota = quota;
    this.share = reserve / quota;
  }

  get reserve(): number {
    return Math.round(this.share * this.quota);
  }

  /** What was spent in the 60 s before `at`, the moment itself included, counted from the answers. */
  spentBefore(at: number, which: (entry: Entry) => boolean = () => true): number {
    let sum = 0;
    for (const entry of this.entries) {
      if (at - (entry.answeredAt ?? entry.leftAt) < 60_000 && which(entry)) sum += entry.tenths;
    }
    return sum;
  }

  available(at: number, urgent: boolean): number {
    const foreign = at < this.foreignUntil ? this.foreign : 0;
    const left = this.quota - this.spentBefore(at) - foreign;
    return urgent ? left : left - this.reserve;
  }

  learn(at: number, remaining: number): void {
    const counted = this.quota - remaining;
    const answered = (entry: Entry): boolean => entry.answeredAt !== undefined;
    this.foreign = Math.max(0, counted - this.spentBefore(at, answered));
    this.foreignUntil = at + 60_000;
  }

  /** The first moment at which `tenths` are there, if nothing else is spent or answered. */
  availableAt(now: number, tenths: number, urgent: boolean): number | undefined {
    const ends = this.entries.map(({ leftAt, answeredAt }) => (answeredAt ?? leftAt) + 60_000);
    return [now, this.foreignUntil, ...ends]
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
  | { readonly kind: 'answer'; readonly afterMs: number; readonly which: number }
  | {
      readonly kind: 'learn';
      readonly afterMs: number;
      readonly remaining: number;
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
const answer: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('answer' as const),
  afterMs,
  which: fc.nat(5),
});
const learn: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('learn' as const),
  afterMs,
  remaining: fc.integer({ min: 0, max: 1000 }),
});

test('PROTO-27, PROTO-28, PROTO-29, PROTO-30: like the naive ledger in every life', () => {
  const life = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: spend },
      { weight: 3, arbitrary: answer },
      { weight: 1, arbitrary: learn },
    ),
    { maxLength: 120, size: 'max' },
  );
  const property = fc.property(life, fc.constantFrom(0, 50, 300), (steps, reserve) => {
    const bucket = known(1000, reserve);
    const ledger = new Ledger(1000, reserve);
    const flying: [Spend, Entry][] = [];
    let now = 1_000_000;
    let total = 0;
    for (const step of steps) {
      now += step.afterMs;
      if (step.kind === 'learn') {
        bucket.learn(now, step.remaining, 1000);
        ledger.learn(now, step.remaining);
        expect(bucket.reserveTenths).toBe(ledger.reserve);
      } else if (step.kind === 'answer') {
        const [[token, entry] = []] = flying.splice(step.which, 1);
        // An answer after more than a window never comes: the request was given up before.
        if (token !== undefined && entry !== undefined && now - entry.leftAt < 60_000) {
          bucket.settle(now, token);
          bucket.settle(now, token);
          entry.answeredAt = now;
        }
      } else {
        const { tenths, urgent } = step;
        expect(bucket.availableAt(now, tenths, urgent)).toBe(
          ledger.availableAt(now, tenths, urgent) ?? now + 60_000,
        );
        if (bucket.available(now, urgent) >= tenths) {
          const entry: Entry = { leftAt: now, tenths, answeredAt: undefined };
          flying.push([bucket.spend(now, tenths), entry]);
          ledger.entries.push(entry);
          total += tenths;
          // The law itself, in words of its own.
          const spent = ledger.spentBefore(now);
          expect(spent).toBeLessThanOrEqual(ledger.quota - (urgent ? 0 : ledger.reserve));
        }
      }
      for (const urgent of [true, false]) {
        expect(bucket.available(now, urgent)).toBe(ledger.available(now, urgent));
      }
      expect(bucket.spentInWindow(now)).toBe(ledger.spentBefore(now));
      expect(bucket.totalTenths).toBe(total);
    }
  });
  fc.assert(property, { numRuns: 120 });
});

describe('credits', () => {
  test('PROTO-27: come back 60 s after they were spent, not earlier', () => {
    const bucket = known(100, 0);
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
      const bucket = known(100, 0);
      bucket.spend(0, 100);
      return bucket;
    };
    expect(spent().availableAt(60_000, 100, true)).toBe(60_000);
    expect([59_999, 60_000].map((at) => spent().spentInWindow(at))).toEqual([100, 0]);
    expect(spent().available(60_000, true)).toBe(100);
  });

  test('PROTO-28: the reserve is there when the rest is gone', () => {
    const bucket = known(DEFAULT_QUOTA_TENTHS, 300);
    expect(bucket.reserveTenths).toBe(300);
    bucket.spend(0, 2700);
    expect(bucket.available(0, false)).toBe(0);
    expect(bucket.available(0, true)).toBe(300);
    bucket.spend(0, 5);
    expect(bucket.available(0, false)).toBe(-5);
  });

  test('PROTO-27: an answer that took its time begins the minute anew', () => {
    const bucket = known(100, 0);
    const slow = bucket.spend(0, 60);
    bucket.settle(2500, slow);
    expect(bucket.available(60_000, true)).toBe(40);
    expect(bucket.availableAt(60_000, 100, true)).toBe(62_500);
    expect(bucket.available(62_500, true)).toBe(100);
  });

  test('PROTO-29: another spender shows at once, until less is counted or a minute has passed', () => {
    const bucket = known(3000, 0);
    bucket.settle(0, bucket.spend(0, 100));
    bucket.spend(0, 20);
    bucket.learn(0, 120, 3000);
    // 2,880 are counted, 100 of them ours; the 20 in flight are not counted yet.
    expect(bucket.available(0, true)).toBe(100);
    bucket.spend(10, 40);
    expect(bucket.available(10, true)).toBe(60);
    bucket.learn(20, 1120, 3000);
    expect(bucket.available(20, true)).toBe(1060);
    bucket.learn(30, 120, 3000);
    expect(bucket.available(59_999, true)).toBe(60);
    expect(bucket.availableAt(59_999, 2999, true)).toBe(60_030);
    expect(bucket.available(60_030, true)).toBe(3000);
  });

  test('PROTO-29: before its first word and after a doubt the smallest quota bounds what is on its way', () => {
    const bucket = new CreditBucket(3000, 500);
    expect(bucket.available(0, true)).toBe(1000);
    expect(bucket.available(0, false)).toBe(833);
    const first = bucket.spend(0, 800);
    expect(bucket.available(0, true)).toBe(200);
    expect(bucket.availableAt(0, 201, true)).toBe(250);
    bucket.settle(10, first);
    expect(bucket.available(10, true)).toBe(1000);
    bucket.learn(10, 2200, 3000);
    expect(bucket.available(10, true)).toBe(2200);
    bucket.spend(10, 700);
    bucket.doubt();
    expect(bucket.available(10, true)).toBe(300);
    expect(bucket.availableAt(10, 2000, true)).toBe(60_010);
    bucket.learn(11, 200, 1000);
    expect(bucket.available(11, true)).toBe(-500);
  });

  test('PROTO-29: an old and generous answer gives nothing back', () => {
    const bucket = known(1000, 0);
    bucket.settle(5, bucket.spend(0, 900));
    bucket.learn(10, 1000, 1000);
    expect(bucket.available(10, true)).toBe(100);
  });

  test('PROTO-28, PROTO-29: a lower quota holds from now on, and its reserve is as large a share', () => {
    const bucket = known(3000, 500);
    bucket.settle(0, bucket.spend(0, 1500));
    bucket.learn(1, 0, 1000);
    expect(bucket.quotaTenths).toBe(1000);
    expect(bucket.reserveTenths).toBe(167);
    expect(bucket.available(59_999, true)).toBe(0);
    expect(bucket.available(60_001, true)).toBe(1000);
    expect(bucket.available(60_001, false)).toBe(833);
  });

  test('PROTO-29: a lower quota that counts less than we spent is that of another bucket', () => {
    const bucket = known(3000, 0);
    bucket.settle(0, bucket.spend(0, 2500));
    bucket.spend(0, 100);
    bucket.learn(1, 950, 1000);
    // What the old bucket had left is not exceeded for a window: it may be drawn from still.
    expect(bucket.available(1, true)).toBe(400);
    bucket.spend(2, 50);
    expect(bucket.available(2, true)).toBe(350);
    expect(bucket.availableAt(2, 400, true)).toBe(60_001);
    // Its socket tells of it: the smaller quota goes on holding, what it has left bounds it.
    bucket.learn(3, 500, 3000);
    expect(bucket.quotaTenths).toBe(1000);
    expect(bucket.available(3, true)).toBe(350);
    bucket.learn(4, 900, 1000);
    expect(bucket.available(4, true)).toBe(350);
    expect(bucket.available(60_004, true)).toBe(1000);
  });

  test('PROTO-28, PROTO-29: a higher quota holds once the lower has not been told for a minute', () => {
    const raised = known(3000, 500);
    raised.settle(0, raised.spend(0, 2000));
    raised.learn(1, 4000, 6000);
    expect(raised.quotaTenths).toBe(3000);
    expect(raised.available(1, false)).toBe(500);
    raised.learn(60_000, 5990, 6000);
    expect(raised.quotaTenths).toBe(6000);
    expect(raised.reserveTenths).toBe(1000);
    expect(raised.available(60_001, true)).toBe(5990);
    const fresh = new CreditBucket(1000, 0);
    fresh.learn(0, 3000, 3000);
    expect(fresh.available(0, true)).toBe(3000);
  });

  test('PROTO-30: waits a minute for the exchange when the exchange says that nothing is left', () => {
    const bucket = known(3000, 300);
    bucket.learn(0, 0, 3000);
    expect(bucket.availableAt(0, 10, true)).toBe(60_000);
    bucket.learn(5, 5, 3000);
    expect(bucket.availableAt(5, 10, true)).toBe(60_005);
    expect(bucket.availableAt(5, 5, true)).toBe(5);
    expect(bucket.availableAt(5, 5, false)).toBe(60_005);
  });

  test('PROTO-30: what others spent is asked about when the exchange says that some comes back', () => {
    const bucket = known(3000, 0);
    bucket.spend(0, 1000);
    bucket.learn(100, 0, 3000, 20);
    expect(bucket.foreignTenths(100)).toBe(3000);
    expect(bucket.availableAt(100, 10, true)).toBe(20_100);
    bucket.learn(100, 1500, 3000, 20);
    expect(bucket.availableAt(100, 600, true)).toBe(20_100);
    expect(bucket.availableAt(30_000, 600, true)).toBe(30_250);
    expect(bucket.availableAt(60_050, 1600, true)).toBe(60_100);
    expect(bucket.foreignTenths(60_100)).toBe(0);
  });

  test('PROTO-30: waits for as many of our own as it takes, and for the later of both', () => {
    const bucket = known(100, 0);
    bucket.spend(0, 50);
    bucket.settle(100, bucket.spend(100, 50));
    expect(bucket.availableAt(200, 10, true)).toBe(60_000);
    expect(bucket.availableAt(200, 51, true)).toBe(60_100);
    bucket.learn(200, 0, 100);
    expect(bucket.availableAt(200, 10, true)).toBe(60_100);
    expect(bucket.availableAt(200, 60, true)).toBe(60_200);
  });

  test('PROTO-30: for what can never be, the time to ask again is a window away', () => {
    const bucket = known(100, 50);
    expect(bucket.availableAt(7, 51, false)).toBe(7 + CREDIT_WINDOW_MS);
    expect(bucket.availableAt(7, 101, true)).toBe(7 + CREDIT_WINDOW_MS);
    expect(bucket.availableAt(7, 100, true)).toBe(7);
  });
});
