import { expect, jest, test } from '@jest/globals';
import { unequal } from './bookStep.ts';
import { compareEngines } from './compareEngines.ts';

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
