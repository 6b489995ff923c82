// When others have spent the credits, something must ask when they are back.
import { describe, expect, test } from '@jest/globals';
import { Bench } from './support/bench.ts';

const SECOND = 1000;

function told(bench: Bench, remainingTenths: number, refreshS: number): void {
  const credits = { remainingTenths, quotaTenths: 3000, refreshS };
  bench.step({ kind: 'credits', family: 0, credits });
}

describe('credits that others have spent', () => {
  test('DESK-119 are asked about when some of them come back, until new risk may leave', () => {
    const bench = Bench.ready();
    const before = bench.queries('account').length;
    const asked = (): number => bench.queries('account').length - before;
    told(bench, 800, 9);
    told(bench, 800, 9);
    bench.pass(8900);
    expect(asked()).toBe(0);
    bench.pass(200);
    expect(asked()).toBe(1);
    // Its answer says what is left: still too little, and some a second later.
    told(bench, 850, 1);
    bench.pass(4900);
    expect(asked()).toBe(1);
    bench.pass(200);
    expect(asked()).toBe(2);
    told(bench, 1500, 1);
    bench.pass(60 * SECOND);
    expect(asked()).toBe(2);
  });

  test('DESK-119 nobody asks about what the desk has spent itself, nor when it has come back meanwhile', () => {
    const bench = Bench.ready();
    const before = bench.queries('account').length;
    told(bench, 2900, 9);
    bench.pass(30 * SECOND);
    told(bench, 500, 9);
    bench.pass(SECOND);
    told(bench, 3000, 1);
    bench.pass(30 * SECOND);
    expect(bench.queries('account')).toHaveLength(before);
  });
});
