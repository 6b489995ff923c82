import { expect, jest, test } from '@jest/globals';
import { unequal } from './bookStep.ts';
import { compareEngines } from './compareEngines.ts';
import { CompareMoney } from './compareMoney.ts';
import { NaiveEngine } from './naiveEngine.ts';

jest.setTimeout(120_000);

test('EX-20 EX-24 EX-32 a thousand histories: same fills and book as the naive engine, and every micro-dollar', () => {
  const { failure, fills, histories, steps } = compareEngines({ seed: 1, histories: 1000 });
  expect(failure).toBeUndefined();
  expect(histories).toBe(1000);
  expect(steps).toBeGreaterThan(20_000);
  expect(fills).toBeGreaterThan(5000);
});

test('a difference is told with what differs', () => {
  expect(unequal('the book', { bids: [] }, { bids: [[1, 2, 3]] })).toBe(
    'the book: {"bids":[]} is not {"bids":[[1,2,3]]}',
  );
  expect(unequal('the book', [1], [1])).toBeUndefined();
});

test('an engine that is wrong now and then is found out, and the history with it', () => {
  class Forgetful extends NaiveEngine {
    override cancel(id: number): number {
      return id === 7 ? -1 : super.cancel(id);
    }
  }
  const { failure, histories } = compareEngines({ seed: 1, histories: 1000, Naive: Forgetful });
  expect(histories).toBeLessThan(1000);
  expect(failure).toMatch(/^history \d+: step \d+: \d+ is not -1\n\[\{"kind":/);
});

test('a fill that is booked wrong is found out, whatever the books of orders say', () => {
  /** Sees every trade one lot smaller than it was. */
  class Skimming extends NaiveEngine {
    override add(...order: Parameters<NaiveEngine['add']>): ReturnType<NaiveEngine['add']> {
      const outcome = super.add(...order);
      for (const event of this.events) event.lots = (event.lots ?? 0) - 1;
      return outcome;
    }
  }
  const step = {
    kind: 'add',
    owner: 1,
    side: 'bid',
    offset: 0,
    lots: 20,
    tif: 'GTC',
    pick: 0,
  } as const;
  const history = [step, { ...step, owner: 2, side: 'ask' } as const];
  expect(new CompareMoney(NaiveEngine).differenceIn(history)).toBeUndefined();
  expect(new CompareMoney(Skimming).differenceIn(history)).toBe(
    'position of 0 after step 1: 20 is not 19',
  );
});
